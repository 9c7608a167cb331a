package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/blob"
)

// ErrOutput reports that a data set cannot be written.
var ErrOutput = errors.New("cannot write the data set")

// Options tune a Writer.
type Options struct {
	Overwrite bool // replace an existing data set
	// FileMode is the mode of the published files, DefaultFileMode unless set. Folders
	// may be entered by those who may read the files. CheckFileMode says which modes
	// are possible.
	FileMode fs.FileMode
	// Hook, if set, is called before each file operation, with the names of the
	// operation and the file. The operation fails if Hook does. Tests use it.
	Hook func(op, name string) error

	// Changes says that WriteChanges will be called. Of a data set in an object store, new
	// part files then stay in the local folder for temporary files until it has read them.
	Changes bool

	// Context is that of requests to an object store; context.Background unless set.
	Context context.Context

	noSync bool // skips syncing, which is slow; for tests
}

// A Writer writes a data set. Until Commit, only its work folder is visible. Several
// goroutines may write files.
type Writer struct {
	layout Layout
	format Format
	ops    ops
	lock   *flock.Flock
	old    *Manifest  // of the data set to be replaced, or nil
	redo   bool       // the previous writer was killed after its commit
	made   []string   // paths of the folder of the data set and its parents, if they were missing
	added  []move     // that publish more than the manifest lists
	remote *remoteSet // of a data set in an object store; the layout is that of temporary files

	syncing errgroup.Group // syncs finished files
}

// filesSyncing is the number of files that are synced at a time.
const filesSyncing = 8

// Create begins a data set at out, which must be missing or empty, or, with
// Overwrite, contain an earlier data set. It locks out until Close, and recovers
// from a writer that was killed. The caller calls Close.
func Create(out string, format Format, opts Options) (*Writer, error) {
	if out == "" {
		return nil, fmt.Errorf("%w: no output folder given", ErrOutput)
	}
	if blob.IsURL(out) {
		return createRemote(out, format, opts)
	}
	if err := CheckFileMode(cmp.Or(opts.FileMode, DefaultFileMode)); err != nil {
		return nil, fmt.Errorf("%w: file mode: %w", ErrOptions, err)
	}
	w := &Writer{layout: layoutToWrite(out, format), format: format}
	w.syncing.SetLimit(filesSyncing)
	w.ops.hook, w.ops.noSync, w.ops.mode = opts.Hook, opts.noSync, cmp.Or(opts.FileMode, DefaultFileMode)
	if err := w.open(opts.Overwrite); err != nil {
		w.release()
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return w, nil
}

func (w *Writer) open(overwrite bool) (err error) {
	l := &w.layout
	if err := w.makeDir(l.Dir); err != nil {
		return err
	}
	if w.ops.root, err = os.OpenRoot(l.Dir); err != nil {
		return err
	}
	if !overwrite {
		// A folder that is not a data set gets no lock file. This is checked again
		// under the lock.
		if locked, err := w.ops.exists(l.lock); err == nil && !locked {
			if err := w.mustBeEmpty(); err != nil {
				return err
			}
		}
	}
	if err := w.lockIt(); err != nil {
		return err
	}
	if err := w.ops.mustBeFolder(l.work); err != nil {
		return err
	}
	if err := w.recover(); err != nil {
		return fmt.Errorf("recover from a run that was interrupted: %w", err)
	}
	if err := w.ops.removeAll(l.work); err != nil {
		return err
	}
	if !overwrite && !w.redo {
		if err := w.mustBeEmpty(); err != nil {
			return err
		}
	}
	if err := w.readOld(); err != nil {
		return err
	}
	for _, folder := range []string{l.set("."), l.old(".")} {
		if err := w.ops.mkdirAll(folder); err != nil {
			return err
		}
	}
	return nil
}

// CheckEmpty reports whether Create without Overwrite would refuse out because it is
// not empty. It changes nothing; it is for a check before long work.
func CheckEmpty(out string, format Format) error {
	if blob.IsURL(out) {
		return checkEmptyRemote(out)
	}
	w := &Writer{layout: layoutToWrite(out, format)}
	root, err := os.OpenRoot(w.layout.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer root.Close()
		w.ops.root = root
		// Create recovers from a writer that was killed.
		if left, existsErr := w.ops.exists(w.layout.journal()); existsErr != nil || !left {
			err = errors.Join(existsErr, w.mustBeEmpty())
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return nil
}

// makeDir makes a folder and its parents, and makes those that were missing
// durable.
func (w *Writer) makeDir(dir string) error {
	var missing []string
	for p := filepath.Clean(dir); ; p = filepath.Dir(p) {
		if _, err := os.Stat(p); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append(missing, p)
	}
	if len(missing) == 0 {
		return nil
	}
	if err := w.ops.may("mkdir", dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	w.made = missing
	for _, p := range slices.Backward(missing) {
		if err := w.ops.may("sync", filepath.Dir(p)); err != nil {
			return err
		}
		if w.ops.noSync {
			continue
		}
		parent, err := os.Open(filepath.Dir(p))
		if errors.Is(err, fs.ErrPermission) {
			continue // the folder is writable but not readable
		}
		if err == nil {
			err = errors.Join(syncFolder(parent), parent.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mustBeEmpty returns an error if there is anything but the lock and the work folder
// of a writer.
func (w *Writer) mustBeEmpty() error {
	l := &w.layout
	if l.single {
		for _, name := range []string{l.Database, l.Manifest, l.Rejects} {
			if there, err := w.ops.exists(name); err != nil || there {
				return errors.Join(err, &Error{Msg: filepath.Join(l.Dir, name) + " exists already", hint: "use --overwrite to replace it"})
			}
		}
		return nil
	}
	entries, err := w.ops.list(".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != l.lock && e.Name() != l.work {
			return &Error{Msg: "folder " + l.Dir + " is not empty", hint: "use --overwrite to replace the data set in it"}
		}
	}
	return nil
}

func (w *Writer) lockIt() error {
	name := w.layout.lock
	info, err := w.ops.root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return &Error{Msg: filepath.Join(w.layout.Dir, name) + " is not a regular file", hint: "move it away"}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := w.ops.may("lock", name); err != nil {
		return err
	}
	w.lock = flock.New(filepath.Join(w.layout.Dir, name), flock.SetPermissions(0o600))
	locked, err := w.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock %s: %w", filepath.Join(w.layout.Dir, name), err)
	}
	if !locked {
		return &Error{Msg: "another conversion is writing to " + w.layout.Path(), hint: "wait for it, or take another folder"}
	}
	return nil
}

// readOld reads the manifest of the data set to be replaced, and checks that there
// are no part files that it does not list.
func (w *Writer) readOld() error {
	l := &w.layout
	text, err := w.ops.readManifest(l)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = nil, nil
	}
	if err == nil && text != nil {
		if w.old, err = decodeManifest(text); err != nil {
			return fmt.Errorf("the manifest of the data set to replace: %w", err)
		}
	}
	if err != nil || l.single {
		return err
	}
	return w.ops.foreignPart(oldFiles(l, w.old))
}

// oldFiles lists the files of the data set to be replaced.
func oldFiles(l *Layout, m *Manifest) []File {
	if m == nil {
		return nil
	}
	files := m.List()
	if m.SchemaVersion < 1 { // which did not list it
		files = append(files, File{Name: l.Rejects})
	}
	return slices.DeleteFunc(files, func(f File) bool { return !l.validName(f.Name) })
}

// Old returns the manifest of the data set to be replaced, or nil.
func (w *Writer) Old() *Manifest { return w.old }

// Layout returns the layout of the data set.
func (w *Writer) Layout() Layout { return w.layout }

// Scratch is a path for temporary data, which Close and Commit remove.
func (w *Writer) Scratch(name string) string {
	return filepath.Join(w.layout.Dir, w.layout.work, name)
}

// Close removes what was not committed, and releases the lock. The lock file stays:
// if it were removed, two writers could lock two files of the same name.
func (w *Writer) Close() {
	_ = w.syncing.Wait() // Commit has reported it, or something else has failed
	if w.remote != nil {
		w.release()
		return
	}
	// The next writer needs a journal, if there is one.
	if journaled, err := w.ops.exists(w.layout.journal()); err == nil && !journaled {
		_ = w.ops.removeAll(w.layout.work)
	}
	w.release()
}

func (w *Writer) release() {
	if w.lock != nil {
		_ = w.lock.Unlock()
	}
	if w.ops.root != nil {
		w.ops.root.Close()
	}
	if w.remote != nil {
		w.remote.close()
	}
	if w.layout.temporary {
		_ = os.RemoveAll(w.layout.Dir)
	}
}

// foreignPart returns the first error of foreignParts.
func (o *ops) foreignPart(files []File) error {
	for err := range o.foreignParts(files) {
		return err
	}
	return nil
}

// foreignParts yields an error for each part file in the folder of a table that is
// not one of files, and for each link in place of such a folder.
func (o *ops) foreignParts(files []File) iter.Seq[error] {
	listed := map[string]bool{}
	for _, f := range files {
		listed[f.Name] = true
		if entry, folder := entryOf(f.Name); folder {
			listed[entry] = true
		}
	}
	return func(yield func(error) bool) {
		_ = o.foreignIn(".", listed, yield) && o.foreignIn(PartialFolder, listed, yield)
	}
}

// foreignIn yields the errors of the tables in a folder. It returns false if yield
// does.
func (o *ops) foreignIn(in string, listed map[string]bool, yield func(error) bool) bool {
	info, err := o.root.Lstat(in)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err == nil && !info.IsDir() {
		err = notFolder(in)
	}
	var entries []fs.DirEntry
	if err == nil {
		entries, err = o.list(in)
	}
	if err != nil {
		return yield(err)
	}
	for _, e := range entries {
		name := path.Join(in, e.Name())
		if !listed[name] && !isTable(e.Name()) {
			continue
		}
		if e.Type()&fs.ModeSymlink != 0 {
			if !yield(notFolder(name)) {
				return false
			}
			continue
		}
		if !e.IsDir() {
			continue
		}
		if !o.foreignBelow(name, listed, yield) {
			return false
		}
	}
	return true
}

// foreignBelow yields the errors of the folder of a table, or of one in it, which
// readers take for a partition.
func (o *ops) foreignBelow(folder string, listed map[string]bool, yield func(error) bool) bool {
	parts, err := o.list(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // it was just exchanged
		return yield(err)
	}
	for _, part := range parts {
		full := path.Join(folder, part.Name())
		switch {
		case part.IsDir():
			if !o.foreignBelow(full, listed, yield) {
				return false
			}
		case part.Type()&fs.ModeSymlink != 0 && isPartition(full):
			if !yield(notFolder(full)) {
				return false
			}
		case isPart(part.Name()) && !listed[full]:
			if !yield(unlistedPart(full)) {
				return false
			}
		}
	}
	return true
}

func unlistedPart(name string) error {
	return &Error{Msg: name + " is not a part file of the data set: its manifest does not list it", hint: "move it away"}
}

// isTable reports whether readers take a folder of this name for a table.
func isTable(name string) bool { return tableNames()[strings.ToLower(name)] }
