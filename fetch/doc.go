// Package fetch gets bulk exports from a FHIR server: CMS's Beneficiary Claims
// Data API (BCDA) first of all, and any other server that follows the FHIR
// Bulk Data specification.
//
// An export is a long conversation. The client asks for a token, starts a
// job, asks for hours how the job is doing, is given a list of files, and
// downloads them; every part of that can fail, and some failures look like
// others. [Client.Export] holds the whole conversation. The other methods of
// [Client] are single sentences of it: [Client.Token], [Client.Metadata],
// [Client.Jobs], [Client.JobStatus], [Client.CancelJob], [Client.Attribution].
//
// # The folder is the memory
//
// An export belongs to a folder. What was agreed with the server is written to
// [stateFile] before anything is done that cannot be repeated: the intent to
// start a job before the request that starts it, the address of the job
// before the first poll, the list of files before the first download. The
// file is replaced atomically, so a process can be killed at any moment.
// Whoever comes next continues: an intent without a job is looked up in the
// server's list of jobs, a half file is continued where it stopped.
//
// A data file gets its name, ending in .ndjson or .ndjson.gz, only when it is
// whole: read to the end of its gzip stream, each line checked, synced to disk.
// Until then it is a .part file. So the name itself is the record of what is
// finished, and a crash between the renaming of a file and the writing of the
// state loses nothing. Lines that are no resource of the announced type do not
// take the others with them: the file is kept, and the export counts as
// incomplete. What is not data, error files and lists of deleted resources, has
// an underscore in front of its name. [CompleteRuns] lists the exports of a
// folder of which all has arrived, with their files.
//
// A lock in the folder keeps a second run away.
//
// # Incremental exports
//
// The state also remembers, for each kind of request, the transaction time of
// the last complete run, in the server's own words. A request with Since set
// to [SinceAuto] asks for what changed from then on. The time moves only when
// every file arrived without a flaw and the server reported no error: a job can complete
// although most of it failed, and a time moved forward then would lose those
// changes for good.
//
// # Trust
//
// The bearer token goes to the origin (scheme, host and port) of the base URL
// and nowhere else, whatever a manifest or a redirect says. Plain http is for
// loopback addresses. What a server says is shown with every secret taken
// out, what is in its error files is never shown, because beneficiary
// identifiers are in there. Files are named by this package and never written
// through a symbolic link.
//
// # Waiting
//
// All waits are in [Waits]. There is one rule for failure: what may pass is
// tried again, with growing and jittered waits or as long as the server says,
// until nothing has moved for [Waits.RetryBudget]. The error then is
// [ErrUnavailable], and the export can be resumed.
package fetch
