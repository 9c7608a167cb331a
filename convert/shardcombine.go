package convert

import (
	"bytes"
	"cmp"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// ShardSets are the data sets of all shards.
type ShardSets struct {
	Dirs       []string            // in the order of the shards
	Totals     []byte              // of MergeShardTotals, for the data set
	PassedOver []ndjson.PassedOver // of DetectShards
}

// CombineShards makes one data set at Options.Out of those of WriteShard.
func CombineShards(ctx context.Context, opts Options, sets *ShardSets) (*Manifest, error) {
	var known setTotals
	if err := gob.NewDecoder(bytes.NewReader(sets.Totals)).Decode(&known); err != nil {
		return nil, err
	}
	r, err := createShardSet(&opts)
	if err != nil {
		return nil, err
	}
	defer r.set.Close()
	r.newest = known.Newest
	c := &combination{run: r}
	r.sources.passOver(sets.PassedOver...)
	for _, dir := range sets.Dirs {
		if err := c.open(ctx, dir); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
	}
	r.runs = newInputRuns(r.runs.list, r.sources.list)
	if err := r.checkInput(); err != nil {
		return nil, err
	}
	if err := c.write(ctx); err != nil {
		return nil, err
	}
	m := r.manifest()
	m.PartialDates, m.Rounded, m.UnknownState = c.written(c.partialDates), c.written(c.rounded), c.written(c.unknownState)
	if opts.Leavers == DropLeavers {
		m.Leavers = string(DropLeavers)
	}
	known.Tally.Report(m)
	if err := r.checkOutput(m); err != nil {
		return nil, err
	}
	if m.Rejects, err = r.set.FinishRejects(r.rejects.file, r.counts.Rejected); err != nil {
		return nil, err
	}
	if err := r.set.Commit(m); err != nil {
		return nil, err
	}
	if old := r.set.Old(); old != nil && opts.Replaced != nil {
		opts.Replaced(old)
	}
	return m, nil
}

// A combination is a data set that is made of those of shards.
type combination struct {
	run    *run
	sets   []*dataset.Set
	inputs map[string]int // index, by name

	partialDates, rounded, unknownState map[string]int64 // by table and column
}

// open opens the data set of a shard, and adds what its manifest says.
func (c *combination) open(ctx context.Context, dir string) error {
	s, err := dataset.Open(dir)
	if err != nil {
		return err
	}
	c.sets = append(c.sets, s)
	r, from := c.run, s.Manifest
	r.counts.Add(from.Counts)
	r.text += from.TextSize
	for _, name := range from.APIs {
		api, err := schema.ParseAPI(name)
		if err != nil {
			return err
		}
		r.apis[api] = true
	}
	for i := range from.Inputs {
		c.addInput(&from.Inputs[i])
	}
	c.partialDates = addNumbers(c.partialDates, from.PartialDates)
	c.rounded = addNumbers(c.rounded, from.Rounded)
	c.unknownState = addNumbers(c.unknownState, from.UnknownState)
	if from.Rejects == nil {
		return nil
	}
	rejects, err := blob.Open(ctx, s.Path(from.Rejects.Name))
	if err != nil {
		return err
	}
	defer rejects.Close()
	if r.rejects.first.Reason != "" {
		return r.rejects.file.Copy(rejects)
	}
	var read bytes.Buffer
	if err := json.NewDecoder(io.TeeReader(rejects, &read)).Decode(&r.rejects.first); err != nil {
		return err
	}
	return r.rejects.file.Copy(io.MultiReader(&read, rejects))
}

// addInput adds a part of an input.
func (c *combination) addInput(in *ManifestInput) {
	r := c.run
	i, known := c.inputs[in.Name]
	if !known {
		if c.inputs == nil {
			c.inputs = map[string]int{}
		}
		i = r.sources.add(ndjson.Input{Name: in.Name, Size: in.Size})
		c.inputs[in.Name] = i
		r.sizes = append(r.sizes, inputSize{})
	}
	to := &r.sizes[i]
	to.text += in.TextSize
	to.lines += in.Lines
	to.rejects += in.Rejects
	to.broke = max(to.broke, in.BrokenOff)
	for name, n := range in.Foreign {
		r.rejects.countForeign(i, name, n)
	}
}

// written returns the numbers of tables that are written, nil if there are none.
func (c *combination) written(numbers map[string]int64) map[string]int64 {
	for _, o := range c.run.outputs {
		if o.unwritten && o.profile == PlainCCLF {
			maps.DeleteFunc(numbers, func(name string, _ int64) bool {
				table, _, _ := strings.Cut(name, ".")
				return table == o.dir
			})
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	return numbers
}

func addNumbers(sum, more map[string]int64) map[string]int64 {
	if sum == nil {
		return maps.Clone(more)
	}
	for name, n := range more {
		sum[name] += n
	}
	return sum
}

// write writes the tables, several at a time, in the order in which Run lists them.
func (c *combination) write(ctx context.Context) error {
	r := c.run
	tables, err := r.createTables()
	if err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(r.opts.Jobs)
	write := func(name string, t *schema.Table) {
		w := tables.Add(dataset.Target{Name: name, Table: t, Schema: table.Schema(t)})
		group.Go(func() error {
			if err := c.writeTable(groupCtx, w, name); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		})
	}
	for _, o := range r.outputs {
		if o.profile != PlainCCLF || !c.has(o.dir) {
			continue
		}
		if r.rows += c.rows(o.dir); !o.unwritten {
			write(o.dir, o.table)
		}
	}
	if r.opts.Runs != nil && r.opts.wantsTable(schema.AttributionTable) {
		write(schema.AttributionTable, schema.Lookup(schema.AttributionTable))
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.partitionBy = tables.PartitionBy()
	r.tables, r.others, err = tables.Finish(ctx)
	return cmp.Or(err, ctx.Err())
}

// rows returns the number of rows of a table in all shards.
func (c *combination) rows(name string) (n int64) {
	for _, s := range c.sets {
		for _, t := range s.Manifest.Tables {
			if t.Name == name {
				n += t.Rows
			}
		}
	}
	return n
}

// has reports whether a shard has a table. Those of partially adjudicated claims are
// missing where there are no such claims.
func (c *combination) has(name string) bool {
	return slices.ContainsFunc(c.sets, func(s *dataset.Set) bool {
		return slices.ContainsFunc(s.Manifest.Tables, func(t ManifestTable) bool { return t.Name == name })
	})
}

// writeTable writes a table.
func (c *combination) writeTable(ctx context.Context, w *dataset.TableWriter, name string) error {
	defer w.Discard()
	for _, s := range c.sets {
		for _, in := range s.Manifest.Tables {
			if in.Name != name {
				continue
			}
			for _, file := range s.Files(in) {
				if err := copyRows(ctx, w, s.Manifest.Format, file.Path); err != nil {
					return err
				}
			}
		}
	}
	return w.CloseContext(ctx)
}

// copyRows writes the rows of a file.
func copyRows(ctx context.Context, w *dataset.TableWriter, format Format, path string) error {
	in, err := blob.Open(ctx, path)
	if err != nil {
		return err
	}
	defer in.Close()
	rows, err := dataset.RowReader(format)(ctx, in, encode.ReadOptions{Schema: w.Schema})
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		rec, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return ctx.Err()
		}
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		if err := w.Write(rec.Columns()); err != nil {
			return err
		}
	}
}
