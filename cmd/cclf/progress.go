package main

import (
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/cclf-tools/cclf/convert"
)

// A progressBar shows the progress of a conversion on a terminal. Elsewhere it shows
// nothing.
type progressBar struct {
	group *mpb.Progress
	bars  map[string]*mpb.Bar
}

func newProgressBar(e *env) *progressBar {
	if e.quiet || e.logJSON || !e.isTerminal(e.stderr) {
		return &progressBar{}
	}
	return &progressBar{
		group: mpb.New(mpb.WithOutput(e.stderr), mpb.WithRefreshRate(150*time.Millisecond)),
		bars:  map[string]*mpb.Bar{},
	}
}

func (p *progressBar) update(now convert.Progress) {
	if p.group == nil {
		return
	}
	bar := p.bars[now.Phase]
	if bar == nil {
		bar = p.add(now)
		p.bars[now.Phase] = bar
	}
	bar.SetCurrent(now.Done)
}

func (p *progressBar) add(now convert.Progress) *mpb.Bar {
	counters := decor.CountersKibiByte("% .1f / % .1f")
	speed := decor.AverageSpeed(decor.SizeB1024(0), "% .0f")
	if now.Phase == "write" {
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
