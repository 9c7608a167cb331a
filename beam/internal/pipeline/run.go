package pipeline

import (
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
		if err := dataset.CheckEmpty(o.Out, dataset.Parquet); err != nil {
			return nil, err
		}
	}
	if err := makeTemp(o.Temp); err != nil {
		return nil, err
	}
	p, err := Build(ctx, o)
	if err == nil {
		err = run(ctx, p)
	}
	var set *dataset.Set
	if err == nil {
		set, err = dataset.Open(o.Out)
	}
	if err != nil {
		return nil, errors.Join(err, removeTemp(ctx, o.Temp))
	}
	return set.Manifest, removeTemp(ctx, o.Temp)
}
