package reconcile

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"sync"

	"github.com/cclf-tools/cclf/internal/render"
)

//go:embed report.html
var pageText string

// barStyle is the style of the waterfall.
const barStyle = `
.chart { min-width: 12rem; } .chart svg { display: block; width: 100%; height: 1.2rem; } .chart rect { y: .2rem; height: .8rem; fill: var(--bar); stroke: var(--bar); --bar: var(--good); }
.chart rect.falling { --bar: var(--bad); } .chart rect.whole { --bar: var(--total); }
`

// page is the template of the body of the page.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"count":   func(n int64) string { return render.Grouped(n) },
		"dollars": func(n json.Number) string { return render.Grouped(n) },
		"meaning": func(reason string) string { return meanings[reason] },
		"minus":   func(a, b int64) int64 { return a - b },
	}).Parse(pageText))
})

// A bar is a step of the waterfall as a picture: where its bar begins and how long
// it is, in percent of the width.
type bar struct {
	Name           string
	Claims         int64
	Dollars        json.Number
	Note           string
	Start, Length  float64
	Total, Falling bool
}

// bars returns the bars of the waterfall. Their scale begins shortly before the
// least amount, so that small differences between large totals are visible.
func (r *Report) bars() []bar {
	list := []bar{{Name: "Left", Claims: r.Left.Claims, Dollars: r.Left.Dollars, Note: r.Left.sourceName(), Total: true}}
	levels := []int64{inCents(r.Left.Dollars)}
	for _, s := range r.Waterfall {
		list = append(list, bar{Name: s.Reason, Claims: s.Claims, Dollars: s.Dollars, Note: meanings[s.Reason]})
		levels = append(levels, levels[len(levels)-1]+inCents(s.Dollars))
	}
	list = append(list, bar{Name: "Right", Claims: r.Right.Claims, Dollars: r.Right.Dollars, Note: r.Right.sourceName(), Total: true})
	low, high := levels[0], levels[0]
	for _, l := range levels {
		low, high = min(low, l), max(high, l)
	}
	base := float64(low) - max(float64(high-low)*0.25, 1)
	scale := 100 / (float64(high) - base)
	at := func(l int64) float64 { return (float64(l) - base) * scale }
	for i := range list {
		switch {
		case i == 0:
			list[i].Length = at(levels[0])
		case list[i].Total:
			list[i].Length = at(levels[len(levels)-1])
		default:
			from, to := levels[i-1], levels[i]
			list[i].Start, list[i].Length, list[i].Falling = at(min(from, to)), at(max(from, to))-at(min(from, to)), to < from
		}
	}
	return list
}

// WriteHTML writes the report as one page that needs nothing else. It has no
// identifiers of beneficiaries or claims.
func (r *Report) WriteHTML(w io.Writer) error {
	body := struct {
		*Report
		Bars      []bar
		Types     []Group
		Differing []Column
		Explained bool
	}{r, r.bars(), r.byType(), r.differing(), r.Explained()}
	p := render.Page{
		Title: "cclf reconcile", Program: "cclf", Style: barStyle,
		Body: func(w io.Writer) error { return page().Execute(w, body) },
	}
	return p.Write(w)
}
