//go:build cgo

package query

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	gotext "github.com/jedib0t/go-pretty/v6/text"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/schema"
)

// A FillReport says how full a data set is, and why columns are empty.
type FillReport struct {
	APIs   []schema.API // that the data set comes from; none when not known
	Tables []*TableFill
	// Drift is what the export had beside what the tables hold, if it is known.
	Drift *Drift
	// EmptyOnly leaves out the columns that have values.
	EmptyOnly bool
}

// columns are those of a table that the report is about.
func (r *FillReport) columns(t *TableFill) []*ColumnFill {
	var list []*ColumnFill
	for i := range t.Columns {
		if c := &t.Columns[i]; !r.EmptyOnly || c.Filled == 0 {
			list = append(list, c)
		}
	}
	return list
}

// reportWidth is how many columns of a terminal the explanations fill.
const reportWidth = 120

// WriteTable writes the report for people to read: the columns of each table,
// and below them those that are empty, with the reasons.
func (r *FillReport) WriteTable(w io.Writer) error {
	bw := bufio.NewWriter(w)
	estimated := false
	for i, t := range r.Tables {
		if i > 0 {
			fmt.Fprintln(bw)
		}
		r.writeTable(bw, t)
		estimated = estimated || t.Rows > exactRows
	}
	if estimated && !r.EmptyOnly {
		fmt.Fprintln(bw, "\n~ an estimate, by approx_count_distinct")
	}
	if r.Drift != nil {
		r.Drift.write(bw)
	}
	if len(r.APIs) == 0 {
		fmt.Fprintln(bw, "\nThe data set does not say which generation of BCDA it comes from; --api would explain empty columns.")
	}
	return bw.Flush()
}

func (r *FillReport) writeTable(w io.Writer, t *TableFill) {
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

// grid lays the columns of a table out as the rows of another.
func (r *FillReport) grid(t *TableFill) string {
	// The types decide on which side the cells stand.
	header := []Column{{"column", "VARCHAR"}, {"filled", "DOUBLE"}, {"distinct", "BIGINT"}, {"min", "DOUBLE"}, {"max", "DOUBLE"}}
	for _, api := range r.APIs {
		header = append(header, Column{api.String(), "VARCHAR"})
	}
	var cells [][]string
	for _, c := range r.columns(t) {
		distinct := strconv.FormatInt(c.Distinct, 10)
		if !c.Exact {
			distinct = "~" + distinct
		}
		row := []string{render.Plain(c.Name), percent(c.Filled, t.Rows), distinct, text(c.Min), text(c.Max)}
		for _, api := range r.APIs {
			source := ""
			if c.Field != nil {
				source = c.Source(api).Source.String()
			}
			row = append(row, source)
		}
		cells = append(cells, row)
	}
	return newLayout(header).render(cells)
}

// writeEmpty lists the empty columns of a table.
func (r *FillReport) writeEmpty(w io.Writer, t *TableFill) {
	width := 0
	var empty []*ColumnFill
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
		line := fmt.Sprintf("  %-*s", width, render.Plain(c.Name))
		reason := gotext.WrapSoft(c.Explain(r.APIs), reportWidth-width-4)
		for part := range strings.Lines(reason) {
			fmt.Fprintf(w, "%s  %s\n", line, strings.TrimSpace(part))
			line = strings.Repeat(" ", width+2)
		}
		if reason == "" {
			fmt.Fprintln(w, strings.TrimRight(line, " "))
		}
	}
}

// percent is a share for print. What is not all or nothing does not look so.
func percent(n, of int64) string {
	share := 100 * float64(n) / float64(of)
	switch {
	case n > 0 && share < 0.1:
		return "<0.1%"
	case n < of && share > 99.9:
		return ">99.9%"
	}
	return strconv.FormatFloat(share, 'f', 1, 64) + "%"
}

type fillReportJSON struct {
	APIs   []string        `json:"apis"`
	Tables []tableFillJSON `json:"tables"`
	Drift  *Drift          `json:"drift,omitempty"`
}

type tableFillJSON struct {
	Table   string           `json:"table"`
	Title   string           `json:"title,omitempty"`
	Rows    int64            `json:"rows"`
	Columns []columnFillJSON `json:"columns"`
}

type columnFillJSON struct {
	Column   string                `json:"column"`
	Type     string                `json:"type"`
	Filled   int64                 `json:"filled"`
	Share    float64               `json:"share"` // of the rows; 0 when there are none
	Distinct int64                 `json:"distinct"`
	Exact    bool                  `json:"distinct_exact"`
	Min      any                   `json:"min,omitempty"`
	Max      any                   `json:"max,omitempty"`
	Sources  map[string]sourceJSON `json:"sources"` // by generation
	Why      string                `json:"why_empty,omitempty"`
}

type sourceJSON struct {
	Source string `json:"source"`
	Note   string `json:"note,omitempty"`
}

// WriteJSON writes the report as one object.
func (r *FillReport) WriteJSON(w io.Writer) error {
	report := fillReportJSON{APIs: []string{}, Tables: []tableFillJSON{}, Drift: r.Drift}
	for _, api := range r.APIs {
		report.APIs = append(report.APIs, api.String())
	}
	for _, t := range r.Tables {
		table := tableFillJSON{Table: t.Name, Rows: t.Rows, Columns: []columnFillJSON{}}
		if t.Schema != nil {
			table.Title = t.Schema.Title
		}
		for _, c := range r.columns(t) {
			table.Columns = append(table.Columns, r.columnJSON(t, c))
		}
		report.Tables = append(report.Tables, table)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(report)
}

func (r *FillReport) columnJSON(t *TableFill, c *ColumnFill) columnFillJSON {
	j := columnFillJSON{
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

// share is n of some rows, from 0 to 1, with six decimals.
func share(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return math.Round(1e6*float64(n)/float64(of)) / 1e6
}

// WriteCSV writes a record for each column. The field source has what the
// generations say of it, with spaces between: "v1:absent v2:mapped".
func (r *FillReport) WriteCSV(w io.Writer, opts CSVOptions) error {
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
				opts.name(t.Name), text(t.Rows), opts.name(c.Name), c.Type, text(c.Filled), text(share(c.Filled, t.Rows)),
				text(c.Distinct), text(c.Exact), opts.field(c.Min), opts.field(c.Max),
				strings.Join(sources, " "), c.Explain(r.APIs),
			})
		}
	}
	return csv.NewWriter(w).WriteAll(records)
}
