// Package random has the random numbers of synthetic records.
package random

import (
	"math/bits"
	"math/rand/v2"

	"github.com/cclf-tools/cclf/internal/synth/column"
)

// A Source is a source of random numbers. Seeded with a beneficiary, it yields the
// same sequence whatever came before.
type Source struct {
	Pcg rand.PCG
}

// Seed starts a sequence of a beneficiary. Different streams are independent
// sequences.
func (r *Source) Seed(seed uint64, index, stream int) {
	r.Pcg.Seed(seed*0x9e3779b97f4a7c15+uint64(stream), uint64(index)*0xd1342543de82ef95+1)
}

// Intn returns a number in [0, n).
func (r *Source) Intn(n int) int {
	return int(r.Pcg.Uint64() >> 32 * uint64(n) >> 32)
}

// Between returns a number in [lo, hi].
func (r *Source) Between(lo, hi int) int { return lo + r.Intn(hi-lo+1) }

// Chance returns true perMille times in a thousand.
func (r *Source) Chance(perMille int) bool { return r.Intn(1000) < perMille }

// Skewed returns a number in [0, n), small numbers far more often than large ones.
func (r *Source) Skewed(n int) int { return min(r.Intn(n), r.Intn(n), r.Intn(n)) }

// Zipf returns a number in [0, n). It is equally likely to be 0, 1 to 2, 3 to 6, 7 to
// 14 and so on, so the kth code of a large pool has a share of about 1/k.
func (r *Source) Zipf(n int) int {
	for {
		first := 1 << r.Intn(bits.Len(uint(n)))
		if k := first + r.Intn(first) - 1; k < n {
			return k
		}
	}
}

// Cents returns an amount between lo and hi dollars, with odd cents.
func (r *Source) Cents(lo, hi int) column.Amount { return column.Amount(r.Between(lo*100, hi*100)) }

// OneOf returns an element, the first ones more often.
func OneOf[T any](r *Source, list []T) T { return list[r.Skewed(len(list))] }

// AnyOf returns an element, all equally often.
func AnyOf[T any](r *Source, list []T) T { return list[r.Intn(len(list))] }

// Likely returns an element of a large pool, the first ones far more often.
func Likely[T any](r *Source, pool []T) T { return pool[r.Zipf(len(pool))] }

// Optional returns the value of an optional column: sometimes empty, sometimes a
// space.
func (r *Source) Optional(value string) string {
	switch n := r.Intn(100); {
	case n < 4:
		return ""
	case n < 6:
		return " "
	}
	return value
}

// Seldom returns the value of a column that is mostly empty.
func (r *Source) Seldom(perMille int, value string) string {
	switch n := r.Intn(1000); {
	case n < perMille:
		return value
	case n%8 == 0:
		return " "
	}
	return ""
}

// OptionalAmount returns an amount that is sometimes missing, sometimes zero.
func (r *Source) OptionalAmount(lo, hi int) column.Amount {
	switch n := r.Intn(100); {
	case n < 8:
		return column.NoAmount
	case n < 30:
		return 0
	}
	return r.Cents(lo, hi)
}

// digits appends n digits.
func (r *Source) digits(b []byte, n int) []byte {
	for n > 0 {
		bits := r.Pcg.Uint64() >> 1
		for range min(n, 16) {
			b = append(b, byte('0'+bits%10))
			bits /= 10
			n--
		}
	}
	return b
}

// Number returns a string of n digits.
func (r *Source) Number(n int) string {
	var digits [24]byte
	return string(r.digits(digits[:0], n))
}

func PointerTo[T any](r *Source, list []T) *T { return &list[r.Intn(len(list))] }
