package convert

import (
	"math"
	"path/filepath"
	"slices"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/ndjson"
)

// A FetchRun is a run of an export folder, whose files are among the inputs.
type FetchRun struct {
	Number          int
	TransactionTime string   // as the server wrote it
	Files           []string // of resources and of deletions, as Inputs or Files name them
	// FullList reports that the Patients of the run are all that the export is about,
	// and not only those that changed.
	FullList bool
	// CutList reports that they would be, but the server could not export everything.
	CutList bool
}

// inputRuns are the runs of an export folder by input.
type inputRuns struct {
	list    []FetchRun
	ofInput map[int]int // index of the run, by index of the input
	begins  []int64     // by run: ordinal of its first resource
}

// newInputRuns returns the runs of inputs, without where they begin.
func newInputRuns(list []FetchRun, inputs []ndjson.Input) inputRuns {
	runOf := map[string]int{}
	for i, run := range list {
		for _, name := range run.Files {
			runOf[filepath.Clean(name)] = i
		}
	}
	x := inputRuns{list: list, ofInput: map[int]int{}}
	for input, in := range inputs {
		if i, known := runOf[filepath.Clean(in.Name)]; known {
			x.ofInput[input] = i
		}
	}
	return x
}

// findRuns finds the runs of the inputs, when all input has been read.
func (r *run) findRuns() error {
	if r.opts.Runs == nil {
		return nil
	}
	list, err := r.opts.Runs()
	if err != nil {
		return err
	}
	x := newInputRuns(list, r.sources.list)
	x.begins = make([]int64, len(list))
	for i := range x.begins {
		x.begins[i] = math.MaxInt64
	}
	for _, e := range r.lines {
		if i, known := x.ofInput[e.input]; known {
			x.begins[i] = min(x.begins[i], e.resource)
		}
	}
	// A run without resources comes right before the next one.
	next := r.resources
	for i := len(x.begins) - 1; i >= 0; i-- {
		next = min(next, x.begins[i])
		x.begins[i] = next
	}
	r.runs = x
	return nil
}

// isPublished reports whether the data set to be replaced has a run.
func (r *run) isPublished(f *FetchRun) bool {
	old := r.set.Old()
	return old != nil && slices.Contains(old.Runs, dataset.Run{Number: f.Number, TransactionTime: f.TransactionTime})
}

// first returns the ordinal of the first resource of the run that an input is of. ok
// is false if it is of none.
func (x *inputRuns) first(input int) (resource int64, ok bool) {
	i, known := x.ofInput[input]
	if !known {
		return 0, false
	}
	return x.begins[i], true
}

// described returns the runs for the manifest: those of which a file was read, and
// those without files, which changed nothing.
func (x *inputRuns) described() []dataset.Run {
	read := map[int]bool{}
	for _, run := range x.ofInput {
		read[run] = true
	}
	var list []dataset.Run
	for i, run := range x.list {
		if read[i] || len(run.Files) == 0 {
			list = append(list, dataset.Run{Number: run.Number, TransactionTime: run.TransactionTime})
		}
	}
	return list
}
