// Package convert turns exports of CMS's Beneficiary Claims Data API (BCDA), FHIR
// resources as NDJSON, into data sets of CCLF tables.
//
// [Run] does all of it:
//
//	manifest, err := convert.Run(ctx, convert.Options{Inputs: []string{"export"}, Out: "tables"})
//
// # What Run promises
//
//   - It reads the inputs once, in parallel. Memory depends on the number of
//     beneficiaries, about 350 bytes each, and not on the size of the input.
//   - Equal inputs in the same order give equal files, byte for byte, with any
//     number of workers.
//   - A line that is no good resource gives no rows. It is counted, and listed in
//     the reject file with its file, line, byte offset and reason, but without its
//     values, unless Options.KeepRejectedLines asks for them.
//   - Readers see the old data set, or none, until the new one is complete and on
//     disk. An error leaves the old one unchanged.
//   - A data set is not replaced by one without rows, or by an increment, unless
//     Options.AllowShrink allows it.
//
// Errors contain facts: sentinel errors such as [ErrMixed], and types such as
// [*BreakOffError]. They contain names of files and columns, and no values of
// claims.
//
// # Stability
//
// Options, Run, the errors and the manifest are stable within a major version:
// fields are added, and existing ones keep their meaning. The wording of reasons
// and error messages may change in any version. Which columns there are, and how
// they are mapped, is declared in package schema; a corrected mapping is a change
// of output that the changelog lists.
//
// # How it works
//
// Workers cut the inputs into chunks of lines, and make rows of each resource by
// the crosswalk (convert/internal/crosswalk). Rows are spilled to disk, because two
// things are known only when all input has been read: whether a newer version of a
// resource follows (convert/internal/dedup), and what Patients, Coverages and
// hospice claims say about a row's beneficiary (convert/internal/beneficiary). The
// merge pass then drops the rows of replaced resources, fills the deferred columns
// and writes the tables. A profile is a stage of the merge pass
// (convert/internal/tuva).
package convert
