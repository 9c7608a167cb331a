//go:build cgo

package query

import (
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// viewSQL is the statement that makes the view of a table.
func viewSQL(f folder) string {
	create := "CREATE VIEW " + f.view() + " AS " + sourceSQL(f)
	if f.group != "" {
		create = "CREATE SCHEMA IF NOT EXISTS " + quoteName(f.group) + "; " + create
	}
	return create
}

func sourceSQL(f folder) string {
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

// emptySQL selects no rows with the columns of a table.
func emptySQL(table *schema.Table) string {
	cols := make([]string, len(table.Fields))
	for i, field := range table.Fields {
		cols[i] = fmt.Sprintf("NULL::%s AS %s", sqlType(&field), quoteName(field.Label))
	}
	return "SELECT " + strings.Join(cols, ", ") + " WHERE false"
}

// csvSQL reads CSV files with declared types. Nothing is guessed: a code that
// looks like a number keeps its zeros. Columns that the schema does not know
// are text.
func csvSQL(f folder) string {
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

// commentSQL is a script that puts the schema's descriptions on a view or a
// table. The columns are those that it has.
func commentSQL(object string, f folder, columns []string) string {
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

// lookupField finds a field by its column name, in any case, as SQL does.
func lookupField(table *schema.Table, column string) *schema.Field {
	if table == nil {
		return nil
	}
	for i := range table.Fields {
		if strings.EqualFold(table.Fields[i].Label, column) {
			return &table.Fields[i]
		}
	}
	return nil
}

// sqlType is DuckDB's type for a field.
func sqlType(f *schema.Field) string { return schema.DuckDB.Type(f.Type) }

// quote makes an SQL string.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoteName makes an SQL identifier.
func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// quoteList makes an SQL list of strings.
func quoteList(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// literal makes patterns that match these paths and no others.
func literal(paths []string) []string {
	patterns := make([]string, len(paths))
	for i, path := range paths {
		patterns[i] = wildcards.Replace(path)
	}
	return patterns
}

var wildcards = strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]")
