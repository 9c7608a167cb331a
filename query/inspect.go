//go:build cgo

package query

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// exactRows is the largest number of rows for which distinct values are counted
// exactly. In larger tables the number is estimated with approx_count_distinct,
// which needs little memory.
const exactRows = 100_000

// fewRows is the largest number of rows whose distinct values are counted in lists. They
// are in memory then, and a table for each column, which count(DISTINCT) makes, takes four
// times as long as all else for a hundred rows.
const fewRows = 10_000

// A TableProfile describes how full the columns of a table are.
type TableProfile struct {
	Name    string
	Schema  *schema.Table // nil if package schema does not have the table
	Rows    int64
	Columns []ColumnProfile
}

// A ColumnProfile describes how full a column is, and its range of values.
type ColumnProfile struct {
	Name     string
	Type     string        // DuckDB's name of the type
	Field    *schema.Field // nil if package schema does not have the column
	Partial  bool          // the table has partially adjudicated claims
	Filled   int64         // number of rows with a value that is not blank
	Distinct int64
	Exact    bool // Distinct is exact, not an estimate

	// Min and Max are the smallest and largest value: an int64, a json.Number,
	// or a string for a date. Both are nil if there is no value, or if the column
	// could say something about a beneficiary: identifiers, names, addresses,
	// codes, dates of birth and death, ages, and columns that package schema does
	// not have.
	Min, Max any
}

// hasRange reports whether the smallest and largest value of a column can be shown
// without saying anything about a beneficiary:
//
//   - Text: no. It is identifiers, names, addresses, and codes, and a rare code
//     can identify a person.
//   - Fields of the beneficiary, which begin with BENE_: no. They are dates of
//     birth and death, the age, which identifies above 89, the time in hospice,
//     and the start of Part A, which is usually the month of the 65th birthday.
//   - Other dates, amounts, quantities and counts: yes.
//   - Extra columns, columns that package schema does not have, and columns of
//     another type than it declares: no, because their content is unknown.
func hasRange(f *schema.Field, column Column) bool {
	return f != nil && !f.Extra && f.Kind != schema.Text && column.Type == sqlType(f) && !strings.HasPrefix(f.Label, "BENE_")
}

// TableNames returns the tables of the data set, those of package schema first.
func (db *DB) TableNames() []string {
	names := make([]string, len(db.tables))
	for i, f := range db.tables {
		names[i] = f.title()
	}
	return names
}

// Inspect reads a whole table and returns its profile. The name is one of
// TableNames. If columns are named, it reads only those of them that the table has.
func (db *DB) Inspect(ctx context.Context, table string, only ...string) (*TableProfile, error) {
	i := slices.IndexFunc(db.tables, func(f tableSource) bool { return f.title() == table })
	if i < 0 {
		return nil, &Error{Msg: fmt.Sprintf("unknown table %q", table)}
	}
	f := db.tables[i]
	profile := &TableProfile{Name: table, Schema: f.schema}
	count, _, err := db.one(ctx, "SELECT count(*) FROM "+f.view())
	if err != nil {
		return nil, err
	}
	profile.Rows = count[0].(int64)
	exact := profile.Rows <= exactRows
	_, columns, err := db.one(ctx, "FROM "+f.view()+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	if len(only) > 0 {
		columns = slices.DeleteFunc(columns, func(c Column) bool { return !slices.Contains(only, strings.ToUpper(c.Name)) })
		if len(columns) == 0 {
			return profile, nil
		}
	}
	exprs := make([]string, 0, 4*len(columns))
	for _, c := range columns {
		field := lookupField(profile.Schema, c.Name)
		profile.Columns = append(profile.Columns, ColumnProfile{
			Name: c.Name, Type: c.Type, Field: field, Partial: f.group == partialName, Exact: exact,
		})
		exprs = append(exprs, profileExprs(c, field, profile.Rows)...)
	}
	if profile.Rows == 0 {
		return profile, nil // to plan the query takes longer than anything else here
	}
	values, _, err := db.one(ctx, "SELECT "+strings.Join(exprs, ", ")+" FROM "+f.view())
	if err != nil {
		return nil, err
	}
	for i := range profile.Columns {
		c, v := &profile.Columns[i], values[4*i:]
		c.Filled = v[0].(int64)
		c.Distinct = min(v[1].(int64), c.Filled) // an estimate can be too high
		c.Min, c.Max = plainDate(v[2]), plainDate(v[3])
	}
	return profile, nil
}

// profileExprs returns the aggregates of a column: the numbers of values and of
// distinct values, the smallest and the largest value, in a table with so many rows.
func profileExprs(c Column, f *schema.Field, rows int64) []string {
	value := quoteName(c.Name)
	if c.Type == "VARCHAR" {
		value = "nullif(trim(" + value + "), '')"
	}
	distinct := "count(DISTINCT " + value + ")"
	switch {
	case rows > exactRows:
		distinct = "approx_count_distinct(" + value + ")"
	case rows <= fewRows && f != nil && c.Type == sqlType(f):
		distinct = "coalesce(list_unique(list(" + value + ")), 0)::BIGINT"
	}
	exprs := []string{"count(" + value + ")", distinct, "NULL", "NULL"}
	if hasRange(f, c) {
		exprs[2], exprs[3] = "min("+value+")", "max("+value+")"
	}
	return exprs
}

// one runs a query, and returns its first row, if any, and its columns.
func (db *DB) one(ctx context.Context, sql string) ([]any, []Column, error) {
	rows, err := db.Query(ctx, sql)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	rows.Next()
	return rows.Values(), rows.Columns(), rows.Err()
}

// plainDate formats a date without the time of day.
func plainDate(v any) any {
	if day, ok := v.(time.Time); ok {
		return day.Format(time.DateOnly)
	}
	return v
}

// Manifest returns the manifest of the data set, or nil if there is none. It must not
// be changed.
func (db *DB) Manifest() *dataset.Manifest {
	if db.set == nil {
		return nil
	}
	return db.set.Manifest
}

// RejectReasons returns why lines of the inputs were rejected, the most frequent
// reason first.
func (db *DB) RejectReasons() ([]dataset.RejectReason, error) {
	if db.set == nil {
		return nil, nil
	}
	reasons, err := db.set.RejectReasons()
	if err != nil && db.set.Replaced() {
		return nil, replacedError()
	}
	return reasons, err
}

// APIs returns the API versions of BCDA that the data set was made from, or
// nothing if there is no manifest.
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

// Source returns where an API version carries the column. Field must not be nil.
func (c *ColumnProfile) Source(api schema.API) schema.Cell {
	if c.Partial && api == schema.V2 {
		return c.Field.Partial
	}
	return c.Field.Cells[api]
}

// Explain returns why the column is empty, for each of the API versions. It returns
// the empty string for a column with values, or if nothing is known.
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
			reasons = append(reasons, fmt.Sprintf("not known whether %s carries it", api))
		}
	}
	return strings.Join(reasons, "; ")
}
