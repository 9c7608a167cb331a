package readers

import (
	"fmt"
	"math/big"
	"os"
	"strconv"

	"github.com/xitongsys/parquet-go/parquet"
	"github.com/xitongsys/parquet-go/reader"
	"github.com/xitongsys/parquet-go/source"
)

// readXitongsys reads a file with github.com/xitongsys/parquet-go.
func readXitongsys(name string) (*parquetFile, error) {
	f, err := openLocal(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := reader.NewParquetColumnReader(f, 1)
	if err != nil {
		return nil, err
	}
	defer r.ReadStop()
	found := &parquetFile{rowGroups: len(r.Footer.RowGroups)}
	found.rows = make([][]string, r.GetNumRows())
	for i, element := range r.Footer.Schema[1:] { // after the root
		typ, text, err := elementTextOf(element)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", element.Name, err)
		}
		found.columns = append(found.columns, column{element.Name, typ})
		values, _, _, err := r.ReadColumnByIndex(int64(i), r.GetNumRows())
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", element.Name, err)
		}
		if len(values) != len(found.rows) {
			return nil, fmt.Errorf("column %s: %d values in %d rows", element.Name, len(values), len(found.rows))
		}
		for row, v := range values {
			cell := ""
			if v != nil {
				cell = text(v)
			}
			found.rows[row] = append(found.rows[row], cell)
		}
	}
	return found, nil
}

// elementTextOf returns the type of a column and how to format its values.
func elementTextOf(e *parquet.SchemaElement) (string, func(any) string, error) {
	if !e.IsSetConvertedType() {
		if e.GetType() == parquet.Type_INT64 {
			return "INT64 int", func(v any) string { return strconv.FormatInt(v.(int64), 10) }, nil
		}
		return "", nil, fmt.Errorf("unexpected type %s", e.GetType())
	}
	kind := e.GetType().String()
	switch e.GetConvertedType() {
	case parquet.ConvertedType_INT_64:
		return kind + " int", func(v any) string { return strconv.FormatInt(v.(int64), 10) }, nil
	case parquet.ConvertedType_UTF8:
		return kind + " string", func(v any) string { return v.(string) }, nil
	case parquet.ConvertedType_DATE:
		return kind + " date", func(v any) string { return dateText(v.(int32)) }, nil
	case parquet.ConvertedType_DECIMAL:
		scale := int(e.GetScale())
		typ := fmt.Sprintf("%s decimal(%d,%d)", kind, e.GetPrecision(), scale)
		return typ, func(v any) string {
			switch v := v.(type) {
			case int32:
				return decimalText(big.NewInt(int64(v)), scale)
			case int64:
				return decimalText(big.NewInt(v), scale)
			}
			return decimalText(signed([]byte(v.(string))), scale)
		}, nil
	}
	return "", nil, fmt.Errorf("unexpected type %s %s", kind, e.GetConvertedType())
}

// localFile implements the reader's file interface. The reader opens it once per
// column.
type localFile struct {
	*os.File
}

func openLocal(name string) (source.ParquetFile, error) {
	f, err := os.Open(name)
	return localFile{f}, err
}

func (f localFile) Open(name string) (source.ParquetFile, error) {
	if name == "" {
		name = f.Name()
	}
	return openLocal(name)
}

func (f localFile) Create(string) (source.ParquetFile, error) { return nil, os.ErrInvalid }
