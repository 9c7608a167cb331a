//go:build cgo

package query

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/schema"
)

// exactRows is up to how many rows of a table distinct values are counted one
// by one. Beyond that their number is estimated, by DuckDB's
// approx_count_distinct, which needs little memory.
const exactRows = 100_000

// A TableProfile says how full the columns of a table are.
type TableProfile struct {
	Name    string
	Schema  *schema.Table // nil when the table is none of package schema's
	Rows    int64
	Columns []ColumnProfile
}

// A ColumnProfile says how full a column is and what values it has.
type ColumnProfile struct {
	Name     string
	Type     string        // DuckDB's
	Field    *schema.Field // nil when the column is not in package schema
	Partial  bool          // the table is of partially adjudicated claims
	Filled   int64         // rows with a value that is not blank
	Distinct int64
	Exact    bool // Distinct was counted, not estimated

	// The least and the greatest value: an int64, a json.Number or, for a date,
	// a string. Both are nil when there is none, or when it is none of the
	// reader's business; see hasRange.
	Min, Max any
}

// hasRange reports whether the least and greatest value of a column may be
// shown to whoever looks at a data set as a whole. They may when they tell of
// a line or a claim and nothing of a person:
//
//   - Texts never: they are identifiers, names, addresses, and codes, of which
//     a rare one can point at a person.
//   - What CCLF says of the beneficiary, in fields that begin with BENE_, never:
//     dates of birth and death, the age, which past 89 identifies, the time in
//     hospice, and the start of Part A, which is mostly the month of the 65th
//     birthday.
//   - All other dates, amounts, quantities and counts.
//   - Extra columns and those that package schema does not know never, and
//     neither those that are not of its type: who knows what is in them.
func hasRange(f *schema.Field, column Column) bool {
	return f != nil && !f.Extra && f.Kind != schema.Text && column.Type == sqlType(f) && !strings.HasPrefix(f.Label, "BENE_")
}

// TableNames lists the tables of the data set, those of package schema first.
func (db *DB) TableNames() []string {
	names := make([]string, len(db.folders))
	for i, f := range db.folders {
		names[i] = f.title()
	}
	return names
}

// Inspect reads all of a table, which TableNames lists, and says how full its
// columns are.
func (db *DB) Inspect(ctx context.Context, table string) (*TableProfile, error) {
	i := slices.IndexFunc(db.folders, func(f folder) bool { return f.title() == table })
	if i < 0 {
		return nil, &Error{Msg: fmt.Sprintf("the data set has no table %q", table)}
	}
	f := db.folders[i]
	fill := &TableProfile{Name: table, Schema: f.schema}
	count, _, err := db.one(ctx, "SELECT count(*) FROM "+f.view())
	if err != nil {
		return nil, err
	}
	fill.Rows = count[0].(int64)
	exact := fill.Rows <= exactRows
	_, columns, err := db.one(ctx, "FROM "+f.view()+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	exprs := make([]string, 0, 4*len(columns))
	for _, c := range columns {
		field := lookupField(fill.Schema, c.Name)
		fill.Columns = append(fill.Columns, ColumnProfile{
			Name: c.Name, Type: c.Type, Field: field, Partial: f.group == partialName, Exact: exact,
		})
		exprs = append(exprs, fillExprs(c, field, exact)...)
	}
	values, _, err := db.one(ctx, "SELECT "+strings.Join(exprs, ", ")+" FROM "+f.view())
	if err != nil {
		return nil, err
	}
	for i := range fill.Columns {
		c, v := &fill.Columns[i], values[4*i:]
		c.Filled = v[0].(int64)
		c.Distinct = min(v[1].(int64), c.Filled) // an estimate may go too far
		c.Min, c.Max = plainDate(v[2]), plainDate(v[3])
	}
	return fill, nil
}

// fillExprs are the aggregates of a column: values, distinct values, the least
// and the greatest.
func fillExprs(c Column, f *schema.Field, exact bool) []string {
	value := quoteName(c.Name)
	if c.Type == "VARCHAR" {
		value = "nullif(trim(" + value + "), '')"
	}
	distinct := "count(DISTINCT " + value + ")"
	if !exact {
		distinct = "approx_count_distinct(" + value + ")"
	}
	exprs := []string{"count(" + value + ")", distinct, "NULL", "NULL"}
	if hasRange(f, c) {
		exprs[2], exprs[3] = "min("+value+")", "max("+value+")"
	}
	return exprs
}

// one runs a query and returns its only row, if there is any, and its columns.
func (db *DB) one(ctx context.Context, sql string) ([]any, []Column, error) {
	rows, err := db.Query(ctx, sql)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	rows.Next()
	return rows.Values(), rows.Columns(), rows.Err()
}

// plainDate writes a date without the time of day.
func plainDate(v any) any {
	if day, ok := v.(time.Time); ok {
		return day.Format(time.DateOnly)
	}
	return v
}

// APIs returns the API versions of BCDA that the data set was made from. They
// are unknown, and none, without a manifest.
func (db *DB) APIs() []schema.API {
	if db.set == nil {
		return nil
	}
	var apis []schema.API
	for _, name := range db.set.Manifest.APIs {
		if api, err := schema.ParseAPI(name); err == nil {
			apis = append(apis, api)
		}
	}
	return apis
}

// Source says where a generation carries a column that has a Field.
func (c *ColumnProfile) Source(api schema.API) schema.Cell {
	if c.Partial && api == schema.V2 {
		return c.Field.Partial
	}
	return c.Field.Cells[api]
}

// Explain says why a column is empty, as far as the generations that it could
// come from tell. For a column with values, and when there is nothing to say,
// it is empty.
func (c *ColumnProfile) Explain(apis []schema.API) string {
	if c.Filled > 0 {
		return ""
	}
	if c.Field == nil {
		return "not a field that cclf fills"
	}
	var reasons []string
	for _, api := range apis {
		cell := c.Source(api)
		switch cell.Source {
		case schema.Absent:
			reasons = append(reasons, fmt.Sprintf("%s does not carry it: %s", api, cell.Note))
		case schema.Mapped, schema.Derived:
			reasons = append(reasons, fmt.Sprintf("%s carries it, but nothing was found at %s", api, cell.Expr))
		default:
			reasons = append(reasons, fmt.Sprintf("whether %s carries it is not known", api))
		}
	}
	return strings.Join(reasons, "; ")
}
