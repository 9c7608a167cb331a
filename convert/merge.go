package convert

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/convert/internal/enrollment"
	"github.com/cclf-tools/cclf/convert/internal/tuva"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// merge is the merge pass: it turns the spilled rows into the tables of the data
// set. Each goroutine writes one table at a time.
func (r *run) merge(ctx context.Context) error {
	r.counts.Superseded = r.superseded.Len()
	r.counts.WithoutLines = r.lineless.Without(r.replaced, r.superseded).Len()
	replaced := r.replaced
	if r.verdict != nil {
		replaced = nil // stays of replaced claims of any shard were left out
	}
	if err := r.hospice.Apply(r.beneficiaries, replaced); err != nil {
		return err
	}
	tables, err := r.createTables()
	if err != nil {
		return err
	}
	stages, err := r.profile.begin(ctx, r.export())
	if err != nil {
		return err
	}
	merges := r.newTableMerges(tables, stages)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(r.opts.Jobs)
	for _, t := range largestFirst(merges) {
		group.Go(func() error { return t.merge(groupCtx) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.counts.Misfits = r.misfits.Load()
	dropped := []table.OrdinalSet{r.replaced}
	if r.opts.Versions == FinalVersions {
		dropped = append(dropped, r.superseded)
	}
	for _, t := range merges {
		dropped = append(dropped, t.strangers)
	}
	r.counts.PartiallyAdjudicated = r.partial.Without(dropped...).Len()
	r.counts.PriorAuthorizations = r.prior.Without(dropped...).Len()
	for _, t := range merges {
		r.rows += t.rows
		r.counts.Orphans += t.orphans
		r.counts.MBIFromClaim += t.orphansWithMBI
		r.counts.NoMBI += t.noMBI
		r.adjusted = r.adjusted.addAll(t.adjusted)
		told, inferred := t.stage.Months()
		r.counts.MonthsTold += told
		r.counts.MonthsInferred += inferred
		if err := r.rejects.file.Append(t.misfits); err != nil {
			return err
		}
	}
	if err := r.writeAttribution(tables); err != nil {
		return err
	}
	r.partitionBy = tables.PartitionBy()
	r.tables, r.others, err = tables.Finish(ctx)
	return err
}

// createTables begins to write the tables.
func (r *run) createTables() (*dataset.Tables, error) {
	opts := r.opts.tableOptions()
	opts.Memory = r.memory
	if r.newest != dedup.NoTime {
		opts.Newest = time.Unix(0, r.newest).UTC()
	}
	return r.set.Tables(opts)
}

// export returns what the profile may know about the export.
func (r *run) export() tuva.Export {
	x := tuva.Export{
		API: r.api(), Newest: r.newest, Beneficiaries: r.beneficiaries,
		Gone: func(resource int64, id beneficiary.ID) bool {
			return r.replaced.Has(resource) || r.superseded.Has(resource) || r.members != nil && !r.members.has(id, r.beneficiaries, nil)
		},
	}
	for _, s := range r.spills {
		if s != nil {
			x.Spills = append(x.Spills, tuva.Spill{Table: s.out.table, Rows: s.Spill})
		}
	}
	return x
}

// A tableMerge merges one table. It is for one goroutine.
type tableMerge struct {
	run      *run
	output   int
	spill    *spill
	deferred []crosswalk.Deferred
	stage    stage
	to       *dataset.TableWriter // nil for a table that is not written
	rows     int64
	progress func(rows int64)
	months   *enrollment.Reader // of a table of months

	resources      []int64 // of the rows that are being written
	misfits        *dataset.RejectFile
	adjusted       adjustedCount // of deferred columns
	orphans        int64         // claims whose beneficiary has no Patient
	orphansWithMBI int64         // those of them whose beneficiary's MBI other claims show
	noMBI          int64         // Patients without a current MBI
	lastResource   int64         // that was counted

	strangers table.OrdinalSet // resources whose rows are dropped because they are of no member
}

// newTableMerges returns the merges of all tables, in their order in the manifest.
// Tables of partially adjudicated claims are left out if there are no such claims.
func (r *run) newTableMerges(tables *dataset.Tables, stages func(*schema.Table) stage) []*tableMerge {
	var total, done int64
	partial := false
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
	var list []*tableMerge
	for i, s := range r.spills {
		if s == nil || s.out.partial && !partial {
			continue
		}
		t := &tableMerge{
			run: r, output: i, spill: s, lastResource: -1, progress: progress,
			deferred: r.plans.Deferred(s.out.table, r.api()),
			stage:    stages(s.out.table),
			misfits:  r.set.ScratchRejects(fmt.Sprintf("misfits-%d", i)),
		}
		if s.out.table.Grain == schema.PerMonth {
			t.months = enrollment.NewReader(s.out.table, r.beneficiaries)
		}
		if !s.out.unwritten {
			t.to = tables.Add(dataset.Target{Name: s.out.dir, Table: s.out.table, Schema: t.stage.Schema(), Misfit: t.misfit})
		}
		list = append(list, t)
	}
	return list
}

// largestFirst returns the merges in descending order of their cells, so that no
// goroutine is left with a large table at the end.
func largestFirst(list []*tableMerge) []*tableMerge {
	cells := func(t *tableMerge) int64 { return t.spill.Rows() * int64(len(t.spill.out.table.Fields)) }
	order := slices.Clone(list)
	slices.SortStableFunc(order, func(a, b *tableMerge) int { return cmp.Compare(cells(b), cells(a)) })
	return order
}

// merge merges the table.
func (t *tableMerge) merge(ctx context.Context) error {
	if t.to != nil {
		defer t.to.Discard()
	}
	for rec, err := range t.spill.Batches(t.run.memory) {
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		if err := t.batch(rec); err != nil {
			return err
		}
	}
	if err := t.stage.Finish(ctx, t.write); err != nil {
		return err
	}
	if t.to != nil {
		if err := t.to.CloseContext(ctx); err != nil {
			return err
		}
	}
	return t.spill.Remove()
}

// batch drops the rows of replaced resources, or makes months of those of
// Coverages, and completes what is left.
func (t *tableMerge) batch(rec arrow.RecordBatch) error {
	defer t.progress(rec.NumRows())
	if t.spill.out.table.Grain == schema.PerMonth {
		for months := range t.months.Expand(rec.Columns()) {
			if err := t.complete(months); err != nil {
				return err
			}
		}
		return nil
	}
	kept := t.keep(rec.Columns())
	defer table.Release(kept)
	return t.complete(kept)
}

// complete fills the deferred columns of rows and passes them on.
func (t *tableMerge) complete(kept []arrow.Array) error {
	cols, resources, beneficiaries := table.Split(kept)
	cols = slices.Clone(cols)
	for _, d := range t.deferred {
		filled := t.fill(d, cols, beneficiaries)
		defer filled.Release()
		cols[d.Col] = filled
	}
	if t.spill.out.table.Name == wellknown.ClaimsTable && !t.run.superseded.Empty() {
		marked, err := t.markSuperseded(cols, resources)
		if err != nil {
			return err
		}
		defer marked.Release()
	}
	if i := t.spill.out.table.Index(wellknown.LineLabel); i >= 0 && t.run.shift > 0 {
		lines := cols[i].(*array.Int64).Int64Values() // of this batch alone
		for row := range lines {
			lines[row] += t.run.shift
		}
	}
	t.countOrphans(resources, beneficiaries)
	t.countNoMBI(beneficiaries)
	return t.stage.Write(cols, resources, beneficiaries, t.write)
}

// write counts rows of the resources, and writes them unless the table is not
// written.
func (t *tableMerge) write(cols []arrow.Array, resources []int64) error {
	t.rows += int64(cols[0].Len())
	if t.to == nil {
		return nil
	}
	t.resources = resources
	return t.to.Write(cols)
}

// misfit counts and records a value of the rows that are being written.
func (t *tableMerge) misfit(m encode.Misfit) error {
	r := t.run
	input, line := r.lines.find(t.resources[m.Row])
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

// keep returns the rows of a batch whose resources are not replaced. Superseded
// claims have rows in the list of claims, which marks them, and in other tables only
// if those have all versions.
func (t *tableMerge) keep(cols []arrow.Array) []arrow.Array {
	_, resources, beneficiaries := table.Split(cols)
	r, mbis := t.run, t.ownMBIs(cols)
	list := t.spill.out.table.Name == wellknown.ClaimsTable || t.run.opts.Versions == AllVersions
	return table.KeepRows(cols, len(resources), func(row int) bool {
		if r.replaced.Has(resources[row]) || !list && r.superseded.Has(resources[row]) {
			return false
		}
		if r.members == nil || r.members.has(beneficiary.ID(beneficiaries[row]), r.beneficiaries, mbis(row)) {
			return true
		}
		t.strangers.Add(resources[row])
		return false
	})
}

// ownMBIs returns the MBIs that rows show themselves.
func (t *tableMerge) ownMBIs(cols []arrow.Array) func(row int) []byte {
	for _, label := range []string{wellknown.BeneficiaryLabel, wellknown.CurrentLabel} {
		if i := t.spill.out.table.Index(label); i >= 0 && t.run.members != nil {
			texts := table.TextsOf(cols[i])
			return texts.BytesOrNil
		}
	}
	return func(int) []byte { return nil }
}

// markSuperseded sets FINAL_ACTION of superseded claims to N.
func (t *tableMerge) markSuperseded(cols []arrow.Array, resources []int64) (arrow.Array, error) {
	fields := t.spill.out.table.Fields
	i := t.spill.out.table.Index(wellknown.FinalActionLabel)
	if i < 0 {
		return nil, fmt.Errorf("table %s has no column %s", t.spill.out.table.Name, wellknown.FinalActionLabel)
	}
	col := table.NewDictColumn(&fields[i])
	old := table.TextsOf(cols[i])
	for row, resource := range resources {
		v := old.BytesOrNil(row)
		if t.run.superseded.Has(resource) {
			v = []byte("N")
		}
		col.AppendWord(v)
	}
	cols[i] = col.Array()
	return cols[i], nil
}

// countOrphans counts claims, once each, whose beneficiary has no Patient.
func (t *tableMerge) countOrphans(resources, beneficiaries []int64) {
	if t.spill.out.partial || !crosswalk.CountsClaims(t.spill.out.table) {
		return
	}
	for i, resource := range resources {
		id := beneficiary.ID(beneficiaries[i])
		if resource != t.lastResource && !t.run.beneficiaries.HasPatient(id) {
			t.orphans++
			if len(t.run.beneficiaries.MBI(id)) > 0 {
				t.orphansWithMBI++
			}
		}
		t.lastResource = resource
	}
}

// countNoMBI counts Patients without a current MBI.
func (t *tableMerge) countNoMBI(patients []int64) {
	if t.spill.out.table.Grain != schema.PerPatient {
		return
	}
	for _, id := range patients {
		if len(t.run.beneficiaries.MBI(beneficiary.ID(id))) == 0 {
			t.noMBI++
		}
	}
}
