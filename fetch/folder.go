package fetch

import (
	"context"
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
	"strings"
	"sync"
	"syscall"

	"github.com/gofrs/flock"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/disk"
)

const lockFile = "_fetch.lock"

// A folder is an export folder. Nothing is ever written through a symbolic link
// in it. A folder in an object store is only read.
type folder struct {
	dir       string
	root      *os.Root     // nil in an object store
	lock      *flock.Flock // nil if it is only read
	freeSpace func(dir string) (free uint64, known bool)
}

// readFolder opens a folder for reading only.
func readFolder(dir string) (*folder, error) {
	if blob.IsURL(dir) {
		return &folder{dir: dir, freeSpace: disk.Free}, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	return &folder{dir: dir, root: root, freeSpace: disk.Free}, nil
}

// lockFolder opens a folder, creates it if needed, and locks it.
func lockFolder(dir string) (*folder, error) {
	if dir == "" {
		return nil, optionsErrorf("", "missing export folder")
	}
	if err := makePrivate(dir); err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	if err := f.takeLock(); err != nil {
		f.root.Close()
		return nil, err
	}
	if err := f.finishPrune(); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// makePrivate creates a folder for its owner only. An existing one becomes
// private if it is empty.
func makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 {
		return os.Chmod(dir, 0o700)
	}
	return nil
}

func (f *folder) takeLock() error {
	if err := f.checkRegular(lockFile); err != nil {
		return err
	}
	f.lock = flock.New(filepath.Join(f.dir, lockFile), flock.SetPermissions(0o600))
	locked, err := f.lock.TryLock()
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("lock folder %s: %v", f.dir, err), err: err}
	}
	if !locked {
		return &Error{Kind: ErrFolder, detail: ErrInUse, Msg: fmt.Sprintf("folder %s is in use by another process", f.dir), hint: "wait for it to end, or use another folder"}
	}
	return nil
}

// close unlocks the folder.
func (f *folder) close() {
	if f.lock != nil {
		// The lock file stays: without it, two processes could lock two files of
		// the same name.
		_ = f.lock.Unlock()
	}
	if f.root != nil {
		f.root.Close()
	}
}

// checkRegular refuses a name that exists and is not a regular file, such as a
// symbolic link to a file elsewhere.
func (f *folder) checkRegular(name string) error {
	info, err := f.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("not a regular file (%s)", info.Mode().Type())
	}
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("%s: %v", filepath.Join(f.dir, name), err), hint: "move it away"}
	}
	return nil
}

// create creates a file, in place of an existing one.
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

// remove removes a file, if it exists.
func (f *folder) remove(name string) error {
	if err := f.root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sync makes the names in the folder durable.
func (f *folder) sync() error {
	if runtime.GOOS == "windows" { // which cannot sync folders
		return nil
	}
	d, err := f.root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// replaceJSON replaces a file atomically.
func (f *folder) replaceJSON(name string, content any) error {
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

// readJSON reads a file that replaceJSON wrote, and checks its format number. If
// the file does not exist, content is not changed.
func (f *folder) readJSON(name string, content any, format *int) error {
	text, err := f.readFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, content)
	}
	if err == nil && *format != stateFormat {
		err = fmt.Errorf("unsupported format %d (this version supports format %d)", *format, stateFormat)
	}
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("%s: %v", blob.Join(f.dir, name), err), hint: "use another folder", err: err}
	}
	return nil
}

// readFile returns the content of a regular file.
func (f *folder) readFile(name string) ([]byte, error) {
	if f.root == nil {
		return blob.ReadFile(context.Background(), blob.Join(f.dir, name))
	}
	if err := f.checkRegular(name); err != nil {
		return nil, err
	}
	return f.root.ReadFile(name)
}

// stateFormat is the format number in the files of the state.
const stateFormat = 1

// Suffixes of the files of a download in progress.
const (
	partialSuffix   = ".part"       // what has been received
	infoSuffix      = ".part.json"  // partialInfo
	plainTempSuffix = ".plain.part" // decompressed, not yet complete
)

var exportFile = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^_?(\d{3,9})-[A-Za-z]+-\d{5,}\.ndjson(\.gz)?(\..*)?$`)
})

// runFiles calls visit for every file of a run in the folder, including runs
// that the state does not list.
func (f *folder) runFiles(visit func(run int, name, suffix string)) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	for _, entry := range entries {
		if m := exportFile().FindStringSubmatch(entry.Name()); m != nil && entry.Type().IsRegular() {
			run, _ := strconv.Atoi(m[1]) // at most nine digits
			visit(run, entry.Name(), m[3])
		}
	}
	return nil
}

// lastRun is the highest run number among the files in the folder. A new run
// must not take their names.
func (f *folder) lastRun() (number int, err error) {
	err = f.runFiles(func(run int, _, _ string) { number = max(number, run) })
	return number, err
}

// removeStale removes the unfinished downloads of earlier runs.
func (f *folder) removeStale(current int) error {
	var errs []error
	err := f.runFiles(func(run int, name, suffix string) {
		if run < current && slices.Contains([]string{partialSuffix, infoSuffix, plainTempSuffix}, suffix) {
			errs = append(errs, f.remove(name))
		}
	})
	return errors.Join(append(errs, err)...)
}

// removePartial removes the unfinished download of a file.
func (f *folder) removePartial(name string) error {
	var errs []error
	for _, suffix := range []string{partialSuffix, infoSuffix, plainTempSuffix} {
		errs = append(errs, f.remove(name+suffix))
	}
	return errors.Join(errs...)
}

// finished looks for a finished file, compressed or not.
func (f *folder) finished(name string) (found string, size int64, ok bool) {
	plain := strings.TrimSuffix(name, ".gz")
	for _, found := range []string{plain + ".gz", plain} {
		if info, err := f.root.Lstat(found); err == nil && info.Mode().IsRegular() {
			return found, info.Size(), true
		}
	}
	return "", 0, false
}

// writeError makes the Error of a failure to use the folder. It is nil for nil.
func (f *folder) writeError(err error) error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return f.diskFull(0)
	case errors.As(err, &e), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	default:
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("folder %s: %v", f.dir, err), err: err}
	}
}

// hasSpace reports whether a number of bytes fits on the disk, as far as that
// is known.
func (f *folder) hasSpace(needed int64) bool {
	free, known := f.freeSpace(f.dir)
	return !known || needed <= 0 || uint64(needed) <= free
}

// diskFull makes the error of a full disk. Needed is the size of the next file,
// or 0 if it is not known.
func (f *folder) diskFull(needed int64) error {
	msg := "disk full: " + f.dir
	if free, known := f.freeSpace(f.dir); known {
		msg += fmt.Sprintf(" has %s left", formatSize(int64(free)))
	}
	if needed > 0 {
		msg += fmt.Sprintf(", the next file needs %s", formatSize(needed))
	}
	return &Error{Kind: ErrFolder, Msg: msg, hint: "free some space, then resume: finished downloads are kept", err: syscall.ENOSPC}
}
