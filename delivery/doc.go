// Package delivery reads CMS's CCLF deliveries, and the lists that an ACO gets
// beside them, into data sets of CCLF tables.
//
// [Import] does all of it:
//
//	report, err := delivery.Import(ctx, delivery.Options{Inputs: []string{"deliveries"}, Out: "cclf", MaxRejects: -1})
//
// # What Import promises
//
//   - It reads zip files, folders and files, and decides by content and columns what
//     each one is. Names decide which delivery a file is part of ([ParseName]).
//   - It reads each file once, in parallel. Memory does not depend on the size of the
//     deliveries, but for one bit per row. Lists take memory for each beneficiary.
//   - The result depends on the deliveries, and not on the order in which they are
//     given, or on whether they are imported together or one after the other.
//   - A delivery that is not what its CCLF0 says is a [*SummaryError], and nothing is
//     written, unless Options.AllowFaults is set. So are deliveries without a date that
//     have other values of the same records ([ErrOrder]).
//   - A record that cannot be read has no row. It is counted, and listed in the reject
//     file with its file, line, byte, label and reason, without its values.
//   - Readers see the old data set, or none, until the new one is complete.
//
// # How it works
//
// Files of one table are read in the order of their deliveries, cut into chunks of
// whole records and decoded by workers into pages, which are spilled to disk. Rows of
// tables with several files leave a hash of their values and one of their identity.
// When all is read, the hashes tell which rows were delivered before, and CCLF0 and
// the names tell which weekly deliveries a monthly one covers. The tables are then
// written without those rows.
//
// One assignment list report decides each month of an ACO. Their names tell which,
// so reports are read only when they decide some month.
package delivery
