package pipeline

import (
	"context"
	"crypto/rand"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cclf-tools/cclf/convert"
)

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
	exports, err := findExports(ctx, o.Inputs, o.AllowShrink)
	if err != nil {
		return nil, err
	}
	o.Runs, o.HasRuns, o.Increment = exports.Runs, len(exports.Runs) > 0, exports.Increment && !o.AllowShrink
	opts, err := o.options()
	if err != nil {
		return nil, err
	}
	opts.Inputs, opts.Ignore = exports.Inputs, exports.Ignore
	shards, passed, err := convert.DetectShards(ctx, opts)
	if err != nil {
		return nil, err
	}
	tasks, err := divide(ctx, shards, o.ShardSize)
	if err != nil {
		return nil, err
	}
	o.PassedOver = passed
	o.Buckets = bucketsFor(tasks)
	fns := doFns{
		scan: &scan{Settings: o.Settings, Temp: o.Temp}, versions: &reduce{Settings: o.Settings}, related: &reduce{Settings: o.Settings},
		totals: &mergeTotals{Settings: o.Settings, Temp: o.Temp, Shards: len(tasks)}, write: &write{Settings: o.Settings, Temp: o.Temp},
		publish: &publish{Settings: o.Settings, Out: o.Out, Temp: o.Temp, Shards: len(tasks)},
	}
	if o.faults != nil {
		fns = o.faults(fns)
	}
	return assemble(tasks, fns), nil
}

// Records of a bucket are in the memory of a worker, and take about a fiftieth of the text
// that they are of. With more buckets there are fewer records in a block.
const (
	bucketBytes  = 1 << 30 // of text
	leastBuckets = 8
	mostBuckets  = 1 << 13
)

// bucketsFor returns the number of buckets for the records of some tasks.
func bucketsFor(tasks []task) int {
	var size int64
	for i := range tasks {
		size += tasks[i].Length
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
