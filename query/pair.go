//go:build cgo

package query

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
)

// A Pair is two data sets that are open in one engine, to be compared by trusted
// SQL: the tables of the first are in the SQL schema a, those of the second in b,
// partially adjudicated claims in a_partial and b_partial. It must not be used by
// several goroutines at once.
type Pair struct {
	db        *DB
	Manifests [2]*dataset.Manifest
}

// pairSchemas are the SQL schemas of the data sets of a Pair.
var pairSchemas = [2]string{"a", "b"}

// OpenPair opens two data sets. Errors are those of Open, and ErrDatabase.
func OpenPair(ctx context.Context, first, second string, opts Options) (*Pair, error) {
	var sources [2]*source
	var reads, sized []string
	dirs := [2]string{first, second}
	for i, dir := range dirs {
		src, err := openSource(absolute(dir), opts)
		if err != nil {
			return nil, dataSetError(dir, err)
		}
		if src.database != "" {
			return nil, dataSetError(dir, ErrDatabase)
		}
		if err := checkCodecs(src.tables); err != nil {
			return nil, dataSetError(dir, err)
		}
		sources[i] = src
		sized = append(sized, filesOf(src.tables)...)
		reads = append(reads, absolute(dir))
		if src.set != nil {
			reads = append(reads, blob.Join(src.set.Layout.Dir, src.set.Layout.Manifest))
		}
	}
	db, err := connect(ctx, opts, sizeOf(sized...), reads, nil)
	if err != nil {
		return nil, err
	}
	p := &Pair{db: db}
	if err := p.createWork(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	for i, src := range sources {
		if src.set != nil {
			p.Manifests[i] = src.set.Manifest
		}
		for _, t := range complete(src.tables, src.known) {
			name := pairSchemas[i]
			if t.group != "" {
				name += "_partial"
			}
			t.group = name
			if err := db.registerRemote([]tableSource{t}); err != nil {
				return nil, errors.Join(setUpError(ctx, dirs[i], err), db.Close())
			}
			if err := db.exec(ctx, viewSQL(t)); err != nil {
				return nil, errors.Join(setUpError(ctx, dirs[i], sqlError(err)), db.Close())
			}
		}
	}
	return p, nil
}

// createWork makes a database file for all tables of the comparison, in the private
// folder for temporary data. Tables in memory would be bounded by the memory limit.
// The file is encrypted with a key that is nowhere else, like other temporary data.
func (p *Pair) createWork(ctx context.Context) error {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	temp, err := p.db.TempFolder()
	if err != nil {
		return err
	}
	file := filepath.Join(temp, "work.duckdb")
	return sqlError(p.db.exec(ctx,
		fmt.Sprintf("ATTACH %s AS work (ENCRYPTION_KEY '%x')", quote(file), key),
		"USE work"))
}

// pairViews are the views of the SQL schema metrics that comparisons read. Those that
// are true are computed at once.
var pairViews = map[string]bool{"most_recent_mbi": true, "claim_rows": false, "pairing": true, "undone": true, "superseded": true}

// PrepareMetrics creates what metrics are computed from, for both data sets: the
// SQL schemas a_metrics and b_metrics. It returns the bases.
func (p *Pair) PrepareMetrics(ctx context.Context) (bases [2]Basis, err error) {
	sql := "CREATE " + baseMacros["sent"].definition("metrics.sent") + ";\n" + readSQL("sql/pair")
	for i, name := range pairSchemas {
		base, err := p.db.inspectBase(ctx, name, AutoBasis)
		if err == nil {
			err = p.createViews(ctx, &base, name)
		}
		if err == nil {
			err = p.db.exec(ctx, strings.NewReplacer("main.", name+".", "metrics.", name+"_metrics.").Replace(sql))
		}
		if err != nil {
			return bases, fmt.Errorf("prepare %s: %w", name, sqlError(err))
		}
		bases[i] = base.basis()
	}
	return bases, nil
}

// createViews creates the views of a data set that comparisons read.
func (p *Pair) createViews(ctx context.Context, base *metricBase, name string) error {
	to := name + "_metrics"
	statements := []string{"CREATE SCHEMA " + to}
	for _, v := range baseViews(base.variant) {
		kind := "VIEW"
		compute, wanted := pairViews[v.name]
		if compute {
			kind = "TABLE"
		}
		if wanted {
			statements = append(statements, fmt.Sprintf("CREATE %s %s.%s AS\n%s", kind, to, v.name, base.viewSQL(v.sql, name, to)))
		}
	}
	return p.db.exec(ctx, statements...)
}

// Exec runs trusted statements.
func (p *Pair) Exec(ctx context.Context, script string) error {
	return sqlError(p.db.exec(ctx, script))
}

// Query runs a trusted statement. The Rows must be closed.
func (p *Pair) Query(ctx context.Context, statement string) (*Rows, error) {
	return p.db.runDirect(ctx, statement, nil)
}

// Close closes the data sets and removes temporary data.
func (p *Pair) Close() error { return p.db.Close() }

// Abandon removes temporary data while a statement may still be running. It is
// for a process that exits without waiting for the engine.
func (p *Pair) Abandon() { p.db.Abandon() }
