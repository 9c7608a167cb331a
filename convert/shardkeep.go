package convert

import (
	"bufio"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
)

// What is kept of a shard between its reading and the writing of its rows is a zstd
// stream: a keptShard by gob, the rejects, and the rows of each table as they were
// spilled.

// A keptShard is what a run has collected of a shard, besides rows.
type keptShard struct {
	Shard     Shard
	Resources int64
	Counts    Counts
	Adjusted  map[crosswalk.Adjusted]int64
	Lineless  table.OrdinalSet
	Partial   table.OrdinalSet
	Prior     table.OrdinalSet
	Text      int64 // bytes
	Lines     int64
	Rejects   int64
	BrokenOff int64
	Foreign   map[string]int64
	Spills    []keptSpill
}

// A keptSpill is a table with rows.
type keptSpill struct {
	Output int
	Rows   int64
	Size   int64 // of the rows, in bytes
}

// keep writes what the run has collected.
func (r *run) keep(s *Shard, to io.Writer) error {
	k := keptShard{
		Shard: *s, Resources: r.resources, Counts: r.counts, Adjusted: r.adjusted, Lineless: r.lineless, Partial: r.partial, Prior: r.prior,
		Foreign: r.rejects.foreignOf(0),
	}
	if len(r.sizes) > 0 {
		in := &r.sizes[0]
		k.Text, k.Lines, k.Rejects, k.BrokenOff = in.text, in.lines, in.rejects, in.broke
	}
	for i, spill := range r.spills {
		if spill == nil || spill.Rows() == 0 {
			continue
		}
		if err := spill.End(); err != nil {
			return err
		}
		k.Spills = append(k.Spills, keptSpill{i, spill.Rows(), spill.Size()})
	}
	out, err := zstd.NewWriter(to, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	err = gob.NewEncoder(out).Encode(&k)
	if err == nil {
		err = r.rejects.file.MoveTo(out)
	}
	if err == nil {
		_, err = out.Write([]byte{0}) // ends the rejects
	}
	for _, spill := range k.Spills {
		if err == nil {
			err = errors.Join(r.spills[spill.Output].Save(out), r.spills[spill.Output].Remove())
		}
	}
	return errors.Join(err, out.Close())
}

// restoreKept makes what the run has collected what keep wrote. Known is called with the
// shard, and returns how many lines of the input come before it.
func (r *run) restoreKept(from io.Reader, known func(*Shard) (lines int64, err error)) (*Shard, error) {
	in, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	buffered := bufio.NewReaderSize(in, 1<<16) // gob reads no more than it needs of a ByteReader
	var k keptShard
	if err := gob.NewDecoder(buffered).Decode(&k); err != nil {
		return nil, fmt.Errorf("read what was kept of a shard: %w", err)
	}
	if r.shift, err = known(&k.Shard); err != nil {
		return nil, err
	}
	r.sources.add(k.Shard.input())
	r.resources, r.counts, r.adjusted, r.text = k.Resources, k.Counts, k.Adjusted, k.Text
	r.lineless, r.partial, r.prior = k.Lineless, k.Partial, k.Prior
	r.sizes = []inputSize{{text: k.Text, lines: k.Lines, rejects: k.Rejects, broke: k.BrokenOff}}
	if k.BrokenOff > 0 {
		r.sizes[0].broke += r.shift
	}
	for name, n := range k.Foreign {
		r.rejects.countForeign(0, name, n)
	}
	if err := r.restoreRejects(buffered); err != nil {
		return nil, err
	}
	for _, spill := range k.Spills {
		if err := r.spills[spill.Output].Load(spill.Rows, io.LimitReader(buffered, spill.Size)); err != nil {
			return nil, err
		}
		if n := r.spills[spill.Output].Size(); n != spill.Size {
			return nil, fmt.Errorf("read what was kept of a shard: %w", io.ErrUnexpectedEOF)
		}
	}
	return &k.Shard, nil
}

// restoreRejects copies rejects up to a zero byte, with the numbers of their lines in the
// input.
func (r *run) restoreRejects(from *bufio.Reader) error {
	for {
		first, err := from.ReadByte()
		if err != nil || first == 0 {
			return err
		}
		text, err := from.ReadBytes('\n')
		if err != nil {
			return err
		}
		var reject struct {
			Reject
			More      int64 `json:"more"`
			FirstLine int64 `json:"first_line"`
			LastLine  int64 `json:"last_line"`
		}
		if err := json.Unmarshal(append([]byte{first}, text...), &reject); err != nil {
			return err
		}
		reject.Line += r.shift
		var record any = &reject.Reject
		if reject.More > 0 {
			record = &dataset.MoreRejects{
				File: reject.File, Reason: reject.Reason, More: reject.More, FirstLine: reject.FirstLine + r.shift, LastLine: reject.LastLine + r.shift,
			}
		}
		if err := r.rejects.file.Encode(record); err != nil {
			return err
		}
	}
}
