//go:build cgo

package query

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/cclf-tools/cclf/schema"
)

// Export makes a DuckDB database file of the tables in dir, a folder that is
// laid out as a data set but needs no manifest. Tables and columns that package
// schema knows have its descriptions as comments; partially adjudicated claims
// are in a schema of that name. The file appears when it is whole, and only
// its owner can read it. Unless Options.TempDir is set, temporary data go
// beside the file.
func Export(ctx context.Context, dir, file string, opts Options) (err error) {
	if opts.TempDir == "" {
		opts.TempDir = filepath.Dir(file)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	tables, err := readTables(abs, schema.Extend(schema.AllTables(), opts.ExtraColumns))
	if err != nil {
		return err
	}
	db, err := connect(ctx, opts, []string{abs})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// A private folder: DuckDB makes files that others may read.
	building := filepath.Join(db.temp.dir, "building.duckdb")
	if err := db.build(ctx, building, tables); err != nil {
		return diskFull(err)
	}
	if err := secure(building); err != nil {
		return err
	}
	if err := os.Rename(building, file); err != nil {
		return err
	}
	return syncFile(filepath.Dir(file))
}

// diskFull makes an error that says so in words, as DuckDB's do, one of a full
// disk.
func diskFull(err error) error {
	if err == nil || !strings.Contains(strings.ToLower(err.Error()), syscall.ENOSPC.Error()) {
		return err
	}
	return fullDisk{err}
}

type fullDisk struct{ error }

func (e fullDisk) Unwrap() []error { return []error{e.error, syscall.ENOSPC} }

// build makes the database file.
func (db *DB) build(ctx context.Context, file string, tables []folder) error {
	if err := db.exec(ctx, "ATTACH "+quote(file)+" AS export", "USE export"); err != nil {
		return err
	}
	for _, f := range tables {
		if err := db.copyTable(ctx, f); err != nil {
			return fmt.Errorf("table %s: %w", f.title(), err)
		}
	}
	return db.exec(ctx, "USE memory", "CHECKPOINT export", "DETACH export")
}

// copyTable makes a table of a folder, in the database that is in use.
func (db *DB) copyTable(ctx context.Context, f folder) error {
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

// secure makes sure that a file is on disk and only its owner can read it.
func secure(name string) error {
	if err := os.Chmod(name, 0o600); err != nil {
		return err
	}
	return syncFile(name)
}

// syncFile waits until a file, or the names in a folder, are on disk.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// attach opens the database file of a data set, for reading only, and lists
// its tables. It is hidden then: a user finds the tables as views, as those of
// any other data set, and finds them once.
func (db *DB) attach(ctx context.Context, file string) ([]folder, error) {
	const listed, hidden = "_list", "_data" // a hidden database lists no tables
	if err := db.exec(ctx, "ATTACH "+quote(file)+" AS "+listed+" (READ_ONLY)"); err != nil {
		return nil, err
	}
	rows, err := db.conn.QueryContext(ctx,
		"SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = "+quote(listed))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tables []folder
	for rows.Next() {
		var f folder
		if err := rows.Scan(&f.group, &f.name); err != nil {
			return nil, err
		}
		f.stored = hidden + "." + quoteName(f.group) + "." + quoteName(f.name)
		if f.group == "main" {
			f.group = ""
		}
		tables = append(tables, f)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return tables, db.exec(ctx, "DETACH "+listed, "ATTACH "+quote(file)+" AS "+hidden+" (READ_ONLY, HIDDEN)")
}
