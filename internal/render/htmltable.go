package render

import (
	_ "embed"
	"html/template"
	"strings"
	"sync"
)

// An HTMLTable is a table of a Page. A reader can sort it by any column.
type HTMLTable struct {
	Caption string
	Columns []HTMLColumn
	Rows    [][]HTMLCell
}

// An HTMLColumn is a column of an HTMLTable.
type HTMLColumn struct {
	Name    string
	Meaning string // shown when the pointer rests on the name; can be empty
	Number  bool   // aligned to the right
}

// An HTMLCell is a cell of an HTMLTable. The first cell of a row is its header.
type HTMLCell struct {
	Text   string // as people read it
	Value  string // as programs read it, and rows are sorted by
	Hidden bool   // there is a value, but it is not shown
	None   bool   // there is no value
}

// NewHTMLCell returns the cell of a value, with all its digits.
func NewHTMLCell(v any) HTMLCell {
	if v == nil {
		return HTMLCell{None: true}
	}
	text := Text(v)
	return HTMLCell{Text: Plain(Grouped(v)), Value: Plain(text)}
}

//go:embed htmltable.html
var htmlTableText string

var htmlTable = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("table").Parse(strings.TrimSpace(htmlTableText)))
})

// HTML returns the element.
func (t *HTMLTable) HTML() (template.HTML, error) {
	var b strings.Builder
	err := htmlTable().Execute(&b, t)
	return template.HTML(b.String()), err
}
