package encode

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A fixedEncoder writes the records of a CCLF file, one per line.
//
// It never truncates a value that its field cannot hold: the field stays blank,
// like that of a null, and the value is passed to misfit.
type fixedEncoder struct {
	w      io.Writer
	slots  []schema.Slot
	cols   []int  // by slot: index of the column
	blank  []byte // an empty record, and the line end
	record []byte
	misfit func(Misfit) error
}

// NewFixed begins a file of fixed-width records.
func NewFixed(w io.Writer, f *File) (Encoder, error) {
	length := f.Slots[len(f.Slots)-1].End
	e := &fixedEncoder{
		w: w, slots: f.Slots, misfit: f.Misfit,
		blank:  append(bytes.Repeat([]byte{' '}, length), '\n'),
		record: make([]byte, length+1),
	}
	for i := range f.Slots {
		at := f.Schema.FieldIndices(f.Slots[i].Field.Label)
		if len(at) != 1 {
			return nil, fmt.Errorf("no column %s to write", f.Slots[i].Field.Label)
		}
		e.cols = append(e.cols, at[0])
	}
	return e, nil
}

func (e *fixedEncoder) Write(cols []arrow.Array) error {
	encode := make([]cellEncoder, len(e.slots))
	for i := range e.slots {
		encode[i] = cellEncoderOf(e.slots[i].Type, cols[e.cols[i]])
	}
	for row := range cols[0].Len() {
		copy(e.record, e.blank)
		for i := range e.slots {
			slot, col := &e.slots[i], cols[e.cols[i]]
			if col.IsNull(row) {
				continue
			}
			if err := encode[i](e.record[slot.Start-1:slot.End], row); err != nil {
				if err := e.misfit(Misfit{slot.Field, row, col.ValueStr(row), err}); err != nil {
					return err
				}
			}
		}
		if _, err := e.w.Write(e.record); err != nil {
			return err
		}
	}
	return nil
}

func (e *fixedEncoder) Close() error { return nil }

// CountFixed counts the records.
func CountFixed(in Source) (int64, error) { return CountLines(in) }

// CountLines counts the line ends of a text.
func CountLines(in io.Reader) (int64, error) {
	buf := make([]byte, 1<<16)
	var lines int64
	for {
		n, err := in.Read(buf)
		lines += int64(bytes.Count(buf[:n], []byte("\n")))
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// A cellEncoder writes a value of a column, which is not null, into its field,
// which is blank. If the value does not fit, the field stays blank.
type cellEncoder func(field []byte, row int) error

// cellEncoderOf returns the encoder of a column.
func cellEncoderOf(t schema.Type, col arrow.Array) cellEncoder {
	switch col := col.(type) {
	case *array.Int64:
		return func(field []byte, row int) error { return putInt(field, col.Value(row)) }
	case *array.Decimal128:
		return func(field []byte, row int) error { return putDecimal(field, col.Value(row), t.Scale) }
	case *array.Date32:
		return func(field []byte, row int) error { return putDate(field, int32(col.Value(row))) }
	}
	text := table.TextsOf(col)
	if t.Digits {
		return func(field []byte, row int) error { return putDigits(field, text.Value(row)) }
	}
	return func(field []byte, row int) error { return putText(field, text.Value(row)) }
}

// Reasons why a value does not fit its field. They name no values.
var (
	errNotASCII  = errors.New("a value with characters other than those of ASCII")
	errNotDigits = errors.New("a value that is not a number, in a field of digits")
)

func tooWide(have, want int) error {
	return fmt.Errorf("a value of %d characters in a field of %d", have, want)
}

// putText writes text, left-aligned. Only printable ASCII fits: it is the same in
// every encoding that a reader may assume, and a record stays on its line.
func putText(field []byte, v string) error {
	v = strings.TrimRight(v, " ")
	for i := range len(v) {
		if v[i] < ' ' || v[i] > '~' {
			return errNotASCII
		}
	}
	if len(v) > len(field) {
		return tooWide(len(v), len(field))
	}
	copy(field, v)
	return nil
}

// putDigits writes a number that is kept as text, right-aligned and padded with
// zeros. The sign of a negative one, which CMS's own data do not have, comes
// first.
func putDigits(field []byte, v string) error {
	digits, negative := strings.CutPrefix(v, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return errNotDigits
	}
	if len(v) > len(field) {
		return tooWide(len(v), len(field))
	}
	zeroPad(field, digits, negative)
	return nil
}

// putInt writes a number, right-aligned and padded with zeros.
func putInt(field []byte, v int64) error {
	return putDigits(field, strconv.FormatInt(v, 10))
}

// putDecimal writes an amount: a sign, which is blank unless the amount is
// negative, digits padded with zeros, a point, and the decimals.
func putDecimal(field []byte, v decimal128.Num, scale int) error {
	negative := v.Sign() < 0
	if negative {
		v = v.Negate()
	}
	var buf [40]byte
	digits := table.AppendDigits(buf[:0], v)
	whole := len(field) - len("-.") - scale
	if n := len(digits) - scale; n > whole {
		return fmt.Errorf("a number of %d digits before the point in a field of %d", n, whole)
	}
	if negative {
		field[0] = '-'
	}
	// All digits right-aligned, then those before the point one position back.
	zeroPad(field[1:], string(digits), false)
	copy(field[1:1+whole], field[2:2+whole])
	field[1+whole] = '.'
	return nil
}

// zeroPad fills a field with a number that fits, padded with zeros.
func zeroPad(field []byte, digits string, negative bool) {
	at := len(field) - len(digits)
	for i := range at {
		field[i] = '0'
	}
	if negative {
		field[0] = '-'
	}
	copy(field[at:], digits)
}

// putDate writes a day as YYYY-MM-DD.
func putDate(field []byte, days int32) error {
	if len(table.AppendDate(field[:0], days)) == 0 {
		return errors.New("a year of more than four digits")
	}
	return nil
}
