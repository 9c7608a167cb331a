package beneficiary

import (
	"cmp"
	"slices"

	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/table"
)

// InferredMonths is the number of months before that of the export for which
// months of enrollment are taken from the period of a Coverage.
const InferredMonths = 36

// A Month is a month of enrollment that the period of a Coverage implies.
type Month struct {
	Number   int // see [table.Month]
	Inferred bool
}

// Tells reports whether a resource is the newest that has a code for a month of a
// part.
func (r *Registry) Tells(id ID, letter byte, month int, resource int64) bool {
	b := r.find(id)
	if b == nil {
		return false
	}
	for _, v := range b.of(letter) {
		if n := month - table.YearMonth(int(v.year), 1); n >= 0 && n < 12 && v.coded>>n&1 != 0 {
			return v.resource == resource
		}
	}
	return false
}

// Implied appends the months that no code tells, and that the period of a resource
// implies. They are in order.
func (r *Registry) Implied(months []Month, id ID, letter byte, resource int64) []Month {
	b := r.find(id)
	if b == nil || r.export == 0 {
		return months
	}
	versions := b.of(letter)
	i := slices.IndexFunc(versions, func(v version) bool { return v.resource == resource })
	switch {
	case i < 0:
		return months
	case versions[i].has(spanOnly):
		return r.spanMonths(months, b, versions, i)
	case i == 0 && (letter == 'A' || letter == 'B'):
		return r.uncodedMonths(months, b, versions)
	}
	return months
}

// window returns the months in which months can be taken from the period of a
// version: it is bounded by the export and by death.
func (r *Registry) window(b *beneficiary, v *version) (first, last int) {
	last = min(r.export, int(v.end))
	if b.death != 0 {
		last = min(last, int(b.death))
	}
	return max(r.export-InferredMonths, int(v.start)), last
}

// spanMonths appends the months of the i-th version of a part that has periods
// only, without those of newer ones. Whether there was a private plan in a month is
// known only from the start of one that the server sent, or since an export was
// seen: the server does not send plans that have ended.
func (r *Registry) spanMonths(months []Month, b *beneficiary, versions []version, i int) []Month {
	v := &versions[i]
	first, last := r.window(b, v)
	if !v.has(active) && v.end == NoEnd {
		last = min(last, monthOf(v.rank))
	}
	if i > 0 { // an older version knew the time up to the newer one, if its period has an end
		if v.end == NoEnd {
			last = min(last, monthOf(v.rank))
		}
		last = min(last, monthOf(versions[i-1].rank))
	}
	for _, newer := range versions[:i] {
		last = min(last, int(newer.start)-1)
	}
	known := first
	if v.letter == 'A' || v.letter == 'B' {
		known = r.planKnown(b)
	}
	for m := first; m <= last; m++ {
		months = append(months, Month{m, m < known})
	}
	return months
}

// monthOf returns the month of a time of an update.
func monthOf(rank int64) int { return table.Month(int32(dedup.Day(rank))) }

// planKnown returns the month from which on it is known whether the beneficiary was
// in a private plan.
func (r *Registry) planKnown(b *beneficiary) int {
	known := r.export
	if b.seen != 0 {
		known = min(known, table.Month(b.seen))
	}
	for _, v := range b.of('C') {
		if !v.has(ended) {
			known = min(known, int(v.start))
		}
	}
	return known
}

// A code is what the codes of a part say about a month.
type code struct {
	month    int
	enrolled bool
}

// codes returns what is told about the months of a part, in order. Of each month
// the newest version counts.
func codes(versions []version) []code {
	var list []code
	var c coverage
	for i := range versions {
		v := &versions[i]
		more := c.newCodes(v)
		for m := range 12 {
			if more>>m&1 != 0 {
				list = append(list, code{table.YearMonth(int(v.year), m+1), v.enrolled>>m&1 != 0})
			}
		}
	}
	slices.SortFunc(list, func(a, b code) int { return cmp.Compare(a.month, b.month) })
	return list
}

// uncodedMonths appends the months of Part A or B that no code tells, within the
// period of the newest version. If the nearest code on either side of a month says
// that the beneficiary was not enrolled, the month is not inferred.
func (r *Registry) uncodedMonths(months []Month, b *beneficiary, versions []version) []Month {
	newest := &versions[0]
	first, last := r.window(b, newest)
	told := codes(versions)
	if newest.end == NoEnd && !newest.has(active) {
		last = min(last, lastWithoutEnd(told, last))
	}
	at := 0 // the first code that is not before the month
	for m := first; m <= last; m++ {
		for at < len(told) && told[at].month < m {
			at++
		}
		after := at < len(told)
		if after && told[at].month == m || after && !told[at].enrolled || at > 0 && !told[at-1].enrolled {
			continue
		}
		months = append(months, Month{m, true})
	}
	return months
}

// lastWithoutEnd returns the last month that a period can have which has no end,
// though the Coverage is not active: any, if the reference year's December is
// enrolled, and else the last month that is told.
func lastWithoutEnd(told []code, any int) int {
	if len(told) == 0 {
		return 0
	}
	end := told[len(told)-1]
	if end.enrolled && end.month%12 == 11 {
		return any
	}
	return end.month
}
