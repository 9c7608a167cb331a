package fetch

import (
	"fmt"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/internal/blob"
)

// stateFile is the file of an export folder that holds its state.
const stateFile = "_fetch.json"

// A state is the content of stateFile.
type state struct {
	Format int `json:"format"`
	// Run is the last run, or the current one.
	Run *runState `json:"run,omitempty"`
	// Since has the newest transaction time of each kind of request, by
	// Request.key.
	Since map[string]sinceState `json:"since,omitempty"`
	// API and BaseURL are those of the data in the folder.
	API     string `json:"api,omitempty"`
	BaseURL string `json:"base_url,omitempty"`
	// PastJobs are the IDs of jobs of earlier runs, which are never resumed.
	PastJobs []string `json:"past_jobs,omitempty"`
}

type sinceState struct {
	TransactionTime string `json:"transaction_time"` // as the server wrote it
	Run             int    `json:"run"`
}

// A phase is how far a run has come.
type phase string

const (
	phaseIntent   phase = "intent"   // a job may have been started
	phaseJob      phase = "job"      // a job was started
	phaseDownload phase = "download" // the files are known
	phaseComplete phase = "complete" // all files are there
	phasePartial  phase = "partial"  // files are missing, and retries will not help
	phaseFailed   phase = "failed"   // the job failed or was canceled
	phaseExpired  phase = "expired"  // the server deleted the files
	phaseRejected phase = "rejected" // the server rejected the request
)

// hasEnded reports whether the run cannot be resumed.
func (p phase) hasEnded() bool {
	return p != phaseIntent && p != phaseJob && p != phaseDownload
}

// A runState is the state of one export.
type runState struct {
	Number  int     `json:"number"` // in the folder, from 1
	ID      string  `json:"id"`     // in the export log
	Phase   phase   `json:"phase"`
	Message string  `json:"message,omitempty"` // why it ended, unless it is complete
	Request Request `json:"request"`
	BaseURL string  `json:"base_url"`
	API     string  `json:"api"`
	Note    string  `json:"note,omitempty"` // see ExportOptions

	// A run has one job after the other. URL, Intent and JobURL are those of the
	// current one.
	URL   string `json:"url"`             // starts the job
	Since string `json:"since,omitempty"` // as sent
	// SinceRun is the run whose transaction time Since is, if it was SinceAuto.
	SinceRun int       `json:"since_run,omitempty"`
	Intent   time.Time `json:"intent,omitzero"`   // by the server's clock
	JobURL   string    `json:"job_url,omitempty"` // to poll
	// PastJobs are the addresses of the jobs whose files are in Files already, and
	// Later those that start further jobs.
	PastJobs []string  `json:"past_jobs,omitempty"`
	Later    []string  `json:"later,omitempty"`
	Started  time.Time `json:"started"`           // by the local clock
	Ended    time.Time `json:"ended,omitzero"`    // by the local clock
	Expires  string    `json:"expires,omitempty"` // of the files, as the server wrote it
	Bearer   bool      `json:"bearer"`            // downloads need the token

	TransactionTime string       `json:"transaction_time,omitempty"` // as the server wrote it
	Files           []*fileState `json:"files,omitempty"`
}

// A fileState is the state of one file of a run.
type fileState struct {
	Kind      string         `json:"kind"` // KindOutput, KindDeleted or KindError
	Type      string         `json:"type"` // resource type, or "" if it is unknown
	URL       string         `json:"url"`
	Job       int            `json:"job,omitempty"`   // of the run, from 0
	Count     *int64         `json:"count,omitempty"` // of resources, from the manifest
	Name      string         `json:"name"`            // without .gz until it is done
	Done      bool           `json:"done,omitempty"`
	Size      int64          `json:"size,omitempty"`
	Resources int64          `json:"resources,omitempty"`
	Issues    map[string]int `json:"issues,omitempty"` // in an error file, by severity
	Failed    string         `json:"failed,omitempty"` // why it is missing
	Permanent bool           `json:"permanent,omitempty"`
	// Gone counts the processes to which the server said that it does not have
	// the file, although it has the job.
	Gone int `json:"gone,omitempty"`
	// Flaw is what is wrong with a finished file, and BadLines how many of its
	// lines are not resources of its type.
	Flaw     string `json:"flaw,omitempty"`
	BadLines int64  `json:"bad_lines,omitempty"`
	// Integrity is from the manifest.
	Integrity integrity `json:"integrity,omitzero"`
	// SystemTypes reports BCDA's message that the export is limited to some
	// system types.
	SystemTypes bool `json:"system_types,omitempty"`

	origin string // to allow for the file to be requested, or ""
	index  int    // in runState.Files
}

// setIndexes numbers the files.
func (r *runState) setIndexes() {
	for i, f := range r.Files {
		f.index = i
	}
}

// isAt reports whether the run was an export from this server.
func (r *runState) isAt(server *endpoint) bool {
	own, err := newEndpoint(r.BaseURL, r.API)
	return err == nil && own.fhir.String() == server.fhir.String()
}

// unknownLabel stands for an unknown resource type in file names.
const unknownLabel = "unknown"

// label is the part of the file's name that says what it holds.
func (f *fileState) label() string {
	switch {
	case f.Kind != KindOutput:
		return f.Kind
	case f.Type == "":
		return unknownLabel
	}
	return f.Type
}

// file is the finished file in the folder dir.
func (f *fileState) file(dir string) File {
	return File{Index: f.index, Path: blob.Join(dir, f.Name), Kind: f.Kind, Type: f.Type, Size: f.Size, Resources: f.Resources}
}

// loadState reads the state of a folder. It is empty if none was saved.
func (f *folder) loadState() (*state, error) {
	s := &state{Format: stateFormat}
	if err := f.readJSON(stateFile, s, &s.Format); err != nil {
		return nil, err
	}
	if s.Run != nil {
		s.Run.setIndexes()
	}
	return s, nil
}

// jobURL is the address of a job of the run.
func (r *runState) jobURL(job int) string {
	if job < len(r.PastJobs) {
		return r.PastJobs[job]
	}
	return r.JobURL
}

// addManifest adds the files of the current job, and moves on to the next job or to
// the downloads.
func (r *runState) addManifest(server *endpoint, m *manifest, now time.Time) {
	if len(r.PastJobs) == 0 {
		r.TransactionTime = m.TransactionTime
		r.Bearer = m.RequiresToken == nil || *m.RequiresToken
	}
	r.Files = append(r.Files, newFileStates(server, r, m)...)
	r.setIndexes()
	if r.Phase = phaseDownload; len(r.Later) == 0 {
		return
	}
	r.PastJobs = append(r.PastJobs, r.JobURL)
	r.URL, r.JobURL, r.Later = r.Later[0], "", r.Later[1:]
	r.Phase, r.Intent = phaseIntent, now
}

// newFileStates names the files of the manifest of the run's current job. The only
// part of a name that comes from the server is the resource type, if it is a known
// one. Names of files without data begin with an underscore, so that readers of the
// folder skip them. Duplicate addresses are left out.
func newFileStates(server *endpoint, run *runState, m *manifest) []*fileState {
	var files []*fileState
	seen := map[string]bool{}
	count := map[string]int{}
	for _, f := range run.Files { // of the jobs before
		if f.Job < len(run.PastJobs) {
			count[f.label()]++
		}
	}
	add := func(kind string, f manifestFile, resourceType, label string) {
		address := f.URL
		if u, err := resolve(server.fhir, f.URL); err == nil {
			address = u.String()
		}
		if seen[address] {
			return
		}
		seen[address] = true
		count[label]++
		name := fmt.Sprintf("%03d-%s-%05d.ndjson", run.Number, label, count[label])
		if kind != KindOutput {
			name = "_" + name
		}
		files = append(files, &fileState{Kind: kind, Type: resourceType, URL: f.URL, Job: len(run.PastJobs), Count: f.Count, Integrity: f.Integrity, Name: name})
	}
	for _, f := range m.Output {
		known := typeName().MatchString(f.Type)
		if server.isBCDA() {
			known = slices.Contains(bcdaTypes["v2"], f.Type)
		}
		if known {
			add(KindOutput, f, f.Type, f.Type)
		} else {
			add(KindOutput, f, "", unknownLabel)
		}
	}
	for _, f := range m.Deleted {
		add(KindDeleted, f, "Bundle", KindDeleted)
	}
	for _, f := range m.Error {
		add(KindError, f, outcomeType, KindError)
	}
	return files
}
