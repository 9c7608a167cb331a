// Package tuvatext writes the cells of CCLF tables as the texts that the Tuva
// Project's Medicare CCLF connector reads.
package tuvatext

import (
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// A Cell appends the text of a cell of a column, and nothing for null.
type Cell func(dst []byte, row int) []byte

// Of returns the function for the cells of a column without a dictionary. Columns
// that the connector joins by have a tilde for null.
func Of(t *schema.Table, f *schema.Field, col arrow.Array) Cell {
	text := Plain(f, col)
	tilde := tuvaschema.Tilde(t.Name, f.Label)
	return func(dst []byte, row int) []byte {
		switch {
		case col.IsValid(row):
			return text(dst, row)
		case tilde:
			return append(dst, '~')
		}
		return dst
	}
}

// Plain is Of for cells that are not null.
func Plain(f *schema.Field, col arrow.Array) Cell {
	switch col := col.(type) {
	case *array.Int64:
		return func(dst []byte, row int) []byte { return strconv.AppendInt(dst, col.Value(row), 10) }
	case *array.Date32:
		return func(dst []byte, row int) []byte { return table.AppendDate(dst, int32(col.Value(row))) }
	case *array.Decimal128:
		// Quantities are cast to integers, amounts are not.
		trim := !strings.HasSuffix(f.Label, "_AMT")
		return func(dst []byte, row int) []byte { return appendDecimal(dst, col.Value(row), f.Scale, trim) }
	}
	text := col.(*array.String)
	if f.Label == wellknown.FillNumberLabel {
		return func(dst []byte, row int) []byte {
			if v := text.Value(row); isDigits(v) {
				dst = append(dst, v...)
			}
			return dst
		}
	}
	width := tuvaschema.Digits(f.Label)
	return func(dst []byte, row int) []byte {
		v := strings.TrimSpace(text.Value(row))
		if width > len(v) && isDigits(v) {
			dst = append(dst, strings.Repeat("0", width-len(v))...)
		}
		return append(dst, v...)
	}
}

func isDigits(v string) bool { return v != "" && strings.Trim(v, "0123456789") == "" }

// appendDecimal appends a number with its decimals, or without the zeros at
// their end.
func appendDecimal(dst []byte, v decimal128.Num, scale int, trim bool) []byte {
	if v.Sign() < 0 {
		dst = append(dst, '-')
		v = v.Negate()
	}
	var buf [40]byte
	digits := string(table.AppendDigits(buf[:0], v))
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale+1-len(digits)) + digits
	}
	whole, decimals := digits[:len(digits)-scale], digits[len(digits)-scale:]
	if trim {
		decimals = strings.TrimRight(decimals, "0")
	}
	dst = append(dst, whole...)
	if decimals == "" {
		return dst
	}
	return append(append(dst, '.'), decimals...)
}
