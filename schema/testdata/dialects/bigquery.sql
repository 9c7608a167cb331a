CREATE SCHEMA IF NOT EXISTS s;
CREATE TABLE IF NOT EXISTS s.t1 (
  CODE_CD STRING NOT NULL OPTIONS (description = 'It\'s a code'),
  LINE_NUM INT64 OPTIONS (description = 'Number'),
  PMT_AMT NUMERIC(15,2) OPTIONS (description = 'Amount'),
  UNIT_QTY NUMERIC(22,4) OPTIONS (description = 'Quantity'),
  FROM_DT DATE OPTIONS (description = 'Date \\n'),
  `GROUP` STRING NOT NULL OPTIONS (description = 'A word of SQL'),
  `1ST NAME` STRING OPTIONS (description = 'Not a name in SQL'),
  PRIMARY KEY (CODE_CD, `GROUP`) NOT ENFORCED
)
OPTIONS (description = 'A table: It\'s a "test" \\ here.');
CREATE TABLE IF NOT EXISTS t2 (
  LINE_NUM INT64 OPTIONS (description = 'Number')
)
OPTIONS (description = 'Another');
CREATE TABLE IF NOT EXISTS t1 (
  CODE_CD STRING OPTIONS (description = 'It\'s a code'),
  LINE_NUM INT64 OPTIONS (description = 'Number'),
  PMT_AMT NUMERIC(15,2) OPTIONS (description = 'Amount'),
  UNIT_QTY NUMERIC(22,4) OPTIONS (description = 'Quantity'),
  FROM_DT DATE OPTIONS (description = 'Date \\n'),
  `GROUP` STRING OPTIONS (description = 'A word of SQL'),
  `1ST NAME` STRING OPTIONS (description = 'Not a name in SQL')
)
OPTIONS (description = 'A table: It\'s a "test" \\ here.');
CREATE TABLE IF NOT EXISTS t3 (
  CODE_CD STRING OPTIONS (description = 'It\'s a code')
)
OPTIONS (description = 'A third');
bq load --source_format=PARQUET s.t1 'gs://BUCKET/PATH/s/t1/*.parquet'
bq load --source_format=CSV --skip_leading_rows=1 --allow_quoted_newlines s.t1 'gs://BUCKET/PATH/s/t1/*.csv'
