package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/internal/blob"
)

// openRemoteSet is Open for a URL. The files that the manifest lists are in place, or
// another manifest is.
func openRemoteSet(ctx context.Context, url string) (*Set, error) {
	o, err := openObjects(url)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		s := &Set{Layout: folderLayout(o.url), objects: &o}
		if err := s.readRemoteManifest(ctx); err != nil {
			return nil, err // it is replaced at once, so it is never missing for a moment
		}
		err := s.findRemote(ctx)
		if err == nil {
			return s, nil
		}
		if attempt == attempts || attempt > 2 && !s.Replaced() {
			return nil, err
		}
		time.Sleep(time.Duration(attempt) * 10 * time.Millisecond)
	}
}

// readRemoteManifest reads and checks the manifest.
func (s *Set) readRemoteManifest(ctx context.Context) error {
	text, _, err := s.objects.read(ctx, ManifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := blob.Stat(ctx, s.objects.url); err != nil {
			return err
		}
		return &Error{Msg: fmt.Sprintf("there is no %s in it", ManifestFile), err: ErrNoManifest}
	}
	if err != nil {
		return err
	}
	return s.setManifest(text)
}

// findRemote finds the files.
func (s *Set) findRemote(ctx context.Context) error {
	present, err := s.objects.list(ctx)
	if err != nil {
		return err
	}
	files := s.Manifest.List()
	s.paths = map[string]string{}
	for _, f := range files {
		size, there := present[f.Name]
		switch {
		case !there:
			return &Error{Msg: f.Name + " is missing, and the manifest lists it", hint: damagedHint, err: fs.ErrNotExist}
		case size != f.Size:
			return &Error{Msg: fmt.Sprintf("%s has %d bytes, and the manifest says %d", f.Name, size, f.Size), hint: damagedHint}
		}
		s.paths[f.Name] = f.Name
	}
	problems, err := s.objects.foreign(ctx, present, files)
	if err == nil && len(problems) > 0 {
		err = problems[0]
	}
	return err
}

// foreign returns an error for each part file that neither the manifest nor the journal
// of a writer lists.
func (o *objects) foreign(ctx context.Context, present map[string]int64, files []File) ([]error, error) {
	listed := namesOf(files)
	if foreign(present, listed) == nil {
		return nil, nil
	}
	j, err := o.readJournal(ctx)
	if j != nil {
		for _, name := range slices.Concat(j.New, j.Old) {
			listed[name] = true
		}
	}
	return foreign(present, listed), err
}

// replacedRemote is Replaced.
func (s *Set) replacedRemote() bool {
	text, _, err := s.objects.read(context.Background(), ManifestFile)
	return err != nil || sumOf(text) != s.sum
}

// verifyRemote is Verify for a URL.
func verifyRemote(ctx context.Context, url string) (*Verified, error) {
	o, err := openObjects(url)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		s := &Set{Layout: folderLayout(o.url), objects: &o}
		if err := s.readRemoteManifest(ctx); err != nil {
			return nil, err
		}
		v, err := s.verify(ctx, &o)
		if attempt < attempts && (err != nil || len(v.Problems) > 0) && ctx.Err() == nil && s.Replaced() {
			continue
		}
		return v, err
	}
}

// stat implements storage.
func (o *objects) stat(ctx context.Context, name string) (fs.FileInfo, error) {
	return blob.Stat(ctx, blob.Join(o.url, name))
}

// openFile implements storage.
func (o *objects) openFile(ctx context.Context, name string) (blob.File, error) {
	return blob.Open(ctx, blob.Join(o.url, name))
}

// unlisted implements storage. The journal of a writer lists part files, too.
func (o *objects) unlisted(ctx context.Context, files []File) ([]error, error) {
	present, err := o.list(ctx)
	if err != nil {
		return nil, err
	}
	return o.foreign(ctx, present, files)
}

// changeFiles implements storage.
func (o *objects) changeFiles(ctx context.Context) ([]string, error) {
	present, err := o.list(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range present {
		if strings.HasPrefix(name, ChangesFolder+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
