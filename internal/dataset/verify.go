package dataset

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
)

// A Verified is the result of Verify.
type Verified struct {
	Manifest *Manifest
	Files    int
	Bytes    int64
	Problems []error // each names a file

	// What there is in the folder of sets of changes, and how many of the problems are
	// about it: if all are, the tables are whole.
	Changes, ChangeFiles    int
	ChangeRows, ChangeBytes int64
	BadChanges              int

	set *Set
}

// Replaced reports whether the data set was replaced since it was verified.
func (v *Verified) Replaced() bool { return v.set.Replaced() }

// Verify reads all files of a data set and compares them with the manifest: their
// sizes, their SHA-256, and the number of rows of each table, except in a DuckDB
// file; and its sets of changes with their manifests, with each other, and with the
// tables. It starts again if a writer replaces the data set. The error reports a data
// set without a readable manifest; all else is in Problems.
func Verify(ctx context.Context, name string) (*Verified, error) {
	if blob.IsURL(name) {
		return verifyRemote(ctx, name)
	}
	layout := layoutToRead(name)
	root, err := os.OpenRoot(layout.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	o := &ops{root: root}
	for attempt := 1; ; attempt++ {
		// A writer that is at work finishes soon; one that was killed does not.
		left, err := o.leftJournal(ctx, &layout)
		if err != nil {
			return nil, err
		}
		s := &Set{Layout: layout}
		var v *Verified
		if err = s.readManifest(o); err == nil {
			v, err = s.verify(ctx, o)
		}
		stays := left != nil && o.isStill(layout.journal(), left)
		moves := !stays && (left != nil || s.inMotion(o))
		if attempt < attempts && (err != nil || len(v.Problems) > 0) && ctx.Err() == nil && moves {
			continue
		}
		if err == nil && stays {
			v.Problems = append(v.Problems, errJournal)
		}
		return v, err
	}
}

// errJournal is the problem of a data set with the journal of a killed writer.
var errJournal = &Error{
	Msg: "a run is replacing this data set, or was ended while it did: if none is at work, run the same cclf convert again",
}

// publishing is how long Verify waits for a writer to publish, which takes some
// dozens of renames and synced folders.
const publishing = time.Second

// leftJournal waits for a writer to finish publishing. It returns the journal of one
// that does not finish, or nil. The next writer has a journal of its own, for which
// the wait begins anew.
func (o *ops) leftJournal(ctx context.Context, l *Layout) (fs.FileInfo, error) {
	const pause = 20 * time.Millisecond
	var last fs.FileInfo
	for waited := time.Duration(0); ; waited += pause {
		if err := o.mustBeFolder(l.work); err != nil && !errors.Is(err, fs.ErrPermission) {
			return nil, err
		}
		journal, err := o.root.Lstat(l.journal())
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil
		case errors.Is(err, fs.ErrPermission):
			return nil, nil // the work folder is private, so nothing is being published
		case err != nil:
			return nil, err
		case last == nil || !sameFile(last, journal):
			waited = 0
		case waited >= publishing:
			return journal, nil
		}
		last = journal
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// isStill reports whether a file has its name still.
func (o *ops) isStill(name string, file fs.FileInfo) bool {
	now, err := o.root.Lstat(name)
	return err == nil && sameFile(file, now)
}

func sameFile(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime())
}

// A storage has the files of a data set.
type storage interface {
	stat(ctx context.Context, name string) (fs.FileInfo, error)
	openFile(ctx context.Context, name string) (blob.File, error)
	// unlisted returns an error for each part file that is not one of files.
	unlisted(ctx context.Context, files []File) ([]error, error)
	// changeFiles returns the names of all files in ChangesFolder.
	changeFiles(ctx context.Context) ([]string, error)
}

func (o *ops) stat(_ context.Context, name string) (fs.FileInfo, error) { return o.root.Lstat(name) }

func (o *ops) openFile(_ context.Context, name string) (blob.File, error) {
	return o.open(name, os.O_RDONLY)
}

func (o *ops) unlisted(_ context.Context, files []File) ([]error, error) {
	return slices.Collect(o.foreignParts(files)), nil
}

func (o *ops) changeFiles(ctx context.Context) ([]string, error) {
	if err := o.mustBeFolder(ChangesFolder); err != nil {
		return nil, err
	}
	var names []string
	err := fs.WalkDir(o.root.FS(), ChangesFolder, func(name string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // as when a writer removes it
			return nil
		}
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return errors.Join(err, ctx.Err())
	})
	return names, err
}

// verify compares the files with the manifest, which was read.
func (s *Set) verify(ctx context.Context, o storage) (*Verified, error) {
	v := &Verified{Manifest: s.Manifest, set: s}
	bad := map[string]bool{}
	problem := func(name string, err error) {
		bad[name] = true
		v.Problems = append(v.Problems, err)
	}
	files := s.Manifest.List()
	for _, f := range files {
		v.Files++
		if err := verifyFile(ctx, o, f); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			problem(f.Name, err)
		}
		v.Bytes += f.Size
	}
	for _, t := range s.Manifest.Tables {
		var total int64
		for _, f := range t.Files {
			total += f.Rows
			if bad[f.Name] || path.Ext(f.Name) == singleFile {
				continue
			}
			if err := verifyRows(ctx, o, f); err != nil {
				problem(f.Name, err)
			}
		}
		if total != t.Rows {
			problem(s.Layout.Manifest, fmt.Errorf("%s says that %s has %d rows, and that its files have %d", s.Layout.Manifest, t.Name, t.Rows, total))
		}
	}
	if !s.Layout.single {
		unlisted, err := o.unlisted(ctx, files)
		if err != nil {
			return nil, err
		}
		v.Problems = append(v.Problems, unlisted...)
	}
	return v, s.verifyChanges(ctx, o, v, bad)
}

// verifyRows compares the number of rows of a file with the manifest.
func verifyRows(ctx context.Context, o storage, f File) error {
	rows, err := countRows(ctx, o, f)
	if err == nil && rows != f.Rows {
		err = fmt.Errorf("%s has %d rows, and the manifest says %d", path.Join(f.Name, f.Member), rows, f.Rows)
	}
	return err
}

// verifyFile compares the size and the SHA-256 of a file with the manifest.
func verifyFile(ctx context.Context, o storage, f File) error {
	info, err := o.stat(ctx, f.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is missing", f.Name)
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", f.Name)
	case info.Size() != f.Size:
		return fmt.Errorf("%s has %d bytes, and the manifest says %d", f.Name, info.Size(), f.Size)
	}
	in, err := o.openFile(ctx, f.Name)
	if err != nil {
		return err
	}
	defer in.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, &contextReader{ctx, in}); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("%s has another content than when it was written (SHA-256 %s, and the manifest says %s)", f.Name, got, f.SHA256)
	}
	return nil
}

// A contextReader fails once its context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// countRows counts the rows in a file.
func countRows(ctx context.Context, o storage, f File) (int64, error) {
	in, err := o.openFile(ctx, f.Name)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	count := encode.CountFixed
	switch spec := partSpec(f.Name); {
	case spec != nil:
		count = spec.count
	case f.Member != "":
		count = func(in encode.Source) (int64, error) { return countMember(in, f) }
	}
	rows, err := count(in)
	if err != nil {
		err = fmt.Errorf("%s: %w", f.Name, err)
	}
	return rows, err
}

// countMember counts the records of a member of a zip file.
func countMember(in io.ReaderAt, f File) (int64, error) {
	z, err := zip.NewReader(in, f.Size)
	if err != nil {
		return 0, err
	}
	member, err := z.Open(f.Member)
	if err != nil {
		return 0, err
	}
	defer member.Close()
	return encode.CountLines(member)
}

// Summary describes what was verified in one line.
func (v *Verified) Summary() string {
	text := fmt.Sprintf("%d tables, %d rows, %d files, %d bytes", len(v.Manifest.Tables), v.Manifest.TotalRows(), v.Files, v.Bytes)
	if v.Changes > 0 {
		text += fmt.Sprintf("; sets of changes: %d, with %d rows, %d files, %d bytes", v.Changes, v.ChangeRows, v.ChangeFiles, v.ChangeBytes)
	}
	return text
}
