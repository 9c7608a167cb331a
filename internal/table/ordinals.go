package table

import (
	"math/bits"
	"slices"
)

// An OrdinalSet is a set of ordinals, of resources or rows, with one bit for each.
// The nil set is empty.
type OrdinalSet []uint64

// Add adds an ordinal.
func (s *OrdinalSet) Add(ordinal int64) {
	for int64(len(*s)) <= ordinal/64 {
		*s = append(*s, 0)
	}
	(*s)[ordinal/64] |= 1 << (ordinal % 64)
}

// AddAll adds ordinals that are counted from base.
func (s *OrdinalSet) AddAll(ordinals []int64, base int64) {
	for _, ordinal := range ordinals {
		s.Add(base + ordinal)
	}
}

// Has reports whether an ordinal is in the set.
func (s OrdinalSet) Has(ordinal int64) bool {
	return ordinal/64 < int64(len(s)) && s[ordinal/64]&(1<<(ordinal%64)) != 0
}

// Len returns the number of ordinals in the set.
func (s OrdinalSet) Len() int64 {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return int64(n)
}

// With returns the ordinals of the set and of other.
func (s OrdinalSet) With(other OrdinalSet) OrdinalSet {
	if len(s) < len(other) {
		s, other = other, s
	}
	if len(other) == 0 {
		return s
	}
	all := slices.Clone(s)
	for i, word := range other {
		all[i] |= word
	}
	return all
}

// Without returns the ordinals of the set that are in none of others.
func (s OrdinalSet) Without(others ...OrdinalSet) OrdinalSet {
	rest := slices.Clone(s)
	for _, other := range others {
		for i := range rest[:min(len(rest), len(other))] {
			rest[i] &^= other[i]
		}
	}
	return rest
}

// Empty reports whether there is no ordinal in the set.
func (s OrdinalSet) Empty() bool { return len(s) == 0 }
