package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/cclf-tools/cclf/internal/blob"
)

// A Set is a data set that was opened for reading. It does not change: after the
// data set is replaced, the files are gone, and Replaced reports that.
type Set struct {
	Layout   Layout
	Manifest *Manifest

	objects *objects // of a data set in an object store

	sum   string            // SHA-256 of the manifest
	file  fs.FileInfo       // that of the manifest, if it is local
	paths map[string]string // of the files, relative to Layout.Dir, by name
}

// attempts is how often Open and Verify try again if the files do not match the
// manifest, since a writer may be at work.
const attempts = 20

// Open reads the manifest of the data set at name, which is a folder or a DuckDB
// file, and finds the files that it lists. It returns an *Error for a file that is
// missing, changed or unlisted, and one that wraps ErrNoManifest if there is no
// manifest.
func Open(name string) (*Set, error) {
	if blob.IsURL(name) {
		return openRemoteSet(context.Background(), name)
	}
	layout := layoutToRead(name)
	info, err := os.Stat(layout.Dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, errors.New("not a folder")
	}
	root, err := os.OpenRoot(layout.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	o := &ops{root: root}
	for attempt := 1; ; attempt++ {
		s := &Set{Layout: layout}
		err := s.read(o)
		if err == nil {
			return s, nil
		}
		// A writer publishes within this time, and then the files match. One that
		// gives up leaves no trace, hence the second attempt.
		if attempt == attempts || attempt > 2 && !s.inMotion(o) {
			return nil, err
		}
		time.Sleep(time.Duration(attempt) * time.Millisecond)
	}
}

// readManifest reads and checks the manifest.
func (s *Set) readManifest(o *ops) error {
	s.file, _ = o.root.Lstat(s.Layout.Manifest) // an error is that of reading it, too
	text, err := o.readManifest(&s.Layout)
	if errors.Is(err, fs.ErrNotExist) {
		where := "in"
		if s.Layout.single {
			where = "beside"
		}
		return &Error{Msg: fmt.Sprintf("there is no %s %s it", s.Layout.Manifest, where), err: ErrNoManifest}
	}
	if err != nil {
		return err
	}
	return s.setManifest(text)
}

// setManifest parses and checks the manifest.
func (s *Set) setManifest(text []byte) (err error) {
	s.sum = sumOf(text)
	if s.Manifest, err = decodeManifest(text); err == nil {
		err = s.Manifest.check(&s.Layout)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.Layout.Manifest, err)
	}
	return nil
}

// read reads the manifest and finds the files.
func (s *Set) read(o *ops) error {
	if err := s.readManifest(o); err != nil {
		return err
	}
	// Part files that a writer has published before its manifest are not unlisted.
	// Its other files may have the names and sizes of those that they replace.
	// The work folder is private before that.
	j, err := o.readJournal(&s.Layout)
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	files := s.Manifest.List()
	s.paths = map[string]string{}
	for _, f := range files {
		if s.paths[f.Name], err = s.find(o, f, j != nil); err != nil {
			return err
		}
	}
	if s.Layout.single {
		return nil
	}
	if j != nil {
		for _, mv := range j.Moves {
			files = append(files, mv.New...)
		}
	}
	return o.foreignPart(files)
}

// find looks for a file in its place, and, while another data set is being
// published, where the exchange moved it. Then a name may be that of another file,
// and the content decides.
func (s *Set) find(o *ops, f File, publishing bool) (string, error) {
	var wrong error
	for _, at := range []string{f.Name, s.Layout.set(f.Name), s.Layout.old(f.Name)} {
		info, err := o.root.Lstat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
		case !info.Mode().IsRegular():
			err = &Error{Msg: f.Name + " is not a regular file", hint: damagedHint}
		case info.Size() != f.Size:
			err = &Error{
				Msg:  fmt.Sprintf("%s has %d bytes, and the manifest says %d", f.Name, info.Size(), f.Size),
				hint: damagedHint,
			}
		case publishing && !isPart(f.Name):
			var sum string
			if sum, err = o.hash(at); err == nil && sum != f.SHA256 {
				err = &Error{Msg: f.Name + " has another content than the manifest says", hint: damagedHint}
			}
		}
		if err == nil {
			return at, nil
		}
		if wrong == nil {
			wrong = err
		}
	}
	if wrong != nil {
		return "", wrong
	}
	return "", &Error{Msg: f.Name + " is missing, and the manifest lists it", hint: damagedHint, err: fs.ErrNotExist}
}

// inMotion reports whether a writer is publishing, or has published since the
// manifest was read.
func (s *Set) inMotion(o *ops) bool {
	if journaled, err := o.exists(s.Layout.journal()); err == nil && journaled {
		return true
	}
	text, err := o.read(s.Layout.Manifest)
	if err != nil || s.sum == "" {
		return false
	}
	// A manifest with the same text is another one if a writer has published twice.
	return sumOf(text) != s.sum || s.file != nil && !o.isStill(s.Layout.Manifest, s.file)
}

// Path is the path of a file, given its name in the manifest, or empty if the
// manifest does not list it.
func (s *Set) Path(name string) string {
	if s.paths[name] == "" {
		return ""
	}
	return blob.Join(s.Layout.Dir, s.paths[name])
}

// Replaced reports whether the data set was replaced, or is being replaced, since
// it was opened. Then its files may be gone.
func (s *Set) Replaced() bool {
	if s.objects != nil {
		return s.replacedRemote()
	}
	for _, at := range s.paths {
		if _, err := os.Lstat(filepath.Join(s.Layout.Dir, filepath.FromSlash(at))); err != nil {
			return true
		}
	}
	text, err := os.ReadFile(filepath.Join(s.Layout.Dir, s.Layout.Manifest))
	return err != nil || sumOf(text) != s.sum
}

// FileRef is a file of a table and where it is.
type FileRef struct {
	File
	Path string
}

// Files returns the files of a table in their order.
func (s *Set) Files(t Table) []FileRef {
	refs := make([]FileRef, len(t.Files))
	for i, f := range t.Files {
		refs[i] = FileRef{f, s.Path(f.Name)}
	}
	return refs
}
