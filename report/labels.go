//go:build cgo

package report

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// A kind is what the values of a column are. It decides how they are written, and
// whether they can be small cells.
type kind int

const (
	label   kind = iota // not a number to hide: names, codes, months, ranks
	people              // a number of beneficiaries, or of their months
	events              // another number of things
	dollars             // an amount
	rate                // a number that follows from others
	share               // a rate that is a part of a whole
)

// peopleColumns are the columns that count beneficiaries or their months.
var peopleColumns = []string{
	"people", "all_people", "beneficiaries", "with_service", "deaths_with_hospice", "member_months", "told_member_months",
	"part_a", "part_b", "part_c", "part_d", "part_a_and_b", "part_a_or_b", "fee_for_service", "inferred", "deaths",
	"people_in_network", "people_out_of_network",
}

// numberedLabels are the columns with whole numbers that are not counts.
var numberedLabels = []string{"place", "year", "lag", "percent", "months"}

// quantiles are the columns with whole numbers that are those of one of a few, so that even
// zero tells about it.
var quantiles = []string{"median_days", "days_90_percent"}

// kindOf returns the kind of a column by its name and type.
func kindOf(c query.Column) kind {
	name := strings.ToLower(c.Name)
	contains := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
	}
	whole := c.Numeric() && !strings.HasPrefix(c.Type, "DECIMAL") && c.Type != "DOUBLE"
	switch {
	case !c.Numeric(), slices.Contains(numberedLabels, name):
		return label
	case slices.Contains(quantiles, name):
		return rate
	case contains("share", "rate", "within_", "of_usual") && !whole:
		return share
	case contains("per_", "ratio", "completion", "factor", "length_of", "days") && !whole:
		return rate
	case !whole:
		return dollars
	case slices.Contains(peopleColumns, name):
		return people
	}
	return events
}

// columnLabels are the names of columns that do not follow from theirs.
var columnLabels = map[string]string{
	"drg": "MS-DRG", "tin": "TIN", "npi": "NPI", "mbi": "MBI", "ccn": "CCN", "facility": "Facility (CCN)",
	"per_member_month": "Per member month", "told_per_member_month": "Per told member month",
	"per_1000": "Per 1,000 person-years", "fee_for_service": "Fee for service (A and B, no C)",
	"part_a": "Part A", "part_b": "Part B", "part_c": "Part C", "part_d": "Part D",
	"part_b_physician": "Part B, physician", "part_b_equipment": "Part B, equipment",
	"part_a_and_b": "Parts A and B", "part_a_or_b": "Part A or B",
	"percent": "Top percent of beneficiaries", "hcpcs": "HCPCS", "ndc": "NDC", "icd": "ICD", "lag": "Months since the service",
	"condition": "Condition (first three characters)", "all_people": "All beneficiaries", "completion": "Share of final payments",
	"paid_by_people": "Paid by beneficiaries", "people": "Beneficiaries",
	"people_in_network": "Beneficiaries in network", "people_out_of_network": "Beneficiaries out of network",
}

// labelOf is the name of a column for people.
func labelOf(name string) string {
	if text, ok := columnLabels[name]; ok {
		return text
	}
	words := strings.ReplaceAll(name, "_", " ")
	if words == "" {
		return words
	}
	return render.Line(strings.ToUpper(words[:1]) + words[1:])
}

// headOf is the header of a column: its name, and its unit if it is money.
func headOf(c query.Column) string {
	if kindOf(c) == dollars {
		return labelOf(c.Name) + " ($)"
	}
	return labelOf(c.Name)
}

// cellOf is a value of a column as a cell of a table.
func cellOf(v any, c query.Column) render.HTMLCell {
	cell := render.NewHTMLCell(v)
	switch day, isDay := v.(time.Time); {
	case v == nil:
	case isDay && c.Name == "month":
		cell.Text = day.Format("2006-01")
	case kindOf(c) == share:
		cell.Text = percentOf(v)
	}
	return cell
}

// percentOf writes a share as a percentage with two decimals.
func percentOf(v any) string {
	r, ok := ratOf(v)
	if !ok {
		return render.Text(v)
	}
	return r.Mul(r, big.NewRat(100, 1)).FloatString(2) + "%"
}

// ratOf returns a number exactly.
func ratOf(v any) (*big.Rat, bool) {
	switch v := v.(type) {
	case int64:
		return new(big.Rat).SetInt64(v), true
	case json.Number:
		return new(big.Rat).SetString(v.String())
	case float64:
		r := new(big.Rat).SetFloat64(v)
		return r, r != nil
	}
	return nil, false
}
