package dataset

import (
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
)

// ErrOutput reports a place that a data set cannot be written to.
var ErrOutput = errors.New("cannot write the data set")

// Options tune a Writer.
type Options struct {
	Overwrite bool // replace a data set that is there
	// Hook, when set, is asked before each operation on the files of the data
	// set, by the name of the operation and that of the file. When it returns
	// an error, the operation fails with it. Tests use it.
	Hook func(op, name string) error

	noSync bool // for tests of what does not depend on it, since it takes long
}

// A Writer makes a data set. Until Commit nothing of it is to be seen but the
// work folder. Files may be written by several goroutines.
type Writer struct {
	layout Layout
	format Format
	ops    ops
	lock   *flock.Flock
	old    *Manifest // of the data set to replace, or nil
	redo   bool      // the writer before was ended after its commit

	syncing errgroup.Group // files on their way to the disk
}

// filesSyncing is how many files are on their way to the disk at a time.
const filesSyncing = 8

// Create makes the place of a data set, or takes an empty one, or one with an
// earlier data set when that may be replaced. It locks the place until Close,
// and clears up what a writer that was killed has left.
func Create(out string, format Format, opts Options) (*Writer, error) {
	if out == "" {
		return nil, fmt.Errorf("%w: no output folder given", ErrOutput)
	}
	w := &Writer{layout: layoutToWrite(out, format), format: format}
	w.syncing.SetLimit(filesSyncing)
	w.ops.hook, w.ops.noSync = opts.Hook, opts.noSync
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
		// Somebody else's folder gets no lock file. What is decided here is
		// decided again with the lock.
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

// CheckEmpty says whether Create would refuse a place because something is in it.
// It changes nothing: it is for what is done before, and is not to be in vain.
func CheckEmpty(out string, format Format) error {
	w := &Writer{layout: layoutToWrite(out, format)}
	root, err := os.OpenRoot(w.layout.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer root.Close()
		w.ops.root = root
		// What a writer that was ended has left, Create clears up.
		if left, existsErr := w.ops.exists(w.layout.journal()); existsErr != nil || !left {
			err = errors.Join(existsErr, w.mustBeEmpty())
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return nil
}

// makeDir makes a folder, and makes it and those that it had to be put into
// last.
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
	for _, p := range slices.Backward(missing) {
		if err := w.ops.may("sync", filepath.Dir(p)); err != nil {
			return err
		}
		if w.ops.noSync {
			continue
		}
		parent, err := os.Open(filepath.Dir(p))
		if errors.Is(err, fs.ErrPermission) {
			continue // a folder may let files in and not be read
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

// mustBeEmpty refuses a place where something is that no writer has left
// unfinished.
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

// mustBeFolder refuses a name that stands for something other than a folder,
// if for anything.
func (o *ops) mustBeFolder(name string) error {
	info, err := o.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !info.IsDir():
		return notFolder(name)
	}
	return err
}

// readOld reads the manifest of the data set to replace, and makes sure that
// what is to be moved is what it lists.
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

// oldFiles lists the files of the data set to replace.
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

// Old returns the manifest of the data set that is to be replaced, or nil.
func (w *Writer) Old() *Manifest { return w.old }

// Layout returns where the data set will be.
func (w *Writer) Layout() Layout { return w.layout }

// Scratch is a path for temporary data. It is removed in the end.
func (w *Writer) Scratch(name string) string {
	return filepath.Join(w.layout.Dir, w.layout.work, name)
}

// Close removes what was not committed, and gives the place free. The lock
// file stays: without it two others could lock two files of the same name.
func (w *Writer) Close() {
	_ = w.syncing.Wait() // Commit has reported it, or something else has failed
	// A journal, or one that cannot be looked for, is for the next writer.
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
}

// foreignPart reports the first part file that is in a folder of a table and
// not among files. It refuses links in the place of such folders.
func (o *ops) foreignPart(files []File) error {
	for err := range o.foreignParts(files) {
		return err
	}
	return nil
}

// foreignParts yields an error for each part file that is in a folder of a
// table and not among files, and for links in the place of such folders.
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

// foreignIn yields the errors of the tables in a folder, until it is told to
// stop.
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
		parts, err := o.list(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // it has just been exchanged
			return yield(err)
		}
		for _, part := range parts {
			full := path.Join(name, part.Name())
			if isPart(part.Name()) && !listed[full] &&
				!yield(&Error{Msg: full + " is not a part file of the data set: its manifest does not list it", hint: "move it away"}) {
				return false
			}
		}
	}
	return true
}

// isTable reports whether a folder of this name would be taken for a table.
func isTable(name string) bool { return tableNames()[strings.ToLower(name)] }
