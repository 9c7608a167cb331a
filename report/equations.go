//go:build cgo

package report

import (
	"fmt"
	"math/big"
	"slices"
	"sync"
)

// A term is the sum of the cells of a column in some rows of a metric.
type term struct {
	metric, column string
	each           string              // column whose values have an equation each, or "" for one equation
	of             string              // column by which rows are chosen, or "" for all rows
	values         func(v string) bool // of that column
	minus          bool
}

// negative returns the term with the other sign.
func (t term) negative() term {
	t.minus = !t.minus
	return t
}

// sum returns the term of all rows of a metric.
func sum(metric, column string) term { return term{metric: metric, column: column} }

// forEach returns the term with an equation for each value of a column.
func (t term) forEach(column string) term {
	t.each = column
	return t
}

// where returns the term of the rows that have certain values in a column.
func (t term) where(column string, values func(v string) bool) term {
	t.of, t.values = column, values
	return t
}

// identities are sums of metrics that are zero: numbers that two metrics have. What one of
// them hides would follow from the other.
var identities = sync.OnceValue(func() [][]term {
	list := [][]term{
		{
			sum("spending_by_month", "total").forEach("month"), sum("spending_per_member_month", "total").forEach("month").negative(),
			sum("spending_per_member_month", "outside").forEach("month").negative(),
		},
		{sum("part_d_cost", "events").forEach("month"), sum("completeness", "claims").forEach("month").where("file", oneOf("cclf7")).negative()},
		{sum("part_d_cost", "paid_by_people").forEach("month"), sum("completeness", "paid").forEach("month").where("file", oneOf("cclf7")).negative()},
		{sum("spending_by_claim_type", "claims").forEach("claim_type"), sum("claim_lag", "claims").forEach("claim_type").negative()},
		{sum("spending_by_status", "paid"), sum("spending_total", "paid").where("spending", oneOf("A and B")).negative()},
		{sum("length_of_stay", "paid").forEach("kind"), sum("spending_by_category", "paid").forEach("category").negative()},
		{sum("length_of_stay", "paid").where("kind", beginsWith("inpatient")), sum("spending_by_claim_type", "paid").where("claim_type", oneOf("60")).negative()},
		{sum("length_of_stay", "paid").where("kind", oneOf("skilled nursing")), sum("spending_by_claim_type", "paid").where("claim_type", oneOf("20")).negative()},
		{sum("length_of_stay", "paid").where("kind", beginsWith("skilled nursing")), sum("spending_by_category", "paid").where("category", oneOf("skilled nursing")).negative()},
		{sum("spending_by_month", "total"), sum("spending_total", "paid").where("spending", oneOf("A and B")).negative()},
		{sum("spending_by_fund", "total").where("fund", oneOf("all")), sum("spending_total", "paid").where("spending", oneOf("A and B")).negative()},
	}
	for _, file := range []struct {
		name, spending, month, fund string
		types                       func(string) bool
	}{
		{"cclf1", "A, institutional", "part_a", "institutional", oneOf("10", "20", "30", "40", "50", "60", "61")},
		{"cclf5", "B, physician", "part_b_physician", "physician", oneOf("71", "72")},
		{"cclf6", "B, equipment", "part_b_equipment", "equipment", oneOf("81", "82")},
	} {
		total := sum("spending_total", "paid").where("spending", oneOf(file.spending)).negative()
		list = append(list,
			[]term{sum("spending_by_month", file.month).forEach("month"), sum("completeness", "paid").forEach("month").where("file", oneOf(file.name)).negative()},
			[]term{sum("spending_by_month", file.month), total},
			[]term{sum("spending_by_fund", file.fund).where("fund", oneOf("all")), total},
			[]term{sum("spending_by_claim_type", "paid").where("claim_type", file.types), total})
	}
	for _, same := range []struct{ categories, types func(string) bool }{
		{beginsWith("inpatient"), oneOf("60")}, {oneOf("skilled nursing"), oneOf("20", "30")}, {oneOf("outpatient"), oneOf("40")},
		{oneOf("home health"), oneOf("10")}, {oneOf("hospice"), oneOf("50")}, {oneOf("physician", "ambulance"), oneOf("71", "72")},
		{oneOf("equipment"), oneOf("81", "82")},
	} {
		for _, column := range []string{"claims", "paid"} {
			list = append(list, []term{
				sum("spending_by_category", column).where("category", same.categories),
				sum("spending_by_claim_type", column).where("claim_type", same.types).negative(),
			})
		}
	}
	for _, same := range [][2]string{{"events", "fills"}, {"paid_by_people", "paid_by_people"}, {"events_with_cost", "fills_with_cost"}, {"total_cost", "total_cost"}} {
		list = append(list, []term{sum("part_d_cost", same[0]), sum("part_d_fills", same[1]).negative()})
	}
	return list
})

// A place is a cell of a result.
type place struct {
	*cellHider
	row, column int
	minus       bool
}

// An equation is cells whose sum is zero.
type equation []place

// equationsOf returns the equations of results that have the same groups: the identities
// that hold in them, in each group.
func equationsOf(all []*cellHider) []equation {
	hiders := map[string]*cellHider{}
	for _, h := range all {
		hiders[h.metric.Name] = h
	}
	var list []equation
	for _, terms := range identities() {
		known := true
		for _, t := range terms {
			h := hiders[t.metric]
			known = known && h != nil && !h.ranked && !h.scored && h.column(t.column) >= 0 && (t.of == "" || h.column(t.of) >= 0)
		}
		if known {
			list = append(list, equationsIn(hiders, terms)...)
		}
	}
	return list
}

// equationsIn returns the equations of an identity. Where a result does not have the column
// of each, there is one for all of its values.
func equationsIn(hiders map[string]*cellHider, terms []term) []equation {
	each := true
	for _, t := range terms {
		each = each && t.each != "" && hiders[t.metric].column(t.each) >= 0
	}
	position := positions{}
	var list []equation
	for _, t := range terms {
		h := hiders[t.metric]
		for i, row := range h.rows {
			if t.of != "" && !t.values(fmt.Sprint(row[h.column(t.of)])) {
				continue
			}
			key := slices.Clone(row[:h.groups])
			if at := h.column(t.each); each && at >= h.groups {
				key = append(key, row[at])
			}
			at := position.of(key)
			if at == len(list) {
				list = append(list, nil)
			}
			list[at] = append(list[at], place{h, i, h.column(t.column), t.minus})
		}
	}
	return slices.DeleteFunc(list, func(e equation) bool { return !e.holds() })
}

// holds reports whether the sum is zero: claims without a date, for example, are in one
// metric and not in the other.
func (e equation) holds() bool {
	total := new(big.Rat)
	for _, p := range e {
		n, ok := ratOf(p.rows[p.row][p.column])
		switch {
		case ok && p.minus:
			total.Sub(total, n)
		case ok:
			total.Add(total, n)
		}
	}
	return total.Sign() == 0
}

// complete hides another cell if the hidden one follows from the others, and reports
// whether it did.
func (e equation) complete() bool {
	hidden := 0
	var best *place
	for i := range e {
		p := &e[i]
		if p.hidden[p.row][p.column] {
			hidden++
			continue
		}
		if n, ok := p.number(p.row, p.column); ok && n != 0 && (best == nil || n < best.value()) {
			best = p
		}
	}
	if hidden != 1 || best == nil {
		return false
	}
	best.hide(best.row, best.column)
	return true
}

// value is the number of the cell.
func (p *place) value() float64 {
	n, _ := p.number(p.row, p.column)
	return n
}
