package crosswalk

import (
	"cmp"
	"slices"
)

// A ranking numbers the rows of a resource, from 1, in the order of a number in
// one of their registers. It is kept for the rows of one resource.
type ranking struct {
	serial   int64 // of the resource
	set, reg int
	order    []int32
	numbers  []int64
	ranks    []int32 // by row
}

// isFor reports whether the ranking is that of a register in the resource with a
// serial number. If not, it is to be made again.
func (r *ranking) isFor(serial int64, set, reg int) bool {
	if r.serial == serial && r.set == set && r.reg == reg {
		return true
	}
	r.serial, r.set, r.reg = serial, set, reg
	return false
}

// make ranks n rows by their numbers.
func (r *ranking) make(n int, number func(row int) int64) {
	r.order, r.numbers, r.ranks = r.order[:0], r.numbers[:0], slices.Grow(r.ranks[:0], n)[:n]
	for i := range n {
		r.order, r.numbers = append(r.order, int32(i)), append(r.numbers, number(i))
	}
	slices.SortStableFunc(r.order, func(a, b int32) int { return cmp.Compare(r.numbers[a], r.numbers[b]) })
	for rank, i := range r.order {
		r.ranks[i] = int32(rank + 1)
	}
}
