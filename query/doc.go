// Package query runs SQL over a converted data set with an embedded DuckDB.
//
// A data set is a folder as the convert command leaves it: one sub-folder a
// table, with part files in Parquet or CSV, and a _manifest.json, written
// last, that says the conversion finished. Open makes a view of every table
// (those that package schema knows exist, empty where the data set has none of
// their rows), with the column types and the descriptions of package schema,
// which a user finds in duckdb_columns(). Tables of claims that are not yet
// fully adjudicated, if there are any, are in an SQL schema of their own, named
// after their folder: partially_adjudicated.cclf1.
//
// A data set may also be a database file, as Export makes it. Open attaches it
// for reading only, hidden, and the views are of its tables.
//
// # What a query may do
//
// It may read the data set, and nothing else of the machine. What a statement
// is, DuckDB says, never a reading of the text: DuckDB's lexer knows more spaces,
// quotes and comments than meet the eye. The fences, each of which has holes that
// another one closes:
//
//   - DuckDB is told, before it sees any SQL of the user's, that the only
//     files it may open are the part files or the database file, by name, and
//     that none of its settings may change any more. What this does not catch
//     is a write to one of those files.
//   - Every statement is prepared before it runs, and only the types that read,
//     that set a variable, and CREATE, INSERT and DROP are let through. What this
//     does not catch is EXPLAIN ANALYZE, which runs the statement it explains:
//     of EXPLAIN, only that of a SELECT is let through, put together anew.
//   - The plan of a statement may have known operators and table functions only,
//     and functions that run SQL which is made on the way are refused, for they
//     could hide another plan.
//   - A statement runs in a transaction in which DuckDB writes to nothing but
//     temporary tables, unless its plan is that of a view, a macro or the like,
//     which are made in the database in memory.
//
// # How results travel
//
// DuckDB's driver for Go collects a whole result in memory, outside of
// DuckDB's own memory limit. So a SELECT is first run into a temporary table,
// which DuckDB keeps within the limit by spilling to a private temporary
// folder, and is then read from it page by page. Rows hands the pages on one
// row at a time, and the writers (WriteTable, WriteCSV, WriteJSON,
// WriteNDJSON) never hold more than a page.
//
// Values keep their exactness on the way: a DECIMAL or HUGEINT arrives as
// json.Number, never as float64.
//
// The package needs cgo, as DuckDB is a C++ library; without cgo it holds its
// error types only.
package query
