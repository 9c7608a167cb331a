package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"time"
)

// ops are the file operations of publishing. They go through a root, so no link
// leads out of it.
type ops struct {
	root *os.Root
	// hook, if set, is called before each operation, which fails if hook does. Tests
	// use it.
	hook   func(op, name string) error
	noSync bool
	mode   fs.FileMode // of published files
	shared bool        // new folders and small files get the mode of published ones
}

func (o *ops) may(op, name string) error {
	if o.hook == nil {
		return nil
	}
	if err := o.hook(op, name); err != nil {
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	return nil
}

func (o *ops) open(name string, flag int) (*os.File, error) {
	if err := o.may("open", name); err != nil {
		return nil, err
	}
	return o.root.OpenFile(name, flag, 0o600)
}

func (o *ops) rename(from, to string) error {
	if err := o.may("rename", to); err != nil {
		return err
	}
	return o.root.Rename(from, to)
}

// link gives a file a second name.
func (o *ops) link(from, to string) error {
	if err := o.may("link", to); err != nil {
		return err
	}
	return o.root.Link(from, to)
}

// setTime sets the time of a file's last change.
func (o *ops) setTime(name string, t time.Time) error {
	if err := o.may("chtimes", name); err != nil {
		return err
	}
	return o.root.Chtimes(name, t, t)
}

// exchange swaps two names atomically. It returns errNoExchange if the file system
// cannot do that.
func (o *ops) exchange(a, b string) error {
	if err := o.may("exchange", b); err != nil {
		return err
	}
	inA, err := o.openFolder(path.Dir(a))
	if err != nil {
		return err
	}
	defer inA.Close()
	inB, err := o.openFolder(path.Dir(b))
	if err != nil {
		return err
	}
	defer inB.Close()
	if err := exchange(inA, path.Base(a), inB, path.Base(b)); err != nil {
		return &fs.PathError{Op: "exchange", Path: b, Err: err}
	}
	return nil
}

// errNoExchange reports a file system that cannot exchange names.
var errNoExchange = errors.New("the file system cannot exchange files")

func (o *ops) openFolder(name string) (*os.File, error) {
	if err := o.may("open", name); err != nil {
		return nil, err
	}
	return o.root.Open(name)
}

func (o *ops) remove(name string) error {
	if err := o.may("remove", name); err != nil {
		return err
	}
	return o.root.Remove(name)
}

// removeAll removes a file, or a folder with its contents.
func (o *ops) removeAll(name string) error {
	info, err := o.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := o.list(name)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := o.removeAll(path.Join(name, e.Name())); err != nil {
				return err
			}
		}
	}
	return o.remove(name)
}

// mkdirAll makes a folder and its parents.
func (o *ops) mkdirAll(name string) error {
	if name == "." {
		return nil
	}
	info, err := o.root.Lstat(name)
	if err == nil && !info.IsDir() {
		return notFolder(name)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := o.mkdirAll(path.Dir(name)); err != nil {
		return err
	}
	if err := o.may("mkdir", name); err != nil {
		return err
	}
	err = o.root.Mkdir(name, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil || !o.shared {
		return err
	}
	return o.setMode(name, folderMode(o.mode))
}

func notFolder(name string) error {
	return &Error{Msg: name + " is in the way: it is a link or a file, where a folder of the data set belongs", hint: "move it away"}
}

// list returns the entries of a folder.
func (o *ops) list(name string) ([]fs.DirEntry, error) {
	dir, err := o.openFolder(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.ReadDir(-1)
}

// exists reports whether name exists. It does not follow a link.
func (o *ops) exists(name string) (bool, error) {
	_, err := o.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// syncFolder makes the names in a folder durable.
func (o *ops) syncFolder(name string) error {
	if err := o.may("sync", name); err != nil || o.noSync {
		return err
	}
	dir, err := o.openFolder(name)
	if err != nil {
		return err
	}
	return errors.Join(syncFolder(dir), dir.Close())
}

// writeFile writes a small file atomically.
func (o *ops) writeFile(name string, text []byte) error {
	temp := name + ".tmp"
	if err := o.removeAll(temp); err != nil {
		return err
	}
	f, err := o.open(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	err = o.may("write", temp)
	if err == nil {
		_, err = f.Write(text)
	}
	if err == nil {
		err = o.syncFile(f, temp)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if o.shared {
		if err := o.setMode(temp, o.mode); err != nil {
			return err
		}
	}
	return o.rename(temp, name)
}

// syncFile makes the content of a file durable.
func (o *ops) syncFile(f *os.File, name string) error {
	if err := o.may("sync", name); err != nil || o.noSync {
		return err
	}
	return f.Sync()
}

// hash returns the SHA-256 of a file in hexadecimal.
func (o *ops) hash(name string) (string, error) {
	f, err := o.open(name, os.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// read returns the content of a small file.
func (o *ops) read(name string) ([]byte, error) {
	f, err := o.open(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// mustBeFolder returns an error if name exists and is not a folder.
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

// readManifest returns the text of the manifest.
func (o *ops) readManifest(l *Layout) ([]byte, error) {
	info, err := o.root.Lstat(l.Manifest)
	if err == nil && !info.Mode().IsRegular() {
		return nil, &Error{Msg: l.Manifest + " is not a regular file", hint: "move it away, and put the file in its place"}
	}
	if err != nil {
		return nil, err
	}
	return o.read(l.Manifest)
}
