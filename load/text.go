package load

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// describe returns a table with the columns of its files.
func describe(name string, files []dataset.FileRef, format dataset.Format) (*schema.Table, error) {
	known := lookup(name)
	t := &schema.Table{Name: name}
	if known != nil {
		*t = *known
	}
	if len(files) == 0 {
		return t, nil
	}
	var err error
	if t.Fields, err = fieldsOf(files[0].Path, format, known); err != nil {
		return nil, fmt.Errorf("%s: %w", files[0].Name, err)
	}
	return t, nil
}

// lookup returns the table with a name, of the Tuva profile too, or nil.
func lookup(name string) *schema.Table {
	for _, t := range tuvaschema.Files() {
		if t.Name == name && schema.Lookup(name) == nil {
			return t
		}
	}
	return schema.Lookup(name)
}

// fieldsOf returns the columns of a file. What the file does not say is that of the
// known table.
func fieldsOf(name string, format dataset.Format, known *schema.Table) ([]schema.Field, error) {
	if format == dataset.CSV {
		return csvFields(name, known)
	}
	batches, err := openBatches(context.Background(), name, format)
	if err != nil {
		return nil, err
	}
	var fields []schema.Field
	for _, f := range batches.Schema().Fields() {
		field := knownField(known, f.Name)
		field.Type = dataset.TypeOf(f.Type)
		fields = append(fields, field)
	}
	return fields, batches.close()
}

func csvFields(name string, known *schema.Table) ([]schema.Field, error) {
	f, err := blob.Open(context.Background(), name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	header, err := csv.NewReader(f).Read()
	if err != nil {
		return nil, err
	}
	fields := make([]schema.Field, len(header))
	for i, label := range header {
		fields[i] = knownField(known, label)
	}
	return fields, nil
}

func knownField(known *schema.Table, label string) schema.Field {
	if known != nil {
		if f := known.Field(label); f != nil {
			return *f
		}
	}
	return schema.Field{Label: label}
}

// text is the content of a file as CSV with a header.
type text struct {
	io.Reader
	close func() error // returns why the file could not be read
}

// openText opens a file of a table.
func openText(ctx context.Context, name string, format dataset.Format) (*text, error) {
	if format == dataset.CSV {
		f, err := blob.Open(ctx, name)
		if err != nil {
			return nil, err
		}
		return &text{f, f.Close}, nil
	}
	batches, err := openBatches(ctx, name, format)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := batches.writeCSV(w)
		w.CloseWithError(err)
		done <- err
	}()
	return &text{r, func() error {
		r.Close()
		err := <-done
		if errors.Is(err, io.ErrClosedPipe) { // the server did not want more
			err = nil
		}
		return errors.Join(err, batches.close())
	}}, nil
}

// batches are the rows of a file.
type batches struct {
	encode.Reader
	file blob.File
}

// openBatches opens a Parquet or Arrow file.
func openBatches(ctx context.Context, name string, format dataset.Format) (*batches, error) {
	f, err := blob.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	r, err := dataset.RowReader(format)(ctx, f, encode.ReadOptions{})
	if err != nil {
		f.Close()
		return nil, err
	}
	return &batches{r, f}, nil
}

func (b *batches) close() error { return errors.Join(b.Close(), b.file.Close()) }

// writeCSV writes all rows.
func (b *batches) writeCSV(w io.Writer) error {
	out, err := encode.NewCSV(w, &encode.File{Schema: b.Schema(), Memory: memory.DefaultAllocator})
	if err != nil {
		return err
	}
	for {
		rec, err := b.Next()
		if errors.Is(err, io.EOF) {
			return out.Close()
		}
		if err != nil {
			return err
		}
		if err := out.Write(rec.Columns()); err != nil {
			return err
		}
	}
}
