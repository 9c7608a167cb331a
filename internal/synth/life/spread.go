package life

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A spread is a log-normal distribution with the mean 1: the middles of 24 equally
// likely parts, in thousandths. The numbers are integers so that an export is the same
// on all processors.
type spread [24]int

var (
	narrow = spread{520, 605, 657, 698, 734, 767, 798, 828, 857, 885, 914, 943, 973, 1005, 1037, 1072, 1110, 1151, 1197, 1251, 1315, 1398, 1518, 1767} // σ = 0.3
	middle = spread{218, 303, 362, 414, 461, 507, 552, 597, 644, 691, 741, 793, 849, 909, 975, 1047, 1128, 1220, 1329, 1461, 1629, 1860, 2225, 3085}   // σ = 0.65
	wide   = spread{53, 94, 129, 163, 198, 234, 272, 313, 357, 405, 458, 517, 583, 658, 744, 844, 963, 1108, 1288, 1523, 1846, 2333, 3205, 5712}       // σ = 1.15
)

// around returns a number from a spread around a mean.
func (s *spread) around(r *random.Source, mean int) int {
	return mean * s[r.Intn(len(s))] / 1000
}

// cents returns an amount from a spread around a mean of dollars, with odd cents.
func (s *spread) cents(r *random.Source, dollars int) column.Amount {
	n := dollars * s[r.Intn(len(s))] / 10 // cents
	return column.Amount(n*(93+r.Intn(15))/100 + r.Intn(100))
}

// A share is a number of a list, and how often it comes up among others.
type share[T any] struct {
	weight int
	value  T
}

// pick returns a value of a list, each as often as its weight says.
func pick[T any](r *random.Source, list []share[T]) T {
	total := 0
	for i := range list {
		total += list[i].weight
	}
	n := r.Intn(total)
	for i := range list {
		if n -= list[i].weight; n < 0 {
			return list[i].value
		}
	}
	return list[0].value
}
