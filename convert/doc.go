// Package convert turns BCDA exports, FHIR resources as NDJSON, into data sets
// of CCLF tables.
//
// [Run] is the whole of it. It reads the inputs once, in parallel, and spills
// the rows to disk as they are made; when all input is read it drops the rows
// of resources of which a newer version was there, fills in what other
// resources say of the beneficiaries, and writes the files. The memory it
// takes depends on the number of beneficiaries, not on the size of the input,
// and what it writes does not depend on the number of workers.
//
// Where a field comes from is declared in package schema. A plan is that
// declaration compiled for one generation of the API and one resource type: a
// program of package ndjson, which finds all values in one pass over a line,
// and a getter for each column of each table.
package convert
