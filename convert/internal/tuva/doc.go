// Package tuva is the profile for the Tuva Project's Medicare CCLF connector: a
// stage of the merge pass that turns complete rows into rows of text, each with
// the name and the date of a delivery, and adds what the connector expects of
// deliveries from CMS.
//
// A [Delivery] reads the spilled rows before any are written, because the dates of
// a beneficiary's rows depend on all of their Coverages and claims. Its [Writer]s
// then make the rows of each table.
package tuva
