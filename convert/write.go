package convert

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// minTime stands for "no update known".
const minTime = math.MinInt64

// write turns the spilled rows into the files of the data set, one table at a
// time in each of the workers.
func (r *run) write(ctx context.Context) error {
	r.counts.Replaced, r.counts.Superseded = r.replaced.count(), r.superseded.count()
	if err := r.stays.apply(r.people, r.replaced); err != nil {
		return err
	}
	tables, err := r.createTables()
	if err != nil {
		return err
	}
	if r.opts.Profile == Tuva {
		if r.tuva, err = newTuvaDelivery(ctx, r); err != nil {
			return err
		}
	}
	var total, done int64
	partial := false // some claim is partially adjudicated
	for _, s := range r.spills {
		if s != nil {
			total += s.Rows()
			partial = partial || s.out.partial && s.Rows() > 0
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
	for i, s := range r.spills {
		if s != nil && (!s.out.partial || partial) {
			writers[i] = r.newTableWriter(i, s, tables)
			writers[i].progress = progress
		}
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(r.opts.Jobs)
	for _, i := range r.largestFirst() {
		if w := writers[i]; w != nil {
			group.Go(func() error { return w.write(groupCtx) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.counts.Misfits = r.misfits.Load()
	for _, t := range writers {
		if t == nil {
			continue
		}
		r.counts.NoPatient += t.strangers
		r.counts.MBIFromClaim += t.named
		r.adjusted = r.adjusted.add(t.adjusted)
		if err := r.rejects.Append(t.misfits); err != nil {
			return err
		}
	}
	r.tables, r.others, err = tables.Finish(ctx)
	return err
}

// largestFirst returns the places of the outputs, that of the most cells first,
// so that no worker is left with a large one at the end.
func (r *run) largestFirst() []int {
	cells := func(i int) int64 {
		if r.spills[i] == nil {
			return 0
		}
		return r.spills[i].Rows() * int64(len(r.spills[i].out.table.Fields))
	}
	order := make([]int, len(r.spills))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(cells(b), cells(a)) })
	return order
}

// A tableWriter writes one table.
type tableWriter struct {
	run      *run
	index    int // among the outputs
	spill    *spill
	progress func(rows int64)

	late      []lateColumn
	tuva      *tuvaWriter // in the profile of that name
	to        *dataset.TableWriter
	lines     []int64 // resources of the rows that are being written
	misfits   *dataset.RejectFile
	strangers int64 // claims whose beneficiary no Patient describes
	named     int64 // those of them whose MBI claims tell
	lastLine  int64
	adjusted  adjustedCount // of late columns
}

// newTableWriter returns the writer of the output with index i.
func (r *run) newTableWriter(i int, s *spill, tables *dataset.Tables) *tableWriter {
	t := &tableWriter{run: r, index: i, spill: s, lastLine: -1, misfits: r.set.ScratchRejects(fmt.Sprintf("misfits-%d", i))}
	target := dataset.Target{Name: s.out.dir, Table: s.out.table, Misfit: t.misfit}
	if r.tuva != nil {
		t.tuva = r.tuva.writer(s.out.table)
		target.Schema = t.tuva.schema
	}
	t.late = r.plans.late(s.out.table, r.api())
	t.to = tables.Add(target)
	return t
}

func (t *tableWriter) write(ctx context.Context) (err error) {
	defer t.to.Discard()
	for rec, err := range t.spill.Batches(t.run.memory) {
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		if err := t.batch(rec); err != nil {
			return err
		}
	}
	if t.tuva != nil {
		if err := t.tuva.rest(ctx, t); err != nil {
			return err
		}
	}
	if err := t.to.Close(); err != nil {
		return err
	}
	return t.spill.Remove()
}

// misfit takes in a value of the rows that are being written.
func (t *tableWriter) misfit(m encode.Misfit) error {
	r := t.run
	input, line := r.places.find(t.lines[m.Row])
	bad := Misfit{
		File: r.sources.name(input), Line: line,
		Table: t.spill.out.dir, Row: t.to.Rows() + int64(m.Row) + 1, Label: m.Field.Label,
		Reason: m.Err.Error() + "; the field is blank",
	}
	if r.opts.KeepRejectedLines {
		bad.Raw = m.Text
	}
	if err := t.misfits.Encode(bad); err != nil {
		return err
	}
	if n := r.counts.Rejected + r.misfits.Add(1); r.opts.MaxRejects >= 0 && n > r.opts.MaxRejects {
		return fmt.Errorf("%w: more than %d, one of them in %s line %d: %s: %w", ErrTooManyRejects,
			r.opts.MaxRejects, bad.File, bad.Line, bad.Label, m.Err)
	}
	return nil
}

// batch drops the rows of replaced resources, fills the late columns and
// writes what is left.
func (t *tableWriter) batch(rec arrow.RecordBatch) error {
	var err error
	kept := t.keep(rec.Columns())
	defer table.Release(kept)
	cols, lines, people := table.Split(kept)
	cols = slices.Clone(cols)
	for _, l := range t.late {
		filled := t.fill(l, cols, people)
		defer filled.Release()
		cols[l.col] = filled
	}
	if t.spill.out.table.Name == wellknown.ClaimsTable && !t.run.superseded.empty() {
		marked, err := t.markSuperseded(cols, lines)
		if err != nil {
			return err
		}
		defer marked.Release()
	}
	t.countStrangers(lines, people)
	if t.tuva != nil {
		err = t.writeTuva(cols, lines, people)
	} else {
		err = t.writeRows(cols, lines)
	}
	t.progress(rec.NumRows())
	return err
}

// writeTuva hands the rows to the profile, which takes no dictionaries.
func (t *tableWriter) writeTuva(cols []arrow.Array, lines, people []int64) error {
	for from, plain := range table.Dense(cols) {
		to := from + plain[0].Len()
		if err := t.tuva.write(t, plain, lines[from:to], people[from:to]); err != nil {
			return err
		}
	}
	return nil
}

// writeRows writes complete columns. The rows are of the resources that lines has.
func (t *tableWriter) writeRows(cols []arrow.Array, lines []int64) error {
	t.lines = lines
	return t.to.Write(cols)
}

// keep returns those rows of a batch that no newer resource has replaced.
// Superseded claims have rows in the list of claims only, which marks them.
func (t *tableWriter) keep(cols []arrow.Array) []arrow.Array {
	_, lines, _ := table.Split(cols)
	list := t.spill.out.table.Name == wellknown.ClaimsTable
	var runs []table.RowRun
	rows := 0
	for i, line := range lines {
		if t.run.replaced.has(line) || !list && t.run.superseded.has(line) {
			continue
		}
		if last := len(runs) - 1; last >= 0 && runs[last].To == i {
			runs[last].To++
		} else {
			runs = append(runs, table.RowRun{From: i, To: i + 1})
		}
		rows++
	}
	kept := make([]arrow.Array, len(cols))
	for i, col := range cols {
		if kept[i] = col; rows < len(lines) {
			kept[i] = table.FilterRows(col, runs, rows)
		} else {
			col.Retain()
		}
	}
	return kept
}

// fill makes a late column.
func (t *tableWriter) fill(l lateColumn, cols []arrow.Array, people []int64) arrow.Array {
	field := &t.spill.out.table.Fields[l.col]
	if l.kind == lateZero {
		return t.fillZeros(field, cols[l.col])
	}
	if field.Kind == schema.Text {
		return t.fillWords(l, field, cols, people)
	}
	col := table.NewColumn(field)
	for i, id := range people {
		if l.kind == lateAge {
			if age, ok := t.age(cols, i); ok {
				col.AppendInt(age)
			} else {
				col.AppendNull()
			}
			continue
		}
		v := t.run.people.value(personID(id), l.slot, l.rule)
		err := col.Append(v)
		if kind, adjusted := errors.AsType[table.Adjustment](err); adjusted {
			t.adjusted = t.adjusted.one(adjustedColumn{t.index, l.col, kind})
		} else if err != nil {
			// A bad date of a Coverage: the beneficiary's row stays.
			col.AppendNull()
		}
	}
	return col.Array()
}

// fillWords makes a late column of texts. Rows of one beneficiary stand together
// for the most part.
func (t *tableWriter) fillWords(l lateColumn, field *schema.Field, cols []arrow.Array, people []int64) arrow.Array {
	col := table.NewDictColumn(field)
	col.Grow(len(people))
	own := table.TextsOf(cols[l.col]) // what the row itself says
	var found []byte                  // of the beneficiary
	for i, id := range people {
		if i == 0 || id != people[i-1] {
			switch l.kind {
			case lateMBI:
				found = t.run.people.mbi(personID(id))
			case latePerson:
				found = t.run.people.value(personID(id), l.slot, l.rule)
			}
		}
		v := found
		switch {
		case l.kind == lateFollow:
			v = t.run.people.currentText(own.BytesOrNil(i))
		case l.kind == lateMBI && len(found) == 0:
			// A partially adjudicated claim of v2 names its MBI itself.
			v = own.BytesOrNil(i)
		}
		col.AppendWord(v)
	}
	return col.Array()
}

// markSuperseded sets FINAL_ACTION of superseded claims to N.
func (t *tableWriter) markSuperseded(cols []arrow.Array, lines []int64) (arrow.Array, error) {
	fields := t.spill.out.table.Fields
	for i := range fields {
		if fields[i].Label != wellknown.FinalActionLabel {
			continue
		}
		col := table.NewDictColumn(&fields[i])
		old := table.TextsOf(cols[i])
		for row, line := range lines {
			v := old.BytesOrNil(row)
			if t.run.superseded.has(line) {
				v = []byte("N")
			}
			col.AppendWord(v)
		}
		cols[i] = col.Array()
		return cols[i], nil
	}
	return nil, fmt.Errorf("table %s has no column %s", t.spill.out.table.Name, wellknown.FinalActionLabel)
}

// age is the age in whole years of the row's beneficiary when the export was
// made, or at death.
func (t *tableWriter) age(cols []arrow.Array, i int) (int64, bool) {
	birth, ok := t.dateAt(cols, wellknown.BirthLabel, i)
	if !ok {
		return 0, false
	}
	end, dead := t.dateAt(cols, wellknown.DeathLabel, i)
	if !dead {
		if t.run.newest == minTime {
			return 0, false
		}
		end = int32(t.run.newest / int64(24*time.Hour))
	}
	by, bm, bd := table.Civil(birth)
	ey, em, ed := table.Civil(end)
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
			if len(t.run.people.mbi(personID(people[i]))) > 0 {
				t.named++
			}
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
