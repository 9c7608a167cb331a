package dataset

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// A StagedFile is a file that is being written: one of the data set, or an
// intermediate one. It is for one goroutine at a time.
type StagedFile struct {
	w     *Writer
	at    string                  // its path, relative to Layout.Dir
	name  string                  // in the data set; empty for an intermediate file
	named func(sum string) string // name, given the SHA-256; nil if it does not depend on it
	file  *os.File
	buf   *bufio.Writer
	sum   hash.Hash // nil for an intermediate file
	size  int64
}

// CreatePart begins a part file in a folder, which is that of a table or of a partition
// of it. Its name is known once it is finished.
func (w *Writer) CreatePart(folder string, part int, format Format) (*StagedFile, error) {
	f := &StagedFile{
		w:     w,
		at:    path.Join(w.layout.work, "writing", fmt.Sprintf("%s-%05d", strings.ReplaceAll(folder, "/", "-"), part)),
		named: func(sum string) string { return partName(folder, part, sum, format) },
		sum:   sha256.New(),
	}
	return f.open()
}

// CreateFile begins a file of the data set that is not a part file.
func (w *Writer) CreateFile(name string) (*StagedFile, error) {
	return (&StagedFile{w: w, at: w.layout.set(name), name: name, sum: sha256.New()}).open()
}

// Stage begins an intermediate file.
func (w *Writer) Stage(name string) (*StagedFile, error) {
	return (&StagedFile{w: w, at: path.Join(w.layout.work, stagedFolder, name)}).open()
}

// stagedPart is the name of an intermediate part file.
func stagedPart(table string, part int, format Format) string {
	return path.Join(table, fmt.Sprintf("part-%05d.%s", part, format))
}

func (f *StagedFile) open() (*StagedFile, error) {
	if err := f.w.ops.mkdirAll(path.Dir(f.at)); err != nil {
		return nil, err
	}
	var err error
	if f.file, err = f.w.ops.open(f.at, os.O_RDWR|os.O_CREATE|os.O_EXCL); err != nil {
		return nil, err
	}
	f.buf = fileBuffers.Get().(*bufio.Writer)
	f.buf.Reset((*fileWriter)(f))
	return f, nil
}

// fileBuffers holds buffers of finished files, for reuse.
var fileBuffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 1<<16) }}

// Write implements io.Writer.
func (f *StagedFile) Write(p []byte) (int, error) { return f.buf.Write(p) }

// Size is the number of bytes that were written.
func (f *StagedFile) Size() int64 { return f.size + int64(f.buf.Buffered()) }

// Path is the path of the file while it is being written.
func (f *StagedFile) Path() string { return filepath.Join(f.w.layout.Dir, filepath.FromSlash(f.at)) }

// fileWriter is the part of a StagedFile behind its buffer.
type fileWriter StagedFile

func (f *fileWriter) Write(p []byte) (int, error) {
	if err := f.w.ops.may("write", f.at); err != nil {
		return 0, err
	}
	n, err := f.file.Write(p)
	f.size += int64(n)
	if f.sum != nil {
		f.sum.Write(p[:n])
	}
	return n, err
}

// Finish ends the file, which has the given number of rows, and describes it. A
// file of the data set is synced in the background; Commit waits for that.
func (f *StagedFile) Finish(rows int64) (File, error) {
	err := f.buf.Flush()
	f.release()
	if err != nil || f.sum == nil {
		return File{Rows: rows, Size: f.size}, errors.Join(err, f.file.Close())
	}
	out := File{Name: f.name, Rows: rows, Size: f.size, SHA256: hex.EncodeToString(f.sum.Sum(nil))}
	if f.named != nil {
		out.Name = f.named(out.SHA256)
		to := f.w.layout.set(out.Name)
		err := f.w.ops.mkdirAll(path.Dir(to))
		if err == nil {
			err = f.w.ops.rename(f.at, to)
		}
		if err != nil {
			return out, errors.Join(err, f.file.Close())
		}
		f.at = to
	}
	f.w.syncing.Go(func() error {
		if f.w.remote != nil {
			return f.w.upload(f.file, f.at, out)
		}
		return errors.Join(f.w.ops.syncFile(f.file, f.at), f.file.Close())
	})
	return out, nil
}

func (f *StagedFile) release() {
	f.buf.Reset(nil)
	fileBuffers.Put(f.buf)
	f.buf = nil
}

// Discard closes a file that is not to be finished.
func (f *StagedFile) Discard() {
	f.release()
	f.file.Close()
}

// Target is the path at which other code makes a file of the data set, which is
// then adopted.
func (w *Writer) Target(name string) string {
	return filepath.Join(w.layout.Dir, filepath.FromSlash(w.layout.set(name)))
}

// Adopt makes the file at Target a file of the data set, and describes it.
func (w *Writer) Adopt(name string, rows int64) (File, error) {
	at := w.layout.set(name)
	info, err := w.ops.root.Lstat(at)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", at)
	}
	if err == nil {
		err = w.ops.root.Chmod(at, 0o600)
	}
	if err != nil {
		return File{}, err
	}
	file, err := w.ops.open(at, os.O_RDWR)
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err == nil {
		err = w.ops.syncFile(file, at)
	}
	return File{Name: name, Rows: rows, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, errors.Join(err, file.Close())
}
