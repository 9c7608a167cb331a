//go:build cgo

package query

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// A tempFolder is a private folder for the temporary data of one process. The
// process holds a lock on a file next to it, so that later processes can remove
// the folder of a process that was killed.
type tempFolder struct {
	dir    string
	parent string // parent of all temporary folders of this user
	lock   *flock.Flock
}

const lockSuffix = ".lock"

// newTempFolder creates a folder below base, and removes abandoned ones.
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

// tryTempFolder creates a folder below parent. The error is fs.ErrNotExist if
// another process removed it.
func tryTempFolder(parent string) (*tempFolder, error) {
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
	sweep(parent)
	file, err := os.CreateTemp(parent, "*"+lockSuffix)
	if err != nil {
		return nil, err
	}
	file.Close()
	t := &tempFolder{dir: strings.TrimSuffix(file.Name(), lockSuffix), parent: parent, lock: flock.New(file.Name())}
	held, err := t.lock.TryLock()
	if err != nil {
		return nil, errors.Join(err, t.remove())
	}
	if now, err := os.Lstat(file.Name()); !held || err != nil || !sameFile(t.lock, now) {
		return nil, errors.Join(fs.ErrNotExist, t.lock.Close()) // removed before it was locked
	}
	if err := os.Mkdir(t.dir, 0o700); err != nil {
		return nil, errors.Join(err, t.remove())
	}
	return t, nil
}

func sameFile(lock *flock.Flock, now os.FileInfo) bool {
	locked, err := lock.Stat()
	return err == nil && os.SameFile(locked, now)
}

// sweep removes abandoned folders. It ignores errors: the next process tries
// again.
func sweep(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, e := range entries {
		dir, ok := strings.CutSuffix(e.Name(), lockSuffix)
		if !ok {
			continue
		}
		t := &tempFolder{dir: filepath.Join(parent, dir), lock: flock.New(filepath.Join(parent, e.Name()))}
		if held, err := t.lock.TryLock(); held && err == nil {
			_ = t.remove()
		}
	}
}

// remove removes the folder, and its parent if that is empty.
func (t *tempFolder) remove() error {
	err := os.RemoveAll(t.dir)
	// Remove the lock file while it is locked, so that no other process has it.
	err = errors.Join(err, os.Remove(t.lock.Path()), t.lock.Close())
	if t.parent != "" {
		_ = os.Remove(t.parent) // fails if it is in use, or inaccessible
	}
	return err
}
