//go:build cgo

package results

import (
	"io"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// Options control how results are printed. The zero value prints a table in
// which NULL is empty.
type Options struct {
	Format render.Format // the default is render.Table
	Null   string        // stands for NULL in a table
	CSV    render.CSVOptions
}

// WriteRows writes the remaining rows of a query result: as a table, CSV, JSON
// or NDJSON.
func WriteRows(w io.Writer, rows *query.Rows, opts Options) error {
	columns := columnsOf(rows)
	switch opts.Format {
	case render.CSV:
		return render.WriteCSV(w, columns, rows, opts.CSV)
	case render.JSON:
		return render.WriteJSON(w, columns, rows)
	case render.NDJSON:
		return render.WriteNDJSON(w, columns, rows)
	default:
		return render.WriteTable(w, columns, rows, render.TableOptions{Null: opts.Null})
	}
}

func columnsOf(rows *query.Rows) []render.Column {
	columns := make([]render.Column, len(rows.Columns()))
	for i, c := range rows.Columns() {
		columns[i] = render.Column{Name: c.Name, Number: c.Numeric()}
	}
	return columns
}
