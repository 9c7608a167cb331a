//go:build cgo

package query

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// A tempFolder is a private folder for the temporary data of one process. It is made
// when something is written to it, by make or by DuckDB. Its parent is shared by the
// processes of a user; each holds a shared lock on it, so that one which is alone knows
// that what is there belongs to processes that were killed.
type tempFolder struct {
	dir     string // "" if there is no place for it
	parent  string
	lock    *flock.Flock // of the parent
	missing error        // why there is no place
}

// newTempFolder returns a folder below base, and removes abandoned ones.
func newTempFolder(base string) (*tempFolder, error) {
	parent := filepath.Join(base, fmt.Sprintf("cclf-query-%d", max(os.Getuid(), 0)))
	for range 10 { // another process can remove it before it is locked
		t, err := tryTempFolder(parent)
		if err == nil || !errors.Is(err, fs.ErrNotExist) || !isFolder(base) {
			return t, err
		}
	}
	return nil, fmt.Errorf("%s: cannot create a temporary folder: other processes remove it", parent)
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// tryTempFolder returns a folder below parent. The error is fs.ErrNotExist if another
// process removed the parent.
func tryTempFolder(parent string) (_ *tempFolder, err error) {
	if err := os.Mkdir(parent, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	info, err := os.Lstat(parent)
	if err != nil {
		return nil, err
	}
	if !isPrivate(info) {
		return nil, fmt.Errorf("%s: not a private folder of this user: remove it, or use another folder for temporary data", parent)
	}
	t := &tempFolder{dir: filepath.Join(parent, rand.Text()), parent: parent, lock: folderLock(parent)}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.lock.Close())
		}
	}()
	alone, err := t.lock.TryLock()
	if err == nil && alone && t.holds() {
		sweep(parent)
	}
	if err == nil {
		err = t.lock.Unlock()
	}
	if err == nil {
		err = t.lock.RLock()
	}
	if err == nil && !t.holds() {
		err = fs.ErrNotExist // removed before it was locked
	}
	return t, err
}

// holds reports whether the lock is on the parent that exists now.
func (t *tempFolder) holds() bool {
	locked, err := t.lock.Stat()
	if err != nil {
		return false
	}
	now, err := os.Lstat(t.lock.Path())
	return err == nil && os.SameFile(locked, now)
}

// sweep removes abandoned folders. It ignores errors: the next process tries again.
func sweep(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, e := range entries {
		_ = os.RemoveAll(filepath.Join(parent, e.Name()))
	}
}

// make makes the folder, unless it exists, and returns its path.
func (t *tempFolder) make() (string, error) {
	if t.dir == "" {
		return "", fmt.Errorf("no folder for temporary data: %w", t.missing)
	}
	if err := os.Mkdir(t.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return t.dir, nil
}

// remove removes the folder, and its parent if no other process uses it.
func (t *tempFolder) remove() error {
	if t.dir == "" {
		return nil
	}
	err := os.RemoveAll(t.dir)
	if alone, lockErr := t.lock.TryLock(); alone && lockErr == nil {
		_ = os.Remove(t.parent) // fails if it is inaccessible
	}
	return errors.Join(err, t.lock.Close())
}
