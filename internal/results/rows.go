//go:build cgo

package results

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// Options control how results are printed. The zero value prints a table in
// which NULL is empty.
type Options struct {
	Format  render.Format // the default is render.Table
	Null    string        // stands for NULL in a table and between lines
	ASCII   bool          // what stands for what is not shown has ASCII characters
	Width   int           // of the terminal: tables fit it; 0 for any
	Rows    int           // of a table are shown; 0 for all
	Hint    string        // says how to see what a table does not show
	CSV     render.CSVOptions
	TempDir string // for workbooks; the default is os.TempDir()
	Program string // name and version, for pages
}

// A Writer prints the results of a script one after the other: a table, a CSV
// record set and the like each, or a sheet of one workbook, or a table of one page.
type Writer struct {
	w    io.Writer
	opts Options
	book *render.Workbook
	page *render.Page
	body *bufio.Writer // of page
	n    int           // results written

	// Split lists the sheets with rows that did not fit the sheet before.
	Split []string
}

// NewWriter returns a writer of results. Finish must be called after the last
// one, and Close in any case.
func NewWriter(w io.Writer, opts Options) (*Writer, error) {
	rw := &Writer{w: w, opts: opts}
	var err error
	switch opts.Format {
	case render.Excel:
		rw.book, err = render.NewWorkbook(render.WorkbookOptions{TempDir: opts.TempDir, Spreadsheet: opts.CSV.Spreadsheet})
	case render.HTML:
		rw.page = &render.Page{Title: "Query", Program: opts.Program}
		rw.body = bufio.NewWriter(w)
		rw.page.Begin(rw.body)
	}
	return rw, err
}

// Write writes the remaining rows of a result. Name is that of its sheet.
func (rw *Writer) Write(name string, rows *query.Rows) error {
	rw.n++
	switch {
	case rw.opts.Format == render.Parquet && rw.n > 1:
		return errors.New("a Parquet file has one result, and the script has more")
	case rw.opts.Format == render.Parquet:
		return rows.WriteParquet(rw.w)
	case rw.book != nil:
		sheets, err := rw.book.Add(name, Columns(rows), rows)
		if len(sheets) > 1 {
			rw.Split = append(rw.Split, sheets[1:]...)
		}
		return err
	case rw.page != nil:
		return render.WriteHTMLTable(rw.body, "Result "+strconv.Itoa(rw.n), Columns(rows), rows)
	}
	if rw.n > 1 && rw.opts.Format != render.JSON && rw.opts.Format != render.NDJSON {
		fmt.Fprintln(rw.w) // WriteRows reports the error
	}
	return WriteRows(rw.w, rows, rw.opts)
}

// Finish ends the output. It does not close the underlying writer.
func (rw *Writer) Finish() error {
	switch {
	case rw.book != nil:
		_, err := rw.book.WriteTo(rw.w)
		return err
	case rw.page != nil:
		rw.page.End(rw.body)
		return rw.body.Flush()
	}
	return nil
}

// Close removes temporary files.
func (rw *Writer) Close() error {
	if rw.book != nil {
		return rw.book.Close()
	}
	return nil
}

// WriteRows writes the remaining rows of a query result, in any format but those
// of a Writer.
func WriteRows(w io.Writer, rows *query.Rows, opts Options) error {
	columns := Columns(rows)
	switch opts.Format {
	case render.CSV, render.TSV:
		opts.CSV.Tabs = opts.Format == render.TSV
		return writeCSV(w, rows, opts.CSV)
	case render.JSON:
		return render.WriteJSON(w, columns, rows)
	case render.NDJSON:
		return render.WriteNDJSON(w, columns, rows)
	case render.Markdown:
		return render.WriteMarkdown(w, columns, rows)
	case render.Lines:
		return render.WriteLines(w, columns, rows, opts.Null)
	case render.Table, "":
		return render.WriteTable(w, columns, rows, render.TableOptions{Null: opts.Null, ASCII: opts.ASCII, Width: opts.Width, Rows: opts.Rows, Hint: opts.Hint})
	}
	return errors.New("results: internal error: no writer of rows as " + string(opts.Format))
}

// Columns returns the columns of a result.
func Columns(rows *query.Rows) []render.Column {
	columns := make([]render.Column, len(rows.Columns()))
	for i, c := range rows.Columns() {
		columns[i] = render.Column{Name: c.Name, Number: c.Numeric(), Type: c.Type}
	}
	return columns
}
