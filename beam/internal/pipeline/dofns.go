package pipeline

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
)

// A runner may try an element again after a failure, and keeps what one of the attempts
// emits, or several of them: a record that is there twice counts once, and so does a
// shard that was written twice.

// scan reads shards, keeps their rows, and emits records.
type scan struct {
	Settings Settings
	Temp     string
}

// Setup prepares the worker.
func (f *scan) Setup() { f.Settings.useKey() }

// ProcessElement reads a shard.
func (f *scan) ProcessElement(ctx context.Context, text []byte, versions, related, totals, shards func(key, value []byte)) error {
	opts, err := f.Settings.options()
	if err != nil {
		return err
	}
	t, in, err := openTask(ctx, text)
	if err != nil {
		return err
	}
	defer in.Close()
	to := f.Settings.shuffle()
	to.emit = [...]func(key, block []byte){versions, related, totals, ofShard(shards)}
	kept := newName(f.Temp, fmt.Sprintf("%s%05d-", keptPrefix, t.Number))
	err = create(ctx, kept, func(w io.Writer) error {
		return convert.ScanShard(ctx, opts, t.Shard, in, "", w, to.add)
	})
	if err != nil {
		return noted(ctx, f.Temp, err)
	}
	to.end()
	shards(bucketKey(t.Number), append([]byte{isKept}, kept...))
	return nil
}

// What is emitted for a shard: the name of the file of its rows, blocks of records, and
// the name of the file of totals.
const (
	isKept   = 'k'
	isBlock  = 'b'
	isTotals = 't'
)

// ofShard returns a function that emits blocks for shards.
func ofShard(emit func(key, value []byte)) func(key, block []byte) {
	return func(key, block []byte) { emit(key, append([]byte{isBlock}, block...)) }
}

// reduce reads the records of a bucket and emits others.
type reduce struct{ Settings Settings }

// Setup prepares the worker.
func (f *reduce) Setup() { f.Settings.useKey() }

// ProcessElement reads the records of a bucket.
func (f *reduce) ProcessElement(_ context.Context, _ []byte, blocks func(*[]byte) bool, related, totals, shards func(key, value []byte)) error {
	records, err := allRecords(blocks)
	if err != nil {
		return err
	}
	opts, err := f.Settings.options()
	if err != nil {
		return err
	}
	to := f.Settings.shuffle()
	to.emit = [...]func(key, block []byte){convert.ReduceRelated: related, convert.MergeTotals: totals, convert.WriteRows: ofShard(shards)}
	if err := convert.ReduceShardRecords(opts, records, to.add); err != nil {
		return err
	}
	to.end()
	return nil
}

// mergeTotals makes what all shards must know.
type mergeTotals struct {
	Settings Settings
	Temp     string
	Shards   int // number of shards
}

// ProcessElement merges all records of totals, and emits the name of their file to each
// shard. A side input is the same for most runners, but the scheduler of Prism is busy
// as long as a stage with one runs.
func (f *mergeTotals) ProcessElement(ctx context.Context, _ []byte, blocks func(*[]byte) bool, shards func(key, value []byte)) error {
	records, err := allRecords(blocks)
	if err != nil {
		return err
	}
	opts, err := f.Settings.options()
	if err != nil {
		return err
	}
	forShards, forSet, err := convert.MergeShardTotals(opts, valuesOf(records))
	if err != nil {
		return noted(ctx, f.Temp, err)
	}
	name := newName(f.Temp, totalsPrefix)
	if err := cmp.Or(writeFile(ctx, name, forShards), writeFile(ctx, forSetOf(name), forSet)); err != nil {
		return err
	}
	for n := range f.Shards {
		shards(bucketKey(n), append([]byte{isTotals}, name...))
	}
	return nil
}

// forSetOf returns the name of the file of totals for the data set of all shards.
func forSetOf(totals string) string { return totals + "-set" }

// write writes the rows of shards.
type write struct {
	Settings Settings
	Temp     string
}

// A written is the data set of a shard, and the name of the file of totals.
type written struct {
	Number      int
	Dir, Totals string
}

// Setup prepares the worker.
func (f *write) Setup() { f.Settings.useKey() }

// ProcessElement writes the rows of a shard to a data set of its own. Its name is new:
// a runner may have a shard written again, even while it is being written.
func (f *write) ProcessElement(ctx context.Context, key []byte, told func(*[]byte) bool, emit func(key, value []byte)) error {
	var kept, totals string
	var records []convert.ShardRecord
	for value := []byte(nil); told(&value); value = nil {
		var err error
		switch value[0] {
		case isKept:
			kept = string(value[1:])
		case isTotals:
			totals = string(value[1:])
		case isBlock:
			records, err = recordsOf(records, value[1:])
		}
		if err != nil {
			return err
		}
	}
	known, err := readTotals(ctx, totals)
	if err != nil {
		return err
	}
	in, err := blob.Open(ctx, kept)
	if err != nil {
		return err
	}
	defer in.Close()
	opts, err := f.Settings.intermediate()
	if err != nil {
		return err
	}
	number := bucketOf(key)
	opts.Out = newName(f.Temp, fmt.Sprintf("%s%05d-", shardPrefix, number))
	if _, err := convert.WriteShard(ctx, opts, in, known, valuesOf(records)); err != nil {
		return noted(ctx, f.Temp, err)
	}
	made, err := json.Marshal(written{number, opts.Out, totals})
	if err == nil {
		emit(bucketKey(0), made)
	}
	return err
}

// publish makes the data set of those of all shards.
type publish struct {
	Settings  Settings
	Out, Temp string
	Shards    int // number of shards
}

// Setup prepares the worker.
func (f *publish) Setup() { f.Settings.useKey() }

// ProcessElement combines the data sets of all shards, and emits the data set. Before the
// pipeline began, the place was free, or to be overwritten; what is there now is of an
// earlier attempt.
func (f *publish) ProcessElement(ctx context.Context, _ []byte, made func(*[]byte) bool, emit func(key, value []byte)) error {
	dirs, totals, err := dirsOf(made, f.Shards)
	if err != nil {
		return err
	}
	sets := &convert.ShardSets{Dirs: dirs, PassedOver: f.Settings.PassedOver}
	if sets.Totals, err = blob.ReadFile(ctx, forSetOf(totals)); err != nil {
		return err
	}
	opts, err := f.Settings.options()
	if err != nil {
		return err
	}
	opts.Out, opts.Overwrite, opts.Jobs = f.Out, true, 0 // the worker has nothing else to do
	if _, err = convert.CombineShards(ctx, opts, sets); err != nil {
		return noted(ctx, f.Temp, err)
	}
	emit(bucketKey(0), []byte(f.Out))
	return nil
}

// dirsOf returns the folders of the data sets of all shards, one for each, and the name of
// the file of totals.
func dirsOf(made func(*[]byte) bool, shards int) (dirs []string, totals string, err error) {
	dirs = make([]string, shards)
	for text := []byte(nil); made(&text); text = nil {
		var w written
		if err := json.Unmarshal(text, &w); err != nil {
			return nil, "", err
		}
		if w.Number < 0 || w.Number >= shards {
			return nil, "", fmt.Errorf("pipeline: internal error: there is no shard %d", w.Number)
		}
		if dir := &dirs[w.Number]; *dir == "" || w.Dir < *dir {
			*dir = w.Dir // any attempt is as good
		}
		totals = w.Totals
	}
	for i, dir := range dirs {
		if dir == "" {
			return nil, "", fmt.Errorf("pipeline: internal error: shard %d was not written", i)
		}
	}
	return dirs, totals, nil
}
