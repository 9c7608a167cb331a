//go:build cgo

package query

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// sqlFiles has base.sql and one file per metric, named after it.
//
//go:embed sql/*.sql
var sqlFiles embed.FS

// A Metric is a built-in query. Each is a file of SQL, and the header comment of
// the file fills the fields.
type Metric struct {
	Name    string         `json:"name"`
	Title   string         `json:"title"`
	Meaning string         `json:"meaning"` // what is counted, and what is not
	Units   string         `json:"units"`   // units of the numbers
	Rule    string         `json:"rule"`    // source of the rules that it follows
	Rows    string         `json:"rows"`    // what a row of the result is
	Columns []MetricColumn `json:"columns"` // columns of the result
	Default bool           `json:"default"` // runs when no metric is named
	SQL     string         `json:"-"`       // content of the file; requires PrepareMetrics
}

// A MetricColumn describes a column of a metric.
type MetricColumn struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
}

// metricNames are the metrics in display order.
var metricNames = []string{
	"spending_total",
	"spending_by_claim_type",
	"spending_by_fund",
	"spending_by_month",
	"spending_by_status",
	"spending_by_beneficiary",
	"spending_per_member_month",
	"member_months",
	"utilisation",
	"top_drgs",
	"denied_claims",
	"part_d_cost",
	"final_action",
}

// metrics returns all metrics.
var metrics = sync.OnceValue(func() []*Metric {
	list := make([]*Metric, len(metricNames))
	for i, name := range metricNames {
		list[i] = parseMetric(name, readSQL(name))
	}
	return list
})

// readSQL returns the content of an SQL file.
func readSQL(name string) string {
	text, err := sqlFiles.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic("query: internal error: " + err.Error())
	}
	return string(text)
}

// Metrics returns all metrics in display order. They are shared and must not be
// changed.
func Metrics() []*Metric { return slices.Clone(metrics()) }

// LookupMetric returns the metric with a name, or nil.
func LookupMetric(name string) *Metric {
	i := slices.Index(metricNames, name)
	if i < 0 {
		return nil
	}
	return metrics()[i]
}

// parseMetric parses the header of a metric's file. An entry starts with a
// keyword, and its continuation lines are indented by two spaces. Each column
// starts a line, with deeper indentation for continuation lines.
//
//	-- Title: a few words
//	-- Columns:
//	--   name  what it means,
//	--         continued
func parseMetric(name, sql string) *Metric {
	m := &Metric{Name: name, Default: true, SQL: sql}
	entries := map[string]*string{
		"Title": &m.Title, "Meaning": &m.Meaning, "Units": &m.Units, "Rule": &m.Rule, "Rows": &m.Rows,
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
		value = strings.TrimSpace(value)
		if entry != nil {
			*entry = value
		}
		if keyword == "Default" {
			m.Default = value != "no"
		}
	}
	return m
}

// script returns the SQL that has to run before metrics.
func (b Basis) script() string {
	base := readSQL("base")
	if b == AutoBasis {
		return base
	}
	return fmt.Sprintf("SET VARIABLE debit_credit = %t;\n\n%s", b == DebitCredit, base)
}

// Script returns SQL that computes the metric on its own, to be read, changed
// and run.
func (m *Metric) Script(b Basis) string { return b.script() + "\n" + m.SQL }

// PrepareMetrics creates what metrics are computed from: the SQL schema named
// metrics, with the rules of CCLF as views and macros. It can be called once per
// DB, before Metric. It returns the basis, which is b unless that is AutoBasis: then
// it is DebitCredit if the data set has cancellations and was not written by
// convert, and FinalAction otherwise.
func (db *DB) PrepareMetrics(ctx context.Context, b Basis) (Basis, error) {
	if err := db.Run(ctx, b.script(), func(*Rows) error { return nil }); err != nil {
		return "", err
	}
	chosen, _, err := db.one(ctx, "SELECT getvariable('debit_credit')")
	if err != nil {
		return "", err
	}
	db.basis = FinalAction
	if chosen[0] == true {
		db.basis = DebitCredit
	}
	return db.basis, nil
}

// Metric computes a metric, on the basis of PrepareMetrics, or AutoBasis if that was
// not called.
func (db *DB) Metric(ctx context.Context, m *Metric) (*Rows, error) {
	if db.basis == "" {
		if _, err := db.PrepareMetrics(ctx, AutoBasis); err != nil {
			return nil, err
		}
	}
	return db.Query(ctx, m.SQL)
}
