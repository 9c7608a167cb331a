//go:build cgo

package query

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
)

// sqlFiles has a file for each metric, named after it, and base.sql.
//
//go:embed sql/*.sql
var sqlFiles embed.FS

// A Metric is a ready question to a data set. It is a file of SQL, whose
// header comment fills the fields here.
type Metric struct {
	Name    string         `json:"name"`
	Title   string         `json:"title"`
	Meaning string         `json:"meaning"` // what is counted and what is not
	Units   string         `json:"units"`   // of its numbers
	Rule    string         `json:"rule"`    // where what it goes by is written down
	Rows    string         `json:"rows"`    // which rows the result has
	Columns []MetricColumn `json:"columns"` // of the result
	Default bool           `json:"default"` // it is among the answers when nobody asks for one by name
	SQL     string         `json:"-"`       // the file; it needs PrepareMetrics
}

// A MetricColumn is a column of the result of a metric.
type MetricColumn struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
}

// metricNames lists the metrics in the order in which they are shown.
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

var metrics = func() []*Metric {
	list := make([]*Metric, len(metricNames))
	for i, name := range metricNames {
		list[i] = parseMetric(name, readSQL(name))
	}
	return list
}()

// readSQL returns a file of sqlFiles.
func readSQL(name string) string {
	text, err := sqlFiles.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err) // it is part of the program
	}
	return string(text)
}

// Metrics returns all metrics. The result is shared: it must not be changed.
func Metrics() []*Metric { return metrics }

// LookupMetric returns the metric with a name, or nil.
func LookupMetric(name string) *Metric {
	i := slices.IndexFunc(metrics, func(m *Metric) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return metrics[i]
}

// parseMetric reads the header of a metric's file. It consists of entries that
// begin with a keyword; what follows is indented, and the columns, which have
// a line each, are indented once more where they go on.
//
//	-- Title: a few words
//	-- Columns:
//	--   name  what it means,
//	--         at length
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
		entry = entries[keyword] // nil for the columns
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

// A Basis says how claims are counted in metrics.
type Basis string

// The bases. BCDA sends final-action claims, whose amounts simply add up. CCLF
// files have debits and credits: a correction is a cancellation and a new
// claim, and cancellations are subtracted.
const (
	AutoBasis   Basis = ""             // chosen by PrepareMetrics
	FinalAction Basis = "final-action" // no netting; cancellations are ignored
	DebitCredit Basis = "debit-credit" // cancellations are subtracted
)

// Describe returns the basis in words.
func (b Basis) Describe() string {
	if b == DebitCredit {
		return "debits and credits (cancellations are subtracted)"
	}
	return "final-action claims (no debit/credit netting)"
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
// DB. It returns the basis, which is b unless that is AutoBasis: then it is
// DebitCredit if the data set has cancellations and was not written by convert,
// and FinalAction otherwise.
func (db *DB) PrepareMetrics(ctx context.Context, b Basis) (Basis, error) {
	if err := db.Run(ctx, b.script(), func(*Rows) error { return nil }); err != nil {
		return "", err
	}
	chosen, _, err := db.one(ctx, "SELECT getvariable('debit_credit')")
	if err != nil {
		return "", err
	}
	if chosen[0] == true {
		return DebitCredit, nil
	}
	return FinalAction, nil
}

// Metric computes a metric. PrepareMetrics must have been called before.
func (db *DB) Metric(ctx context.Context, m *Metric) (*Rows, error) { return db.Query(ctx, m.SQL) }
