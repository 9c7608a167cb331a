package convert

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// Versions says which versions of a claim get rows.
type Versions string

// The choices of versions.
const (
	FinalVersions Versions = "final" // those in force
	AllVersions   Versions = "all"   // cancelled ones too
)

// Options say what to convert, and how.
type Options struct {
	// Inputs are files, folders, or "-" for Stdin. They are read in this order;
	// the files of a folder in the order of their paths.
	Inputs []string
	// Files yields more files to read after Inputs, as they become available, such
	// as those of an export that is being downloaded. A file must be complete when
	// it is yielded. The outcome depends on the order of the files, as it does with
	// Inputs, and not on when they arrive; a file that was read before is not read
	// again. An error that Files yields ends the run.
	//
	// Run ranges over Files once, in a goroutine of its own, and is at most one
	// file behind. A run that fails does not wait for it: end it with the context.
	Files     iter.Seq2[string, error]
	Out       string // folder of the data set
	Overwrite bool   // replace a data set that is there
	// AllowShrink makes a data set of no resources, or of less than the one
	// that it replaces, which is a *ShrinkError otherwise.
	AllowShrink bool
	// Replaced, when set, is called with the manifest of the data set that was
	// replaced, if there was one.
	Replaced func(*Manifest)
	// Increment says that the inputs have only what changed since some time.
	Increment bool
	Format    Format      // Parquet unless set
	Profile   Profile     // whom the tables are for; PlainCCLF unless set
	Versions  Versions    // FinalVersions unless set
	API       *schema.API // generation of the export; told by its content unless set
	Jobs      int         // parallel workers; the number of CPUs unless set

	// ExtraColumns are added to tables of PlainCCLF, in all formats but Fixed.
	ExtraColumns []schema.ExtraColumn

	Fixed FixedOptions // for the format Fixed
	// Export is for the format DuckDB, which this package does not know: it
	// makes a database file of a folder of tables in Parquet.
	Export func(ctx context.Context, tables, file string) error

	// Limits of a resource, in place of those of DefaultLimits.
	Limits Limits

	// MaxRejects stops the run when more lines than that are rejected, values
	// that do not fit counted too; negative means any number.
	MaxRejects int64
	// AllowPartial converts what there is of inputs that break off, which are
	// an error otherwise.
	AllowPartial bool
	// KeepRejectedLines writes the text of rejected lines, which is
	// protected health information, into the reject file.
	KeepRejectedLines bool

	Version string // of the program, for the manifest
	Stdin   io.Reader
	// Progress, when set, is called now and then, from one goroutine at a
	// time.
	Progress func(Progress)

	// Tests want fewer rows in a part file, and in a batch on its way there.
	fileRows    int64
	batchRows   int
	resultCells int  // fewer than resultCells
	poison      bool // of memory that was given back
	hook        func(op, name string) error
}

// Progress tells how far a run is.
type Progress struct {
	Phase     string // "read" or "write"
	Done      int64  // bytes of input read, or rows written
	Total     int64  // -1 when unknown
	TextBytes int64  // bytes of decompressed text read so far
}

// ErrTooManyRejects ends a run that was told to stop at so many.
var ErrTooManyRejects error = &hintedError{
	"too many rejected lines",
	"check the input; a larger --max-rejects, or none, goes on and lists them in " + RejectsFile,
}

// A hintedError says what went wrong, and what to do.
type hintedError struct{ text, hint string }

func (e *hintedError) Error() string { return e.text }

// Hint says what to do.
func (e *hintedError) Hint() string { return e.hint }

// Run converts an export into a data set of CCLF tables. It reads the inputs
// once, in their order, and writes the data set only when all of them are
// read: whatever happens before that, the output folder holds no file that
// looks finished.
func Run(ctx context.Context, opts Options) (*Manifest, error) {
	if opts.Format == "" {
		opts.Format = Parquet
	}
	if opts.Versions == "" {
		opts.Versions = FinalVersions
	}
	if opts.Jobs <= 0 {
		opts.Jobs = runtime.GOMAXPROCS(0)
	}
	if err := opts.checkFormat(); err != nil {
		return nil, err
	}
	most, err := opts.Limits.resolve()
	if err != nil {
		return nil, err
	}
	opened := &sources{}
	in, err := findInputs(ctx, &opts, opened)
	if err != nil {
		return nil, err
	}
	compiled := newPlans(opts.API, schema.Extend(opts.Profile.tables(), opts.ExtraColumns), most)
	if len(opts.ExtraColumns) > 0 {
		if err := compiled.check(); err != nil {
			return nil, err
		}
	}
	set, err := dataset.Create(opts.Out, opts.Format, dataset.Options{Overwrite: opts.Overwrite, Hook: opts.hook})
	if err != nil {
		return nil, err
	}
	defer set.Close()
	r := newRun(&opts, compiled, set)
	r.inputs, r.sources = in, opened
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	if err := r.checkInput(); err != nil {
		return nil, err
	}
	if err := r.endReading(); err != nil {
		return nil, err
	}
	if err := r.write(ctx); err != nil {
		return nil, err
	}
	manifest := r.manifest()
	if err := r.checkOutput(manifest); err != nil {
		return nil, err
	}
	if manifest.Rejects, err = set.FinishRejects(r.rejects, r.counts.Rejected+r.counts.Misfits); err != nil {
		return nil, err
	}
	if err := set.Commit(manifest); err != nil {
		return nil, err
	}
	if opts.Replaced != nil && set.Old() != nil {
		opts.Replaced(set.Old())
	}
	return manifest, nil
}

// endReading brings all rows to disk, and finds which resources have newer
// versions.
func (r *run) endReading() error {
	if err := r.endRejects(); err != nil {
		return err
	}
	if err := r.addClaimedXref(); err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(r.opts.Jobs)
	group.Go(func() (err error) {
		if r.replaced, err = r.keys.replaced(); err == nil {
			r.superseded, err = r.claims.replacedExcept(r.replaced)
		}
		return err
	})
	for _, s := range r.spills {
		if s != nil {
			group.Go(s.End)
		}
	}
	err := group.Wait()
	// Their memory is wanted for the writing.
	r.pages, r.keys, r.claims = nil, keyLog{}, keyLog{}
	return err
}

// A run is the state of a conversion: what was gathered from the input so far.
type run struct {
	opts    *Options
	plans   *plans
	set     *dataset.Writer
	inputs  *inputs
	sources *sources

	spills    []*spill // by output, nil where the profile has none
	pages     table.PagePools
	keys      keyLog // of resources
	claims    keyLog // of claims that have several resources
	people    *people
	stays     stayLog
	counts    Counts
	newest    int64
	adjusted  adjustedCount
	units     bool                   // some revenue line of v2 has a unit count
	apis      [len(schema.APIs)]bool // generations that were read
	next      int64                  // number of the next resource
	rejects   *dataset.RejectFile
	firstBad  Reject
	causes    rejectCounter // of the rejects in the input that is read
	rejecting int           // that input
	strays    int64         // rejects of another API version
	sizes     []inputState  // by input, as far as there is text of them
	places    placeLog      // of resources
	seen      *inventory    // when all is read

	// Found when all is read: resources of which there is a newer version, and
	// claims of which a related one is newer, where the server sends them all.
	replaced, superseded lineSet

	memory *table.PoolAllocator // of what is written
	tuva   *tuvaDelivery        // in the profile of that name
	tables []ManifestTable
	others []ManifestFiles // of no table

	stored, text atomic.Int64 // bytes read
	misfits      atomic.Int64
}

type inputState struct {
	text    int64 // bytes of decompressed text
	lines   int64
	rejects int64
	broke   int64            // the line where it broke off, or 0
	foreign map[string]int64 // rejects of another kind of server, by type
}

func newRun(opts *Options, compiled *plans, set *dataset.Writer) *run {
	r := &run{
		opts:    opts,
		plans:   compiled,
		set:     set,
		keys:    keyLog{dir: set.Scratch("."), name: "keys"},
		claims:  keyLog{dir: set.Scratch("."), name: "claims"},
		spills:  make([]*spill, len(outputs)),
		pages:   table.NewPagePools(tablesOf(compiled.outputs)),
		people:  newPeople(),
		stays:   stayLog{table.NewSpool(set.Scratch("stays"))},
		causes:  rejectCounter{all: opts.KeepRejectedLines},
		rejects: set.Rejects(),
		newest:  minTime,
		seen:    newInventory(),
		memory:  &table.PoolAllocator{Poison: opts.poison},
	}
	for i, o := range compiled.outputs {
		if o.profile != opts.Profile {
			continue
		}
		r.spills[i] = newSpill(o, table.SpillOptions{
			Dir: set.Scratch("."), BatchRows: opts.batchRows,
			Free: func(p *table.Page) { r.pages.Put(i, p) },
		})
	}
	return r
}

// read passes all input through the workers. Chunks are numbered; what the
// workers make of them is taken in by number, so that the outcome does not
// depend on who was faster.
func (r *run) read(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	// A token is held by each chunk from its reading to its taking in: they
	// bound the memory.
	tokens := make(chan struct{}, 2*r.opts.Jobs+2)
	results := make(chan *result, cap(tokens)) // no worker waits for the taking in
	buffers := &bufferPool{}

	// Each worker reads its chunks itself, one worker at a time: the text is
	// then still in the cache of its processor when it is parsed.
	var reading sync.Mutex
	next, stop := iter.Pull(r.chunks(ctx, buffers))
	defer stop()
	take := func() (job, bool) {
		reading.Lock()
		defer reading.Unlock()
		if !acquire(ctx, tokens) {
			return job{}, false
		}
		j, ok := next()
		// A long line takes the place of several chunks.
		for j.tokens = 1; j.tokens < cap(tokens) && j.tokens*ndjson.ChunkSize < len(j.chunk.Data); j.tokens++ {
			if !acquire(ctx, tokens) {
				return job{}, false
			}
		}
		return j, ok
	}
	turn := newTurns()
	defer context.AfterFunc(ctx, turn.stop)()
	var workers sync.WaitGroup
	for range r.opts.Jobs {
		workers.Add(1)
		group.Go(func() error {
			defer workers.Done()
			w := newWorker(r.plans, r.opts, r.sources, r.pages)
			for {
				j, ok := take()
				if !ok {
					w.tally()
					r.seen.take(w.seen)
					return nil
				}
				res := &result{seq: j.seq, err: j.err}
				if j.err == nil {
					var err error
					res, err = w.chunk(j, func(part *result) error { return turn.pass(ctx, results, part) })
					if err != nil {
						return err
					}
					buffers.put(j.chunk.Data)
				}
				res.tokens = j.tokens
				select {
				case results <- res:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		})
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	group.Go(func() error {
		waiting := map[int64]*result{}
		var next int64
		for res := range results {
			if res.taken != nil { // a part, whose turn it is
				if err := r.take(res); err != nil {
					return err
				}
				close(res.taken)
				continue
			}
			waiting[res.seq] = res
			for res := waiting[next]; res != nil; res = waiting[next] {
				delete(waiting, next)
				if err := r.take(res); err != nil {
					return err
				}
				for range res.tokens {
					<-tokens
				}
				next++
				turn.advance(next)
			}
		}
		return ctx.Err()
	})
	return group.Wait()
}

// A job is a chunk to be worked on, or an error that ends the reading.
type job struct {
	seq    int64
	chunk  ndjson.Chunk
	api    schema.API  // of the input's beginning
	family bcda.APISet // the versions that go with those of the inputs so far
	tokens int         // that it holds
	err    error
}

// chunks yields all input, chunk by chunk.
func (r *run) chunks(ctx context.Context, buffers *bufferPool) iter.Seq[job] {
	return func(yield func(job) bool) {
		var seq int64
		next := func(j job) error {
			j.seq = seq
			seq++
			if !yield(j) {
				return errStopped
			}
			return nil
		}
		version := exportVersion{api: r.plans.first(), together: bcda.AllAPIs}
		var first ndjson.Record // of the resource that an input begins with
		var waiting []job       // until it is known whether their input is a stray
		flush := func() error {
			version.decide()
			for _, j := range waiting {
				j.family = version.together
				if err := next(j); err != nil {
					return err
				}
			}
			waiting = nil
			return nil
		}
		for in, err := range r.inputs.all(ctx) {
			if err != nil {
				_ = next(job{err: err})
				return
			}
			begun, name := false, ""
			err = r.readInput(ctx, in, buffers, func(part string) { begun, name = false, part }, func(c ndjson.Chunk) error {
				wait := false
				if !begun {
					begun = true
					var err error
					told, votes := r.plans.begin(&first, &c, version.api, version.open())
					if wait, err = version.hear(told, votes); err != nil {
						return fmt.Errorf("%w (in %s)", err, name)
					}
				}
				if wait {
					waiting = append(waiting, job{chunk: c, api: version.api})
					return nil
				}
				if err := flush(); err != nil {
					return err
				}
				return next(job{chunk: c, api: version.api, family: version.together})
			})
			switch {
			case errors.Is(err, errStopped):
				return
			case err != nil:
				_ = next(job{err: err}) // the last, whether it is wanted or not
				return
			}
		}
		_ = flush() // the last, whether they are wanted or not
	}
}

// take adds a result to what was gathered so far.
func (r *run) take(res *result) error {
	if res.err != nil {
		return res.err
	}
	for _, p := range res.pages {
		r.noteUnits(p)
		if err := r.spills[p.output].Add(p.page, r.next); err != nil {
			return err
		}
	}
	for _, k := range res.keys {
		k.line += r.next
		if err := r.keys.add(k); err != nil {
			return err
		}
	}
	for _, k := range res.claims {
		k.line += r.next
		if err := r.claims.add(k); err != nil {
			return err
		}
	}
	r.places.addAll(res.places, r.next)
	base := r.next
	r.next += int64(len(res.keys))
	for i := range res.people {
		u := &res.people[i]
		if u.part != hospice {
			r.people.apply(u)
			continue
		}
		if err := r.stays.add(stay{base + u.line, u.id, u.rank, r.people.wordsOf(u)}); err != nil {
			return err
		}
	}
	r.newest = max(r.newest, res.newest)
	for api, seen := range res.apis {
		r.apis[api] = r.apis[api] || seen
	}
	if err := r.checkStrays(res); err != nil {
		return err
	}
	r.counts.Add(res.counts)
	r.adjusted = r.adjusted.add(res.adjusted)
	for len(r.sizes) <= res.input {
		r.sizes = append(r.sizes, inputState{})
	}
	in := &r.sizes[res.input]
	in.text += res.size
	in.lines += res.counts.Lines
	in.rejects += res.counts.Rejected
	r.text.Add(res.size)
	if res.broke {
		if !r.opts.AllowPartial {
			return breakOff(&res.bad[0].Reject)
		}
		r.counts.BrokenOff++
		in.broke = res.bad[0].Line
	}
	if r.firstBad.Reason == "" && len(res.bad) > 0 {
		r.firstBad = res.bad[0].Reject
	}
	if err := r.addRejects(res); err != nil {
		return err
	}
	if r.opts.MaxRejects >= 0 && r.counts.Rejected > r.opts.MaxRejects {
		return fmt.Errorf("%w: more than %d, the last in %s line %d: %s", ErrTooManyRejects,
			r.opts.MaxRejects, res.bad[len(res.bad)-1].File, res.bad[len(res.bad)-1].Line, res.bad[len(res.bad)-1].Reason)
	}
	r.report("read", r.stored.Load(), r.inputs.stored.Load())
	return nil
}

// fewStrays is how many resources of another API version are rejected one by
// one, whatever the size of the export.
const fewStrays = 100

// checkStrays ends a run over what are two exports: one that took in both kinds,
// or rejected more than some strays as of the other kind.
func (r *run) checkStrays(res *result) error {
	r.strays += res.strays
	both := r.apis[schema.V3] && (r.apis[schema.V1] || r.apis[schema.V2])
	if both || r.strays > fewStrays && r.strays > r.counts.Resources/10 {
		return fmt.Errorf("%w (in %s)", ErrMixed, r.sources.name(res.input))
	}
	return nil
}

// api is the newest generation that was read.
func (r *run) api() schema.API {
	for _, api := range []schema.API{schema.V3, schema.V2} {
		if r.apis[api] {
			return api
		}
	}
	return schema.V1
}

func (r *run) report(phase string, done, total int64) {
	if r.opts.Progress != nil {
		r.opts.Progress(Progress{phase, done, total, r.text.Load()})
	}
}

// A bufferPool hands out chunk buffers again.
type bufferPool struct {
	mu   sync.Mutex
	free [][]byte
}

func (p *bufferPool) get(size int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 && cap(p.free[n-1]) >= size {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b[:0]
	}
	return make([]byte, 0, size)
}

func (p *bufferPool) put(b []byte) {
	if cap(b) < ndjson.ChunkSize || cap(b) > 2*ndjson.ChunkSize {
		return
	}
	p.mu.Lock()
	p.free = append(p.free, b)
	p.mu.Unlock()
}
