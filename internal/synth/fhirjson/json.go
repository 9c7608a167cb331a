// Package fhirjson writes JSON as the servers do, and changes the order of keys.
//
// Its functions append to a buffer and return it. Each member and element is written
// with a comma after it; whoever closes the object or array removes the last one.
package fhirjson

import (
	"strconv"
	"unicode/utf8"

	"github.com/cclf-tools/cclf/internal/synth/column"
)

// CloseObject ends an object.
func CloseObject(b []byte) []byte { return CloseWith(b, '}') }

// CloseArray ends an array, with a comma after it. start is where its member starts
// and open is the position after its opening bracket: if the array is empty,
// CloseArray removes the member.
func CloseArray(b []byte, start, open int) []byte {
	if len(b) == open {
		return b[:start]
	}
	b[len(b)-1] = ']'
	return append(b, ',')
}

func CloseWith(b []byte, bracket byte) []byte {
	if last := len(b) - 1; b[last] == ',' {
		b[last] = bracket
		return b
	}
	return append(b, bracket)
}

// AppendString appends a JSON string as Go's encoder does, with HTML characters
// escaped.
func AppendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == '\u2028' || r == '\u2029' {
				b = append(b, s[start:i]...)
				b = append(b, `\u202`...)
				b = append(b, hex[r&15])
				start = i + size
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// AppendPlain appends a JSON string that has nothing to escape.
func AppendPlain(b []byte, s string) []byte {
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func AppendDate(b []byte, d column.Date) []byte {
	b = append(b, '"')
	b = d.Append(b)
	return append(b, '"')
}

func AppendInstant(b []byte, t column.Instant) []byte {
	b = append(b, '"')
	b = t.Append(b)
	return append(b, '"')
}

func AppendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

// AppendID appends a number as a JSON string.
func AppendID(b []byte, n int64) []byte {
	b = append(b, '"')
	b = strconv.AppendInt(b, n, 10)
	return append(b, '"')
}

// Member writes a key and a string with a comma after it, or nothing if the string is
// empty.
func Member(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, '"')
	b = append(b, key...)
	b = append(b, `":`...)
	b = AppendString(b, value)
	return append(b, ',')
}

// Strings writes a key and an array of the strings that are not empty, with a comma
// after it, or nothing if there are none.
func Strings(b []byte, key string, values []string) []byte {
	start := len(b)
	b = append(append(append(b, '"'), key...), `":[`...)
	open := len(b)
	for _, value := range values {
		if value != "" {
			b = append(AppendString(b, value), ',')
		}
	}
	return CloseArray(b, start, open)
}
