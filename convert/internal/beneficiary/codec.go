package beneficiary

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errRecord reports bytes that AppendUpdate did not make.
var errRecord = errors.New("beneficiary: internal error: not the record of an update")

// AppendUpdate appends a record of an update, without its ordinal, for another
// process.
func AppendUpdate(b []byte, u *Update) []byte {
	x := &u.Enrollment
	b = append(b, byte(u.Kind), byte(u.Part), x.Letter, flagsOf(x))
	b = binary.LittleEndian.AppendUint64(b, uint64(u.ID))
	b = binary.LittleEndian.AppendUint64(b, uint64(u.Rank))
	b = append(b, u.MBI[:]...)
	for _, n := range []int64{int64(u.Death), int64(u.Year), int64(x.Start), int64(x.End), int64(x.Coded), int64(x.Enrolled)} {
		b = binary.AppendVarint(b, n)
	}
	b = binary.AppendUvarint(b, uint64(len(u.Former)))
	for _, m := range u.Former {
		b = append(b, m[:]...)
	}
	for _, v := range u.Values {
		b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
	}
	return b
}

// Flags of a record; those of a version have the same meaning.
func flagsOf(x *Enrollment) byte {
	var v version
	v.set(spanOnly, x.SpanOnly)
	v.set(retracted, x.Retracted)
	v.set(active, x.Active)
	v.set(ended, x.Ended)
	return byte(v.flags)
}

// ParseUpdate returns the update of a record.
func ParseUpdate(record []byte) (u Update, err error) {
	defer func() {
		if recover() != nil { // too short
			err = fmt.Errorf("%w: it ends early", errRecord)
		}
	}()
	b := record
	flags := version{flags: versionFlags(b[3])}
	x := &u.Enrollment
	u.Kind, u.Part, x.Letter = Kind(b[0]), Part(int8(b[1])), b[2]
	x.SpanOnly, x.Retracted, x.Active, x.Ended = flags.has(spanOnly), flags.has(retracted), flags.has(active), flags.has(ended)
	u.ID, u.Rank = ID(binary.LittleEndian.Uint64(b[4:])), int64(binary.LittleEndian.Uint64(b[12:]))
	u.MBI = MBI(b[20 : 20+len(MBI{})])
	b = b[20+len(MBI{}):]
	number := func() int64 {
		n, size := binary.Varint(b)
		if size <= 0 {
			panic(errRecord)
		}
		b = b[size:]
		return n
	}
	length := func() int {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(record)) {
			panic(errRecord)
		}
		b = b[size:]
		return int(n)
	}
	u.Death, u.Year = int(number()), int16(number())
	x.Start, x.End = int(number()), int(number())
	x.Coded, x.Enrolled = uint16(number()), uint16(number())
	if n := length(); n > 0 {
		u.Former = make([]MBI, n)
		for i := range u.Former {
			u.Former[i], b = MBI(b[:len(MBI{})]), b[len(MBI{}):]
		}
	}
	for i := range u.Values {
		if n := length(); n > 0 {
			u.Values[i], b = b[:n:n], b[n:]
		}
	}
	if len(b) > 0 {
		return u, fmt.Errorf("%w: it goes on", errRecord)
	}
	return u, nil
}
