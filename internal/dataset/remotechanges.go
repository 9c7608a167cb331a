package dataset

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// hasFolder reports whether there were objects in a folder when the writer began.
func (r *remoteSet) hasFolder(name string) (bool, error) {
	for object := range r.present {
		if strings.HasPrefix(object, name+"/") {
			return true, nil
		}
	}
	return false, nil
}

// stageText stages a small object, which is published with the data set.
func (r *remoteSet) stageText(name string, text []byte) error {
	if err := r.may("upload", name); err != nil {
		return err
	}
	staged, err := r.bucket.Stage(r.ctx, r.prefix+name, bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return r.named("upload", name, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.staged[name] = staged
	return nil
}

// checkOld compares an object with the manifest, as far as that is possible without
// reading it. Its name has the hash of its content.
func (r *remoteSet) checkOld(f File) error {
	switch size, there := r.present[f.Name]; {
	case !there:
		return fs.ErrNotExist
	case size != f.Size:
		return errOtherContent
	}
	return nil
}

// removeCompared removes the local copies of new files that were compared.
func (w *Writer) removeCompared(files []sideFile) error {
	if w.remote == nil {
		return nil
	}
	for _, f := range files {
		if err := ignoreMissing(w.ops.remove(f.at)); err != nil {
			return err
		}
	}
	return nil
}

// changeObjects returns the names of the objects of the sets of changes, by the names of
// their folders. What has a manifest is a set.
func (o *objects) changeObjects(ctx context.Context) (map[string][]string, error) {
	names, err := o.changeFiles(ctx)
	if err != nil {
		return nil, err
	}
	found := map[string][]string{}
	for _, object := range names {
		folder, _, _ := strings.Cut(strings.TrimPrefix(object, ChangesFolder+"/"), "/")
		if _, _, ok := changesName(folder); ok {
			found[folder] = append(found[folder], object)
		}
	}
	return found, nil
}

// changeManifest is the name of the manifest of a set.
func changeManifest(folder string) string { return path.Join(ChangesFolder, folder, ManifestFile) }

// listChanges is ListChanges.
func (o *objects) listChanges(ctx context.Context) ([]*ChangeSet, error) {
	found, err := o.changeObjects(ctx)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(found, func(folder string, list []string) bool { return !slices.Contains(list, changeManifest(folder)) })
	return readChangeSets(changesNames(maps.Keys(found)), func(folder string) (*ChangeSet, error) { return o.readChangeSet(ctx, folder) })
}

// removeChanges is RemoveChanges.
func (o *objects) removeChanges(ctx context.Context, keep int, dryRun bool) (removed []string, err error) {
	sets, err := o.listChanges(ctx)
	if err != nil {
		return nil, err
	}
	found, err := o.changeObjects(ctx)
	if err != nil {
		return nil, err
	}
	for _, set := range sets[max(0, len(sets)-keep):] {
		delete(found, path.Base(set.Folder))
	}
	for _, set := range sets[:max(0, len(sets)-keep)] {
		removed = append(removed, set.Folder)
	}
	if dryRun {
		return removed, nil
	}
	for folder, list := range found {
		// Without its manifest, a folder is not a set of changes.
		manifest := changeManifest(folder)
		if i := slices.Index(list, manifest); i > 0 {
			list[0], list[i] = list[i], list[0]
		}
		for _, object := range list {
			if err := o.bucket.Delete(ctx, o.prefix+object); err != nil {
				return removed, o.named("remove", object, err)
			}
		}
	}
	return removed, nil
}

// readChangeSet is ReadChangeSet.
func (o *objects) readChangeSet(ctx context.Context, folder string) (*ChangeSet, error) {
	text, _, err := o.read(ctx, path.Join(folder, ManifestFile))
	if err != nil {
		return nil, err
	}
	return parseChangeSet(folder, text)
}
