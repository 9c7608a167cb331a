//go:build cgo

package reconcile

import (
	"context"
	"encoding/json"

	"github.com/cclf-tools/cclf/query"
)

// summarize reads the report.
func (c *Comparison) summarize(ctx context.Context, bases [2]query.Basis) error {
	c.report.Waterfall, c.report.Groups, c.report.Columns = []Step{}, []Group{}, []Column{}
	for i, s := range []*Side{&c.report.Left, &c.report.Right} {
		s.Source, s.Basis = "bcda", string(bases[i])
		if m := c.pair.Manifests[i]; m != nil {
			s.APIs = m.APIs
			if m.Source != "" {
				s.Source = m.Source
			}
		}
		err := c.each(ctx, "SELECT count(*), coalesce(sum(dollars), 0)::DECIMAL(18, 2), getvariable('"+sides[i]+"_newest')::VARCHAR FROM "+sides[i]+"_claims", func(v []any) {
			s.Claims, s.Dollars, s.Newest = integer(v[0]), decimal(v[1]), text(v[2])
		})
		if err != nil {
			return err
		}
	}
	m := &c.report.Matched
	err := c.each(ctx, `SELECT count(*), count(*) FILTER (WHERE how = 'control number'), count(*) FILTER (WHERE how = 'claim ID'),
		count(*) FILTER (WHERE how = 'natural key') FROM matched`, func(v []any) {
		m.Claims, m.ControlNumber, m.ClaimID, m.NaturalKey = integer(v[0]), integer(v[1]), integer(v[2]), integer(v[3])
	})
	if err != nil {
		return err
	}
	steps := map[string]Step{}
	err = c.each(ctx, "SELECT reason, count(*), sum(dollars)::DECIMAL(18, 2) FROM differences GROUP BY reason", func(v []any) {
		steps[text(v[0])] = Step{text(v[0]), integer(v[1]), decimal(v[2])}
	})
	if err != nil {
		return err
	}
	err = c.each(ctx, groupsSQL, func(v []any) {
		c.report.Groups = append(c.report.Groups, Group{
			text(v[0]), text(v[1]), text(v[2]), integer(v[3]), integer(v[4]), integer(v[5]), decimal(v[6]), decimal(v[7]), decimal(v[8]),
		})
	})
	if err != nil {
		return err
	}
	byDesign, err := c.compareColumns(ctx)
	if err != nil {
		return err
	}
	for reason, claims := range byDesign {
		if claims > 0 {
			steps[reason] = Step{reason, claims, "0.00"}
		}
	}
	for _, reason := range Reasons() {
		if s, ok := steps[reason]; ok {
			c.report.Waterfall = append(c.report.Waterfall, s)
		}
	}
	return nil
}

// groupsSQL counts claims and dollars by file, claim type and month.
const groupsSQL = `
WITH
  counted AS (
    SELECT x.file, x.claim_type, x.month, 1 AS in_both, 0 AS left_only, 0 AS right_only, x.dollars AS left_dollars, 0 AS right_dollars
    FROM matched JOIN a_claims AS x ON x.id = a_id
    UNION ALL
    SELECT x.file, x.claim_type, x.month, 0, 0, 0, 0, y.dollars
    FROM matched JOIN a_claims AS x ON x.id = a_id JOIN b_claims AS y ON y.id = b_id
    UNION ALL
    SELECT file, claim_type, month, 0, 1, 0, dollars, 0 FROM a_alone
    UNION ALL
    SELECT file, claim_type, month, 0, 0, 1, 0, dollars FROM b_alone
  )
SELECT
  file, coalesce(claim_type, ''), coalesce(strftime(month, '%Y-%m'), ''),
  sum(in_both)::BIGINT, sum(left_only)::BIGINT, sum(right_only)::BIGINT,
  sum(left_dollars)::DECIMAL(18, 2), sum(right_dollars)::DECIMAL(18, 2),
  (sum(right_dollars) - sum(left_dollars))::DECIMAL(18, 2)
FROM counted
GROUP BY ALL
ORDER BY ALL`

// each calls yield for each row of a query.
func (c *Comparison) each(ctx context.Context, sql string, yield func([]any)) error {
	return eachRow(ctx, c.pair, sql, yield)
}

func integer(v any) int64 {
	n, _ := v.(int64)
	return n
}

func decimal(v any) json.Number {
	n, ok := v.(json.Number)
	if !ok {
		return "0.00"
	}
	return n
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
