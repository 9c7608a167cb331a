package render

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// WriteJSON writes the rows as an array of objects, one object per line. Dates
// are strings, timestamps strings of RFC 3339 (in UTC if they have no time zone),
// decimals are numbers with all their digits, and columns with the same name get
// a number: n, n_2, n_3.
func WriteJSON(w io.Writer, columns []Column, rows Rows) error {
	bw := bufio.NewWriter(w)
	enc := newObjectEncoder(columns)
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

// WriteNDJSON writes one object per line, with the values of WriteJSON.
func WriteNDJSON(w io.Writer, columns []Column, rows Rows) error {
	bw := bufio.NewWriter(w)
	enc := newObjectEncoder(columns)
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

// WriteJSONValue writes a value as an indented JSON document, without the HTML
// escapes that encoding/json adds by default.
func WriteJSONValue(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// An objectEncoder encodes rows as JSON objects.
type objectEncoder struct {
	keys       []string // quoted, with the colon
	timestamps []bool   // which columns have timestamps
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
		enc.keys = append(enc.keys, string(AppendJSON(nil, name))+":")
		enc.timestamps = append(enc.timestamps, c.isTimestamp())
	}
	return enc
}

func (e objectEncoder) append(dst []byte, values []any) []byte {
	dst = append(dst, '{')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		if text, ok := v.(string); ok && e.timestamps[i] {
			v = rfc3339(text)
		}
		dst = AppendJSON(append(dst, e.keys[i]...), v)
	}
	return append(dst, '}')
}

// AppendJSON appends the JSON form of a value. NaN and infinity, which JSON has
// no numbers for, are strings.
func AppendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case string:
		return appendString(dst, v)
	case time.Time:
		return appendString(dst, Text(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return appendString(dst, Text(v))
		}
	}
	return append(dst, Text(v)...)
}

func appendString(dst []byte, s string) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string cannot fail
	return append(dst, strings.TrimSuffix(b.String(), "\n")...)
}
