// Package query runs SQL over a converted data set with an embedded DuckDB.
//
// A data set is what the convert command writes: a folder with a manifest and one
// subfolder per table, which contains part files in Parquet or CSV, or a DuckDB
// database file. Open creates a view of every table that package schema has,
// without rows if the data set lacks the table, and of every other table in the
// data set. Columns have the types of package schema, and its descriptions as
// comments, which DESCRIBE shows. Tables of partially adjudicated claims are in an
// SQL schema of their own: partially_adjudicated.cclf1.
//
//	db, err := query.Open(ctx, "out", query.Options{})
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	rows, err := db.Query(ctx, "SELECT clm_type_cd, sum(clm_pmt_amt) FROM cclf1 GROUP BY ALL")
//
// Query runs one statement, Run a script. Inspect profiles the columns of a table,
// and Metric computes one of the built-in Metrics.
//
// # What a query may do
//
// A query can read the data set and nothing else on the machine. It cannot change
// the data set. It can create temporary tables, views and macros, which are gone
// when the DB is closed. What a statement does is decided by DuckDB's own parser and
// planner, never by matching text. There are several fences, because each has gaps
// that another one closes:
//
//   - Before it sees SQL of the user, DuckDB is told that it may open the part files
//     or the database file only, and that its settings cannot change anymore. This
//     does not prevent writing to one of those files.
//   - Each statement is prepared before it runs. Only types that read or set a
//     variable are accepted, and CREATE, INSERT, UPDATE, DELETE and DROP. This does not stop EXPLAIN
//     ANALYZE, which runs the statement that it explains, so only EXPLAIN of a SELECT
//     is accepted, and it is put together anew.
//   - The plan may contain known operators and table functions only. Functions that
//     run SQL from a string are refused, because they could hide another plan.
//   - A statement runs in a transaction in which DuckDB can write to temporary tables
//     only, or, if the plan creates a view, macro or the like, to the in-memory
//     database too.
//
// Options.Confine can add a fence of the operating system.
//
// # Results
//
// A SELECT runs while its rows are read: the first rows come before the last ones are
// computed, and memory stays flat. DuckDB's driver for Go would hold a whole result in
// memory, outside of DuckDB's memory limit. What DuckDB itself cannot keep within the
// limit, such as a sort, it spills to a private temporary folder. Values keep their
// precision: a DECIMAL or HUGEINT is a json.Number, never a float64.
//
// Rows.Next reads row by row, and Rows.NextBatch some thousand rows at once, for
// programs that write large results.
//
// # Errors
//
// Messages contain no values of claims; Error.Detail has the complete message. The
// variables that start with Err are the causes that a program may want to handle.
//
// # Stability
//
// Exported names, the names and columns of metrics, and the types of values follow
// semantic versioning. The text of messages, the SQL of metrics and the version of
// DuckDB, and with it details of the SQL dialect, can change in any release.
//
// The package needs cgo, because DuckDB is a C++ library. Without cgo it contains
// only the error types.
package query
