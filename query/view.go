//go:build cgo

package query

import (
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// viewSQL returns the statement that creates the view of a table.
func viewSQL(f tableSource) string {
	create := "CREATE VIEW " + f.view() + " AS " + sourceSQL(f)
	if f.group != "" {
		create = "CREATE SCHEMA IF NOT EXISTS " + quoteName(f.group) + "; " + create
	}
	return create
}

// sourceSQL returns the SELECT that reads a table.
func sourceSQL(f tableSource) string {
	switch {
	case f.stored != "":
		return "SELECT * FROM " + f.stored
	case len(f.files) == 0:
		return emptySQL(f.schema)
	case f.csv:
		return csvSQL(f)
	}
	return "SELECT * FROM read_parquet(" + quoteList(literal(f.files)) + ")"
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
		`, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', dateformat = '%Y-%m-%d')`
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
