//go:build cgo

package query

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cclf-tools/cclf/internal/blob"
)

// maxOpens is how often Open tries while the data set is being replaced.
const maxOpens = 10

// Open opens the data set in the folder dir, or in the database file dir. The
// error is a *DataSetError, an *OptionError, a *TableFileError, or ErrReplaced.
// A table that turns out to be damaged when it is read is a *DataSetError of that
// statement. The DB must be closed.
func Open(ctx context.Context, dir string, opts Options) (*DB, error) {
	for try := 1; ; try++ {
		src, err := openSource(absolute(dir), opts)
		if err != nil && try > 1 && errors.Is(err, fs.ErrPermission) {
			return nil, replacedError() // the new files are outside of what the process is confined to
		}
		if err != nil && try < maxOpens && errors.Is(err, fs.ErrNotExist) {
			continue // moved while it was read
		}
		if err != nil {
			return nil, dataSetError(dir, err)
		}
		db, err := openDB(ctx, []namedSource{{dir: dir, source: src}}, opts)
		if err == nil || ctx.Err() != nil || src.set == nil {
			return db, err
		}
		// After two replacements, the data set can equal what it was at first.
		replaced := src.set.Replaced()
		if !replaced && !aboutFile(err) {
			return nil, err
		}
		switch {
		case try < maxOpens:
		case replaced:
			return nil, replacedError()
		default:
			return nil, err
		}
	}
}

// A namedSource is the files of a data set, and the SQL schema of its tables.
type namedSource struct {
	name string // "" for main
	dir  string // as the user calls it
	*source
}

// openDB opens the files of data sets.
func openDB(ctx context.Context, sources []namedSource, opts Options) (*DB, error) {
	var reads, sized []string
	for _, src := range sources {
		if err := checkCodecs(src.tables); err != nil {
			return nil, dataSetError(src.dir, err)
		}
		reads = append(reads, absolute(src.dir))
		sized = append(sized, filesOf(src.tables)...)
		if src.database != "" {
			sized = append(sized, src.database)
		}
		if src.set != nil { // the manifest of a database file is beside it
			reads = append(reads, blob.Join(src.set.Layout.Dir, src.set.Layout.Manifest))
		}
	}
	for _, f := range opts.TableFiles {
		sized = append(sized, f.Path)
	}
	var files []tableFile
	db, err := connect(ctx, opts, sizeOf(sized...), reads, func(temp *tempFolder) (paths []string, err error) {
		files, err = identify(ctx, opts.TableFiles, temp)
		for _, f := range files {
			paths = append(paths, f.path)
		}
		return paths, err
	})
	if err != nil {
		return nil, err
	}
	if len(sources) == 1 {
		db.set = sources[0].set
	}
	db.sources = sources
	if err := db.setUp(ctx, files); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// setUp loads the table files and puts up the fence. Views are created when a
// statement needs them.
func (db *DB) setUp(ctx context.Context, files []tableFile) error {
	for i, src := range db.sources {
		if src.name != "" {
			if reserved, err := db.isKeyword(ctx, src.name); err != nil || reserved {
				return setUpError(ctx, src.dir, cmp.Or(err, error(setNameError{src.name, errTableWord})))
			}
		}
		tables := src.tables
		if src.database != "" {
			var err error
			if tables, err = db.attach(ctx, src.database, i); err != nil {
				return setUpError(ctx, src.dir, sqlError(err))
			}
		}
		for _, f := range complete(tables, src.known) {
			f.group = src.schemaOf(f.group)
			f.dir = src.dir
			db.tables = append(db.tables, f)
		}
	}
	if err := db.registerRemote(db.tables); err != nil {
		return err
	}
	if err := errors.Join(db.load(ctx, files), removeCopies(files)); err != nil {
		return err
	}
	if err := db.fence(ctx); err != nil {
		return err
	}
	return db.exec(ctx, "SET lock_configuration = true")
}

// setUpError returns err as a *DataSetError, unless ctx is canceled.
func setUpError(ctx context.Context, dir string, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return dataSetError(dir, err)
}

func dataSetError(dir string, err error) error {
	if pathErr, ok := errors.AsType[*os.PathError](err); ok && filepath.Clean(pathErr.Path) == absolute(dir) {
		err = pathErr.Err // DataSetError has the path
	}
	return &DataSetError{Dir: dir, Err: err}
}

// fence denies DuckDB access to everything but the part files, the attached
// database and the folder for temporary data.
func (db *DB) fence(ctx context.Context) error {
	var files []string
	for _, f := range db.tables {
		if !f.isRemote() {
			files = append(files, f.files...)
		}
	}
	if db.output != "" {
		files = append(files, db.output)
	}
	return db.exec(ctx,
		"SET allowed_paths = "+quoteList(files),
		"SET enable_external_access = false")
}
