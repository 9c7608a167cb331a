package delivery

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A decoder reads the fixed-width records of one table into pages. It is not
// changed by reading.
type decoder struct {
	table  *schema.Table
	slots  []slot
	length int // of a record
	cells  int // columns of the page, with those that follow the fields of CCLF
}

// A slot is the place of a field in a record, counted from 0.
type slot struct {
	col        int // of the page
	start, end int
	typ        schema.Type
}

// newDecoder returns the decoder of a table, whose fields may be followed by
// others that records do not have.
func newDecoder(t *schema.Table, l schema.Layout) *decoder {
	d := &decoder{table: t, cells: len(t.Fields)}
	for _, s := range t.Record(l) {
		d.slots = append(d.slots, slot{col: t.Index(s.Field.Label), start: s.Start - 1, end: s.End, typ: s.Field.Type})
		d.length = s.End
	}
	return d
}

// A FieldError says which field of a record is bad, and why. It has no value.
type FieldError struct {
	Label  string // empty for the whole record
	Byte   int    // of the record, counted from 0
	Reason string
}

func (e *FieldError) Error() string {
	if e.Label == "" {
		return e.Reason
	}
	return e.Label + ": " + e.Reason
}

// Reasons why a field is bad.
var (
	errNumber = errors.New("not a number")
	errScale  = errors.New("a number with more decimals than the field has")
	errLarge  = errors.New("a number too large for the field")
	errDate   = errors.New("not a date")
	errUTF8   = errors.New("bytes that are not UTF-8")
)

// decode adds the row of a record to a page. The record has no line end. When
// it fails, the page is as before.
func (d *decoder) decode(p *table.Page, record []byte, ordinal int64) ([]table.Cell, error) {
	if len(record) != d.length {
		if len(record) < d.length || len(bytes.TrimRight(record[d.length:], " ")) > 0 {
			return nil, &FieldError{Byte: min(len(record), d.length), Reason: fmt.Sprintf("a record of %d bytes in a file of records of %d", len(record), d.length)}
		}
	}
	n := p.Rows()
	row := p.Add(ordinal, 0, n > 0)
	for i := range d.slots {
		s := &d.slots[i]
		if err := s.set(p, row, record[s.start:s.end]); err != nil {
			p.Truncate(n)
			return nil, &FieldError{Label: d.table.Fields[s.col].Label, Byte: s.start, Reason: err.Error()}
		}
	}
	return row, nil
}

// set sets the cell of a field to the value in its bytes, which blanks may pad.
func (s *slot) set(p *table.Page, row []table.Cell, v []byte) error {
	v = trimRight(v)
	if len(v) == 0 {
		row[s.col] = table.Null
		return nil
	}
	switch s.typ.Kind {
	case schema.Date:
		return setDate(p, row, s.col, v)
	case schema.Int:
		n, ok := parseUnits(trimLeft(v), 0)
		if !ok {
			return errNumber
		}
		p.SetNumber(row, s.col, n)
		return nil
	case schema.Decimal:
		return setDecimal(p, row, s.col, v, &s.typ)
	}
	if s.typ.Digits {
		v = trimLeft(v)
	}
	if !utf8.Valid(v) {
		return errUTF8
	}
	p.SetText(row, s.col, v)
	return nil
}

func trimRight(v []byte) []byte {
	for len(v) > 0 && v[len(v)-1] == ' ' {
		v = v[:len(v)-1]
	}
	return v
}

func trimLeft(v []byte) []byte {
	for len(v) > 0 && v[0] == ' ' {
		v = v[1:]
	}
	return v
}

// setDate sets a cell to a day. The two days that mean no date make it null.
func setDate(p *table.Page, row []table.Cell, col int, v []byte) error {
	if len(v) != len("2025-01-31") || v[4] != '-' || v[7] != '-' {
		return errDate
	}
	y, err1 := table.ParseDigits(v[:4])
	m, err2 := table.ParseDigits(v[5:7])
	d, err3 := table.ParseDigits(v[8:])
	if err1 != nil || err2 != nil || err3 != nil || y < 1 || m < 1 || m > 12 || d < 1 || d > table.DaysIn(y, m) {
		return errDate
	}
	if y == 1000 && m == 1 && d == 1 || y == 9999 && m == 12 && d == 31 {
		row[col] = table.Null
		return nil
	}
	p.SetNumber(row, col, int64(table.CivilDays(y, m, d)))
	return nil
}

// setDecimal sets a cell to an amount or a quantity.
func setDecimal(p *table.Page, row []table.Cell, col int, v []byte, t *schema.Type) error {
	v = trimLeft(v)
	if n, ok := parseUnits(v, t.Scale); ok {
		p.SetNumber(row, col, n)
		return nil
	}
	for _, c := range v {
		if c != '-' && c != '.' && (c < '0' || c > '9') {
			return errNumber
		}
	}
	err := p.Set(row, col, v)
	if _, adjusted := errors.AsType[table.Adjustment](err); adjusted {
		return errScale
	}
	return err
}

// maxDigits is the number of digits that surely fit a cell.
const maxDigits = 18

// parseUnits reads a number of plain digits, with a sign and a point or without,
// in units of 10^-scale. ok is false for all else, and for numbers of more than
// maxDigits digits.
func parseUnits(v []byte, scale int) (n int64, ok bool) {
	negative := len(v) > 0 && v[0] == '-'
	if negative {
		v = v[1:]
	}
	for len(v) > 1 && v[0] == '0' && v[1] != '.' {
		v = v[1:]
	}
	if len(v) == 0 || len(v) > maxDigits {
		return 0, false
	}
	places := -1 // digits after the point
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			n = 10*n + int64(c-'0')
			if places >= 0 {
				places++
			}
		case c == '.' && places < 0 && scale > 0:
			places = 0
		default:
			return 0, false
		}
	}
	if places > scale || len(v) == 1 && places == 0 {
		return 0, false
	}
	for k := max(places, 0); k < scale; k++ {
		if n > 1e17 {
			return 0, false
		}
		n *= 10
	}
	if negative {
		n = -n
	}
	return n, true
}

// A Reject is a record that could not be read. It has no value of the record.
type Reject struct {
	File   string `json:"file"`
	Line   int64  `json:"line"`            // counted from 1
	Byte   int64  `json:"byte"`            // offset in the text, of the field if it is known
	Label  string `json:"label,omitempty"` // of the field
	Reason string `json:"reason"`

	counted bool // Line is counted from the beginning of the file
}
