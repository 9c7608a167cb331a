package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/cclf-tools/cclf/convert"
)

// A runner may try an element again after a failure, and keeps what one of the attempts
// emits, or several of them: a record that is there twice counts once, and so does a
// shard that was written twice.

// scan reads shards and emits records.
type scan struct{ Settings Settings }

// Setup prepares the worker.
func (f *scan) Setup() { f.Settings.useKey() }

// ProcessElement reads a shard.
func (f *scan) ProcessElement(ctx context.Context, text []byte, versions, related, totals, shards func(key, value []byte)) error {
	t, in, err := openTask(ctx, text)
	if err != nil {
		return err
	}
	defer in.Close()
	to := f.Settings.shuffle()
	to.emit = [...]func(key, block []byte){versions, related, totals, ofShard(shards)}
	if err := convert.ScanShard(ctx, f.Settings.options(), t.Shard, in, to.add); err != nil {
		return err
	}
	to.end()
	shards(bucketKey(t.Number), append([]byte{isTask}, text...))
	return nil
}

// What is emitted for a shard: its task, blocks of records, and the name of the file of
// totals.
const (
	isTask   = 't'
	isBlock  = 'b'
	isTotals = 'f'
)

// ofShard returns a function that emits blocks for shards.
func ofShard(emit func(key, value []byte)) func(key, block []byte) {
	return func(key, block []byte) { emit(key, append([]byte{isBlock}, block...)) }
}

// openTask opens the text of a shard, which the caller closes.
func openTask(ctx context.Context, text []byte) (*task, io.ReadCloser, error) {
	t, err := decodeTask(text)
	if err != nil {
		return nil, nil, err
	}
	in, err := t.open(ctx)
	return t, in, err
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
	to := f.Settings.shuffle()
	to.emit = [...]func(key, block []byte){convert.ReduceRelated: related, convert.MergeTotals: totals, convert.WriteRows: ofShard(shards)}
	if err := convert.ReduceShardRecords(records, to.add); err != nil {
		return err
	}
	to.end()
	return nil
}

// mergeTotals makes what all shards must know.
type mergeTotals struct {
	Temp   string
	Shards int // number of shards
}

// ProcessElement merges all records of totals, and emits the name of their file to each
// shard. A side input is the same for most runners, but the scheduler of Prism is busy
// as long as a stage with one runs.
func (f *mergeTotals) ProcessElement(ctx context.Context, _ []byte, blocks func(*[]byte) bool, shards func(key, value []byte)) error {
	records, err := allRecords(blocks)
	if err != nil {
		return err
	}
	totals, err := convert.MergeShardTotals(valuesOf(records))
	if err != nil {
		return err
	}
	name := newName(f.Temp, totalsPrefix)
	if err := writeFile(ctx, name, totals); err != nil {
		return err
	}
	for n := range f.Shards {
		shards(bucketKey(n), append([]byte{isTotals}, name...))
	}
	return nil
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
// a runner may have a shard written again, even while it is being written.
func (f *write) ProcessElement(ctx context.Context, _ []byte, told func(*[]byte) bool, emit func(key, value []byte)) error {
	var text []byte
	var totals string
	var records []convert.ShardRecord
	for value := []byte(nil); told(&value); value = nil {
		var err error
		switch value[0] {
		case isTask:
			text = value[1:]
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
	t, in, err := openTask(ctx, text)
	if err != nil {
		return err
	}
	defer in.Close()
	opts := f.Settings.options()
	opts.Out = newName(f.Temp, fmt.Sprintf("%s%05d-", shardPrefix, t.Number))
	opts.Format = convert.Arrow
	if _, err := convert.WriteShard(ctx, opts, t.Shard, in, known, valuesOf(records)); err != nil {
		return err
	}
	made, err := json.Marshal(written{t.Number, opts.Out})
	if err == nil {
		emit(bucketKey(0), made)
	}
	return err
}

// publish makes the data set of those of all shards.
type publish struct {
	Settings Settings
	Out      string
	Shards   int // number of shards
}

// Setup prepares the worker.
func (f *publish) Setup() { f.Settings.useKey() }

// ProcessElement combines the data sets of all shards, and emits the data set. Before the
// pipeline began, the place was free, or to be overwritten; what is there now is of an
// earlier attempt.
func (f *publish) ProcessElement(ctx context.Context, _ []byte, made func(*[]byte) bool, emit func(key, value []byte)) error {
	dirs, err := dirsOf(made, f.Shards)
	if err != nil {
		return err
	}
	opts := f.Settings.options()
	opts.Out, opts.Overwrite = f.Out, true
	if _, err = convert.CombineShards(ctx, opts, dirs); err != nil {
		return err
	}
	emit(bucketKey(0), []byte(f.Out))
	return nil
}

// dirsOf returns the folders of the data sets of all shards, one for each.
func dirsOf(made func(*[]byte) bool, shards int) ([]string, error) {
	dirs := make([]string, shards)
	for text := []byte(nil); made(&text); text = nil {
		var w written
		if err := json.Unmarshal(text, &w); err != nil {
			return nil, err
		}
		if w.Number < 0 || w.Number >= shards {
			return nil, fmt.Errorf("pipeline: internal error: there is no shard %d", w.Number)
		}
		if dir := &dirs[w.Number]; *dir == "" || w.Dir < *dir {
			*dir = w.Dir // any attempt is as good
		}
	}
	for i, dir := range dirs {
		if dir == "" {
			return nil, fmt.Errorf("pipeline: internal error: shard %d was not written", i)
		}
	}
	return dirs, nil
}
