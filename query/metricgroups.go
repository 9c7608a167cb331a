//go:build cgo

package query

import (
	"context"
	"fmt"
	"strings"
)

// SmallGroups returns a function that reports whether a row of a metric is of a group
// with fewer enrolled beneficiaries than least, or nil if the groups are of months and
// claims only, and of everyone. The number of beneficiaries need not be in the row.
func (r *MetricRun) SmallGroups(ctx context.Context, m *Metric, least int) (func(row []any) bool, error) {
	s, err := r.scope.forMetric(m)
	if err != nil {
		return nil, err
	}
	members := lookupRelation("member_months")
	var names []string
	var positions []int
	splits := s.Population != ""
	for i, d := range s.dims {
		if members.carries(d) {
			names, positions = append(names, d.column()), append(positions, i)
			splits = splits || d.time == ""
		}
	}
	if !splits {
		return nil, nil
	}
	list := []cte{{name: "people", sql: s.peopleSQL()}}
	for _, table := range s.tables() {
		list = append(list, cte{name: "table_" + table, sql: s.tableSQL(table)})
	}
	list = append(list, cte{name: "member_months", sql: s.relationSQL(members)})
	rows, err := r.query(ctx, withClause(list, fmt.Sprintf("SELECT %s FROM member_months GROUP BY ALL HAVING count(DISTINCT mbi) < %d",
		strings.Join(append(names, "count(DISTINCT mbi)"), ", "), least)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	small := map[string]bool{}
	for rows.Next() {
		small[fmt.Sprint(rows.Values()[:len(names)])] = true
	}
	return func(row []any) bool {
		key := make([]any, len(positions))
		for i, at := range positions {
			key[i] = row[at]
		}
		return small[fmt.Sprint(key)]
	}, rows.Err()
}
