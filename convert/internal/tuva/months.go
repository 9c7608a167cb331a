package tuva

import "slices"

// A monthRun is a run of consecutive months, by their numbers. See table.Month.
type monthRun struct{ first, last int }

// A monthSet is a set of months: runs in order, with gaps between them.
type monthSet []monthRun

// add adds a run of months.
func (s monthSet) add(r monthRun) monthSet {
	if r.first > r.last {
		return s
	}
	from := 0
	for from < len(s) && s[from].last < r.first-1 {
		from++
	}
	to := from
	for to < len(s) && s[to].first <= r.last+1 {
		r.first, r.last = min(r.first, s[to].first), max(r.last, s[to].last)
		to++
	}
	return slices.Replace(s, from, to, r)
}

// has reports whether a month is in the set.
func (s monthSet) has(month int) bool {
	for _, r := range s {
		if r.first <= month && month <= r.last {
			return true
		}
	}
	return false
}
