package fetch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// runsFile lists the complete runs of a folder, with their files. It is a file
// of its own because StateFile is written again and again during a download.
const runsFile = "_fetch_runs.json"

// A Saved tells what the last run in a folder was about: enough to make the
// client that can resume it.
type Saved struct {
	Number   int // of the run
	BaseURL  string
	API      string
	Request  Request
	Note     string
	Ended    bool // there is nothing to resume
	Complete bool // it ended well
	Job      bool // there is a job at the server
}

// ReadSaved reads what a folder remembers. The error is ErrFolder when there
// was no run in it.
func ReadSaved(dir string) (*Saved, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	defer root.Close()
	s, err := (&folder{dir: dir, root: root}).load()
	if err != nil {
		return nil, err
	}
	if s.Run == nil {
		return nil, errNothingToResume(dir)
	}
	return s.Run.saved(), nil
}

func (r *runState) saved() *Saved {
	return &Saved{r.Number, r.BaseURL, r.API, r.Request, r.Note, r.Phase.ended(), r.Phase == phaseComplete, r.JobURL != ""}
}

// A Status says what can be made of the files in a folder.
type Status struct {
	// Unfinished says what is not complete, or is empty.
	Unfinished string
	// Increment says that no run was a full export: the files have only what
	// changed.
	Increment bool
}

// ReadStatus reads the status of a folder of exports.
func ReadStatus(dir string) (*Status, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	defer root.Close()
	f := &folder{dir: dir, root: root}
	s, err := f.load()
	if err != nil {
		return nil, err
	}
	runs, err := f.completeRuns()
	if err != nil {
		return nil, err
	}
	status := &Status{Increment: len(runs) > 0 && !slices.ContainsFunc(runs, func(r CompleteRun) bool { return r.Since == "" })}
	switch {
	case s.Run == nil:
		status.Unfinished = "no export was started in it"
	case !s.Run.Phase.ended():
		status.Unfinished = fmt.Sprintf("run %d goes on", s.Run.Number)
	case s.Run.Phase == phasePartial && slices.ContainsFunc(s.Run.Files, func(f *fileState) bool { return f.Kind == KindOutput && !f.Done }):
		// Files that only have flaws are there: a conversion names their lines.
		status.Unfinished = fmt.Sprintf("run %d ended without all of its files", s.Run.Number)
	case s.Run.Phase == phasePartial:
	case s.Run.Phase != phaseComplete && len(runs) == 0:
		status.Unfinished = fmt.Sprintf("run %d ended without data", s.Run.Number)
	}
	return status, nil
}

// IsFor tells whether the run was one of this request at this server.
func (s *Saved) IsFor(c *Client, request Request) bool {
	request, err := request.check(c.server)
	if err != nil {
		return false
	}
	server, err := newEndpoint(s.BaseURL, s.API)
	return err == nil && server.fhir.String() == c.server.fhir.String() && s.Request.sameAs(request, c.server)
}

func errNothingToResume(dir string) error {
	return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("there is no export in folder %s", dir), hint: "start one with -o"}
}

// SetNote replaces the note of a folder's last run, if it is still the one of
// that number.
func SetNote(dir string, run int, note string) error {
	f, err := openFolder(dir)
	if err != nil {
		return err
	}
	defer f.close()
	s, err := f.load()
	if err != nil || s.Run == nil || s.Run.Number != run || s.Run.Note == note {
		return err
	}
	s.Run.Note = note
	return f.save(s)
}

// A CompleteRun is an export of which all has arrived.
type CompleteRun struct {
	Number          int       `json:"number"`
	API             string    `json:"api"`
	Request         Request   `json:"request"`
	Since           string    `json:"since,omitempty"` // as sent; empty for a full export
	TransactionTime string    `json:"transaction_time"`
	Files           []RunFile `json:"files"`
}

// A RunFile is a data file of a complete run.
type RunFile struct {
	Name      string `json:"name"` // in the folder
	Type      string `json:"type"` // of its resources
	Size      int64  `json:"bytes"`
	Resources int64  `json:"resources"`
}

// CompleteRuns lists the complete exports of a folder, the oldest first, with
// their data files in the order of the server's manifests.
func CompleteRuns(dir string) ([]CompleteRun, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	defer root.Close()
	return (&folder{dir: dir, root: root}).completeRuns()
}

type runList struct {
	Format int           `json:"format"`
	Runs   []CompleteRun `json:"runs"`
}

func (f *folder) completeRuns() ([]CompleteRun, error) {
	if err := f.mustBeFile(runsFile); err != nil {
		return nil, err
	}
	var list runList
	text, err := f.root.ReadFile(runsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err == nil && list.Format != stateFormat {
		err = fmt.Errorf("it has format %d, this cclf knows format %d", list.Format, stateFormat)
	}
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: fmt.Sprintf("%s: %v", filepath.Join(f.dir, runsFile), err), hint: "take another folder", err: err}
	}
	return list.Runs, nil
}

// addComplete adds a run to the list, once, however often it is called.
func (f *folder) addComplete(run *runState) error {
	runs, err := f.completeRuns()
	if err != nil {
		return err
	}
	runs = slices.DeleteFunc(runs, func(r CompleteRun) bool { return r.Number == run.Number })
	added := CompleteRun{
		Number: run.Number, API: run.API, Request: run.Request, Since: run.Since,
		TransactionTime: run.TransactionTime, Files: []RunFile{},
	}
	for _, file := range run.Files {
		if file.Kind == KindOutput && file.Done {
			added.Files = append(added.Files, RunFile{file.Name, file.Type, file.Size, file.Resources})
		}
	}
	return f.replace(runsFile, runList{stateFormat, append(runs, added)})
}
