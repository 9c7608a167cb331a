package pipeline

import (
	"cmp"
	"context"
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// ErrOutput reports that the data set cannot be written.
var ErrOutput = dataset.ErrOutput

// Run converts an export on a runner, and returns the manifest of the data set.
func Run(ctx context.Context, o Options, run func(context.Context, *beam.Pipeline) error) (*dataset.Manifest, error) {
	if !o.Overwrite {
		if err := dataset.CheckEmpty(o.Out, cmp.Or(o.Format, dataset.Parquet)); err != nil {
			return nil, err
		}
	}
	if err := makeTemp(o.Temp); err != nil {
		return nil, err
	}
	p, err := Build(ctx, o)
	if err == nil {
		if err = run(ctx, p); err != nil && ctx.Err() == nil {
			err = cmp.Or(notedIn(ctx, o.Temp), err)
		}
	}
	var set *dataset.Set
	if err == nil {
		set, err = dataset.Open(o.Out)
	}
	// Also after an interrupt.
	if err = errors.Join(err, removeTemp(context.WithoutCancel(ctx), o.Temp)); err != nil {
		return nil, err
	}
	return set.Manifest, nil
}
