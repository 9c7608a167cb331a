package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"time"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// ErrNotAddable reports a data set that deliveries cannot be added to.
var ErrNotAddable = errors.New("cannot add deliveries to this data set")

// openOld opens the data set in the place of the new one, if there is one and it
// is not to be replaced, and reads which deliveries it has.
func (i *importer) openOld() error {
	set, err := dataset.Open(i.opts.Out)
	if i.opts.Overwrite || errors.Is(err, fs.ErrNotExist) || errors.Is(err, dataset.ErrNoManifest) {
		i.opts.Format = cmp.Or(i.opts.Format, dataset.Parquet)
		return nil
	}
	if err != nil {
		return err
	}
	m := set.Manifest
	i.opts.Format = cmp.Or(i.opts.Format, m.Format)
	switch {
	case m.Source != dataset.SourceCCLF:
		return fmt.Errorf("%w: %s has the data of an export", ErrNotAddable, i.opts.Out)
	case m.Profile != "" || i.opts.Profile != "":
		return fmt.Errorf("%w: it has, or would get, the tables of a profile", ErrNotAddable)
	case m.Format != dataset.Parquet:
		return fmt.Errorf("%w: its format is %s, and only parquet can be added to", ErrNotAddable, m.Format)
	case i.opts.Format != m.Format:
		return fmt.Errorf("%w: its format is %s, and not %s", ErrNotAddable, m.Format, i.opts.Format)
	}
	i.opts.PartitionBy = cmp.Or(i.opts.PartitionBy, m.PartitionBy)
	i.opts.Sort = i.opts.Sort || m.Sorted()
	i.old = &oldData{m, set}
	return i.readOldDeliveries()
}

// nothingNew reports whether all inputs were imported before.
func (i *importer) nothingNew() bool {
	if i.old == nil {
		return false
	}
	if i.lists.any() {
		return false
	}
	for _, g := range i.deliveries.list {
		for _, f := range g.files {
			if !f.old {
				return false
			}
		}
	}
	return true
}

// table returns the part files of a table of the old data set, as files to be
// read.
func (o *oldData) table(name string, t *schema.Table) (files []*file) {
	for _, entry := range o.manifest.Tables {
		if entry.Name != name {
			continue
		}
		for _, ref := range o.set.Files(entry) {
			in := &input{Path: ref.Path, Size: -1, open: func() (io.ReadCloser, error) { return blob.Open(context.Background(), ref.Path) }}
			files = append(files, &file{input: in, content: labeledParquet, table: t})
		}
	}
	return files
}

// files returns the rows of a table of the old data set, as files to be read.
func (o *oldData) files(t *schema.Table) (states []*state) {
	if o == nil {
		return nil
	}
	for _, f := range o.table(t.Name, t) {
		states = append(states, &state{file: f, delivery: &group{}, old: true, around: true})
	}
	return states
}

// readOldDeliveries reads the table of the deliveries of the old data set.
func (i *importer) readOldDeliveries() error {
	for _, f := range i.old.table(schema.DeliveriesTable, nil) {
		in, err := openLabeled(context.Background(), f)
		if err != nil {
			return &InputError{f.Path, err}
		}
		err = i.addOldDeliveries(in)
		if err = errors.Join(err, in.close()); err != nil {
			return &InputError{f.Path, err}
		}
	}
	return nil
}

func (i *importer) addOldDeliveries(in labeledReader) error {
	columns := map[string]int{}
	for at, name := range in.header() {
		columns[name] = at
	}
	for {
		row, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		text := func(label string) string {
			if at, ok := columns[label]; ok {
				return string(row.values[at])
			}
			return ""
		}
		number := func(label string) int64 {
			n, _ := strconv.ParseInt(text(label), 10, 64) // which cclf wrote
			return n
		}
		name := text(schema.FileNameLabel)
		day, _ := time.Parse(time.DateOnly, text(schema.FileDateLabel))
		source := &state{file: &file{input: &input{Path: name}}, old: true}
		s := i.deliveries.from(text("CCLF_FILE"), name, day, source) // of no other file of the table
		s.old, s.delivery.old = true, true
		s.rows, s.rejects = number("ROWS_READ"), number("ROWS_REJECTED")
		s.redelivered = number("ROWS_REDELIVERED") // those that are revised have rows and are found again
		s.delivery.superseded = number("SUPERSEDED") == 1
		if text("ROWS_PROMISED") != "" {
			s.delivery.promises = append(s.delivery.promises, Promise{File: text("CCLF_FILE"), Rows: number("ROWS_PROMISED")})
		}
	}
}

// copyRejects adds the rejects of the old data set to those of the new one.
func (o *oldData) copyRejects(to *dataset.RejectFile) error {
	if o == nil || o.manifest.Rejects == nil {
		return nil
	}
	f, err := blob.Open(context.Background(), o.set.Path(o.manifest.Rejects.Name))
	if err != nil {
		return err
	}
	defer f.Close()
	return to.Copy(f)
}

// count adds what the old data set was made of to the manifest of the new one.
func (o *oldData) count(m *dataset.Manifest) {
	if o == nil {
		return
	}
	m.Inputs = append(m.Inputs, o.manifest.Inputs...)
	m.PassedOver = append(m.PassedOver, o.manifest.PassedOver...)
	m.TextSize += o.manifest.TextSize
	m.Counts.Lines += o.manifest.Counts.Lines
	m.Counts.Rejected += o.manifest.Counts.Rejected
}
