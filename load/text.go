package load

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

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
	for _, f := range batches.schema.Fields() {
		field := knownField(known, f.Name)
		field.Type = typeOf(f.Type)
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

func typeOf(t arrow.DataType) schema.Type {
	switch t := t.(type) {
	case arrow.DecimalType:
		return schema.Type{Kind: schema.Decimal, Precision: int(t.GetPrecision()), Scale: int(t.GetScale())}
	case *arrow.Date32Type:
		return schema.Type{Kind: schema.Date}
	case *arrow.Int64Type, *arrow.Int32Type:
		return schema.Type{Kind: schema.Int}
	}
	return schema.Type{Kind: schema.Text}
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
	schema *arrow.Schema
	next   func() (arrow.RecordBatch, error) // io.EOF at the end; valid until the next call
	close  func() error
}

// openBatches opens a Parquet or Arrow file.
func openBatches(ctx context.Context, name string, format dataset.Format) (*batches, error) {
	f, err := blob.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	open := openParquet
	if format == dataset.Arrow {
		open = openArrow
	}
	b, err := open(ctx, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return b, nil
}

func openParquet(ctx context.Context, f blob.File) (*batches, error) {
	in, err := file.NewParquetReader(f)
	if err != nil {
		return nil, err
	}
	const batchRows = 8192
	reader, err := pqarrow.NewFileReader(in, pqarrow.ArrowReadProperties{BatchSize: batchRows}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	rows, err := reader.GetRecordReader(ctx, nil, nil)
	if err != nil {
		return nil, err
	}
	return &batches{
		schema: rows.Schema(),
		next: func() (arrow.RecordBatch, error) {
			if rows.Next() {
				return rows.RecordBatch(), nil
			}
			if err := rows.Err(); err != nil {
				return nil, err
			}
			return nil, io.EOF
		},
		close: func() error {
			rows.Release()
			return in.Close()
		},
	}, nil
}

func openArrow(_ context.Context, f blob.File) (*batches, error) {
	in, err := ipc.NewFileReader(f)
	if err != nil {
		return nil, err
	}
	return &batches{schema: in.Schema(), next: in.Read, close: func() error { return errors.Join(in.Close(), f.Close()) }}, nil
}

// writeCSV writes all rows.
func (b *batches) writeCSV(w io.Writer) error {
	out, err := encode.NewCSV(w, &encode.File{Schema: b.schema, Memory: memory.DefaultAllocator})
	if err != nil {
		return err
	}
	for {
		rec, err := b.next()
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
