package schema

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Dialect writes the SQL of one database: statements that create the tables of
// a data set, and those that load it.
type Dialect struct {
	Name string

	text, integer, decimal string // types; text may lack its length, decimal its precision and scale
	sized                  bool   // a text needs a length
	quoteMark              string // around a name that needs it
	backslash              bool   // a backslash in a string escapes what follows

	// Formats of the comments after each column and the table. Other dialects have
	// COMMENT ON statements, or no comments.
	columnComment, tableComment string
	commentOn                   bool

	// Formats that begin a table or create a schema if it does not exist, of the
	// name.
	createTable, createSchema string

	// Formats of the key of a table, of its columns and its name: of one whose
	// columns always have values, and of another. Those that are not empty are in
	// the list of the columns, or are statements of their own.
	primaryKey, otherKey string
	separateKey          bool

	load  load
	apply apply
}

const (
	createTable  = "CREATE TABLE IF NOT EXISTS %s"
	createSchema = "CREATE SCHEMA IF NOT EXISTS %s"
)

// The dialects.
//
// Text is wider than the field of CCLF, or has no length: values of BCDA may be
// wider, and a load should not fail on them. Redshift, Snowflake, BigQuery,
// Databricks and Fabric do not check keys, but plan by them. Spark has none.
var (
	DuckDB = &Dialect{
		Name: "duckdb", text: "VARCHAR", integer: "BIGINT", decimal: "DECIMAL", quoteMark: `"`, commentOn: true,
		createTable: createTable, createSchema: createSchema, primaryKey: "PRIMARY KEY (%[1]s)", otherKey: "UNIQUE (%[1]s)",
		load: load{
			parquet: "INSERT INTO %[1]s BY NAME SELECT * FROM read_parquet('%[2]s/*.parquet', hive_partitioning = false);",
			csv:     "INSERT INTO %[1]s BY NAME SELECT * FROM read_csv('%[2]s/*.csv', hive_partitioning = false, header = true, all_varchar = true);",
		},
		apply: apply{begin: "BEGIN TRANSACTION;", commit: "COMMIT;"},
	}
	Postgres = &Dialect{
		Name: "postgres", text: "TEXT", integer: "BIGINT", decimal: "NUMERIC", quoteMark: `"`, commentOn: true,
		createTable: createTable, createSchema: createSchema, primaryKey: "PRIMARY KEY (%[1]s)", otherKey: "UNIQUE (%[1]s)",
		load:  load{csv: `\copy %[1]s (%[3]s) FROM '%[2]s' WITH (FORMAT csv, HEADER true)`, each: true},
		apply: apply{begin: "BEGIN;", commit: "COMMIT;"},
	}
	Redshift = &Dialect{
		Name: "redshift", text: "VARCHAR", sized: true, integer: "BIGINT", decimal: "DECIMAL", quoteMark: `"`, commentOn: true,
		createTable: createTable, createSchema: createSchema, primaryKey: "PRIMARY KEY (%[1]s)", otherKey: "UNIQUE (%[1]s)",
		load: load{
			parquet:     "COPY %[1]s FROM '%[2]s/' IAM_ROLE default FORMAT AS PARQUET;",
			csv:         "COPY %[1]s (%[3]s) FROM '%[2]s/' IAM_ROLE default FORMAT AS CSV IGNOREHEADER 1 EMPTYASNULL DATEFORMAT 'YYYY-MM-DD';",
			placeholder: "s3://BUCKET/PATH",
		},
		apply: apply{begin: "BEGIN;", commit: "COMMIT;"},
	}
	Snowflake = &Dialect{
		Name: "snowflake", text: "VARCHAR", integer: "NUMBER(19,0)", decimal: "NUMBER", quoteMark: `"`, backslash: true,
		columnComment: "COMMENT %s", tableComment: "COMMENT = %s",
		createTable: createTable, createSchema: createSchema, primaryKey: "PRIMARY KEY (%[1]s)", otherKey: "UNIQUE (%[1]s)",
		load: load{
			parquet:     "COPY INTO %[1]s FROM '%[2]s/' FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE;",
			csv:         `COPY INTO %[1]s FROM '%[2]s/' FILE_FORMAT = (TYPE = CSV PARSE_HEADER = TRUE FIELD_OPTIONALLY_ENCLOSED_BY = '"') MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE;`,
			placeholder: "@STAGE",
		},
		apply: apply{begin: "BEGIN TRANSACTION;", commit: "COMMIT;"},
	}
	// A NUMERIC of BigQuery has 29 digits before the point and 9 after it, more
	// than any amount of CCLF needs.
	BigQuery = &Dialect{
		Name: "bigquery", text: "STRING", integer: "INT64", decimal: "NUMERIC", quoteMark: "`", backslash: true,
		columnComment: "OPTIONS (description = %s)", tableComment: "OPTIONS (description = %s)",
		createTable: createTable, createSchema: createSchema, primaryKey: "PRIMARY KEY (%[1]s) NOT ENFORCED",
		load: load{
			parquet:     "bq load --source_format=PARQUET %[1]s '%[2]s/*.parquet'",
			csv:         "bq load --source_format=CSV --skip_leading_rows=1 --allow_quoted_newlines %[1]s '%[2]s/*.csv'",
			placeholder: "gs://BUCKET/PATH",
		},
		apply: apply{
			begin: "BEGIN TRANSACTION;", commit: "COMMIT TRANSACTION;",
			parquet: "LOAD DATA INTO %[1]s FROM FILES (format = 'PARQUET', uris = ['%[2]s/*.parquet']);",
			csv:     "LOAD DATA INTO %[1]s FROM FILES (format = 'CSV', skip_leading_rows = 1, allow_quoted_newlines = true, uris = ['%[2]s/*.csv']);",
		},
	}
	// A primary key needs Unity Catalog.
	Databricks = &Dialect{
		Name: "databricks", text: "STRING", integer: "BIGINT", decimal: "DECIMAL", quoteMark: "`", backslash: true,
		columnComment: "COMMENT %s", tableComment: "USING DELTA\nCOMMENT %s",
		createTable: createTable, createSchema: createSchema, primaryKey: "PRIMARY KEY (%[1]s)",
		load: load{
			parquet:     "COPY INTO %[1]s FROM '%[2]s' FILEFORMAT = PARQUET;",
			placeholder: "s3://BUCKET/PATH",
		},
		apply: apply{merge: true},
	}
	// Without a format, Spark creates a Hive table if it has Hive.
	Spark = &Dialect{
		Name: "spark", text: "STRING", integer: "BIGINT", decimal: "DECIMAL", quoteMark: "`", backslash: true,
		columnComment: "COMMENT %s", tableComment: "USING PARQUET\nCOMMENT %s",
		createTable: createTable, createSchema: createSchema,
		load:  load{parquet: "INSERT INTO %[1]s BY NAME SELECT * FROM parquet.`%[2]s`;"},
		apply: apply{merge: true, note: "The tables must be of Delta Lake or Apache Iceberg: Spark cannot change rows of Parquet tables."},
	}
	// A UNIQUE constraint of SQL Server allows one null only.
	SQLServer = &Dialect{
		Name: "sqlserver", text: "NVARCHAR", sized: true, integer: "BIGINT", decimal: "DECIMAL", quoteMark: `"`,
		createTable:  "IF OBJECT_ID(N'%[1]s', N'U') IS NULL\nCREATE TABLE %[1]s",
		createSchema: "IF SCHEMA_ID(N'%[1]s') IS NULL EXEC(N'CREATE SCHEMA %[1]s')",
		primaryKey:   "PRIMARY KEY NONCLUSTERED (%[1]s)", otherKey: "INDEX %[2]s_key (%[1]s)",
		load: load{
			csv:  "BULK INSERT %[1]s FROM '%[2]s' WITH (FORMAT = 'CSV', FIRSTROW = 2, CODEPAGE = '65001', ROWTERMINATOR = '0x0a', KEEPNULLS, TABLOCK);",
			each: true,
		},
		apply: apply{begin: "SET XACT_ABORT ON;\nBEGIN TRANSACTION;", commit: "COMMIT TRANSACTION;"},
	}
	Fabric = &Dialect{
		Name: "fabric", text: "VARCHAR", sized: true, integer: "BIGINT", decimal: "DECIMAL", quoteMark: `"`,
		createTable:  "IF OBJECT_ID('%[1]s', 'U') IS NULL\nCREATE TABLE %[1]s",
		createSchema: "IF SCHEMA_ID('%[1]s') IS NULL EXEC('CREATE SCHEMA %[1]s')",
		primaryKey: "IF OBJECT_ID('%[2]s_key') IS NULL\n" +
			"ALTER TABLE %[3]s ADD CONSTRAINT %[2]s_key PRIMARY KEY NONCLUSTERED (%[1]s) NOT ENFORCED",
		separateKey: true,
		load: load{
			parquet:     "COPY INTO %[1]s FROM '%[2]s/*.parquet' WITH (FILE_TYPE = 'PARQUET');",
			csv:         "COPY INTO %[1]s FROM '%[2]s/*.csv' WITH (FILE_TYPE = 'CSV', FIRSTROW = 2, ENCODING = 'UTF8', ROWTERMINATOR = '0x0A');",
			placeholder: "https://ACCOUNT.dfs.core.windows.net/CONTAINER/PATH",
		},
		apply: apply{begin: "SET XACT_ABORT ON;\nBEGIN TRANSACTION;", commit: "COMMIT TRANSACTION;"},
	}
)

// Dialects returns all dialects.
func Dialects() []*Dialect {
	return []*Dialect{DuckDB, Postgres, Snowflake, BigQuery, Redshift, Databricks, Spark, SQLServer, Fabric}
}

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
	}
	if d.sized {
		return fmt.Sprintf("%s(%d)", d.text, max(leastLength, 4*t.Width))
	}
	return d.text
}

// leastLength is the length of texts in dialects that need one, at least.
const leastLength = 256

// CreateOptions are the options of [Dialect.CreateTable].
type CreateOptions struct {
	Schema string // of the database, which has the table; empty for the default one
	// NoKey leaves out the key. A table with all versions of the claims has several
	// rows with the same key.
	NoKey bool
}

// CreateTable returns the statements that create an empty table if it does not
// exist, with its key and, in dialects that have them, comments on it and on each
// column. Each statement ends with a semicolon and a newline.
func (d *Dialect) CreateTable(t *Table, o CreateOptions) string {
	var b strings.Builder
	name := d.Identifier(t.Name)
	if o.Schema != "" {
		name = d.Identifier(o.Schema) + "." + name
	}
	var key string
	if !o.NoKey {
		key = d.key(t, name)
	}
	fmt.Fprintf(&b, d.createTable+" (", name)
	for i := range t.Fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  " + d.column(t, &t.Fields[i], key != ""))
	}
	if key != "" && !d.separateKey {
		b.WriteString(",\n  " + key)
	}
	b.WriteString("\n)")
	if d.tableComment != "" {
		fmt.Fprintf(&b, "\n"+d.tableComment, d.Literal(t.Comment()))
	}
	b.WriteString(";\n")
	if key != "" && d.separateKey {
		b.WriteString(key + ";\n")
	}
	if d.commentOn {
		d.comments(&b, t, name)
	}
	return b.String()
}

// CreateSchema returns the statement that creates a schema of the database if it
// does not exist.
func (d *Dialect) CreateSchema(name string) string {
	return fmt.Sprintf(d.createSchema+";\n", d.Identifier(name))
}

// Key returns the constraint that declares the key of a table, such as
//
//	PRIMARY KEY (CUR_CLM_UNIQ_ID, CLM_LINE_NUM)
//
// or an empty string if the table has no key, or the database no constraint that
// fits it.
func (d *Dialect) Key(t *Table) string { return d.key(t, d.Identifier(t.Name)) }

// key declares the key of the table with a name in SQL, or is empty.
func (d *Dialect) key(t *Table, name string) string {
	format := d.primaryKey
	if t.KeyHasNulls {
		format = d.otherKey
	}
	if len(t.Key) == 0 || format == "" {
		return ""
	}
	labels := make([]string, len(t.Key))
	for i, label := range t.Key {
		if t.Field(label) == nil { // the table of a profile has other columns
			return ""
		}
		labels[i] = d.Identifier(label)
	}
	return fmt.Sprintf(format+"%.0[2]s%.0[3]s", strings.Join(labels, ", "), t.Name, name)
}

// column declares a column.
func (d *Dialect) column(t *Table, f *Field, hasKey bool) string {
	s := d.Identifier(f.Label) + " " + d.Type(f.Type)
	if hasKey && !t.KeyHasNulls && slices.Contains(t.Key, f.Label) {
		s += " NOT NULL"
	}
	if d.columnComment != "" && f.Description != "" {
		s += fmt.Sprintf(" "+d.columnComment, d.Literal(f.Description))
	}
	return s
}

// comments writes the comments on a table and its columns as statements.
func (d *Dialect) comments(b *strings.Builder, t *Table, name string) {
	fmt.Fprintf(b, "COMMENT ON TABLE %s IS %s;\n", name, d.Literal(t.Comment()))
	for i := range t.Fields {
		f := &t.Fields[i]
		if f.Description == "" {
			continue
		}
		fmt.Fprintf(b, "COMMENT ON COLUMN %s.%s IS %s;\n", name, d.Identifier(f.Label), d.Literal(f.Description))
	}
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
