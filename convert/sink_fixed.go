package convert

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A fixedSink writes the records of a CCLF file, each on a line of its own.
//
// A value that its field cannot hold is never cut: the field stays blank, as
// it does where there is no value, and misfit is told.
type fixedSink struct {
	w      io.Writer
	slots  []schema.Slot
	blank  []byte // an empty record, and the line end
	record []byte
	misfit func(m misfit) error
}

// A misfit is a value that its field in a fixed-width record cannot hold.
type misfit struct {
	slot *schema.Slot
	row  int    // of the batch that is being written
	text string // the value, which must not get into a message
	err  error  // why it does not fit
}

func newFixedSink(w io.Writer, slots []schema.Slot, told func(misfit) error) *fixedSink {
	length := slots[len(slots)-1].End
	blank := append(bytes.Repeat([]byte{' '}, length), '\n')
	return &fixedSink{w: w, slots: slots, blank: blank, record: make([]byte, len(blank)), misfit: told}
}

func (s *fixedSink) Write(rec arrow.RecordBatch) error {
	cols := make([]arrow.Array, len(s.slots))
	encode := make([]cellEncoder, len(s.slots))
	for k := range s.slots {
		i := rec.Schema().FieldIndices(s.slots[k].Field.Label)
		if len(i) != 1 {
			return fmt.Errorf("no column %s to write", s.slots[k].Field.Label)
		}
		cols[k] = rec.Column(i[0])
		encode[k] = cellEncoderOf(s.slots[k].Type, cols[k])
	}
	for row := range int(rec.NumRows()) {
		copy(s.record, s.blank)
		for k, col := range cols {
			if col.IsNull(row) {
				continue
			}
			slot := &s.slots[k]
			if err := encode[k](s.record[slot.Start-1:slot.End], row); err != nil {
				if err := s.misfit(misfit{slot, row, col.ValueStr(row), err}); err != nil {
					return err
				}
			}
		}
		if _, err := s.w.Write(s.record); err != nil {
			return err
		}
	}
	return nil
}

func (s *fixedSink) Close() error { return nil }

// A cellEncoder writes a value of a column into its field, which is blank. When
// the value does not fit, the field stays so.
type cellEncoder func(field []byte, row int) error

// cellEncoderOf chooses the encoder of a column.
func cellEncoderOf(t schema.Type, col arrow.Array) cellEncoder {
	switch col := col.(type) {
	case *array.Int64:
		return func(field []byte, row int) error { return putInt(field, col.Value(row)) }
	case *array.Decimal128:
		return func(field []byte, row int) error { return putDecimal(field, col.Value(row), t.Scale) }
	case *array.Date32:
		return func(field []byte, row int) error { return putDate(field, int32(col.Value(row))) }
	}
	text := col.(*array.String)
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

// putText writes text on the left. Only printable ASCII fits: then bytes are
// characters in every encoding that a reader may take the file for, and a
// record stays on its line.
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

// putDigits writes a number that is kept as text, on the right with zeros
// before it. The sign of a negative one, which CMS's own data do not have,
// takes the first place.
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

// putInt writes a number on the right with zeros before it.
func putInt(field []byte, v int64) error {
	return putDigits(field, strconv.FormatInt(v, 10))
}

// putDecimal writes an amount: a place for the sign, which is blank unless the
// amount is negative, digits with zeros before them, a point, and the decimals.
func putDecimal(field []byte, v decimal128.Num, scale int) error {
	negative := v.Sign() < 0
	if negative {
		v = v.Negate()
	}
	var buf [40]byte
	digits := appendUint128(buf[:0], uint64(v.HighBits()), v.LowBits())
	whole := len(field) - len("-.") - scale
	if n := len(digits) - scale; n > whole {
		return fmt.Errorf("a number of %d digits before the point in a field of %d", n, whole)
	}
	if negative {
		field[0] = '-'
	}
	// All digits on the right, then those before the point one place back.
	zeroPad(field[1:], string(digits), false)
	copy(field[1:1+whole], field[2:2+whole])
	field[1+whole] = '.'
	return nil
}

// appendUint128 appends the decimal digits of hi*2^64 + lo, which is less than
// 10^38.
func appendUint128(dst []byte, hi, lo uint64) []byte {
	if hi == 0 {
		return strconv.AppendUint(dst, lo, 10)
	}
	const digits, power = 19, 1e19
	quo, rem := bits.Div64(hi, lo, power)
	dst = strconv.AppendUint(dst, quo, 10)
	var low [digits]byte
	zeroPad(low[:], strconv.FormatUint(rem, 10), false)
	return append(dst, low[:]...)
}

// zeroPad fills a field with a number that fits.
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
	y, m, d := table.Civil(days)
	if y < 0 || y > 9999 {
		return errors.New("a year of more than four digits")
	}
	zeroPad(field[0:4], strconv.Itoa(y), false)
	field[4] = '-'
	zeroPad(field[5:7], strconv.Itoa(m), false)
	field[7] = '-'
	zeroPad(field[8:10], strconv.Itoa(d), false)
	return nil
}
