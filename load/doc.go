// Package load copies a data set into a database server: PostgreSQL.
//
// Postgres does all of it in one transaction: readers of the database see the
// tables as they were, or as the data set has them. A table that does not exist is
// created, with comments and, if the rows allow it, its key. A table that has rows
// is compared with the data set row by row, and only rows that differ are deleted
// and inserted: triggers, replicas and incremental models downstream see what
// changed, and nothing else. Columns that the table lacks are added; columns that
// only the table has are left alone.
//
// The data set must consist of Parquet, Arrow or CSV files. Rows are streamed:
// memory does not grow with the data set.
//
// # Errors
//
// Messages have the condition, the table and the column that the server names, and
// never a value: a server quotes the rows that it refuses.
package load
