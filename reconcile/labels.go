package reconcile

import (
	"encoding/json"
	"strconv"
	"strings"
)

// meanings describe the reasons in a few words.
var meanings = map[string]string{
	"opted_out":             "beneficiary declined data sharing",
	"not_in_feed":           "beneficiary is on one side only",
	"outside_history":       "before the history of the other side",
	"partially_adjudicated": "the other side has it before adjudication",
	"substance_use":         "has codes that CMS removes",
	"not_yet_arrived":       "newer than all data of the other side",
	newerLoad:               "one side has a newer version",
	hicn:                    "HICN on one side only; no dollars",
	otherSystemID:           "claim ID of another system; no dollars",
	Unexplained:             "no known cause",
	"current_mbi":           "each side has its own current MBI",
	"not_mapped":            "this API version does not send it",
}

// sourceName is the name of a side for people.
func (s *Side) sourceName() string {
	name := strings.ToUpper(s.Source)
	if len(s.APIs) > 0 {
		name += " " + strings.Join(s.APIs, ", ")
	}
	return name
}

// byType sums the groups of each file and claim type, over all months.
func (r *Report) byType() []Group {
	var sums []Group
	for _, g := range r.Groups {
		g.Month = ""
		last := len(sums) - 1
		if last < 0 || sums[last].File != g.File || sums[last].ClaimType != g.ClaimType {
			sums = append(sums, g)
			continue
		}
		s := &sums[last]
		s.Both, s.LeftOnly, s.RightOnly = s.Both+g.Both, s.LeftOnly+g.LeftOnly, s.RightOnly+g.RightOnly
		s.LeftDollars = plus(s.LeftDollars, g.LeftDollars)
		s.RightDollars = plus(s.RightDollars, g.RightDollars)
		s.Difference = plus(s.Difference, g.Difference)
	}
	return sums
}

// plus adds amounts with two decimals.
func plus(a, b json.Number) json.Number {
	cents := inCents(a) + inCents(b)
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	frac := strconv.FormatInt(cents%100+100, 10)[1:]
	return json.Number(sign + strconv.FormatInt(cents/100, 10) + "." + frac)
}

func inCents(n json.Number) int64 {
	cents, _ := strconv.ParseInt(strings.Replace(n.String(), ".", "", 1), 10, 64)
	return cents
}

// differing returns the columns of which values differ, those without a known
// cause first.
func (r *Report) differing() []Column {
	var unexplained, others []Column
	for _, c := range r.Columns {
		switch {
		case c.Equal == c.Compared:
		case c.Reason == Unexplained:
			unexplained = append(unexplained, c)
		default:
			others = append(others, c)
		}
	}
	return append(unexplained, others...)
}
