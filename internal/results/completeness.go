//go:build cgo

package results

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// A CompletenessReport shows how full the columns of a data set are, and why
// columns are empty.
type CompletenessReport struct {
	APIs      []schema.API // API versions of the export; empty if unknown
	Tables    []*query.TableProfile
	Drift     *query.Drift // nil if unknown
	EmptyOnly bool         // leave out columns that have values
}

// Write writes the report as a table, CSV or JSON.
func (r *CompletenessReport) Write(w io.Writer, opts Options) error {
	switch opts.Format {
	case render.JSON:
		return r.writeJSON(w)
	case render.CSV:
		return r.writeCSV(w, opts.CSV)
	default:
		return r.writeText(w)
	}
}

// columns returns the columns of a table that the report covers.
func (r *CompletenessReport) columns(t *query.TableProfile) []*query.ColumnProfile {
	var list []*query.ColumnProfile
	for i := range t.Columns {
		if c := &t.Columns[i]; !r.EmptyOnly || c.Filled == 0 {
			list = append(list, c)
		}
	}
	return list
}

// textWidth is the line width of explanations, in terminal cells.
const textWidth = 120

// writeText writes the columns of each table, followed by the empty ones with
// the reasons.
func (r *CompletenessReport) writeText(w io.Writer) error {
	bw := bufio.NewWriter(w)
	estimated := false
	for i, t := range r.Tables {
		if i > 0 {
			fmt.Fprintln(bw)
		}
		r.writeTable(bw, t)
		for _, c := range t.Columns {
			estimated = estimated || !c.Exact
		}
	}
	if estimated && !r.EmptyOnly {
		fmt.Fprintln(bw, "\n~ estimated, with approx_count_distinct")
	}
	if r.Drift != nil {
		writeDrift(bw, r.Drift)
	}
	if len(r.APIs) == 0 {
		fmt.Fprintln(bw, "\nThe API version of the data set is unknown, so empty columns are not explained; --api sets it.")
	}
	return bw.Flush()
}

func (r *CompletenessReport) writeTable(w io.Writer, t *query.TableProfile) {
	fmt.Fprintf(w, "%s: ", render.Plain(t.Name))
	if t.Schema != nil {
		fmt.Fprintf(w, "%s, ", t.Schema.Title)
	}
	switch t.Rows {
	case 0:
		fmt.Fprintln(w, "no rows")
		return
	case 1:
		fmt.Fprintln(w, "1 row")
	default:
		fmt.Fprintf(w, "%d rows\n", t.Rows)
	}
	if !r.EmptyOnly {
		fmt.Fprintf(w, "\n%s", r.grid(t))
	}
	r.writeEmpty(w, t)
}

// grid renders a table that has a row for each column of t.
func (r *CompletenessReport) grid(t *query.TableProfile) string {
	header := []render.Column{
		{Name: "column"}, {Name: "filled", Number: true}, {Name: "distinct", Number: true},
		{Name: "min", Number: true}, {Name: "max", Number: true},
	}
	for _, api := range r.APIs {
		header = append(header, render.Column{Name: api.String()})
	}
	var cells [][]string
	for _, c := range r.columns(t) {
		distinct := strconv.FormatInt(c.Distinct, 10)
		if !c.Exact {
			distinct = "~" + distinct
		}
		row := []string{c.Name, percent(c.Filled, t.Rows), distinct, render.Text(c.Min), render.Text(c.Max)}
		for _, api := range r.APIs {
			source := ""
			if c.Field != nil {
				source = c.Source(api).Source.String()
			}
			row = append(row, source)
		}
		cells = append(cells, row)
	}
	return render.NewGrid(header).Render(cells)
}

// writeEmpty lists the empty columns of a table, with the reasons.
func (r *CompletenessReport) writeEmpty(w io.Writer, t *query.TableProfile) {
	width := 0
	var empty []*query.ColumnProfile
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Filled == 0 {
			empty = append(empty, c)
			width = max(width, len(c.Name))
		}
	}
	if len(empty) == 0 {
		fmt.Fprintln(w, "\nNo column is empty.")
		return
	}
	fmt.Fprintln(w, "\nEmpty:")
	for _, c := range empty {
		line := fmt.Sprintf("  %-*s  %s", width, render.Plain(c.Name), render.Wrap(c.Explain(r.APIs), textWidth, width+4))
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// percent formats a share. It shows 0.0% only for none and 100.0% only for all.
func percent(n, total int64) string {
	share := 100 * float64(n) / float64(total)
	switch {
	case n > 0 && share < 0.1:
		return "<0.1%"
	case n < total && share > 99.9:
		return ">99.9%"
	}
	return strconv.FormatFloat(share, 'f', 1, 64) + "%"
}

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
