//go:build cgo

package reconcile

import (
	"context"
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/query"
)

// Most rows of two data sets are equal, and the tables can be large. So the rows
// that are equal are first set aside by hashes of 64 bits of the key and of the
// row, and only the others are paired and compared.

// compare compares the rows of a table.
func (t *pairedTable) compare(ctx context.Context, pair *query.Pair) (TableChanges, error) {
	found := TableChanges{Table: t.name, Columns: []ColumnChange{}, Amounts: []AmountChange{}, NotCompared: t.alone}
	if err := pair.Exec(ctx, t.surplusSQL()); err != nil {
		return found, err
	}
	differing := false
	if err := eachRow(ctx, pair, "SELECT 1 FROM surplus LIMIT 1", func([]any) { differing = true }); err != nil || !differing {
		return found, err
	}
	for i, side := range sides {
		if err := pair.Exec(ctx, t.differingSQL(i, side)); err != nil {
			return found, err
		}
	}
	err := eachRow(ctx, pair, t.countSQL(), func(v []any) {
		found.Added, found.Removed, found.Changed = integer(v[0]), integer(v[1]), integer(v[2])
		v = v[3:]
		for _, c := range t.columns {
			rows := integer(v[0])
			v = v[1:]
			change := ColumnChange{Column: c.Name, Rows: rows}
			if isAmount(c) {
				amount := AmountChange{c.Name, decimal(v[0]), decimal(v[1]), decimal(v[2])}
				v = v[3:]
				if amount.Added != "0.00" || amount.Removed != "0.00" || amount.Changed != "0.00" {
					found.Amounts = append(found.Amounts, amount)
				}
				change.Dollars = &amount.Changed
			}
			if rows > 0 {
				found.Columns = append(found.Columns, change)
			}
		}
	})
	return found, err
}

// isAmount reports whether a column is in dollars. Quantities have four decimals.
func isAmount(c query.Column) bool {
	return strings.HasPrefix(c.Type, "DECIMAL(") && strings.HasSuffix(c.Type, ",2)")
}

// list returns the names of columns, separated by commas.
func list(columns []query.Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quoteName(c.Name)
	}
	return strings.Join(names, ", ")
}

// keyHash is the SQL of the hash of a row's key, or of its values if there is no
// key.
func (t *pairedTable) keyHash() string {
	if len(t.key) == 0 {
		return "hash(" + list(t.columns) + ")"
	}
	return "hash(" + strings.Join(t.key, ", ") + ")"
}

// source is the SQL of the columns of a side that are compared.
func (t *pairedTable) source(side int) string {
	columns := make([]string, len(t.columns))
	for i, c := range t.columns {
		columns[i] = quoteName(c.Name)
		if t.cast[c.Name] {
			columns[i] += "::VARCHAR AS " + columns[i]
		}
	}
	selected := "(SELECT " + strings.Join(columns, ", ") + " FROM "
	if t.views[side] == "" {
		return selected + t.views[1-side] + " WHERE false)"
	}
	return selected + t.views[side] + ")"
}

// surplusSQL makes the table surplus: how many rows more the second data set has
// of each row, negative if the first has more.
func (t *pairedTable) surplusSQL() string {
	hashes := t.keyHash() + " AS key_hash, hash(" + list(t.columns) + ") AS row_hash"
	return fmt.Sprintf(`
CREATE OR REPLACE TEMP TABLE surplus AS
SELECT key_hash, row_hash, sum(n)::BIGINT AS rows
FROM (SELECT %[1]s, -1 AS n FROM %[2]s UNION ALL SELECT %[1]s, 1 FROM %[3]s)
GROUP BY key_hash, row_hash
HAVING sum(n) <> 0`, hashes, t.source(0), t.source(1))
}

// differingSQL makes the table a_differing or b_differing: the surplus rows of a
// side, numbered among those with the same key.
func (t *pairedTable) differingSQL(i int, side string) string {
	sign, key := "-", strings.Join(t.key, ", ")
	if i == 1 {
		sign = ""
	}
	if key == "" {
		key = list(t.columns)
	}
	return fmt.Sprintf(`
CREATE OR REPLACE TEMP TABLE %[1]s_differing AS
SELECT * EXCLUDE (key_hash, row_hash), row_number() OVER (PARTITION BY %[2]s ORDER BY %[3]s) AS "_nth"
FROM (
  SELECT x.*
  FROM (SELECT *, %[4]s AS key_hash, hash(%[3]s) AS row_hash FROM %[5]s) AS x
  JOIN surplus USING (key_hash, row_hash)
  WHERE %[6]ssurplus.rows > 0
  QUALIFY row_number() OVER (PARTITION BY key_hash, row_hash) <= %[6]ssurplus.rows)`,
		side, key, list(t.columns), t.keyHash(), t.source(i), sign)
}

// countSQL pairs the differing rows by key and number and counts. Without a key no
// rows are paired, as equal ones are not in the tables.
func (t *pairedTable) countSQL() string {
	pairing := []string{`x."_nth" = y."_nth"`}
	for _, c := range t.key {
		pairing = append(pairing, fmt.Sprintf("x.%[1]s IS NOT DISTINCT FROM y.%[1]s", c))
	}
	if len(t.key) == 0 {
		pairing = []string{"false"}
	}
	on := strings.Join(pairing, " AND ")
	const paired = `x."_nth" IS NOT NULL AND y."_nth" IS NOT NULL`
	counts := []string{
		`count(*) FILTER (WHERE x."_nth" IS NULL)`,
		`count(*) FILTER (WHERE y."_nth" IS NULL)`,
		"count(*) FILTER (WHERE " + paired + ")",
	}
	for _, c := range t.columns {
		name := quoteName(c.Name)
		counts = append(counts, fmt.Sprintf("count(*) FILTER (WHERE "+paired+" AND x.%[1]s IS DISTINCT FROM y.%[1]s)", name))
		if isAmount(c) {
			const total = "coalesce(sum(%s) FILTER (WHERE %s), 0)::DECIMAL(38, 2)"
			counts = append(counts,
				fmt.Sprintf(total, "y."+name, `x."_nth" IS NULL`),
				fmt.Sprintf(total, "x."+name, `y."_nth" IS NULL`),
				fmt.Sprintf(total, "coalesce(y."+name+", 0) - coalesce(x."+name+", 0)", paired))
		}
	}
	return fmt.Sprintf(`
SELECT %s
FROM a_differing AS x
FULL JOIN b_differing AS y ON %s`, strings.Join(counts, ", "), on)
}
