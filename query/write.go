//go:build cgo

package query

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/internal/render"
)

// CSVOptions tune WriteCSV.
type CSVOptions struct {
	// Spreadsheet puts an apostrophe before texts that a spreadsheet would take
	// for formulas. Numbers stay numbers.
	Spreadsheet bool
}

// name and field are how a name of a column and a value are written.
func (o CSVOptions) name(s string) string {
	if o.Spreadsheet {
		return render.SpreadsheetSafe(s)
	}
	return s
}

func (o CSVOptions) field(v any) string {
	switch v.(type) {
	case string, json.RawMessage:
		return o.name(text(v))
	}
	return text(v)
}

// WriteCSV writes a header row and the rows. NULL is an empty field, as is an
// empty string.
func WriteCSV(w io.Writer, rows *Rows, opts CSVOptions) error {
	cw := csv.NewWriter(w)
	record := make([]string, len(rows.Columns()))
	for i, c := range rows.Columns() {
		record[i] = opts.name(c.Name)
	}
	if err := cw.Write(record); err != nil {
		return err
	}
	for rows.Next() {
		for i, v := range rows.Values() {
			record[i] = opts.field(v)
		}
		if err := cw.Write(record); err != nil {
			return err
		}
	}
	cw.Flush()
	if err := cw.Error(); err != nil {
		return err
	}
	return rows.Err()
}

// WriteJSON writes the rows as an array of objects, one a line. Dates are
// strings, decimals are numbers with all their digits, and columns with the
// same name are told apart by a number.
func WriteJSON(w io.Writer, rows *Rows) error {
	bw := bufio.NewWriter(w)
	enc := newObjectEncoder(rows.Columns())
	sep := "["
	var buf []byte
	for rows.Next() {
		buf = append(buf[:0], sep...)
		buf = enc.append(append(buf, "\n  "...), rows.Values())
		sep = ","
		if _, err := bw.Write(buf); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	end := "\n]\n"
	if sep == "[" {
		end = "[]\n"
	}
	if _, err := bw.WriteString(end); err != nil {
		return err
	}
	return bw.Flush()
}

// WriteNDJSON writes an object a line.
func WriteNDJSON(w io.Writer, rows *Rows) error {
	bw := bufio.NewWriter(w)
	enc := newObjectEncoder(rows.Columns())
	var buf []byte
	for rows.Next() {
		buf = append(enc.append(buf[:0], rows.Values()), '\n')
		if _, err := bw.Write(buf); err != nil {
			return err
		}
	}
	if err := bw.Flush(); err != nil {
		return err
	}
	return rows.Err()
}

// An objectEncoder writes rows as JSON objects.
type objectEncoder struct {
	keys []string // with quotes and colon
}

func newObjectEncoder(columns []Column) objectEncoder {
	var enc objectEncoder
	seen := make(map[string]bool)
	for _, c := range columns {
		name := c.Name
		for n := 2; seen[name]; n++ {
			name = c.Name + "_" + strconv.Itoa(n)
		}
		seen[name] = true
		enc.keys = append(enc.keys, string(appendString(nil, name))+":")
	}
	return enc
}

func (e objectEncoder) append(dst []byte, values []any) []byte {
	dst = append(dst, '{')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSON(append(dst, e.keys[i]...), v)
	}
	return append(dst, '}')
}

// appendJSON appends one of the values that Rows has.
func appendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case string:
		return appendString(dst, v)
	case time.Time:
		return appendString(dst, text(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) { // not numbers in JSON
			return appendString(dst, text(v))
		}
	}
	return append(dst, text(v)...)
}

// appendString appends a JSON string, without the HTML escapes that
// encoding/json adds by default.
func appendString(dst []byte, s string) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string cannot fail
	return append(dst, strings.TrimSuffix(b.String(), "\n")...)
}

// text is the plain form of one of the values that Rows has. NULL is empty.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case json.RawMessage:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		format := byte('f')
		if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
			format = 'e'
		}
		return strconv.FormatFloat(v, format, -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.Format(time.DateOnly)
	default:
		return ""
	}
}
