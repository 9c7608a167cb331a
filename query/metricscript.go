//go:build cgo

package query

import (
	"fmt"
	"slices"
	"strings"
)

// A script is the SQL of a metric that needs no views: a statement whose first parts
// are the views that the metric needs.
type script struct {
	base   metricBase
	scope  *scope
	source func(table string) string // SELECT that reads a table, or "" to name the table
	note   string                    // where the tables come from
}

// Script returns SQL that computes a metric without the views of the SQL schema
// metrics, to be read, changed and run anywhere: it names the files of the data set.
func (r *MetricRun) Script(m *Metric) (string, error) {
	s, err := r.scope.forMetric(m)
	if err != nil {
		return "", err
	}
	sources := map[string]tableSource{}
	for _, f := range r.db.tables {
		if f.group == "" {
			sources[f.name] = f
		}
	}
	w := script{base: r.db.base, scope: s}
	w.source = func(table string) string {
		if f := sources[table]; f.stored == "" {
			return sourceSQL(f)
		}
		w.note = "Open the database file of the data set to run this."
		return ""
	}
	return w.write(m), nil
}

// Script returns SQL that computes the metric from tables as cclf convert writes
// them, which it refers to by their names.
func (m *Metric) Script(opts MetricOptions) (string, error) {
	if err := opts.Validate(); err != nil {
		return "", err
	}
	s, err := (scope{MetricOptions: opts}).forMetric(m)
	if err != nil {
		return "", err
	}
	w := script{
		scope: s, base: metricBase{variant: baseVariant{DebitCredit: opts.Basis == DebitCredit}, lacking: map[string][]string{}},
		source: func(string) string { return "" },
		note:   "Tables by name: in DuckDB, CREATE VIEW cclf1 AS FROM 'OUT/cclf1/*.parquet', and so on.",
	}
	for _, table := range metricTables {
		w.base.lacking[table] = withoutFileDate(lackingColumns(table, nil))
	}
	return w.write(m), nil
}

// write returns the script.
func (w *script) write(m *Metric) string {
	own, result := w.scope.render(m)
	var all strings.Builder // what is looked at for names
	rename := map[string]string{}
	var kept []cte
	for _, c := range own {
		if c.sql == "FROM metrics."+c.name+" AS x" { // the view itself
			rename[c.name] = c.name
			all.WriteString(c.sql + "\n")
			continue
		}
		if c.name == "people" {
			c.sql = w.scope.listSQL()
		}
		kept = append(kept, c)
		all.WriteString(c.sql + "\n")
	}
	views := w.closure(all.String())
	var list []cte
	for _, table := range w.tables(views) {
		if sql := w.source(table); sql != "" {
			list = append(list, cte{name: table, sql: strings.TrimPrefix(sql, "SELECT * ")})
		}
	}
	for _, v := range views {
		if rename[v.name] == "" && slices.ContainsFunc(kept, func(c cte) bool { return c.name == v.name }) {
			rename[v.name] = "all_" + v.name
		} else {
			rename[v.name] = v.name
		}
	}
	for _, v := range views {
		list = append(list, cte{name: rename[v.name], sql: w.plain(w.base.viewSQL(v, "main", "metrics"), rename)})
	}
	for _, c := range kept {
		c.sql = w.plain(c.sql, rename)
		list = append(list, c)
	}
	return w.head(m) + w.macros(list) + withClause(list, result) + ";\n"
}

// closure returns the views that SQL needs, in order.
func (w *script) closure(sql string) []baseView {
	views := baseViews(w.base.variant)
	needed := map[string]bool{}
	for _, ref := range metricsRef().FindAllStringSubmatch(sql, -1) {
		needed[ref[1]] = true
	}
	for _, v := range slices.Backward(views) {
		if needed[v.name] {
			for _, name := range v.needs {
				needed[name] = true
			}
		}
	}
	return slices.DeleteFunc(views, func(v baseView) bool { return !needed[v.name] })
}

// tables returns the tables that views read.
func (w *script) tables(views []baseView) []string {
	var found []string
	for _, table := range metricTables {
		if slices.ContainsFunc(views, func(v baseView) bool {
			return slices.ContainsFunc(tableRef().FindAllStringSubmatch(v.sql, -1), func(ref []string) bool { return ref[1] == table })
		}) {
			found = append(found, table)
		}
	}
	return found
}

// plain removes the SQL schemas from names.
func (w *script) plain(sql string, rename map[string]string) string {
	sql = metricsRef().ReplaceAllStringFunc(sql, func(ref string) string { return rename[strings.TrimPrefix(ref, "metrics.")] })
	return tableRef().ReplaceAllString(sql, "$1")
}

// macros returns the macros that are called.
func (w *script) macros(list []cte) string {
	var out strings.Builder
	for _, macro := range metricMacros {
		if slices.ContainsFunc(list, func(c cte) bool { return strings.Contains(c.sql, " "+macro.name+"(") }) {
			out.WriteString(macro.sql + ";\n")
		}
	}
	return out.String()
}

// head returns the comment at the top.
func (w *script) head(m *Metric) string {
	var out strings.Builder
	basis := FinalAction
	if w.base.variant.DebitCredit {
		basis = DebitCredit
	}
	fmt.Fprintf(&out, "-- %s: %s. Basis: %s.\n", m.Name, m.Title, basis.Describe())
	if w.note != "" {
		fmt.Fprintf(&out, "-- %s\n", w.note)
	}
	tables := w.scope.tables()
	if m.Table != "" {
		tables = append(tables, m.Table)
	}
	if p := w.scope.Population; p != "" && p != AssignmentTable {
		tables = append(tables, p)
	}
	for _, table := range tables {
		fmt.Fprintf(&out, "-- Table %s: cclf query --table %[1]s=FILE, or CREATE TABLE %[1]s AS FROM read_csv('FILE', all_varchar = true);\n", table)
	}
	return out.String()
}
