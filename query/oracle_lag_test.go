//go:build cgo

package query_test

import (
	"math/big"
	"slices"
)

// A triangle has the dollars of each month of service by lag, in months.
type triangle struct {
	paid  map[month]map[int]cents
	first month // of service
	last  month // of entry
}

func (w *world) triangle(s scope) *triangle {
	t := &triangle{paid: map[month]map[int]cents{}, first: noMonth, last: noMonth}
	newest := none
	for _, p := range w.payments(scope{people: s.people}) {
		if p.entered == none || p.month == noMonth || p.category() == "" {
			continue
		}
		newest = max(newest, p.entered)
		if !s.period(p.month) {
			continue
		}
		if t.paid[p.month] == nil {
			t.paid[p.month] = map[int]cents{}
		}
		t.paid[p.month][max(int(p.entered.month()-p.month), 0)] += p.amount
		if t.first == noMonth || p.month < t.first {
			t.first = p.month
		}
	}
	t.last = newest.month()
	return t
}

// cumulative returns the dollars of a month of service up to a lag.
func (t *triangle) cumulative(m month, lag int) (sum cents) {
	for k, c := range t.paid[m] {
		if k <= lag {
			sum += c
		}
	}
	return sum
}

// rows returns a row for each month of service and lag until now.
func (t *triangle) rows() []string {
	var rows []string
	for _, m := range sorted(t.paid) {
		for lag := range int(t.last-m) + 1 {
			rows = append(rows, text(m, lag, t.paid[m][lag], t.cumulative(m, lag)))
		}
		if m > t.last { // served after the last entry
			rows = append(rows, text(m, 0, t.paid[m][0], t.paid[m][0]))
		}
	}
	return rows
}

// factors returns the completion factors.
func (t *triangle) factors() []string {
	greatest := 0
	for m := range t.paid {
		greatest = max(greatest, int(t.last-m))
	}
	one := big.NewRat(1, 1)
	completion := one
	rows := []string{text(greatest, decimal(one, 4), decimal(one, 4), 0)}
	for lag := greatest - 1; lag >= 0; lag-- {
		var now, next cents
		months := 0
		for m := range t.paid {
			if m+month(lag)+1 <= t.last {
				now += t.cumulative(m, lag)
				next += t.cumulative(m, lag+1)
				months++
			}
		}
		link := one
		if now > 0 && next > 0 {
			link = big.NewRat(int64(next), int64(now))
		}
		completion = new(big.Rat).Quo(completion, link)
		rows = append(rows, text(lag, decimal(link, 4), decimal(completion, 4), months))
	}
	slices.Reverse(rows)
	return rows
}
