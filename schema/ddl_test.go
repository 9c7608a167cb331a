package schema

import (
	"strings"
	"testing"
)

// TestCreateTable compares the statements with what each database wants. The
// table has a field of each kind, and names and texts that are hard to write.
func TestCreateTable(t *testing.T) {
	table := &Table{
		Name:        "t1",
		Title:       "A table",
		Description: `It's a "test" \ here.`,
		Fields: []Field{
			{Label: "CODE_CD", Description: "It's a code", Type: text(3)},
			{Label: "LINE_NUM", Description: "Number", Type: integer(10)},
			{Label: "PMT_AMT", Description: "Amount", Type: amount(13)},
			{Label: "UNIT_QTY", Description: "Quantity", Type: quantity},
			{Label: "FROM_DT", Description: `Date \n`, Type: date},
			{Label: "GROUP", Description: "A word of SQL", Type: digits(2)},
			{Label: "1ST NAME", Description: "Not a name in SQL", Type: text(1)},
		},
	}
	for _, tt := range []struct {
		dialect *Dialect
		want    string
	}{
		{DuckDB, `CREATE TABLE t1 (
  CODE_CD VARCHAR,
  LINE_NUM BIGINT,
  PMT_AMT DECIMAL(15,2),
  UNIT_QTY DECIMAL(22,4),
  FROM_DT DATE,
  "GROUP" VARCHAR,
  "1ST NAME" VARCHAR
);
COMMENT ON TABLE t1 IS 'A table: It''s a "test" \ here.';
COMMENT ON COLUMN t1.CODE_CD IS 'It''s a code';
COMMENT ON COLUMN t1.LINE_NUM IS 'Number';
COMMENT ON COLUMN t1.PMT_AMT IS 'Amount';
COMMENT ON COLUMN t1.UNIT_QTY IS 'Quantity';
COMMENT ON COLUMN t1.FROM_DT IS 'Date \n';
COMMENT ON COLUMN t1."GROUP" IS 'A word of SQL';
COMMENT ON COLUMN t1."1ST NAME" IS 'Not a name in SQL';
`},
		{Postgres, `CREATE TABLE t1 (
  CODE_CD TEXT,
  LINE_NUM BIGINT,
  PMT_AMT NUMERIC(15,2),
  UNIT_QTY NUMERIC(22,4),
  FROM_DT DATE,
  "GROUP" TEXT,
  "1ST NAME" TEXT
);
COMMENT ON TABLE t1 IS 'A table: It''s a "test" \ here.';
COMMENT ON COLUMN t1.CODE_CD IS 'It''s a code';
COMMENT ON COLUMN t1.LINE_NUM IS 'Number';
COMMENT ON COLUMN t1.PMT_AMT IS 'Amount';
COMMENT ON COLUMN t1.UNIT_QTY IS 'Quantity';
COMMENT ON COLUMN t1.FROM_DT IS 'Date \n';
COMMENT ON COLUMN t1."GROUP" IS 'A word of SQL';
COMMENT ON COLUMN t1."1ST NAME" IS 'Not a name in SQL';
`},
		{Snowflake, `CREATE TABLE t1 (
  CODE_CD VARCHAR COMMENT 'It\'s a code',
  LINE_NUM NUMBER(19,0) COMMENT 'Number',
  PMT_AMT NUMBER(15,2) COMMENT 'Amount',
  UNIT_QTY NUMBER(22,4) COMMENT 'Quantity',
  FROM_DT DATE COMMENT 'Date \\n',
  "GROUP" VARCHAR COMMENT 'A word of SQL',
  "1ST NAME" VARCHAR COMMENT 'Not a name in SQL'
)
COMMENT = 'A table: It\'s a "test" \\ here.';
`},
		{BigQuery, "CREATE TABLE t1 (\n" + `  CODE_CD STRING OPTIONS (description = 'It\'s a code'),
  LINE_NUM INT64 OPTIONS (description = 'Number'),
  PMT_AMT NUMERIC(15,2) OPTIONS (description = 'Amount'),
  UNIT_QTY NUMERIC(22,4) OPTIONS (description = 'Quantity'),
  FROM_DT DATE OPTIONS (description = 'Date \\n'),
` + "  `GROUP` STRING OPTIONS (description = 'A word of SQL'),\n" +
			"  `1ST NAME` STRING OPTIONS (description = 'Not a name in SQL')\n" + `)
OPTIONS (description = 'A table: It\'s a "test" \\ here.');
`},
		{Spark, "CREATE TABLE t1 (\n" + `  CODE_CD STRING COMMENT 'It\'s a code',
  LINE_NUM BIGINT COMMENT 'Number',
  PMT_AMT DECIMAL(15,2) COMMENT 'Amount',
  UNIT_QTY DECIMAL(22,4) COMMENT 'Quantity',
  FROM_DT DATE COMMENT 'Date \\n',
` + "  `GROUP` STRING COMMENT 'A word of SQL',\n" +
			"  `1ST NAME` STRING COMMENT 'Not a name in SQL'\n" + `)
USING PARQUET
COMMENT 'A table: It\'s a "test" \\ here.';
`},
	} {
		if got := tt.dialect.CreateTable(table); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.dialect.Name, got, tt.want)
		}
		if LookupDialect(tt.dialect.Name) != tt.dialect {
			t.Errorf("LookupDialect(%s) does not find it", tt.dialect.Name)
		}
	}
	if LookupDialect("mysql") != nil {
		t.Error("there is a dialect mysql")
	}
}

// TestFieldsFitDialects checks that all tables keep to the limits that the
// dialects have, so that CreateTable need not look at them.
func TestFieldsFitDialects(t *testing.T) {
	for _, table := range AllTables() {
		for _, f := range table.Fields {
			name := table.Name + "." + f.Label
			if f.Kind == Decimal && (f.Precision > 38 || f.Scale > 9 || f.Precision-f.Scale > 29) {
				t.Errorf("%s: NUMERIC(%d,%d) is too much for BigQuery", name, f.Precision, f.Scale)
			}
			if len(f.Description) > 1024 {
				t.Errorf("%s: the description is too long for BigQuery", name)
			}
			for _, d := range Dialects() {
				if got := d.Identifier(f.Label); got != strings.ToUpper(f.Label) {
					t.Errorf("%s is %s in %s: users would have to quote it", name, got, d.Name)
				}
			}
		}
	}
}
