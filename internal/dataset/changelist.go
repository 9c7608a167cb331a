package dataset

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/cclf-tools/cclf/internal/blob"
)

// changesName splits the name of the folder of a set: 3.2 is the second set of run 3.
func changesName(name string) (run, nth int, ok bool) {
	first, second, more := strings.Cut(name, ".")
	run, err := strconv.Atoi(first)
	if nth = 1; more && err == nil {
		nth, err = strconv.Atoi(second)
	}
	return run, nth, err == nil
}

// changesNames returns those of names that are folders of sets, the oldest first.
func changesNames(names iter.Seq[string]) []string {
	var list []string
	for name := range names {
		if _, _, ok := changesName(name); ok {
			list = append(list, name)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		runA, nthA, _ := changesName(a)
		runB, nthB, _ := changesName(b)
		return cmp.Or(cmp.Compare(runA, runB), cmp.Compare(nthA, nthB))
	})
	return list
}

// ListChanges reads the manifests of all sets of changes of the data set in dir, the
// oldest first. A set may be one that is just being published.
func ListChanges(dir string) ([]*ChangeSet, error) {
	if blob.IsURL(dir) {
		o, err := openObjects(dir)
		if err != nil {
			return nil, err
		}
		return o.listChanges(context.Background())
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	o := &ops{root: root}
	if err := o.mustBeFolder(ChangesFolder); err != nil {
		return nil, err
	}
	entries, err := o.list(ChangesFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	folders := func(yield func(string) bool) {
		for _, e := range entries {
			if e.IsDir() && !yield(e.Name()) {
				return
			}
		}
	}
	return readChangeSets(changesNames(folders), o.readChangeSet)
}

// readChangeSets reads sets, given the names of their folders.
func readChangeSets(names []string, read func(folder string) (*ChangeSet, error)) ([]*ChangeSet, error) {
	var sets []*ChangeSet
	for _, name := range names {
		set, err := read(path.Join(ChangesFolder, name))
		if errors.Is(err, fs.ErrNotExist) { // it is being removed, or its publication is being undone
			continue
		}
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// ReadChangeSet reads the manifest of one set of changes of the data set in dir, given
// its folder, such as _changes/3.
func ReadChangeSet(dir, folder string) (*ChangeSet, error) {
	if blob.IsURL(dir) {
		o, err := openObjects(dir)
		if err != nil {
			return nil, err
		}
		return o.readChangeSet(context.Background(), folder)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return (&ops{root: root}).readChangeSet(folder)
}

func (o *ops) readChangeSet(folder string) (*ChangeSet, error) {
	text, err := o.read(path.Join(folder, ManifestFile))
	if err != nil {
		return nil, err
	}
	return parseChangeSet(folder, text)
}

// parseChangeSet parses and checks the manifest of a set.
func parseChangeSet(folder string, text []byte) (*ChangeSet, error) {
	name := path.Join(folder, ManifestFile)
	set := &ChangeSet{Folder: folder}
	if err := json.Unmarshal(text, set); err != nil {
		return nil, fmt.Errorf("%s: %w", name, notManifest(err))
	}
	if set.SchemaVersion > SchemaVersion {
		return nil, &Error{
			Msg:  fmt.Sprintf("%s has schema version %d, and this cclf reads versions up to %d", name, set.SchemaVersion, SchemaVersion),
			hint: "use a newer cclf",
		}
	}
	for _, t := range set.Tables {
		for _, f := range t.Files {
			if !fs.ValidPath(f.Name) || path.Dir(f.Name) != path.Join(folder, t.Name) {
				return nil, &Error{Msg: fmt.Sprintf("%s lists %q, which is no file of the set", name, f.Name), hint: "restore the set from a copy, or load the tables whole"}
			}
		}
	}
	return set, nil
}

// Counts returns the rows and the keys of all tables of a set.
func (c *ChangeSet) Counts() (sum ChangedTable) {
	for _, t := range c.Tables {
		sum.Inserted += t.Inserted
		sum.Deleted += t.Deleted
		sum.Added += t.Added
		sum.Changed += t.Changed
		sum.Removed += t.Removed
	}
	return sum
}
