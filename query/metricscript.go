//go:build cgo

package query

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
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
	views := w.closure(all.String() + result)
	var list []cte
	for _, table := range w.tables(views) {
		if sql := w.source(table); sql != "" {
			list = append(list, cte{name: table, sql: strings.TrimPrefix(sql, "SELECT * ")})
		}
	}
	for _, v := range views {
		rename[v.name] = v.name
		if slices.ContainsFunc(kept, func(c cte) bool { return c.name == v.name }) {
			rename[v.name] = "all_" + v.name
		}
	}
	for _, v := range views {
		list = append(list, cte{name: rename[v.name], sql: w.plain(w.base.viewSQL(strings.ReplaceAll(v.short, ",\nFROM", "\nFROM"), "main", "metrics"), rename)})
	}
	for _, c := range kept {
		c.sql = w.plain(c.sql, rename)
		list = append(list, c)
	}
	return w.fit(w.head(m)+w.macros(list), list, result)
}

// maxScriptLines is how many lines a script has at the most.
const maxScriptLines = 120

// fit puts the parts of a script together, in lines as short as its length allows.
func (w *script) fit(head string, list []cte, result string) string {
	var text string
	for _, layout := range []packing{{120, false, 160}, {155, false, 160}, {155, true, 160}, {155, true, 260}, {200, true, 260}, {260, true, 400}} {
		packed := slices.Clone(list)
		for i := range packed {
			packed[i].sql = layout.pack(packed[i].sql)
		}
		statement := packedWith(packed, result, layout.parts)
		if layout.tight {
			statement = layout.pack(statement)
		}
		if text = head + statement + ";\n"; strings.Count(text, "\n") <= maxScriptLines {
			break
		}
	}
	return text
}

// A packing is how much SQL a line takes.
type packing struct {
	width int
	tight bool // what is in parentheses can begin on their line
	parts int  // the same as width, of the parts of a statement that have one line, such as files
}

var clauseStart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(FROM|WHERE|GROUP BY|ORDER BY|HAVING|JOIN|LEFT JOIN|CROSS JOIN|ON|AND|OR|WHEN|ELSE|END|WINDOW|QUALIFY|UNION|[+<]=?) `)
})

// pack fills the lines of SQL: items of a list, and short clauses, share a line.
func (p packing) pack(sql string) string {
	var out []string
	for line := range strings.SplitSeq(sql, "\n") {
		text := strings.TrimSpace(line)
		if len(out) == 0 {
			out = append(out, line)
			continue
		}
		last := out[len(out)-1]
		opens := slices.Contains([]string{"SELECT", "WITH", "WITH RECURSIVE", "CASE"}, strings.TrimSpace(last)) || strings.HasSuffix(last, " OVER (") || p.tight && strings.HasSuffix(last, "(")
		continues := strings.HasSuffix(last, ",") || clauseStart().MatchString(text+" ") || strings.HasPrefix(text, ")")
		if strings.HasPrefix(text, "FROM ") && !strings.HasPrefix(strings.TrimSpace(last), "SELECT ") {
			continues = false // begins a line where it can be found
		}
		if (opens || continues) && !strings.Contains(last, "--") && len(last)+1+len(text) <= p.width {
			out[len(out)-1] = last + " " + text
		} else {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// closure returns the views that SQL needs, in order, with what it needs of them as
// their short SQL.
func (w *script) closure(sql string) []baseView {
	var views []baseView
	for _, v := range slices.Backward(baseViews(w.base.variant)) {
		if slices.Contains(viewsIn(sql), v.name) {
			v.short = v.prune(sql)
			sql += v.short
			views = append(views, v)
		}
	}
	slices.Reverse(views)
	return views
}

// tables returns the tables that views read.
func (w *script) tables(views []baseView) []string {
	var found []string
	for _, table := range metricTables {
		if slices.ContainsFunc(views, func(v baseView) bool {
			return slices.ContainsFunc(tableRef().FindAllStringSubmatch(v.short, -1), func(ref []string) bool { return ref[1] == table })
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
	for _, macro := range slices.Concat(scriptMacros(), metricMacros) {
		if slices.ContainsFunc(list, func(c cte) bool { return regexp.MustCompile(`\b` + macro.name + `\(`).MatchString(c.sql) }) {
			out.WriteString(macro.sql + ";\n")
		}
	}
	return out.String()
}

// scriptMacros returns the statements that create the macros of base.sql.
func scriptMacros() []cte {
	var list []cte
	for _, name := range slices.Sorted(maps.Keys(baseMacros)) {
		list = append(list, cte{name: name, sql: "CREATE OR REPLACE TEMP " + baseMacros[name].definition(name)})
	}
	return list
}

// head returns the comment at the top.
func (w *script) head(m *Metric) string {
	var out strings.Builder
	basis := w.base.basis()
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
