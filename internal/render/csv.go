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

// Comma returns what separates fields.
func (o CSVOptions) Comma() byte {
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
	return o.Quote(append(dst, o.Field(v)...), len(dst))
}

// Quote puts the content of a field, which starts at dst[start], in quotes if it needs
// them to be read back, by the rules of encoding/csv, and also if it is empty.
func (o CSVOptions) Quote(dst []byte, start int) []byte {
	if !o.needsQuotes(dst[start:]) {
		return dst
	}
	content := strings.ReplaceAll(string(dst[start:]), `"`, `""`)
	dst = append(append(dst[:start], '"'), content...)
	return append(dst, '"')
}

func (o CSVOptions) needsQuotes(content []byte) bool {
	if len(content) == 0 || string(content) == `\.` {
		return true
	}
	comma := o.Comma()
	for _, c := range content {
		if c == comma || c == '"' || c == '\n' || c == '\r' {
			return true
		}
	}
	first, _ := utf8.DecodeRune(content)
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
		begin = append(begin, opts.Comma())
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
			dst = append(dst, o.Comma())
		}
		dst = o.append(dst, v)
	}
	return append(dst, '\n')
}
