//go:build cgo

package main

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/cclf-tools/cclf/query"
)

// withDataSet opens a data set, uses it, and closes it. If the data set is replaced
// meanwhile and its files are gone, it starts again with the new one, unless
// something was printed.
func withDataSet(ctx context.Context, e *env, dir string, opts query.Options, use func(*env, *query.DB) error) error {
	return withDataSets(ctx, e, []query.NamedSet{{Dir: dir}}, opts, use)
}

// withDataSets is withDataSet for one data set without a name, or for several.
func withDataSets(ctx context.Context, e *env, sets []query.NamedSet, opts query.Options, use func(*env, *query.DB) error) error {
	const most = 10
	var replaced error
	for try := 1; ; try++ {
		out := &printed{w: e.stdout}
		again := *e
		again.stdout = out
		again.isTerminal = func(stream any) bool {
			if stream == io.Writer(out) {
				stream = e.stdout
			}
			return e.isTerminal(stream)
		}
		err := useDataSets(ctx, &again, sets, opts, use)
		if replaced != nil && errors.Is(err, fs.ErrPermission) {
			return replaced // the process is confined to the old file
		}
		if try == most || out.n > 0 || !errors.Is(err, query.ErrReplaced) {
			return err
		}
		replaced = err
	}
}

func useDataSets(ctx context.Context, e *env, sets []query.NamedSet, opts query.Options, use func(*env, *query.DB) error) (err error) {
	db, err := e.openDataSets(ctx, sets, opts)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := db.Close(); err == nil {
			err = closeErr
		}
	}()
	return use(e, db)
}

// printed is a writer that counts bytes.
type printed struct {
	w io.Writer
	n int64
}

func (p *printed) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	p.n += int64(n)
	return n, err
}
