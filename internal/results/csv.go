//go:build cgo

package results

import (
	"io"
	"runtime"
	"sync"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// writeCSV writes a header record and a record per row. NULL is an empty field, and
// empty text is "". Several goroutines format batches, which are written in order.
func writeCSV(w io.Writer, rows *query.Rows, opts render.CSVOptions) error {
	f := newCSVFormat(rows.Columns(), opts)
	if _, err := w.Write(f.header()); err != nil {
		return err
	}
	workers := runtime.GOMAXPROCS(0)
	jobs := make(chan *csvJob)
	queue := make(chan *csvJob, 2*workers) // in the order of the rows
	free := make(chan *csvJob, cap(queue)+workers+2)
	for range cap(free) {
		free <- &csvJob{done: make(chan struct{}, 1)}
	}
	for range workers {
		go func() {
			for job := range jobs {
				job.text = f.append(job.text[:0], job.batch)
				job.batch.Release()
				job.done <- struct{}{}
			}
		}()
	}
	var failed failure
	var writer sync.WaitGroup
	writer.Go(func() {
		for job := range queue {
			<-job.done
			if failed.get() == nil {
				_, err := w.Write(job.text)
				failed.set(err)
			}
			free <- job
		}
	})
	for failed.get() == nil {
		batch := rows.NextBatch()
		if batch == nil {
			break
		}
		job := <-free
		job.batch = batch
		queue <- job
		jobs <- job
	}
	close(jobs)
	close(queue)
	writer.Wait()
	if err := failed.get(); err != nil {
		return err
	}
	return rows.Err()
}

// A csvJob is a batch, and then its text.
type csvJob struct {
	batch *query.Batch
	text  []byte
	done  chan struct{}
}

// A failure is the first error of several goroutines.
type failure struct {
	mu  sync.Mutex
	err error
}

func (f *failure) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *failure) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

// A csvFormat formats rows as CSV records.
type csvFormat struct {
	columns []query.Column
	text    []bool // the column may need quotes
	opts    render.CSVOptions
}

func newCSVFormat(columns []query.Column, opts render.CSVOptions) *csvFormat {
	f := &csvFormat{columns: columns, opts: opts, text: make([]bool, len(columns))}
	for i, c := range columns {
		f.text[i] = !c.Numeric() && c.Type != "BOOLEAN" && c.Type != "DATE"
	}
	return f
}

// header returns the record with the names of the columns.
func (f *csvFormat) header() []byte {
	var dst []byte
	for i, c := range f.columns {
		if i > 0 {
			dst = append(dst, f.opts.Comma())
		}
		dst = f.quote(append(dst, c.Name...), len(dst))
	}
	return append(dst, '\n')
}

// append appends the records of a batch.
func (f *csvFormat) append(dst []byte, b *query.Batch) []byte {
	for row := range b.Len() {
		for i, isText := range f.text {
			if i > 0 {
				dst = append(dst, f.opts.Comma())
			}
			start := len(dst)
			var valid bool
			if dst, valid = b.AppendText(dst, i, row); isText && valid {
				dst = f.quote(dst, start)
			}
		}
		dst = append(dst, '\n')
	}
	return dst
}

// quote makes the text that starts at dst[start] a field.
func (f *csvFormat) quote(dst []byte, start int) []byte {
	if f.opts.Spreadsheet {
		safe := render.SpreadsheetSafe(string(dst[start:]))
		dst = append(dst[:start], safe...)
	}
	return f.opts.Quote(dst, start)
}
