package lake

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	icebergio "github.com/apache/iceberg-go/io"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// place makes a file of the data set available at a location of the warehouse, unless
// it is already there: the name contains the hash of the content, so the size
// shows whether a file there is whole.
func place(fio icebergio.IO, file dataset.FileRef, location string) error {
	if path, ok := localPath(location); ok {
		return placeLocal(file, path)
	}
	return upload(fio, file, location)
}

// placeLocal links the file, or copies it where that is impossible.
func placeLocal(file dataset.FileRef, to string) error {
	if info, err := os.Stat(to); err == nil && info.Mode().IsRegular() && info.Size() == file.Size {
		return nil
	}
	if err := makeFolders(filepath.Dir(to)); err != nil {
		return err
	}
	if err := mayWrite(to); err != nil {
		return err
	}
	err := os.Link(file.Path, to)
	if err == nil {
		return syncFolder(filepath.Dir(to))
	}
	if errors.Is(err, fs.ErrNotExist) { // it was replaced
		return err
	}
	return copyLocal(file, to)
}

// makeFolders makes a folder and those above it, durably.
func makeFolders(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent == dir {
		return nil
	}
	if err := makeFolders(parent); err != nil {
		return err
	}
	if err := mayWrite(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(parent)
}

// copyLocal copies the file. It has its name only when it is whole.
func copyLocal(file dataset.FileRef, to string) error {
	in, err := os.Open(file.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(to), ".copy-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	defer temp.Close()
	if err := copyWhole(temp, in, file); err != nil {
		return err
	}
	if err := errors.Join(temp.Chmod(info.Mode().Perm()), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

func copyWhole(w io.Writer, r io.Reader, file dataset.FileRef) error {
	n, err := io.Copy(w, r)
	if err == nil && n != file.Size {
		err = fmt.Errorf("%w: %s has %d bytes, and its manifest says %d", ErrInput, file.Name, n, file.Size)
	}
	return err
}

// upload writes the file to an object store.
func upload(fio icebergio.IO, file dataset.FileRef, location string) error {
	out, ok := fio.(icebergio.WriteFileIO)
	if !ok {
		return fmt.Errorf("%w: the warehouse %s cannot be written", ErrOptions, location)
	}
	if there, err := fio.Open(location); err == nil {
		info, err := there.Stat()
		there.Close()
		if err == nil && info.Size() == file.Size {
			return nil
		}
	}
	in, err := os.Open(file.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	w, err := out.Create(location)
	if err != nil {
		return err
	}
	err = copyWhole(w, in, file)
	if closeErr := w.Close(); err == nil {
		return closeErr
	}
	// What was written is no whole file, and no snapshot names it.
	return errors.Join(err, fio.Remove(location))
}
