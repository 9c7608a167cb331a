package schema

import (
	"fmt"
	"strings"
	"sync"
)

// A Dialect writes the CREATE TABLE statements of one database.
type Dialect struct {
	Name string

	text, integer, decimal string // types; decimal lacks its precision and scale
	quoteMark              string // around a name that needs it
	backslash              bool   // a backslash in a string escapes what follows

	// Formats of the comments after each column and the table. Dialects without
	// them have COMMENT ON statements.
	columnComment, tableComment string
}

// The dialects.
//
// Text has no length: values of BCDA may be wider than CCLF's fixed-width
// fields, and a load should not fail on them. Keys are not declared: a table
// with all versions of the claims would violate them.
var (
	DuckDB   = &Dialect{Name: "duckdb", text: "VARCHAR", integer: "BIGINT", decimal: "DECIMAL", quoteMark: `"`}
	Postgres = &Dialect{Name: "postgres", text: "TEXT", integer: "BIGINT", decimal: "NUMERIC", quoteMark: `"`}

	Snowflake = &Dialect{
		Name: "snowflake", text: "VARCHAR", integer: "NUMBER(19,0)", decimal: "NUMBER", quoteMark: `"`, backslash: true,
		columnComment: "COMMENT %s", tableComment: "COMMENT = %s",
	}
	// A NUMERIC of BigQuery has 29 digits before the point and 9 after it, more
	// than any amount of CCLF needs.
	BigQuery = &Dialect{
		Name: "bigquery", text: "STRING", integer: "INT64", decimal: "NUMERIC", quoteMark: "`", backslash: true,
		columnComment: "OPTIONS (description = %s)", tableComment: "OPTIONS (description = %s)",
	}
	// Without a format, Spark creates a Hive table if it has Hive.
	Spark = &Dialect{
		Name: "spark", text: "STRING", integer: "BIGINT", decimal: "DECIMAL", quoteMark: "`", backslash: true,
		columnComment: "COMMENT %s", tableComment: "USING PARQUET\nCOMMENT %s",
	}
)

// Dialects returns all dialects.
func Dialects() []*Dialect { return []*Dialect{DuckDB, Postgres, Snowflake, BigQuery, Spark} }

// LookupDialect returns the dialect with a name, or nil.
func LookupDialect(name string) *Dialect {
	for _, d := range Dialects() {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// Type returns the SQL type of a column.
func (d *Dialect) Type(t Type) string {
	switch t.Kind {
	case Int:
		return d.integer
	case Decimal:
		return fmt.Sprintf("%s(%d,%d)", d.decimal, t.Precision, t.Scale)
	case Date:
		return "DATE"
	default:
		return d.text
	}
}

// CreateTable returns the statements that create an empty table with a comment
// on it and on each column: one statement, or several in dialects with COMMENT
// ON. Each ends with a semicolon and a newline.
func (d *Dialect) CreateTable(t *Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (", d.Identifier(t.Name))
	for i := range t.Fields {
		f := &t.Fields[i]
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n  %s %s", d.Identifier(f.Label), d.Type(f.Type))
		if d.columnComment != "" {
			fmt.Fprintf(&b, " "+d.columnComment, d.Literal(f.Description))
		}
	}
	b.WriteString("\n)")
	if d.tableComment != "" {
		fmt.Fprintf(&b, "\n"+d.tableComment+";\n", d.Literal(t.Comment()))
		return b.String()
	}
	fmt.Fprintf(&b, ";\nCOMMENT ON TABLE %s IS %s;\n", d.Identifier(t.Name), d.Literal(t.Comment()))
	for i := range t.Fields {
		f := &t.Fields[i]
		fmt.Fprintf(&b, "COMMENT ON COLUMN %s.%s IS %s;\n",
			d.Identifier(t.Name), d.Identifier(f.Label), d.Literal(f.Description))
	}
	return b.String()
}

// Literal returns a string as a quoted SQL literal.
func (d *Dialect) Literal(s string) string {
	if d.backslash {
		s = strings.ReplaceAll(s, `\`, `\\`)
		return "'" + strings.ReplaceAll(s, "'", `\'`) + "'"
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// Identifier returns the name of a table or column, quoted only if it must be:
// quoting would make it case-sensitive.
func (d *Dialect) Identifier(name string) string {
	if isName(name) && (name[0] < '0' || name[0] > '9') && !reserved()[strings.ToUpper(name)] {
		return name
	}
	return d.quoteMark + strings.ReplaceAll(name, d.quoteMark, d.quoteMark+d.quoteMark) + d.quoteMark
}

// reserved has the words that some dialect does not accept as a name.
var reserved = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for word := range strings.FieldsSeq(`
		ACCOUNT ALL ALTER ANALYSE ANALYZE AND ANY ANTI ARRAY AS ASC ASSERT_ROWS_MODIFIED ASYMMETRIC AT
		AUTHORIZATION BETWEEN BINARY BOTH BY CASE CAST CHECK COLLATE COLLATION COLUMN CONCURRENTLY CONNECT
		CONNECTION CONSTRAINT CONTAINS CREATE CROSS CUBE CURRENT CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE
		CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DATABASE DEFAULT DEFERRABLE DEFINE DELETE
		DESC DESCRIBE DISTINCT DO DROP ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FILTER
		FOLLOWING FOR FOREIGN FREEZE FROM FULL FUNCTION GRANT GROUP GROUPING GROUPS HASH HAVING IF
		IGNORE ILIKE IN INCREMENT INITIALLY INNER INSERT INTERSECT INTERVAL INTO IS ISNULL ISSUE JOIN LAMBDA
		LATERAL LEADING LEFT LIKE LIMIT LOCALTIME LOCALTIMESTAMP LOOKUP MERGE MINUS NATURAL NEW NO NOT NOTNULL
		NULL NULLS OF OFFSET ON ONLY OR ORDER ORGANIZATION OUTER OVER OVERLAPS PARTITION PIVOT
		PIVOT_LONGER PIVOT_WIDER PLACING PRECEDING PRIMARY PROTO QUALIFY RANGE RECURSIVE REFERENCES REGEXP
		RESPECT RETURNING REVOKE RIGHT RLIKE ROLLUP ROW ROWS SAMPLE SCHEMA SELECT SEMI SESSION_USER SET SHOW
		SIMILAR SOME START STRUCT SUMMARIZE SYMMETRIC SYSTEM_USER TABLE TABLESAMPLE THEN TO TRAILING TREAT
		TRIGGER TRUE TRY_CAST UNBOUNDED UNION UNIQUE UNNEST UNPIVOT UPDATE USER USING VALUES VARIADIC VERBOSE
		VIEW WHEN WHENEVER WHERE WINDOW WITH WITHIN`) {
		words[word] = true
	}
	return words
})
