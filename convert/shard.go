package convert

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/convert/internal/drift"
	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// An export can be converted by several processes, each of which reads a part of it, a
// shard, twice:
//
//	DetectShards           once: the API version of each input
//	ScanShard              each shard: emits records of what other shards must know
//	ReduceShardRecords     all records of some keys, twice: the first emits records for the second
//	MergeShardTotals       once: what all shards must know
//	WriteShard             each shard: reads it again, and writes its rows
//
// Records are small: keys and times of resources, and what is known about
// beneficiaries. Claims are not among them. The rows of all shards together are those
// of Run on the same inputs, and the same code makes them. Between the calls, a
// framework brings the records of a key together.

// A Shard is an input of such a conversion, or a part of one that consists of whole
// lines.
type Shard struct {
	Number int    // of the shard, in the order of the inputs, from 0
	Input  int    // index of the input
	Name   string // of the input, for provenance
	Offset int64  // of the first byte in the input
	Part   bool   // the input has several shards
	// API and Compatible are what DetectShards returned for the input.
	API        schema.API
	Compatible uint8
}

// A ShardRecord is for the reader of all records with its key.
type ShardRecord struct{ Key, Value []byte }

// ErrShardLines reports an input with several shards that does not have one resource
// per line: the boundaries of shards would cut its resources.
var ErrShardLines = errors.New("the input does not have one resource per line, so it cannot be divided")

// ShareHashKey makes all processes of a conversion identify resources alike, by a secret
// key. It is called before anything else.
func ShareHashKey(key []byte) { dedup.ShareHashes(key) }

// checkSharded reports options that a conversion by shards does not have.
func (o *Options) checkSharded() error {
	switch {
	case o.Runs != nil, o.Changes, o.Profile != PlainCCLF:
		return fmt.Errorf("%w: a conversion by shards has the tables of CCLF, without runs, changes and profiles", ErrOptions)
	case o.Format == Fixed, o.Format == DuckDB:
		return fmt.Errorf("%w: a conversion by shards cannot write the format %s", ErrOptions, o.Format)
	}
	return nil
}

// newShardRun returns a run for one shard.
func newShardRun(opts *Options) (*run, error) {
	if err := opts.checkSharded(); err != nil {
		return nil, err
	}
	limits, err := opts.resolve()
	if err != nil {
		return nil, err
	}
	return newRun(opts, limits, &inputs{sources: &sources{}}), nil
}

// createShardSet returns a run for one shard, or for all, that has begun to write a
// data set. The caller closes it.
func createShardSet(opts *Options) (*run, error) {
	r, err := newShardRun(opts)
	if err != nil {
		return nil, err
	}
	set, err := dataset.Create(opts.Out, opts.Format, dataset.Options{Overwrite: opts.Overwrite, FileMode: opts.FileMode})
	if err != nil {
		return nil, err
	}
	r.begin(set)
	return r, nil
}

// DetectShards returns the API version of each input, as shards that are whole inputs.
// It reads the beginnings of the inputs.
func DetectShards(ctx context.Context, opts Options, names []string, open func(name string) (io.ReadCloser, error)) ([]Shard, error) {
	r, err := newShardRun(&opts)
	if err != nil {
		return nil, err
	}
	version := crosswalk.NewVersionDetector(r.plans)
	list := make([]Shard, len(names))
	var waiting []int // inputs whose version depends on the next ones
	decide := func() {
		version.Decide()
		for _, i := range waiting {
			list[i].Compatible = uint8(version.Compatible())
		}
		waiting = nil
	}
	for i, name := range names {
		list[i] = Shard{Number: i, Input: i, Name: name}
		begun := false
		err := firstChunks(ctx, name, open, func(chunk *ndjson.Chunk) error {
			if begun {
				decide()
				return nil
			}
			begun = true
			wait, err := version.Begin(chunk)
			if err != nil {
				return fmt.Errorf("%w (in %s)", err, name)
			}
			list[i].API = version.API()
			if waiting = append(waiting, i); !wait {
				decide()
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	decide()
	return list, nil
}

// firstChunks reads the first two chunks of an input.
func firstChunks(ctx context.Context, name string, open func(string) (io.ReadCloser, error), visit func(*ndjson.Chunk) error) error {
	in, err := open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	n := 0
	err = ndjson.Chunks(ctx, 0, in, bundle, func(size int) []byte { return make([]byte, 0, size) }, func(chunk ndjson.Chunk) error {
		if err := visit(&chunk); err != nil {
			return err
		}
		if n++; n == 2 {
			return errStopped
		}
		return nil
	})
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}

// jobs yields a job for each chunk of the shard, whose first line has a number.
func (s *Shard) jobs(ctx context.Context, r *run, text io.Reader, line int64, buffers *bufferPool) iter.Seq[job] {
	return func(yield func(job) bool) {
		input := r.sources.add(ndjson.Input{Name: s.Name, Size: -1})
		var seq int64
		err := ndjson.Chunks(ctx, input, text, bundle, buffers.get, func(chunk ndjson.Chunk) error {
			if s.Part && (!chunk.IsLines() || chunk.Err != nil && !chunk.Err.Fatal) {
				return fmt.Errorf("%w: %s", ErrShardLines, s.Name)
			}
			chunk.Line += line - 1
			chunk.Offset += s.Offset
			j := job{seq: seq, chunk: chunk, api: s.API, compatible: bcda.APISet(s.Compatible)}
			if seq++; !yield(j) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(job{seq: seq, err: err})
		}
	}
}

// A lineCounter counts the lines that are read.
type lineCounter struct {
	io.Reader
	lines int64
}

func (c *lineCounter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.lines += int64(bytes.Count(b[:n], []byte{'\n'}))
	return n, err
}

// ScanShard reads a shard, and emits records for ReduceShardRecords, MergeShardTotals
// and WriteShard; see ShardRecord.Stage. Emit is called by one goroutine at a time.
func ScanShard(ctx context.Context, opts Options, s Shard, text io.Reader, emit func(ShardRecord) error) error {
	r, err := newShardRun(&opts)
	if err != nil {
		return err
	}
	counted := &lineCounter{Reader: text}
	r.newest, r.inventory = dedup.NoTime, drift.NewInventory()
	r.scan = &shardScan{shard: &s, emit: emit, present: map[int64]bool{}}
	r.jobs = func(ctx context.Context, buffers *bufferPool) iter.Seq[job] {
		return s.jobs(ctx, r, counted, 1, buffers)
	}
	if err := r.read(ctx); err != nil {
		return err
	}
	return r.scan.end(r, counted.lines)
}

// WriteShard reads a shard again and writes its rows as a data set of its own at
// Options.Out. Totals are of MergeShardTotals, and records the values of the shard's
// records.
func WriteShard(ctx context.Context, opts Options, s Shard, text io.Reader, totals []byte, records [][]byte) (*Manifest, error) {
	opts.AllowShrink = true // a shard may have no rows
	v, err := newVerdict(&s, totals, records)
	if err != nil {
		return nil, err
	}
	r, err := createShardSet(&opts)
	if err != nil {
		return nil, err
	}
	defer r.set.Close()
	r.verdict = v
	r.jobs = func(ctx context.Context, buffers *bufferPool) iter.Seq[job] {
		return s.jobs(ctx, r, text, v.line, buffers)
	}
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	if err := r.endReading(); err != nil {
		return nil, err
	}
	if err := r.merge(ctx); err != nil {
		return nil, err
	}
	return r.publish(ctx)
}

// A verdict is what a shard learns of the others.
type verdict struct {
	shardTotals
	line int64 // number of the first line of the shard in its input
	// Of the shard: resources that were replaced or deleted, and claims that were
	// superseded.
	replaced, deleted, superseded table.OrdinalSet
	circles                       int64          // whose newest claim the shard has
	updates                       []sharedUpdate // of beneficiaries with rows in the shard
	links                         []beneficiary.Link
}

// newVerdict reads what a shard learned.
func newVerdict(s *Shard, totals []byte, records [][]byte) (*verdict, error) {
	v := &verdict{line: 1}
	if err := gob.NewDecoder(bytes.NewReader(totals)).Decode(&v.shardTotals); err != nil {
		return nil, err
	}
	for _, size := range v.Sizes {
		if size.Input == s.Input && size.Shard < s.Number {
			v.line += size.Lines
		}
	}
	if s.Number == 0 { // rows of no resource
		v.links = v.Claimed
	}
	for _, record := range distinct(records) {
		if err := v.add(s, record); err != nil {
			return nil, err
		}
	}
	sortUpdates(v.updates)
	return v, nil
}

// apply makes the verdict that of a run which has read its shard. It takes the place of
// findOlder.
func (v *verdict) apply(r *run) error {
	r.replaced, r.superseded = v.replaced.With(v.deleted), v.superseded
	r.counts.Replaced, r.counts.Deleted, r.counts.PriorCircles = v.replaced.Len(), v.deleted.Len(), v.circles
	r.newest, r.apis, r.units = v.Newest, v.APIs, v.Units
	for i := range v.updates {
		u := &v.updates[i]
		switch {
		case u.Part != beneficiary.Hospice:
			r.beneficiaries.Apply(&u.Update)
		default:
			u.Resource = 0 // nobody asks
			if err := r.hospice.Add(r.beneficiaries, &u.Update); err != nil {
				return err
			}
		}
	}
	r.beneficiaries.SetSuccessors(v.Successors)
	return nil
}
