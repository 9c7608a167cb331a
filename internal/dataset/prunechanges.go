package dataset

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"

	"github.com/cclf-tools/cclf/internal/blob"
)

// RemoveChanges removes the oldest sets of changes of the data set in dir, so that keep
// of them are left, and what an interrupted removal left. It returns their folders. With
// dryRun it removes nothing. The caller keeps other writers away.
func RemoveChanges(dir string, keep int, dryRun bool) ([]string, error) {
	if blob.IsURL(dir) {
		o, err := openObjects(dir)
		if err != nil {
			return nil, err
		}
		return o.removeChanges(context.Background(), keep, dryRun)
	}
	sets, err := ListChanges(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	o := &ops{root: root}
	known := map[string]bool{}
	var removed []string
	for i, set := range sets {
		known[path.Base(set.Folder)] = true
		if i >= len(sets)-keep {
			continue
		}
		removed = append(removed, set.Folder)
		if dryRun {
			continue
		}
		// Without its manifest, a folder is not a set of changes.
		if err := o.remove(path.Join(set.Folder, ManifestFile)); err != nil {
			return removed, err
		}
		if err := errors.Join(o.syncFolder(set.Folder), o.removeAll(set.Folder)); err != nil {
			return removed, err
		}
	}
	if dryRun {
		return removed, nil
	}
	entries, err := o.list(ChangesFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return removed, nil
	}
	for _, e := range entries {
		if _, _, ok := changesName(e.Name()); ok && e.IsDir() && !known[e.Name()] {
			err = errors.Join(err, o.removeAll(path.Join(ChangesFolder, e.Name())))
		}
	}
	return removed, err
}
