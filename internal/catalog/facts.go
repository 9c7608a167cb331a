package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// A part is a table with some of its fields.
type part struct {
	*schema.Table
	fields []numberedField
}

// A numberedField is a field with its number in the table, from 1.
type numberedField struct {
	*schema.Field
	number int
}

// selectFields returns the tables that have fields with a label, with those
// fields, or all tables with all fields if the label is empty.
func selectFields(tables []*schema.Table, label string) []part {
	var parts []part
	for _, t := range tables {
		p := part{Table: t}
		for i := range t.Fields {
			if f := &t.Fields[i]; label == "" || f.Label == label {
				p.fields = append(p.fields, numberedField{f, i + 1})
			}
		}
		if len(p.fields) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// partialName names the resources Claim and ClaimResponse, in which v2 has
// partially adjudicated claims.
const partialName = "v2 partial"

// An origin is a cell with the API versions that share it.
type origin struct {
	versions string // "v1 v2"
	schema.Cell
}

// origins returns the distinct cells of a field, and the one of partially
// adjudicated claims unless it is absent.
func origins(f *schema.Field, apis []schema.API) []origin {
	var list []origin
	for _, api := range apis {
		cell := f.Cells[api]
		i := slices.IndexFunc(list, func(o origin) bool { return o.Cell == cell })
		if i < 0 {
			list = append(list, origin{api.String(), cell})
		} else {
			list[i].versions += " " + api.String()
		}
	}
	if slices.Contains(apis, schema.V2) && f.Partial.Source != schema.Absent {
		list = append(list, origin{partialName, f.Partial})
	}
	return list
}

// sourceCounts are the numbers of cells by their source.
type sourceCounts map[schema.Source]int

func countSources(api schema.API, tables ...*schema.Table) sourceCounts {
	n := make(sourceCounts)
	for _, t := range tables {
		for i := range t.Fields {
			n[t.Fields[i].Cells[api].Source]++
		}
	}
	return n
}

// carried is the number of cells that have values.
func (n sourceCounts) carried() int { return n[schema.Mapped] + n[schema.Derived] }

// movedSlot returns the position of a field in the records of the newest layout
// if it differs from that in the first, or nil.
func movedSlot(t *schema.Table, f *schema.Field) *schema.Slot {
	for _, slot := range t.Record(schema.LayoutV43) {
		if slot.Field == f && (slot.Start != f.Start || slot.End != f.End) {
			return &slot
		}
	}
	return nil
}

// heading is the name of a table in a heading.
func heading(t *schema.Table) string {
	if t.Side {
		return t.Name
	}
	return t.File
}

// sqlType names a type as SQL does.
func sqlType(t schema.Type) string {
	if t.Kind == schema.Decimal {
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	}
	return t.Kind.String()
}

// claimTypes names the claims that have rows in a table.
func claimTypes(t *schema.Table) []string {
	names := make([]string, len(t.Claims))
	for i, c := range t.Claims {
		names[i] = c.String()
	}
	return names
}

// summary describes the rows of a table in a few sentences.
func summary(t *schema.Table) string {
	s := plural(len(t.Fields), "field")
	if t.Grain != "" { // tables without a crosswalk have none
		s = fmt.Sprintf("A row is %s. %s", rowIs(t), s)
	}
	if !t.Side {
		s += fmt.Sprintf(", %d bytes", t.RecordLength())
	}
	s += ". Key: " + strings.Join(t.Key, ", ") + "."
	if len(t.Claims) > 0 {
		s += " Claims: " + strings.Join(claimTypes(t), ", ") + "."
	}
	return s
}

// rowIs is the grain with its article.
func rowIs(t *schema.Table) string {
	if strings.ContainsRune("aeiou", rune(t.Grain[0])) {
		return "an " + string(t.Grain)
	}
	return "a " + string(t.Grain)
}

// byteRange is the first and the last byte of a field.
func byteRange(start, end int) string {
	if start == end {
		return fmt.Sprint(start)
	}
	return fmt.Sprintf("%d-%d", start, end)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
