package catalog

import (
	"io"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/schema"
)

// A tableJSON describes a table. Side tables have no file and no widths.
type tableJSON struct {
	Table        string         `json:"table"`
	File         string         `json:"file,omitempty"`
	Title        string         `json:"title"`
	Description  string         `json:"description"`
	Grain        string         `json:"grain"`
	Claims       []string       `json:"claims,omitempty"`
	Key          []string       `json:"key"`
	FieldCount   int            `json:"field_count"`
	Carried      map[string]int `json:"carried"` // number of fields, by API version
	RecordLength int            `json:"record_length,omitempty"`
	Fields       []fieldJSON    `json:"fields,omitempty"`
}

type fieldJSON struct {
	Number      int    `json:"number"`
	Label       string `json:"label"`
	Description string `json:"description"`
	Type        string `json:"type"`
	Precision   int    `json:"precision,omitempty"`
	Scale       int    `json:"scale,omitempty"`
	placeJSON
	V43     *placeJSON          `json:"layout_v43,omitempty"` // where it differs
	Sources map[string]cellJSON `json:"sources"`              // by API version
	Partial *cellJSON           `json:"v2_partially_adjudicated,omitempty"`
}

// A placeJSON is the position of a field in the fixed-width file.
type placeJSON struct {
	Format string `json:"format,omitempty"`
	Width  int    `json:"width,omitempty"`
	Start  int    `json:"start,omitempty"`
	End    int    `json:"end,omitempty"`
}

type cellJSON struct {
	Source string `json:"source"`
	Path   string `json:"path,omitempty"`
	Note   string `json:"note,omitempty"`
}

func describeTable(t *schema.Table, apis []schema.API) tableJSON {
	j := tableJSON{
		Table:       t.Name,
		File:        t.File,
		Title:       t.Title,
		Description: t.Description,
		Grain:       string(t.Grain),
		Claims:      claimTypes(t),
		Key:         t.Key,
		FieldCount:  len(t.Fields),
		Carried:     make(map[string]int),
	}
	for _, api := range apis {
		j.Carried[api.String()] = countSources(api, t).carried()
	}
	if !t.Side {
		j.RecordLength = t.RecordLength()
	}
	return j
}

func describeTables(tables []*schema.Table, apis []schema.API) []tableJSON {
	list := make([]tableJSON, len(tables))
	for i, t := range tables {
		list[i] = describeTable(t, apis)
	}
	return list
}

func describeParts(parts []part, apis []schema.API) []tableJSON {
	list := make([]tableJSON, len(parts))
	for i, p := range parts {
		list[i] = describeTable(p.Table, apis)
		for _, f := range p.fields {
			list[i].Fields = append(list[i].Fields, describeField(p.Table, f, apis))
		}
	}
	return list
}

func describeField(t *schema.Table, f numberedField, apis []schema.API) fieldJSON {
	j := fieldJSON{
		Number:      f.number,
		Label:       f.Label,
		Description: f.Description,
		Type:        f.Kind.String(),
		Precision:   f.Precision,
		Scale:       f.Scale,
		Sources:     make(map[string]cellJSON),
	}
	if !t.Side {
		j.placeJSON = placeJSON{f.Format(), f.Width, f.Start, f.End}
		if m := movedSlot(t, f.Field); m != nil {
			j.V43 = &placeJSON{m.Type.Format(), m.Type.Width, m.Start, m.End}
		}
	}
	for _, api := range apis {
		j.Sources[api.String()] = describeCell(f.Cells[api])
	}
	if slices.Contains(apis, schema.V2) {
		j.Partial = new(describeCell(f.Partial))
	}
	return j
}

func describeCell(c schema.Cell) cellJSON {
	return cellJSON{c.Source.String(), c.Expr, c.Note}
}

func writeTablesCSV(w io.Writer, tables []*schema.Table, apis []schema.API) error {
	names := []string{"table", "file", "title", "grain", "record_length", "key", "claims", "description", "fields"}
	for _, api := range apis {
		names = append(names, api.String()+"_carried")
	}
	var records [][]any
	for _, t := range tables {
		j := describeTable(t, apis)
		record := []any{
			j.Table, j.File, j.Title, j.Grain, number(j.RecordLength),
			strings.Join(j.Key, " "), strings.Join(j.Claims, " "), j.Description, int64(j.FieldCount),
		}
		for _, api := range apis {
			record = append(record, int64(j.Carried[api.String()]))
		}
		records = append(records, record)
	}
	return writeCSV(w, names, records)
}

func writeFieldsCSV(w io.Writer, parts []part, apis []schema.API) error {
	names := []string{
		"table", "number", "label", "type", "precision", "scale", "format", "width", "start", "end", "description",
	}
	for _, api := range apis {
		names = append(names, api.String()+"_source", api.String()+"_path", api.String()+"_note")
	}
	if slices.Contains(apis, schema.V2) {
		names = append(names, "v2_partial_source", "v2_partial_path", "v2_partial_note")
	}
	var records [][]any
	for _, p := range parts {
		for _, f := range p.fields {
			records = append(records, fieldRecord(p.Table, f, apis))
		}
	}
	return writeCSV(w, names, records)
}

func fieldRecord(t *schema.Table, f numberedField, apis []schema.API) []any {
	j := describeField(t, f, apis)
	record := []any{
		t.Name, number(j.Number), j.Label, j.Type, number(j.Precision), number(j.Scale),
		j.Format, number(j.Width), number(j.Start), number(j.End), j.Description,
	}
	for _, api := range apis {
		c := j.Sources[api.String()]
		record = append(record, c.Source, c.Path, c.Note)
	}
	if c := j.Partial; c != nil {
		record = append(record, c.Source, c.Path, c.Note)
	}
	return record
}

// number is nil if a field or table does not have one.
func number(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

func writeCSV(w io.Writer, names []string, records [][]any) error {
	columns := make([]render.Column, len(names))
	for i, name := range names {
		columns[i].Name = name
	}
	for _, record := range records {
		for i, v := range record {
			if v == "" { // there is none
				record[i] = nil
			}
		}
	}
	return render.WriteCSV(w, columns, &rows{left: records}, render.CSVOptions{})
}

// rows are records as render reads them.
type rows struct {
	left    [][]any
	current []any
}

func (r *rows) Next() bool {
	if len(r.left) == 0 {
		return false
	}
	r.current, r.left = r.left[0], r.left[1:]
	return true
}

func (r *rows) Values() []any { return r.current }

func (r *rows) Err() error { return nil }
