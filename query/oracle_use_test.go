//go:build cgo

package query_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A tally counts what metrics count.
type tally struct {
	n, days, enrolled int64
	paid, cost        cents
	known             int64 // with a cost
	people            map[string]bool
	things            map[string]bool
}

// tallies are kept by key, and made when they are first used.
type tallies map[string]*tally

func (l tallies) of(key string) *tally {
	if l[key] == nil {
		l[key] = &tally{people: map[string]bool{}, things: map[string]bool{}}
	}
	return l[key]
}

func (t *tally) person(mbi string) {
	if mbi != "" {
		t.people[mbi] = true
	}
}

// byRank returns the keys by a number, highest first, and equal ones in order.
func (l tallies) byRank(rank func(*tally) int64) []string {
	keys := sorted(l)
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(rank(l[b]), rank(l[a])) })
	return keys
}

func (w *world) member(mbi string, m month) bool { return w.months[mbi][m].member() }

func (w *world) partDFills(s scope) []string {
	t := tallies{}.of("")
	marks := map[string]int64{}
	for _, d := range w.drugs {
		if !s.has(d.mbi, d.from.month()) {
			continue
		}
		t.n++
		t.person(d.mbi)
		marks[d.brand]++
		t.days += int64(max(d.supply, 30))
		t.paid += d.paid
		if d.known {
			t.known++
			t.cost += d.cost
		}
	}
	var months int64
	for mbi, all := range w.months {
		for m, e := range all {
			if e.d && s.has(mbi, m) {
				months++
			}
		}
	}
	cost := "-"
	if t.known > 0 {
		cost = t.cost.String()
	}
	return []string{text(t.n, len(t.people), marks["G"], marks["B"], marks[""], ratio(marks["G"], marks["G"]+marks["B"], 4),
		ratio(t.days, 30, 2), t.paid, t.known, cost, months)}
}

func (w *world) topDrugs(s scope) []string {
	l := tallies{}
	for _, d := range w.drugs {
		if d.ndc == "" || !s.has(d.mbi, d.from.month()) {
			continue
		}
		t := l.of(d.ndc)
		t.n++
		t.person(d.mbi)
		t.days += int64(d.supply)
		t.paid += d.paid
		if d.known {
			t.known++
			t.cost += d.cost
		}
	}
	drugs := sorted(l)
	slices.SortStableFunc(drugs, func(a, b string) int {
		return cmp.Or(cmp.Compare(l[b].cost, l[a].cost), cmp.Compare(l[b].paid, l[a].paid))
	})
	var rows []string
	for _, ndc := range drugs {
		t := l[ndc]
		rows = append(rows, text(ndc, t.n, len(t.people), t.days, t.paid, t.known, t.cost))
	}
	return rows
}

// officeVisit tells whether a procedure is one.
func officeVisit(code string) bool {
	in := func(first, last string) bool { return len(code) == 5 && code >= first && code <= last }
	return in("99202", "99215") || in("99304", "99318") || in("99341", "99350") ||
		slices.Contains([]string{"G0402", "G0438", "G0439", "G0463"}, code)
}

func (w *world) officeVisits(s scope) []string {
	_, months := w.members(s)
	l := tallies{}
	visit := func(kind, mbi, provider string, on day) {
		if !s.has(mbi, on.month()) {
			return
		}
		t, key := l.of(kind), fmt.Sprint(mbi, "|", on, "|", provider)
		t.person(mbi)
		if !t.things[key] {
			t.n++
			if w.member(mbi, on.month()) {
				t.enrolled++
			}
		}
		t.things[key] = true
	}
	for _, v := range w.lines {
		if v.file != "cclf5" || v.denied || !officeVisit(v.hcpcs) {
			continue
		}
		kind := "specialist"
		switch v.specialty {
		case "01", "08", "11", "38":
			kind = "primary care"
		case "50", "89", "97":
			kind = "practitioner"
		}
		visit(kind, v.mbi, v.npi, v.from)
	}
	for _, c := range w.claims {
		for _, center := range w.centers[c.id] {
			if c.kind == "40" && !c.denied && officeVisit(center.hcpcs) {
				visit("hospital clinic", c.mbi, c.ccn, center.day)
			}
		}
	}
	var rows []string
	for _, kind := range []string{"specialist", "primary care", "practitioner", "hospital clinic"} {
		t := l.of(kind)
		rows = append(rows, text(kind, t.n, len(t.people), t.enrolled, months, ratio(12000*t.enrolled, months, 2)))
	}
	return rows
}

func (w *world) lengthOfStay(s scope) []string {
	_, months := w.members(s)
	l := tallies{}
	for _, v := range w.stays() {
		if v.denied || !s.has(v.mbi, v.from.month()) {
			continue
		}
		kind := v.kind
		switch {
		case kind == "inpatient":
			kind += ", " + facilityClass(v.ccn)
		case v.claims[0].kind == "30":
			kind += ", swing bed"
		}
		t := l.of(kind)
		t.n++
		t.person(v.mbi)
		t.days += v.days()
		t.paid += v.amount()
		if w.member(v.mbi, v.from.month()) {
			t.enrolled++
		}
	}
	var rows []string
	for _, kind := range sorted(l) {
		t := l[kind]
		rows = append(rows, text(kind, t.n, len(t.people), t.days, ratio(t.days, t.n, 2), t.paid, ratio(int64(t.paid), 100*t.n, 2),
			t.enrolled, months, ratio(12000*t.enrolled, months, 2)))
	}
	return rows
}

// visits returns the emergency visits and observation stays of a scope by facility.
func (w *world) visits(s scope) (emergency, observation map[string]int64) {
	emergency, observation = map[string]int64{}, map[string]int64{}
	accepted := map[string]bool{}
	for _, v := range w.stays() {
		if v.kind != "inpatient" || v.denied || !s.has(v.mbi, v.from.month()) {
			continue
		}
		if slices.ContainsFunc(v.claims, func(c *claim) bool { _, found := w.first(c.id, emergencyCenters...); return found }) {
			emergency[v.ccn]++
		}
	}
	for _, c := range w.claims {
		for i, centers := range [][]string{emergencyCenters, {"762"}} {
			on, found := w.first(c.id, centers...)
			key := fmt.Sprint(i, c.mbi, "|", c.ccn, "|", on)
			if c.kind != "40" || c.denied || !found || accepted[key] || !s.has(c.mbi, on.month()) {
				continue
			}
			accepted[key] = true
			if i == 0 {
				emergency[c.ccn]++
			} else {
				observation[c.ccn]++
			}
		}
	}
	return emergency, observation
}

var emergencyCenters = strings.Fields("450 451 452 453 454 455 456 457 458 459 981")

func (w *world) facilityScorecard(s scope) []string {
	l := tallies{}
	stays := tallies{}
	for _, p := range w.payments(s) {
		if p.of != nil {
			l.of(p.of.ccn).person(p.mbi)
			l.of(p.of.ccn).paid += p.amount
		}
	}
	for _, v := range w.stays() {
		if !v.denied && s.has(v.mbi, v.from.month()) {
			l.of(v.ccn)
			t := stays.of(v.ccn)
			t.n++
			t.days += v.days()
			t.paid += v.amount()
		}
	}
	index, readmitted := map[string]int64{}, map[string]int64{}
	for _, list := range w.episodes() {
		for i, e := range list {
			if !s.has(e.mbi, e.discharge.month()) || w.exclusion(e) != "" {
				continue
			}
			l.of(e.ccn)
			index[e.ccn]++
			if next := e.followedBy(list[i+1:]); next != nil && !next.planned() {
				readmitted[e.ccn]++
			}
		}
	}
	emergency, observation := w.visits(s)
	for _, counts := range []map[string]int64{emergency, observation} {
		for ccn := range counts {
			l.of(ccn)
		}
	}
	delete(l, "")
	var rows []string
	for _, ccn := range l.byRank(func(t *tally) int64 { return int64(t.paid) }) {
		t, n := l[ccn], stays.of(ccn)
		rows = append(rows, text(ccn, facilityClass(ccn), len(t.people), t.paid, n.n, n.days, ratio(n.days, n.n, 2), ratio(int64(n.paid), 100*n.n, 2),
			index[ccn], readmitted[ccn], ratio(readmitted[ccn], index[ccn], 4), emergency[ccn], observation[ccn]))
	}
	return rows
}

func (w *world) providerScorecard(s scope) []string {
	l, visits, wellness := tallies{}, tallies{}, tallies{}
	for _, p := range w.payments(s) {
		if p.file != "cclf5" || p.line.denied {
			continue
		}
		// ~ comes after all digits, as a blank does in the metric.
		key := cmp.Or(p.line.tin, "~") + " " + cmp.Or(p.line.npi, "~")
		t := l.of(key)
		t.n++
		t.person(p.mbi)
		t.paid += p.amount
		if officeVisit(p.line.hcpcs) {
			visits.of(key).things[fmt.Sprint(p.mbi, p.line.from)] = true
		}
		if slices.Contains([]string{"G0402", "G0438", "G0439"}, p.line.hcpcs) {
			wellness.of(key).person(p.mbi)
		}
	}
	var rows []string
	for _, key := range l.byRank(func(t *tally) int64 { return int64(t.paid) }) {
		t := l[key]
		rows = append(rows, text(strings.ReplaceAll(key, "~", "-"), len(t.people), t.n, len(visits.of(key).things), len(wellness.of(key).people),
			t.paid, ratio(int64(t.paid), 100*int64(len(t.people)), 2)))
	}
	return rows
}

func (w *world) deaths(s scope) []string {
	deaths, months := map[month]int64{}, map[month]int64{}
	for mbi, p := range w.people {
		if p.death != none && s.has(mbi, p.death.month()) {
			deaths[p.death.month()]++
		}
	}
	for mbi, all := range w.months {
		for m, e := range all {
			if !s.has(mbi, m) {
				continue
			}
			deaths[m] += 0
			if e.member() {
				months[m]++
			}
		}
	}
	var rows []string
	for _, m := range sorted(deaths) {
		rows = append(rows, text(m, deaths[m], months[m], ratio(12*deaths[m], months[m], 4)))
	}
	return rows
}

func (w *world) hospice(s scope) []string {
	t := tallies{}.of("")
	begun := map[string]day{}
	for _, c := range w.claims {
		if c.kind != "50" || c.denied {
			continue
		}
		if first, ok := begun[c.mbi]; !ok || c.from < first {
			begun[c.mbi] = c.from
		}
		if s.has(c.mbi, c.thru.month()) {
			t.n++
			t.person(c.mbi)
			t.days += int64(c.thru - c.from + 1)
			t.paid += c.amount
		}
	}
	var deaths, with int64
	var before []int
	for mbi, p := range w.people {
		if p.death == none || !s.has(mbi, p.death.month()) {
			continue
		}
		deaths++
		if first, ok := begun[mbi]; ok && first <= p.death {
			with++
			before = append(before, int(p.death-first))
		}
	}
	median := "-"
	if slices.Sort(before); len(before) > 0 {
		median = fmt.Sprint(before[(len(before)-1)/2])
	}
	return []string{text(len(t.people), t.n, t.days, t.paid, deaths, with, ratio(with, deaths, 4), median)}
}

func (w *world) claimLag(s scope) []string {
	type key struct{ file, claim string }
	last, first, kinds := map[key]day{}, map[key]day{}, map[key]string{}
	for _, p := range w.payments(s) {
		k := key{p.file, p.claim}
		var end day
		if p.of != nil {
			end, kinds[k] = p.of.thru, p.of.kind
		} else {
			end, kinds[k] = p.line.thru, p.line.kind
		}
		if end != none && (last[k] == 0 || end > last[k]) {
			last[k] = end
		}
		if p.entered != none && (first[k] == 0 || p.entered < first[k]) {
			first[k] = p.entered
		}
	}
	lags := map[string][]int{}
	for k := range last {
		if first[k] != 0 {
			lags[cmp.Or(kinds[k], "~")] = append(lags[cmp.Or(kinds[k], "~")], int(first[k]-last[k]))
		}
	}
	var rows []string
	for _, kind := range sorted(lags) {
		list := lags[kind]
		slices.Sort(list)
		n := int64(len(list))
		within := func(days int) string {
			var count int64
			for _, lag := range list {
				if lag <= days {
					count++
				}
			}
			return ratio(count, n, 4)
		}
		rows = append(rows, text(strings.Replace(kind, "~", "-", 1), n, list[(n+1)/2-1], list[(9*n+9)/10-1], within(30), within(60), within(90)))
	}
	return rows
}
