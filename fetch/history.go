package fetch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/internal/blob"
)

// runsFile lists the runs of a folder whose files have all arrived. It is separate from stateFile,
// which is rewritten all the time during a download.
const runsFile = "_fetch_runs.json"

// A CompleteRun is an export whose files have all arrived.
type CompleteRun struct {
	Number          int // in the folder, from 1
	API             string
	Request         Request
	Since           string // as sent; "" for a full export
	TransactionTime string // as the server wrote it
	Files           []File // of resources, in manifest order
	Deleted         []File // Bundles of deletions, in manifest order
	// ServerErrors counts the errors that the server reported: the files lack what
	// it could not export.
	ServerErrors int
	// Compared reports that SetDeleted was called for the run.
	Compared bool
}

// HasAll reports whether the run has all resources of a type that there were, and not
// only those that changed.
func (r *CompleteRun) HasAll(resourceType string) bool {
	q := &r.Request
	isFilter := func(filter string) bool { return typeOfFilter(filter) == resourceType }
	return (r.Since == "" || slices.Contains(q.FullTypes, resourceType)) && q.Until == "" && r.ServerErrors == 0 &&
		(len(q.Types) == 0 || slices.Contains(q.Types, resourceType)) && !slices.ContainsFunc(q.TypeFilters, isFilter)
}

// CompleteRuns lists the complete exports of a folder, the oldest first: those of
// [ArrivedRuns] without errors of the server.
func CompleteRuns(dir string) ([]CompleteRun, error) {
	runs, err := ArrivedRuns(dir)
	return slices.DeleteFunc(runs, func(r CompleteRun) bool { return r.ServerErrors > 0 }), err
}

// ArrivedRuns lists the exports of a folder whose files have all arrived, the oldest
// first. SinceAuto takes no notice of those with errors of the server.
func ArrivedRuns(dir string) ([]CompleteRun, error) {
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.close()
	records, err := f.arrivedRuns()
	var runs []CompleteRun
	for _, r := range records {
		run := CompleteRun{Number: r.Number, API: r.API, Request: r.Request, Since: r.Since, TransactionTime: r.TransactionTime, ServerErrors: r.ServerErrors, Compared: r.Compared}
		run.Files = filesOf(dir, KindOutput, r.Files)
		run.Deleted = filesOf(dir, KindDeleted, r.Deleted)
		runs = append(runs, run)
	}
	return runs, err
}

// filesOf returns the files of a folder that a run lists.
func filesOf(dir, kind string, records []fileRecord) []File {
	var files []File
	for i, r := range records {
		files = append(files, File{
			Index: i, Path: blob.Join(dir, r.Name), Kind: kind, Type: r.Type, Size: r.Size, Resources: r.Resources,
		})
	}
	return files
}

// A runList is the content of runsFile.
type runList struct {
	Format int         `json:"format"`
	Runs   []runRecord `json:"runs"`
	// PrunedTo is the last run whose log was pruned: what the log was after an earlier one
	// is not known.
	PrunedTo int `json:"pruned_to,omitempty"`
}

type runRecord struct {
	Number          int          `json:"number"`
	API             string       `json:"api"`
	Request         Request      `json:"request"`
	Since           string       `json:"since,omitempty"`
	TransactionTime string       `json:"transaction_time"`
	Files           []fileRecord `json:"files"`
	Deleted         []fileRecord `json:"deleted,omitempty"`
	ServerErrors    int          `json:"server_errors,omitempty"`
	Compared        bool         `json:"compared,omitempty"`
}

type fileRecord struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Size      int64  `json:"bytes"`
	Resources int64  `json:"resources"`
}

func (f *folder) arrivedRuns() ([]runRecord, error) {
	list, err := f.runList()
	return list.Runs, err
}

func (f *folder) runList() (list runList, err error) {
	return list, f.readJSON(runsFile, &list, &list.Format)
}

// addToList adds a run whose files have all arrived to the list. It may be called
// again for the same run.
func (f *folder) addToList(run *runState) error {
	list, err := f.runList()
	if err != nil {
		return err
	}
	runs := slices.DeleteFunc(list.Runs, func(r runRecord) bool { return r.Number == run.Number })
	added := runRecord{
		Number: run.Number, API: run.API, Request: run.Request, Since: run.Since,
		TransactionTime: run.TransactionTime, Files: []fileRecord{},
		ServerErrors: newResult(run, f.dir).errorIssues(),
	}
	for _, file := range run.Files {
		record := fileRecord{file.Name, file.Type, file.Size, file.Resources}
		switch {
		case !file.Done:
		case file.Kind == KindOutput:
			added.Files = append(added.Files, record)
		case file.Kind == KindDeleted:
			added.Deleted = append(added.Deleted, record)
		}
	}
	return f.replaceJSON(runsFile, runList{stateFormat, append(runs, added), list.PrunedTo})
}

// A LastRun describes the last run of a folder: enough to make a client that
// can resume it.
type LastRun struct {
	Number   int // in the folder, from 1
	BaseURL  string
	API      string
	Request  Request
	Note     string // see ExportOptions
	Ended    bool   // there is nothing to resume
	Complete bool   // all files have arrived
	HasJob   bool   // the server has a job for it
	// EndedAt is when it ended, by the clock of this machine. It is zero if it has
	// not.
	EndedAt time.Time
}

// ReadLastRun returns the last run of a folder. The error is an ErrNoExport if
// there was none.
func ReadLastRun(dir string) (*LastRun, error) {
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.close()
	s, err := f.loadState()
	if err != nil {
		return nil, err
	}
	r := s.Run
	if r == nil {
		return nil, noExport(dir)
	}
	return &LastRun{r.Number, r.BaseURL, r.API, r.Request, r.Note, r.Phase.hasEnded(), r.Phase == phaseComplete, r.JobURL != "" || len(r.PastJobs) > 0, r.Ended}, nil
}

func noExport(dir string) error {
	return &Error{Kind: ErrFolder, detail: ErrNoExport, Msg: fmt.Sprintf("no export in folder %s", dir)}
}

// Matches reports whether the run was an export of this request from the
// client's server.
func (r *LastRun) Matches(c *Client, request Request) bool {
	server := c.session.server
	request, err := request.check(server)
	if err != nil {
		return false
	}
	own, err := newEndpoint(r.BaseURL, r.API)
	return err == nil && own.fhir.String() == server.fhir.String() && r.Request.sameAs(request, server)
}

// deletionsPerBundle is how many resources a Bundle of SetDeleted deletes.
const deletionsPerBundle = 1000

// SetDeleted adds to a run of a folder that resources were deleted before it, as URLs such as
// Patient/17, and notes that it was compared with earlier ones. It does nothing if it was
// called before.
func SetDeleted(ctx context.Context, dir string, run int, urls []string) error {
	f, err := lockFolder(ctx, dir, noLog)
	if err != nil {
		return err
	}
	defer f.close()
	list, err := f.runList()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list.Runs, func(r runRecord) bool { return r.Number == run })
	if i < 0 || list.Runs[i].Compared {
		return nil
	}
	record := &list.Runs[i]
	if len(urls) > 0 {
		added, err := f.writeDeletions(record, urls)
		if err != nil {
			return f.writeError(err)
		}
		record.Deleted = append(record.Deleted, added)
	}
	record.Compared = true
	return f.replaceJSON(runsFile, list)
}

// writeDeletions writes a file of deletions of a run.
func (f *folder) writeDeletions(run *runRecord, urls []string) (fileRecord, error) {
	type request struct {
		Method string `json:"method"`
		URL    string `json:"url"`
	}
	type entry struct {
		Request request `json:"request"`
	}
	var text bytes.Buffer
	bundles := int64(0)
	for some := range slices.Chunk(urls, deletionsPerBundle) {
		bundle := struct {
			Type  string  `json:"resourceType"`
			Kind  string  `json:"type"`
			Entry []entry `json:"entry"`
		}{"Bundle", "transaction", nil}
		for _, url := range some {
			bundle.Entry = append(bundle.Entry, entry{request{http.MethodDelete, url}})
		}
		if err := json.NewEncoder(&text).Encode(bundle); err != nil {
			return fileRecord{}, err
		}
		bundles++
	}
	name := fmt.Sprintf("_%03d-%s-%05d.ndjson", run.Number, KindDeleted, len(run.Deleted)+1)
	return fileRecord{name, "Bundle", int64(text.Len()), bundles}, f.replaceFile(name, text.Bytes())
}

// SetNote replaces the note of a folder's last run, if that is the run with
// this number.
func SetNote(dir string, run int, note string) error {
	f, err := lockFolder(context.Background(), dir, noLog)
	if err != nil {
		return err
	}
	defer f.close()
	s, err := f.loadState()
	if err != nil || s.Run == nil || s.Run.Number != run || s.Run.Note == note {
		return err
	}
	s.Run.Note = note
	return f.replaceJSON(stateFile, s)
}

// A Status says whether the files of a folder are everything they should be.
type Status struct {
	// Incomplete says what is missing, or is empty.
	Incomplete string
	// IncrementOnly reports that no run was a full export: the files hold only
	// what changed.
	IncrementOnly bool
}

// ReadStatus returns the status of a folder. The error is an ErrNoExport if it
// is not an export folder.
func ReadStatus(dir string) (*Status, error) {
	if found, err := hasState(dir); err != nil || !found {
		return nil, cmp.Or(err, noExport(dir))
	}
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.close()
	s, err := f.loadState()
	if err != nil {
		return nil, err
	}
	runs, err := f.arrivedRuns()
	if err != nil {
		return nil, err
	}
	runs = slices.DeleteFunc(runs, func(r runRecord) bool { return r.ServerErrors > 0 })
	isFull := func(r runRecord) bool { return r.Since == "" }
	return &Status{
		Incomplete:    s.incomplete(len(runs)),
		IncrementOnly: len(runs) > 0 && !slices.ContainsFunc(runs, isFull),
	}, nil
}

// hasState reports whether a folder has the state of an export.
func hasState(dir string) (bool, error) {
	if !blob.IsURL(dir) {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return false, nil // whoever reads it as an input says why not
		}
		_, err := os.Lstat(filepath.Join(dir, stateFile))
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	}
	_, err := blob.Stat(context.Background(), blob.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// incomplete says what is missing in the folder, given the number of its
// complete runs.
func (s *state) incomplete(complete int) string {
	isMissing := func(f *fileState) bool { return f.Kind == KindOutput && !f.Done }
	run := s.Run
	switch {
	case run == nil:
		return "no export was started"
	case !run.Phase.hasEnded():
		return fmt.Sprintf("run %d is unfinished", run.Number)
	case run.Phase == phasePartial && slices.ContainsFunc(run.Files, isMissing):
		return fmt.Sprintf("run %d ended without all of its files", run.Number)
	case run.Phase == phasePartial, run.Phase == phaseComplete, complete > 0:
		// Files that are only flawed are there: a conversion reports their bad
		// lines.
		return ""
	default:
		return fmt.Sprintf("run %d ended without data", run.Number)
	}
}
