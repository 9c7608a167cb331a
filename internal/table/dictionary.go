package table

import (
	"hash/maphash"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// A dictionary numbers the distinct texts of a column in order of appearance.
// Claims repeat their codes and identifiers from line to line, so there are few
// texts; and a Parquet file consists of such numbers anyway.
//
// If the texts of a batch rarely repeat, the dictionaries of the next batches are
// lists: texts are not looked up, and a repeated text has several numbers. This
// saves about a tenth of the CPU time of a conversion to Parquet. The first text
// of a list is empty, which no value is.
type dictionary struct {
	text  []byte
	ends  []int32  // where each text ends
	slots []uint32 // hash table of numbers, plus one; zero is empty
	last  int32    // the number that was returned last
	lists int      // batches in a row, up to this one, for which it is a list; 0 if it is none
}

// hashSeed may differ from run to run: the numbers do not depend on it.
var hashSeed = maphash.MakeSeed()

const (
	dictionarySlots = 64 // of a new hash table; a power of two
	// dictionaryRepeats is how often a text must occur on average for a dictionary
	// to pay. Below that, plain texts are smaller in a file, and faster.
	dictionaryRepeats = 8
	// dictionaryLists is the number of batches after which a list becomes a
	// dictionary again, to see whether texts repeat now.
	dictionaryLists = 5
)

// number returns the number of a text, which it adds if it is new.
func (d *dictionary) number(v []byte) int32 {
	if len(d.ends) > 0 && string(d.at(d.last)) == string(v) {
		return d.last
	}
	if d.lists > 0 {
		return d.add(v)
	}
	if 2*len(d.ends) >= len(d.slots) {
		d.grow()
	}
	mask := uint64(len(d.slots) - 1)
	i := maphash.Bytes(hashSeed, v) & mask
	for ; d.slots[i] != 0; i = (i + 1) & mask {
		if n := int32(d.slots[i] - 1); string(d.at(n)) == string(v) {
			d.last = n
			return n
		}
	}
	d.slots[i] = uint32(d.add(v) + 1)
	return d.last
}

// add adds a text, and returns its number.
func (d *dictionary) add(v []byte) int32 {
	d.text = append(Reserve(d.text, len(v)), v...)
	d.ends = append(Reserve(d.ends, 1), int32(len(d.text)))
	d.last = int32(len(d.ends) - 1)
	return d.last
}

// addAll adds texts without looking them up, and returns the number of the first.
func (d *dictionary) addAll(texts *array.String) (first int32) {
	first = int32(len(d.ends))
	offsets := texts.ValueOffsets()
	shift := int32(len(d.text)) - offsets[0]
	d.ends = Reserve(d.ends, texts.Len())
	for _, end := range offsets[1:] {
		d.ends = append(d.ends, end+shift)
	}
	d.text = append(Reserve(d.text, len(texts.ValueBytes())), texts.ValueBytes()...)
	return first
}

func (d *dictionary) at(n int32) []byte {
	start := int32(0)
	if n > 0 {
		start = d.ends[n-1]
	}
	return d.text[start:d.ends[n]]
}

func (d *dictionary) grow() {
	d.slots = make([]uint32, max(dictionarySlots, 2*len(d.slots)))
	mask := uint64(len(d.slots) - 1)
	for n := range d.ends {
		i := maphash.Bytes(hashSeed, d.at(int32(n))) & mask
		for d.slots[i] != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = uint32(n + 1)
	}
}

// reset begins the dictionary of the next batch. Values is the number of values in
// the batch before. Its texts are not overwritten: arrays share them.
func (d *dictionary) reset(values int) {
	few := dictionaryRepeats*len(d.ends) > values
	d.text = make([]byte, 0, len(d.text)+len(d.text)/8)
	d.ends = make([]int32, 0, len(d.ends)+len(d.ends)/8)
	clear(d.slots)
	if !few || d.lists == dictionaryLists {
		d.lists = 0
		return
	}
	d.lists++
	d.add(nil)
}

// isList reports whether the texts of a dictionary are a list.
func isList(texts *array.String) bool { return texts.Len() > 0 && texts.ValueLen(0) == 0 }

// array returns the texts as an Arrow array, which shares their memory.
func (d *dictionary) array() arrow.Array {
	return stringArray(len(d.ends), nil, 0, d.ends, d.text)
}

// stringArray returns an array of n texts, given the end of each in text. It shares
// the memory of valid and text.
func stringArray(n int, valid []byte, nulls int, ends []int32, text []byte) arrow.Array {
	offsets := make([]int32, n+1)
	copy(offsets[1:], ends)
	var bits *memory.Buffer
	if valid != nil {
		bits = memory.NewBufferBytes(valid)
	}
	data := array.NewData(arrow.BinaryTypes.String, n, []*memory.Buffer{
		bits,
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets)),
		memory.NewBufferBytes(text),
	}, nil, nulls, 0)
	defer data.Release()
	return array.NewStringData(data)
}

// dictionaryType is the type of text columns with a dictionary.
var dictionaryType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint16, ValueType: arrow.BinaryTypes.String}
