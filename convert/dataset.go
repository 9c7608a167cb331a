package convert

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"
)

// Names in the folder of a data set.
const (
	ManifestFile = "_manifest.json"
	RejectsFile  = "_rejects.ndjson"
	tempFolder   = ".incomplete"
	partSuffix   = ".part"
	oldManifest  = ManifestFile + ".old" // in the temporary folder
)

// ErrOutput reports a folder that the data set cannot be written to.
var ErrOutput = errors.New("cannot write the data set")

// A dataset is an output folder while it is being written. Everything goes to
// a folder of its own inside it first and is moved into place at the end, the
// manifest last.
type dataset struct {
	dir   string
	temp  string
	lock  *flock.Flock
	mu    sync.Mutex
	parts []string // finished files, relative to dir, with slashes
	over  bool

	syncing errgroup.Group // files on their way to the disk
}

// filesSyncing is how many files are on their way to the disk at a time.
const filesSyncing = 8

// openDataset makes the folder of a data set, or takes one that is empty, or
// one with an earlier data set when that may be overwritten.
func openDataset(dir string, overwrite bool) (*dataset, error) {
	if dir == "" {
		return nil, fmt.Errorf("%w: no output folder given", ErrOutput)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return e.Name() == tempFolder })
	if len(entries) > 0 && !overwrite {
		return nil, fmt.Errorf("%w: folder %s is not empty (use --overwrite to replace a data set in it)", ErrOutput, dir)
	}
	if _, err := filesOf(filepath.Join(dir, ManifestFile)); err != nil {
		return nil, fmt.Errorf("%w: the manifest of the data set to overwrite: %w", ErrOutput, err)
	}
	d := &dataset{dir: dir, temp: filepath.Join(dir, tempFolder), over: overwrite}
	d.syncing.SetLimit(filesSyncing)
	if err := os.MkdirAll(d.temp, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	d.lock = flock.New(filepath.Join(d.temp, "lock"), flock.SetPermissions(0o600))
	locked, err := d.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if !locked {
		return nil, fmt.Errorf("%w: another conversion is writing to %s", ErrOutput, dir)
	}
	return d, d.clean()
}

// clean removes what a run that was killed left behind.
func (d *dataset) clean() error {
	if err := d.recover(); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	entries, err := os.ReadDir(d.temp)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	for _, e := range entries {
		if e.Name() != "lock" {
			if err := os.RemoveAll(filepath.Join(d.temp, e.Name())); err != nil {
				return fmt.Errorf("%w: %w", ErrOutput, err)
			}
		}
	}
	return nil
}

// A partFile is a file of the data set, or one that a file is made of, while
// it is being written.
type partFile struct {
	set    *dataset
	name   string // relative to the data set, or to the folder of staged files
	home   string // the file of the data set that will hold it: itself unless staged
	member string // its name there, when the other file is a zip file
	limit  int64  // how many rows it may hold
	file   *os.File
	buf    *bufio.Writer
	sink   sink
}

// create starts a file of the data set.
func (d *dataset) create(name string) (*partFile, error) {
	return (&partFile{set: d, name: name, home: name}).open()
}

// stage starts a file that another one, its home, is to be made of.
func (d *dataset) stage(name, home string) (*partFile, error) {
	return (&partFile{set: d, name: name, home: home}).open()
}

func (p *partFile) open() (*partFile, error) {
	if err := os.MkdirAll(filepath.Dir(p.path()), 0o700); err != nil {
		return nil, err
	}
	var err error
	if p.file, err = os.OpenFile(p.path(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, err
	}
	p.buf = fileBuffers.Get().(*bufio.Writer)
	p.buf.Reset(p.file)
	return p, nil
}

// fileBuffers are the buffers of files that are finished.
var fileBuffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 1<<16) }}

// with gives the file its sink, unless there is an error.
func (p *partFile) with(s sink, err error) (*partFile, error) {
	if err != nil {
		return nil, errors.Join(err, p.file.Close())
	}
	p.sink = s
	return p, nil
}

func (p *partFile) staged() bool { return p.home != p.name }

func (p *partFile) path() string {
	if p.staged() {
		return filepath.Join(p.set.temp, stagedFolder, p.name)
	}
	return p.set.tempPath(p.name)
}

// finish ends the file. One of the data set is brought to the disk meanwhile;
// commit waits for that.
func (p *partFile) finish() error {
	var err error
	if p.sink != nil {
		err = p.sink.Close()
	}
	if err == nil {
		err = p.buf.Flush()
	}
	p.buf.Reset(nil)
	fileBuffers.Put(p.buf)
	p.buf = nil
	if err != nil || p.staged() {
		return errors.Join(err, p.file.Close())
	}
	p.set.add(p.name)
	p.set.syncing.Go(func() error { return errors.Join(p.file.Sync(), p.file.Close()) })
	return nil
}

func (p *partFile) discard() { p.file.Close() }

// add makes a file, which is in its place in the temporary folder, one of the
// data set.
func (d *dataset) add(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.parts = append(d.parts, name)
}

// tempPath is where a file of the data set is until all are finished.
func (d *dataset) tempPath(name string) string { return filepath.Join(d.temp, name+partSuffix) }

// commit moves the finished files into place and writes the manifest. When it
// fails, none of the files is left in place.
func (d *dataset) commit(m *Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(d.tempPath(ManifestFile), append(text, '\n')); err != nil {
		return err
	}
	if err := d.syncing.Wait(); err != nil {
		return err
	}
	if err := d.move(); err != nil {
		return errors.Join(err, d.recover())
	}
	return syncFolder(d.dir)
}

// move puts the finished files into the place of an earlier data set, and the
// manifest last.
func (d *dataset) move() error {
	if d.over {
		if err := d.removeOld(); err != nil {
			return err
		}
	}
	slices.Sort(d.parts)
	folders := map[string]bool{d.dir: true}
	for _, name := range d.parts {
		to := filepath.Join(d.dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.Rename(d.tempPath(name), to); err != nil {
			return err
		}
		folders[filepath.Dir(to)] = true
	}
	for folder := range folders {
		if err := syncFolder(folder); err != nil {
			return err
		}
	}
	return os.Rename(d.tempPath(ManifestFile), filepath.Join(d.dir, ManifestFile))
}

// removeOld removes an earlier data set, its manifest first, and nothing else.
func (d *dataset) removeOld() error {
	old := filepath.Join(d.temp, oldManifest)
	err := os.Rename(filepath.Join(d.dir, ManifestFile), old)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.removeFilesOf(old)
}

// recover removes the files of a data set that was being moved into place, and
// of the one before it, when neither has its manifest in place.
func (d *dataset) recover() error {
	if _, err := os.Stat(filepath.Join(d.dir, ManifestFile)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, manifest := range []string{filepath.Join(d.temp, oldManifest), d.tempPath(ManifestFile)} {
		err := d.removeFilesOf(manifest)
		if _, half := errors.AsType[*json.SyntaxError](err); half {
			continue // it was still being written: nothing had been moved
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeFilesOf removes the files that a manifest names, and the folders that
// are empty without them.
func (d *dataset) removeFilesOf(manifest string) error {
	names, err := filesOf(manifest)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := os.Remove(filepath.Join(d.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
			if os.Remove(filepath.Join(d.dir, folder)) != nil {
				break
			}
		}
	}
	return nil
}

// filesOf lists the files of a data set, but for its manifest. There are none
// when there is no manifest.
func filesOf(manifest string) ([]string, error) {
	text, err := os.ReadFile(manifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	files := m.Files
	for _, t := range m.Tables {
		files = append(files, t.Files...)
	}
	names := []string{RejectsFile}
	for _, file := range files {
		if filepath.IsLocal(file.Name) {
			names = append(names, file.Name)
		}
	}
	return names, nil
}

// abandon removes what is left of the temporary folder.
func (d *dataset) abandon() {
	_ = d.syncing.Wait() // who fails for another reason says that
	// The lock is in it, and is held until it is gone.
	_ = os.RemoveAll(d.temp)
	_ = d.lock.Unlock()
}

func writeFile(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
