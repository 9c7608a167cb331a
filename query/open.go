//go:build cgo

package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// Options tune a DB. The zero value is fine.
type Options struct {
	// MemoryLimit bounds DuckDB's memory, for example "4GB". The default is
	// DuckDB's: 80 percent of the machine's.
	MemoryLimit string
	// TempDir is where a private folder is made for results and intermediate
	// data that do not fit in memory. The default is os.TempDir().
	TempDir string
	// Threads is the number of DuckDB's worker threads. The default is one a
	// core.
	Threads int
	// Confine, if it is there, is called before DuckDB starts and reads anything:
	// with the folders and files that will be read and the folders that will be
	// written to, of which it can take all others from the process.
	Confine func(read, write []string) error
	// ExtraColumns are those of the tables that Export finds; data sets say
	// themselves what they have.
	ExtraColumns []schema.ExtraColumn
	// TableFiles are read, once, into temporary tables that queries see beside
	// those of the data set. Their files are out of reach for SQL.
	TableFiles []TableFile
	// NoManifest opens a folder that is laid out as a data set, or a database
	// file, that cclf did not write: all part files in it, whatever a manifest
	// says.
	NoManifest bool
}

// A DB is an open data set. It is for one goroutine at a time; several Rows
// may be open at once.
type DB struct {
	pool    *sql.DB
	conn    *sql.Conn // the only one: temporary tables belong to it
	temp    *tempFolder
	folders []folder
	set     *dataset.Set // nil without a manifest
	loaded  []TableFile
	results int // how many results were staged so far
}

// opening is how often Open tries when the data set is replaced meanwhile.
const opening = 10

// Open opens the data set in dir. The error is a *DataSetError if the folder
// is at fault, and ErrOptions if the options are.
func Open(ctx context.Context, dir string, opts Options) (*DB, error) {
	for try := 1; ; try++ {
		src, err := openSource(absolute(dir), opts)
		if err != nil && try > 1 && errors.Is(err, fs.ErrPermission) {
			return nil, replacedError() // by files that are beyond what the process was confined to
		}
		if err != nil && try < opening && errors.Is(err, fs.ErrNotExist) {
			continue // moved between a look at it and the reading
		}
		if err != nil {
			return nil, dataSetError(dir, err)
		}
		db, err := openDB(ctx, dir, src, opts)
		if err == nil || ctx.Err() != nil || src.set == nil {
			return db, err
		}
		// A data set that was replaced twice may be equal to what it was.
		replaced := src.set.Replaced()
		if !replaced && !aboutFile(err) {
			return nil, err
		}
		switch {
		case try < opening:
		case replaced:
			return nil, replacedError()
		default:
			return nil, err
		}
	}
}

// aboutFile reports whether an error is that of a file that cannot be read.
func aboutFile(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.file || errors.Is(err, fs.ErrNotExist)
}

// openDB makes a DB of the files of a data set.
func openDB(ctx context.Context, dir string, src *source, opts Options) (*DB, error) {
	if err := checkCodecs(src.tables); err != nil {
		return nil, dataSetError(dir, err)
	}
	files, err := identify(opts.TableFiles)
	if err != nil {
		return nil, err
	}
	reads := []string{absolute(dir)}
	if src.set != nil { // whose manifest is beside it, where it is one file
		reads = append(reads, filepath.Join(src.set.Layout.Dir, src.set.Layout.Manifest))
	}
	for _, f := range files {
		reads = append(reads, f.path)
	}
	db, err := connect(ctx, opts, reads)
	if err != nil {
		return nil, err
	}
	db.set = src.set
	tables := src.tables
	if src.database != "" {
		if tables, err = db.attach(ctx, src.database); err != nil {
			if ctx.Err() == nil {
				err = dataSetError(dir, sqlError(err))
			}
			return nil, errors.Join(err, db.Close())
		}
	}
	db.folders = complete(tables, src.known)
	if err := db.load(ctx, files); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.fence(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	for _, f := range db.folders {
		if err := db.createView(ctx, f); err != nil {
			if ctx.Err() == nil {
				err = dataSetError(dir, fmt.Errorf("table %s: %w", f.title(), sqlError(err)))
			}
			return nil, errors.Join(err, db.Close())
		}
	}
	if err := db.exec(ctx, "SET lock_configuration = true"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func dataSetError(dir string, err error) error {
	e := &DataSetError{Dir: dir, Err: err}
	switch {
	case errors.Is(err, dataset.ErrNoManifest):
		e.hint = "the conversion did not finish, or cclf did not write this: run cclf convert again, or open a folder of CCLF tables with --no-manifest"
	case errors.Is(err, errNoTables):
		e.hint = "convert the export to another folder with --format parquet, csv or duckdb"
	default:
		var own interface{ Hint() string }
		if errors.As(err, &own) {
			e.hint = own.Hint()
		} else if errors.Is(err, os.ErrNotExist) {
			e.hint = "name the folder that cclf convert wrote"
		}
	}
	// The path is in e already.
	if pathErr, ok := errors.AsType[*os.PathError](err); ok && filepath.Clean(pathErr.Path) == absolute(dir) {
		e.Err = pathErr.Err
	}
	return e
}

func absolute(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}

// connect starts DuckDB with an empty database in memory and a private folder
// for temporary data. What it will read is in the folders and files of reads.
func connect(ctx context.Context, opts Options, reads []string) (*DB, error) {
	if opts.TempDir == "" {
		opts.TempDir = os.TempDir()
	}
	temp, err := newTempFolder(opts.TempDir)
	if err != nil {
		return nil, err
	}
	db := &DB{temp: temp}
	if opts.Confine != nil {
		if err := opts.Confine(reads, []string{temp.parent}); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	if err := db.start(ctx, opts); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) start(ctx context.Context, opts Options) error {
	// These are settings of the database instance, which have to be there from
	// the start. Nothing is ever fetched, nor looked for in the home folder.
	dsn := url.Values{
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"allow_community_extensions":   {"false"},
		"allow_persistent_secrets":     {"false"},
		"temp_directory":               {db.temp.dir},
		// DuckDB's own cipher module, whose random numbers are not those of a
		// cryptographic library: such a library would be an extension, and none
		// is loaded. It hides data from what reads a disk, not from what can
		// predict DuckDB's random numbers.
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
	if err != nil {
		return fmt.Errorf("%w: %s", ErrOptions, strings.TrimPrefix(err.Error(), "database/sql/driver: "))
	}
	db.pool = sql.OpenDB(connector)
	if db.conn, err = db.pool.Conn(ctx); err != nil {
		return fmt.Errorf("connect to DuckDB: %w", err)
	}
	return nil
}

// fence closes DuckDB off from the machine, except for the part files, the
// attached database and the folder for temporary data.
func (db *DB) fence(ctx context.Context) error {
	var files []string
	for _, f := range db.folders {
		files = append(files, f.files...)
	}
	return db.exec(ctx,
		"SET allowed_paths = "+quoteList(files),
		"SET enable_external_access = false")
}

// exec runs statements.
func (db *DB) exec(ctx context.Context, statements ...string) error {
	for _, stmt := range statements {
		if _, err := db.conn.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) createView(ctx context.Context, f folder) error {
	if err := db.exec(ctx, viewSQL(f)); err != nil {
		return err
	}
	return db.comment(ctx, "VIEW", f)
}

// comment puts the descriptions of package schema on a view or a table.
func (db *DB) comment(ctx context.Context, object string, f folder) error {
	if f.schema == nil {
		return nil
	}
	columns, err := db.columns(ctx, f)
	if err != nil {
		return err
	}
	return db.exec(ctx, commentSQL(object, f, columns))
}

// columns lists the columns of a view.
func (db *DB) columns(ctx context.Context, f folder) ([]string, error) {
	rows, err := db.conn.QueryContext(ctx, "SELECT * FROM "+f.view()+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return rows.Columns()
}

// Close closes the data set and removes the temporary data.
func (db *DB) Close() error {
	var err error
	if db.conn != nil {
		err = db.conn.Close()
	}
	if db.pool != nil {
		err = errors.Join(err, db.pool.Close())
	}
	return errors.Join(err, db.temp.remove())
}

// Abandon removes the temporary data while a query may still run. It is for a
// process that ends without waiting for DuckDB, which does not hear of a canceled
// context while it parses.
func (db *DB) Abandon() { _ = os.RemoveAll(db.temp.dir) }

// Tables lists the tables of the data set, the CCLF tables first: their names,
// the numbers of their rows, and what they hold.
func (db *DB) Tables(ctx context.Context) (*Rows, error) {
	selects := make([]string, len(db.folders), len(db.folders)+len(db.loaded))
	for i, f := range db.folders {
		title := "NULL"
		if f.schema != nil {
			title = quote(f.schema.Title)
		}
		selects[i] = fmt.Sprintf(`SELECT %s AS "table", (SELECT count(*) FROM %s) AS "rows", %s AS description`,
			quote(f.title()), f.view(), title)
	}
	for _, f := range db.loaded {
		selects = append(selects, fmt.Sprintf(`SELECT %s, (SELECT count(*) FROM temp.%s), %s`,
			quote(f.Name), quoteName(f.Name), quote("file "+filepath.Base(f.Path))))
	}
	return db.Query(ctx, strings.Join(selects, "\nUNION ALL "))
}

// sqlError makes an *Error of what the driver returned. Cancellation stays
// what it is.
func sqlError(err error) error { return sqlErrorIn(err, "") }

// sqlErrorIn is sqlError for an error in an SQL text, whose words may be in the
// message.
func sqlErrorIn(err error, sql string) error {
	if err == nil || isCancelled(err) {
		return err
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	e := &Error{Msg: strings.TrimSpace(err.Error()), err: err}
	if cause, ok := errors.AsType[*duckdb.Error](err); ok {
		e.detail = strings.TrimSpace(cause.Msg)
		e.Msg = redacted(cause, sql)
		e.hint = hintFor(cause)
		e.err = nil // has values
		// With the fence around it, DuckDB says of a file that is gone that it
		// may not be accessed.
		e.file = cause.Type == duckdb.ErrorTypeIO || cause.Type == duckdb.ErrorTypePermission
		if cause.Type == duckdb.ErrorTypeOutOfMemory {
			e.err = ErrOutOfMemory
			if strings.Contains(e.detail, "max_temp_directory_size") { // which is what the disk has left
				e.err = syscall.ENOSPC
			}
			// What follows is advice to change settings that are locked here.
			e.Msg, _, _ = strings.Cut(e.Msg, "\n")
			e.detail, _, _ = strings.Cut(e.detail, "\n")
		}
	}
	return e
}

// replaced makes the error of a query that failed since its files are gone one
// that says so.
func (db *DB) replaced(err error) error {
	if aboutFile(err) && db.set != nil && db.set.Replaced() {
		return replacedError()
	}
	return err
}

func replacedError() error {
	return &Error{
		Msg:  "the data set was replaced while it was read",
		hint: "run the command again: it reads the new data set",
		err:  ErrReplaced,
	}
}

func isCancelled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func hintFor(err *duckdb.Error) string {
	switch err.Type {
	case duckdb.ErrorTypePermission:
		return "a query reads the tables of the data set only: no other files, no network, no extensions; --table NAME=FILE adds a file"
	case duckdb.ErrorTypeOutOfMemory:
		return "give DuckDB more memory, fewer threads, or a folder for temporary data with more space"
	case duckdb.ErrorTypeCatalog, duckdb.ErrorTypeBinder:
		return "SHOW TABLES lists the tables, DESCRIBE cclf1 the columns of one"
	default:
		return ""
	}
}
