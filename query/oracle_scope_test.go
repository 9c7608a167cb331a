//go:build cgo

package query_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A scope is a period and a population. The months of the zero scope are all, and
// so are its people.
type scope struct {
	from, to month // both inclusive; 0 is open
	people   map[string]bool
}

// has tells whether something of a person in a month counts.
func (s scope) has(mbi string, m month) bool {
	if s.people != nil && !s.people[mbi] {
		return false
	}
	return s.period(m)
}

func (s scope) period(m month) bool {
	if s.from == 0 && s.to == 0 {
		return true
	}
	return m != noMonth && m >= s.from && (s.to == 0 || m <= s.to)
}

// members returns the people with member months in the scope, and the number of
// these months.
func (w *world) members(s scope) (people map[string]bool, months int64) {
	people = map[string]bool{}
	for mbi, all := range w.months {
		for m, e := range all {
			if e.member() && s.has(mbi, m) {
				people[mbi] = true
				months++
			}
		}
	}
	return people, months
}

// A payment is a row of spending: a claim of CCLF1, or a line of CCLF5 or CCLF6.
type payment struct {
	mbi, file, claim string
	month            month
	entered          day
	amount           cents
	of               *claim // nil for lines
	line             *line  // nil for claims
}

// payments returns the final action of a scope.
func (w *world) payments(s scope) []payment {
	var list []payment
	for _, c := range w.claims {
		if s.has(c.mbi, c.thru.month()) {
			list = append(list, payment{c.mbi, "cclf1", c.id, c.thru.month(), c.entered, c.amount, c, nil})
		}
	}
	for _, l := range w.lines {
		if s.has(l.mbi, l.thru.month()) {
			list = append(list, payment{l.mbi, l.file, l.id, l.thru.month(), l.entered, l.amount, nil, l})
		}
	}
	return list
}

// facilityClass is the kind of hospital that a CCN shows.
func facilityClass(ccn string) string {
	if len(ccn) != 6 {
		return "other"
	}
	switch ccn[2] {
	case 'R', 'T':
		return "rehabilitation"
	case 'M', 'S':
		return "psychiatric"
	}
	number := 0
	for _, c := range ccn[2:] {
		if c < '0' || c > '9' {
			return "other"
		}
		number = 10*number + int(c-'0')
	}
	switch {
	case number >= 1 && number <= 879, number >= 1300 && number <= 1399:
		return "short-term"
	case number >= 2000 && number <= 2299:
		return "long-term"
	case number >= 3025 && number <= 3099:
		return "rehabilitation"
	case number >= 4000 && number <= 4499:
		return "psychiatric"
	}
	return "other"
}

// A stay is a chain of claims of a facility.
type stay struct {
	kind, mbi, ccn string
	denied         bool
	from, thru     day
	claims         []*claim
}

func (s *stay) days() int64 { return max(int64(s.thru-s.from), 1) }

// told returns what the last claim that tells it says, or the first.
func (s *stay) told(last bool, what func(*claim) string) (text string) {
	for _, c := range s.claims {
		if v := what(c); v != "" && (last || text == "") {
			text = v
		}
	}
	return text
}

func (s *stay) status() string    { return s.told(true, func(c *claim) string { return c.status }) }
func (s *stay) drg() string       { return s.told(true, func(c *claim) string { return c.drg }) }
func (s *stay) diagnosis() string { return s.told(true, func(c *claim) string { return c.diagnosis }) }
func (s *stay) admission() string { return s.told(false, func(c *claim) string { return c.admission }) }

func (s *stay) amount() (sum cents) {
	for _, c := range s.claims {
		sum += c.amount
	}
	return sum
}

// stays chains claims that continue one another.
func (w *world) stays() []*stay {
	type key struct {
		kind, mbi, ccn string
		denied         bool
	}
	chains := map[key][]*claim{}
	for _, c := range w.claims {
		k := key{mbi: c.mbi, ccn: c.ccn, denied: c.denied}
		switch c.kind {
		case "60":
			k.kind = "inpatient"
		case "20", "30":
			k.kind = "skilled nursing"
		default:
			continue
		}
		chains[k] = append(chains[k], c)
	}
	var list []*stay
	for k, chain := range chains {
		slices.SortFunc(chain, func(a, b *claim) int {
			return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.thru, b.thru), cmp.Compare(a.id, b.id))
		})
		var open *stay
		var last *claim
		for _, c := range chain {
			if open == nil || last.status != "30" || c.from > last.thru+1 {
				open = &stay{kind: k.kind, mbi: k.mbi, ccn: k.ccn, denied: k.denied, from: c.from, thru: c.thru}
				list = append(list, open)
			}
			open.claims, last = append(open.claims, c), c
			open.thru = max(open.thru, c.thru)
		}
	}
	return list
}

// sorted returns the keys of a map in order.
func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// text puts a space between values.
func text(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }
