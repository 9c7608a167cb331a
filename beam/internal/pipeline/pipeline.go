package pipeline

import (
	"context"
	"crypto/rand"
	"reflect"

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
}

// Settings are the options that workers need.
type Settings struct {
	Overwrite, AllowPartial, AllowShrink, KeepRejectedLines bool

	Versions   string
	MaxRejects int64
	Version    string // of the program
	Key        []byte // of hashes, set by Build
}

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

// The functions are called by reflection: the calls without it that package register
// makes for so many parameters take a compiler minutes, and the work here is in the
// shards.
func init() {
	for _, fn := range []any{&scan{}, &reduce{}, &mergeTotals{}, &write{}, &publish{}} {
		beam.RegisterDoFn(fn)
	}
	for _, fn := range []any{combineStats, keyOfTask, statsOf} {
		beam.RegisterFunction(fn)
	}
	register.Emitter2[[]byte, []byte]()
	register.Emitter1[[]byte]()
	register.Emitter1[stats]()
	register.Iter1[[]byte]()
	beam.RegisterType(reflect.TypeFor[stats]())
	beam.RegisterType(reflect.TypeFor[blobOf]())
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
	p, s := beam.NewPipelineWithRoot()
	texts := make([][]byte, len(tasks))
	for i := range tasks {
		texts[i] = tasks[i].encode()
	}
	created := beam.Reshuffle(s, beam.CreateList(s, texts))
	versions, related, totals, ofShards := beam.ParDo4(s.Scope("scan"), &scan{Settings: o.Settings}, created)
	related1, totals1, ofShards1, stats1 := beam.ParDo4(s.Scope("versions"), &reduce{Settings: o.Settings}, beam.GroupByKey(s, versions))
	_, totals2, ofShards2, stats2 := beam.ParDo4(s.Scope("related"), &reduce{Settings: o.Settings},
		beam.GroupByKey(s, beam.Flatten(s, related, related1)))
	allStats := beam.Combine(s, combineStats, beam.Flatten(s, beam.ParDo(s, statsOf, created), stats1, stats2))
	allTotals := beam.ParDo(s.Scope("totals"), &mergeTotals{},
		beam.GroupByKey(s, beam.AddFixedKey(s, beam.Flatten(s, totals, totals1, totals2))), beam.SideInput{Input: allStats})
	told := beam.CoGroupByKey(s, beam.ParDo(s, keyOfTask, created), beam.Flatten(s, ofShards, ofShards1, ofShards2))
	written := beam.ParDo(s.Scope("write"), &write{Settings: o.Settings, Temp: o.Temp}, told, beam.SideInput{Input: allTotals})
	beam.ParDo0(s.Scope("publish"), &publish{Settings: o.Settings, Out: o.Out}, beam.GroupByKey(s, beam.AddFixedKey(s, written)))
	return p, nil
}
