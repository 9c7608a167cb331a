package changes

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"os"
)

// Sides say on which sides a key has rows.
type Sides uint8

// The sides of a key.
const (
	OldSide Sides = 1 << iota
	NewSide
)

// Keys is a set of keys, and the sides on which rows of them were found. It is for
// one goroutine at a time.
type Keys struct {
	slots []uint64
	sides []Sides
	n     int
}

// present marks a slot that has a key, whose sides are not known yet.
const present Sides = 1 << 7

// NewKeys returns a set with room for n keys, in up to 36 bytes each.
func NewKeys(n int) *Keys {
	slots := 1 << bits.Len(uint(2*max(n, 8)-1))
	return &Keys{slots: make([]uint64, slots), sides: make([]Sides, slots)}
}

func (k *Keys) find(key uint64) int {
	mask := len(k.slots) - 1
	i := int(key*0x9e3779b97f4a7c15>>32) & mask
	for k.sides[i] != 0 && k.slots[i] != key {
		i = (i + 1) & mask
	}
	return i
}

// Add adds a key. The set must have room for it.
func (k *Keys) Add(key uint64) {
	i := k.find(key)
	if k.sides[i] == 0 {
		k.slots[i], k.sides[i] = key, present
		k.n++
	}
}

// Len is the number of keys.
func (k *Keys) Len() int { return k.n }

// Has reports whether a key is in the set.
func (k *Keys) Has(key uint64) bool { return k.sides[k.find(key)] != 0 }

// Mark notes that a key of the set has rows on a side.
func (k *Keys) Mark(key uint64, side Sides) { k.sides[k.find(key)] |= side }

// Count counts the keys by the sides on which they have rows.
func (k *Keys) Count() (added, changed, removed int64) {
	for _, s := range k.sides {
		switch s &^ present {
		case NewSide:
			added++
		case OldSide:
			removed++
		case NewSide | OldSide:
			changed++
		}
	}
	return added, changed, removed
}

// A KeyList is a list of keys: in memory if there are few, else in a temporary file.
// It is for one goroutine at a time.
type KeyList struct {
	name  string
	limit int
	tail  []uint64
	n     int
	file  *os.File
	out   *bufio.Writer
}

// NewKeyList returns an empty list, of which up to limit keys are kept in memory.
// The file is created if there are more.
func NewKeyList(name string, limit int) *KeyList { return &KeyList{name: name, limit: limit} }

// Add appends a key.
func (l *KeyList) Add(key uint64) error {
	l.tail = append(l.tail, key)
	l.n++
	if len(l.tail) < l.limit {
		return nil
	}
	if l.file == nil {
		var err error
		if l.file, err = os.OpenFile(l.name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return err
		}
		l.out = bufio.NewWriterSize(l.file, 64<<10)
	}
	if err := binary.Write(l.out, binary.LittleEndian, l.tail); err != nil {
		return err
	}
	l.tail = l.tail[:0]
	return nil
}

// Len is the number of keys.
func (l *KeyList) Len() int { return l.n }

// Sets calls use with sets of up to limit of the keys, one after the other.
func (l *KeyList) Sets(use func(*Keys) error) error {
	if l.file != nil {
		if err := l.out.Flush(); err != nil {
			return err
		}
		if _, err := l.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		in := bufio.NewReaderSize(l.file, 64<<10)
		for left := l.n - len(l.tail); left > 0; {
			set := NewKeys(min(left, l.limit))
			for range min(left, l.limit) {
				var record [8]byte
				if _, err := io.ReadFull(in, record[:]); err != nil {
					return err
				}
				set.Add(binary.LittleEndian.Uint64(record[:]))
				left--
			}
			if err := use(set); err != nil {
				return err
			}
		}
	}
	if len(l.tail) == 0 {
		return nil
	}
	set := NewKeys(len(l.tail))
	for _, key := range l.tail {
		set.Add(key)
	}
	return use(set)
}

// Close removes the temporary file.
func (l *KeyList) Close() error {
	if l.file == nil {
		return nil
	}
	err := errors.Join(l.file.Close(), os.Remove(l.file.Name()))
	l.file = nil
	return err
}
