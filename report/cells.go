//go:build cgo

package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/query"
)

// LeastCell is the least number of beneficiaries or events that a page may show. CMS
// does not allow smaller ones, except for zero, in what is shown to others.
const LeastCell = 11

// parts are pairs of columns of which the second counts a part of the first. If all
// but a few belong to the part, those few could be computed.
var parts = [][2]string{
	{"people", "with_service"}, {"discharges", "with_service"}, {"index_admissions", "readmissions"},
	{"events", "events_enrolled"}, {"stays", "stays_enrolled"}, {"deaths", "deaths_with_hospice"}, {"claims", "denied_claims"}, {"lines", "denied_lines"},
	{"member_months", "told_member_months"}, {"fee_for_service", "inferred"},
	{"people", "people_in_network"}, {"people", "people_out_of_network"},
	{"rows", "filled"}, {"fills", "generic"}, {"fills", "brand"}, {"events", "events_with_cost"},
}

// wholes are pairs as in parts of which the first is hidden, because the second is in other
// figures too: beneficiaries in Parts A and B without Part C are the member months of all.
var wholes = [][2]string{
	{"part_a_and_b", "fee_for_service"}, {"part_a", "fee_for_service"}, {"part_b", "fee_for_service"}, {"part_a_or_b", "fee_for_service"},
	{"part_a", "part_a_and_b"}, {"part_b", "part_a_and_b"}, {"part_a_or_b", "part_a_and_b"}, {"part_a_or_b", "part_a"}, {"part_a_or_b", "part_b"},
}

// sums are columns of which one follows from the others.
var sums = [][]string{
	{"stays", "joined", "index_admissions", "excluded_died", "excluded_against_advice", "excluded_condition", "excluded_not_followed"},
	{"part_a", "part_b", "part_a_and_b", "part_a_or_b"},
	{"fills", "generic", "brand", "unknown"},
	{"part_a", "part_b_physician", "part_b_equipment", "total"},
	{"part_a", "part_b", "total"},
	{"institutional", "physician", "equipment", "total"},
}

// addends are amounts that are added up: a hidden one tells nothing about the others.
var addends = []string{"part_a", "part_b", "part_b_physician", "part_b_equipment", "institutional", "physician", "equipment", "total"}

// A cellHider hides small cells of a result.
type cellHider struct {
	*result
	kinds   []kind
	groups  int // columns of groups, the first ones
	lists   [][]int
	days    map[int]int
	changed bool
}

// hideSmall hides the small cells of results of the same groups: numbers from 1 to 10 of
// beneficiaries and events, the numbers that follow from them, and as many others as it
// takes so that none of the hidden ones can be computed from a total, or from another
// result. If a result is ranked, rows with hidden numbers are left out, because their
// place would tell about them; if it is scored, those whose rank is hidden.
func hideSmall(results ...*result) {
	var hiders []*cellHider
	for _, r := range results {
		hiders = append(hiders, r.hideCells())
	}
	equations := equationsOf(hiders)
	for changed := true; changed; {
		changed = false
		for _, h := range hiders {
			changed = h.complete() || changed
		}
		for _, e := range equations {
			changed = e.complete() || changed
		}
	}
	for _, r := range results {
		switch {
		case r.ranked:
			r.dropHidden(r.columns)
		case r.scored:
			r.dropHidden(r.columns[r.column(r.metric.Rank):][:1])
		}
	}
}

// hideCells hides the small cells of each row, and what follows from them in the row.
func (r *result) hideCells() *cellHider {
	h := &cellHider{result: r}
	r.hidden = make([][]bool, len(r.rows))
	h.groups = r.groupColumns()
	for i, c := range r.columns {
		k := kindOf(c)
		if i < h.groups {
			k = label
		}
		h.kinds = append(h.kinds, k)
	}
	for i := range r.rows {
		r.hidden[i] = make([]bool, len(r.columns))
		h.hideRow(i)
	}
	h.lists = h.rowLists(r.column(r.apart))
	h.days = h.daysOfStays()
	return h
}

// complete hides what it takes so that no hidden cell follows from a total of the result,
// and reports whether it hid something.
func (h *cellHider) complete() bool {
	h.changed = false
	for i := range h.rows {
		h.completeRow(i)
	}
	for day, stay := range h.days {
		h.hideDays(day, stay)
	}
	for c := range h.columns {
		for _, rows := range h.lists {
			h.completeColumn(c, rows)
		}
	}
	return h.changed
}

// hideRow hides the small cells of a row, or all numbers if it is of a small group.
func (h *cellHider) hideRow(i int) {
	if h.few != nil && h.few(h.rows[i]) {
		for c, k := range h.kinds {
			if k != label && h.tells(i, c) {
				h.hidden[i][c] = true
			}
		}
		return
	}
	for c, k := range h.kinds {
		if k != people && k != events {
			continue
		}
		if n, ok := h.number(i, c); ok && n > 0 && n < LeastCell {
			h.hide(i, c)
		}
	}
	for _, p := range parts {
		if h.restIsSmall(i, p) {
			h.hide(i, h.column(p[1]))
		}
	}
	for _, p := range wholes {
		if h.restIsSmall(i, p) {
			h.hide(i, h.column(p[0]))
		}
	}
}

// restIsSmall reports whether all but a few of a whole belong to a part of it.
func (h *cellHider) restIsSmall(i int, p [2]string) bool {
	whole, part := h.column(p[0]), h.column(p[1])
	if whole < 0 || part < 0 {
		return false
	}
	all, okAll := h.number(i, whole)
	some, okSome := h.number(i, part)
	rest := all - some
	return okAll && okSome && rest > 0 && rest < LeastCell
}

// besides are the beginnings of columns that count what others do not: nothing follows
// from them but what begins alike.
var besides = []string{"denied", "excluded", "joined", "planned", "told", "inferred", "outside"}

// scoredFollows has the numbers of a provider that follow from others, besides those
// that follow from the number of beneficiaries.
var scoredFollows = map[string][]string{
	"stays":            {"days", "length_of_stay", "paid_per_stay"},
	"index_admissions": {"readmissions", "readmission_rate"},
	"readmissions":     {"readmission_rate"},
}

// follows reports whether a number follows from another one of its row: amounts and
// rates, and from a number of beneficiaries also numbers of other things.
func (h *cellHider) follows(c, from int) bool {
	if h.scored && h.kinds[from] != people {
		return slices.Contains(scoredFollows[h.columns[from].Name], h.columns[c].Name)
	}
	for _, prefix := range besides {
		if strings.HasPrefix(h.columns[from].Name, prefix) && !strings.HasPrefix(h.columns[c].Name, prefix) {
			return false
		}
	}
	name, other := h.columns[from].Name, h.columns[c].Name
	if h.metric.Name == "completeness" && name == "member_months" { // divides claims that need not be theirs
		return h.kinds[c] == share
	}
	switch h.kinds[c] {
	case dollars:
		return h.kinds[from] != dollars || !slices.Contains(addends, name) || !slices.Contains(addends, other)
	case rate, share:
		return true
	case events:
		return h.kinds[from] == people
	}
	return false
}

// hide hides a cell, and the cells of its row that follow from it.
func (h *cellHider) hide(i, cell int) {
	if h.hidden[i][cell] {
		return
	}
	h.changed = true
	h.hidden[i][cell] = true
	for c := range h.kinds {
		if h.tells(i, c) && h.follows(c, cell) {
			h.hidden[i][c] = true
		}
	}
}

// tells reports whether a cell has a number that is hidden with others. Zero is shown.
func (h *cellHider) tells(i, c int) bool {
	n, ok := h.number(i, c)
	return ok && (n != 0 || slices.Contains(quantiles, h.columns[c].Name))
}

// number returns the number in a cell.
func (h *cellHider) number(i, c int) (float64, bool) {
	r, ok := ratOf(h.rows[i][c])
	if !ok {
		return 0, false
	}
	n, _ := r.Float64()
	return n, true
}

// groupColumns returns how many columns, the first ones, are groups that were asked for:
// those before the columns of the metric itself.
func (r *result) groupColumns() int {
	own := func(c query.Column) bool {
		return slices.ContainsFunc(r.metric.Columns, func(m query.MetricColumn) bool { return strings.EqualFold(m.Name, c.Name) })
	}
	return max(slices.IndexFunc(r.columns, own), 0)
}

// rowLists returns lists of rows whose sums can be known: those of the same group, those that
// differ in one group only, those that another metric adds up, and all. Smaller lists
// come first, since what is hidden in them is hidden in the larger ones. Rows that differ
// in the column apart are not added up.
func (h *cellHider) rowLists(apart int) [][]int {
	var all, own []int // the columns of groups, and the labels of the metric
	for c, k := range h.kinds {
		switch {
		case c < h.groups:
			all = append(all, c)
		case k == label && c != apart:
			own = append(own, c)
		}
	}
	var fixed []int
	if apart >= h.groups {
		fixed = append(fixed, apart)
	}
	var lists [][]int
	if add, ok := addedUp[h.metric.Name]; ok {
		column := h.column(add.column)
		for _, of := range add.sets {
			lists = append(lists, h.equal(all, func(row []any) bool { return of(fmt.Sprint(row[column])) })...)
		}
	}
	if h.groups > 0 && !h.ranked {
		if len(own) > 0 {
			lists = append(lists, h.equal(slices.Concat(all, fixed), nil)...)
		}
		for i := range all {
			lists = append(lists, h.equal(slices.Concat(all[:i], all[i+1:], own, fixed), nil)...)
		}
	}
	if apart >= 0 {
		fixed = []int{apart}
	}
	return append(lists, h.equal(fixed, nil)...)
}

// addedUp are the rows that other metrics have as one, by a column.
var addedUp = map[string]struct {
	column string
	sets   []func(value string) bool
}{
	"length_of_stay": {"kind", []func(string) bool{beginsWith("inpatient"), beginsWith("skilled nursing")}}, // utilization
	"spending_by_category": {"category", []func(string) bool{
		beginsWith("inpatient"), oneOf("physician", "ambulance"), // spending_by_claim_type
		oneOf("outpatient", "home health", "hospice", "skilled nursing"),                // which has all inpatient claims as one
		func(v string) bool { return !oneOf("physician", "ambulance", "equipment")(v) }, // spending_total
	}},
	"spending_by_claim_type": {"claim_type", []func(string) bool{
		oneOf("20", "30"), oneOf("71", "72"), oneOf("81", "82"), // spending_by_category, spending_total
		oneOf("10", "20", "30", "40", "50"), // of the last one spending_by_category hides the same
		func(v string) bool { return !oneOf("71", "72", "81", "82")(v) },
	}},
}

func beginsWith(prefix string) func(string) bool {
	return func(v string) bool { return strings.HasPrefix(v, prefix) }
}

func oneOf(values ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(values, v) }
}

// equal returns the lists of rows that are equal in some columns, of those that are wanted.
func (h *cellHider) equal(columns []int, wanted func(row []any) bool) [][]int {
	position := positions{}
	var lists [][]int
	for i, row := range h.rows {
		if wanted != nil && !wanted(row) {
			continue
		}
		key := make([]any, len(columns))
		for k, c := range columns {
			key[k] = row[c]
		}
		at := position.of(key)
		if at == len(lists) {
			lists = append(lists, nil)
		}
		lists[at] = append(lists[at], i)
	}
	return lists
}

// positions has the places of values in the order in which they came first.
type positions map[string]int

// of returns the place of values, which is the next one if they are new.
func (p positions) of(values []any) int {
	key := fmt.Sprintf("%#v", values)
	if _, ok := p[key]; !ok {
		p[key] = len(p)
	}
	return p[key]
}

// daysOfStays returns the rows of utilization with days of stays, and those with the stays.
func (h *cellHider) daysOfStays() map[int]int {
	service := h.column("service")
	if service < 0 {
		return nil
	}
	rows := map[string]int{}
	for i, row := range h.rows {
		rows[fmt.Sprintf("%#v", row[:service+1])] = i
	}
	days := map[int]int{}
	for i, row := range h.rows {
		name, _ := row[service].(string)
		if kind, ok := strings.CutSuffix(name, " days"); ok {
			if stay, ok := rows[fmt.Sprintf("%#v", append(slices.Clone(row[:service]), kind+" stays"))]; ok {
				days[i] = stay
			}
		}
	}
	return days
}

// hideDays hides the days of stays whose number is hidden.
func (h *cellHider) hideDays(days, stays int) {
	for c := range h.kinds {
		if n, ok := h.number(days, c); ok && n != 0 && h.hidden[stays][c] {
			h.hide(days, c)
		}
	}
}

// follow reports whether hidden numbers, of which some are 1, follow from their sum: a
// single one, or all if they are 1, since no hidden number is less.
func follow(hidden, ones int) bool { return hidden == 1 || hidden > 0 && ones == hidden }

// completeRow hides another cell of a row if hidden ones follow from a sum.
func (h *cellHider) completeRow(i int) {
	for _, names := range sums {
		var columns []int
		hidden, ones := 0, 0
		for _, name := range names {
			if c := h.column(name); c >= 0 {
				columns = append(columns, c)
				if h.hidden[i][c] {
					hidden++
				}
				if n, _ := h.number(i, c); h.hidden[i][c] && n == 1 {
					ones++
				}
			}
		}
		if !follow(hidden, ones) || len(columns) < len(names) && len(columns) < 3 {
			continue
		}
		best := -1
		for _, c := range columns {
			if !h.hidden[i][c] && (best < 0 || h.less(i, c, i, best)) {
				best = c
			}
		}
		if best >= 0 {
			h.hide(i, best)
		}
	}
}

// completeColumn hides another cell of a column if hidden ones follow from the total.
func (h *cellHider) completeColumn(c int, rows []int) {
	if k := h.kinds[c]; len(rows) < 2 || k != people && k != events && k != dollars {
		return
	}
	hidden, ones, best := 0, 0, -1
	for _, i := range rows {
		if h.hidden[i][c] {
			hidden++
			if n, _ := h.number(i, c); n == 1 && h.kinds[c] != dollars {
				ones++
			}
		} else if best < 0 || h.less(i, c, best, c) {
			best = i
		}
	}
	if follow(hidden, ones) && best >= 0 {
		h.hide(best, c)
	}
}

// less orders cells by which is hidden rather: the smallest number that is not zero.
func (h *cellHider) less(i, c, j, d int) bool {
	a, _ := h.number(i, c)
	b, _ := h.number(j, d)
	if (a > 0) != (b > 0) {
		return a > 0
	}
	return a < b
}

// dropHidden leaves out rows with hidden cells in some of the columns.
func (r *result) dropHidden(columns []query.Column) {
	n := 0
	for i, row := range r.rows {
		all := true
		for _, c := range columns {
			all = all && !r.hidden[i][r.column(c.Name)]
		}
		if all {
			r.rows[n], r.hidden[n] = row, r.hidden[i]
			n++
		}
	}
	r.dropped = len(r.rows) - n
	r.rows, r.hidden = r.rows[:n], r.hidden[:n]
	if place := r.column("place"); place >= 0 && r.dropped > 0 {
		for i := range r.rows {
			r.rows[i][place] = int64(i + 1)
		}
	}
}
