//go:build cgo

package query

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/cclf-tools/cclf/schema"
)

// Export writes a DuckDB database file with the tables in dir, a folder with the
// layout of a data set, which needs no manifest. Tables and columns have the
// descriptions of package schema as comments. Partially adjudicated claims are in
// the SQL schema partially_adjudicated. The file appears when it is complete, and
// only its owner can read it. Temporary data is written next to the file, unless
// Options.TempDir is set.
func Export(ctx context.Context, dir, file string, opts Options) (err error) {
	if opts.TempDir == "" {
		opts.TempDir = filepath.Dir(file)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	tables, err := readTables(abs, slices.Concat(schema.Extend(schema.AllTables(), opts.ExtraColumns), schema.LogTables()))
	if err != nil {
		return err
	}
	db, err := connect(ctx, opts, sizeOf(filesOf(tables)...), []string{abs}, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// In a private folder, because DuckDB creates files that others can read.
	temp, err := db.TempFolder()
	if err != nil {
		return err
	}
	building := filepath.Join(temp, "building.duckdb")
	if err := db.build(ctx, building, tables); err != nil {
		return diskFull(err)
	}
	if err := secure(building); err != nil {
		return err
	}
	if err := os.Rename(building, file); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(file))
}

// diskFull adds ENOSPC or EDQUOT to an error that reports a full disk in words only, as
// those of DuckDB do.
func diskFull(err error) error {
	if err == nil {
		return nil
	}
	text := strings.ToLower(err.Error())
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		if strings.Contains(text, full.Error()) {
			return fullDisk{err, full}
		}
	}
	return err
}

type fullDisk struct {
	error
	errno error
}

func (e fullDisk) Unwrap() []error { return []error{e.error, e.errno} }

// build writes the database file.
func (db *DB) build(ctx context.Context, file string, tables []tableSource) error {
	if err := db.exec(ctx, "ATTACH "+quote(file)+" AS export", "USE export"); err != nil {
		return err
	}
	for _, f := range tables {
		if err := db.copyTable(ctx, f); err != nil {
			return fmt.Errorf("table %s: %w", f.title(), err)
		}
	}
	if err := db.exportViews(ctx, tables); err != nil {
		return err
	}
	return db.exec(ctx, "USE memory", "CHECKPOINT export", "DETACH export")
}

// exportViews creates the views of metrics, if all tables are there that they read.
func (db *DB) exportViews(ctx context.Context, tables []tableSource) error {
	for _, name := range metricTables {
		if !slices.ContainsFunc(tables, func(f tableSource) bool { return f.group == "" && f.name == name }) {
			return nil
		}
	}
	base, err := db.inspectBase(ctx, "main", AutoBasis)
	if err != nil {
		return err
	}
	return db.createViews(ctx, &base, "main", "metrics")
}

// copyTable creates a table with the rows of f in the current database.
func (db *DB) copyTable(ctx context.Context, f tableSource) error {
	if f.group != "" {
		if err := db.exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+quoteName(f.group)); err != nil {
			return err
		}
	}
	if err := db.exec(ctx, "CREATE TABLE "+f.view()+" AS "+sourceSQL(f)); err != nil {
		return err
	}
	return db.comment(ctx, "TABLE", f)
}

// secure syncs a file, and lets only its owner read it. Windows syncs only what is open
// for writing.
func secure(name string) error {
	if err := os.Chmod(name, 0o600); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncFolder syncs the entries of a folder to disk, but on Windows, which has no such
// operation.
func syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
