package convert

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"slices"
)

// A formatter makes the files of a data set in one format.
type formatter interface {
	// create starts a file for the rows of an output; part counts the files of
	// the output from 0. It is called for several outputs at a time.
	create(t *tableWriter, part int) (*partFile, error)
	// finish makes, when all rows are written, what belongs to no single
	// output. It returns the names of the files that only it knows.
	finish(ctx context.Context, r *run) ([]string, error)
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
	set    *dataset
	format Format
}

// partName is the name of a part file.
func partName(o output, part int, format Format) string {
	return path.Join(o.dir, fmt.Sprintf("part-%05d.%s", part, format))
}

func (f partFormat) create(t *tableWriter, part int) (*partFile, error) {
	p, err := f.set.create(partName(t.spill.out, part, f.format))
	if err != nil {
		return nil, err
	}
	p.limit = cmp.Or(t.run.opts.fileRows, partRows)
	return p.with(sinks[f.format](p.buf, t.schema, t.run.memory))
}

func (f partFormat) finish(context.Context, *run) ([]string, error) { return nil, nil }

// DuckDBFile is the name of the database file that holds all tables.
const DuckDBFile = "cclf.duckdb"

// stagedFolder holds files, in the temporary folder, that others are made of.
const stagedFolder = "staged"

// duckDBFormat has one database file, which is made of Parquet files.
type duckDBFormat struct {
	set    *dataset
	export func(ctx context.Context, tables, file string) error
}

func (f *duckDBFormat) create(t *tableWriter, part int) (*partFile, error) {
	p, err := f.set.stage(partName(t.spill.out, part, Parquet), DuckDBFile)
	if err != nil {
		return nil, err
	}
	p.limit = math.MaxInt64
	return p.with(newParquetSink(p.buf, t.schema, t.run.memory))
}

func (f *duckDBFormat) finish(ctx context.Context, _ *run) ([]string, error) {
	err := f.export(ctx, filepath.Join(f.set.temp, stagedFolder), f.set.tempPath(DuckDBFile))
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", DuckDBFile, err)
	}
	f.set.add(DuckDBFile)
	return nil, nil
}
