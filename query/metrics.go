//go:build cgo

package query

import (
	"embed"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// sqlFiles has base.sql and one file per metric, named after it, and in sqlparts what
// several metrics share.
//
//go:embed sql/*.sql sqlparts/*.sql
var sqlFiles embed.FS

// A Metric is a built-in query. Each is a file of SQL, and the header comment of
// the file fills the fields.
type Metric struct {
	Name         string         `json:"name"`
	Group        string         `json:"group"` // what it is about: Spending, Utilization
	Title        string         `json:"title"`
	Meaning      string         `json:"meaning"`                 // what is counted, and what is not
	Units        string         `json:"units"`                   // units of the numbers
	Rule         string         `json:"rule"`                    // source of the rules that it follows
	Rows         string         `json:"rows"`                    // what a row of the result is
	Columns      []MetricColumn `json:"columns"`                 // columns of the result
	By           []string       `json:"by"`                      // groups, unless MetricOptions name others
	Key          []string       `json:"key"`                     // columns that tell the rows of a group apart
	Rank         string         `json:"rank"`                    // column by which rows are the highest
	Limit        int            `json:"limit"`                   // rows unless MetricOptions say so, or 0 for all
	Default      bool           `json:"default"`                 // runs when no metric is named
	Table        string         `json:"table,omitempty"`         // table that the user gives, in Options.TableFiles
	TableColumns []string       `json:"table_columns,omitempty"` // columns of which it has some
	Order        []string       `json:"-"`                       // SQL expressions that order the rows of a group
	TitlesOf     string         `json:"-"`                       // column of codes; the column title, which the SQL lacks, has their titles
	needs        []string       // relations that must have the groups, besides those that are counted
	reads        reading        // what the SQL reads
	SQL          string         `json:"-"` // content of the file
}

// A MetricColumn describes a column of a metric.
type MetricColumn struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
}

// metricNames are the metrics in display order.
var metricNames = []string{
	// Spending
	"spending_total",
	"spending_by_claim_type",
	"spending_by_category",
	"spending_by_fund",
	"spending_by_month",
	"spending_by_status",
	"spending_by_beneficiary",
	"spending_per_member_month",
	"high_cost_members",
	"concentration",
	"leakage",
	// Utilization
	"utilization",
	"length_of_stay",
	"readmissions",
	"office_visits",
	"hospice",
	"top_conditions",
	"top_drgs",
	"top_procedures",
	// Care management
	"wellness_visits",
	"transitional_care",
	"chronic_care_management",
	"advance_care_planning",
	// Part D
	"part_d_cost",
	"part_d_fills",
	"top_drugs",
	// Providers
	"facility_scorecard",
	"provider_scorecard",
	// Population
	"member_months",
	"deaths",
	// Data quality
	"denied_claims",
	"final_action",
	"claim_lag",
	"completion_triangle",
	"completion_factors",
	"completeness",
}

// metricAliases are other names of metrics.
var metricAliases = map[string]string{"pmpm": "spending_per_member_month"}

// metrics returns all metrics.
var metrics = sync.OnceValue(func() []*Metric {
	list := make([]*Metric, len(metricNames))
	for i, name := range metricNames {
		list[i] = parseMetric(name, withParts(readSQL("sql/"+name)))
	}
	return list
})

// readSQL returns the content of an SQL file.
func readSQL(name string) string {
	text, err := sqlFiles.ReadFile(name + ".sql")
	if err != nil {
		panic("query: internal error: " + err.Error())
	}
	return string(text)
}

// withParts replaces {{part "x"}} in the SQL of a metric with the file x of sqlparts.
func withParts(sql string) string {
	const begin, end = `{{part "`, `"}}`
	before, rest, found := strings.Cut(sql, begin)
	if !found {
		return sql
	}
	name, after, _ := strings.Cut(rest, end)
	return before + withoutComments(readSQL("sqlparts/"+name)) + withParts(after)
}

// Metrics returns all metrics in display order. They are shared and must not be
// changed.
func Metrics() []*Metric { return slices.Clone(metrics()) }

// LookupMetric returns the metric with a name or an alias, or nil.
func LookupMetric(name string) *Metric {
	if alias, ok := metricAliases[name]; ok {
		name = alias
	}
	i := slices.Index(metricNames, name)
	if i < 0 {
		return nil
	}
	return metrics()[i]
}

// MetricAliases returns other names of metrics, with the names that they stand for.
func MetricAliases() map[string]string { return maps.Clone(metricAliases) }

// parseMetric parses the header of a metric's file. An entry starts with a
// keyword, and its continuation lines are indented by two spaces. Each column
// starts a line, with deeper indentation for continuation lines.
//
//	-- Title: a few words
//	-- Columns:
//	--   name  what it means,
//	--         continued
func parseMetric(name, sql string) *Metric {
	m := &Metric{Name: name, Default: true, SQL: sql, reads: readingOf(withoutComments(sql))}
	var by, key, order, limit, needs, columns, byDefault string
	entries := map[string]*string{
		"Group": &m.Group, "Title": &m.Title, "Meaning": &m.Meaning, "Units": &m.Units, "Rule": &m.Rule, "Rows": &m.Rows,
		"Rank": &m.Rank, "By": &by, "Key": &key, "Order": &order, "Limit": &limit, "Needs": &needs, "Titles": &m.TitlesOf, "Table": &m.Table, "Table columns": &columns, "Default": &byDefault,
	}
	var entry *string
	for line := range strings.Lines(sql) {
		line, isComment := strings.CutPrefix(strings.TrimRight(line, "\n"), "-- ")
		if !isComment {
			break
		}
		if indented, ok := strings.CutPrefix(line, "  "); ok {
			if entry == nil || !strings.HasPrefix(indented, " ") && len(m.Columns) > 0 {
				name, meaning, _ := strings.Cut(indented, " ")
				m.Columns = append(m.Columns, MetricColumn{Name: name})
				entry, indented = &m.Columns[len(m.Columns)-1].Meaning, meaning
			}
			*entry = strings.TrimSpace(*entry + " " + strings.TrimSpace(indented))
			continue
		}
		keyword, value, _ := strings.Cut(line, ":")
		entry = entries[keyword] // nil for Columns
		if entry != nil {
			*entry = strings.TrimSpace(value)
		}
	}
	m.By, m.Key, m.Order = listed(by, ", "), listed(key, ", "), listed(order, "; ")
	m.TableColumns, m.needs = listed(columns, ", "), listed(needs, ", ")
	m.Limit, _ = strconv.Atoi(limit)
	m.Default = byDefault != "no"
	return m
}

// listed returns the parts of a list.
func listed(text, separator string) []string {
	if text == "" {
		return []string{}
	}
	return strings.Split(text, separator)
}
