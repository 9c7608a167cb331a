package render

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CSVOptions control how CSV is written. The zero value writes values
// unchanged.
type CSVOptions struct {
	// Tabs separates fields by tabs, not by commas.
	Tabs bool
	// Spreadsheet makes text that a spreadsheet would treat as a formula safe
	// to open: see SpreadsheetSafe. Numbers and dates are unchanged.
	Spreadsheet bool
}

// Field formats a value as the content of a CSV field.
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

func (o CSVOptions) comma() byte {
	if o.Tabs {
		return '\t'
	}
	return ','
}

// append appends a value as a CSV field. Nothing stands for nil, and "" for empty
// text, as in PostgreSQL and DuckDB, which read them back that way.
func (o CSVOptions) append(dst []byte, v any) []byte {
	if v == nil {
		return dst
	}
	text := o.Field(v)
	if !o.needsQuotes(text) {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(text, `"`, `""`)...)
	return append(dst, '"')
}

// needsQuotes reports whether a field must be in quotes to be read back, by the
// rules of encoding/csv, and also if it is empty.
func (o CSVOptions) needsQuotes(text string) bool {
	if text == "" || text == `\.` {
		return true
	}
	for i := range len(text) {
		if c := text[i]; c == o.comma() || c == '"' || c == '\n' || c == '\r' {
			return true
		}
	}
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsSpace(first)
}

// WriteCSV writes a header record and a record per row. A nil value is an empty
// field, and an empty string is "".
func WriteCSV(w io.Writer, columns []Column, rows Rows, opts CSVOptions) error {
	return writeCSV(w, nil, nil, columns, rows, opts)
}

// WriteLabeledCSV is WriteCSV with one more field at the start of each record:
// name in the header, label in the rows. Several results written one after the
// other can be told apart by it.
func WriteLabeledCSV(w io.Writer, name, label string, columns []Column, rows Rows, opts CSVOptions) error {
	return writeCSV(w, []any{name}, []any{label}, columns, rows, opts)
}

// writeCSV writes the fields of header before the names of the columns, and
// those of prefix before each row.
func writeCSV(w io.Writer, header, prefix []any, columns []Column, rows Rows, opts CSVOptions) error {
	bw := bufio.NewWriter(w)
	for _, c := range columns {
		header = append(header, c.Name)
	}
	record := opts.appendRecord(nil, header)
	begin := opts.appendRecord(nil, prefix)
	begin = begin[:len(begin)-1]
	if len(prefix) > 0 {
		begin = append(begin, opts.comma())
	}
	for {
		if _, err := bw.Write(record); err != nil {
			return err
		}
		if !rows.Next() {
			break
		}
		record = opts.appendRecord(append(record[:0], begin...), rows.Values())
	}
	if err := bw.Flush(); err != nil {
		return err
	}
	return rows.Err()
}

// appendRecord appends fields and the end of a line.
func (o CSVOptions) appendRecord(dst []byte, values []any) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, o.comma())
		}
		dst = o.append(dst, v)
	}
	return append(dst, '\n')
}
