// Package catalog prints the schema for people and programs to read: lists of
// tables and fields as text, JSON, CSV and Markdown, and the crosswalk document
// of the repository, docs/crosswalk.md.
package catalog

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// A Form is a way to print.
type Form string

// The forms.
const (
	Text     Form = "table" // for a terminal, no line longer than lineWidth
	JSON     Form = "json"
	CSV      Form = "csv"
	Markdown Form = "markdown"
)

// WriteTables prints a list of tables, with how many of their fields some
// generations of BCDA carry.
func WriteTables(w io.Writer, form Form, tables []*schema.Table, apis []schema.API) error {
	switch form {
	case JSON:
		return writeJSON(w, describeTables(tables, apis))
	case CSV:
		return writeTablesCSV(w, tables, apis)
	case Markdown:
		return writeTablesMarkdown(w, tables, apis)
	default:
		return writeTablesText(w, tables, apis)
	}
}

// WriteFields prints the fields of tables, and where some generations of BCDA
// carry them. With a label it prints the fields that go by it and nothing of
// the tables that have none.
func WriteFields(w io.Writer, form Form, tables []*schema.Table, label string, apis []schema.API) error {
	parts := cut(tables, label)
	switch form {
	case JSON:
		return writeJSON(w, describeParts(parts, apis))
	case CSV:
		return writeFieldsCSV(w, parts, apis)
	case Markdown:
		return writeFieldsMarkdown(w, parts, apis)
	default:
		return writeFieldsText(w, parts, apis)
	}
}

// A part is a table with some of its fields.
type part struct {
	*schema.Table
	fields []numbered
}

// A numbered field knows its place in the table, from 1.
type numbered struct {
	*schema.Field
	number int
}

// cut takes the fields with a label, or all of them, out of tables.
func cut(tables []*schema.Table, label string) []part {
	var parts []part
	for _, t := range tables {
		p := part{Table: t}
		for i := range t.Fields {
			if f := &t.Fields[i]; label == "" || f.Label == label {
				p.fields = append(p.fields, numbered{f, i + 1})
			}
		}
		if len(p.fields) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// partialName stands for the resources Claim and ClaimResponse, in which v2 has
// the claims that are not yet fully adjudicated.
const partialName = "v2 partial"

// An origin is a cell, and the generations that have it alike.
type origin struct {
	of string
	schema.Cell
}

// origins are the cells of a field, each once, and that of partially
// adjudicated claims if there is anything in it.
func origins(f *schema.Field, apis []schema.API) []origin {
	var list []origin
	for _, api := range apis {
		cell := f.Cells[api]
		i := slices.IndexFunc(list, func(o origin) bool { return o.Cell == cell })
		if i < 0 {
			list = append(list, origin{api.String(), cell})
		} else {
			list[i].of += " " + api.String()
		}
	}
	if slices.Contains(apis, schema.V2) && f.Partial.Source != schema.Absent {
		list = append(list, origin{partialName, f.Partial})
	}
	return list
}

// A tally says how many cells of a generation get their values from where.
type tally map[schema.Source]int

func count(api schema.API, tables ...*schema.Table) tally {
	n := make(tally)
	for _, t := range tables {
		for i := range t.Fields {
			n[t.Fields[i].Cells[api].Source]++
		}
	}
	return n
}

// carried is how many cells have values.
func (n tally) carried() int { return n[schema.Mapped] + n[schema.Derived] }

// moved is the place of a field in the records of the newest layout, if it is
// another than in the first.
func moved(t *schema.Table, f *schema.Field) *schema.Slot {
	for _, slot := range t.Record(schema.LayoutV43) {
		if slot.Field == f && (slot.Start != f.Start || slot.End != f.End) {
			return &slot
		}
	}
	return nil
}

// title is what a table is called in a heading.
func title(t *schema.Table) string {
	if t.Side {
		return t.Name
	}
	return t.File
}

// typeName is a type in the words of SQL.
func typeName(t schema.Type) string {
	if t.Kind == schema.Decimal {
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	}
	return t.Kind.String()
}

// claimNames lists the claims that have rows in a table.
func claimNames(t *schema.Table) []string {
	names := make([]string, len(t.Claims))
	for i, c := range t.Claims {
		names[i] = c.String()
	}
	return names
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// article puts a or an before a noun.
func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
