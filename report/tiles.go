//go:build cgo

package report

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/internal/render"
)

// Key figures are of the last twelve months that are nearly complete: claims of the
// three months before the newest one are still coming in. If there are fewer months,
// they are of all.
const (
	tileMonths   = 12
	unsureMonths = 3
)

// A window is a range of months, with the first and the last.
type window struct{ first, last time.Time }

func (w window) contains(v any) bool {
	day, ok := v.(time.Time)
	return ok && !day.Before(w.first) && !day.After(w.last)
}

// before returns the same months of the year before.
func (w window) before() window { return window{w.first.AddDate(-1, 0, 0), w.last.AddDate(-1, 0, 0)} }

func (w window) text() string {
	return w.first.Format("January 2006") + " to " + w.last.Format("January 2006")
}

// tileWindow returns the months of the key figures, and whether the year before has
// claims too.
func (b *builder) tileWindow(spending *result) (w window, hasBefore bool) {
	first, last := spending.months()
	if b.options.Metrics.To == "" && monthsBetween(first, last) >= tileMonths+unsureMonths {
		last = last.AddDate(0, -unsureMonths, 0)
	}
	w = window{first, last}
	if monthsBetween(first, last) > tileMonths {
		w.first = last.AddDate(0, 1-tileMonths, 0)
	}
	return w, monthsBetween(first, last) >= 2*tileMonths
}

// monthsBetween counts the months from the first to the last.
func monthsBetween(first, last time.Time) int {
	return 12*(last.Year()-first.Year()) + int(last.Month()) - int(first.Month()) + 1
}

// addTiles adds the key figures: sums of rows of the figures, and quotients of such
// sums.
func (b *builder) addTiles() {
	spending := b.results["spending_by_month"]
	if spending == nil || len(spending.rows) == 0 {
		return
	}
	w, hasBefore := b.tileWindow(spending)
	b.page.Period = w.text()
	change := func(of func(window) *big.Rat) string {
		if !hasBefore {
			return ""
		}
		return changeText(of(w), of(w.before()))
	}
	paid := func(w window) *big.Rat { return spending.sum("total", w) }
	b.tile("Medicare paid", "$", paid(w), 0, "Parts A and B", change(paid), "spending")
	if r := b.results["spending_per_member_month"]; r != nil {
		rate := func(w window) *big.Rat { return quotient(r.sum("total", w), r.sum("member_months", w)) }
		b.tile("Per member month", "$", rate(w), 2, "over "+grouped(r.sum("member_months", w), 0)+" member months", change(rate), "spending")
	}
	if r := b.results["member_months"]; r != nil {
		members := func(w window) *big.Rat {
			return quotient(r.sum("fee_for_service", w), big.NewRat(int64(monthsBetween(w.first, w.last)), 1))
		}
		b.tile("Members, average", "", members(w), 0, "A and B, without Part C", change(members), "enrollment")
	}
	if r := b.results["utilization by month"]; r != nil {
		for _, t := range []struct {
			name     string
			services []string
		}{
			{"Inpatient stays", []string{"inpatient stays"}},
			{"Emergency visits", []string{"emergency visits, admitted", "emergency visits, not admitted"}},
		} {
			rate := func(w window) *big.Rat { return r.eventRate(w, b.options.ShowSmallCells, t.services) }
			b.tile(t.name, "", rate(w), 0, "per 1,000 person-years", change(rate), "utilization")
		}
	}
}

// eventRate returns the events of services per 1,000 person-years, or nil if they are
// too few to show.
func (r *result) eventRate(w window, all bool, services []string) *big.Rat {
	events, months := new(big.Rat), new(big.Rat)
	month, service := r.column("month"), r.column("service")
	for _, row := range r.rows {
		name := render.Text(row[service])
		if !w.contains(row[month]) || !slices.Contains(services, name) {
			continue
		}
		if n, ok := ratOf(row[r.column("events_enrolled")]); ok {
			events.Add(events, n)
		}
		if n, ok := ratOf(row[r.column("member_months")]); ok && name == services[0] {
			months.Add(months, n)
		}
	}
	if n, _ := events.Float64(); !all && n > 0 && n < LeastCell {
		return nil
	}
	return quotient(events.Mul(events, big.NewRat(12000, 1)), months)
}

// changeText says by how much a number changed in a year.
func changeText(now, before *big.Rat) string {
	if now == nil || before == nil || before.Sign() <= 0 {
		return ""
	}
	change := new(big.Rat).Quo(now, before)
	change.Mul(change.Sub(change, big.NewRat(1, 1)), big.NewRat(100, 1))
	text := change.FloatString(1)
	if !strings.HasPrefix(text, "-") {
		text = "+" + text
	}
	return text + "% on the year before"
}

// tile adds a key figure, rounded to some decimals, unless it is not known.
func (b *builder) tile(name, prefix string, value *big.Rat, decimals int, detail, change, section string) {
	if value == nil {
		return
	}
	text := grouped(value, decimals)
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	b.page.Tiles = append(b.page.Tiles, tile{
		Name: name, Value: sign + prefix + text, Exact: value.FloatString(2), Detail: detail, Change: change, Section: section,
	})
}

// sum adds up a column in some months.
func (r *result) sum(column string, w window) *big.Rat {
	total := new(big.Rat)
	month, c := r.column("month"), r.column(column)
	for _, row := range r.rows {
		if n, ok := ratOf(row[c]); ok && w.contains(row[month]) {
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
