// Package results prints what package query finds in a data set: the rows of a
// query, metrics, and completeness reports.
//
// Like package query, it needs cgo and is empty without it.
package results
