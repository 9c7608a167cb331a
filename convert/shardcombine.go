package convert

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// CombineShards makes one data set at Options.Out of those of WriteShard, in the order
// of the shards. Elements of the inputs that no column uses are not reported.
func CombineShards(ctx context.Context, opts Options, shards []string) (*Manifest, error) {
	r, err := createShardSet(&opts)
	if err != nil {
		return nil, err
	}
	defer r.set.Close()
	c := &combination{run: r, manifest: &Manifest{
		Version: opts.Version, Format: opts.Format, Versions: string(opts.Versions),
	}}
	for _, dir := range shards {
		if err := c.open(ctx, dir); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
	}
	if err := c.write(ctx); err != nil {
		return nil, err
	}
	r.counts = c.manifest.Counts
	if err := r.checkInput(); err != nil {
		return nil, err
	}
	if err := r.checkOutput(c.manifest); err != nil {
		return nil, err
	}
	if c.manifest.Rejects, err = r.set.FinishRejects(r.rejects.file, r.counts.Rejected); err != nil {
		return nil, err
	}
	return c.manifest, r.set.Commit(c.manifest)
}

// A combination is a data set that is made of those of shards.
type combination struct {
	run      *run
	manifest *Manifest
	sets     []*dataset.Set
	inputs   map[string]int // index, by name
}

// open opens the data set of a shard, and adds what its manifest says.
func (c *combination) open(ctx context.Context, dir string) error {
	s, err := dataset.Open(dir)
	if err != nil {
		return err
	}
	c.sets = append(c.sets, s)
	m, from := c.manifest, s.Manifest
	m.Counts.Add(from.Counts)
	m.TextSize += from.TextSize
	for _, api := range from.APIs {
		if !slices.Contains(m.APIs, api) {
			m.APIs = append(m.APIs, api)
		}
	}
	slices.Sort(m.APIs)
	for _, in := range from.Inputs {
		c.addInput(in)
	}
	for to, more := range map[*map[string]int64]map[string]int64{
		&m.PartialDates: from.PartialDates, &m.Rounded: from.Rounded, &m.UnknownState: from.UnknownState,
	} {
		*to = addNumbers(*to, more)
	}
	if from.Rejects == nil {
		return nil
	}
	rejects, err := blob.Open(ctx, s.Path(from.Rejects.Name))
	if err != nil {
		return err
	}
	defer rejects.Close()
	return c.run.rejects.file.Copy(rejects)
}

// addInput adds a part of an input.
func (c *combination) addInput(in ManifestInput) {
	i, known := c.inputs[in.Name]
	if !known {
		if c.inputs == nil {
			c.inputs = map[string]int{}
		}
		c.inputs[in.Name] = len(c.manifest.Inputs)
		c.manifest.Inputs = append(c.manifest.Inputs, in)
		return
	}
	to := &c.manifest.Inputs[i]
	to.TextSize += in.TextSize
	to.Lines += in.Lines
	to.Rejects += in.Rejects
	to.BrokenOff = max(to.BrokenOff, in.BrokenOff)
	to.Foreign = addNumbers(to.Foreign, in.Foreign)
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

// write writes the tables, in the order in which Run writes them.
func (c *combination) write(ctx context.Context) error {
	tables, err := c.run.createTables()
	if err != nil {
		return err
	}
	for _, o := range c.run.outputs {
		if o.profile != PlainCCLF || o.unwritten || !c.has(o.dir) {
			continue
		}
		if err := c.writeTable(ctx, tables, o.dir, o.table); err != nil {
			return fmt.Errorf("%s: %w", o.dir, err)
		}
	}
	c.manifest.Tables, c.manifest.Files, err = tables.Finish(ctx)
	return cmp.Or(err, ctx.Err())
}

// has reports whether a shard has a table. Those of partially adjudicated claims are
// missing where there are no such claims.
func (c *combination) has(name string) bool {
	return slices.ContainsFunc(c.sets, func(s *dataset.Set) bool {
		return slices.ContainsFunc(s.Manifest.Tables, func(t ManifestTable) bool { return t.Name == name })
	})
}

// writeTable writes a table.
func (c *combination) writeTable(ctx context.Context, tables *dataset.Tables, name string, t *schema.Table) error {
	w := tables.Add(dataset.Target{Name: name, Table: t, Schema: table.Schema(t)})
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
	c.run.rows += w.Rows()
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
