package schema

import (
	"fmt"
	"regexp"
	"strings"
)

// A Dialect is the SQL of one database, as far as CREATE TABLE goes.
type Dialect struct {
	Name string

	text, integer, decimal string // types; decimal lacks its precision and scale
	quoteMark              string // around a name that needs it
	backslash              bool   // a backslash in a string escapes what follows

	// Where comments stand: in formats behind each column and the table, or,
	// when there are none, in COMMENT ON statements of their own.
	columnComment, tableComment string
}

// The dialects that cclf speaks.
//
// Text has no length: BCDA does not keep to the widths of CCLF's fixed-width
// files, and a load should not fail on it. Keys are not declared: a table with
// all versions of the claims would break them.
var (
	DuckDB   = &Dialect{Name: "duckdb", text: "VARCHAR", integer: "BIGINT", decimal: "DECIMAL", quoteMark: `"`}
	Postgres = &Dialect{Name: "postgres", text: "TEXT", integer: "BIGINT", decimal: "NUMERIC", quoteMark: `"`}

	Snowflake = &Dialect{
		Name: "snowflake", text: "VARCHAR", integer: "NUMBER(19,0)", decimal: "NUMBER", quoteMark: `"`, backslash: true,
		columnComment: "COMMENT %s", tableComment: "COMMENT = %s",
	}
	// A NUMERIC of BigQuery has 29 digits before the point and 9 behind it,
	// which is more than any amount of CCLF needs.
	BigQuery = &Dialect{
		Name: "bigquery", text: "STRING", integer: "INT64", decimal: "NUMERIC", quoteMark: "`", backslash: true,
		columnComment: "OPTIONS (description = %s)", tableComment: "OPTIONS (description = %s)",
	}
	// Without a format Spark makes a table of Hive's, if it has Hive.
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

// Type is the type of a column.
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

// CreateTable is the statement that makes an empty table, with a comment on
// it and on each column. In some dialects that takes several statements; each
// ends in a semicolon and a line end.
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

// Comment describes the table in a line.
func (t *Table) Comment() string {
	if t.Description == "" {
		return t.Title
	}
	return t.Title + ": " + t.Description
}

// Literal is a string, quoted.
func (d *Dialect) Literal(s string) string {
	if d.backslash {
		s = strings.ReplaceAll(s, `\`, `\\`)
		return "'" + strings.ReplaceAll(s, "'", `\'`) + "'"
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// Identifier is the name of a table or column, in quotes if it needs them.
// What is quoted keeps its case, which is why the rest is not.
func (d *Dialect) Identifier(name string) string {
	if plainName.MatchString(name) && !reserved[strings.ToUpper(name)] {
		return name
	}
	return d.quoteMark + strings.ReplaceAll(name, d.quoteMark, d.quoteMark+d.quoteMark) + d.quoteMark
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// reserved has the words that one dialect or another does not take as a name.
var reserved = func() map[string]bool {
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
}()
