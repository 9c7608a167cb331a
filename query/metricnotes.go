//go:build cgo

package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// enoughPercent is the share of dollars that member months must cover for rates to
// mean something.
const enoughPercent = 80

// Warnings returns what a reader of the metrics has to know about the data: whom they
// are about, and what enrollment they rest on if one of them has to do with it. Numbers
// of beneficiaries or claims that are less than least are not told.
func (r *MetricRun) Warnings(ctx context.Context, list []*Metric, least int64) ([]string, error) {
	warnings := []string{}
	if r.scope.Population == "" {
		warnings = append(warnings, "no population given: these are all beneficiaries who share data, not those who are assigned")
	} else if p, err := r.Population(ctx); err != nil {
		return nil, err
	} else if p.Found == 0 {
		warnings = append(warnings, "nobody in the population is in the data set")
	}
	doubled, err := r.doubledWarnings(ctx, least)
	if err != nil {
		return nil, err
	}
	warnings = append(warnings, doubled...)
	own, err := r.metricWarnings(ctx, list, least)
	if err != nil {
		return nil, err
	}
	warnings = append(warnings, own...)
	if !slices.ContainsFunc(list, (*Metric).readsMonths) {
		return warnings, nil
	}
	covered, err := r.coverage(ctx)
	if err != nil || covered == nil {
		return warnings, err
	}
	if r.scope.From == "" && covered.before*100 >= covered.memberMonths && covered.before > 0 {
		warnings = append(warnings, fmt.Sprintf("%s of %d member months are before the first payments, of %s: rates of the whole period divide by them; leave them out with --from %[3]s",
			atLeast(covered.before, least), covered.memberMonths, covered.first))
	}
	return append(warnings, covered.warnings(r.db.APIs())...), nil
}

// atLeast returns a number as text, or only that it is less than least.
func atLeast(n, least int64) string {
	if n < least {
		return fmt.Sprintf("fewer than %d", least)
	}
	return strconv.FormatInt(n, 10)
}

// FirstMonth returns the first month with payments in the period and the population, as
// YYYY-MM, or the empty string.
func (r *MetricRun) FirstMonth(ctx context.Context) (string, error) {
	v, err := r.values(ctx, []string{"payments"}, "SELECT coalesce(strftime(min(month), '%Y-%m'), '') FROM payments WHERE "+countingPayments)
	if err != nil {
		return "", err
	}
	return v[0].(string), nil
}

// metricWarnings are those of single metrics.
func (r *MetricRun) metricWarnings(ctx context.Context, list []*Metric, least int64) ([]string, error) {
	var warnings []string
	for _, m := range list {
		text := ""
		var err error
		switch m.Name {
		case "spending_by_category":
			text, err = r.belowZero(ctx, least)
		case "leakage":
			if r.checkTable(ctx, m) == nil { // of a list of all metrics
				text, err = r.unknownProviders(ctx, m)
			}
		}
		if err != nil {
			return nil, err
		}
		if text != "" {
			warnings = append(warnings, text)
		}
	}
	return warnings, nil
}

// belowZero warns of claims whose add-on payments are more than what was paid.
func (r *MetricRun) belowZero(ctx context.Context, least int64) (string, error) {
	v, err := r.values(ctx, []string{"payments"}, "SELECT count(*) FROM payments WHERE final_action AND claim_type = '60' AND paid < add_on")
	if err != nil || v[0].(int64) == 0 {
		return "", err
	}
	return fmt.Sprintf("spending_by_category: %s inpatient claims have add-on payments above what was paid, so program_paid of them is below 0", atLeast(v[0].(int64), least)), nil
}

// mostUnknownPercent is the share of dollars to unknown providers that leakage may have
// without a warning.
const mostUnknownPercent = 5

// unknownProviders warns if many providers have no identifier.
func (r *MetricRun) unknownProviders(ctx context.Context, m *Metric) (string, error) {
	s := r.scope
	s.By = nil
	whole, err := s.forMetric(m)
	if err != nil {
		return "", err
	}
	ctes, result := whole.render(m)
	v, err := r.values(ctx, nil, "SELECT coalesce(sum(paid), 0), coalesce(sum(unknown), 0) FROM (\n"+withClause(ctes, result)+"\n)")
	if err != nil {
		return "", err
	}
	paid, unknown := ratOf(v[0]), ratOf(v[1])
	if paid.Sign() <= 0 || new(big.Rat).Mul(unknown, big.NewRat(100, mostUnknownPercent)).Cmp(paid) <= 0 {
		return "", nil
	}
	return fmt.Sprintf("leakage: %d %% of dollars are of providers without an identifier; the server or file may leave out TINs", percent(unknown, paid)), nil
}

// values returns the row of a SELECT from relations in the scope.
func (r *MetricRun) values(ctx context.Context, from []string, sql string) ([]any, error) {
	s := r.scope
	s.dims = nil
	if len(from) > 0 {
		ctes := []cte{{name: "people", sql: s.peopleSQL()}}
		for _, name := range from {
			ctes = append(ctes, cte{name: name, sql: s.relationSQL(lookupRelation(name)), inline: true})
		}
		sql = withClause(ctes, sql)
	}
	rows, err := r.query(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, errors.Join(rows.Err(), errors.New("query: internal error: no row"))
	}
	return slices.Clone(rows.Values()), nil
}

// ratOf returns an exact number.
func ratOf(v any) *big.Rat {
	rat, _ := new(big.Rat).SetString(string(v.(json.Number)))
	return rat
}

// readsMonths reports whether a metric reads member months.
func (m *Metric) readsMonths() bool {
	return slices.Contains(m.reads.relations, lookupRelation("member_months"))
}

// A coverage is the part of months and dollars that member months cover.
type coverage struct {
	months, withMembers   int64 // months with payments, and of these those with member months
	paid, covered, told   *big.Rat
	memberMonths, implied int64
	first                 string // month with payments, as YYYY-MM
	before                int64  // member months before it
}

// coverage measures it in the period and the population.
func (r *MetricRun) coverage(ctx context.Context) (*coverage, error) {
	s := r.scope
	s.dims = nil
	rows, err := r.query(ctx, withClause([]cte{
		{name: "people", sql: s.peopleSQL()},
		{name: "payments", sql: s.relationSQL(lookupRelation("payments")), inline: true},
		{name: "member_months", sql: s.relationSQL(lookupRelation("member_months"))},
		{name: "spent", sql: `SELECT payments.month, sum(paid) AS paid, sum(paid) FILTER (WHERE fee_for_service) AS covered,
  sum(paid) FILTER (WHERE fee_for_service AND NOT inferred) AS told
FROM payments LEFT JOIN member_months ON member_months.mbi = payments.mbi AND member_months.month = payments.month
WHERE ` + countingPayments + `
GROUP BY ALL`},
		{name: "members", sql: "SELECT month, count(*) AS n, count(*) FILTER (WHERE inferred) AS implied FROM member_months WHERE fee_for_service GROUP BY ALL"},
	}, `SELECT count(month), count(n), coalesce(sum(paid), 0), coalesce(sum(covered), 0), coalesce(sum(told), 0),
  (SELECT coalesce(sum(n), 0)::BIGINT FROM members), (SELECT coalesce(sum(implied), 0)::BIGINT FROM members),
  coalesce(strftime(min(month), '%Y-%m'), ''), (SELECT coalesce(sum(n), 0)::BIGINT FROM members WHERE month < (SELECT min(month) FROM spent))
FROM spent LEFT JOIN members USING (month)`))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	v := rows.Values()
	c := &coverage{months: v[0].(int64), withMembers: v[1].(int64), memberMonths: v[5].(int64), implied: v[6].(int64)}
	for i, target := range []**big.Rat{&c.paid, &c.covered, &c.told} {
		*target = ratOf(v[2+i])
	}
	c.first, c.before = v[7].(string), v[8].(int64)
	return c, rows.Err()
}

// peopleSQL returns the people of the population, if there is one.
func (s *scope) peopleSQL() string {
	if s.Population == "" {
		return "SELECT NULL::VARCHAR AS mbi, NULL::DATE AS month WHERE false"
	}
	return "FROM temp._people"
}

// percent returns part of whole in percent, rounded down.
func percent(part, whole *big.Rat) int64 {
	share := new(big.Rat).Quo(part, whole)
	share.Mul(share, big.NewRat(100, 1))
	return new(big.Int).Quo(share.Num(), share.Denom()).Int64()
}

// warnings says when member months cover too little.
func (c *coverage) warnings(apis []schema.API) []string {
	var list []string
	switch {
	case c.paid.Sign() <= 0:
	case c.memberMonths == 0:
		list = append(list, "no member months: rates per member have no denominator")
	case percent(c.told, c.paid) < enoughPercent:
		text := fmt.Sprintf("member months cover %d of %d months and %d %% of dollars", c.withMembers, c.months, percent(c.covered, c.paid))
		if c.implied > 0 {
			text += fmt.Sprintf("; without inferred months %d %%", percent(c.told, c.paid))
		}
		if slices.Contains(apis, schema.V1) || slices.Contains(apis, schema.V2) {
			text += ": v1 and v2 tell enrollment of the reference year only"
		}
		list = append(list, text)
	}
	if slices.Contains(apis, schema.V3) && c.memberMonths > 0 {
		list = append(list, "v3 tells present Part C enrollment only: past months in Medicare Advantage count as fee-for-service")
	}
	return list
}

// doubledWarnings counts beneficiaries whom a table puts into several groups.
func (r *MetricRun) doubledWarnings(ctx context.Context, least int64) ([]string, error) {
	dims, err := dimensions(r.scope.By)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, d := range dims {
		if d.table == "" {
			continue
		}
		sql := "SELECT count(*) FROM (SELECT coalesce(mr_mbi, listed.mbi) FROM (SELECT " + cleanMBI + " AS mbi, " + quoteName(d.name) +
			" AS v FROM " + quoteName(d.table) + ") AS listed LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = listed.mbi GROUP BY 1 HAVING count(DISTINCT v) > 1)"
		if err := r.db.ensureViews(ctx, sql); err != nil {
			return nil, err
		}
		var n int64
		if err := r.db.conn.QueryRowContext(ctx, sql).Scan(&n); err != nil {
			return nil, sqlError(err)
		}
		if n > 0 {
			list = append(list, fmt.Sprintf("%s beneficiaries have several values of %s in table %s: the least counts", atLeast(n, least), strings.ToLower(d.name), d.table))
		}
	}
	return list, nil
}
