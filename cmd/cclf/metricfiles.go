//go:build cgo

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/results"
	"github.com/cclf-tools/cclf/query"
)

// Metrics as CSV or TSV go to a folder, with a file per metric, if -o names a folder:
// one that exists, a name that ends in a slash, or, with more than one metric, a
// name without an ending.
func (o *metricsOptions) toFolder() bool {
	file := o.result.file
	if o.result.format != string(render.CSV) && o.result.format != string(render.TSV) || file == "" || file == "-" {
		return false
	}
	info, err := os.Stat(file)
	switch {
	case err == nil:
		return info.IsDir()
	case os.IsPathSeparator(file[len(file)-1]), strings.HasSuffix(file, "/"):
		return true
	}
	return len(o.metrics) > 1 && filepath.Ext(file) == ""
}

// metricFiles are the files of metrics on their way. They get their names together.
type metricFiles map[string]*resultFile

// writeFolder calls print with the files of all metrics, which it creates before a
// data set is opened. Metrics that print leaves out get none.
func (o *metricsOptions) writeFolder(ctx context.Context, e *env, print func(*env, metricFiles) error) (err error) {
	dir := cleanPath(o.result.file)
	if !blob.IsURL(dir) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return resultError(err)
		}
	}
	files := make(metricFiles)
	defer func() {
		for _, f := range files {
			f.discard()
		}
	}()
	for _, m := range o.metrics {
		if files[m.Name], err = createResult(ctx, blob.Join(dir, m.Name+"."+o.result.format)); err != nil {
			delete(files, m.Name)
			return resultError(err)
		}
	}
	to := *e
	to.resultDirs = []string{dir}
	for _, f := range files {
		to.resultDirs = f.dirs() // which all have
	}
	to.discardResult = func() {
		for _, f := range files {
			f.discard()
		}
	}
	return print(&to, files)
}

// writeMetricFiles computes metrics, and writes a file of each.
func writeMetricFiles(ctx context.Context, e *env, run *query.MetricRun, opts metricsOptions, files metricFiles) error {
	for _, m := range opts.metrics {
		rows, err := opts.rows(ctx, e, run, m)
		if err != nil {
			return err
		}
		err = results.WriteRows(files[m.Name].file, rows, results.Options{
			Format: render.Format(opts.result.format),
			CSV:    render.CSVOptions{Spreadsheet: opts.csvSafe.value(opts.result.format)},
		})
		if err := errors.Join(err, rows.Close()); err != nil {
			return err
		}
	}
	for _, m := range opts.metrics {
		if err := files[m.Name].commit(ctx); err != nil {
			return resultError(err)
		}
		delete(files, m.Name)
	}
	return nil
}

// writeMetricSheets computes metrics, and writes a workbook with a sheet of each.
func writeMetricSheets(ctx context.Context, e *env, db *query.DB, run *query.MetricRun, opts metricsOptions) (err error) {
	temp, err := db.TempFolder()
	if err != nil {
		return err
	}
	book, err := render.NewWorkbook(render.WorkbookOptions{TempDir: temp, Spreadsheet: opts.csvSafe.value("xlsx")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	for _, m := range opts.metrics {
		rows, err := opts.rows(ctx, e, run, m)
		if err != nil {
			return err
		}
		sheets, err := book.Add(m.Name, results.Columns(rows), rows)
		if err := errors.Join(err, rows.Close()); err != nil {
			return err
		}
		e.noteSheets(sheets[1:])
	}
	_, err = book.WriteTo(e.stdout)
	return err
}

// noteSheets names the sheets that a workbook needs because others are full.
func (e *env) noteSheets(more []string) {
	if len(more) > 0 {
		e.note("a sheet has 1,048,576 rows at the most; the workbook continues in " + strings.Join(more, ", "))
	}
}
