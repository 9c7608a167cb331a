package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"sync"

	"github.com/cclf-tools/cclf/internal/render"
)

// A document is what the template shows.
type document struct {
	Title    string
	Facts    []string // about the data, below the title
	Notes    []string // what a reader must know about the numbers
	Tiles    []tile
	Period   string // of the tiles
	Sections []*section
	Footer   string
	Program  string
}

// A tile is a key figure at the top of the page.
type tile struct {
	Name, Value, Detail string
	Exact               string // the value with two decimals
	Change              string // since the year before, or empty
	Section             string // ID of the section that explains it
}

// A section is a chapter of the page.
type section struct {
	ID, Title, Intro string
	Figures          []*figure
}

// A figure is one result as a chart and a table.
type figure struct {
	ID      string
	Metric  string // name of the metric, or empty
	By      string // its groups, separated by commas
	Title   string
	Text    string   // what it shows
	Missing string   // why it shows nothing
	Notes   []string // about the numbers
	Rule    []string // how the numbers are computed
	Chart   *chart
	Table   *render.HTMLTable
	Open    bool // the table is not folded
}

// openRows is the greatest number of rows of a table that is not folded.
const openRows = 8

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageText))
})

// write writes the page.
func (p *document) write(w io.Writer) error {
	charts := object{}
	for _, s := range p.Sections {
		for _, f := range s.Figures {
			if f.Chart != nil {
				charts["chart-"+f.ID] = f.Chart.spec
			}
		}
	}
	specs, err := json.Marshal(charts) // escapes < > & and line separators
	if err != nil {
		return fmt.Errorf("report: internal error: %w", err)
	}
	frame := render.Page{
		Title: p.Title, Program: p.Program, Style: pageStyle,
		Body: func(w io.Writer) error {
			return pageTemplate().Execute(w, struct {
				*document
				Charts template.JS
			}{p, template.JS(specs)})
		},
	}
	if len(charts) > 0 {
		frame.Scripts = scripts()
	}
	return frame.Write(w)
}
