package main

// The exit codes. Scripts depend on them: a code never changes its meaning.
const (
	exitOK           = 0
	exitFailure      = 1
	exitUsage        = 2
	exitRejects      = 3
	exitInput        = 4
	exitOutput       = 5
	exitDiskFull     = 6
	exitTooManyBad   = 7
	exitQuery        = 8
	exitAuth         = 10
	exitRejected     = 11
	exitDuplicate    = 12
	exitJobFailed    = 13
	exitExpired      = 14
	exitPartial      = 15
	exitUnavailable  = 16
	exitBrokeOff     = 17
	exitShrink       = 18
	exitDrift        = 19
	exitDelivery     = 20
	exitUnexplained  = 21
	exitComparison   = 22
	exitServerErrors = 23
	exitMixed        = 24
	exitUnhealthy    = 30
	exitInternal     = 70
	exitNoMemory     = 71
	exitHangup       = 129
	exitInterrupted  = 130
	exitTerminated   = 143
)

// A documentedCode is an exit code as the help of cclf and README.md show it.
type documentedCode struct {
	code int
	name string
	text string
	from string // commands that end with it, or "any"
}

// exitCodes are all exit codes, in ascending order.
var exitCodes = []documentedCode{
	{exitOK, "ok", "success", "any"},
	{exitFailure, "failure", "failure without a code of its own", "any"},
	{exitUsage, "usage", "usage error: unknown command or flag, missing or invalid value", "any"},
	{exitRejects, "rejects", "finished, but some input lines were rejected, or values did not fit fixed-width fields", "convert, import, run, sync"},
	{exitInput, "input", "input or data set missing, unreadable or damaged", "any"},
	{exitOutput, "output", "output folder or file not empty or not writable", "any"},
	{exitDiskFull, "disk-full", "disk full", "any"},
	{exitTooManyBad, "too-many-rejects", "stopped: more input lines were rejected than --max-rejects allows", "convert, import, run, sync"},
	{exitQuery, "query", "query failed or was refused", "query, inspect, metrics"},
	{exitAuth, "auth", "the server or the object store refused the credentials or the token", "any"},
	{exitRejected, "rejected", "the server rejected the request", "server commands"},
	{exitDuplicate, "duplicate", "another export job is already running for your organization", "fetch, run, sync"},
	{exitJobFailed, "job-failed", "the export job failed or was canceled", "fetch, run, sync"},
	{exitExpired, "expired", "the files of the export have expired; run with --new to start a new export", "fetch, run, sync, jobs"},
	{exitPartial, "incomplete", "export finished incomplete: files are missing or had errors", "fetch, run, sync"},
	{exitUnavailable, "unavailable", "server or object store unavailable; run the same command to resume", "any"},
	{exitBrokeOff, "truncated", "an input ended early, or changed while it was read (see --allow-partial)", "convert, run, sync"},
	{exitShrink, "shrink", "refused: the new data set would be empty or smaller, or its export is empty or incomplete (see --allow-shrink)", "convert, run, sync"},
	{exitDrift, "drift", "with --strict-schema: all data were written, but the export has new elements or lacks expected ones", "convert, run, sync"},
	{exitDelivery, "delivery", "a CCLF delivery is not what its CCLF0 says: files missing, or other record counts or lengths (see --allow-faults)", "import"},
	{exitUnexplained, "unexplained", "the data sets differ, and some of the differences are unexplained", "reconcile"},
	{exitComparison, "incomparable", "the data sets cannot be compared", "reconcile, diff"},
	{exitServerErrors, "server-errors", "published, but the server could not export everything; the next sync asks again from the former time", "sync"},
	{exitMixed, "mixed", "refused: exports of different groups, organizations, servers or API versions in one log (see --allow-mixed)", "sync, convert, run"},
	{exitUnhealthy, "unhealthy", "a check found a problem", "doctor"},
	{exitInternal, "internal", "internal error: a bug in cclf", "any"},
	{exitNoMemory, "memory", "out of memory: of the machine, of a limit of the process, or of --memory-limit", "any"},
	{exitHangup, "hangup", "ended by SIGHUP (the terminal was closed)", "any"},
	{exitInterrupted, "interrupted", "interrupted (Ctrl-C)", "any"},
	{exitTerminated, "terminated", "ended by SIGTERM", "any"},
}
