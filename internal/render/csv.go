package render

import (
	"encoding/csv"
	"encoding/json"
	"io"
)

// CSVOptions control how CSV is written. The zero value writes values
// unchanged.
type CSVOptions struct {
	// Spreadsheet makes text that a spreadsheet would treat as a formula safe
	// to open: see SpreadsheetSafe. Numbers and dates are unchanged.
	Spreadsheet bool
}

// Field formats a value as a CSV field.
func (o CSVOptions) Field(v any) string {
	text := Text(v)
	if !o.Spreadsheet {
		return text
	}
	switch v.(type) {
	case string, json.RawMessage:
		return SpreadsheetSafe(text)
	}
	return text
}

// WriteCSV writes a header record and a record per row. A nil value is an empty
// field, as is an empty string.
func WriteCSV(w io.Writer, columns []Column, rows Rows, opts CSVOptions) error {
	return writeCSV(w, nil, nil, columns, rows, opts)
}

// WriteLabeledCSV is WriteCSV with one more field at the start of each record:
// name in the header, label in the rows. Several results written one after the
// other can be told apart by it.
func WriteLabeledCSV(w io.Writer, name, label string, columns []Column, rows Rows, opts CSVOptions) error {
	return writeCSV(w, []string{name}, []string{label}, columns, rows, opts)
}

// writeCSV writes the fields of header before the names of the columns, and
// those of prefix before each row.
func writeCSV(w io.Writer, header, prefix []string, columns []Column, rows Rows, opts CSVOptions) error {
	cw := csv.NewWriter(w)
	for _, c := range columns {
		header = append(header, opts.Field(c.Name))
	}
	_ = cw.Write(header) // cw.Error reports the error
	for cw.Error() == nil && rows.Next() {
		record := prefix
		for _, v := range rows.Values() {
			record = append(record, opts.Field(v))
		}
		_ = cw.Write(record)
		prefix = record[:len(prefix)] // reuse the memory
	}
	cw.Flush()
	if err := cw.Error(); err != nil {
		return err
	}
	return rows.Err()
}
