//go:build cgo

package query

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// Options configure a DB. The zero value is ready to use.
type Options struct {
	// MemoryLimit bounds DuckDB's memory, for example "4GB". The default is 80%
	// of the memory of the machine or of the container, or less, so that the
	// rest of the process has 112 MB.
	MemoryLimit string
	// TempDir is the parent of a private folder for results and intermediate
	// data that do not fit in memory. The folder is made when it is needed. The
	// default is os.TempDir(); if nothing can be written there, such data is out of
	// memory.
	TempDir string
	// Threads is the number of DuckDB worker threads. The default is one per
	// core, but not more than the memory is enough for, or than the files are
	// large enough for.
	Threads int
	// Confine, if not nil, is called before DuckDB starts, with absolute paths:
	// the folders and files that will be read, and the folders and files that
	// will be written to. It can take everything else from the process. Its error is
	// returned by Open.
	Confine func(read, write []string) error
	// ExtraColumns describes additional columns of tables without a manifest,
	// for Export and NoManifest. A manifest has its own description.
	ExtraColumns []schema.ExtraColumn
	// TableFiles are read once, when the data set is opened, into temporary
	// tables. SQL cannot open the files themselves.
	TableFiles []TableFile
	// Output is the path of the file that Rows.WriteParquet writes. SQL cannot
	// write it.
	Output string
	// NoManifest opens a folder with the layout of a data set, or a DuckDB
	// file, that cclf did not write. All part files are used, and a manifest is
	// ignored.
	NoManifest bool
}

// A DB is an open data set. It must not be used by several goroutines at once, and a
// statement ends the Rows of the one before.
type DB struct {
	pool      *sql.DB
	conn      *sql.Conn // the only connection, which owns the temporary tables
	temp      *tempFolder
	tables    []tableSource
	set       *dataset.Set // nil without a manifest, and if there are several
	sources   []namedSource
	loaded    []TableFile
	active    *Rows                // result of the last SELECT, unless all its rows were read
	basis     Basis                // of the views in the SQL schema metrics, once they exist
	base      metricBase           // of these views
	views     map[string]viewState // in the SQL schema metrics
	output    string               // Options.Output
	rowGroup  int                  // rows in a row group of a Parquet result
	measured  map[string]bool      // SQL schemas of data sets that have these views
	remote    *remoteTables        // nil if no table is in an object store
	commented bool                 // the views have comments
}

// connect starts DuckDB with an empty in-memory database and a private folder
// for temporary data. The files with the tables have a size in bytes, which is negative if
// it is unknown. Only the files and folders in reads will be read, and those that
// more returns, unless it is nil, which may put some in the folder.
func connect(ctx context.Context, opts Options, size int64, reads []string, more func(*tempFolder) ([]string, error)) (*DB, error) {
	rowGroup := opts.setDefaults(size)
	temp, err := newTempFolder(cmp.Or(opts.TempDir, os.TempDir()))
	if err != nil && opts.TempDir != "" {
		return nil, err
	}
	if err != nil {
		temp = &tempFolder{missing: err} // nothing can spill, and most queries need not
	}
	db := &DB{temp: temp, output: opts.Output, rowGroup: rowGroup, measured: map[string]bool{}}
	if more != nil {
		paths, err := more(temp)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		reads = append(reads, paths...)
	}
	if opts.Confine != nil {
		var writes []string
		if temp.dir != "" {
			writes = append(writes, temp.parent)
		}
		if opts.Output != "" {
			writes = append(writes, opts.Output)
		}
		if err := opts.Confine(reads, writes); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	if err := db.start(ctx, opts); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) start(ctx context.Context, opts Options) error {
	// These settings cannot be changed after the start. DuckDB never downloads
	// anything, and does not look into the home folder.
	dsn := url.Values{
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"allow_community_extensions":   {"false"},
		"allow_persistent_secrets":     {"false"},
		"temp_directory":               {db.temp.dir},
		// DuckDB's built-in cipher. Its random numbers are not cryptographic,
		// because a cryptographic library would be an extension, and none is
		// loaded. It protects against reading the disk, not against an attacker
		// who can predict the random numbers.
		"temp_file_encryption": {"true"},
		"force_mbedtls_unsafe": {"true"},
	}
	if opts.MemoryLimit != "" {
		dsn.Set("memory_limit", opts.MemoryLimit)
	}
	if opts.Threads > 0 {
		dsn.Set("threads", fmt.Sprint(opts.Threads))
	}
	connector, err := duckdb.NewConnector("?"+dsn.Encode(), nil)
	switch {
	case err == nil:
	case strings.Contains(err.Error(), "memory_limit"):
		return &OptionError{"MemoryLimit", opts.MemoryLimit}
	case strings.Contains(err.Error(), "threads"):
		return &OptionError{"Threads", fmt.Sprint(opts.Threads)}
	default:
		return startError(err)
	}
	db.pool = sql.OpenDB(connector)
	if db.conn, err = db.pool.Conn(ctx); err != nil {
		return fmt.Errorf("connect to DuckDB: %w", err)
	}
	// Closing would compress the tables of a comparison into a file that is then removed.
	return db.exec(ctx, "PRAGMA disable_checkpoint_on_shutdown")
}

// exec runs trusted statements.
func (db *DB) exec(ctx context.Context, statements ...string) error {
	db.endActive()
	for _, stmt := range statements {
		if _, err := db.conn.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}

// comment adds the descriptions of package schema to a VIEW or TABLE.
func (db *DB) comment(ctx context.Context, object string, f tableSource) error {
	if f.schema == nil {
		return nil
	}
	columns, err := db.columnsOf(ctx, f.view())
	if err != nil {
		return err
	}
	return db.exec(ctx, commentSQL(object, f, columns))
}

// Close closes the data set and removes temporary data. Rows must not be used
// afterwards.
func (db *DB) Close() error {
	db.endActive()
	var err error
	if db.conn != nil {
		err = db.conn.Close()
	}
	if db.pool != nil {
		err = errors.Join(err, db.pool.Close())
	}
	return errors.Join(err, db.temp.remove())
}

// TempFolder makes the private folder for temporary data, and returns its path. Files
// in it are removed with the rest: by Close, by Abandon, or after a crash by a later DB.
func (db *DB) TempFolder() (string, error) { return db.temp.make() }

// Abandon removes temporary data while a query may still be running. It is for
// a process that exits without waiting for DuckDB, which does not notice that a
// context is canceled while it parses SQL.
func (db *DB) Abandon() {
	if db.temp.dir != "" {
		_ = os.RemoveAll(db.temp.dir)
	}
}

// replaced returns an error that wraps ErrReplaced if err is due to files that
// are gone because the data set was replaced, and err otherwise.
func (db *DB) replaced(err error) error {
	cause := db.remoteFailure(err)
	if cause != nil {
		err = fmt.Errorf("read the data set: %w", cause)
	}
	if cause == nil && !aboutFile(err) {
		return err
	}
	for _, src := range db.sources {
		if src.set != nil && src.set.Replaced() {
			return replacedError()
		}
	}
	// After several replacements, the data set can equal what it was at first.
	if errors.Is(cause, fs.ErrNotExist) || errors.Is(cause, blob.ErrChanged) || db.missed(err) {
		return replacedError()
	}
	return err
}

// missed reports whether DuckDB did not find a part file. It may be there again. If
// it stays away, that is an error when the data set is opened.
func (db *DB) missed(err error) bool {
	own, ok := errors.AsType[*Error](err)
	if !ok || !own.file {
		return false
	}
	msg := own.Detail()
	return slices.ContainsFunc(db.tables, func(f tableSource) bool {
		return slices.ContainsFunc(f.files, func(path string) bool {
			if errors.Is(own, ErrAccess) {
				// All part files may be read. DuckDB takes one that is missing for a
				// folder, and files in it may not.
				return strings.Contains(msg, `"`+path+`"`) || strings.Contains(msg, `"`+path+`/**/`)
			}
			return strings.Contains(msg, `"`+path+`"`) && isMissing(msg)
		})
	})
}

// isMissing reports whether a message of DuckDB says that there is no such file, in its
// own words or in those of the operating system.
func isMissing(msg string) bool {
	return strings.Contains(msg, "No files found") || strings.Contains(msg, "No such file") || strings.Contains(msg, "cannot find the")
}

func replacedError() error {
	return &Error{Msg: "the data set was replaced while it was read", err: ErrReplaced}
}

func absolute(dir string) string {
	if blob.IsURL(dir) {
		return blob.Clean(dir)
	}
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}
