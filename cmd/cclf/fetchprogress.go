package main

import (
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/cclf-tools/cclf/fetch"
)

// A fetchProgress shows the progress of an export: as a bar on a terminal, elsewhere
// as a line every 10 to 30 seconds.
type fetchProgress struct {
	log    *slog.Logger // for events during the export
	events *eventLog
	silent bool
	stderr io.Writer

	group *mpb.Progress // nil without a terminal
	bar   *mpb.Bar
	text  atomic.Value // string, next to the bar

	polling bool
	shown   time.Time // time of the last line
	server  string    // status of the server in the last line
}

func newFetchProgress(e *env, stderr io.Writer) *fetchProgress {
	p := &fetchProgress{events: e.events, silent: e.quiet || e.logJSON, stderr: stderr}
	if e.drawsProgress() {
		p.group = e.newBars()
		stderr = p.group // writes above the bars
	}
	p.log = e.newLogger(stderr)
	return p
}

func (p *fetchProgress) update(now fetch.Progress) {
	if now.Polling {
		p.events.progress("poll", int64(now.Elapsed.Seconds()), -1)
	} else {
		p.events.progress("download", int64(now.FilesDone), int64(now.Files))
	}
	switch {
	case p.silent:
	case p.group != nil:
		p.draw(now)
	case now.Polling && (now.Server != p.server || time.Since(p.shown) > 30*time.Second),
		!now.Polling && time.Since(p.shown) > 10*time.Second && now.Files > 0:
		p.server, p.shown = now.Server, time.Now()
		fmt.Fprintln(p.stderr, describe(now))
	}
}

func (p *fetchProgress) draw(now fetch.Progress) {
	p.text.Store(describe(now))
	if p.bar == nil || p.polling != now.Polling {
		if p.bar != nil {
			p.bar.Abort(true)
		}
		p.polling = now.Polling
		p.bar = p.group.AddBar(0, mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			text, _ := p.text.Load().(string)
			return text
		})))
	}
	total, done := int64(now.Files), int64(now.FilesDone)
	if now.Polling {
		total, done = 100, 0
		if whole := now.Elapsed + now.Remaining; now.Remaining > 0 {
			done = int64(100 * now.Elapsed / whole)
		}
	}
	p.bar.SetTotal(total, false)
	p.bar.SetCurrent(done)
}

// describe returns the progress as text.
func describe(now fetch.Progress) string {
	left := ""
	if now.Remaining > 0 {
		left = ", about " + now.Remaining.Round(time.Second).String() + " left"
	}
	if now.Polling {
		state := now.Server
		if state == "" {
			state = "running"
		}
		return fmt.Sprintf("job: %s, %s elapsed%s", state, now.Elapsed.Round(time.Second), left)
	}
	rate := float64(now.Bytes) / 1e6 / max(now.Elapsed.Seconds(), 0.001)
	return fmt.Sprintf("files: %d of %d, %.1f MB, %.1f MB/s%s", now.FilesDone, now.Files, float64(now.Bytes)/1e6, rate, left)
}

// stop leaves the bar on the screen and releases the terminal. It may be called
// twice.
func (p *fetchProgress) stop() {
	if p.group == nil {
		return
	}
	if p.bar != nil {
		p.bar.Abort(false)
	}
	p.group.Wait()
}
