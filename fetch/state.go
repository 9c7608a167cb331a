package fetch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/gofrs/flock"
)

// Files of a folder that are not data.
const (
	// StateFile remembers what was agreed with the server.
	StateFile = "_fetch.json"
	lockFile  = "_fetch.lock"
)

const stateFormat = 1

// A state is what StateFile holds.
type state struct {
	Format int `json:"format"`
	// Run is the last run, or the one under way.
	Run *runState `json:"run,omitempty"`
	// Since has the newest transaction time by kind of request.
	Since map[string]sinceState `json:"since,omitempty"`
	// API and BaseURL are those of the data in the folder.
	API     string `json:"api,omitempty"`
	BaseURL string `json:"base_url,omitempty"`
	// PastJobs are the jobs of earlier runs: they are never attached to.
	PastJobs []string `json:"past_jobs,omitempty"`
}

type sinceState struct {
	TransactionTime string `json:"transaction_time"` // as the server wrote it
	Run             int    `json:"run"`
}

// phase is how far a run is.
type phase string

const (
	phaseIntent   phase = "intent"   // a job may have been started
	phaseJob      phase = "job"      // a job was started
	phaseManifest phase = "download" // its files are known
	phaseComplete phase = "complete" // all is here
	phasePartial  phase = "partial"  // not all is here, and trying again will not help
	phaseFailed   phase = "failed"   // the job failed or was cancelled
	phaseExpired  phase = "expired"  // the server deleted the files
	phaseRejected phase = "rejected" // the server refused the request
)

// ended tells whether the same command starts a new run.
func (p phase) ended() bool {
	return p != phaseIntent && p != phaseJob && p != phaseManifest
}

// A runState is one export.
type runState struct {
	Number  int     `json:"number"` // in this folder, from 1
	ID      string  `json:"id"`     // of the export log
	Phase   phase   `json:"phase"`
	Message string  `json:"message,omitempty"` // of the end, unless it is complete
	Request Request `json:"request"`
	BaseURL string  `json:"base_url"`
	API     string  `json:"api"`
	Note    string  `json:"note,omitempty"` // of the caller: see ExportOptions

	URL   string `json:"url"`             // that starts the job
	Since string `json:"since,omitempty"` // as sent
	// SinceRun is the run whose transaction time Since is, for SinceAuto.
	SinceRun int       `json:"since_run,omitempty"`
	Intent   time.Time `json:"intent,omitzero"`   // by the server's clock
	JobURL   string    `json:"job_url,omitempty"` // where to ask for the job
	Started  time.Time `json:"started"`           // by our clock
	Ended    time.Time `json:"ended,omitzero"`    //
	Expires  string    `json:"expires,omitempty"` // of the files, as the server wrote it
	Bearer   bool      `json:"bearer"`            // files want the token

	TransactionTime string       `json:"transaction_time,omitempty"` // as the server wrote it
	Files           []*fileState `json:"files,omitempty"`
}

// A fileState is one file of a run.
type fileState struct {
	Kind      string         `json:"kind"` // output, deleted or error
	Type      string         `json:"type"`
	URL       string         `json:"url"`
	Count     *int64         `json:"count,omitempty"` // of resources, as the server announced it
	Name      string         `json:"name"`            // without .gz, until it is done
	Done      bool           `json:"done,omitempty"`
	Size      int64          `json:"size,omitempty"`
	Resources int64          `json:"resources,omitempty"`
	Issues    map[string]int `json:"issues,omitempty"` // of an error file, by severity
	Failed    string         `json:"failed,omitempty"` // why it is not there
	Permanent bool           `json:"permanent,omitempty"`
	// Gone counts the processes that were told by the server that it does not
	// have the file, while it has the job.
	Gone int `json:"gone,omitempty"`
	// Flaw is what is wrong with a file that is there, and BadLines how many of
	// its lines are no resources of the announced type.
	Flaw     string `json:"flaw,omitempty"`
	BadLines int64  `json:"bad_lines,omitempty"`
	// Integrity is what the manifest tells of the file beside its count.
	Integrity integrity `json:"integrity,omitzero"`
	// SystemTypes is BCDA's remark that claims of some systems only came.
	SystemTypes bool `json:"system_types,omitempty"`

	hint  string // how the file could be had, as far as is known
	index int    // among the files of the run
}

// number tells the files their places.
func (r *runState) number() {
	for i, f := range r.Files {
		f.index = i
	}
}

// A folder is the folder of exports, locked for this process.
type folder struct {
	dir  string
	root *os.Root
	lock *flock.Flock
}

// openFolder creates a folder if there is none, and locks it.
func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 {
		// What will be in here is for nobody else.
		if err := os.Chmod(dir, 0o700); err != nil {
			return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	f := &folder{dir: dir, root: root}
	if err := f.lockIt(); err != nil {
		root.Close()
		return nil, err
	}
	return f, nil
}

func (f *folder) lockIt() error {
	if err := f.mustBeFile(lockFile); err != nil {
		return err
	}
	f.lock = flock.New(filepath.Join(f.dir, lockFile), flock.SetPermissions(0o600))
	locked, err := f.lock.TryLock()
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("lock folder %s: %v", f.dir, err), err: err}
	}
	if !locked {
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("folder %s is in use by another cclf", f.dir), hint: "wait for it, or take another folder"}
	}
	return nil
}

// close gives the folder free.
func (f *folder) close() {
	// The lock file stays: removing it would let two others lock two files of
	// the same name.
	_ = f.lock.Unlock()
	f.root.Close()
}

// mustBeFile refuses a name that stands for something other than a file:
// a symbolic link, which would make us write elsewhere.
func (f *folder) mustBeFile(name string) error {
	info, err := f.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("it is not a regular file (%s)", info.Mode().Type())
	}
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("%s: %v", filepath.Join(f.dir, name), err), hint: "move it away"}
	}
	return nil
}

// create makes a new file, in the place of one that is there.
func (f *folder) create(name string) (*os.File, error) {
	const flags = os.O_RDWR | os.O_CREATE | os.O_EXCL
	file, err := f.root.OpenFile(name, flags, 0o600)
	if errors.Is(err, fs.ErrExist) {
		if err := f.remove(name); err != nil {
			return nil, err
		}
		file, err = f.root.OpenFile(name, flags, 0o600)
	}
	return file, err
}

// remove removes a file, if there is one.
func (f *folder) remove(name string) error {
	if err := f.root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

var ourFile = regexp.MustCompile(`^_?(\d{3,9})-[A-Za-z]+-\d{5,}\.ndjson(\.gz)?(\..*)?$`)

// runs calls visit for all files of runs in the folder, whether the state knows
// of them or not.
func (f *folder) runs(visit func(run int, name, suffix string)) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	for _, entry := range entries {
		if m := ourFile.FindStringSubmatch(entry.Name()); m != nil && entry.Type().IsRegular() {
			run, _ := strconv.Atoi(m[1]) // nine digits at most
			visit(run, entry.Name(), m[3])
		}
	}
	return nil
}

// lastRun is the number of the last run that left files in the folder. They
// must not be taken for those of a new run.
func (f *folder) lastRun() (number int, err error) {
	err = f.runs(func(run int, _, _ string) { number = max(number, run) })
	return number, err
}

// sweep removes what earlier runs left half done: nobody will go on with it.
func (f *folder) sweep(current int) error {
	var errs []error
	err := f.runs(func(run int, name, suffix string) {
		if run < current && slices.Contains([]string{partSuffix, infoSuffix, plainTemp}, suffix) {
			errs = append(errs, f.remove(name))
		}
	})
	return errors.Join(append(errs, err)...)
}

// sync makes the names in the folder last.
func (f *folder) sync() error {
	if runtime.GOOS == "windows" { // where folders cannot be synced
		return nil
	}
	d, err := f.root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// load reads the state; there is an empty one where none was saved.
func (f *folder) load() (*state, error) {
	s := &state{Format: stateFormat}
	if err := f.mustBeFile(StateFile); err != nil {
		return nil, err
	}
	text, err := f.root.ReadFile(StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(text, s)
	}
	if err == nil && s.Format != stateFormat {
		err = fmt.Errorf("it has format %d, this cclf knows format %d", s.Format, stateFormat)
	}
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: fmt.Sprintf("%s: %v", filepath.Join(f.dir, StateFile), err), hint: "take another folder", err: err}
	}
	return s, nil
}

// save replaces the state.
func (f *folder) save(s *state) error { return f.replace(StateFile, s) }

// replace writes a file anew: whatever happens, the old or the new one is
// there.
func (f *folder) replace(name string, content any) error {
	text, err := json.MarshalIndent(content, "", " ")
	if err != nil {
		return err
	}
	temp := name + ".tmp"
	file, err := f.create(temp)
	if err != nil {
		return fmt.Errorf("save the state: %w", err)
	}
	_, err = file.Write(append(text, '\n'))
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = f.root.Rename(temp, name)
	}
	if err == nil {
		err = f.sync()
	}
	if err != nil {
		_ = f.root.Remove(temp)
		return fmt.Errorf("save the state: %w", err)
	}
	return nil
}
