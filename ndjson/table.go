package ndjson

import (
	"encoding/binary"
)

// table maps short strings to values: a small open-addressing hash table that
// is filled once and then only read. Most lookups succeed, and cost one hash and one
// comparison.
type table[V any] struct {
	buckets []bucket[V]
	mask    uint32
	n       int
}

type bucket[V any] struct {
	key  string
	val  V
	used bool
}

func (t *table[V]) find(key []byte) (V, bool) {
	if t.n > 0 {
		for i := hash(key) & t.mask; t.buckets[i].used; i = (i + 1) & t.mask {
			if s := &t.buckets[i]; s.key == string(key) {
				return s.val, true
			}
		}
	}
	var none V
	return none, false
}

// add adds a key that is not in the table yet.
func (t *table[V]) add(key string, val V) {
	t.n++
	if 4*t.n > len(t.buckets) {
		old := t.buckets
		t.buckets = make([]bucket[V], max(8, 2*len(old)))
		t.mask = uint32(len(t.buckets) - 1)
		for _, s := range old {
			if s.used {
				t.put(s)
			}
		}
	}
	t.put(bucket[V]{key, val, true})
}

func (t *table[V]) put(s bucket[V]) {
	i := hash([]byte(s.key)) & t.mask
	for t.buckets[i].used {
		i = (i + 1) & t.mask
	}
	t.buckets[i] = s
}

// hash mixes the length and the last bytes of a string, where member names
// and code system URLs differ.
func hash(s []byte) uint32 {
	n := len(s)
	x := uint64(n) << 56
	switch {
	case n >= 8:
		x ^= binary.LittleEndian.Uint64(s[n-8:])
	case n >= 4:
		x ^= uint64(binary.LittleEndian.Uint32(s)) | uint64(binary.LittleEndian.Uint32(s[n-4:]))<<32
	case n > 0:
		x ^= uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16
	}
	x *= 0x9E3779B97F4A7C15
	return uint32(x >> 40)
}
