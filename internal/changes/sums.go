package changes

import "math/bits"

// sums is a hash table of numbers by the hash of their key. A number that becomes
// zero is removed.
type sums struct {
	keys, values []uint64 // a value of zero marks a free slot
	n            int
}

const leastSlots = 1 << 10

func (s *sums) slot(key uint64) int {
	return int(key * 0x9e3779b97f4a7c15 >> (64 - bits.Len(uint(len(s.keys)-1))))
}

// add adds delta to the number of a key.
func (s *sums) add(key, delta uint64) {
	if delta == 0 {
		return
	}
	if 4*(s.n+1) > 3*len(s.keys) {
		s.grow()
	}
	mask := len(s.keys) - 1
	i := s.slot(key)
	for s.values[i] != 0 && s.keys[i] != key {
		i = (i + 1) & mask
	}
	if s.values[i] == 0 {
		s.n++
	}
	s.keys[i] = key
	if s.values[i] += delta; s.values[i] == 0 {
		s.n--
		s.close(i)
	}
}

// close moves later keys of the same run of slots into a slot that became free.
func (s *sums) close(free int) {
	mask := len(s.keys) - 1
	for i := (free + 1) & mask; s.values[i] != 0; i = (i + 1) & mask {
		// A key may move to a slot between its own and the one where it is.
		if home := s.slot(s.keys[i]); (i-home)&mask >= (i-free)&mask {
			s.keys[free], s.values[free] = s.keys[i], s.values[i]
			s.values[i] = 0
			free = i
		}
	}
}

func (s *sums) grow() {
	old := *s
	n := max(2*len(old.keys), leastSlots)
	*s = sums{keys: make([]uint64, n), values: make([]uint64, n)}
	for key, value := range old.all {
		s.add(key, value)
	}
}

// all yields the keys whose numbers are not zero.
func (s *sums) all(yield func(key, value uint64) bool) {
	for i, value := range s.values {
		if value != 0 && !yield(s.keys[i], value) {
			return
		}
	}
}

// clear removes all keys, and keeps the memory.
func (s *sums) clear() {
	clear(s.values)
	s.n = 0
}
