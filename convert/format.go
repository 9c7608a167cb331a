package convert

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// A formatter makes the files of a data set in one format.
type formatter interface {
	// create starts a file for the rows of an output; part counts the files of
	// the output from 0. It is called for several outputs at a time.
	create(t *tableWriter, part int) (*partFile, error)
	// finish makes, when all rows are written, what belongs to no single
	// output. It returns all files that are made there.
	finish(ctx context.Context, r *run) ([]ManifestFiles, error)
}

// checkFormat finds what is wrong with what the options say of the format,
// before anything is read.
func (o *Options) checkFormat() error {
	switch {
	case !slices.Contains(Formats(), o.Format):
		return fmt.Errorf("%w: unknown format %q", ErrOptions, o.Format)
	case o.Format != Fixed && o.Fixed != (FixedOptions{}):
		return fmt.Errorf("%w: layout, ACO and program are for the format %s", ErrOptions, Fixed)
	case o.Format == DuckDB && o.Export == nil:
		return fmt.Errorf("%w: no DuckDB to make a database file with", ErrOptions)
	}
	if err := o.checkProfile(); err != nil {
		return err
	}
	if err := o.checkExtra(); err != nil {
		return err
	}
	return o.Fixed.check()
}

// newFormatter makes the formatter that the options ask for, when all input
// has been read.
func newFormatter(r *run) (formatter, error) {
	switch r.opts.Format {
	case Fixed:
		return newFixedFormat(r)
	case DuckDB:
		return &duckDBFormat{set: r.set, export: r.opts.Export}, nil
	}
	return partFormat{set: r.set, format: r.opts.Format}, nil
}

// partFormat has a folder of part files for each output.
type partFormat struct {
	set    *dataset.Writer
	format Format
}

func (f partFormat) create(t *tableWriter, part int) (*partFile, error) {
	file, err := f.set.CreatePart(t.spill.out.dir, part, f.format)
	if err != nil {
		return nil, err
	}
	p := &partFile{StagedFile: file, limit: cmp.Or(t.run.opts.fileRows, partRows)}
	return p.with(sinks[f.format](p, t.schema, t.run.memory))
}

func (f partFormat) finish(context.Context, *run) ([]ManifestFiles, error) { return nil, nil }

// duckDBFormat has one database file, which is made of Parquet files.
type duckDBFormat struct {
	set    *dataset.Writer
	export func(ctx context.Context, tables, file string) error
}

func (f *duckDBFormat) create(t *tableWriter, part int) (*partFile, error) {
	file, err := f.set.Stage(dataset.PartName(t.spill.out.dir, part, Parquet))
	if err != nil {
		return nil, err
	}
	p := &partFile{StagedFile: file, limit: math.MaxInt64, home: f.set.Layout().Database}
	return p.with(newParquetSink(p, t.schema, t.run.memory))
}

func (f *duckDBFormat) finish(ctx context.Context, _ *run) ([]ManifestFiles, error) {
	name := f.set.Layout().Database
	if err := f.export(ctx, f.set.Staged(), f.set.Target(name)); err != nil {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	file, err := f.set.Adopt(name, 0)
	return []ManifestFiles{file}, err
}
