package dataset

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
)

// A publication leaves alone what did not change, so that a loader takes only what
// did: an entry whose files are those of the old data set is not moved, and a file
// that is in the old and the new entry of a table keeps its inode and its time. The
// content decides, not the manifest: a damaged old file is replaced. So is one with
// another mode than the new one.

// keepUnchanged drops the moves of entries that did not change, and links the
// unchanged files of the others.
func (w *Writer) keepUnchanged(moves []move) ([]move, error) {
	if w.old == nil {
		return moves, nil
	}
	old := map[string]File{}
	for _, f := range w.old.List() {
		old[f.Name] = f
	}
	var changed []move
	for _, mv := range moves {
		if mv.Kind != moveExchange {
			changed = append(changed, mv)
			continue
		}
		var same []File
		for _, f := range mv.New {
			unchanged, err := w.isUnchanged(f, old[f.Name])
			if err != nil {
				return nil, err
			}
			if unchanged {
				same = append(same, f)
			}
		}
		if len(same) == len(mv.New) && len(mv.New) == len(mv.Old) {
			keep, err := w.ops.sameMode(w.layout.set(mv.Entry), mv.Entry)
			if err != nil {
				return nil, err
			}
			if keep {
				continue
			}
		}
		changed = append(changed, mv)
		if !mv.Folder {
			continue
		}
		for _, f := range same {
			if err := w.linkOld(f); err != nil {
				return nil, err
			}
		}
	}
	return changed, nil
}

// isUnchanged reports whether the file in place is the new one.
func (w *Writer) isUnchanged(f, old File) (bool, error) {
	if f.SHA256 != old.SHA256 || f.Size != old.Size {
		return false, nil
	}
	info, err := w.ops.root.Lstat(f.Name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != f.Size {
		return false, ignoreMissing(err)
	}
	if same, err := w.ops.sameMode(w.layout.set(f.Name), f.Name); !same {
		return false, ignoreMissing(err)
	}
	sum, err := w.ops.hash(f.Name)
	return sum == f.SHA256, ignoreMissing(err)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// linkOld puts the old file in the place of the new one, which is equal. On file
// systems without links, the new file gets the time of the old one.
func (w *Writer) linkOld(f File) error {
	to := w.layout.set(f.Name)
	link := path.Join(path.Dir(to), "."+path.Base(to)+".link")
	err := w.ops.link(f.Name, link)
	if err == nil {
		return w.ops.rename(link, to)
	}
	info, statErr := w.ops.root.Stat(f.Name)
	if statErr != nil {
		return cmp.Or(ignoreMissing(statErr), err)
	}
	return w.ops.setTime(to, info.ModTime())
}
