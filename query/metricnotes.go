//go:build cgo

package query

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// enoughPercent is the share of dollars that member months must cover for rates to
// mean something.
const enoughPercent = 80

// Warnings returns what a reader of the metrics has to know about the data: whom they
// are about, and what enrollment they rest on if one of them has to do with it.
func (r *MetricRun) Warnings(ctx context.Context, list []*Metric) ([]string, error) {
	warnings := []string{}
	if r.scope.Population == "" {
		warnings = append(warnings, "no population given: these are all beneficiaries who share data, not those who are assigned")
	} else if p, err := r.Population(ctx); err != nil {
		return nil, err
	} else if p.Found == 0 {
		warnings = append(warnings, "nobody in the population is in the data set")
	}
	doubled, err := r.doubledWarnings(ctx)
	if err != nil {
		return nil, err
	}
	warnings = append(warnings, doubled...)
	if !slices.ContainsFunc(list, (*Metric).readsMonths) {
		return warnings, nil
	}
	covered, err := r.coverage(ctx)
	if err != nil || covered == nil {
		return warnings, err
	}
	return append(warnings, covered.warnings(r.db.APIs())...), nil
}

// readsMonths reports whether a metric reads member months.
func (m *Metric) readsMonths() bool {
	return slices.Contains(m.relationsOf(), lookupRelation("member_months"))
}

// A coverage is the part of months and dollars that member months cover.
type coverage struct {
	months, withMembers   int64 // months with payments, and of these those with member months
	paid, covered, told   *big.Rat
	memberMonths, implied int64
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
GROUP BY ALL`},
		{name: "members", sql: "SELECT month, count(*) AS n, count(*) FILTER (WHERE inferred) AS implied FROM member_months WHERE fee_for_service GROUP BY ALL"},
	}, `SELECT count(month), count(n), coalesce(sum(paid), 0), coalesce(sum(covered), 0), coalesce(sum(told), 0),
  (SELECT coalesce(sum(n), 0)::BIGINT FROM members), (SELECT coalesce(sum(implied), 0)::BIGINT FROM members)
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
		*target, _ = new(big.Rat).SetString(string(v[2+i].(json.Number)))
	}
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
func (r *MetricRun) doubledWarnings(ctx context.Context) ([]string, error) {
	dims, err := dimensions(r.scope.By)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, d := range dims {
		if d.table == "" {
			continue
		}
		var n int64
		err := r.db.conn.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT coalesce(mr_mbi, listed.mbi) FROM (SELECT "+cleanMBI+" AS mbi, "+quoteName(d.name)+
			" AS v FROM "+quoteName(d.table)+") AS listed LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = listed.mbi GROUP BY 1 HAVING count(DISTINCT v) > 1)").Scan(&n)
		if err != nil {
			return nil, sqlError(err)
		}
		if n > 0 {
			list = append(list, fmt.Sprintf("%d beneficiaries have several values of %s in table %s: the least counts", n, strings.ToLower(d.name), d.table))
		}
	}
	return list, nil
}
