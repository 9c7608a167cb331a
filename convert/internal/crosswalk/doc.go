// Package crosswalk compiles the crosswalk of package schema into programs that
// read FHIR resources, and evaluates its cells.
//
// A [Plan] is the crosswalk for one API version and one resource type: a program
// of package ndjson that finds all values in one pass over a line, and a getter
// for each column of each table. [Plans] compiles each when it is first used.
//
// For each line, a [Reader] finds the plan by the markers of the API versions and
// returns the values. An [Evaluator] makes rows of them, and updates of
// beneficiaries. What depends on other resources than the row's own is deferred:
// see [Deferred].
//
// The functions that expressions name are in one table, in functions.go; their
// documentation is in package schema.
package crosswalk
