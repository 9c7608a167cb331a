package reconcile

import (
	"encoding/json"
	"slices"
)

// A Report says how the claims of two data sets differ.
type Report struct {
	Left      Side     `json:"left"`
	Right     Side     `json:"right"`
	Matched   Matches  `json:"matched"`
	Waterfall []Step   `json:"waterfall"`
	Groups    []Group  `json:"groups"`
	Columns   []Column `json:"columns"`
}

// A Side is one of the data sets.
type Side struct {
	Source  string      `json:"source"` // bcda or cclf
	APIs    []string    `json:"apis,omitempty"`
	Basis   string      `json:"basis"` // how claims were brought to final action
	Newest  string      `json:"newest,omitempty"`
	Claims  int64       `json:"claims"`
	Dollars json.Number `json:"dollars"`
}

// Matches counts the claims that are on both sides, by what matched them.
type Matches struct {
	Claims        int64 `json:"claims"`
	ControlNumber int64 `json:"by_control_number"`
	ClaimID       int64 `json:"by_claim_id"`
	NaturalKey    int64 `json:"by_natural_key"`
}

// A Step is what one reason adds on the way from the dollars of the left to those
// of the right.
type Step struct {
	Reason  string      `json:"reason"`
	Claims  int64       `json:"claims"`
	Dollars json.Number `json:"dollars"`
}

// A Group is the claims of a file, claim type and month of the last service.
type Group struct {
	File         string      `json:"file"`
	ClaimType    string      `json:"claim_type"`
	Month        string      `json:"month"`
	Both         int64       `json:"both"`
	LeftOnly     int64       `json:"left_only"`
	RightOnly    int64       `json:"right_only"`
	LeftDollars  json.Number `json:"left_dollars"`
	RightDollars json.Number `json:"right_dollars"`
	Difference   json.Number `json:"difference"`
}

// A Column says how many values of matched claims agree, line by line.
type Column struct {
	Table    string `json:"table"`
	Column   string `json:"column"`
	Compared int64  `json:"compared"`
	Equal    int64  `json:"equal"`
	Reason   string `json:"reason,omitempty"` // of the values that differ
}

// Unexplained is the reason of differences that none of the known causes has.
const Unexplained = "unexplained"

// Reasons that the columns of matched claims can have too.
const (
	newerLoad     = "newer_load"
	hicn          = "hicn"
	otherSystemID = "other_system_id"
)

// Explained reports whether all differences have a reason, those of columns too.
func (r *Report) Explained() bool {
	return !slices.ContainsFunc(r.Waterfall, func(s Step) bool { return s.Reason == Unexplained && s.Claims > 0 }) &&
		!slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Reason == Unexplained })
}

// Reasons are the reasons for differences, in the order in which they are tried.
func Reasons() []string {
	return []string{
		"opted_out", "not_in_feed", "outside_history", "partially_adjudicated", "substance_use",
		"not_yet_arrived", newerLoad, hicn, otherSystemID, Unexplained,
	}
}
