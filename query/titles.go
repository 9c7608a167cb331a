//go:build cgo

package query

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/codes"
)

// titled returns the SQL of a metric with the titles of its codes in the last column.
// The SQL that users read and run elsewhere does not have them.
func (r *MetricRun) titled(ctx context.Context, m *Metric, sql string) (string, error) {
	var titles map[string]string
	code := m.TitlesOf
	switch code {
	case "":
		return sql, nil
	case "drg":
		titles = codes.DRGTitles()
	case "condition":
		titles = r.scope.ConditionTitles
		code = "CASE WHEN icd IS NULL OR icd = '10' THEN condition END"
	default:
		panic("query: internal error: no titles of " + code)
	}
	if len(titles) == 0 {
		return "SELECT *, NULL::VARCHAR AS title FROM (" + sql + ")", nil
	}
	if !slices.Contains(r.titles, m.TitlesOf) {
		if err := r.db.exec(ctx, titleMacro(m.TitlesOf, titles)); err != nil {
			return "", sqlError(err)
		}
		r.titles = append(r.titles, m.TitlesOf)
	}
	return "SELECT *, title_of_" + m.TitlesOf + "(" + code + ") AS title FROM (" + sql + ")", nil
}

// titleMacro returns the statement that creates the macro title_of_KIND, which finds
// the title of a code.
func titleMacro(kind string, titles map[string]string) string {
	var entries []string
	for _, code := range slices.Sorted(maps.Keys(titles)) {
		entries = append(entries, quote(code)+": "+quote(titles[code]))
	}
	return "CREATE OR REPLACE TEMP MACRO title_of_" + kind + "(code) AS (MAP {" + strings.Join(entries, ", ") + "})[code]"
}
