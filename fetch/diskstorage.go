package fetch

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gofrs/flock"

	"github.com/cclf-tools/cclf/internal/blob"
)

// A diskStorage is a folder on a disk. Nothing is ever written through a symbolic link
// in it.
type diskStorage struct {
	dir  string
	root *os.Root
	lock *flock.Flock // nil if it is only read
}

func openDisk(dir string) (*diskStorage, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	return &diskStorage{dir: dir, root: root}, nil
}

// lockDisk opens a folder, creates it if needed, and locks it.
func lockDisk(dir string) (*diskStorage, error) {
	if err := makePrivate(dir); err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	}
	d, err := openDisk(dir)
	if err != nil {
		return nil, err
	}
	if err := d.takeLock(); err != nil {
		d.root.Close()
		return nil, err
	}
	return d, nil
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

func (d *diskStorage) takeLock() error {
	if err := d.checkRegular(lockFile); err != nil {
		return err
	}
	d.lock = flock.New(filepath.Join(d.dir, lockFile), flock.SetPermissions(0o600))
	locked, err := d.lock.TryLock()
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("lock folder %s: %v", d.dir, err), err: err}
	}
	if !locked {
		return inUse(d.dir)
	}
	return nil
}

// inUse is the error of a folder that another process has locked.
func inUse(dir string) error {
	return &Error{Kind: ErrFolder, detail: ErrInUse, Msg: fmt.Sprintf("folder %s is in use by another process", dir), hint: "wait for it to end, or use another folder"}
}

func (d *diskStorage) close() {
	if d.lock != nil {
		// The lock file stays: without it, two processes could lock two files of
		// the same name.
		_ = d.lock.Unlock()
	}
	d.root.Close()
}

// checkRegular refuses a name that exists and is not a regular file, such as a
// symbolic link to a file elsewhere.
func (d *diskStorage) checkRegular(name string) error {
	info, err := d.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("not a regular file (%s)", info.Mode().Type())
	}
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("%s: %v", filepath.Join(d.dir, name), err), hint: "move it away"}
	}
	return nil
}

func (d *diskStorage) sizes() (map[string]int64, error) {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return nil, err
	}
	found := make(map[string]int64, len(entries))
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) { // it was just removed
			continue
		}
		if err != nil {
			return nil, err
		}
		found[entry.Name()] = info.Size()
	}
	return found, nil
}

func (d *diskStorage) readFile(name string) ([]byte, error) {
	if err := d.checkRegular(name); err != nil {
		return nil, err
	}
	return d.root.ReadFile(name)
}

func (d *diskStorage) open(name string) (io.ReadCloser, error) { return d.root.Open(name) }

// createFile creates a file, in place of an existing one.
func (d *diskStorage) createFile(name string) (*os.File, error) {
	const flags = os.O_RDWR | os.O_CREATE | os.O_EXCL
	file, err := d.root.OpenFile(name, flags, 0o600)
	if errors.Is(err, fs.ErrExist) {
		if err := d.remove(name); err != nil {
			return nil, err
		}
		file, err = d.root.OpenFile(name, flags, 0o600)
	}
	return file, err
}

// remove removes a file, if it exists.
func (d *diskStorage) remove(name string) error {
	if err := d.root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sync makes the names in the folder durable.
func (d *diskStorage) sync() error {
	if runtime.GOOS == "windows" { // which cannot sync folders
		return nil
	}
	dir, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

func (d *diskStorage) replaceFile(name string, text []byte) error {
	file, err := d.createTemp(name, name+".tmp")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Commit()
	}
	if err == nil {
		err = d.sync()
	}
	return errors.Join(err, file.Abort())
}

// newPrefix begins the names of files that Prune has not finished. Readers of the folder
// skip them.
const newPrefix = "_new-"

func (d *diskStorage) create(name string) (blob.Upload, error) {
	return d.createTemp(name, newPrefix+name)
}

func (d *diskStorage) createTemp(name, temp string) (*tempFile, error) {
	file, err := d.createFile(temp)
	return &tempFile{file, d, temp, name, false}, err
}

// A tempFile is a file with a temporary name. It implements blob.Upload.
type tempFile struct {
	*os.File
	disk       *diskStorage
	temp, name string
	ended      bool
}

// Commit gives the file its name.
func (f *tempFile) Commit() error {
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = f.disk.root.Rename(f.temp, f.name)
	}
	f.ended = err == nil
	return err
}

// Abort removes the file. After Commit it does nothing.
func (f *tempFile) Abort() error {
	if f.ended {
		return nil
	}
	f.ended = true
	f.Close()
	return f.disk.remove(f.temp)
}

func (d *diskStorage) removeNew() error {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if name, ok := strings.CutPrefix(e.Name(), newPrefix); ok && exportName.MatchString(name) {
			errs = append(errs, d.remove(e.Name()))
		}
	}
	return errors.Join(errs...)
}

func (d *diskStorage) removePartial(name string) error {
	var errs []error
	for _, suffix := range []string{partialSuffix, infoSuffix, plainTempSuffix} {
		errs = append(errs, d.remove(name+suffix))
	}
	return errors.Join(errs...)
}
