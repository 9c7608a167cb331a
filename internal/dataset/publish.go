package dataset

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A journal lists the moves that publish a data set. It is on disk from before the
// first move until everything is cleaned up.
type journal struct {
	Manifest string `json:"manifest_sha256"` // of the new manifest
	Moves    []move `json:"moves"`
}

// A move publishes an entry, which is a folder of part files or a file.
type move struct {
	Entry  string   `json:"entry"`
	Folder bool     `json:"folder,omitempty"`
	Kind   moveKind `json:"kind"`
	New    []File   `json:"new,omitempty"` // files of the new data set
	Old    []string `json:"old,omitempty"` // names of files of the old data set, relative to the folder
}

// name is the name of a file of the data set relative to the folder.
func (mv *move) name(file string) string {
	if mv.Folder {
		return strings.TrimPrefix(file, mv.Entry+"/")
	}
	return path.Base(file)
}

// has reports whether a file relative to the folder is one of the data sets.
func (mv *move) has(name string) bool {
	return slices.Contains(mv.Old, name) || slices.ContainsFunc(mv.New, func(f File) bool { return mv.name(f.Name) == name })
}

// hasIn reports whether files of the data sets are in a folder in the folder.
func (mv *move) hasIn(folder string) bool {
	in := func(name string) bool { return strings.HasPrefix(name, folder+"/") }
	return slices.ContainsFunc(mv.Old, in) || slices.ContainsFunc(mv.New, func(f File) bool { return in(mv.name(f.Name)) })
}

type moveKind string

const (
	moveExchange moveKind = "exchange" // with the entry of the same name
	moveIn       moveKind = "in"       // there is no old entry
	moveOut      moveKind = "out"      // there is no new entry
)

func (l *Layout) journal() string     { return path.Join(l.work, "journal.json") }
func (l *Layout) newManifest() string { return path.Join(l.work, "manifest.json") }

// Commit publishes the data set: it replaces the old files by the finished ones,
// which the manifest lists. If it fails, the old data set is unchanged, unless the
// error says otherwise; then the next writer restores it.
func (w *Writer) Commit(m *Manifest) error {
	if err := w.commit(m); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return nil
}

func (w *Writer) commit(m *Manifest) error {
	if w.remote != nil {
		return w.commitRemote(m)
	}
	if err := w.syncing.Wait(); err != nil {
		return err
	}
	text, err := w.seal(m)
	if err != nil {
		return err
	}
	if err := w.share(m); err != nil {
		return err
	}
	j := &journal{Manifest: sumOf(text)}
	if j.Moves, err = w.plan(m); err != nil {
		return err
	}
	if j.Moves, err = w.keepUnchanged(j.Moves); err != nil {
		return err
	}
	j.Moves = append(j.Moves, w.added...)
	if err := w.ops.writeFile(w.layout.newManifest(), text); err != nil {
		return err
	}
	if err := w.syncTree(w.layout.work); err != nil {
		return err
	}
	if err := w.ops.syncFolder("."); err != nil { // where the work folder is
		return err
	}
	record, err := json.MarshalIndent(j, "", " ")
	if err != nil {
		return err
	}
	if err = w.ops.writeFile(w.layout.journal(), record); err == nil {
		err = w.publish(j)
	}
	if err == nil {
		// This is the commit.
		if err = w.ops.rename(w.layout.newManifest(), w.layout.Manifest); err == nil {
			return w.afterCommit(j)
		}
	}
	if err != nil {
		if undo := w.recover(); undo != nil {
			err = errors.Join(err, &Error{
				Msg:  fmt.Sprintf("and what was begun could not be undone: %v", undo),
				hint: "run the same command again: it goes on from here, and no data are lost",
				err:  undo,
			})
		}
	}
	return err
}

// afterCommit removes the old files. If it fails, the next writer removes the
// rest.
func (w *Writer) afterCommit(j *journal) error {
	err := w.clear(j)
	if err == nil {
		err = w.ops.removeAll(w.layout.work)
	}
	if err != nil {
		return &Error{
			Msg:  fmt.Sprintf("the new data set is in place, but what it replaces could not be removed: %v", err),
			hint: "run the same command again",
			err:  err,
		}
	}
	return nil
}

// seal fills in what the manifest says of itself, and returns its text.
func (w *Writer) seal(m *Manifest) ([]byte, error) {
	m.SchemaVersion = SchemaVersion
	m.TablesSHA256 = m.tablesSum()
	text, err := m.encode()
	if err != nil {
		return nil, err
	}
	if err := m.check(&w.layout); err != nil {
		panic("dataset: internal error: " + err.Error())
	}
	return text, nil
}

// syncTree makes the names in a folder, and in those below it, durable.
func (w *Writer) syncTree(name string) error {
	entries, err := w.ops.list(name)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := w.syncTree(path.Join(name, e.Name())); err != nil {
				return err
			}
		}
	}
	return w.ops.syncFolder(name)
}

// plan returns the moves that publish the data set.
func (w *Writer) plan(m *Manifest) ([]move, error) {
	moves := map[string]*move{}
	for _, f := range m.List() {
		entry, folder := entryOf(f.Name)
		mv := moves[entry]
		if mv == nil {
			mv = &move{Entry: entry, Folder: folder, Kind: moveIn}
			moves[entry] = mv
		}
		mv.New = append(mv.New, f)
	}
	for _, f := range oldFiles(&w.layout, w.old) {
		entry, folder := entryOf(f.Name)
		mv := moves[entry]
		if mv == nil {
			mv = &move{Entry: entry, Folder: folder, Kind: moveOut}
			moves[entry] = mv
		}
		mv.Old = append(mv.Old, mv.name(f.Name))
	}
	list := make([]move, 0, len(moves))
	for _, mv := range moves {
		there, err := w.inPlace(mv)
		if err != nil {
			return nil, err
		}
		switch {
		case there && mv.Kind == moveIn:
			if !mv.Folder && mv.Old == nil {
				return nil, &Error{Msg: mv.Entry + " is in the way: it is not a file of the data set", hint: "move it away"}
			}
			mv.Kind = moveExchange
		case !there && mv.Kind == moveOut:
			continue // it was removed by others
		}
		list = append(list, *mv)
	}
	slices.SortFunc(list, func(a, b move) int {
		// An entry with a new name replaces the old one without other moves in
		// between, so that both are missing only for a moment.
		return cmp.Or(cmp.Compare(order[a.Kind], order[b.Kind]), cmp.Compare(path.Dir(a.Entry), path.Dir(b.Entry)),
			cmp.Compare(b.Kind, a.Kind), cmp.Compare(a.Entry, b.Entry))
	})
	return list, nil
}

var order = map[moveKind]int{moveExchange: 0, moveOut: 1, moveIn: 1}

// inPlace reports whether there is an old entry. It is an error if the entry must
// not be moved.
func (w *Writer) inPlace(mv *move) (bool, error) {
	if dir := path.Dir(mv.Entry); dir != "." {
		if err := w.ops.mustBeFolder(dir); err != nil {
			return false, err
		}
	}
	info, err := w.ops.root.Lstat(mv.Entry)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	switch {
	case err != nil:
	case mv.Folder && !info.IsDir():
		err = notFolder(mv.Entry)
	case !mv.Folder && !info.Mode().IsRegular():
		err = &Error{Msg: mv.Entry + " is in the way: it is not a regular file", hint: "move it away"}
	}
	return err == nil, err
}

// publish makes the moves.
func (w *Writer) publish(j *journal) error {
	if err := w.ops.syncFolder(w.layout.work); err != nil { // where the journal is
		return err
	}
	for i := range j.Moves {
		if err := w.do(&j.Moves[i]); err != nil {
			return err
		}
	}
	return w.syncMoves(j)
}

func (w *Writer) do(mv *move) error {
	set, old := w.layout.set(mv.Entry), w.layout.old(mv.Entry)
	if mv.Kind == moveExchange {
		err := w.ops.exchange(set, mv.Entry)
		if !errors.Is(err, errNoExchange) {
			return err
		}
	}
	if mv.Kind != moveIn {
		if err := w.ops.mkdirAll(path.Dir(old)); err != nil {
			return err
		}
		if err := w.ops.rename(mv.Entry, old); err != nil {
			return err
		}
	}
	if mv.Kind == moveOut {
		return nil
	}
	if err := w.ops.mkdirAll(path.Dir(mv.Entry)); err != nil {
		return err
	}
	return w.ops.rename(set, mv.Entry)
}

// syncMoves makes the moves durable.
func (w *Writer) syncMoves(j *journal) error {
	folders := map[string]bool{".": true, w.layout.set("."): true, w.layout.old("."): true}
	for _, mv := range j.Moves {
		for _, name := range []string{mv.Entry, w.layout.set(mv.Entry), w.layout.old(mv.Entry)} {
			folders[path.Dir(name)] = true
		}
	}
	for folder := range folders {
		there, err := w.ops.exists(folder)
		if there {
			err = w.ops.syncFolder(folder)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readJournal returns the journal, or nil if there is none.
func (o *ops) readJournal(l *Layout) (*journal, error) {
	if err := o.mustBeFolder(l.work); err != nil {
		return nil, err
	}
	text, err := o.read(l.journal())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j := &journal{}
	if err := json.Unmarshal(text, j); err != nil {
		return nil, fmt.Errorf("%s: %w", l.journal(), err)
	}
	return j, nil
}

// recover completes or undoes a publication that was interrupted. It may be
// interrupted itself.
func (w *Writer) recover() error {
	j, err := w.ops.readJournal(&w.layout)
	if j == nil || err != nil {
		return err
	}
	manifest, err := w.ops.read(w.layout.Manifest)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && sumOf(manifest) == j.Manifest {
		w.redo = true
		for i := range j.Moves {
			if err := w.complete(&j.Moves[i]); err != nil {
				return err
			}
		}
		return w.clear(j)
	}
	for i := range slices.Backward(j.Moves) {
		if err := w.undo(&j.Moves[i]); err != nil {
			return err
		}
	}
	if err := w.syncMoves(j); err != nil {
		return err
	}
	if err := w.removeEmpty(j); err != nil {
		return err
	}
	if err := w.ops.remove(w.layout.journal()); err != nil {
		return err
	}
	return w.ops.syncFolder(w.layout.work)
}

// complete makes sure that an entry is in its place. It is needed if the old and
// the new manifest are equal: then it is unknown whether all moves were made, but
// the old and the new entry are equal too.
func (w *Writer) complete(mv *move) error {
	if mv.Kind == moveOut {
		return nil
	}
	there, err := w.ops.exists(mv.Entry)
	if there || err != nil {
		return err
	}
	if err := w.ops.mkdirAll(path.Dir(mv.Entry)); err != nil {
		return err
	}
	for _, from := range []string{w.layout.set(mv.Entry), w.layout.old(mv.Entry)} {
		there, err := w.ops.exists(from)
		if there {
			return w.ops.rename(from, mv.Entry)
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("%s is gone: %w", mv.Entry, fs.ErrNotExist)
}

// undo reverses a move, if it was made.
func (w *Writer) undo(mv *move) error {
	set, old := w.layout.set(mv.Entry), w.layout.old(mv.Entry)
	var inSet, inOld bool
	there, err := w.ops.exists(mv.Entry)
	if err == nil {
		inSet, err = w.ops.exists(set)
	}
	if err == nil {
		inOld, err = w.ops.exists(old)
	}
	if err != nil {
		return err
	}
	if there && mv.Kind == moveExchange && inSet {
		// Both exist: the names were exchanged, or not yet.
		if made, err := w.isNew(mv); !made || err != nil {
			return err
		}
		if err := w.ops.exchange(set, mv.Entry); !errors.Is(err, errNoExchange) {
			return err
		}
		return nil // so they were not exchanged: the old and the new entry are equal
	}
	if there && mv.Kind != moveOut && !inSet {
		if err := w.ops.rename(mv.Entry, set); err != nil {
			return err
		}
		there = false
	}
	if !there && inOld {
		return w.ops.rename(old, mv.Entry)
	}
	return nil
}

// isNew reports whether the new entry is in its place. If the new and the old entry
// are equal, either answer is right.
func (w *Writer) isNew(mv *move) (bool, error) {
	for _, f := range mv.New {
		info, err := w.ops.root.Lstat(f.Name)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if info.Size() != f.Size {
			return false, nil
		}
	}
	if mv.Folder {
		// The names depend on the content. If all new files are also old ones, an old
		// file that is missing shows that the new entry is in place.
		for _, name := range mv.Old {
			if slices.ContainsFunc(mv.New, func(f File) bool { return mv.name(f.Name) == name }) {
				continue
			}
			if there, err := w.ops.exists(path.Join(mv.Entry, name)); there || err != nil {
				return false, err
			}
		}
		return true, nil
	}
	sum, err := w.ops.hash(mv.Entry)
	return sum == mv.New[0].SHA256, err
}

// clear removes the old entries. It first moves files that belong to neither data
// set to the new entries.
func (w *Writer) clear(j *journal) error {
	if err := w.ops.syncFolder("."); err != nil { // where the manifest is
		return err
	}
	for i := range j.Moves {
		if mv := &j.Moves[i]; mv.Folder {
			for _, from := range []string{w.layout.set(mv.Entry), w.layout.old(mv.Entry)} {
				if err := w.carry(mv, from, "."); err != nil {
					return err
				}
			}
		}
	}
	for _, folder := range []string{w.layout.set("."), w.layout.old(".")} {
		if err := w.ops.removeAll(folder); err != nil {
			return err
		}
	}
	if err := w.removeEmpty(j); err != nil {
		return err
	}
	return w.ops.remove(w.layout.journal())
}

// carry moves files that do not belong to the old data set to the new folder. In is the
// folder in it to look in.
func (w *Writer) carry(mv *move, from, in string) error {
	there, err := w.ops.exists(path.Join(from, in))
	if !there || err != nil {
		return err
	}
	entries, err := w.ops.list(path.Join(from, in))
	if err != nil {
		return err
	}
	carried := false
	for _, e := range entries {
		name := path.Join(in, e.Name())
		if e.IsDir() && mv.hasIn(name) {
			if err := w.carry(mv, from, name); err != nil {
				return err
			}
			continue
		}
		if mv.has(name) {
			continue
		}
		to := path.Join(mv.Entry, name)
		if err := w.ops.mkdirAll(path.Dir(to)); err != nil {
			return err
		}
		if there, err := w.ops.exists(to); there || err != nil {
			return errors.Join(err, fmt.Errorf("%s is not part of the data set, and there is another %s: %w", path.Join(from, name), to, fs.ErrExist))
		}
		if err := w.ops.rename(path.Join(from, name), to); err != nil {
			return err
		}
		carried = true
	}
	if !carried {
		return nil
	}
	for folder := path.Join(mv.Entry, in); ; folder = path.Dir(folder) { // which may be new
		if err := w.ops.syncFolder(folder); err != nil || folder == "." {
			return err
		}
	}
}

// removeEmpty removes folders that the moves left empty.
func (w *Writer) removeEmpty(j *journal) error {
	removed := false
	for _, mv := range j.Moves {
		dir := path.Dir(mv.Entry)
		if dir == "." {
			continue
		}
		there, err := w.ops.exists(dir)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		entries, err := w.ops.list(dir)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			continue
		}
		if err := w.ops.remove(dir); err != nil {
			return err
		}
		removed = true
	}
	if removed {
		return w.ops.syncFolder(".")
	}
	return nil
}
