//go:build cgo

package report

import (
	"encoding/json"
	"math/big"
	"strings"

	"github.com/cclf-tools/cclf/internal/render"
)

// addTiles adds the key figures of the whole period: sums of rows of the figures, and
// quotients of such sums.
func (b *builder) addTiles() {
	if r := b.results["spending_by_month"]; r != nil {
		b.tile("Medicare paid", "$", r.sum("total"), 0, "Parts A and B", "spending")
	}
	if r := b.results["spending_per_member_month"]; r != nil {
		months := r.sum("member_months")
		b.tile("Per member month (PMPM)", "$", quotient(r.sum("total"), months), 2, "over "+grouped(months, 0)+" member months", "spending")
	}
	if r := b.results["member_months"]; r != nil {
		n := 0
		for _, row := range r.rows {
			if v, ok := ratOf(row[r.column("fee_for_service")]); ok && v.Sign() > 0 {
				n++
			}
		}
		b.tile("Members, average", "", quotient(r.sum("fee_for_service"), big.NewRat(int64(n), 1)), 0, "in "+plural(n, "month")+" with fee for service", "enrollment")
	}
	if r := b.results["utilization"]; r != nil {
		b.eventTile(r, "Inpatient stays", "inpatient stays")
		b.eventTile(r, "Emergency visits", "emergency visits, admitted", "emergency visits, not admitted")
	}
}

// eventTile adds the rate of the sum of services.
func (b *builder) eventTile(r *result, name string, services ...string) {
	service, enrolled := r.column("service"), r.column("events_enrolled")
	total, months := new(big.Rat), new(big.Rat)
	for _, row := range r.rows {
		for _, s := range services {
			if render.Text(row[service]) != s {
				continue
			}
			if n, ok := ratOf(row[enrolled]); ok {
				total.Add(total, n)
			}
			if n, ok := ratOf(row[r.column("member_months")]); ok {
				months = n
			}
		}
	}
	if n, _ := total.Float64(); !b.options.ShowSmallCells && n > 0 && n < leastCell {
		return
	}
	rate := quotient(new(big.Rat).Mul(total, big.NewRat(12000, 1)), months)
	b.tile(name, "", rate, 0, "per 1,000 person-years, "+grouped(total, 0)+" in all", "utilization")
}

// tile adds a key figure, rounded to some decimals, unless it is not known.
func (b *builder) tile(name, prefix string, value *big.Rat, decimals int, detail, section string) {
	if value == nil {
		return
	}
	text := grouped(value, decimals)
	if strings.HasPrefix(text, "-") {
		text = "-" + prefix + text[1:]
	} else {
		text = prefix + text
	}
	b.page.Tiles = append(b.page.Tiles, tile{Name: name, Value: text, Exact: value.FloatString(2), Detail: detail, Section: section})
}

// sum adds up a column.
func (r *result) sum(column string) *big.Rat {
	total := new(big.Rat)
	c := r.column(column)
	for _, row := range r.rows {
		if n, ok := ratOf(row[c]); ok {
			total.Add(total, n)
		}
	}
	return total
}

// grouped writes a number with commas, rounded to some decimals.
func grouped(n *big.Rat, decimals int) string {
	return render.Grouped(json.Number(n.FloatString(decimals)))
}

// quotient divides, or returns nil if there is nothing to divide by.
func quotient(a, n *big.Rat) *big.Rat {
	if n.Sign() <= 0 {
		return nil
	}
	return new(big.Rat).Quo(a, n)
}
