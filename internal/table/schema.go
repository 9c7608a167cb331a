package table

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/cclf-tools/cclf/schema"
)

// arrowType is the Arrow type of a field's column.
func arrowType(f *schema.Field) arrow.DataType {
	switch f.Kind {
	case schema.Int:
		return arrow.PrimitiveTypes.Int64
	case schema.Decimal:
		return &arrow.Decimal128Type{Precision: int32(f.Precision), Scale: int32(f.Scale)}
	case schema.Date:
		return arrow.FixedWidthTypes.Date32
	}
	return arrow.BinaryTypes.String
}

// Schema is the Arrow schema of a table.
func Schema(t *schema.Table) *arrow.Schema {
	fields := make([]arrow.Field, len(t.Fields))
	for i := range t.Fields {
		f := &t.Fields[i]
		fields[i] = arrow.Field{
			Name:     f.Label,
			Type:     arrowType(f),
			Nullable: true,
			Metadata: arrow.NewMetadata([]string{"description"}, []string{f.Description}),
		}
	}
	meta := arrow.NewMetadata([]string{"description"}, []string{t.Description})
	return arrow.NewSchema(fields, &meta)
}
