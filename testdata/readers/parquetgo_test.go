package readers

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// readParquetGo reads a file with github.com/parquet-go/parquet-go.
func readParquetGo(name string) (*parquetFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return nil, err
	}
	found := &parquetFile{rowGroups: len(file.RowGroups())}
	var text []func(parquet.Value) string
	for _, c := range file.Root().Columns() {
		typ, read, err := valueTextOf(c.Type())
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name(), err)
		}
		found.columns = append(found.columns, column{c.Name(), typ})
		text = append(text, read)
	}
	for _, group := range file.RowGroups() {
		rows := group.Rows()
		defer rows.Close()
		buf := make([]parquet.Row, 1000)
		for {
			n, err := rows.ReadRows(buf)
			for _, row := range buf[:n] {
				values := make([]string, len(text))
				for _, v := range row {
					if !v.IsNull() {
						values[v.Column()] = text[v.Column()](v)
					}
				}
				found.rows = append(found.rows, values)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// valueTextOf returns the name of a type and how to format its values.
func valueTextOf(t parquet.Type) (string, func(parquet.Value) string, error) {
	kind := t.Kind()
	integer := func(v parquet.Value) string { return strconv.FormatInt(v.Int64(), 10) }
	logical := t.LogicalType()
	if logical == nil && kind == parquet.Int64 {
		return "INT64 int", integer, nil
	}
	if logical == nil {
		return "", nil, fmt.Errorf("unexpected type %s", t)
	}
	switch logical := logical.Value.(type) {
	case *format.IntType:
		return kind.String() + " int", integer, nil
	case *format.StringType:
		return kind.String() + " string", func(v parquet.Value) string { return string(v.ByteArray()) }, nil
	case *format.DateType:
		return kind.String() + " date", func(v parquet.Value) string { return dateText(v.Int32()) }, nil
	case *format.DecimalType:
		scale := int(logical.Scale)
		typ := fmt.Sprintf("%s decimal(%d,%d)", kind, logical.Precision, scale)
		return typ, func(v parquet.Value) string {
			switch kind {
			case parquet.Int32:
				return decimalText(big.NewInt(int64(v.Int32())), scale)
			case parquet.Int64:
				return decimalText(big.NewInt(v.Int64()), scale)
			}
			return decimalText(signed(v.ByteArray()), scale)
		}, nil
	}
	return "", nil, fmt.Errorf("unexpected type %s", t)
}
