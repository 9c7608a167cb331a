//go:build cgo

package results

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// A MetricWriter prints metrics one after the other.
//
// As a table, each metric has its title, and the first line says on which basis
// all of them were computed. As CSV, each metric has a header record and its
// name in the first field, and an empty line separates metrics. As JSON, the
// output is one object with the basis and the metrics.
type MetricWriter struct {
	bw    *bufio.Writer
	opts  Options
	basis query.Basis
	count int // of metrics written
}

// NewMetricWriter returns a writer of metrics that were computed on a basis.
// Close must be called after the last metric.
func NewMetricWriter(w io.Writer, basis query.Basis, opts Options) *MetricWriter {
	mw := &MetricWriter{bw: bufio.NewWriter(w), opts: opts, basis: basis}
	switch opts.Format {
	case render.CSV:
	case render.JSON:
		fmt.Fprintf(mw.bw, `{"basis":"%s","metrics":[`+"\n", basis)
	default:
		fmt.Fprintf(mw.bw, "Basis: %s.\n", basis.Describe())
	}
	return mw
}

// Write writes a metric.
func (mw *MetricWriter) Write(m *query.Metric, rows *query.Rows) error {
	mw.count++
	var err error
	switch mw.opts.Format {
	case render.CSV:
		err = mw.writeCSV(m, rows)
	case render.JSON:
		err = mw.writeJSON(m, rows)
	default:
		fmt.Fprintf(mw.bw, "\n%s: %s (%s)\n\n", m.Name, m.Title, m.Units)
		err = WriteRows(mw.bw, rows, Options{})
	}
	if err != nil {
		return err
	}
	return mw.bw.Flush()
}

func (mw *MetricWriter) writeCSV(m *query.Metric, rows *query.Rows) error {
	if mw.count > 1 {
		fmt.Fprintln(mw.bw)
	}
	return render.WriteLabeledCSV(mw.bw, "metric", m.Name, columnsOf(rows), rows, mw.opts.CSV)
}

func (mw *MetricWriter) writeJSON(m *query.Metric, rows *query.Rows) error {
	if mw.count > 1 {
		fmt.Fprint(mw.bw, ",")
	}
	fmt.Fprintf(mw.bw, `{"name":%s,"title":%s,"units":%s,"rows":`,
		render.AppendJSON(nil, m.Name), render.AppendJSON(nil, m.Title), render.AppendJSON(nil, m.Units))
	if err := render.WriteJSON(mw.bw, columnsOf(rows), rows); err != nil {
		return err
	}
	_, err := mw.bw.WriteString("}\n")
	return err
}

// Close ends the output. It does not close the underlying writer.
func (mw *MetricWriter) Close() error {
	if mw.opts.Format == render.JSON {
		fmt.Fprint(mw.bw, "]}\n") // Flush reports the error
	}
	return mw.bw.Flush()
}

// WriteMetricList writes a list of metrics: their names, titles and units as a
// table, everything but the columns as CSV, or everything as JSON.
func WriteMetricList(w io.Writer, format render.Format, list []*query.Metric) error {
	switch format {
	case render.JSON:
		return render.WriteJSONValue(w, list)
	case render.CSV:
		records := [][]string{{"name", "title", "meaning", "units", "rule", "rows", "default"}}
		for _, m := range list {
			records = append(records, []string{m.Name, m.Title, m.Meaning, m.Units, m.Rule, m.Rows, fmt.Sprint(m.Default)})
		}
		return csv.NewWriter(w).WriteAll(records)
	}
	var cells [][]string
	note := ""
	for _, m := range list {
		name := m.Name
		if !m.Default {
			name += " *"
			note = "\n* run only when named explicitly\n"
		}
		cells = append(cells, []string{name, m.Title, m.Units})
	}
	grid := render.NewGrid([]render.Column{{Name: "name"}, {Name: "title"}, {Name: "units"}})
	_, err := io.WriteString(w, grid.Render(cells)+note)
	return err
}
