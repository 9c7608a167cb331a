//go:build cgo

package query

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
)

// A MetricWriter writes answers to metrics, one after the other, in the form
// that its maker stands for. It must be closed in the end.
type MetricWriter struct {
	bw    *bufio.Writer
	write func(*Metric, *Rows) error
	end   string
	count int
}

// NewMetricTable returns a writer of tables for people to read, below the
// reading and each with its title.
func NewMetricTable(w io.Writer, r Reading) *MetricWriter {
	mw := &MetricWriter{bw: bufio.NewWriter(w)}
	fmt.Fprintf(mw.bw, "Read as %s.\n", r.Says())
	mw.write = func(m *Metric, rows *Rows) error {
		fmt.Fprintf(mw.bw, "\n%s: %s (%s)\n\n", m.Name, m.Title, m.Units)
		return WriteTable(mw.bw, rows, TableOptions{})
	}
	return mw
}

// NewMetricCSV returns a writer of CSV. Each answer has a header row and, in
// its first column, the name of the metric; an empty line is between two.
func NewMetricCSV(w io.Writer, opts CSVOptions) *MetricWriter {
	mw := &MetricWriter{bw: bufio.NewWriter(w)}
	mw.write = func(m *Metric, rows *Rows) error {
		if mw.count > 1 {
			fmt.Fprintln(mw.bw)
		}
		cw := csv.NewWriter(mw.bw)
		record := []string{"metric"}
		for _, c := range rows.Columns() {
			record = append(record, opts.name(c.Name))
		}
		_ = cw.Write(record) // cw keeps the error
		record[0] = m.Name
		for rows.Next() {
			for i, v := range rows.Values() {
				record[i+1] = opts.field(v)
			}
			_ = cw.Write(record)
		}
		cw.Flush()
		if err := cw.Error(); err != nil {
			return err
		}
		return rows.Err()
	}
	return mw
}

// NewMetricJSON returns a writer of one JSON object, with the reading and the
// answers. Decimals are numbers with all their digits.
func NewMetricJSON(w io.Writer, r Reading) *MetricWriter {
	mw := &MetricWriter{bw: bufio.NewWriter(w), end: "]}\n"}
	fmt.Fprintf(mw.bw, `{"reading":"%s","metrics":[`+"\n", r)
	mw.write = func(m *Metric, rows *Rows) error {
		if mw.count > 1 {
			fmt.Fprint(mw.bw, ",")
		}
		fmt.Fprintf(mw.bw, `{"name":%s,"title":%s,"units":%s,"rows":`,
			appendString(nil, m.Name), appendString(nil, m.Title), appendString(nil, m.Units))
		if err := WriteJSON(mw.bw, rows); err != nil {
			return err
		}
		_, err := mw.bw.WriteString("}\n")
		return err
	}
	return mw
}

// Write writes the answer to a metric.
func (mw *MetricWriter) Write(m *Metric, rows *Rows) error {
	mw.count++
	if err := mw.write(m, rows); err != nil {
		return err
	}
	return mw.bw.Flush()
}

// Close ends the output. It does not close the writer below.
func (mw *MetricWriter) Close() error {
	if _, err := mw.bw.WriteString(mw.end); err != nil {
		return err
	}
	return mw.bw.Flush()
}

// WriteMetricList writes what metrics there are: their names and titles as a
// table, or all about them as JSON, or all but the columns as CSV.
func WriteMetricList(w io.Writer, form string, list []*Metric) error {
	switch form {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(list)
	case "csv":
		cw := csv.NewWriter(w)
		records := [][]string{{"name", "title", "meaning", "units", "rule", "rows", "default"}}
		for _, m := range list {
			records = append(records, []string{m.Name, m.Title, m.Meaning, m.Units, m.Rule, m.Rows, fmt.Sprint(m.Default)})
		}
		return cw.WriteAll(records)
	}
	layout := newLayout([]Column{{"name", "VARCHAR"}, {"title", "VARCHAR"}, {"units", "VARCHAR"}})
	var cells [][]string
	byName := false
	for _, m := range list {
		name := m.Name
		if !m.Default {
			name += " *"
			byName = true
		}
		cells = append(cells, []string{name, m.Title, m.Units})
	}
	out := layout.render(cells)
	if byName {
		out += "\n* only when asked for by name\n"
	}
	_, err := io.WriteString(w, out)
	return err
}
