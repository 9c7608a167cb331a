package convert

import (
	"bytes"
	"cmp"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// An export can be converted by several processes, each of which reads a part of it, a
// shard:
//
//	DetectShards           once: the inputs, and the API version of each
//	ScanShard              each shard: keeps its rows, and emits records of what other shards must know
//	ReduceShardRecords     all records of some keys, twice: the first emits records for the second
//	MergeShardTotals       once: what all shards must know
//	WriteShard             each shard: writes its rows
//	CombineShards          once: makes one data set of all
//
// Records are small: keys and times of resources, and what is known about
// beneficiaries. Claims are not among them. The rows of all shards together are those
// of Run on the same inputs, and the same code makes them. Between the calls, a
// framework brings the records of a key together. All calls have the same options.

// A Shard is an input of such a conversion, or a part of one that consists of whole
// lines.
type Shard struct {
	Number int          // of the shard, in the order of the inputs, from 0
	Input  int          // index of the input
	File   ndjson.Input // the input is this file, or a member of this archive
	Name   string       // of the input, for provenance
	Size   int64        // of the input, as stored, in bytes; -1 if unknown
	Offset int64        // of the first byte in the input
	Part   bool         // the input has several shards
	// Run is the index of the input's run in Options.Runs and Begin the number of the
	// run's first shard with resources, if HasRun.
	HasRun     bool
	Run, Begin int
	// API and Compatible are for the reader of the input.
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
	case o.Profile != PlainCCLF:
		return fmt.Errorf("%w: no profile %s in a conversion by shards: its tables of enrollment and demographics need all claims of a beneficiary at once", ErrOptions, o.Profile)
	case o.Changes:
		return fmt.Errorf("%w: no changes in a conversion by shards: the rows before are not compared", ErrOptions)
	case o.Format == Fixed:
		return fmt.Errorf("%w: no format %s in a conversion by shards: values that do not fit are reported with their lines, which the rows of a shard do not have", ErrOptions, o.Format)
	case o.Format == DuckDB:
		return fmt.Errorf("%w: no format %s in a conversion by shards: it is a file that one process makes of Parquet", ErrOptions, o.Format)
	}
	return nil
}

// newShardRun returns a run for one shard, or for all, and the runs of the export folder.
func newShardRun(opts *Options) (*run, error) {
	if err := opts.checkSharded(); err != nil {
		return nil, err
	}
	limits, err := opts.resolve()
	if err != nil {
		return nil, err
	}
	r := newRun(opts, limits, &inputs{sources: &sources{root: opts.Root}})
	if len(opts.ExtraColumns) > 0 {
		if err := r.plans.Check(); err != nil {
			return nil, err
		}
	}
	if r.runs.list, err = opts.runs(); err != nil {
		return nil, err
	}
	if opts.Leavers == DropLeavers && newestList(r.runs.list) < 0 {
		return nil, fmt.Errorf("%w: %w", ErrOptions, ErrNoList)
	}
	return r, nil
}

// runs returns the runs of the export folder.
func (o *Options) runs() ([]FetchRun, error) {
	if o.Runs == nil {
		return nil, nil
	}
	return o.Runs()
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

// jobs yields a job for each chunk of the shard. Lines are counted from its beginning.
func (s *Shard) jobs(ctx context.Context, r *run, text io.Reader, buffers *bufferPool) iter.Seq[job] {
	return func(yield func(job) bool) {
		input := r.sources.add(s.input())
		var seq int64
		err := ndjson.Chunks(ctx, input, text, bundle, buffers.get, func(chunk ndjson.Chunk) error {
			if s.Part && (!chunk.IsLines() || chunk.Err != nil && !chunk.Err.Fatal) {
				return fmt.Errorf("%w: %s", ErrShardLines, s.Name)
			}
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

func (s *Shard) input() ndjson.Input { return ndjson.Input{Name: s.Name, Size: s.Size} }

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

// ScanShard reads a shard, keeps its rows for WriteShard, and emits records for
// ReduceShardRecords, MergeShardTotals and WriteShard; see ShardRecord.Stage. Emit is
// called by one goroutine at a time. Scratch is a folder for temporary files, or empty.
func ScanShard(ctx context.Context, opts Options, s Shard, text io.Reader, scratch string, kept io.Writer, emit func(ShardRecord) error) (err error) {
	r, err := newShardRun(&opts)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(scratch, "cclf-shard-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r.collectIn(dir, dataset.NewRejectFile(filepath.Join(dir, "rejects")))
	counted := &lineCounter{Reader: text}
	r.scan = newShardScan(&s, emit)
	r.jobs = func(ctx context.Context, buffers *bufferPool) iter.Seq[job] {
		return s.jobs(ctx, r, counted, buffers)
	}
	err = r.read(ctx)
	if err == nil {
		err = r.rejects.endInput()
	}
	if err == nil {
		err = r.keep(&s, kept)
	}
	if err != nil {
		for _, spill := range r.spills {
			if spill != nil {
				err = errors.Join(err, spill.Remove())
			}
		}
		return errors.Join(err, r.rejects.file.MoveTo(io.Discard))
	}
	return r.scan.end(r, counted.lines)
}

// WriteShard writes the rows that ScanShard kept as a data set of its own at Options.Out.
// Totals are of MergeShardTotals, and records the values of the shard's records.
func WriteShard(ctx context.Context, opts Options, kept io.Reader, totals []byte, records [][]byte) (*Manifest, error) {
	opts.AllowShrink = true // a shard may have no rows
	opts.Tables = nil       // all are made, so that CombineShards can count their rows
	opts.temporary = true
	r, err := createShardSet(&opts)
	if err != nil {
		return nil, err
	}
	defer r.set.Close()
	s, err := r.restoreKept(kept, func(s *Shard) (line int64, err error) {
		r.verdict, err = newVerdict(s, totals, records)
		if err != nil {
			return 0, err
		}
		return r.verdict.line - 1, nil
	})
	if err != nil {
		return nil, err
	}
	if s.HasRun {
		r.runs.ofInput = map[int]int{0: s.Run}
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
	replaced, repeated, deleted, superseded table.OrdinalSet

	circles  int64          // whose newest claim the shard has
	updates  []sharedUpdate // of beneficiaries with rows in the shard
	members  map[beneficiary.ID]bool
	presence []sharedPresence // of beneficiaries whose first Patient is in the shard
	links    []beneficiary.Link
}

// newVerdict reads what a shard learned.
func newVerdict(s *Shard, totals []byte, records [][]byte) (*verdict, error) {
	v := &verdict{line: 1, members: map[beneficiary.ID]bool{}}
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
	slices.SortFunc(v.presence, func(a, b sharedPresence) int { return cmp.Compare(a.resource, b.resource) })
	return v, nil
}

// apply makes the verdict that of a run which has read its shard. It takes the place of
// findOlder.
func (v *verdict) apply(r *run) error {
	r.replaced, r.superseded = v.replaced.With(v.repeated).With(v.deleted), v.superseded
	r.counts.Replaced, r.counts.Repeated, r.counts.Deleted, r.counts.PriorCircles = v.replaced.Len(), v.repeated.Len(), v.deleted.Len(), v.circles
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
	for i := range v.presence {
		r.presence = append(r.presence, v.presence[i].Presence)
	}
	r.countLeavers()
	if r.opts.Leavers == DropLeavers {
		r.members = &members{ids: v.members, mbis: map[string]bool{}}
		for _, mbi := range v.Members {
			r.members.mbis[string(r.beneficiaries.CurrentMBI(mbi.Text()))] = true
		}
	}
	return nil
}
