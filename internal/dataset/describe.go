package dataset

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/schema"
)

// Describe returns the table with a name in a data set, with the columns of one of its
// files, without those of changes. What a file does not say is that of the table that
// cclf writes under this name.
func Describe(name string, file FileRef, format Format) (*schema.Table, error) {
	t := &schema.Table{Name: path.Base(name)}
	if known := lookupTables(name); len(known) > 0 {
		*t = *known[0]
	}
	spec := specOf(format)
	if spec == nil || spec.open == nil {
		return nil, fmt.Errorf("the format %s has no columns that can be read", format)
	}
	in, err := blob.Open(context.Background(), file.Path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r, err := spec.open(context.Background(), in, encode.ReadOptions{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file.Name, err)
	}
	defer r.Close()
	known := *t
	t.Fields = nil
	for _, f := range r.Schema().Fields() {
		if isChangeColumn(f.Name) {
			continue
		}
		field := schema.Field{Label: f.Name}
		if k := known.Field(f.Name); k != nil {
			field = *k
		}
		if format != CSV {
			field.Type = TypeOf(f.Type)
		}
		t.Fields = append(t.Fields, field)
	}
	return t, nil
}

// isChangeColumn reports whether only rows of changes have a column.
func isChangeColumn(label string) bool {
	return slices.Contains([]string{OpColumn, RunColumn, TransactionTimeColumn}, label)
}

// TypeOf returns the type of a column of a file.
func TypeOf(t arrow.DataType) schema.Type {
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
