package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/cclf-tools/cclf/internal/changes"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// changedRowsInMemory is the number of rows of sets of changes whose keys are compared
// in one pass over a table, at most. For tests, it can be set.
var changedRowsInMemory int64 = 1 << 20

// verifyChanges compares the files of the sets of changes with their manifests, and the
// rows of each table with those of the sets before and after, and of the tables: what
// a set deletes is what the last set with rows of the key inserted, and the tables have
// what the newest one inserted. So deletes and inserts turn the tables before a set into
// those after it, as far as the rows of both are known.
func (s *Set) verifyChanges(ctx context.Context, o storage, v *Verified, bad map[string]bool) error {
	if s.Layout.single {
		return nil
	}
	names, err := o.changeFiles(ctx)
	if err != nil {
		return err
	}
	problem := func(name string, err error) {
		bad[name] = true
		v.BadChanges++
		v.Problems = append(v.Problems, err)
	}
	var sets []*ChangeSet
	for _, folder := range setFolders(names) {
		set, err := readChanges(ctx, o, folder)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s has files, but no %s: it is no set of changes", folder, ManifestFile)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			problem(folder, err)
			continue
		}
		sets = append(sets, set)
		if err := verifyChangeSet(ctx, o, set, v, bad, problem); err != nil {
			return err
		}
		listed := set.files()
		for _, name := range names {
			if strings.HasPrefix(name, folder+"/") && isPart(name) && !listed[name] {
				problem(name, fmt.Errorf("%s is not listed in %s", name, path.Join(folder, ManifestFile)))
			}
		}
	}
	v.Changes = len(sets)
	for _, c := range s.chains(sets, bad) {
		if err := c.verify(ctx, o, func(err error) { problem("", err) }); err != nil {
			return err
		}
	}
	return nil
}

// verifyChangeSet compares the files of a set with its manifest.
func verifyChangeSet(ctx context.Context, o storage, set *ChangeSet, v *Verified, bad map[string]bool, problem func(string, error)) error {
	for _, t := range set.Tables {
		var total int64
		for _, f := range t.Files {
			total += f.Rows
			v.ChangeFiles++
			v.ChangeBytes += f.Size
			err := verifyFile(ctx, o, f)
			if err == nil {
				err = verifyRows(ctx, o, f)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				problem(f.Name, err)
			}
		}
		v.ChangeRows += total
		if total != t.Inserted+t.Deleted {
			bad[set.Folder] = true
			problem(set.Folder, fmt.Errorf("%s says that %d rows of %s were inserted and %d deleted, and that its files have %d",
				path.Join(set.Folder, ManifestFile), t.Inserted, t.Name, t.Deleted, total))
		}
	}
	return nil
}

// files are the names of the files of a set.
func (c *ChangeSet) files() map[string]bool {
	names := map[string]bool{}
	for _, t := range c.Tables {
		for _, f := range t.Files {
			names[f.Name] = true
		}
	}
	return names
}

// setFolders returns the folders of sets in which there are files, the oldest first.
func setFolders(names []string) []string {
	folders := map[string]bool{}
	for _, name := range names {
		if set, _, ok := strings.Cut(strings.TrimPrefix(name, ChangesFolder+"/"), "/"); ok {
			folders[set] = true
		}
	}
	list := changesNames(maps.Keys(folders))
	for i, name := range list {
		list[i] = path.Join(ChangesFolder, name)
	}
	return list
}

// readChanges reads the manifest of a set.
func readChanges(ctx context.Context, o storage, folder string) (*ChangeSet, error) {
	in, err := o.openFile(ctx, path.Join(folder, ManifestFile))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(&contextReader{ctx, in})
	if err != nil {
		return nil, err
	}
	return parseChangeSet(folder, text)
}

// A chain has the changes of one table by one set after the other.
type chain struct {
	name  string
	steps []*chainStep
	// now are the files of the table, if the last step leads to them.
	now     []File
	compare bool // with now
	format  Format
}

// A chainStep is what a set does to a table.
type chainStep struct {
	set   *ChangeSet
	table ChangedTable
	// begins reports that the tables before are unknown: they are not those after the
	// step before.
	begins bool
	// counts by the rows of the files
	inserted, deleted       int64
	added, changed, removed int64
	unlike                  int64 // keys that had other rows before than those that were deleted
}

// chains returns the chains of all tables. Files that are damaged interrupt them.
func (s *Set) chains(sets []*ChangeSet, bad map[string]bool) []*chain {
	byName := map[string]*chain{}
	var list []*chain
	broken := map[string]bool{} // tables that the next step begins anew
	for i, set := range sets {
		if i == 0 || sets[i-1].To != set.From || sets[i-1].Format != set.Format {
			for name := range byName {
				broken[name] = true
			}
		}
		for _, t := range set.Tables {
			c := byName[t.Name]
			if c == nil {
				c = &chain{name: t.Name}
				byName[t.Name] = c
				list = append(list, c)
			}
			if bad[set.Folder] || slices.ContainsFunc(t.Files, func(f File) bool { return bad[f.Name] }) {
				broken[t.Name] = true
				continue
			}
			if len(t.Files) == 0 {
				continue
			}
			last := len(c.steps) - 1
			begins := broken[t.Name] || last < 0 || !slices.Equal(c.steps[last].table.Key, t.Key)
			c.steps = append(c.steps, &chainStep{set: set, table: t, begins: begins})
			c.format = set.Format
			delete(broken, t.Name)
		}
	}
	if len(sets) == 0 || sets[len(sets)-1].To != s.Manifest.tablesSum() || sets[len(sets)-1].Format != s.Manifest.Format {
		return list
	}
	for _, c := range list {
		if broken[c.name] {
			continue
		}
		c.compare = true
		if t := findTable(s.Manifest, c.name); t != nil {
			c.now = t.Files
			c.compare = !slices.ContainsFunc(t.Files, func(f File) bool { return bad[f.Name] })
		}
	}
	return list
}

// verify reads the rows of the chain. Keys are compared in several passes if there are
// many, so that the memory is bounded.
func (c *chain) verify(ctx context.Context, o storage, problem func(error)) error {
	var rows int64
	for _, step := range c.steps {
		rows += step.table.Inserted + step.table.Deleted
	}
	if rows == 0 {
		return nil
	}
	passes := uint64(rows/changedRowsInMemory) + 1
	var unlike int64
	for pass := range passes {
		p := &chainPass{chain: c, storage: o, wanted: func(key uint64) bool { return key%passes == pass }, rows: map[uint64]uint64{}}
		n, err := p.run(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			problem(fmt.Errorf("changes of %s: %w", c.name, err))
			return nil
		}
		unlike += n
	}
	for _, step := range c.steps {
		t := step.table
		if step.unlike > 0 {
			problem(fmt.Errorf("%s deletes other rows of %s than there were before: %d keys", step.set.Folder, c.name, step.unlike))
		}
		if step.inserted != t.Inserted || step.deleted != t.Deleted {
			problem(fmt.Errorf("%s has %d inserted and %d deleted rows of %s, and its manifest says %d and %d",
				step.set.Folder, step.inserted, step.deleted, c.name, t.Inserted, t.Deleted))
		}
		if !t.Replaced && (step.added != t.Added || step.changed != t.Changed || step.removed != t.Removed) {
			problem(fmt.Errorf("%s has %d added, %d changed and %d removed keys of %s, and its manifest says %d, %d and %d",
				step.set.Folder, step.added, step.changed, step.removed, c.name, t.Added, t.Changed, t.Removed))
		}
	}
	if unlike > 0 {
		problem(fmt.Errorf("%s has other rows than the sets of changes up to %s lead to: %d keys", c.name, c.steps[len(c.steps)-1].set.Folder, unlike))
	}
	return nil
}

// A chainPass follows some of the keys of a table from set to set.
type chainPass struct {
	*chain
	storage  storage
	wanted   func(key uint64) bool
	rows     map[uint64]uint64 // sums of the hashes of the rows of known keys
	complete bool              // other keys have no rows
	hasher   *changes.Hasher
}

// A keyChange has the sums of the hashes of rows of a key in a set.
type keyChange struct {
	deleted, inserted uint64
	sides             changes.Sides
}

// run returns the number of keys that have other rows in the table than the sets lead
// to.
func (p *chainPass) run(ctx context.Context) (unlike int64, err error) {
	p.hasher = changes.NewHasher()
	for _, step := range p.steps {
		if step.begins || step.table.Replaced {
			clear(p.rows)
			p.complete = false
		}
		if err := p.step(ctx, step); err != nil {
			return 0, err
		}
	}
	if !p.compare {
		return 0, nil
	}
	now := map[uint64]uint64{}
	key := p.steps[len(p.steps)-1].table.Key
	for _, f := range p.now {
		err := p.read(ctx, p.format, f, key, func(_ arrow.RecordBatch, keys, rows []uint64) error {
			for i, key := range keys {
				if !p.wanted(key) {
					continue
				}
				if _, known := p.rows[key]; known || p.complete {
					now[key] += rows[i]
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	for key, sum := range p.rows {
		if now[key] != sum {
			unlike++
		}
		delete(now, key)
	}
	return unlike + int64(len(now)), nil
}

// step applies a set to the known keys.
func (p *chainPass) step(ctx context.Context, step *chainStep) error {
	touched := map[uint64]keyChange{}
	for _, f := range step.table.Files {
		err := p.read(ctx, step.set.Format, f, step.table.Key, func(batch arrow.RecordBatch, keys, rows []uint64) error {
			ops := table.TextsOf(pick(batch, []string{OpColumn})[0])
			for i, key := range keys {
				if !p.wanted(key) {
					continue
				}
				change := touched[key]
				switch ops.Value(i) {
				case OpInsert:
					step.inserted++
					change.inserted += rows[i]
					change.sides |= changes.NewSide
				case OpDelete:
					step.deleted++
					change.deleted += rows[i]
					change.sides |= changes.OldSide
				default:
					return fmt.Errorf("%s has rows whose %s is neither %s nor %s", f.Name, OpColumn, OpInsert, OpDelete)
				}
				touched[key] = change
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for key, change := range touched {
		if before, known := p.rows[key]; (known || p.complete) && before != change.deleted {
			step.unlike++
		}
		p.rows[key] = change.inserted
		switch change.sides {
		case changes.NewSide:
			step.added++
		case changes.OldSide:
			step.removed++
		default:
			step.changed++
		}
	}
	p.complete = p.complete || step.table.Replaced
	return nil
}

// read calls visit with the batches of a file, and the hashes of their keys and rows.
func (p *chainPass) read(ctx context.Context, format Format, f File, key []string, visit func(batch arrow.RecordBatch, keys, rows []uint64) error) error {
	spec := specOf(format)
	if spec == nil || spec.open == nil {
		return fmt.Errorf("%s: files of the format %s cannot be compared", f.Name, format)
	}
	in, err := p.storage.openFile(ctx, f.Name)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := spec.open(ctx, in, encode.ReadOptions{})
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	defer r.Close()
	key, others := comparedColumns(r.Schema(), key)
	var keys, rows []uint64
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		n := int(batch.NumRows())
		keys = slices.Grow(keys[:0], n)[:n]
		clear(keys)
		p.hasher.Add(keys, pick(batch, key))
		rows = append(rows[:0], keys...)
		p.hasher.Add(rows, pick(batch, others))
		if err := visit(batch, keys, rows); err != nil {
			return err
		}
	}
}

// comparedColumns returns the columns by which rows are compared: those of the key, or all
// if there is none, then the others.
func comparedColumns(s *arrow.Schema, keyOf []string) (key, others []string) {
	for _, f := range s.Fields() {
		switch compared := !schema.IsProvenance(f.Name) && !isChangeColumn(f.Name); {
		case slices.Contains(keyOf, f.Name) || keyOf == nil && compared:
			key = append(key, f.Name)
		case compared:
			others = append(others, f.Name)
		}
	}
	return key, others
}
