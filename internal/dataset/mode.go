package dataset

import (
	"errors"
	"io/fs"
	"os"
	"path"
)

// DefaultFileMode is the mode of published files: only their owner has access.
const DefaultFileMode fs.FileMode = 0o600

// CheckFileMode reports a mode that published files must not have.
func CheckFileMode(mode fs.FileMode) error {
	switch {
	case mode&^fs.ModePerm != 0:
		return errors.New("expected permissions only")
	case mode&DefaultFileMode != DefaultFileMode:
		return errors.New("their owner could not read and write the files; expected a mode that includes 0600")
	case mode&0o002 != 0:
		return errors.New("everybody could change the files; expected a mode without 0002")
	}
	return nil
}

// folderMode is the mode of the folders of files: who may read the files may enter.
func folderMode(file fs.FileMode) fs.FileMode { return file | file&0o444>>2 }

// share gives all that is about to be published its mode. Until then it is private,
// because the work folder is. Readers with access to the new files get access to the
// work folder as well, where they find the old files while these are replaced.
func (w *Writer) share(m *Manifest) error {
	mode := w.ops.mode
	if err := w.shareTree(w.layout.set(".")); err != nil {
		return err
	}
	for _, f := range m.List() {
		entry, _ := entryOf(f.Name)
		if dir := path.Dir(entry); dir != "." {
			if err := w.ops.setMode(dir, folderMode(mode)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	if there, err := w.ops.exists(ChangesFolder); err != nil {
		return err
	} else if there && !w.layout.single {
		if err := w.shareTree(ChangesFolder); err != nil {
			return err
		}
	}
	for _, dir := range w.made {
		if err := w.shareMade(dir); err != nil {
			return err
		}
	}
	if !w.layout.single { // else others own the folder
		info, err := w.ops.root.Stat(".")
		if err != nil {
			return err
		}
		if err := w.ops.setMode(".", info.Mode().Perm()|folderMode(mode)); err != nil {
			return err
		}
	}
	if err := w.ops.setMode(w.layout.old("."), folderMode(mode)); err != nil {
		return err
	}
	w.ops.shared = true
	return w.ops.setMode(w.layout.work, folderMode(mode))
}

// shareMade gives a folder that Create made its mode. It may be outside of the root.
func (w *Writer) shareMade(dir string) error {
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() == folderMode(w.ops.mode) {
		return err
	}
	return os.Chmod(dir, info.Mode()&^fs.ModePerm|folderMode(w.ops.mode))
}

// shareTree gives a folder, and all in it, the mode of published
// files.
func (w *Writer) shareTree(name string) error {
	entries, err := w.ops.list(name)
	if err != nil {
		return err
	}
	for _, e := range entries {
		child := path.Join(name, e.Name())
		if e.IsDir() {
			err = w.shareTree(child)
		} else {
			err = w.ops.setMode(child, w.ops.mode)
		}
		if err != nil {
			return err
		}
	}
	return w.ops.setMode(name, folderMode(w.ops.mode))
}

// setMode changes the permissions of a file or folder that has others. A folder
// keeps its setgid bit, by which new files belong to its group.
func (o *ops) setMode(name string, mode fs.FileMode) error {
	info, err := o.root.Lstat(name)
	if err != nil || info.Mode().Perm() == mode {
		return err
	}
	if err := o.may("chmod", name); err != nil {
		return err
	}
	return o.root.Chmod(name, info.Mode()&^fs.ModePerm|mode)
}

// sameMode reports whether two files have the same permissions.
func (o *ops) sameMode(a, b string) (bool, error) {
	inA, err := o.root.Lstat(a)
	if err != nil {
		return false, err
	}
	inB, err := o.root.Lstat(b)
	if err != nil {
		return false, err
	}
	return inA.Mode().Perm() == inB.Mode().Perm(), nil
}
