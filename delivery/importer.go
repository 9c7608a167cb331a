package delivery

import (
	"fmt"
	"sync"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// An importer is the state of an import.
type importer struct {
	opts       Options
	finder     finder
	deliveries deliveries
	groups     []*group        // in the order of their times, once all are read
	lists      lists           // beside the deliveries
	old        *oldData        // the data set that is added to
	tables     []*schema.Table // those of CCLF, with the columns of deliveries
	set        *dataset.Writer
	readers    []*tableReader // by table
	log        *redeliveryLog
	dropped    []table.OrdinalSet // by table: rows that were delivered before
	rejects    *dataset.RejectFile
	report     *Report

	reading sync.Mutex // of bytes, and of calls of Progress
	bytes   int64      // of text read

	mu      sync.Mutex // of misfits, and of rejects while tables are written
	misfits int64
}

// progress reports that n more bytes were read. The files of several tables are
// read at once.
func (i *importer) progress(n int64) {
	i.reading.Lock()
	defer i.reading.Unlock()
	i.bytes += n
	if i.opts.Progress != nil {
		i.opts.Progress(Progress{"read", i.bytes, -1})
	}
}

// reject takes in a record that could not be read.
func (i *importer) reject(bad Reject) error {
	i.report.Rejected++
	if err := i.rejects.Encode(bad); err != nil {
		return err
	}
	if i.opts.MaxRejects >= 0 && i.report.Rejected > i.opts.MaxRejects {
		return fmt.Errorf("%w: more than %d, the last in %s line %d: %s", ErrTooManyRejects, i.opts.MaxRejects, bad.File, bad.Line, bad.Reason)
	}
	return nil
}

// oldData is a data set of deliveries that more are added to. Its methods may be
// called on nil, which has none.
type oldData struct {
	manifest *dataset.Manifest
	set      *dataset.Set
}
