//go:build cgo

package results

import (
	"encoding/csv"
	"io"
	"math"
	"strings"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

type reportJSON struct {
	APIs   []string     `json:"apis"`
	Tables []tableJSON  `json:"tables"`
	Drift  *query.Drift `json:"drift,omitempty"`
}

type tableJSON struct {
	Table   string       `json:"table"`
	Title   string       `json:"title,omitempty"`
	Rows    int64        `json:"rows"`
	Columns []columnJSON `json:"columns"`
}

type columnJSON struct {
	Column   string                `json:"column"`
	Type     string                `json:"type"`
	Filled   int64                 `json:"filled"`
	Share    float64               `json:"share"` // filled / rows; 0 without rows
	Distinct int64                 `json:"distinct"`
	Exact    bool                  `json:"distinct_exact"`
	Min      any                   `json:"min,omitempty"`
	Max      any                   `json:"max,omitempty"`
	Sources  map[string]sourceJSON `json:"sources"` // by API version
	Why      string                `json:"why_empty,omitempty"`
}

type sourceJSON struct {
	Source string `json:"source"`
	Note   string `json:"note,omitempty"`
}

// writeJSON writes the report as one object.
func (r *CompletenessReport) writeJSON(w io.Writer) error {
	report := reportJSON{APIs: []string{}, Tables: []tableJSON{}, Drift: r.Drift}
	for _, api := range r.APIs {
		report.APIs = append(report.APIs, api.String())
	}
	for _, t := range r.Tables {
		table := tableJSON{Table: t.Name, Rows: t.Rows, Columns: []columnJSON{}}
		if t.Schema != nil {
			table.Title = t.Schema.Title
		}
		for _, c := range r.columns(t) {
			table.Columns = append(table.Columns, r.columnJSON(t, c))
		}
		report.Tables = append(report.Tables, table)
	}
	return render.WriteJSONValue(w, report)
}

func (r *CompletenessReport) columnJSON(t *query.TableProfile, c *query.ColumnProfile) columnJSON {
	j := columnJSON{
		Column:   c.Name,
		Type:     c.Type,
		Filled:   c.Filled,
		Share:    share(c.Filled, t.Rows),
		Distinct: c.Distinct,
		Exact:    c.Exact,
		Min:      c.Min,
		Max:      c.Max,
		Sources:  map[string]sourceJSON{},
		Why:      c.Explain(r.APIs),
	}
	if c.Field != nil {
		for _, api := range r.APIs {
			cell := c.Source(api)
			j.Sources[api.String()] = sourceJSON{cell.Source.String(), cell.Note}
		}
	}
	return j
}

// share returns n / total, rounded to six decimals, or 0 if total is 0.
func share(n, total int64) float64 {
	if total == 0 {
		return 0
	}
	return math.Round(1e6*float64(n)/float64(total)) / 1e6
}

// writeCSV writes a record per column. The field source has an entry for each
// API version, separated by spaces: "v1:absent v2:mapped".
func (r *CompletenessReport) writeCSV(w io.Writer, opts render.CSVOptions) error {
	records := [][]string{{
		"table", "rows", "column", "type", "filled", "share", "distinct", "distinct_exact", "min", "max", "source", "why_empty",
	}}
	for _, t := range r.Tables {
		for _, c := range r.columns(t) {
			var sources []string
			if c.Field != nil {
				for _, api := range r.APIs {
					sources = append(sources, api.String()+":"+c.Source(api).Source.String())
				}
			}
			records = append(records, []string{
				opts.Field(t.Name), opts.Field(t.Rows), opts.Field(c.Name), c.Type, opts.Field(c.Filled),
				opts.Field(share(c.Filled, t.Rows)), opts.Field(c.Distinct), opts.Field(c.Exact),
				opts.Field(c.Min), opts.Field(c.Max), strings.Join(sources, " "), c.Explain(r.APIs),
			})
		}
	}
	return csv.NewWriter(w).WriteAll(records)
}
