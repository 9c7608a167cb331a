//go:build cgo

package query

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/template"
)

// A relation is what a metric reads: the rows of a view of the SQL schema metrics
// that are in the period and of the population, with the columns of the groups.
type relation struct {
	name   string            // in the SQL of metrics, and of the view
	month  bool              // has a month
	events bool              // its rows are what metrics count or add up
	claim  map[string]string // columns of claim dimensions
}

var relations = []relation{
	{name: "payments", month: true, events: true, claim: map[string]string{"claim_type": "claim_type", "tin": "tin", "npi": "npi", "facility": "facility"}},
	{name: "final_action", month: true, events: true, claim: map[string]string{"claim_type": "claim_type", "tin": "tin", "npi": "npi", "facility": "facility"}},
	{name: "services", month: true, events: true, claim: map[string]string{"claim_type": "claim_type", "tin": "tin", "npi": "npi", "facility": "facility"}},
	{name: "listed_claims", month: true, claim: map[string]string{"claim_type": "claim_type"}},
	{name: "stays", month: true, events: true, claim: map[string]string{"claim_type": "claim_type", "facility": "ccn"}},
	{name: "visits", month: true, events: true, claim: map[string]string{"claim_type": "claim_type", "facility": "ccn"}},
	{name: "episodes", month: true, events: true, claim: map[string]string{"facility": "ccn"}},
	{name: "deaths", month: true, events: true},
	{name: "part_d", month: true, events: true},
	{name: "member_months", month: true},
	{name: "beneficiaries"},
}

func lookupRelation(name string) *relation {
	i := slices.IndexFunc(relations, func(r relation) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	return &relations[i]
}

// carries reports whether the rows of a relation have a dimension.
func (r *relation) carries(d dimension) bool {
	switch {
	case d.time != "":
		return r.month
	case d.claim:
		return r.claim[d.name] != ""
	}
	return true
}

// A scope is for whom and when a metric is computed.
type scope struct {
	MetricOptions
	dims   []dimension
	months bool // the population has months
}

// uses reports whether SQL without comments reads a relation.
func uses(sql, name string) bool {
	return indexWord(sql, "FROM "+name) >= 0 || indexWord(sql, "JOIN "+name) >= 0
}

// withoutComments removes the comments of a metric's file, which are whole lines.
func withoutComments(sql string) string {
	var out strings.Builder
	for line := range strings.Lines(sql) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			out.WriteString(line)
		}
	}
	return strings.TrimSpace(out.String())
}

// reading is what a metric reads.
type reading struct {
	relations      []*relation
	months, groups bool // the tables months and groups, see scope.render
}

// readingOf finds what SQL without comments reads.
func readingOf(sql string) reading {
	reads := reading{months: uses(sql, "months"), groups: uses(sql, "groups")}
	for i := range relations {
		if uses(sql, relations[i].name) || relations[i].name == "member_months" && reads.months {
			reads.relations = append(reads.relations, &relations[i])
		}
	}
	return reads
}

// check reports a group that a metric cannot have. Rows that are counted or added up
// must have it; member months that lack it are those of the whole population.
func (s *scope) check(m *Metric) error {
	list := m.reads.relations
	hasEvents := slices.ContainsFunc(list, func(r *relation) bool { return r.events })
	for _, d := range s.dims {
		if d.time != "" && slices.Contains(m.Key, "month") {
			return &MetricOptionError{
				Option: "By", Value: d.name, Reason: "metric " + m.Name + " cannot be grouped by it",
				hint: "its rows are of months, which it compares",
			}
		}
		for _, r := range list {
			if (r.events || !hasEvents || slices.Contains(m.needs, r.name)) && !r.carries(d) {
				return &MetricOptionError{
					Option: "By", Value: d.name, Reason: "metric " + m.Name + " cannot be grouped by it",
					hint: "its rows have no " + d.name,
				}
			}
		}
		if d.table != "" && slices.ContainsFunc(m.Columns, func(c MetricColumn) bool { return c.Name == d.name && !slices.Contains(m.By, d.name) }) {
			return &MetricOptionError{
				Option: "By", Value: d.table + "." + d.name, Reason: "metric " + m.Name + " has a column of this name",
				hint: "rename the column of the table",
			}
		}
	}
	return nil
}

// forMetric returns the scope with the groups of a metric, which are its own ones if
// none are named.
func (s scope) forMetric(m *Metric) (*scope, error) {
	if len(s.By) == 0 {
		s.By = m.By
	}
	var err error
	if s.dims, err = dimensions(s.By); err != nil {
		return nil, err
	}
	return &s, s.check(m)
}

// A cte is a common table expression.
type cte struct {
	name, sql string
	inline    bool // is large, and never materialized
}

// render returns the SQL of a metric: the relations that it reads, its own SQL, and
// the order of its rows.
func (s *scope) render(m *Metric) ([]cte, string) {
	var list []cte
	if s.Population != "" {
		list = append(list, cte{name: "people", sql: "FROM temp._people"})
	}
	for _, table := range s.tables() {
		list = append(list, cte{name: "table_" + table, sql: s.tableSQL(table)})
	}
	for _, r := range m.reads.relations {
		list = append(list, cte{name: r.name, sql: s.relationSQL(r), inline: r.events || r.name == "member_months"})
	}
	if m.reads.months {
		list = append(list, cte{name: "months", sql: s.monthsSQL()})
	}
	if m.reads.groups {
		list = append(list, cte{name: "groups", sql: s.groupsSQL(m.reads.relations)})
	}
	list = append(list, cte{name: "metric", sql: s.body(m)})
	return list, s.result(m)
}

// tables returns the tables of the groups.
func (s *scope) tables() []string {
	var names []string
	for _, d := range s.dims {
		if d.table != "" && !slices.Contains(names, d.table) {
			names = append(names, d.table)
		}
	}
	return names
}

// tableSQL returns one row for each beneficiary of a table, with the columns that are
// groups. Of several rows the least values count.
func (s *scope) tableSQL(table string) string {
	var columns []string
	for _, d := range s.dims {
		if d.table == table {
			columns = append(columns, "min("+quoteName(d.name)+") AS "+quoteName(d.name))
		}
	}
	return "SELECT coalesce(mr_mbi, listed.mbi) AS mbi, " + strings.Join(columns, ", ") + "\nFROM (SELECT * REPLACE (" + cleanMBI + " AS mbi) FROM " +
		quoteName(table) + ") AS listed\nLEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = listed.mbi\nGROUP BY 1"
}

// cleanMBI is the MBI of a list, which can have dashes and spaces.
const cleanMBI = "upper(replace(trim(mbi), '-', ''))"

// relationSQL returns the rows of a relation in the scope.
func (s *scope) relationSQL(r *relation) string {
	columns, joins := []string{"x.*"}, ""
	usesPerson, usesMember := false, false
	for _, d := range s.dims {
		if !r.carries(d) {
			continue
		}
		expr := d.person
		switch {
		case d.time != "":
			expr = d.time
		case d.claim:
			expr = "x." + r.claim[d.name]
		case d.table != "":
			expr = "table_" + d.table + "." + quoteName(d.name)
		case r.name == "beneficiaries", r.name == "member_months" && d.member != "":
			expr = "x." + d.name
		case d.member != "" && r.month:
			expr, usesPerson, usesMember = d.member, true, true
		default:
			usesPerson = true
		}
		columns = append(columns, expr+" AS "+d.column())
	}
	if usesPerson {
		joins += "\nLEFT JOIN metrics.beneficiaries AS person ON person.mbi = x.mbi"
	}
	if usesMember {
		joins += "\nLEFT JOIN metrics.member_months AS member ON member.mbi = x.mbi AND member.month = x.month"
	}
	for _, table := range s.tables() {
		joins += fmt.Sprintf("\nLEFT JOIN table_%s ON table_%[1]s.mbi = x.mbi", table)
	}
	sql := "FROM metrics." + r.name + " AS x" + joins
	if len(columns) > 1 || joins != "" {
		sql = "SELECT " + strings.Join(columns, ", ") + "\n" + sql
	}
	if conditions := s.conditions(r); len(conditions) > 0 {
		sql += "\nWHERE " + strings.Join(conditions, "\n  AND ")
	}
	return sql
}

// conditions returns what rows of a relation must satisfy.
func (s *scope) conditions(r *relation) []string {
	var list []string
	if s.From != "" && r.month {
		list = append(list, "x.month >= DATE '"+s.From+"-01'")
	}
	if s.To != "" && r.month {
		list = append(list, "x.month <= DATE '"+s.To+"-01'")
	}
	switch {
	case s.Population == "":
	case s.months && r.month:
		list = append(list, "(x.mbi IN (SELECT mbi FROM people WHERE month IS NULL) OR (x.mbi, x.month) IN (SELECT (mbi, month) FROM people))")
	default:
		list = append(list, "x.mbi IN (SELECT mbi FROM people)")
	}
	return list
}

// monthsSQL returns the numbers of member months by group.
func (s *scope) monthsSQL() string {
	return strings.TrimSpace("SELECT "+s.by("member_months")) + `
  count(*) FILTER (WHERE fee_for_service) AS member_months,
  count(DISTINCT mbi) FILTER (WHERE fee_for_service) AS members,
  count(*) FILTER (WHERE fee_for_service AND NOT inferred) AS told_member_months,
  count(*) FILTER (WHERE part_d) AS part_d_months
FROM member_months
GROUP BY ALL`
}

// countingPayments is a condition of the view payments: rows of claims that count.
const countingPayments = "final_action OR paid <> 0"

// groupsSQL returns the groups: one row if there are no dimensions.
func (s *scope) groupsSQL(read []*relation) string {
	if len(s.dims) == 0 {
		return "SELECT 1 AS one"
	}
	var names []string
	for _, d := range s.dims {
		names = append(names, d.column())
	}
	var selects []string
	for _, r := range read {
		if !slices.ContainsFunc(s.dims, func(d dimension) bool { return !r.carries(d) }) {
			sql := "SELECT " + strings.Join(names, ", ") + " FROM " + r.name
			if r.name == "payments" {
				sql += " WHERE " + countingPayments
			}
			selects = append(selects, sql)
		}
	}
	sql := strings.Join(selects, "\nUNION\n")
	if len(selects) == 1 {
		sql = strings.Replace(sql, "SELECT", "SELECT DISTINCT", 1)
	}
	return sql
}

// carried returns the dimensions that a relation has; other tables have all.
func (s *scope) carried(name string) []dimension {
	if name == "months" {
		name = "member_months"
	}
	r := lookupRelation(name)
	var dims []dimension
	for _, d := range s.dims {
		if r == nil || r.carries(d) {
			dims = append(dims, d)
		}
	}
	return dims
}

// by returns the groups for the list of a SELECT from a relation, with a comma at
// the end. Without a relation, all groups, unqualified.
func (s *scope) by(from ...string) string {
	var out strings.Builder
	name, prefix := "", ""
	if len(from) > 0 {
		name, prefix = from[0], from[len(from)-1]+"."
	}
	for _, d := range s.carried(name) {
		out.WriteString(prefix + d.column() + ", ")
	}
	return strings.TrimSuffix(out.String(), " ")
}

// on returns the condition that rows of two relations are of the same group.
func (s *scope) on(left, right string) string {
	var conditions []string
	for _, d := range s.carried(left) {
		for _, other := range s.carried(right) {
			if other.name == d.name {
				conditions = append(conditions, left+"."+d.column()+" IS NOT DISTINCT FROM "+right+"."+d.column())
			}
		}
	}
	if len(conditions) == 0 {
		return "true"
	}
	return strings.Join(conditions, " AND ")
}

// partition returns the part of a window that keeps groups apart.
func (s *scope) partition() string {
	if len(s.dims) == 0 {
		return ""
	}
	return "PARTITION BY " + strings.TrimSuffix(s.by(), ",")
}

// body returns the SQL of a metric's file, with its markers replaced.
//
//	{{by}}            all groups and a comma, for the list of a SELECT
//	{{by "x"}}        the groups that relation x has, qualified by x
//	{{on "x" "y"}}    the condition that rows of x and y are of the same group
//	{{has "x"}}       whether relation x has all groups
//	{{part "x"}}      the file x of sqlparts (see withParts)
//	{{partition}}     PARTITION BY the groups, for a window, or nothing
//	{{debitCredit}}   whether that is the basis
func (s *scope) body(m *Metric) string {
	t, err := template.New(m.Name).Funcs(template.FuncMap{
		"by":          s.by,
		"on":          s.on,
		"has":         func(name string) bool { return len(s.carried(name)) == len(s.dims) },
		"partition":   s.partition,
		"debitCredit": func() bool { return s.Basis == DebitCredit },
	}).Parse(withoutComments(m.SQL))
	var out strings.Builder
	if err == nil {
		err = t.Execute(&out, nil)
	}
	if err != nil {
		panic("query: internal error: " + err.Error())
	}
	return tidy(out.String())
}

var emptyLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s*\n`) })

// tidy removes what markers without a value leave behind.
func tidy(sql string) string {
	sql = emptyLine().ReplaceAllString(strings.TrimSpace(sql), "")
	return strings.NewReplacer("BY  ", "BY ", "SELECT  ", "SELECT ", "( ORDER", "(ORDER", " AND true\n", "\n").Replace(sql + "\n")
}

// result returns the SELECT that names the groups, and orders and limits the rows.
func (s *scope) result(m *Metric) string {
	var names, hidden, groups []string
	for _, d := range s.dims {
		names = append(names, d.column()+" AS "+plainName(d.name))
		hidden = append(hidden, d.column())
		groups = append(groups, d.column()+" NULLS LAST")
		if slices.Contains(m.Key, d.name) {
			hidden = append(hidden, quoteName(d.name))
		}
	}
	sql := "SELECT * FROM metric"
	if len(s.dims) > 0 {
		sql = "SELECT " + strings.Join(names, ", ") + ", * EXCLUDE (" + strings.Join(hidden, ", ") + ")\nFROM metric"
	}
	top := s.Top
	if top == 0 {
		top = m.Limit
	}
	ranked := slices.Concat([]string{m.Rank + " DESC NULLS LAST"}, m.Order)
	switch {
	case top > 0 && len(m.Key) > 0 && len(s.dims) > 0:
		sql += fmt.Sprintf("\nQUALIFY row_number() OVER (PARTITION BY %s ORDER BY %s) <= %d", strings.Join(hidden[:len(s.dims)], ", "), strings.Join(ranked, ", "), top)
		return sql + "\nORDER BY " + strings.Join(slices.Concat(groups, ranked), ", ")
	case top > 0:
		return sql + " ORDER BY " + strings.Join(slices.Concat(ranked, groups), ", ") + fmt.Sprintf("\nLIMIT %d", top)
	}
	if order := slices.Concat(groups, m.Order); len(order) > 0 {
		sql += " ORDER BY " + strings.Join(order, ", ")
	}
	return sql
}

// withClause puts the parts of a rendered metric together.
func withClause(list []cte, result string) string { return packedWith(list, result, 160) }

// packedWith is withClause; parts of one line share lines of at most so many bytes.
func packedWith(list []cte, result string, width int) string {
	var out strings.Builder
	out.WriteString("WITH\n")
	line := " " // the last one, so far
	for i, c := range list {
		if i > 0 {
			line += ","
		}
		materialized := ""
		if c.inline {
			materialized = "NOT MATERIALIZED "
		}
		text := fmt.Sprintf("%s AS %s(", c.name, materialized)
		sql := strings.TrimSpace(c.sql)
		if strings.Contains(sql, "\n") {
			sql = "\n    " + strings.ReplaceAll(sql, "\n", "\n    ") + "\n  "
		}
		text += sql + ")"
		first, rest, several := strings.Cut(text, "\n")
		if strings.TrimSpace(line) != "" && len(line)+1+len(first) > width {
			out.WriteString(line + "\n")
			line = " "
		}
		line += " " + first
		if several {
			at := strings.LastIndexByte(rest, '\n') + 1
			out.WriteString(line + "\n" + rest[:at])
			line = rest[at:]
		}
	}
	return out.String() + line + "\n" + result
}
