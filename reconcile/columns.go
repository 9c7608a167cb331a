//go:build cgo

package reconcile

import (
	"context"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// comparedTables are the tables whose columns are compared.
var comparedTables = []string{"cclf1", "cclf5", "cclf6", "cclf7"}

// compareColumns counts, column by column, the values that agree in matched
// claims. It returns the number of claims that differ by design, by reason.
func (c *Comparison) compareColumns(ctx context.Context) (map[string]int64, error) {
	byDesign := map[string]int64{}
	for _, t := range comparedTables {
		table := schema.Lookup(t)
		counts := []string{"reason IS NOT DISTINCT FROM '" + newerLoad + "'", "count(*)"}
		differing := map[string][]string{}
		for i := range table.Fields {
			f := &table.Fields[i]
			differs := comparedValue(f, "x") + " IS DISTINCT FROM " + comparedValue(f, "y")
			counts = append(counts, "count(*) FILTER (WHERE "+differs+")")
			reason := c.columnReason(f)
			differing[reason] = append(differing[reason], differs)
		}
		from := pairedRows(t)
		compared := int64(0)
		differ, unlikeLoads := make([]int64, len(table.Fields)), make([]int64, len(table.Fields))
		err := c.each(ctx, "SELECT "+strings.Join(counts, ", ")+from+" GROUP BY 1", func(v []any) {
			compared += integer(v[1])
			for i := range table.Fields {
				differ[i] += integer(v[2+i])
				if v[0] == false {
					unlikeLoads[i] += integer(v[2+i])
				}
			}
		})
		if err != nil {
			return nil, err
		}
		for i := range table.Fields {
			col := Column{Table: t, Column: table.Fields[i].Label, Compared: compared, Equal: compared - differ[i]}
			switch {
			case unlikeLoads[i] > 0:
				col.Reason = c.columnReason(&table.Fields[i])
			case differ[i] > 0:
				col.Reason = newerLoad
			}
			c.report.Columns = append(c.report.Columns, col)
		}
		err = c.each(ctx, designSQL(differing, from), func(v []any) {
			byDesign[hicn] += integer(v[0])
			byDesign[otherSystemID] += integer(v[1])
		})
		if err != nil {
			return nil, err
		}
	}
	return byDesign, nil
}

// pairedRows is the FROM clause of the rows of a table that are the same line of
// matched claims, with the reason of their difference in dollars.
func pairedRows(t string) string {
	return " FROM (FROM row_pairs WHERE file = '" + t + "') AS p" +
		" JOIN a_" + t + " AS x ON x.rowid = p.a_ordinal JOIN b_" + t + " AS y ON y.rowid = p.b_ordinal" +
		" LEFT JOIN (SELECT a_id, reason FROM differences WHERE side = 'both') AS d ON d.a_id = p.a_id"
}

// designSQL counts the claims that differ by design and have no other reason.
// differing has conditions by reason.
func designSQL(differing map[string][]string, from string) string {
	anyOf := func(reason string) string {
		return "coalesce(bool_or(" + strings.Join(append(differing[reason], "false"), " OR ") + "), false)"
	}
	return "SELECT count(*) FILTER (WHERE h), count(*) FILTER (WHERE o AND NOT h) FROM (SELECT " +
		anyOf(hicn) + " AS h, " + anyOf(otherSystemID) + " AS o" + from + " WHERE reason IS NULL GROUP BY p.a_id)"
}

// comparedValue is the SQL of a value in a form that does not depend on how
// numbers are padded, or on the tilde for what does not apply.
func comparedValue(f *schema.Field, side string) string {
	column := side + "." + f.Label
	switch {
	case f.Kind == schema.Text && f.Digits:
		return "nullif(ltrim(trim(" + column + "), '0'), '')"
	case f.Kind == schema.Text:
		return "nullif(nullif(trim(" + column + "), ''), '~')"
	}
	return column
}

// columnReason is the reason of values that differ in a column.
func (c *Comparison) columnReason(f *schema.Field) string {
	switch f.Label {
	case "BENE_HIC_NUM", "BENE_EQTBL_BIC_HICN_NUM", "BENE_RRB_NUM":
		return hicn
	case "BENE_MBI_ID":
		return "current_mbi" // claims are matched by the current one
	}
	for _, m := range c.pair.Manifests {
		if m == nil || m.Source == dataset.SourceCCLF {
			continue
		}
		for _, name := range m.APIs {
			api, err := schema.ParseAPI(name)
			if err != nil {
				continue
			}
			if f.Label == "CUR_CLM_UNIQ_ID" && api != schema.V3 {
				return otherSystemID
			}
			if f.Cells[api].Source == schema.Absent {
				return "not_mapped"
			}
		}
	}
	return Unexplained
}
