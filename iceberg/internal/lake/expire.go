package lake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/apache/iceberg-go"
	icebergio "github.com/apache/iceberg-go/io"
	"github.com/apache/iceberg-go/table"
)

// nameMapping is the property that says which column of a file without field ids is
// which column of the table.
func nameMapping(s *iceberg.Schema) (string, error) {
	text, err := json.Marshal(s.NameMapping())
	return string(text), err
}

// dataFiles iterates over the data files of a snapshot.
func dataFiles(s *table.Snapshot, fio icebergio.IO) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		manifests, err := s.Manifests(fio)
		if err != nil {
			yield("", err)
			return
		}
		for _, m := range manifests {
			for e, err := range m.Entries(fio, true) {
				if err != nil {
					yield("", err)
					return
				}
				if !yield(e.DataFile().FilePath(), nil) {
					return
				}
			}
		}
	}
}

// Expired is what Expire did with a table.
type Expired struct {
	Table     string `json:"table"`
	Snapshots int    `json:"snapshots_removed"`
	Kept      int    `json:"snapshots_kept"`
	Files     int    `json:"files_removed"`
	Bytes     int64  `json:"bytes_removed"` // of files that no other name refers to, and of links
}

// Expire keeps the newest snapshots of each table, and those that a tag or a branch
// names. It removes the others, and the files that only they named.
func Expire(ctx context.Context, o Options, keep int) ([]Expired, error) {
	l, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer l.close()
	tables, err := l.ours(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Expired, 0, len(tables))
	for _, t := range tables {
		e, err := expire(ctx, t, keep)
		if err != nil {
			return list, err
		}
		list = append(list, e)
	}
	return list, nil
}

func expire(ctx context.Context, t *table.Table, keep int) (Expired, error) {
	e := Expired{Table: t.Properties()[propTable]}
	fio, err := t.FS(ctx)
	if err != nil {
		return e, err
	}
	before, err := reachable(t, fio)
	if err != nil {
		return e, err
	}
	was := len(t.Metadata().Snapshots())
	tx := t.NewTransaction()
	// After the commit, the library would remove files at once, whoever refers to them.
	if err := tx.ExpireSnapshots(table.WithRetainLast(keep), table.WithOlderThan(0), table.WithPostCommit(false)); err != nil {
		return e, err
	}
	if t, err = tx.Commit(ctx); err != nil {
		return e, err
	}
	e.Kept = len(t.Metadata().Snapshots())
	e.Snapshots = was - e.Kept
	after, err := reachable(t, fio)
	if err != nil {
		return e, err
	}
	return e, sweep(t, fio, before, after, &e)
}

// plain is a name without escapes. iceberg-go escapes spaces and letters that are not ASCII
// in the names of metadata, and not in those of data.
func plain(uri string) string {
	if name, err := url.PathUnescape(uri); err == nil {
		return name
	}
	return uri
}

// reachable returns the plain names of all files that a table's metadata refer to.
func reachable(t *table.Table, fio icebergio.IO) (map[string]bool, error) {
	files := map[string]bool{plain(t.MetadataLocation()): true, plain(t.Location() + "/metadata/version-hint.text"): true}
	for e := range t.Metadata().PreviousFiles() {
		files[plain(e.MetadataFile)] = true
	}
	for s := range t.Metadata().Statistics() {
		files[plain(s.StatisticsPath)] = true
	}
	for s := range t.Metadata().PartitionStatistics() {
		files[plain(s.StatisticsPath)] = true
	}
	for _, s := range t.Metadata().Snapshots() {
		files[plain(s.ManifestList)] = true
		manifests, err := s.Manifests(fio)
		if err != nil {
			return nil, err
		}
		for _, m := range manifests {
			if files[plain(m.FilePath())] {
				continue // read for another snapshot
			}
			files[plain(m.FilePath())] = true
			for e, err := range m.Entries(fio, false) {
				if err != nil {
					return nil, err
				}
				if e.Status() != iceberg.EntryStatusDELETED {
					files[plain(e.DataFile().FilePath())] = true
				}
			}
		}
	}
	return files, nil
}

// orphanAge is how old a file in an object store must be before it is removed although
// no snapshot is known to have named it: it may be of a publication in progress on
// another machine.
const orphanAge = 7 * 24 * time.Hour

// sweep removes the files in the table's folder that nothing refers to. After are those
// that the metadata refer to, and before those that they referred to. If the current
// metadata are not among the files that are found, names differ from those that are meant,
// and nothing is removed.
func sweep(t *table.Table, fio icebergio.IO, before, after map[string]bool, e *Expired) error {
	lister, ok := fio.(icebergio.ListableIO)
	if !ok {
		return nil
	}
	_, local := localPath(t.Location())
	unused := map[string]int64{} // sizes of files
	found := false
	for _, folder := range []string{"/data", "/metadata"} {
		err := lister.WalkDir(t.Location()+folder, func(name string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || entry.IsDir() {
				return err
			}
			if local {
				name = fileScheme + absoluteSlash(name)
			}
			key := plain(name)
			found = found || key == plain(t.MetadataLocation()) && after[key]
			info, err := entry.Info()
			if err != nil || after[key] || !local && !before[key] && time.Since(info.ModTime()) < orphanAge {
				return err
			}
			unused[name] = info.Size()
			return nil
		})
		if err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("%w: table %s: %s is not in its folder %s; no files were removed", ErrCatalog, strings.Join(t.Identifier(), "."), t.MetadataLocation(), t.Location())
	}
	var errs []error
	for name, size := range unused {
		if err := fio.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
			continue
		}
		e.Files++
		e.Bytes += size
	}
	return errors.Join(errs...)
}

// absoluteSlash is a local path in the form that it has in a URI.
func absoluteSlash(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}
