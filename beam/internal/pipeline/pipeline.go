package pipeline

import (
	"context"
	"crypto/rand"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cclf-tools/cclf/convert"
)

// Options are those of a conversion.
type Options struct {
	Inputs []string // names or patterns of NDJSON files, local or in an object store
	Out    string   // the data set
	// Temp is the folder of intermediate data sets, which all workers must see.
	Temp      string
	ShardSize int64 // bytes of a plain file that one task reads, about
	Settings

	faults func(doFns) doFns // for tests: replaces the functions
}

// Settings are the options that workers need.
type Settings struct {
	Overwrite, AllowPartial, AllowShrink, KeepRejectedLines bool

	Versions   string
	MaxRejects int64
	Version    string // of the program
	Key        []byte // of hashes, set by Build
	Buckets    int    // of records, set by Build
}

// shuffle returns a shuffle of no records.
func (s *Settings) shuffle() *shuffle { return &shuffle{buckets: s.Buckets} }

// options returns the options of package convert.
func (s *Settings) options() convert.Options {
	return convert.Options{
		Versions: convert.Versions(s.Versions), Format: convert.Parquet, Version: s.Version,
		MaxRejects: s.MaxRejects, AllowPartial: s.AllowPartial, AllowShrink: s.AllowShrink, KeepRejectedLines: s.KeepRejectedLines,
		Jobs: 1,
	}
}

// useKey makes the hashes those of the pipeline.
func (s *Settings) useKey() { convert.ShareHashKey(s.Key) }

// doFns are the functions of a pipeline.
type doFns struct{ scan, versions, related, totals, write, publish any }

// The functions are called by reflection: the calls without it that package register
// makes for so many parameters take a compiler minutes, and there are few elements, each
// with much work.
func init() {
	for _, fn := range []any{&scan{}, &reduce{}, &mergeTotals{}, &write{}, &publish{}} {
		beam.RegisterDoFn(fn)
	}
	register.Emitter2[[]byte, []byte]()
	register.Iter1[[]byte]()
}

// Build makes the pipeline of a conversion. It reads the beginnings of the inputs.
func Build(ctx context.Context, o Options) (*beam.Pipeline, error) {
	o.Key = make([]byte, 32)
	if _, err := rand.Read(o.Key); err != nil {
		return nil, err
	}
	o.useKey()
	names, err := find(ctx, o.Inputs)
	if err != nil {
		return nil, err
	}
	tasks, err := plan(ctx, o.options(), names, o.ShardSize)
	if err != nil {
		return nil, err
	}
	o.Buckets = bucketsFor(tasks)
	fns := doFns{
		scan: &scan{Settings: o.Settings}, versions: &reduce{Settings: o.Settings}, related: &reduce{Settings: o.Settings},
		totals: &mergeTotals{Temp: o.Temp, Shards: len(tasks)}, write: &write{Settings: o.Settings, Temp: o.Temp},
		publish: &publish{Settings: o.Settings, Out: o.Out, Shards: len(tasks)},
	}
	if o.faults != nil {
		fns = o.faults(fns)
	}
	return assemble(tasks, fns), nil
}

// Records of a bucket are in the memory of a worker, and take about a fiftieth of the text
// that they are of.
const (
	bucketBytes  = 1 << 30 // of text
	leastBuckets = 8
	mostBuckets  = 1 << 16
)

// bucketsFor returns the number of buckets for the records of some tasks.
func bucketsFor(tasks []task) int {
	var size int64
	for i := range tasks {
		size += tasks[i].Size
	}
	return int(min(max(size/bucketBytes, leastBuckets), mostBuckets))
}

// assemble makes the pipeline of functions.
func assemble(tasks []task, f doFns) *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	texts := make([][]byte, len(tasks))
	for i := range tasks {
		texts[i] = tasks[i].encode()
	}
	created := beam.Reshuffle(s, beam.CreateList(s, texts))
	versions, related, totals, shards := beam.ParDo4(s.Scope("scan"), f.scan, created)
	related1, totals1, shards1 := beam.ParDo3(s.Scope("versions"), f.versions, beam.GroupByKey(s, versions))
	_, totals2, shards2 := beam.ParDo3(s.Scope("related"), f.related, beam.GroupByKey(s, beam.Flatten(s, related, related1)))
	shards3 := beam.ParDo(s.Scope("totals"), f.totals, beam.GroupByKey(s, beam.Flatten(s, totals, totals1, totals2)))
	written := beam.ParDo(s.Scope("write"), f.write, beam.GroupByKey(s, beam.Flatten(s, shards, shards1, shards2, shards3)))
	published := beam.ParDo(s.Scope("publish"), f.publish, beam.GroupByKey(s, written))
	beam.GroupByKey(s, published) // Prism spins while a function runs whose results nothing reads
	return p
}
