//go:build cgo

package results

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// MetricInfo is what all metrics of an output share.
type MetricInfo struct {
	Basis      query.Basis
	Population *query.Population // nil for the whole data set
	Warnings   []string
}

// A MetricWriter prints metrics one after the other.
//
// As a table, each metric has its title, and the first line says on which basis
// all of them were computed. As CSV, each metric has a header record and its
// name in the first field, and an empty line separates metrics. As JSON, the
// output is one object with the metrics and what they share.
type MetricWriter struct {
	bw    *bufio.Writer
	opts  Options
	info  MetricInfo
	count int // of metrics written
}

// NewMetricWriter returns a writer of metrics. Close must be called after the last
// metric.
func NewMetricWriter(w io.Writer, info MetricInfo, opts Options) *MetricWriter {
	mw := &MetricWriter{bw: bufio.NewWriter(w), opts: opts, info: info}
	switch opts.Format {
	case render.CSV, render.TSV:
	case render.JSON:
		fmt.Fprintf(mw.bw, `{"basis":"%s","metrics":[`+"\n", info.Basis)
	default:
		fmt.Fprintf(mw.bw, "Basis: %s.\n", info.Basis.Describe())
	}
	return mw
}

// Write writes a metric.
func (mw *MetricWriter) Write(m *query.Metric, rows *query.Rows) error {
	mw.count++
	var err error
	switch mw.opts.Format {
	case render.CSV, render.TSV:
		err = mw.writeCSV(m, rows)
	case render.Markdown:
		fmt.Fprintf(mw.bw, "\n## %s\n\n%s (%s)\n\n", m.Name, m.Title, m.Units)
		err = WriteRows(mw.bw, rows, mw.opts)
	case render.JSON:
		err = mw.writeJSON(m, rows)
	default:
		fmt.Fprintf(mw.bw, "\n%s: %s (%s)\n\n", m.Name, m.Title, m.Units)
		err = WriteRows(mw.bw, rows, mw.opts)
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
	opts := mw.opts.CSV
	opts.Tabs = mw.opts.Format == render.TSV
	return render.WriteLabeledCSV(mw.bw, "metric", m.Name, Columns(rows), rows, opts)
}

func (mw *MetricWriter) writeJSON(m *query.Metric, rows *query.Rows) error {
	if mw.count > 1 {
		fmt.Fprint(mw.bw, ",")
	}
	fmt.Fprintf(mw.bw, `{"name":%s,"title":%s,"units":%s,"rows":`,
		render.AppendJSON(nil, m.Name), render.AppendJSON(nil, m.Title), render.AppendJSON(nil, m.Units))
	if err := render.WriteJSON(mw.bw, Columns(rows), rows); err != nil {
		return err
	}
	_, err := mw.bw.WriteString("}\n")
	return err
}

// Close ends the output. It does not close the underlying writer.
func (mw *MetricWriter) Close() error {
	if mw.opts.Format == render.JSON {
		shared, err := json.Marshal(struct {
			Population *query.Population `json:"population"`
			Warnings   []string          `json:"warnings"`
		}{mw.info.Population, append([]string{}, mw.info.Warnings...)})
		if err != nil {
			return err
		}
		fmt.Fprintf(mw.bw, "],%s\n", shared[1:]) // Flush reports the error
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
		records := [][]string{{"name", "group", "title", "meaning", "units", "rule", "rows", "default"}}
		for _, m := range list {
			records = append(records, []string{m.Name, m.Group, m.Title, m.Meaning, m.Units, m.Rule, m.Rows, fmt.Sprint(m.Default)})
		}
		return csv.NewWriter(w).WriteAll(records)
	}
	return writeMetricGroups(w, list)
}

// writeMetricGroups writes a table of metrics for each group.
func writeMetricGroups(w io.Writer, list []*query.Metric) error {
	note := ""
	for i, group := range metricGroups(list) {
		var cells [][]string
		for _, m := range list {
			if m.Group != group {
				continue
			}
			name := m.Name
			if !m.Default {
				name += " *"
				note = "\n* run only when named explicitly\n"
			}
			cells = append(cells, []string{name, m.Title, m.Units})
		}
		grid := render.NewGrid([]render.Column{{Name: "name"}, {Name: "title"}, {Name: "units"}})
		if i > 0 {
			group = "\n" + group
		}
		if _, err := io.WriteString(w, group+"\n\n"+grid.Render(cells)); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, note)
	return err
}

// metricGroups returns the groups of metrics, in order.
func metricGroups(list []*query.Metric) []string {
	var groups []string
	for _, m := range list {
		if !slices.Contains(groups, m.Group) {
			groups = append(groups, m.Group)
		}
	}
	return groups
}
