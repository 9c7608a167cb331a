package pipeline

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
)

// stats are convert.ShardStats as a value of a collection.
type stats struct{ Newest, Month int64 }

func combineStats(a, b stats) stats {
	return stats(convert.ShardStats(a).Combine(convert.ShardStats(b)))
}

// statsOf returns the stats of a shard without records, so that there are some.
func statsOf([]byte) stats { return stats(convert.NoShardStats) }

// A blobOf is what MergeShardTotals returns.
type blobOf struct{ Data []byte }

// keyOfTask returns a task with the key of the records for its shard.
func keyOfTask(text []byte) (key, value []byte) {
	t, err := decodeTask(text)
	if err != nil {
		panic(err)
	}
	return convert.ShardKey(t.Number), text
}

// A router passes records to the stage that reads them.
type router struct {
	versions, related, shards func(key, value []byte)
	totals                    func(value []byte)
}

func (r *router) emit(record convert.ShardRecord) error {
	switch record.Stage() {
	case convert.ReduceResources:
		r.versions(record.Key, record.Value)
	case convert.ReduceRelated:
		r.related(record.Key, record.Value)
	case convert.MergeTotals:
		r.totals(record.Value)
	case convert.WriteRows:
		r.shards(record.Key, record.Value)
	}
	return nil
}

// scan reads shards and emits records.
type scan struct{ Settings Settings }

// Setup prepares the worker.
func (f *scan) Setup() { f.Settings.useKey() }

// ProcessElement reads a shard.
func (f *scan) ProcessElement(ctx context.Context, text []byte, versions, related func([]byte, []byte), totals func([]byte), shards func([]byte, []byte)) error {
	t, err := decodeTask(text)
	if err != nil {
		return err
	}
	in, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	r := router{versions: versions, related: related, totals: totals, shards: shards}
	return convert.ScanShard(ctx, f.Settings.options(), t.Shard, in, r.emit)
}

// reduce reads the records of a key and emits others.
type reduce struct{ Settings Settings }

// Setup prepares the worker.
func (f *reduce) Setup() { f.Settings.useKey() }

// ProcessElement reads the records of a key.
func (f *reduce) ProcessElement(_ context.Context, key []byte, values func(*[]byte) bool, related func([]byte, []byte), totals func([]byte), shards func([]byte, []byte), emitStats func(stats)) error {
	r := router{related: related, totals: totals, shards: shards}
	found, err := convert.ReduceShardRecords(key, all(values), r.emit)
	if err != nil {
		return err
	}
	emitStats(stats(found))
	return nil
}

// all returns all values of an iterator.
func all(values func(*[]byte) bool) [][]byte {
	var list [][]byte
	for v := []byte(nil); values(&v); v = nil {
		list = append(list, v)
	}
	return list
}

// mergeTotals makes what all shards must know.
type mergeTotals struct{}

// ProcessElement merges all records of totals.
func (*mergeTotals) ProcessElement(_ context.Context, _ int, values func(*[]byte) bool, found stats) (blobOf, error) {
	totals, err := convert.MergeShardTotals(all(values), convert.ShardStats(found))
	return blobOf{totals}, err
}

// write reads shards again and writes their rows.
type write struct {
	Settings Settings
	Temp     string
}

// A written is the data set of a shard.
type written struct {
	Number int
	Dir    string
}

// Setup prepares the worker.
func (f *write) Setup() { f.Settings.useKey() }

// ProcessElement writes the rows of a shard to a data set of its own. Its name is new:
// a runner may have a shard written again, even while it is being written, and uses
// what one of the attempts emits.
func (f *write) ProcessElement(ctx context.Context, _ []byte, tasks, told func(*[]byte) bool, totals blobOf, emit func([]byte)) error {
	var text []byte
	if !tasks(&text) {
		return fmt.Errorf("internal error: records of a shard that does not exist")
	}
	t, err := decodeTask(text)
	if err != nil {
		return err
	}
	in, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	attempt := make([]byte, 6)
	if _, err := rand.Read(attempt); err != nil {
		return err
	}
	opts := f.Settings.options()
	opts.Out = blob.Join(f.Temp, fmt.Sprintf("shard-%05d-%s", t.Number, hex.EncodeToString(attempt)))
	if _, err := convert.WriteShard(ctx, opts, t.Shard, in, totals.Data, all(told)); err != nil {
		return err
	}
	made, err := json.Marshal(written{t.Number, opts.Out})
	if err == nil {
		emit(made)
	}
	return err
}

// publish makes the data set of those of all shards.
type publish struct {
	Settings Settings
	Out      string
}

// Setup prepares the worker.
func (f *publish) Setup() { f.Settings.useKey() }

// ProcessElement combines the data sets of all shards. Before the pipeline began, the
// place was free, or to be overwritten; what is there now is of an earlier attempt.
func (f *publish) ProcessElement(ctx context.Context, _ int, values func(*[]byte) bool) error {
	var list []written
	for _, text := range all(values) {
		var w written
		if err := json.Unmarshal(text, &w); err != nil {
			return err
		}
		list = append(list, w)
	}
	slices.SortFunc(list, func(a, b written) int { return a.Number - b.Number })
	dirs := make([]string, len(list))
	for i, w := range list {
		if w.Number != i {
			return fmt.Errorf("internal error: shard %d was not written, or twice", i)
		}
		dirs[i] = w.Dir
	}
	opts := f.Settings.options()
	opts.Out, opts.Overwrite = f.Out, true
	_, err := convert.CombineShards(ctx, opts, dirs)
	return err
}
