package sync

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
)

// LogFolder is the name of the log in a lake.
const LogFolder = "export"

// ErrNoLog reports a data set without a log.
var ErrNoLog = errors.New("no log")

// A Log is the runs of an export folder that tables are made of, the oldest first.
type Log struct {
	Dir  string
	Runs []fetch.CompleteRun
	// PrunedTo is the run to which the log was pruned, or 0: what it was after an earlier
	// one is not known any more.
	PrunedTo int
}

// Open opens the log of a lake, of a data set OUT of cclf run whose export folder is
// OUT-export, or of an export folder itself. The error wraps ErrNoLog if there is none.
func Open(dir string) (*Log, error) {
	log, ok, err := Find(dir)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s has %w: neither %s nor %s is an export folder", dir, ErrNoLog,
			blob.Join(dir, LogFolder), ExportOf(dir))
	}
	return Read(log)
}

// Find returns the export folder that Open reads. ok is false if there is none. The error
// says that there is one that cannot be read.
func Find(dir string) (log string, ok bool, err error) {
	for _, name := range []string{dir, blob.Join(dir, LogFolder), ExportOf(dir)} {
		if name == "" {
			continue
		}
		_, err := fetch.ReadStatus(name)
		if err == nil {
			return name, true, nil
		}
		if !errors.Is(err, fetch.ErrNoExport) {
			return "", false, err
		}
	}
	return "", false, nil
}

// ExportOf returns the export folder of a data set of cclf run: OUT-export. It is empty
// if the data set is a whole bucket.
func ExportOf(dir string) string {
	if dir = blob.Clean(dir); blob.IsURL(dir) && dir == blob.Dir(dir) {
		return ""
	}
	return strings.TrimRight(dir, `/\`) + "-export"
}

// Read reads the log in an export folder. Runs with errors of the server are part of
// it: what has arrived is good.
func Read(dir string) (*Log, error) {
	runs, err := fetch.ArrivedRuns(dir)
	if err != nil {
		return &Log{Dir: dir, Runs: runs}, err
	}
	pruned, err := fetch.PrunedTo(dir)
	return &Log{dir, runs, pruned}, err
}

// Complete returns the log without the runs of which the server could not export
// everything.
func (l *Log) Complete() *Log {
	whole := slices.DeleteFunc(slices.Clone(l.Runs), func(r fetch.CompleteRun) bool { return r.ServerErrors > 0 })
	return &Log{l.Dir, whole, l.PrunedTo}
}

// HasBase reports whether a run of the log is a full export. Without one, the files have
// only what changed.
func (l *Log) HasBase() bool {
	return slices.ContainsFunc(l.Runs, func(r fetch.CompleteRun) bool { return r.Since == "" && r.ServerErrors == 0 })
}

// Last returns the number of the last run, or 0.
func (l *Log) Last() int {
	if len(l.Runs) == 0 {
		return 0
	}
	return l.Runs[len(l.Runs)-1].Number
}

// A RangeError reports a run or a time that is before the log begins.
type RangeError struct {
	At          string
	First, Last fetch.CompleteRun
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("no run at %s: the log has runs %d (%s) to %d (%s)", e.At,
		e.First.Number, e.First.TransactionTime, e.Last.Number, e.Last.TransactionTime)
}

// A PrunedError reports a run whose log is gone, since a later log was pruned.
type PrunedError struct{ Run, PrunedTo int }

func (e *PrunedError) Error() string {
	return fmt.Sprintf("the log of run %d was pruned: it can be read as it was after run %d and later ones", e.Run, e.PrunedTo)
}

// ErrAt reports a text that is neither the number of a run nor a time.
var ErrAt = errors.New("expected the number of a run, or a time such as 2026-01-31T00:00:00Z or 2026-01-31")

// UpTo returns the log as it was after a run. At is its number, or a time; then it is
// the last run whose transaction time is not later. A day is its end, in UTC.
func (l *Log) UpTo(at string) (*Log, error) {
	if len(l.Runs) == 0 {
		return nil, fmt.Errorf("%s has %w: no run is complete", l.Dir, ErrNoLog)
	}
	until, err := l.upTo(at)
	if err != nil {
		return nil, err
	}
	if until == 0 {
		return nil, &RangeError{at, l.Runs[0], l.Runs[len(l.Runs)-1]}
	}
	if number := l.Runs[until-1].Number; number < l.PrunedTo {
		return nil, &PrunedError{number, l.PrunedTo}
	}
	return &Log{l.Dir, l.Runs[:until], l.PrunedTo}, nil
}

// upTo returns how many runs there were.
func (l *Log) upTo(at string) (n int, err error) {
	if number, err := strconv.Atoi(at); err == nil {
		i := slices.IndexFunc(l.Runs, func(r fetch.CompleteRun) bool { return r.Number == number })
		return i + 1, nil
	}
	moment, err := parseMoment(at)
	if err != nil {
		return 0, err
	}
	for i, r := range l.Runs {
		t, err := time.Parse(time.RFC3339Nano, r.TransactionTime)
		if err != nil {
			return 0, fmt.Errorf("run %d of %s has the transaction time %q, which is no time", r.Number, l.Dir, r.TransactionTime)
		}
		if !t.After(moment) {
			n = i + 1
		}
	}
	return n, nil
}

func parseMoment(at string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, at); err == nil {
		return t, nil
	}
	day, err := time.Parse(time.DateOnly, at)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q: %w", at, ErrAt)
	}
	return day.AddDate(0, 0, 1).Add(-1), nil
}

// FetchRuns returns the runs for a conversion.
func (l *Log) FetchRuns() []convert.FetchRun {
	var list []convert.FetchRun
	for i := range l.Runs {
		run := &l.Runs[i]
		whole := *run
		whole.ServerErrors = 0
		r := convert.FetchRun{
			Number: run.Number, TransactionTime: run.TransactionTime,
			FullList: hasFullList(run), CutList: !hasFullList(run) && hasFullList(&whole),
		}
		for _, file := range slices.Concat(run.Files, run.Deleted) {
			r.Files = append(r.Files, file.Path)
		}
		list = append(list, r)
	}
	return list
}

// hasFullList reports whether the Patients of a run are all that are attributed. Those of
// a run-out export were attributed last year.
func hasFullList(run *fetch.CompleteRun) bool {
	return run.HasAll("Patient") && run.Request.Group != "runout"
}

// Inputs are the files of a log, in the order in which a conversion reads them.
type Inputs struct {
	Data      []string
	Deletions []string
	// Missing are the names of files that are gone or have another size, and of which
	// no later full export has the content.
	Missing []string
}

// All returns the files of the conversion.
func (in *Inputs) All() []string { return slices.Concat(in.Data, in.Deletions) }

// Inputs returns the files of the log.
func (l *Log) Inputs() (in Inputs, err error) {
	stat := func(path string) (int64, error) {
		info, err := os.Stat(path)
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	}
	if blob.IsURL(l.Dir) { // one request for a thousand files
		present, err := blob.Entries(context.Background(), l.Dir)
		if err != nil {
			return in, err
		}
		stat = func(path string) (int64, error) {
			if size, ok := present[blob.Base(path)]; ok {
				return size, nil
			}
			return 0, fs.ErrNotExist
		}
	}
	for i := range l.Runs {
		run := &l.Runs[i]
		for _, file := range slices.Concat(run.Files, run.Deleted) {
			switch size, err := stat(file.Path); {
			case err == nil && size == file.Size && file.Kind == fetch.KindDeleted:
				in.Deletions = append(in.Deletions, file.Path)
			case err == nil && size == file.Size:
				in.Data = append(in.Data, file.Path)
			case err != nil && isSuperseded(run, l.unpruned(l.Runs[i+1:])):
				// A later full export has all of it.
			default:
				in.Missing = append(in.Missing, blob.Base(file.Path))
			}
		}
	}
	return in, nil
}

// unpruned returns the runs whose files are as the server sent them. A full export that
// was pruned lacks what came before as it was.
func (l *Log) unpruned(runs []fetch.CompleteRun) []fetch.CompleteRun {
	i := slices.IndexFunc(runs, func(r fetch.CompleteRun) bool { return r.Number > l.PrunedTo })
	if i < 0 {
		return nil
	}
	return runs[i:]
}

// isSuperseded reports whether a later run was a full export of the same kind.
func isSuperseded(run *fetch.CompleteRun, later []fetch.CompleteRun) bool {
	return slices.ContainsFunc(later, func(l fetch.CompleteRun) bool {
		a, b := run.Request, l.Request
		return l.Since == "" && l.ServerErrors == 0 && b.Until == "" && a.Endpoint == b.Endpoint && a.Group == b.Group &&
			equalSets(a.Types, b.Types) && equalSets(a.TypeFilters, b.TypeFilters)
	})
}

func equalSets(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// OtherSource returns the last run that is of another group or endpoint than a request, or
// nil. Beneficiaries of another group are others, so who is in the newest list of one would
// seem to have left the other. If the log has runs of both, those that were published were
// allowed.
func (l *Log) OtherSource(request fetch.Request, published []dataset.Run) *fetch.CompleteRun {
	isSame := func(r fetch.CompleteRun) bool {
		return r.Request.Endpoint == request.Endpoint && r.Request.Group == request.Group
	}
	both := slices.ContainsFunc(l.Runs, isSame)
	for i := range slices.Backward(l.Runs) {
		r := &l.Runs[i]
		allowed := both && slices.Contains(published, dataset.Run{Number: r.Number, TransactionTime: r.TransactionTime})
		if !isSame(*r) && !allowed {
			return r
		}
	}
	return nil
}
