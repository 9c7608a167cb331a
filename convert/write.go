package convert

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/compute"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/schema"
)

// minTime stands for "no update known".
const minTime = math.MinInt64

// partRows is how many rows a part file holds at most.
const partRows = 4 << 20

// write turns the spilled rows into the files of the data set, one table at a
// time in each of the workers.
func (r *run) write(ctx context.Context) error {
	replaced, err := r.keys.replaced()
	if err != nil {
		return err
	}
	r.counts.Replaced = replaced.count()
	if err := r.stays.apply(r.people, replaced); err != nil {
		return err
	}
	if r.format, err = newFormatter(r); err != nil {
		return err
	}
	superseded, err := r.claims.replacedExcept(replaced)
	if err != nil {
		return err
	}
	r.counts.Superseded = superseded.count()
	if r.opts.Profile == Tuva {
		if r.tuva, err = newTuvaDelivery(ctx, r, replaced, superseded); err != nil {
			return err
		}
	}
	var total, done int64
	partial := false // some claim is partially adjudicated
	for _, s := range r.spills {
		if s != nil {
			total += s.rows
			partial = partial || s.out.partial && s.rows > 0
		}
	}
	var mu sync.Mutex
	progress := func(rows int64) {
		mu.Lock()
		defer mu.Unlock()
		done += rows
		r.report("write", done, total)
	}
	writers := make([]*tableWriter, len(r.spills))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(r.opts.Jobs)
	for i, s := range r.spills {
		if s == nil || s.out.partial && !partial {
			continue
		}
		group.Go(func() error {
			writers[i] = &tableWriter{
				run: r, index: i, spill: s, replaced: replaced, superseded: superseded, progress: progress,
				misfits: rejectFile{path: filepath.Join(r.set.temp, fmt.Sprintf("misfits-%d", i))},
			}
			return writers[i].write(groupCtx)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.counts.Misfits = r.misfits.Load()
	for i, t := range writers {
		if t == nil {
			continue
		}
		r.written[i], r.files[i] = t.rows, t.files
		r.counts.NoPatient += t.strangers
		if err := r.rejects.take(&t.misfits); err != nil {
			return err
		}
	}
	others, err := r.format.finish(ctx, r)
	for _, name := range others {
		r.others = append(r.others, ManifestFiles{Name: name})
	}
	return err
}

// A tableWriter writes one table.
type tableWriter struct {
	run      *run
	index    int // among the outputs
	spill    *spill
	replaced lineSet // resources
	// Superseded claims have no rows but in the list of claims, which marks
	// them.
	superseded lineSet
	progress   func(rows int64)

	late      []lateColumn
	tuva      *tuvaWriter // in the profile of that name
	schema    *arrow.Schema
	part      *partFile
	files     []ManifestFiles
	partRows  int64
	rows      int64
	lines     []int64 // resources of the rows that are being written
	misfits   rejectFile
	strangers int64 // claims whose beneficiary no Patient describes
	lastLine  int64
}

func (t *tableWriter) write(ctx context.Context) (err error) {
	in, err := t.spill.rewind()
	if err != nil {
		return err
	}
	defer in.Release()
	t.schema = arrowSchema(t.spill.out.table)
	if t.run.tuva != nil {
		t.tuva = t.run.tuva.writer(t.spill.out.table)
		t.schema = t.tuva.schema
	}
	t.late = t.run.plans.late(t.spill.out.table, t.run.api())
	t.lastLine = -1
	defer func() {
		if t.part != nil {
			t.part.discard()
		}
	}()
	if err := t.open(); err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		rec, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := t.batch(ctx, rec); err != nil {
			return err
		}
	}
	if t.tuva != nil {
		if err := t.tuva.rest(ctx, t); err != nil {
			return err
		}
	}
	if err := t.part.finish(); err != nil {
		return err
	}
	t.part = nil
	return t.spill.remove()
}

func (t *tableWriter) open() (err error) {
	if t.part, err = t.run.format.create(t, len(t.files)); err != nil {
		return err
	}
	t.files = append(t.files, ManifestFiles{Name: t.part.home, Member: t.part.member})
	t.partRows = 0
	return nil
}

// misfit takes in a value of the rows that are being written.
func (t *tableWriter) misfit(m misfit) error {
	r := t.run
	input, line := r.places.find(t.lines[m.row])
	bad := Misfit{
		File: r.opts.inputs[input].Name, Line: line,
		Table: t.spill.out.dir, Row: t.rows + int64(m.row) + 1, Label: m.slot.Field.Label,
		Reason: m.err.Error() + "; the field is blank",
	}
	if r.opts.KeepRejectedLines {
		bad.Raw = m.text
	}
	if err := t.misfits.encode(bad); err != nil {
		return err
	}
	if n := r.counts.Rejected + r.misfits.Add(1); r.opts.MaxRejects >= 0 && n > r.opts.MaxRejects {
		return fmt.Errorf("%w: more than %d, one of them in %s line %d: %s: %w", ErrTooManyRejects,
			r.opts.MaxRejects, bad.File, bad.Line, bad.Label, m.err)
	}
	return nil
}

// batch drops the rows of replaced resources, fills the late columns and
// writes what is left.
func (t *tableWriter) batch(ctx context.Context, rec arrow.RecordBatch) error {
	n := int(rec.NumCols())
	lines := rec.Column(n - 2).(*array.Int64).Int64Values()
	kept, err := t.keep(ctx, rec, lines)
	if err != nil {
		return err
	}
	defer kept.Release()
	cols := append([]arrow.Array(nil), kept.Columns()[:n-2]...)
	lines = kept.Column(n - 2).(*array.Int64).Int64Values()
	people := kept.Column(n - 1).(*array.Int64).Int64Values()
	for _, l := range t.late {
		filled := t.fill(l, cols, people)
		defer filled.Release()
		cols[l.col] = filled
	}
	if t.spill.out.table.Name == schema.ClaimsTable && !t.superseded.empty() {
		marked, err := t.markSuperseded(cols, lines)
		if err != nil {
			return err
		}
		defer marked.Release()
	}
	t.countStrangers(lines, people)
	if t.tuva != nil {
		err = t.tuva.write(t, cols, lines, people)
	} else {
		err = t.writeRows(cols, lines)
	}
	t.progress(rec.NumRows())
	return err
}

// writeRows writes complete columns, into one part file after another. The
// rows are of the resources that lines has.
func (t *tableWriter) writeRows(cols []arrow.Array, lines []int64) error {
	out := array.NewRecordBatch(t.schema, cols, int64(len(lines)))
	defer out.Release()
	for done := int64(0); out.NumRows() > 0; {
		room := min(t.part.limit-t.partRows, out.NumRows())
		t.lines = lines[done : done+room]
		done += room
		if err := t.writeSlice(out, room); err != nil {
			return err
		}
		if room == out.NumRows() {
			break
		}
		rest := out.NewSlice(room, out.NumRows())
		defer rest.Release()
		out = rest
		if err := t.part.finish(); err != nil {
			return err
		}
		if err := t.open(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tableWriter) writeSlice(rec arrow.RecordBatch, n int64) error {
	slice := rec.NewSlice(0, n)
	defer slice.Release()
	if err := t.part.sink.Write(slice); err != nil {
		return err
	}
	t.rows += n
	t.partRows += n
	return nil
}

func (t *tableWriter) keep(ctx context.Context, rec arrow.RecordBatch, lines []int64) (arrow.RecordBatch, error) {
	if t.replaced.empty() && t.superseded.empty() {
		rec.Retain()
		return rec, nil
	}
	list := t.spill.out.table.Name == schema.ClaimsTable
	b := array.NewBooleanBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(len(lines))
	for _, line := range lines {
		b.UnsafeAppend(!t.replaced.has(line) && (list || !t.superseded.has(line)))
	}
	mask := b.NewArray()
	defer mask.Release()
	return compute.FilterRecordBatch(ctx, rec, mask, compute.DefaultFilterOptions())
}

// fill makes a late column.
func (t *tableWriter) fill(l lateColumn, cols []arrow.Array, people []int64) arrow.Array {
	field := &t.spill.out.table.Fields[l.col]
	col := newColumn(field)
	for i, id := range people {
		var v []byte
		switch l.kind {
		case lateMBI:
			if v = t.run.people.mbi(personID(id)); len(v) == 0 {
				// A partially adjudicated claim of v2 names its MBI itself.
				v = []byte(cols[l.col].(*array.String).Value(i))
			}
		case lateFollow:
			v = t.run.people.currentText([]byte(cols[l.col].(*array.String).Value(i)))
		case latePerson:
			v = t.run.people.value(personID(id), l.slot, l.rule)
		case lateAge:
			if age, ok := t.age(cols, i); ok {
				col.appendInt(age)
				continue
			}
		}
		if err := col.append(v, len(v) > 0); err != nil {
			// A bad date of a Coverage: the beneficiary's row stays.
			col.appendNull()
		}
	}
	return col.array()
}

// markSuperseded sets FINAL_ACTION of superseded claims to N.
func (t *tableWriter) markSuperseded(cols []arrow.Array, lines []int64) (arrow.Array, error) {
	table := t.spill.out.table
	for i := range table.Fields {
		if table.Fields[i].Label != schema.FinalActionLabel {
			continue
		}
		col := newColumn(&table.Fields[i])
		old := cols[i].(*array.String)
		for row, line := range lines {
			v := old.Value(row)
			if t.superseded.has(line) {
				v = "N"
			}
			if err := col.append([]byte(v), v != ""); err != nil {
				return nil, err
			}
		}
		cols[i] = col.array()
		return cols[i], nil
	}
	return nil, fmt.Errorf("table %s has no column %s", table.Name, schema.FinalActionLabel)
}

// age is the age in whole years of the row's beneficiary when the export was
// made, or at death.
func (t *tableWriter) age(cols []arrow.Array, i int) (int64, bool) {
	birth, ok := t.dateAt(cols, schema.BirthLabel, i)
	if !ok {
		return 0, false
	}
	end, dead := t.dateAt(cols, schema.DeathLabel, i)
	if !dead {
		if t.run.newest == minTime {
			return 0, false
		}
		end = int32(t.run.newest / int64(24*time.Hour))
	}
	by, bm, bd := civil(birth)
	ey, em, ed := civil(end)
	age := int64(ey - by)
	if em < bm || em == bm && ed < bd {
		age--
	}
	return age, age >= 0
}

func (t *tableWriter) dateAt(cols []arrow.Array, label string, i int) (int32, bool) {
	for k := range t.spill.out.table.Fields {
		if t.spill.out.table.Fields[k].Label == label {
			days := cols[k].(*array.Date32)
			return int32(days.Value(i)), days.IsValid(i)
		}
	}
	return 0, false
}

// countStrangers counts claims, once each, whose beneficiary is unknown. Every
// claim has rows in exactly one table that is marked for counting.
func (t *tableWriter) countStrangers(lines, people []int64) {
	if t.spill.out.partial || !countsClaims(t.spill.out.table) {
		return
	}
	for i, line := range lines {
		if line != t.lastLine && !t.run.people.describes(personID(people[i])) {
			t.strangers++
		}
		t.lastLine = line
	}
}

// countsClaims reports whether each claim of the table's types has rows in
// it, and no table before it has those claims.
func countsClaims(t *schema.Table) bool {
	switch t.File {
	case "CCLF1", "CCLF5", "CCLF6", "CCLF7":
		return true
	}
	return false
}
