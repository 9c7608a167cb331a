package synth

import "math/rand/v2"

// random is the source of everything that varies. Seeded with a beneficiary,
// it yields the same records whatever was made before.
type random struct {
	pcg rand.PCG
}

// seed starts the sequence of one beneficiary. Streams are independent
// sequences of the same beneficiary.
func (r *random) seed(seed uint64, index, stream int) {
	r.pcg.Seed(seed*0x9e3779b97f4a7c15+uint64(stream), uint64(index)*0xd1342543de82ef95+1)
}

// intn is in [0, n).
func (r *random) intn(n int) int {
	return int(r.pcg.Uint64() >> 32 * uint64(n) >> 32)
}

// between is in [lo, hi].
func (r *random) between(lo, hi int) int { return lo + r.intn(hi-lo+1) }

// chance is true that many times in a thousand.
func (r *random) chance(perMille int) bool { return r.intn(1000) < perMille }

// skewed is in [0, n), small numbers far more often than large ones.
func (r *random) skewed(n int) int { return min(r.intn(n), r.intn(n), r.intn(n)) }

// cents is an amount up to some dollars, with odd cents.
func (r *random) cents(lo, hi int) amount { return amount(r.between(lo*100, hi*100)) }

// oneOf picks an element, the first ones more often.
func oneOf[T any](r *random, list []T) T { return list[r.skewed(len(list))] }

// anyOf picks an element, all equally often.
func anyOf[T any](r *random, list []T) T { return list[r.intn(len(list))] }

// optional is the value of an optional column: at times empty, at times a
// space.
func (r *random) optional(value string) string {
	switch n := r.intn(100); {
	case n < 4:
		return ""
	case n < 6:
		return " "
	}
	return value
}

// seldom is the value of a column that is mostly empty.
func (r *random) seldom(perMille int, value string) string {
	switch n := r.intn(1000); {
	case n < perMille:
		return value
	case n%8 == 0:
		return " "
	}
	return ""
}

// optionalAmount is at times missing, at times zero.
func (r *random) optionalAmount(lo, hi int) amount {
	switch n := r.intn(100); {
	case n < 8:
		return noAmount
	case n < 30:
		return 0
	}
	return r.cents(lo, hi)
}

// digits appends n digits.
func (r *random) digits(b []byte, n int) []byte {
	for n > 0 {
		bits := r.pcg.Uint64() >> 1
		for range min(n, 16) {
			b = append(b, byte('0'+bits%10))
			bits /= 10
			n--
		}
	}
	return b
}

// number is a string of n digits.
func (r *random) number(n int) string {
	var digits [24]byte
	return string(r.digits(digits[:0], n))
}
