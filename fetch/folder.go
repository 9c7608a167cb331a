package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/disk"
)

const lockFile = "_fetch.lock"

// A folder is an export folder.
type folder struct {
	storage
	dir       string // as users name it
	remote    bool   // in an object store
	freeSpace func(dir string) (free uint64, known bool)
}

// readFolder opens a folder for reading only.
func readFolder(dir string) (*folder, error) {
	return newFolder(dir, func() (storage, error) {
		if blob.IsURL(dir) {
			return openObjects(context.Background(), dir)
		}
		return openDisk(dir)
	})
}

// lockFolder opens a folder, creates it if needed, and locks it. The log says why that
// takes long.
func lockFolder(ctx context.Context, dir string, log *slog.Logger) (*folder, error) {
	if dir == "" {
		return nil, optionsErrorf("", "missing export folder")
	}
	f, err := newFolder(dir, func() (storage, error) {
		if blob.IsURL(dir) {
			return lockObjects(ctx, dir, log)
		}
		return lockDisk(dir)
	})
	if err != nil {
		return nil, err
	}
	if err := f.finishPrune(); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func newFolder(dir string, open func() (storage, error)) (*folder, error) {
	s, err := open()
	if err != nil {
		return nil, err
	}
	return &folder{storage: s, dir: blob.Clean(dir), remote: blob.IsURL(dir), freeSpace: disk.Free}, nil
}

// replaceJSON replaces a file atomically.
func (f *folder) replaceJSON(name string, content any) error {
	text, err := json.MarshalIndent(content, "", " ")
	if err != nil {
		return err
	}
	if err := f.replaceFile(name, append(text, '\n')); err != nil {
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
	if _, ok := errors.AsType[*blob.Error](err); ok {
		return newStoreError(err)
	}
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("%s: %v", blob.Join(f.dir, name), err), hint: "restore it from a copy, or use another folder", err: err}
	}
	return nil
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
	files, err := f.sizes()
	if err != nil {
		return f.writeError(err)
	}
	for name := range files {
		if m := exportFile().FindStringSubmatch(name); m != nil {
			run, _ := strconv.Atoi(m[1]) // at most nine digits
			visit(run, name, m[3])
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

// finished looks for a finished file, compressed or not, among the files of a folder.
func finished(files map[string]int64, name string) (found string, size int64, ok bool) {
	plain := strings.TrimSuffix(name, ".gz")
	for _, found := range []string{plain + ".gz", plain} {
		if size, ok := files[found]; ok {
			return found, size, true
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
	case disk.Full(err):
		return f.diskFull(0)
	case errors.As(err, &e), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	default:
		if f.remote {
			return newStoreError(fmt.Errorf("folder %s: %w", f.dir, err))
		}
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("folder %s: %v", f.dir, err), err: err}
	}
}

// hasSpace reports whether a number of bytes fits on the disk, as far as that
// is known.
func (f *folder) hasSpace(needed int64) bool {
	if f.remote {
		return true
	}
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
