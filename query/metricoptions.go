//go:build cgo

package query

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// MetricOptions say for whom and when metrics are computed, and by what they are
// grouped. The zero value is the whole data set.
type MetricOptions struct {
	// Basis says how claims are counted.
	Basis Basis
	// From and To are the first and the last month, such as "2025-01". Either can
	// be empty.
	From, To string
	// By names the dimensions that results are grouped by: those of
	// MetricDimensions, or TABLE.COLUMN of a table in Options.TableFiles that has
	// a column mbi. Empty means the dimensions of the metric itself.
	By []string
	// Top is the greatest number of rows, highest first; of a metric that has
	// rows of its own kind, such as one per DRG, in each group. 0 means all.
	Top int
	// Population is the name of a table that restricts metrics to its
	// beneficiaries: one of Options.TableFiles with a column mbi, and possibly
	// month, or "assignment", which an imported data set has.
	Population string
	// ConditionTitles are titles of the three-character categories of ICD-10-CM by
	// code. Without them, conditions have no titles.
	ConditionTitles map[string]string
}

// A MetricOptionError reports an option that cannot be used.
type MetricOptionError struct {
	Option string // name of the field of MetricOptions
	Value  string
	Reason string
	hint   string
}

func (e *MetricOptionError) Error() string {
	return fmt.Sprintf("%s %q: %s", e.Option, e.Value, e.Reason)
}

// Hint returns what to do about it.
func (e *MetricOptionError) Hint() string { return e.hint }

// A dimension is what results can be grouped by.
type dimension struct {
	name string
	// Expressions for a row x, by what a relation has. person and member are the
	// beneficiary and the member month of the row.
	time   string // for relations with a month
	person string // for all
	member string // for relations with a month, instead of person
	claim  bool   // for relations with a column for it
	table  string // table of TABLE.COLUMN
}

// builtInDimensions are the dimensions that every data set has.
var builtInDimensions = []dimension{
	{name: "month", time: "x.month"},
	{name: "quarter", time: "year(x.month) || '-Q' || quarter(x.month)"},
	{name: "year", time: "year(x.month)"},
	{name: "enrollment_type", person: "person.enrollment_type", member: "coalesce(member.enrollment_type, person.enrollment_type)"},
	{name: "dual_status", person: "person.dual_status", member: "coalesce(member.dual_status, person.dual_status)"},
	{name: "state", person: "person.state"},
	{name: "county", person: "person.county"},
	{name: "claim_type", claim: true},
	{name: "tin", claim: true},
	{name: "npi", claim: true},
	{name: "facility", claim: true},
}

// MetricDimensions returns the names of the dimensions that every data set has.
func MetricDimensions() []string {
	names := make([]string, len(builtInDimensions))
	for i, d := range builtInDimensions {
		names[i] = d.name
	}
	return names
}

// column returns the name that the dimension has in relations.
func (d dimension) column() string { return plainName("by_" + d.name) }

// plainName quotes a name unless it is plain.
func plainName(name string) string {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == "" {
		return name
	}
	return quoteName(name)
}

// findDimension returns the dimension with a name, or that of TABLE.COLUMN.
func findDimension(name string) (dimension, error) {
	table, column, isTable := strings.Cut(name, ".")
	if isTable && table != "" && column != "" {
		return dimension{name: column, table: table}, nil
	}
	for _, d := range builtInDimensions {
		if strings.EqualFold(d.name, name) {
			return d, nil
		}
	}
	return dimension{}, &MetricOptionError{
		Option: "By", Value: name, Reason: "unknown group",
		hint: "groups are " + strings.Join(MetricDimensions(), ", ") + ", and TABLE.COLUMN of a table file",
	}
}

// dimensions returns the dimensions with these names.
func dimensions(names []string) ([]dimension, error) {
	var dims []dimension
	for _, name := range names {
		d, err := findDimension(name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(dims, func(other dimension) bool { return strings.EqualFold(other.name, d.name) }) {
			return nil, &MetricOptionError{Option: "By", Value: name, Reason: "two groups with this name"}
		}
		dims = append(dims, d)
	}
	return dims, nil
}

// Validate reports an option that is wrong for every data set, as a
// *MetricOptionError.
func (o *MetricOptions) Validate() error {
	for _, m := range []struct{ option, value string }{{"From", o.From}, {"To", o.To}} {
		if m.value == "" {
			continue
		}
		if _, err := time.Parse("2006-01", m.value); err != nil {
			return &MetricOptionError{Option: m.option, Value: m.value, Reason: "not a month", hint: "months are YYYY-MM, such as 2025-01"}
		}
	}
	if o.From != "" && o.To != "" && o.From > o.To {
		return &MetricOptionError{Option: "From", Value: o.From, Reason: "after the last month, " + o.To}
	}
	if o.Top < 0 {
		return &MetricOptionError{Option: "Top", Value: fmt.Sprint(o.Top), Reason: "not a number of rows"}
	}
	_, err := dimensions(o.By)
	return err
}
