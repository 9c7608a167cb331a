//go:build cgo

package main

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/internal/confine"
	"github.com/cclf-tools/cclf/query"
)

// openDataSets opens data sets for a command that only queries them. From then on the
// process is confined to that, on systems that support it.
func (e *env) openDataSets(ctx context.Context, sets []query.NamedSet, opts query.Options) (*query.DB, error) {
	if e.confine != nil {
		opts.Confine = func(read, write []string) error {
			replace, err := e.events.confine()
			if err == nil {
				err = e.confine(read, write, slices.Concat(e.resultDirs, replace))
			}
			if errors.Is(err, confine.ErrUnsupported) {
				if runtime.GOOS == "linux" {
					e.note(err.Error() + ": the query is fenced by DuckDB alone")
				}
				return nil
			}
			return err
		}
	}
	var db *query.DB
	var err error
	if len(sets) == 1 && sets[0].Name == "" {
		db, err = query.Open(ctx, sets[0].Dir, opts)
	} else {
		db, err = query.OpenSets(ctx, sets, opts)
	}
	if option, ok := errors.AsType[*query.OptionError](err); ok && option.Option == "MemoryLimit" {
		err = usageErrorf("invalid --memory-limit %q: expected a size with a unit, such as 4GB", option.Value)
	}
	if err == nil && e.exit != nil {
		context.AfterFunc(ctx, func() {
			e.screen.wait()
			time.Sleep(patience)
			db.Abandon()
			err := context.Canceled
			code := e.exitCode(ctx, err)
			e.report(err, code)
			_ = e.finish(code)
			if e.discardResult != nil {
				e.discardResult()
			}
			e.exit(code)
		})
	}
	return db, err
}

// patience is how long a query may take to react to a signal before the process
// exits. Queries write nothing that could be lost.
const patience = 1500 * time.Millisecond
