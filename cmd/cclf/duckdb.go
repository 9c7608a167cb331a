//go:build cgo

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/query"
)

// exportDuckDB writes a folder of tables as a database file.
var exportDuckDB = func(ctx context.Context, tables, file string, opts *convert.Options) error {
	return query.Export(ctx, tables, file, query.Options{Threads: opts.Jobs, ExtraColumns: opts.ExtraColumns})
}

// duckDBVersion returns the version of DuckDB.
var duckDBVersion = query.EngineVersion

// countDatabase compares the row counts of a DuckDB file with those of the manifest.
var countDatabase = func(ctx context.Context, dir string, m *dataset.Manifest) (problems []error, err error) {
	db, err := query.Open(ctx, dir, query.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.Tables(ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]any{}
	for rows.Next() {
		v := rows.Values()
		found[strings.Replace(fmt.Sprint(v[0]), ".", "/", 1)] = v[1]
	}
	for _, t := range m.Tables {
		if n := fmt.Sprint(found[t.Name]); n != fmt.Sprint(t.Rows) {
			problems = append(problems, fmt.Errorf("table %s has %s rows, but the manifest says %d", t.Name, n, t.Rows))
		}
	}
	return problems, rows.Err()
}
