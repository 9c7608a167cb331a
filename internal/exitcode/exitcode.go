// Package exitcode has the exit codes of cclf, cclf-iceberg and cclf-beam, and their words.
// Scripts depend on them: a code never changes its meaning.
package exitcode

import "slices"

// The exit codes.
const (
	OK             = 0
	Failure        = 1
	Usage          = 2
	Rejects        = 3
	Input          = 4
	Output         = 5
	DiskFull       = 6
	TooManyRejects = 7
	Query          = 8
	Auth           = 10
	Rejected       = 11
	Duplicate      = 12
	JobFailed      = 13
	Expired        = 14
	Incomplete     = 15
	Unavailable    = 16
	Truncated      = 17
	Shrink         = 18
	Drift          = 19
	Delivery       = 20
	Unexplained    = 21
	Incomparable   = 22
	ServerErrors   = 23
	Mixed          = 24
	Unhealthy      = 30
	Internal       = 70
	Memory         = 71
	Hangup         = 129
	Interrupted    = 130
	Terminated     = 143
)

// A Code is an exit code as help, manual pages and README.md show it.
type Code struct {
	Number int
	Name   string
	Text   string
	From   string // commands of cclf that end with it, or "any"
}

// All are all exit codes, in ascending order.
var All = []Code{
	{OK, "ok", "success", "any"},
	{Failure, "failure", "failure without a code of its own", "any"},
	{Usage, "usage", "usage error: unknown command or flag, missing or invalid value", "any"},
	{Rejects, "rejects", "finished, but some input lines were rejected, or values did not fit fixed-width fields", "convert, import, run, sync"},
	{Input, "input", "input or data set missing, unreadable or damaged", "any"},
	{Output, "output", "output folder or file not empty or not writable", "any"},
	{DiskFull, "disk-full", "disk full", "any"},
	{TooManyRejects, "too-many-rejects", "stopped: more input lines were rejected than --max-rejects allows", "convert, import, run, sync"},
	{Query, "query", "query failed or was refused", "query, inspect, metrics"},
	{Auth, "auth", "the server or the object store refused the credentials or the token", "any"},
	{Rejected, "rejected", "the server rejected the request", "server commands"},
	{Duplicate, "duplicate", "another export job is already running for your organization", "fetch, run, sync"},
	{JobFailed, "job-failed", "the export job failed or was canceled", "fetch, run, sync"},
	{Expired, "expired", "the files of the export have expired; run with --new to start a new export", "fetch, run, sync, jobs"},
	{Incomplete, "incomplete", "export finished incomplete: files are missing or had errors", "fetch, run, sync"},
	{Unavailable, "unavailable", "server or object store unavailable; run the same command to resume", "any"},
	{Truncated, "truncated", "an input ended early, or changed while it was read (see --allow-partial)", "convert, run, sync"},
	{Shrink, "shrink", "refused: the new data set would be empty or smaller, or its export is empty or incomplete (see --allow-shrink)", "convert, run, sync"},
	{Drift, "drift", "with --strict-schema: all data were written, but the export has new elements or lacks expected ones", "convert, run, sync"},
	{Delivery, "delivery", "a CCLF delivery is not what its CCLF0 says: files missing, or other record counts or lengths; or deliveries without dates disagree (see --allow-faults)", "import"},
	{Unexplained, "unexplained", "the data sets differ, and some of the differences are unexplained", "reconcile"},
	{Incomparable, "incomparable", "the data sets cannot be compared", "reconcile, diff"},
	{ServerErrors, "server-errors", "published, but the server could not export everything; the next sync asks again from the former time", "sync"},
	{Mixed, "mixed", "refused: exports of different groups, organizations, servers or API versions in one log (see --allow-mixed)", "sync, convert, run"},
	{Unhealthy, "unhealthy", "a check found a problem", "doctor"},
	{Internal, "internal", "internal error: a bug in cclf", "any"},
	{Memory, "memory", "out of memory: of the machine, of a limit of the process, or of --memory-limit", "any"},
	{Hangup, "hangup", "ended by SIGHUP (the terminal was closed)", "any"},
	{Interrupted, "interrupted", "interrupted (Ctrl-C)", "any"},
	{Terminated, "terminated", "ended by SIGTERM", "any"},
}

// Only returns the codes with the numbers.
func Only(numbers ...int) []Code {
	return slices.DeleteFunc(slices.Clone(All), func(c Code) bool { return !slices.Contains(numbers, c.Number) })
}
