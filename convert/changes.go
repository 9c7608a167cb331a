package convert

import (
	"context"
	"errors"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// ErrChanges reports that changes are wanted that cannot be told: without runs, or in a
// format whose files cannot be compared.
var ErrChanges = errors.New("changes are those of a run of an export folder, in the formats Parquet, CSV and Arrow")

// writeChanges writes what changed since the data set that is replaced.
func (r *run) writeChanges(ctx context.Context, m *Manifest) error {
	if !r.opts.Changes || len(m.Runs) == 0 {
		return nil
	}
	last := m.Runs[len(m.Runs)-1]
	o := dataset.ChangeOptions{
		Run: last.Number, TransactionTime: last.TransactionTime, Jobs: r.opts.Jobs, Tables: r.opts.tableOptions(),
	}
	o.Tables.Memory = r.memory
	o.Progress = func(done, total int64) { r.report("compare", done, total) }
	_, err := r.set.WriteChanges(ctx, m, o)
	return err
}
