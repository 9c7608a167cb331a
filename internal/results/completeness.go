//go:build cgo

package results

import (
	"bufio"
	"fmt"
	"io"
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
