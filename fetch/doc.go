// Package fetch downloads bulk exports from a FHIR server: CMS's Beneficiary
// Claims Data API (BCDA), and any other server that follows the FHIR Bulk Data
// specification.
//
// An export takes minutes to hours. The client gets a token, starts a job, polls
// it until it is complete, reads the manifest, and downloads the files in it.
// [Client.Export] does all of this, and [Client.Resume] continues it after an
// interruption. The other methods of [Client] are single requests:
// [Client.Token], [Client.Metadata], [Client.Probe], [Client.Attribution], [Client.Jobs],
// [Client.JobStatus] and [Client.CancelJob].
//
// # The export folder
//
// An export belongs to a folder, which also holds its state. Before every step
// that cannot be repeated, the state is saved: the intent to start a job before
// the request that starts it, the address of the job before the first poll, the
// list of files before the first download. It is replaced atomically, so the
// process may be killed at any time, and the next one continues. If a job may
// have been started without the state having its address, it is looked for in
// the server's job list before another one is started. A partial file continues
// at the byte where it ended.
//
// A file gets its final name, which ends in .ndjson or .ndjson.gz, only when it
// is complete: read to the end of its gzip stream, every line checked, and
// synced to disk. Until then its name ends in .part. The name alone therefore
// says that a file is finished. Names of files without data, such as error
// files, begin with an underscore. A file with lines that are not resources of
// its type is kept, and the export counts as incomplete.
//
// The folder may be a URL of an object store, such as s3://bucket/folder. There, a
// download is checked while it is uploaded, and the upload is completed if it is good.
// Only the process that began such an upload can continue it.
//
// [CompleteRuns] lists the complete exports of a folder with their files, and
// [ArrivedRuns] also those of which the server could not export everything;
// [ReadLastRun] describes its last export, and [ReadStatus] says whether
// something is missing. A lock keeps a second process out of the folder.
//
// # Incremental exports
//
// With [SinceAuto], a request asks for what has changed since the last complete
// export of the same kind, by its transaction time as the server wrote it. That
// time advances only when every file has arrived without flaws and the server
// has reported no errors: a job can complete although most of it failed, and
// those changes must not be lost.
//
// What changed does not tell who is no longer there. [Request.FullTypes] are
// exported in full each time, in a second job of the same run. The run has the
// transaction time of the first job, so nothing that changes in between is lost.
//
// # Trust
//
// The token is sent to the origin (scheme, host and port) of the base URL and
// nowhere else, whatever a manifest or a redirect says. Plain http is for
// loopback addresses only. Secrets and Medicare Beneficiary Identifiers are
// removed from the server's messages before they are shown or stored. The
// content of error files is never shown, because it can name beneficiaries.
// This package chooses the names of files, and never writes through a symbolic
// link. Files are readable by their owner only.
//
// # Waits and errors
//
// All waits are in [Waits]. Transient failures are retried, with growing and
// jittered waits or as the server asks, until an operation has made no progress
// for [Waits.RetryBudget]. Then the error is an [ErrUnavailable], and the export
// can be resumed. Except for those of the context, errors are of type [Error]
// and have a [Kind].
//
// # Stability
//
// The API follows semantic versioning. So do the names of files and the state of
// a folder: later versions resume what earlier ones have started. Texts of
// errors and log messages may change; kinds of errors do not.
package fetch
