package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// Options say what to import, and how.
type Options struct {
	Inputs    []string // zip files, folders, files, or "-" for Stdin
	Stdin     io.Reader
	Out       string      // folder of the data set
	Overwrite bool        // replace a data set that is there instead of adding to it
	FileMode  fs.FileMode // of published files; 0600 unless set
	Format    dataset.Format
	// FileSize, PartitionBy and Sort are as in convert.Options. A data set that is added
	// to stays divided and sorted as it is, unless PartitionBy says otherwise.
	FileSize    int64
	PartitionBy dataset.Partition
	Sort        bool
	// BloomFilters is as in convert.Options.
	BloomFilters bool
	Profile      string         // "tuva" for the tables of the Tuva connector, as texts
	Layout       *schema.Layout // of all fixed-width files; detected unless set
	Jobs         int            // parallel workers; the number of CPUs unless set

	// AllowFaults imports deliveries that are not what their CCLF0 says, which are
	// a *SummaryError otherwise, and those that have no order, which are ErrOrder.
	AllowFaults bool
	// MaxRejects ends the import when more records than that are rejected;
	// negative means any number.
	MaxRejects int64

	Fixed  dataset.FixedOptions // for the format Fixed
	Export func(ctx context.Context, tables, file string) error

	Version string // of the program, for the manifest
	// Progress, if set, is called now and then, from one goroutine at a time.
	Progress func(Progress)
}

// Progress tells how far an import is.
type Progress struct {
	Phase string // "read" or "write"
	Done  int64  // bytes of text read, or rows written
	Total int64  // -1 if unknown
}

// A Report says what an import did.
type Report struct {
	Manifest   *dataset.Manifest
	Deliveries []string     // in the order of their times
	Lists      []string     // files of assignment lists, exclusions and participants
	Faults     []string     // where deliveries are not what their CCLF0 says, or have no order
	Missing    []string     // files that deliveries should have
	Twice      []string     // inputs that are there twice, and were read once
	Before     []string     // inputs that the data set had before
	PassedOver []PassedOver // inputs that hold nothing that is imported
	Superseded []string     // weekly deliveries that a monthly one covers
	// Older are files of deliveries without a date, of which others have newer values.
	Older []string
	// NotDeciding are assignment list reports all of whose months others decide.
	NotDeciding []string
	// UnknownColumns are columns of lists that are not known, by file.
	UnknownColumns []string
	Unchanged      bool // nothing was written: the data set had all of the inputs
	// Redelivered is the number of rows that were dropped, being equal to one of an
	// earlier delivery, and Revised of those that are not, but have its identity.
	Redelivered, Revised int64
	Rejected             int64 // records
}

// ErrNothing reports inputs without anything to import.
var ErrNothing = errors.New("nothing to import")

// ErrOrder reports deliveries that have other values of a record, and no date that tells
// which are newer.
var ErrOrder = errors.New("deliveries without a date have no order")

// ErrTooManyRejects reports that more than Options.MaxRejects records were
// rejected.
var ErrTooManyRejects = errors.New("too many rejected records")

// Import reads deliveries into a data set.
func Import(ctx context.Context, opts Options) (*Report, error) {
	opts.Jobs = cmp.Or(max(opts.Jobs, 0), runtime.GOMAXPROCS(0))
	switch {
	case opts.Profile == "":
	case opts.Profile != dataset.TuvaProfile:
		return nil, fmt.Errorf("%w: unknown profile %q", dataset.ErrOptions, opts.Profile)
	case opts.Format != "" && opts.Format != dataset.Parquet && opts.Format != dataset.CSV:
		return nil, fmt.Errorf("%w: the profile %s has the formats parquet and csv", dataset.ErrOptions, opts.Profile)
	}
	i := &importer{opts: opts, report: &Report{}, finder: finder{stdin: opts.Stdin}}
	defer i.finder.Close()
	if err := i.openOld(); err != nil {
		return nil, err
	}
	if err := i.find(ctx); err != nil {
		return nil, err
	}
	if i.nothingNew() {
		i.report.Manifest, i.report.Unchanged = i.old.manifest, true
		return i.report, nil
	}
	set, err := dataset.Create(i.opts.Out, i.opts.Format, dataset.Options{Overwrite: i.opts.Overwrite || i.old != nil, FileMode: i.opts.FileMode, Context: ctx})
	if err != nil {
		return nil, err
	}
	defer set.Close()
	i.set, i.rejects = set, set.Rejects()
	if err := i.old.copyRejects(i.rejects); err != nil {
		return nil, err
	}
	if err := i.read(ctx); err != nil {
		return nil, err
	}
	for _, f := range i.lists.files {
		i.report.Lists = append(i.report.Lists, f.Path)
	}
	if err := i.readSmallLists(ctx); err != nil {
		return nil, err
	}
	if err := i.judge(); err != nil {
		return nil, err
	}
	if err := i.write(ctx); err != nil {
		return nil, err
	}
	return i.report, set.Commit(i.report.Manifest)
}

// find finds the inputs and tells what they are.
func (i *importer) find(ctx context.Context) error {
	var files []*file
	var nothing []string // inputs without any
	before := i.old.inputNames()
	for _, arg := range i.opts.Inputs {
		more, found, err := i.findIn(ctx, arg, before)
		if err != nil {
			return err
		}
		files = append(files, more...)
		if !found {
			nothing = append(nothing, arg)
		}
	}
	i.report.PassedOver = i.finder.passed
	if len(nothing) > 0 {
		return fmt.Errorf("%w: no file of a CCLF delivery in %s", ErrNothing, strings.Join(nothing, ", "))
	}
	twice, earlier, err := i.deliveries.add(files)
	if err != nil {
		return err
	}
	i.report.Twice, i.report.Before = append(i.report.Twice, paths(twice)...), append(i.report.Before, paths(earlier)...)
	for _, g := range i.deliveries.sorted() {
		if missing := g.missing(); len(missing) > 0 {
			i.report.Missing = append(i.report.Missing, fmt.Sprintf("%s of %s", strings.Join(missing, ", "), g))
		}
	}
	return i.prepareLists(ctx, before)
}

// findIn finds the files of deliveries in what an argument names, and adds the lists.
// Before has the names of files that the data set has. Found says that there is anything.
func (i *importer) findIn(ctx context.Context, arg string, before map[string]bool) (files []*file, found bool, err error) {
	begin := len(i.finder.inputs)
	if err := i.finder.find(ctx, arg); err != nil {
		return nil, false, err
	}
	for _, in := range i.finder.inputs[begin:] {
		f, err := classify(in, i.opts.Layout)
		switch {
		case err != nil:
			return nil, false, err
		case f.content == otherContent:
			i.finder.pass(in.Path, "not a file of a CCLF delivery")
			continue
		case !f.isList():
			files = append(files, f)
		default:
			if err := i.addList(f, before); err != nil {
				return nil, false, err
			}
		}
		found = true
	}
	return files, found, nil
}

func paths(files []*file) (list []string) {
	for _, f := range files {
		list = append(list, f.Path)
	}
	return list
}

// read reads all records into spills, one per table.
func (i *importer) read(ctx context.Context) error {
	for _, t := range schema.Tables() {
		i.tables = append(i.tables, t.Delivered())
	}
	i.log = newRedeliveryLog(i.set.Scratch("."))
	seeds := [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	p := newPipeline(i.tables, i.opts.Jobs)
	p.reject, p.log, p.read, p.deliveries = i.reject, i.log, i.progress, &i.deliveries
	groups := i.deliveries.sorted()
	for index, t := range i.tables {
		r := &tableReader{index: index, table: t}
		r.spill = table.NewSpill(t, table.SpillOptions{
			Dir: i.set.Scratch("."), Name: t.Name, Free: func(page *table.Page) { p.pools.Put(index, page) },
		})
		r.files = i.old.files(t)
		several := len(r.files) > 0
		for _, g := range groups {
			if f := g.file(t.File); f != nil && !f.old {
				r.files = append(r.files, f)
				several = several || f.content != fixedContent
			}
		}
		if (several || len(r.files) > 1) && !isCumulative(t) {
			r.keyer = newKeyer(t, len(schema.Tables()[index].Fields), seeds)
		}
		i.readers = append(i.readers, r)
	}
	return p.run(ctx, i.readers)
}

// judge compares the deliveries with their CCLF0 and with each other: which weekly
// ones are superseded, and which rows were delivered before.
func (i *importer) judge() error {
	i.groups = i.deliveries.sorted()
	i.report.Before = append(i.report.Before, slices.Sorted(maps.Keys(i.deliveries.before))...)
	i.report.Twice = append(i.report.Twice, slices.Sorted(maps.Keys(i.deliveries.twice))...)
	for _, g := range i.groups {
		i.report.Deliveries = append(i.report.Deliveries, g.String())
		i.report.Faults = append(i.report.Faults, g.faults()...)
	}
	if len(i.report.Faults) > 0 && !i.opts.AllowFaults {
		return &SummaryError{i.report.Faults}
	}
	supersede(i.groups)
	for _, g := range i.groups {
		if g.superseded {
			i.report.Superseded = append(i.report.Superseded, g.String())
			for _, f := range g.files {
				f.redelivered, f.revised = 0, 0 // as when the monthly one is imported with it
			}
		}
	}
	faults, err := i.judgeRows()
	if err != nil {
		return err
	}
	if len(faults) > 0 && !i.opts.AllowFaults {
		return fmt.Errorf("%w: %s", ErrOrder, strings.Join(faults, "; "))
	}
	i.report.Faults = append(i.report.Faults, faults...)
	return nil
}

// judgeRows finds the rows that were delivered before. The faults are deliveries that
// cannot be put in order.
func (i *importer) judgeRows() (faults []string, err error) {
	ranked := rank(i.groups)
	i.dropped = make([]table.OrdinalSet, len(i.tables))
	stateOf := func(e *rowEntry) *state { return ranked[e.delivery].file(i.tables[e.table].File) }
	r := ranking{times: make([]int, len(ranked)), dated: make([]bool, len(ranked))}
	for at, g := range i.groups {
		r.times[g.rank] = at
		r.dated[g.rank] = !g.name.Made.IsZero()
	}
	older := map[string]bool{}
	type files struct{ a, b *state }
	undecided := map[files]int64{}
	err = i.log.each(r,
		func(e *rowEntry) bool {
			g := i.deliveries.list[e.delivery]
			e.delivery = g.rank
			return g.superseded
		},
		verdicts{
			redelivered: func(e *rowEntry) {
				i.dropped[e.table].Add(e.row)
				i.report.Redelivered++
				stateOf(e).redelivered++
			},
			revised: func(e *rowEntry) {
				i.report.Revised++
				stateOf(e).revised++
			},
			older:     func(e *rowEntry) { older[stateOf(e).Path] = true },
			undecided: func(a, b *rowEntry) { undecided[files{stateOf(a), stateOf(b)}]++ },
		},
	)
	i.report.Older = slices.Sorted(maps.Keys(older))
	for f, n := range undecided {
		faults = append(faults, fmt.Sprintf("%s and %s have other values of the same records (%d), and no name tells which are newer", f.a.Path, f.b.Path, n))
	}
	slices.Sort(faults)
	return faults, err
}

// write writes the tables.
func (i *importer) write(ctx context.Context) error {
	memory := &table.PoolAllocator{}
	tables, err := i.set.Tables(dataset.TableOptions{
		Memory: memory, FileSize: i.opts.FileSize, Partition: i.opts.PartitionBy, Sorted: i.opts.Sort, Bloom: i.opts.BloomFilters,
		Fixed: i.fixed(), Export: i.opts.Export,
	})
	if err != nil {
		return err
	}
	targets := i.targets(tables)
	if i.opts.Profile == dataset.TuvaProfile {
		if targets, err = i.tuvaTargets(tables); err != nil {
			return err
		}
	} else if err := i.writeBeside(ctx, tables); err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(i.opts.Jobs)
	for _, k := range i.largestFirst() {
		group.Go(func() error { return i.writeTable(groupCtx, i.readers[k], targets[k], memory) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return i.describe(ctx, tables)
}

// A target takes the rows of a table.
type target struct {
	to    *dataset.TableWriter
	write func(ctx context.Context, cols []arrow.Array) error
}

// targets adds the tables of CCLF.
func (i *importer) targets(tables *dataset.Tables) []target {
	if i.opts.Profile != "" {
		return nil
	}
	list := make([]target, len(i.tables))
	for k, t := range i.tables {
		to := tables.Add(dataset.Target{Name: t.Name, Table: t, Misfit: func(m encode.Misfit) error {
			return i.misfit(t, list[k].to.Rows(), m)
		}})
		list[k] = target{to, func(_ context.Context, cols []arrow.Array) error { return to.Write(cols) }}
	}
	return list
}

// writeBeside writes the tables of deliveries and of lists.
func (i *importer) writeBeside(ctx context.Context, tables *dataset.Tables) error {
	deliveries := tables.Add(dataset.Target{Name: schema.DeliveriesTable, Table: schema.Lookup(schema.DeliveriesTable)})
	if err := i.writeDeliveries(deliveries); err != nil {
		return err
	}
	return i.writeLists(ctx, i.listTables(tables))
}

// fixed returns the options of the format Fixed: the layout is that of the files
// that were read.
func (i *importer) fixed() dataset.FixedOptions {
	if i.opts.Format != dataset.Fixed {
		return dataset.FixedOptions{}
	}
	o := i.opts.Fixed
	if i.opts.Layout != nil {
		o.Layout = *i.opts.Layout
		return o
	}
	o.Layout = commonLayout(i.groups)
	return o
}

// commonLayout is the layout that all records have room in: v36 if they do, else
// the oldest one.
func commonLayout(groups []*group) schema.Layout {
	fits := func(l schema.Layout, equal bool) bool {
		for _, g := range groups {
			for _, f := range g.files {
				if f.content != fixedContent || f.rows == 0 {
					continue
				}
				have, room := f.table.Length(f.layout), f.table.Length(l)
				if have > room || equal && have != room {
					return false
				}
			}
		}
		return true
	}
	for _, equal := range []bool{true, false} {
		for _, l := range layoutsByUse {
			if fits(l, equal) {
				return l
			}
		}
	}
	return schema.LayoutV36
}

// misfit takes in a value that its field in a fixed-width record cannot hold.
func (i *importer) misfit(t *schema.Table, rows int64, m encode.Misfit) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.misfits++
	return i.rejects.Encode(dataset.Misfit{
		Table: t.Name, Row: rows + int64(m.Row) + 1, Label: m.Field.Label, Reason: m.Err.Error() + "; the field is blank",
	})
}

// largestFirst returns the indexes of the tables, that with the most cells first.
func (i *importer) largestFirst() []int {
	cells := func(k int) int64 { return i.readers[k].spill.Rows() * int64(len(i.tables[k].Fields)) }
	order := make([]int, len(i.readers))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(cells(b), cells(a)) })
	return order
}

// writeTable writes the rows of a table that are not dropped.
func (i *importer) writeTable(ctx context.Context, r *tableReader, to target, memory *table.PoolAllocator) error {
	defer to.to.Discard()
	for rec, err := range r.spill.Batches(memory) {
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		cols, rows, _ := table.Split(rec.Columns())
		kept := i.keep(r, cols, rows)
		if kept[0].Len() > 0 {
			err = to.write(ctx, kept)
		}
		table.Release(kept)
		if err != nil {
			return err
		}
	}
	return errors.Join(to.to.CloseContext(ctx), r.spill.Remove())
}

// keep returns the rows of a batch that are not dropped. The caller releases them.
func (i *importer) keep(r *tableReader, cols []arrow.Array, rows []int64) []arrow.Array {
	from := 0 // the run that the row is in
	return table.KeepRows(cols, len(rows), func(k int) bool {
		for rows[k] >= r.runs[from].to {
			from++
		}
		return !r.runs[from].state.delivery.superseded && !i.dropped[r.index].Has(rows[k])
	})
}
