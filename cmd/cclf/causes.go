package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/delivery"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/disk"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/load"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/reconcile"
	"github.com/cclf-tools/cclf/sync"
)

// A cause is a kind of error, with its exit code and with the hint for the user.
// Libraries report facts, as sentinel or typed errors. Hints that name flags or
// environment variables are worded here.
type cause struct {
	matches func(error) bool
	code    int                // 0: see the causes that follow
	hint    func(error) string // nil or "": see the causes that follow, then the error's own Hint method
}

// causes is the one place where errors become exit codes and hints. The first
// match counts, so special causes come before general ones.
var causes = []cause{
	{is(context.Canceled), exitcode.Interrupted, nil},
	{as[*query.ParameterError], exitcode.Usage, say("pass values with --param NAME=VALUE; parameters are written $NAME in the SQL, outside of quotes")},
	{is(query.ErrOptions), exitcode.Usage, nil},
	{is(convert.ErrOptions), exitcode.Usage, nil},
	{is(fetch.ErrOptions), exitcode.Usage, nil},
	{is(blob.ErrURL), exitcode.Usage, nil},
	{is(blob.ErrDenied), exitcode.Auth, nil},
	{is(blob.ErrUnreachable), exitcode.Unavailable, nil},
	{noBucket, exitcode.Input, nil},
	{disk.Full, exitcode.DiskFull, diskHint},
	{is(syscall.EMFILE), 0, say("too many open files: raise the limit with ulimit -n, or use fewer workers with --jobs")},
	{is(query.ErrOutOfMemory), exitcode.Memory,
		say("raise --memory-limit, use fewer --jobs, or set --temp-dir to a folder with more space")},
	{is(convert.ErrTooManyRejects), exitcode.TooManyRejects,
		say("check the input; with a larger --max-rejects, or without it, the rejected lines are listed in " + convert.RejectsFile)},
	{is(convert.ErrOutput), exitcode.Output, nil},
	{as[*convert.BreakOffError], exitcode.Truncated, say("get the file again, or convert what can be read with --allow-partial")},
	{as[*convert.ShrinkError], exitcode.Shrink, shrinkHint},
	{is(convert.ErrUnrelated), exitcode.Mixed, say("check that all runs are of one organization; --allow-mixed converts them together")},
	{is(convert.ErrMixed), exitcode.Failure, say("convert the exports one by one, each to a data set of its own")},
	{is(ndjson.ErrNoInput), exitcode.Input, nil},
	{as[*tls.CertificateVerificationError], 0, certificateHint},
	{is(fetch.ErrProxy), 0, say("this is the proxy, not the server: check HTTPS_PROXY and NO_PROXY")},
	{is(fetch.ErrNoTokenURL), 0, say("set the address with --token-url, or use --auth none if the server wants no token")},
	{is(fetch.ErrNoExport), 0, say("start one with -o")},
	{as[*fetch.Error], 0, originHint},
	{is(sync.ErrAt), exitcode.Usage, nil},
	{as[*sync.PrunedError], exitcode.Input, nil},
	{as[*sync.RangeError], exitcode.Input, say("cclf log lists the runs")},
	{is(sync.ErrNoLog), exitcode.Input, say("only a data set of cclf sync, or of cclf run beside its export folder, has a log")},
	{as[*delivery.SummaryError], exitcode.Delivery, say("get the delivery again, or import it as it is with --allow-faults")},
	{is(delivery.ErrOrder), exitcode.Delivery,
		say("give each folder or zip file the name that CMS gave it, such as P.A1234.ACO.ZCY26.D260120.T0912345; with --allow-faults, the values of both count")},
	{is(delivery.ErrTooManyRejects), exitcode.TooManyRejects,
		say("check the input; with a larger --max-rejects, or without it, the rejected records are listed in " + convert.RejectsFile)},
	{is(delivery.ErrNothing), exitcode.Input, nil},
	{is(delivery.ErrLayout), exitcode.Input, nil},
	{is(delivery.ErrTwice), exitcode.Input, nil},
	{is(delivery.ErrReport), exitcode.Input, nil},
	{as[*delivery.InputError], exitcode.Input, nil},
	{is(delivery.ErrNotAddable), exitcode.Output, say("name another folder, or replace the data set with --overwrite")},
	{is(load.ErrURL), exitcode.Usage, nil},
	{is(load.ErrFormat), exitcode.Input, say("convert with --format parquet, csv or arrow")},
	{is(load.ErrRefused), exitcode.Auth, say("set PGPASSWORD or add the password to ~/.pgpass")},
	{is(load.ErrConnect), exitcode.Unavailable, say("check the host and the port of the URL, and that the server runs")},
	{is(fetch.ErrAuth), exitcode.Auth, nil},
	{is(fetch.ErrRejected), exitcode.Rejected, nil},
	{is(fetch.ErrDuplicate), exitcode.Duplicate, duplicateHint},
	{is(fetch.ErrJobFailed), exitcode.JobFailed, nil},
	{is(fetch.ErrExpired), exitcode.Expired, nil},
	{is(fetch.ErrPartial), exitcode.Incomplete, nil},
	{is(fetch.ErrRetryBudget), exitcode.Unavailable, retryHint},
	{is(fetch.ErrUnavailable), exitcode.Unavailable, nil},
	{is(fetch.ErrFolder), exitcode.Output, nil},
	{as[*fetch.Error], exitcode.Failure, nil},
	{is(query.ErrDatabase), exitcode.Incomparable, say("convert or import to another folder with --format parquet or csv")},
	{is(reconcile.ErrIncomparable), exitcode.Incomparable, nil},
	{as[*query.DataSetError], exitcode.Input, dataSetHint},
	{as[*query.TableFileError], exitcode.Input, nil},
	{is(query.ErrRefusedCopy), exitcode.Query, say("write a result to a file with cclf query -f csv -o FILE")},
	{is(query.ErrAccess), exitcode.Query,
		say("a query reads only the tables of the data set: no other files, no network, no extensions; --table NAME=FILE adds a file")},
	{is(query.ErrReplaced), exitcode.Query, say("run the command again to read the new data set")},
	{as[*query.Error], exitcode.Query, nil},
	{is(fs.ErrNotExist), exitcode.Input, nil},
}

// is matches errors that wrap target.
func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

// as matches errors that wrap one of type E.
func as[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// say returns a hint that is the same for all errors of a kind.
func say(hint string) func(error) string {
	return func(error) string { return hint }
}

// diskHint is the hint for a full disk. A *fetch.Error has its own: its downloads
// are kept.
func diskHint(err error) string {
	if as[*fetch.Error](err) {
		return ""
	}
	full := "the disk is full"
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		full = "the disk of " + existing(filepath.Dir(file.Path)) + " is full"
	}
	if disk.QuotaUsed(err) {
		full = "your disk quota is used up"
	}
	if as[*query.Error](err) {
		return full + ": free some space, or set --temp-dir to a folder with more"
	}
	return full + ": free some space, or name a folder on another disk, and run the command again"
}

// existing returns the nearest folder of a path that exists: what a failed
// command was writing is removed.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// shrinkHint is the hint for a *convert.ShrinkError.
func shrinkHint(err error) string {
	if shrink, ok := errors.AsType[*convert.ShrinkError](err); ok && shrink.Increment {
		return "fetch a full export into the same folder, without --since, or convert to another folder; --allow-shrink replaces it anyway"
	}
	return "check the input; --allow-shrink writes a data set without rows anyway"
}

// exitCode returns the exit code for an error.
func exitCode(err error) int {
	if err == nil {
		return exitcode.OK
	}
	if coded, ok := errors.AsType[*exitError](err); ok {
		return coded.code
	}
	for _, c := range causes {
		if c.code != 0 && c.matches(err) {
			return c.code
		}
	}
	return exitcode.Failure
}

// hintOf returns the hint for an error, or "".
func hintOf(err error) string {
	if coded, ok := errors.AsType[*exitError](err); ok && coded.hint != "" {
		return coded.hint
	}
	for _, c := range causes {
		if c.hint != nil && c.matches(err) {
			if hint := c.hint(err); hint != "" {
				return hint
			}
		}
	}
	var hinter interface{ Hint() string }
	if errors.As(err, &hinter) {
		return hinter.Hint()
	}
	return ""
}

// noBucket reports whether an object store has no such bucket.
func noBucket(err error) bool {
	store, ok := errors.AsType[*blob.Error](err)
	return ok && errors.Is(store, fs.ErrNotExist)
}

// dataSetHint is the hint for a folder that cannot be queried.
func dataSetHint(err error) string {
	switch {
	case errors.Is(err, query.ErrNoManifest):
		return "the conversion did not finish, or cclf did not write this folder: run cclf convert again, or open a folder of CCLF tables with --no-manifest"
	case errors.Is(err, query.ErrFormat):
		return "convert the export to another folder with --format parquet, csv or duckdb"
	case errors.Is(err, fs.ErrNotExist):
		return "name the folder that cclf convert wrote"
	}
	return ""
}
