package convert

import (
	"context"
	"iter"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/convert/internal/drift"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A run is the state of a conversion.
type run struct {
	opts    *Options
	limits  *crosswalk.Limits
	profile profile
	outputs []output
	plans   *crosswalk.Plans
	set     *dataset.Writer
	inputs  *inputs
	sources *sources
	jobs    func(ctx context.Context, buffers *bufferPool) iter.Seq[job] // of the inputs

	collected

	// Of a conversion by shards, else nil: what is emitted instead of rows, and what is
	// known of other shards.
	scan    *shardScan
	verdict *verdict
	shift   int64 // lines of the input before the shard

	// Known when all input has been read: resources that were deleted or of which
	// there is a newer version, and claims of which a related one is newer.
	replaced, superseded table.OrdinalSet
	runs                 inputRuns
	presence             []beneficiary.Presence
	members              *members // if leavers are dropped

	memory  *table.PoolAllocator // of the merge pass
	misfits atomic.Int64
	rows    int64 // of all tables, also of those that are not written
	tables  []ManifestTable
	others  []ManifestFiles // of no table

	partitionBy Partition
}

// collected is what was collected of the input so far, by one goroutine.
type collected struct {
	spills    []*spill        // by output, nil if the profile does not have it
	pages     table.PagePools // by output
	resources int64           // ordinal of the next resource
	lines     lineIndex
	keys      *dedup.Log       // of resources
	claims    *dedup.Log       // of claims whose versions are matched
	links     *dedup.LinkLog   // of claims by control number
	lineless  table.OrdinalSet // final claims without lines
	partial   table.OrdinalSet // partially adjudicated claims with rows
	prior     table.OrdinalSet // prior authorizations with rows
	// held are, for FindObsolete, resources whose older versions count too: claims that
	// name a prior version, and resources that show former MBIs.
	held *table.OrdinalSet

	beneficiaries *beneficiary.Registry
	journal       *beneficiary.Journal
	hospice       *beneficiary.HospiceLog
	sightings     *beneficiary.Sightings   // nil without runs
	newestOf      map[beneficiary.ID]int64 // time of the newest update, if leavers are dropped
	deletions     deletionLog

	counts    Counts
	adjusted  adjustedCount
	inventory *drift.Inventory // of the workers that have ended
	newest    int64            // time of the newest update, or dedup.NoTime
	units     bool             // some revenue line of v2 has a unit count
	apis      [len(schema.APIs)]bool
	strays    int64
	rejects   rejectLog
	sizes     []inputSize // by input
	text      int64       // bytes of decompressed text
}

// An inputSize is the size of an input, as far as it has been read.
type inputSize struct {
	text    int64 // bytes of decompressed text
	lines   int64
	rejects int64
	broke   int64 // the line where it broke off, or 0
}

func newRun(opts *Options, limits *crosswalk.Limits, in *inputs) *run {
	p := profiles[opts.Profile]
	tables := schema.Extend(p.tables(), opts.ExtraColumns)
	r := &run{
		opts: opts, limits: limits, profile: p, inputs: in, sources: in.sources,
		outputs: opts.outputsFor(tables),
		plans:   plansFor(opts, tables, limits),
		memory:  &table.PoolAllocator{Poison: opts.poison},
	}
	r.pages = table.NewPagePools(tablesOf(r.outputs))
	r.jobs = func(ctx context.Context, buffers *bufferPool) iter.Seq[job] {
		return jobs(ctx, r.inputs, buffers, crosswalk.NewVersionDetector(r.plans))
	}
	return r
}

// sharedPlans are the plans of runs without other options that they depend on, by
// planKey. They are compiled once per process: a run of a few resources takes half as
// long.
var sharedPlans sync.Map // of *crosswalk.Plans

// A planKey is what shared plans depend on.
type planKey struct {
	profile Profile
	api     schema.API
	given   bool // api was given
}

// plansFor returns the plans of a run.
func plansFor(opts *Options, tables []*schema.Table, limits *crosswalk.Limits) *crosswalk.Plans {
	newPlans := func() *crosswalk.Plans {
		return crosswalk.NewPlans(crosswalk.Options{API: opts.API, Tables: tables, Limits: limits, Output: outputOf})
	}
	if len(opts.ExtraColumns) > 0 || len(opts.Limits) > 0 {
		return newPlans()
	}
	key := planKey{profile: opts.Profile}
	if opts.API != nil {
		key.api, key.given = *opts.API, true
	}
	plans, known := sharedPlans.Load(key)
	if !known {
		plans, _ = sharedPlans.LoadOrStore(key, newPlans())
	}
	return plans.(*crosswalk.Plans)
}

// begin begins to collect, in the scratch folder of the data set.
func (r *run) begin(set *dataset.Writer) {
	r.set = set
	r.collectIn(set.Scratch("."), set.Rejects())
}

// collectIn begins to collect, in a folder.
func (r *run) collectIn(dir string, rejects *dataset.RejectFile) {
	r.keys, r.claims = dedup.NewLog(dir, "keys"), dedup.NewLog(dir, "claims")
	r.links = dedup.NewLinkLog(dir, "links")
	r.beneficiaries, r.hospice = beneficiary.NewRegistry(), beneficiary.NewHospiceLog(filepath.Join(dir, "stays"))
	r.journal = beneficiary.NewJournal(filepath.Join(dir, "updates"))
	if r.opts.Runs != nil {
		r.sightings, r.newestOf = beneficiary.NewSightings(filepath.Join(dir, "sightings")), map[beneficiary.ID]int64{}
	}
	r.deletions = deletionLog{table.NewSpool(filepath.Join(dir, "deletions"))}
	r.inventory = drift.NewInventory()
	r.newest = dedup.NoTime
	r.rejects = rejectLog{file: rejects, sources: r.sources, causes: rejectCounter{all: r.opts.KeepRejectedLines}}
	r.spills = make([]*spill, len(r.outputs))
	for i, o := range r.outputs {
		if o.profile != r.opts.Profile {
			continue
		}
		r.spills[i] = newSpill(o, table.SpillOptions{
			Dir: dir, BatchRows: r.opts.batchRows,
			Free: func(p *table.Page) { r.pages.Put(i, p) },
		})
	}
}

// api returns the newest API version that was read.
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
		r.opts.Progress(Progress{phase, done, total, r.text})
	}
}
