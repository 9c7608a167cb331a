// Package table takes rows of a table and gives Arrow batches. It knows the
// tables of package schema, and neither FHIR nor file formats.
//
// Rows go through these forms:
//
//	Page     rows, cell by cell, as one worker makes them
//	Spill    all rows of a table: batches of columns in a temporary file
//	Texts    the texts of a batch, read
//	Column   a column that replaces one of a batch
//
// A worker fills pages from a PagePools. Spill.Add takes the pages in the order
// of the input and returns each to the pool. When all input has been read,
// Spill.Batches yields the rows, with the number of the resource and of the
// beneficiary of each; see Split.
package table
