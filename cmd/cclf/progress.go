package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/vbauerster/cupwriter"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/cclf-tools/cclf/convert"
)

// A progressBar shows the progress of a conversion on a terminal: as a bar, or as a
// line now and then if the terminal cannot redraw one. Elsewhere it shows nothing.
type progressBar struct {
	e     *env
	group *mpb.Progress
	bars  map[string]*mpb.Bar
	shown time.Time // when the last line was
}

// lineBeat is the time between lines of progress.
const lineBeat = 10 * time.Second

func newProgressBar(e *env) *progressBar {
	if !e.drawsProgress() {
		return &progressBar{e: e, shown: time.Now()}
	}
	return &progressBar{
		e:     e,
		group: e.newBars(),
		bars:  map[string]*mpb.Bar{},
	}
}

// showsProgress reports whether progress is shown.
func (e *env) showsProgress() bool {
	return !e.quiet && !e.logJSON && !e.plain && e.isTerminal(e.stderr)
}

// drawsProgress reports whether progress is drawn: not on a terminal that can only
// add lines.
func (e *env) drawsProgress() bool {
	return e.showsProgress() && e.getenv("TERM") != "dumb"
}

// newBars returns a group of bars on the terminal.
func (e *env) newBars() *mpb.Progress {
	out := cupwriter.New(asciiDots{e}, false)
	if f, ok := e.stderr.(*os.File); ok {
		out.SetTermFd(int(f.Fd()))
	}
	return mpb.New(mpb.WithConsoleWriter(out), mpb.WithRefreshRate(150*time.Millisecond))
}

// asciiDots writes to stderr. Text that is cut ends in a dot, and not in an ellipsis, if
// messages have ASCII characters only.
type asciiDots struct{ e *env }

func (w asciiDots) Write(p []byte) (int, error) {
	text := p
	if w.e.ascii() {
		text = bytes.ReplaceAll(p, []byte("\u2026"), []byte("."))
	}
	if _, err := w.e.stderr.Write(text); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (p *progressBar) update(now convert.Progress) {
	p.e.events.progress(now.Phase, now.Done, now.Total)
	if p.group == nil {
		p.line(now)
		return
	}
	bar := p.bars[now.Phase]
	if bar == nil {
		bar = p.add(now)
		p.bars[now.Phase] = bar
	}
	bar.SetCurrent(now.Done)
}

// line prints the progress as a line.
func (p *progressBar) line(now convert.Progress) {
	if !p.e.showsProgress() || time.Since(p.shown) < lineBeat {
		return
	}
	p.shown = time.Now()
	const million = 1e6
	unit, of := "MB", ""
	if now.Phase != "read" {
		unit = "million rows"
	}
	if now.Total >= 0 {
		of = fmt.Sprintf(" of %.1f", float64(now.Total)/million)
	}
	fmt.Fprintf(p.e.words(), "%s: %.1f%s %s\n", now.Phase, float64(now.Done)/million, of, unit)
}

func (p *progressBar) add(now convert.Progress) *mpb.Bar {
	counters := decor.CountersKibiByte("% .1f / % .1f")
	speed := decor.AverageSpeed(decor.SizeB1024(0), "% .0f")
	if now.Phase != "read" {
		counters = decor.CountersNoUnit("%d / %d rows")
		speed = decor.AverageSpeed(0, "%.0f rows/s")
	}
	return p.group.AddBar(max(now.Total, 0),
		mpb.PrependDecorators(decor.Name(now.Phase, decor.WC{W: 6})),
		mpb.AppendDecorators(counters, decor.Name("  "), speed, decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO)),
	)
}

// stop leaves the bars on the screen and releases the terminal.
func (p *progressBar) stop() {
	if p.group == nil {
		return
	}
	for _, bar := range p.bars {
		bar.Abort(false)
	}
	p.group.Wait()
}
