package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/changes"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A comparison finds the changes of all tables.
type comparison struct {
	w       *Writer
	old     *Manifest
	set     *ChangeSet
	options ChangeOptions
	limit   int // of keys in memory, per table
	tables  *Tables
	adding  sync.Mutex // tables

	progress    sync.Mutex
	done, total int64 // rows
}

// A tableComparison finds the changes of one table. It is for one goroutine.
type tableComparison struct {
	*comparison
	name     string
	old, new side
	schema   *arrow.Schema // of the rows of changes, without the columns of changes
	key      []string
	replaced bool
	result   *ChangedTable
	to       *TableWriter // nil until there are rows
	hashes   []uint64     // of a batch
}

// A side is a table of the old or the new data set.
type side struct {
	format Format
	files  []sideFile
	schema *arrow.Schema // nil if there is no table
}

// A sideFile is a file of a side.
type sideFile struct {
	File
	at   string // where it is, relative to Layout.Dir
	same bool   // the other side has a file with the same content
	old  bool   // and its content was not compared with the manifest yet
}

// run compares the tables of the old data set with those of m.
func (c *comparison) run(ctx context.Context, m *Manifest, jobs int) (err error) {
	o := &c.options.Tables
	if c.tables, err = c.w.Tables(TableOptions{Memory: o.Memory, PartRows: o.PartRows, RowGroupRows: o.RowGroupRows}); err != nil {
		return err
	}
	var list []*tableComparison
	for _, t := range m.Tables {
		before := findTable(c.old, t.Name)
		list = append(list, c.compare(t.Name, before, &t))
	}
	for _, t := range c.old.Tables {
		if findTable(m, t.Name) == nil {
			list = append(list, c.compare(t.Name, &t, nil))
		}
	}
	for _, t := range list {
		for _, f := range slices.Concat(t.old.files, t.new.files) {
			if !f.same {
				c.total += f.Rows
			}
		}
	}
	c.report(0)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for i, t := range list {
		group.Go(func() error {
			err := t.run(groupCtx, i)
			if err == nil {
				err = t.w.removeCompared(t.new.files)
			}
			if err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	written, _, err := c.tables.Finish(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		for _, w := range written {
			if w.Name == path.Join(c.set.Folder, t.name) {
				t.result.Files = w.Files
			}
		}
		c.set.Tables = append(c.set.Tables, *t.result)
	}
	return nil
}

// report counts rows that were read.
func (c *comparison) report(rows int64) {
	if c.options.Progress == nil {
		return
	}
	c.progress.Lock()
	defer c.progress.Unlock()
	c.done += rows
	c.options.Progress(c.done, c.total)
}

func findTable(m *Manifest, name string) *Table {
	if i := slices.IndexFunc(m.Tables, func(t Table) bool { return t.Name == name }); i >= 0 {
		return &m.Tables[i]
	}
	return nil
}

// compare prepares the comparison of a table; before or after may be nil.
func (c *comparison) compare(name string, before, after *Table) *tableComparison {
	t := &tableComparison{comparison: c, name: name, result: &ChangedTable{Name: name, Files: []File{}}}
	t.old.format, t.new.format = c.old.Format, c.set.Format
	equal := map[string]int{} // files of the old side by their content
	if before != nil {
		for _, f := range before.Files {
			t.old.files = append(t.old.files, sideFile{File: f, at: f.Name, old: true})
			equal[f.SHA256]++
		}
	}
	if after != nil {
		for _, f := range after.Files {
			same := t.old.format == t.new.format && equal[f.SHA256] > 0
			if same {
				equal[f.SHA256]--
			}
			t.new.files = append(t.new.files, sideFile{File: f, at: c.w.layout.set(f.Name), same: same})
		}
	}
	for i := range t.old.files {
		f := &t.old.files[i]
		if f.same = equal[f.SHA256] == 0; !f.same {
			equal[f.SHA256]-- // of several with this content, some may have no counterpart
		}
	}
	return t
}

// run compares the table, and writes the rows of the keys that changed.
func (t *tableComparison) run(ctx context.Context, index int) error {
	if err := t.describe(ctx); err != nil || t.schema == nil {
		return err
	}
	defer func() {
		if t.to != nil {
			t.to.Discard()
		}
	}()
	if t.replaced {
		return t.replace(ctx)
	}
	scratch := t.w.Scratch(fmt.Sprintf("changes-%d", index))
	if err := os.MkdirAll(scratch, 0o700); err != nil {
		return err
	}
	keys, err := t.changedKeys(ctx, scratch)
	if err != nil {
		return err
	}
	defer keys.Close()
	if err := keys.Sets(func(set *changes.Keys) error { return t.writeKeys(ctx, set) }); err != nil {
		return err
	}
	return t.close()
}

// close ends the file of changes, if there is one.
func (t *tableComparison) close() error {
	if t.to == nil {
		return nil
	}
	return t.to.Close()
}

// describe finds the columns of both sides.
func (t *tableComparison) describe(ctx context.Context) error {
	for _, s := range []*side{&t.old, &t.new} {
		if len(s.files) == 0 {
			continue
		}
		r, err := t.open(ctx, s, &s.files[0], encode.ReadOptions{})
		if err != nil {
			return err
		}
		s.schema = r.Schema()
		if err := r.Close(); err != nil {
			return err
		}
	}
	t.old.adopt(&t.new)
	t.new.adopt(&t.old)
	switch {
	case t.new.schema == nil:
		t.schema = t.old.schema
	case t.old.schema == nil:
		t.schema = t.new.schema
	default:
		t.schema = t.new.schema
		t.replaced = schemaSum(t.old.schema) != schemaSum(t.new.schema)
	}
	if t.schema == nil {
		return nil
	}
	t.key = keyOf(t.name, t.schema)
	t.result.Key, t.result.SchemaSHA256, t.result.Replaced = t.key, schemaSum(t.schema), t.replaced
	return nil
}

// adopt gives the texts of a CSV file the types of the same columns of the other side.
func (s *side) adopt(other *side) {
	if s.format != CSV || other.format == CSV || s.schema == nil || other.schema == nil {
		return
	}
	if slices.EqualFunc(s.schema.Fields(), other.schema.Fields(), func(a, b arrow.Field) bool { return a.Name == b.Name }) {
		s.schema = other.schema
	}
}

// keyOf returns the key of a table, or nothing if it has none among its columns.
func keyOf(name string, s *arrow.Schema) []string {
	for _, t := range lookupTables(name) {
		if len(t.Key) > 0 && !slices.ContainsFunc(t.Key, func(label string) bool { return !s.HasField(label) }) {
			return t.Key
		}
	}
	return nil
}

// changedKeys finds the keys whose rows differ, in one pass over the files that differ.
func (t *tableComparison) changedKeys(ctx context.Context, scratch string) (*changes.KeyList, error) {
	key, others := comparedColumns(t.schema, t.key)
	deltas := changes.NewDeltas(scratch, t.limit)
	defer deltas.Close()
	old, after := t.scan(&t.old, slices.Concat(key, others)), t.scan(&t.new, slices.Concat(key, others))
	defer old.close()
	defer after.close()
	hasher := changes.NewHasher()
	var rows []uint64
	for {
		// Both sides are read in step, so that rows that did not change soon cancel out.
		s, add := old, deltas.Old
		if old.done || !after.done && after.rows < old.rows {
			s, add = after, deltas.New
		}
		batch, err := s.next(ctx)
		if err != nil {
			return nil, err
		}
		if batch == nil {
			if old.done && after.done {
				break
			}
			continue
		}
		keys := t.hashRows(hasher, batch, key)
		rows = append(rows[:0], keys...)
		hasher.Add(rows, pick(batch, others))
		for i, key := range keys {
			if err := add(key, rows[i]); err != nil {
				return nil, err
			}
		}
	}
	list := changes.NewKeyList(filepath.Join(scratch, "keys"), t.limit)
	return list, deltas.Changed(list.Add)
}

// hashRows returns the hashes of the rows of some columns, which are valid until the next
// call.
func (t *tableComparison) hashRows(h *changes.Hasher, batch arrow.RecordBatch, labels []string) []uint64 {
	n := int(batch.NumRows())
	t.hashes = slices.Grow(t.hashes[:0], n)[:n]
	clear(t.hashes)
	h.Add(t.hashes, pick(batch, labels))
	return t.hashes
}

// pick returns columns of a batch.
func pick(batch arrow.RecordBatch, labels []string) []arrow.Array {
	cols := make([]arrow.Array, len(labels))
	for i, label := range labels {
		cols[i] = batch.Column(batch.Schema().FieldIndices(label)[0])
	}
	return cols
}

// A scan reads the files of a side that the other side does not have.
type scan struct {
	t       *tableComparison
	side    *side
	columns []string
	file    int // index of the next file
	reader  *openFile
	rows    int64
	done    bool
}

func (t *tableComparison) scan(s *side, columns []string) *scan {
	return &scan{t: t, side: s, columns: columns}
}

// next returns the next batch, or nil at the end.
func (s *scan) next(ctx context.Context) (arrow.RecordBatch, error) {
	for {
		if s.reader == nil {
			for s.file < len(s.side.files) && s.side.files[s.file].same {
				s.file++
			}
			if s.file == len(s.side.files) {
				s.done = true
				return nil, nil
			}
			var err error
			if s.reader, err = s.t.open(ctx, s.side, &s.side.files[s.file], encode.ReadOptions{Columns: s.columns}); err != nil {
				return nil, err
			}
			s.file++
		}
		batch, err := s.reader.next(ctx)
		if err != nil {
			return nil, err
		}
		if batch != nil {
			s.rows += batch.NumRows()
			s.t.report(batch.NumRows())
			return batch, nil
		}
		s.close()
	}
}

func (s *scan) close() {
	if s.reader != nil {
		_ = s.reader.Close() // it was only read
		s.reader = nil
	}
}

// writeKeys writes all rows of keys on both sides.
func (t *tableComparison) writeKeys(ctx context.Context, keys *changes.Keys) error {
	key, _ := comparedColumns(t.schema, t.key)
	for _, s := range []struct {
		*side
		op   string
		mark changes.Sides
	}{{&t.old, OpDelete, changes.OldSide}, {&t.new, OpInsert, changes.NewSide}} {
		for i := range s.files {
			hasher := changes.NewHasher()
			some, err := t.hasKeys(ctx, s.side, &s.files[i], hasher, key, keys)
			if err != nil {
				return err
			}
			if !some {
				continue
			}
			err = t.each(ctx, s.side, &s.files[i], nil, func(batch arrow.RecordBatch) (bool, error) {
				t.report(0)
				hashes := t.hashRows(hasher, batch, key)
				return true, t.write(s.op, batch, func(row int) bool {
					if !keys.Has(hashes[row]) {
						return false
					}
					keys.Mark(hashes[row], s.mark)
					return true
				})
			})
			if err != nil {
				return err
			}
		}
	}
	added, changed, removed := keys.Count()
	t.result.Added += added
	t.result.Changed += changed
	t.result.Removed += removed
	return nil
}

// hasKeys reports whether a file has rows of keys. It reads the key only.
func (t *tableComparison) hasKeys(ctx context.Context, s *side, f *sideFile, hasher *changes.Hasher, key []string, keys *changes.Keys) (some bool, err error) {
	if t.key == nil {
		return true, nil
	}
	err = t.each(ctx, s, f, key, func(batch arrow.RecordBatch) (bool, error) {
		some = slices.ContainsFunc(t.hashRows(hasher, batch, key), keys.Has)
		return !some, nil
	})
	return some, err
}

// replace writes all rows of both sides.
func (t *tableComparison) replace(ctx context.Context) error {
	for _, s := range []struct {
		*side
		op string
	}{{&t.old, OpDelete}, {&t.new, OpInsert}} {
		for i := range s.files {
			err := t.each(ctx, s.side, &s.files[i], nil, func(batch arrow.RecordBatch) (bool, error) {
				return true, t.write(s.op, batch, func(int) bool { return true })
			})
			if err != nil {
				return err
			}
		}
	}
	return t.close()
}

// each calls visit with the batches of a file until it returns false.
func (t *tableComparison) each(ctx context.Context, s *side, f *sideFile, columns []string, visit func(arrow.RecordBatch) (bool, error)) error {
	r, err := t.open(ctx, s, f, encode.ReadOptions{Columns: columns})
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		batch, err := r.next(ctx)
		if err != nil || batch == nil {
			return err
		}
		if more, err := visit(batch); !more || err != nil {
			return err
		}
	}
}

// write writes the rows of a batch that are wanted.
func (t *tableComparison) write(op string, batch arrow.RecordBatch, wanted func(row int) bool) error {
	rows, n := runsOf(int(batch.NumRows()), wanted)
	if n == 0 {
		return nil
	}
	cols := make([]arrow.Array, 0, t.schema.NumFields()+3)
	defer func() { table.Release(cols) }()
	for _, f := range t.schema.Fields() {
		i := batch.Schema().FieldIndices(f.Name)
		if len(i) == 0 || !arrow.TypeEqual(batch.Schema().Field(i[0]).Type, f.Type) {
			cols = append(cols, array.MakeArrayOfNull(memory.DefaultAllocator, f.Type, n))
			continue
		}
		col, err := takeRuns(batch.Column(i[0]), rows)
		if err != nil {
			return err
		}
		cols = append(cols, col)
	}
	cols = append(cols, t.changeColumns(op, n)...)
	if t.to == nil {
		t.adding.Lock()
		t.to = t.tables.Add(Target{
			Name: path.Join(t.set.Folder, t.name), Table: &schema.Table{Name: path.Base(t.name)}, Schema: changeSchema(t.schema),
		})
		t.adding.Unlock()
	}
	if op == OpInsert {
		t.result.Inserted += int64(n)
	} else {
		t.result.Deleted += int64(n)
	}
	return t.to.Write(cols)
}

// changeColumns returns the columns of changes of n rows.
func (t *tableComparison) changeColumns(op string, n int) []arrow.Array {
	ops, runs, times := table.Column{}, array.NewInt64Builder(memory.DefaultAllocator), table.Column{}
	defer runs.Release()
	for range n {
		ops.AppendText([]byte(op))
		runs.Append(int64(t.options.Run))
		times.AppendWord([]byte(t.options.TransactionTime))
	}
	return []arrow.Array{ops.Array(), runs.NewArray(), times.Array()}
}

// runsOf returns the n rows of a batch that are wanted.
func runsOf(rows int, wanted func(row int) bool) (runs []table.RowRun, n int) {
	for row := range rows {
		if !wanted(row) {
			continue
		}
		n++
		if last := len(runs) - 1; last >= 0 && runs[last].To == row {
			runs[last].To++
		} else {
			runs = append(runs, table.RowRun{From: row, To: row + 1})
		}
	}
	return runs, n
}

// takeRuns returns rows of a column, which the caller releases.
func takeRuns(col arrow.Array, runs []table.RowRun) (arrow.Array, error) {
	parts := make([]arrow.Array, len(runs))
	for i, run := range runs {
		parts[i] = array.NewSlice(col, int64(run.From), int64(run.To))
	}
	defer table.Release(parts)
	if len(parts) == 1 {
		parts[0].Retain()
		return parts[0], nil
	}
	return array.Concatenate(parts, memory.DefaultAllocator)
}

// An openFile is a part file that is being read.
type openFile struct {
	encode.Reader
	name string
	file blob.File
}

// open begins to read a file of a side. CSV files get the types of the side.
func (t *tableComparison) open(ctx context.Context, s *side, f *sideFile, o encode.ReadOptions) (*openFile, error) {
	if f.old {
		if err := t.w.checkOld(f.File, f.at); err != nil {
			return nil, unreadable(f.Name, err)
		}
		f.old = false
	}
	file, err := t.w.openCompared(ctx, f.Name, f.at)
	if err != nil {
		return nil, err
	}
	if s.format == CSV {
		o.Schema = s.schema
	}
	o.Memory = t.options.Tables.Memory
	r, err := specOf(s.format).open(ctx, file, o)
	if err != nil {
		file.Close()
		return nil, unreadable(f.Name, err)
	}
	return &openFile{r, f.Name, file}, nil
}

// checkOld compares a file of the data set to be replaced with its manifest.
func (w *Writer) checkOld(f File, at string) error {
	if w.remote != nil {
		return w.remote.checkOld(f)
	}
	sum, err := w.ops.hash(at)
	if err == nil && sum != f.SHA256 {
		err = errOtherContent
	}
	return err
}

var errOtherContent = errors.New("it has another content than the manifest says")

// openCompared opens a file of the old or the new data set.
func (w *Writer) openCompared(ctx context.Context, name, at string) (blob.File, error) {
	file, err := w.ops.open(at, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) && w.remote != nil { // it is old, or equals an old one
		return w.remote.openFile(ctx, name)
	}
	return file, err
}

// next returns the next batch, or nil at the end.
func (f *openFile) next(ctx context.Context) (arrow.RecordBatch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	batch, err := f.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, unreadable(f.name, err)
	}
	return batch, nil
}

func (f *openFile) Close() error { return errors.Join(f.Reader.Close(), f.file.Close()) }

func unreadable(name string, err error) error {
	return &Error{
		Msg:  fmt.Sprintf("%s cannot be read: %v", name, err),
		hint: "the data set to be replaced is damaged: publish once without changes, and load the tables whole",
		err:  err,
	}
}
