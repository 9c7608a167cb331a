//go:build cgo

package query

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// A Column is a column of a result.
type Column struct {
	Name string
	Type string // as DuckDB writes it: VARCHAR, DECIMAL(17,2), INTEGER[]
}

// Numeric reports whether the column has numbers, which are aligned to the
// right in print.
func (c Column) Numeric() bool {
	name, rest, _ := strings.Cut(c.Type, "(")
	if strings.HasSuffix(rest, "]") { // DECIMAL(17,2)[]
		return false
	}
	switch name {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
		"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
		"FLOAT", "DOUBLE", "DECIMAL":
		return true
	}
	return false
}

// pageRows is how many rows of a staged result are in memory at a time.
const pageRows = 8 * 2048

// Rows is the result of a statement. Use it as sql.Rows:
//
//	for rows.Next() {
//		use(rows.Values())
//	}
//	return rows.Err()
type Rows struct {
	columns []Column
	page    *sql.Rows
	staged  *staged // or nil, when page is all there is

	values  []any
	targets []any // pointers to values
	err     error
	closed  bool
}

// A staged result is a temporary table that is read page by page.
type staged struct {
	ctx      context.Context // of the query that the pages are part of
	conn     *sql.Conn
	table    string
	pageSQL  string // with parameters for the first rowid and the one behind the last
	offset   int64  // of the next page
	pageSeen int    // rows of the current page that were read
}

// readStaged makes Rows of a staged result. The names are those of the columns
// as the user knows them, or nil for those of the table.
func (db *DB) readStaged(ctx context.Context, table string, names []string) (*Rows, error) {
	probe, err := db.conn.QueryContext(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, sqlError(err)
	}
	columns, err := columnsOf(probe)
	if err = errors.Join(err, probe.Close()); err != nil {
		return nil, sqlError(err)
	}
	exprs := make([]string, len(columns))
	for i := range columns {
		exprs[i] = readExpr(columns[i])
		if names != nil {
			columns[i].Name = names[i]
		}
	}
	s := &staged{ctx: ctx, conn: db.conn, table: table}
	// A column of the table may itself be called rowid; the staged ones are,
	// unless their number was unknown, c1, c2 and so on.
	s.pageSQL = "SELECT " + strings.Join(exprs, ", ") + " FROM " + table + " WHERE rowid >= $1 AND rowid < $2"
	return &Rows{columns: columns, staged: s}, nil
}

// readExpr reads a staged column in a form that loses nothing on its way
// through the driver: natively, or else as the text that DuckDB makes of it.
func readExpr(c Column) string {
	name := quoteName(c.Name)
	switch typ := c.Type; {
	case c.Numeric(), typ == "BOOLEAN", typ == "VARCHAR", typ == "DATE":
		return name
	case isNested(typ) && typ != "JSON": // which is text already
		return "to_json(" + name + ")::VARCHAR"
	default:
		return name + "::VARCHAR"
	}
}

// isNested reports whether values of a type are written as JSON.
func isNested(typ string) bool {
	return typ == "JSON" || strings.HasSuffix(typ, "]") ||
		strings.HasPrefix(typ, "STRUCT(") || strings.HasPrefix(typ, "MAP(") || strings.HasPrefix(typ, "UNION(")
}

func columnsOf(rows *sql.Rows) ([]Column, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	columns := make([]Column, len(types))
	for i, t := range types {
		columns[i] = Column{Name: t.Name(), Type: t.DatabaseTypeName()}
	}
	return columns, nil
}

// Columns returns the columns, which are none for a statement without a result.
func (r *Rows) Columns() []Column { return r.columns }

// Next goes to the next row, and reports whether there is one.
func (r *Rows) Next() bool {
	if r.err != nil || r.closed || len(r.columns) == 0 {
		return false
	}
	for r.page == nil || !r.page.Next() {
		if r.page != nil {
			if r.err = sqlError(r.page.Err()); r.err != nil {
				return false
			}
		}
		if !r.turn() {
			return false
		}
	}
	if r.staged != nil {
		r.staged.pageSeen++
	}
	if r.values == nil {
		r.values = make([]any, len(r.columns))
		r.targets = make([]any, len(r.columns))
		for i := range r.values {
			r.targets[i] = &r.values[i]
		}
	}
	if r.err = sqlError(r.page.Scan(r.targets...)); r.err != nil {
		return false
	}
	for i, v := range r.values {
		r.values[i] = plain(v, r.columns[i].Type)
	}
	return true
}

// turn fetches the next page, and reports whether there is one.
func (r *Rows) turn() bool {
	s := r.staged
	if s == nil {
		return false
	}
	if r.page != nil {
		r.err = r.page.Close()
		r.page = nil
		if r.err != nil || s.pageSeen < pageRows {
			return false
		}
	}
	s.pageSeen = 0
	page, err := s.conn.QueryContext(s.ctx, s.pageSQL, s.offset, s.offset+pageRows)
	if err != nil {
		r.err = sqlError(err)
		return false
	}
	s.offset += pageRows
	r.page = page
	return true
}

// Values returns the values of the current row, which are valid until the next
// call of Next. They are
//
//	nil              for NULL
//	bool             for BOOLEAN
//	int64            for integers of up to 64 bits, with a sign or up to 32 without
//	json.Number      for DECIMAL and for wider integers, all digits there
//	float64          for FLOAT and DOUBLE
//	time.Time        for DATE, at midnight UTC
//	json.RawMessage  for lists, structs, maps, unions and JSON
//	string           for VARCHAR, and for all the rest, as DuckDB writes it
func (r *Rows) Values() []any { return r.values }

// Err returns the error that made Next return false before the end, if any.
func (r *Rows) Err() error { return r.err }

// Close gives the result up. It may be called more than once.
func (r *Rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	var err error
	if r.page != nil {
		err = r.page.Close()
	}
	if r.staged != nil {
		// Not under the query's context: it may be cancelled.
		_, dropErr := r.staged.conn.ExecContext(context.Background(), "DROP TABLE "+r.staged.table)
		err = errors.Join(err, dropErr)
	}
	return err
}

// plain makes a value of those that Values promises from one of the driver's.
func plain(v any, typ string) any {
	switch v := v.(type) {
	case nil, bool, int64, float64:
		return v
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return json.Number(strconv.FormatUint(v, 10))
	case *big.Int:
		return json.Number(v.String())
	case duckdb.Decimal:
		return json.Number(decimal(v.Value, int(v.Scale)))
	case float32:
		// The float64 that prints the same.
		f, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return f
	case string:
		if isNested(typ) {
			return json.RawMessage(v)
		}
		return v
	case time.Time:
		if typ == "DATE" {
			return v
		}
		return v.Format(time.RFC3339Nano)
	default: // unstaged and not plain, as the lists of SHOW ALL TABLES
		if raw, err := json.Marshal(v); err == nil {
			return json.RawMessage(raw)
		}
		return fmt.Sprint(v)
	}
}

// decimal writes unscaled / 10^scale with all its decimals.
func decimal(unscaled *big.Int, scale int) string {
	digits := unscaled.String()
	if scale == 0 {
		return digits
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - scale
	return sign + digits[:point] + "." + digits[point:]
}
