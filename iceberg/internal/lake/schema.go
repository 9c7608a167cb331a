package lake

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"
)

// readSchema returns the columns of a Parquet file as those of an Iceberg table. Their
// ids are provisional.
func readSchema(path string) (*iceberg.Schema, error) {
	r, err := file.OpenParquetFile(path, false)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	own, err := pqarrow.FromParquet(r.MetaData().Schema, nil, r.MetaData().KeyValueMetadata())
	if err != nil {
		return nil, err
	}
	fields := make([]arrow.Field, own.NumFields())
	for i, f := range own.Fields() {
		doc, _ := f.Metadata.GetValue("description")
		if dict, ok := f.Type.(*arrow.DictionaryType); ok {
			f.Type = dict.ValueType
		}
		// Without the ids that the library gives to columns of files without ids.
		f.Metadata = arrow.NewMetadata([]string{table.ArrowFieldDocKey}, []string{doc})
		fields[i] = f
	}
	return table.ArrowSchemaToIcebergWithFreshIDs(arrow.NewSchema(fields, nil), false)
}

// A schemaChange turns the columns of a table into those of a data set.
type schemaChange struct {
	add    []iceberg.NestedField
	widen  []iceberg.NestedField
	absent []string // columns that the data set no longer has
	order  []string // if the columns are in another order
}

func (c *schemaChange) empty() bool { return len(c.add)+len(c.widen)+len(c.order) == 0 }

// compareSchemas returns what must change in the columns of a table. A column that the
// data set no longer has stays, without values: if it were dropped and came back, it
// would be another column to Iceberg, and older snapshots would lose its values.
func compareSchemas(have, want *iceberg.Schema) (*schemaChange, error) {
	c := &schemaChange{}
	names := map[string]bool{}
	order := make([]string, 0, want.NumFields())
	for _, w := range want.Fields() {
		names[w.Name] = true
		order = append(order, w.Name)
		h, ok := have.FindFieldByName(w.Name)
		switch {
		case !ok:
			c.add = append(c.add, w)
		case h.Type.Equals(w.Type):
		case widens(h.Type, w.Type):
			c.widen = append(c.widen, w)
		default:
			return nil, &hintError{
				fmt.Errorf("column %s changed its type from %s to %s, and Iceberg tables cannot do that", w.Name, h.Type, w.Type),
				"publish to another --namespace, or drop the table from the catalog and publish again",
			}
		}
	}
	var now []string
	for _, h := range have.Fields() {
		now = append(now, h.Name)
		if !names[h.Name] {
			c.absent = append(c.absent, h.Name)
			order = append(order, h.Name)
		}
	}
	for _, a := range c.add { // new columns come last
		now = append(now, a.Name)
	}
	if !slices.Equal(now, order) {
		c.order = order
	}
	return c, nil
}

// widens reports whether Iceberg can change a column from one type to another.
func widens(from, to iceberg.Type) bool {
	switch from := from.(type) {
	case iceberg.Int32Type:
		return to.Equals(iceberg.PrimitiveTypes.Int64)
	case iceberg.Float32Type:
		return to.Equals(iceberg.PrimitiveTypes.Float64)
	case iceberg.DecimalType:
		to, ok := to.(iceberg.DecimalType)
		return ok && to.Scale() == from.Scale() && to.Precision() > from.Precision()
	}
	return false
}

// apply adds the change to a transaction.
func (c *schemaChange) apply(tx *table.Transaction, mapping iceberg.NameMapping) error {
	if c.empty() {
		return nil
	}
	var opts []table.UpdateSchemaOption
	if mapping != nil {
		opts = append(opts, table.WithNameMapping(mapping))
	}
	u := tx.UpdateSchema(true, false, opts...)
	for _, f := range c.widen {
		u.UpdateColumn([]string{f.Name}, table.ColumnUpdate{FieldType: iceberg.Optional[iceberg.Type]{Val: f.Type, Valid: true}})
	}
	for _, f := range c.add {
		u.AddColumn([]string{f.Name}, f.Type, f.Doc, false, nil)
	}
	for i, name := range c.order {
		if i == 0 {
			u.MoveFirst([]string{name})
		} else {
			u.MoveAfter([]string{name}, []string{c.order[i-1]})
		}
	}
	return u.Commit()
}
