package convert

import (
	"context"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// Run converts an export into a data set of CCLF tables, and returns the manifest
// of the data set. It reads the inputs once, in their order, and publishes the data
// set only when all of it is written: until then, and after an error, the data set
// that was in Options.Out, if any, is unchanged.
//
// Its errors include [ErrOptions], [ErrOutput], [ErrMixed], [ErrTooManyRejects],
// [*BreakOffError], [*ShrinkError], and for inputs that cannot be read at all
// ndjson.ErrNoInput. Lines that give no rows are not errors: they are counted in
// the manifest, and listed in the reject file.
func Run(ctx context.Context, opts Options) (*Manifest, error) {
	limits, err := opts.resolve()
	if err != nil {
		return nil, err
	}
	in, err := findInputs(ctx, &opts)
	if err != nil {
		return nil, err
	}
	r := newRun(&opts, limits, in)
	if len(opts.ExtraColumns) > 0 {
		if err := r.plans.Check(); err != nil {
			return nil, err
		}
	}
	set, err := dataset.Create(opts.Out, opts.Format, dataset.Options{Overwrite: opts.Overwrite, FileMode: opts.FileMode, Hook: opts.hook, Context: ctx, Changes: opts.Changes})
	if err != nil {
		return nil, err
	}
	defer set.Close()
	r.begin(set)
	if size := in.total.Load(); size > 0 {
		r.report("read", 0, size) // the caller can prepare for it
	}
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	if err := r.checkInput(); err != nil {
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

// publish commits the data set.
func (r *run) publish(ctx context.Context) (*Manifest, error) {
	manifest := r.manifest()
	if err := r.checkOutput(manifest); err != nil {
		return nil, err
	}
	var err error
	if manifest.Rejects, err = r.set.FinishRejects(r.rejects.file, r.counts.Rejected+r.counts.Misfits); err != nil {
		return nil, err
	}
	if err := r.writeChanges(ctx, manifest); err != nil {
		return nil, err
	}
	if err := r.set.Commit(manifest); err != nil {
		return nil, err
	}
	if old := r.set.Old(); old != nil && r.opts.Replaced != nil {
		r.opts.Replaced(old)
	}
	return manifest, nil
}
