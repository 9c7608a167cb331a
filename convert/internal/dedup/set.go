package dedup

import "math/bits"

// A Set is a set of resources by their ordinals, with one bit for each. The nil
// set is empty.
type Set []uint64

// Add adds a resource.
func (s *Set) Add(resource int64) {
	for int64(len(*s)) <= resource/64 {
		*s = append(*s, 0)
	}
	(*s)[resource/64] |= 1 << (resource % 64)
}

// Has reports whether a resource is in the set.
func (s Set) Has(resource int64) bool {
	return resource/64 < int64(len(s)) && s[resource/64]&(1<<(resource%64)) != 0
}

// Len returns the number of resources in the set.
func (s Set) Len() int64 {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return int64(n)
}

// Empty reports whether there is no resource in the set.
func (s Set) Empty() bool { return len(s) == 0 }
