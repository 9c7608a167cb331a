package changes

import (
	"hash/maphash"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/internal/table"
)

// A Hasher hashes rows. It is for one goroutine at a time.
type Hasher struct {
	seed  maphash.Seed
	salts [3]uint64
	words []uint64 // hashes of the texts of a dictionary
}

// NewHasher returns a Hasher. Its hashes can be compared with those of other Hashers
// of the same process.
func NewHasher() *Hasher {
	h := &Hasher{seed: processSeed}
	for i := range h.salts {
		h.salts[i] = maphash.Bytes(h.seed, []byte{byte(i)}) | 1
	}
	return h
}

var processSeed = maphash.MakeSeed()

// Add hashes columns of the same length into the hashes of their rows, which are
// zero before the first columns. The order of the columns counts. An empty text is
// hashed like a null, since a CSV file does not tell them apart.
func (h *Hasher) Add(hashes []uint64, cols []arrow.Array) {
	for _, col := range cols {
		h.addColumn(hashes, col)
	}
}

// mix is a hash of two numbers.
func (h *Hasher) mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a^h.salts[0], b^h.salts[1])
	return high ^ low
}

func (h *Hasher) addColumn(hashes []uint64, col arrow.Array) {
	null := h.salts[2]
	switch col := col.(type) {
	case *array.Int64:
		for row, v := range col.Int64Values() {
			hashes[row] = h.mix(hashes[row], orNull(col, row, uint64(v)+1, null))
		}
	case *array.Date32:
		for row, v := range col.Date32Values() {
			hashes[row] = h.mix(hashes[row], orNull(col, row, uint64(uint32(v))+1, null))
		}
	case *array.Decimal128:
		for row, v := range col.Values() {
			hashes[row] = h.mix(hashes[row], orNull(col, row, h.mix(uint64(v.HighBits()), v.LowBits())+1, null))
		}
	case *array.Dictionary:
		h.addWords(hashes, col)
	default:
		texts := table.TextsOf(col)
		for row := range hashes {
			v := null
			if s := texts.Value(row); s != "" {
				v = maphash.String(h.seed, s)
			}
			hashes[row] = h.mix(hashes[row], v)
		}
	}
}

func orNull(col arrow.Array, row int, v, null uint64) uint64 {
	if col.IsNull(row) {
		return null
	}
	return v
}

// addWords hashes each text of a dictionary once.
func (h *Hasher) addWords(hashes []uint64, col *array.Dictionary) {
	words := col.Dictionary().(*array.String)
	h.words = h.words[:0]
	for i := range words.Len() {
		v := h.salts[2]
		if s := words.Value(i); s != "" {
			v = maphash.String(h.seed, s)
		}
		h.words = append(h.words, v)
	}
	for row := range hashes {
		v := h.salts[2]
		if !col.IsNull(row) {
			v = h.words[col.GetValueIndex(row)]
		}
		hashes[row] = h.mix(hashes[row], v)
	}
}
