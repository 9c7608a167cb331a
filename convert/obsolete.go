package convert

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
)

// Obsolete are the lines of a log that no conversion needs: neither of the log as it is,
// nor after more runs.
type Obsolete struct {
	lines   lineIndex
	sources *sources
	older   table.OrdinalSet // resources with a newer version
	repeats table.OrdinalSet // resources that came before as they are
	total   int64            // resources
}

// FindObsolete reads all inputs of opts, which takes Runs, and calls use with the lines that
// are obsolete. While it does, nobody else writes to the data set in opts.Out, which need
// not exist and does not change. Of a resource with several versions, all but the newest
// are obsolete, with these exceptions:
//
//   - versions that the server deleted, since what was deleted later than they came
//     depends on them,
//   - older versions of claims that name a prior version, and of resources that show former
//     MBIs, and
//   - the last Patient of each beneficiary, which says in which run it was seen.
func FindObsolete(ctx context.Context, opts Options, use func(*Obsolete) error) error {
	if opts.Runs == nil {
		return fmt.Errorf("%w: %w", ErrOptions, errNoRuns)
	}
	format := cmp.Or(opts.Format, Parquet) // of the data set, of which nothing is made
	opts.Format = Parquet
	limits, err := opts.resolve()
	if err != nil {
		return err
	}
	in, err := findInputs(ctx, &opts)
	if err != nil {
		return err
	}
	r := newRun(&opts, limits, in)
	set, err := dataset.Create(opts.Out, format, dataset.Options{Overwrite: true, FileMode: opts.FileMode, Hook: opts.hook, Context: ctx})
	if err != nil {
		return err
	}
	defer set.Close()
	r.begin(set)
	r.held = &table.OrdinalSet{}
	if err := r.read(ctx); err != nil {
		return err
	}
	if err := r.checkInput(); err != nil {
		return err
	}
	found, err := r.findObsolete()
	if err != nil {
		return err
	}
	return use(found)
}

var errNoRuns = errors.New("the inputs are not of an export folder with runs")

// findObsolete finds the obsolete resources, when all input has been read.
func (r *run) findObsolete() (*Obsolete, error) {
	if err := r.findRuns(); err != nil {
		return nil, err
	}
	if err := r.applyDeletions(); err != nil {
		return nil, err
	}
	found, err := r.keys.Outcome(nil)
	if err != nil {
		return nil, err
	}
	last, err := r.sightings.Last(func(input int) (int, bool) {
		i, known := r.runs.ofInput[input]
		return i, known
	})
	if err != nil {
		return nil, err
	}
	repeats := found.Repeats.Without(last, *r.held)
	return &Obsolete{
		lines: r.lines, sources: r.sources, total: r.resources,
		older: found.Replaced.Without(found.Repeats, last, *r.held), repeats: repeats,
	}, nil
}

// Resources is the number of resources in the log, and Older and Repeats are the numbers
// of obsolete ones: see [Obsolete.Lines].
func (o *Obsolete) Resources() int64 { return o.total }

// Older is the number of resources with a newer version that are obsolete, unless they are
// Patients or Coverages.
func (o *Obsolete) Older() int64 { return o.older.Len() }

// Repeats is the number of resources that came before as they are.
func (o *Obsolete) Repeats() int64 { return o.repeats.Len() }

// Lines yields the numbers of the obsolete lines of an input, in ascending order.
// Repeated says that the resource came before as it is. A line that is obsolete for another
// reason is to be kept if it is a Patient or a Coverage, whose older versions tell about
// earlier months. So is a line that is more than one resource.
func (o *Obsolete) Lines(name string) iter.Seq2[int64, bool] {
	return func(yield func(line int64, repeated bool) bool) {
		input := -1
		for i, in := range o.sources.list {
			if filepath.Clean(in.Name) == filepath.Clean(name) {
				input = i
			}
		}
		for i, e := range o.lines {
			if e.input != input {
				continue
			}
			end := o.total
			if i+1 < len(o.lines) {
				end = o.lines[i+1].resource
			}
			for resource := e.resource; resource < end; resource++ {
				repeated := o.repeats.Has(resource)
				if (repeated || o.older.Has(resource)) && !yield(e.line+resource-e.resource, repeated) {
					return
				}
			}
		}
	}
}
