package main

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"github.com/cclf-tools/cclf/fetch"
)

// arrivals are the inputs of a conversion that runs while an export is
// downloaded: the files of earlier exports, and then those of the current one,
// in manifest order and not in the order in which they arrive.
type arrivals struct {
	mu      sync.Mutex
	inputs  []string           // that the conversion may read
	waiting map[int]fetch.File // arrived before a file that precedes them, by index
	next    int                // index of the next file
	invalid bool               // another export was started: inputs are not in order
	ended   bool
	err     error
	changed chan struct{} // closed at each change, and replaced

	first     sync.Once
	available chan struct{} // closed once a file has arrived, or the export has ended
}

// errReordered reports that the inputs differ from those that were already
// converted, so that the conversion must be repeated.
var errReordered = errors.New("the files of the export have changed")

func newArrivals(earlier []string) *arrivals {
	return &arrivals{
		inputs: slices.Clone(earlier), waiting: map[int]fetch.File{},
		changed: make(chan struct{}), available: make(chan struct{}),
	}
}

// add adds a finished file of the export.
func (a *arrivals) add(f fetch.File) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, again := a.waiting[f.Index]; again || f.Index < a.next {
		a.invalid = true
	}
	if a.invalid {
		return
	}
	a.waiting[f.Index] = f
	for {
		f, ok := a.waiting[a.next]
		if !ok {
			return
		}
		delete(a.waiting, a.next)
		a.next++
		if f.Kind == fetch.KindOutput {
			a.inputs = append(a.inputs, f.Path)
			a.notify()
		}
	}
}

// end ends the arrivals of an export that is complete. Inputs are those of all
// complete exports.
func (a *arrivals) end(inputs []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended = true; len(inputs) < len(a.inputs) || !slices.Equal(a.inputs, inputs[:len(a.inputs)]) {
		a.err = errReordered
	}
	a.inputs = inputs
	a.notify()
}

func (a *arrivals) notify() {
	a.first.Do(func() { close(a.available) })
	close(a.changed)
	a.changed = make(chan struct{})
}

// files yields the inputs, and waits for those that have not arrived.
func (a *arrivals) files(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i := 0; ; i++ {
			name, err := a.wait(ctx, i)
			if name == "" && err == nil || !yield(name, err) || err != nil {
				return
			}
		}
	}
}

// wait returns the input of a number, or "" at the end.
func (a *arrivals) wait(ctx context.Context, i int) (string, error) {
	for {
		a.mu.Lock()
		inputs, ended, err, changed := a.inputs, a.ended, a.err, a.changed
		a.mu.Unlock()
		switch {
		case err != nil:
			return "", err
		case i < len(inputs):
			return inputs[i], nil
		case ended:
			return "", nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
