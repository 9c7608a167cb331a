// Package schema declares the tables of CCLF, the Claim and Claim Line Feed of
// CMS, and the crosswalk: where each version of the Beneficiary Claims Data API
// (BCDA) carries each field.
//
// # Tables
//
// [Tables] returns the eleven tables of CCLF in the order of CMS's files, and
// [AllTables] adds those that this project has beside them, such as claims and
// enrollment. [Lookup] finds one by its name. A [Table] has its fields in the
// order of the fixed-width record; a [Field] has its CCLF label, a description,
// and a [Type], from which SQL and Arrow types follow.
//
// # Crosswalk
//
// A field has one [Cell] per API version: the value is mapped (an expression
// finds it), derived (a rule makes it of what the expression finds), or absent
// (with the reason). [ParseExpr] documents the grammar of expressions and parses
// them, and [Functions] lists the functions that they use. The cells are what
// the converter runs: they follow CMS's crosswalks, corrected where the servers
// demonstrably send something else.
//
// # Layouts and SQL
//
// [Table.Record] returns the positions of the fields in CMS's fixed-width files,
// for each [Layout]. A [Dialect] writes CREATE TABLE statements with comments.
//
// # Extra columns
//
// [ParseExtraColumns] reads columns that a user adds, with expressions of their
// own, and [Extend] adds them to copies of the tables.
//
// # Stability
//
// Exported names follow semantic versioning. Tables may gain fields, and fields
// other cells or descriptions, in any minor release, because CMS's layouts and
// servers change; labels, names of tables, and the order of fields do not change
// within a major release. What functions return is shared and must not be
// modified.
package schema

//go:generate go run ../internal/gen/docs ../docs
