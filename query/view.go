//go:build cgo

package query

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// catalogWords are words of statements that can list views, or drop them without
// naming them.
var catalogWords = []string{"show", "desc", "pragma", "duckdb_", "information_schema", "sqlite_", "pg_", "drop"}

// createViewsFor creates the views of the tables that a statement names anywhere, or
// those of all tables if it can list them. DuckDB opens the files of a view when it
// creates it, which takes longer than everything else that Open does.
func (db *DB) createViewsFor(ctx context.Context, stmt string) error {
	lower := strings.ToLower(stmt)
	all := slices.ContainsFunc(catalogWords, func(word string) bool { return strings.Contains(lower, word) })
	return db.createTableViews(ctx, func(f *tableSource) bool { return all || strings.Contains(lower, f.name) })
}

// createAllViews creates the views that are missing, and reports whether there are any.
func (db *DB) createAllViews(ctx context.Context) (created bool, err error) {
	err = db.createTableViews(ctx, func(*tableSource) bool {
		created = true
		return true
	})
	return created, err
}

// createTableViews creates the views of tables that have none and that are wanted.
func (db *DB) createTableViews(ctx context.Context, wanted func(*tableSource) bool) error {
	for i := range db.tables {
		f := &db.tables[i]
		if f.viewed || !wanted(f) {
			continue
		}
		if err := db.createTableView(ctx, *f); err != nil {
			return setUpError(ctx, f.dir, fmt.Errorf("table %s: %w", f.title(), err))
		}
		f.viewed = true
	}
	return nil
}

// createTableView creates the view of a table. If the data set is being replaced, its
// files can be missing for a moment, and then be there again.
func (db *DB) createTableView(ctx context.Context, f tableSource) error {
	for try := 1; ; try++ {
		err := sqlError(db.exec(ctx, viewSQL(f)))
		if err == nil || try == maxOpens || !aboutFile(err) {
			return err
		}
	}
}

// viewSQL returns the statement that creates the view of a table.
func viewSQL(f tableSource) string {
	if f.group == "" {
		return "CREATE VIEW main." + f.view() + " AS " + sourceSQL(f)
	}
	return "CREATE SCHEMA IF NOT EXISTS " + quoteName(f.group) + "; CREATE VIEW " + f.view() + " AS " + sourceSQL(f)
}

// sourceSQL returns the SELECT that reads a table.
func sourceSQL(f tableSource) string {
	switch {
	case f.stored != "":
		return "SELECT * FROM " + f.stored
	case len(f.files) == 0:
		return emptySQL(f.schema)
	case f.isRemote():
		return remoteSQL(f)
	case f.csv:
		return csvSQL(f)
	}
	// The folder of a partition is no column.
	return "SELECT * FROM read_parquet(" + quoteList(literal(f.files)) + ", hive_partitioning = false)"
}

// emptySQL returns a SELECT with the columns of a table and no rows.
func emptySQL(table *schema.Table) string {
	cols := make([]string, len(table.Fields))
	for i, field := range table.Fields {
		cols[i] = fmt.Sprintf("NULL::%s AS %s", sqlType(&field), quoteName(field.Label))
	}
	return "SELECT " + strings.Join(cols, ", ") + " WHERE false"
}

// csvSQL returns the SELECT that reads CSV files. Types are declared, not
// detected, so that codes keep their leading zeros. Unknown columns are text.
func csvSQL(f tableSource) string {
	cols := make([]string, len(f.header))
	for i, name := range f.header {
		typ := "VARCHAR"
		if field := lookupField(f.schema, name); field != nil {
			typ = sqlType(field)
		}
		cols[i] = quote(name) + ": " + quote(typ)
	}
	return "SELECT * FROM read_csv(" + quoteList(literal(f.files)) +
		", columns = {" + strings.Join(cols, ", ") + "}" +
		`, hive_partitioning = false, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', dateformat = '%Y-%m-%d')`
}

// commentSQL returns a script that adds the descriptions of the schema to a VIEW
// or TABLE that has the given columns.
func commentSQL(object string, f tableSource, columns []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "COMMENT ON %s %s IS %s;\n", object, f.view(), quote(f.schema.Comment()))
	for _, col := range columns {
		if field := lookupField(f.schema, col); field != nil {
			fmt.Fprintf(&b, "COMMENT ON COLUMN %s.%s IS %s;\n",
				f.view(), quoteName(col), quote(field.Description))
		}
	}
	return b.String()
}
