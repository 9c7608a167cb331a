package lake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/catalog"
	icebergsql "github.com/apache/iceberg-go/catalog/sql"
	"github.com/apache/iceberg-go/table"
	"github.com/gofrs/flock"
	_ "modernc.org/sqlite" // registers the driver
)

// catalogName is the name of the catalog in SQLite, and in the configuration file of
// iceberg-go.
const catalogName = "cclf"

// A lake is an open catalog.
type lake struct {
	Options
	catalog catalog.Catalog
	lock    *flock.Flock
	db      *sql.DB
}

// open locks the lake and opens the catalog.
func open(ctx context.Context, o Options) (*lake, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	useDurableFS()
	folder := filepath.Join(o.Data, Folder)
	if err := os.Mkdir(folder, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	l := &lake{Options: o, lock: flock.New(filepath.Join(folder, "_lock"), flock.SetPermissions(0o666))}
	locked, err := l.lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, &hintError{fmt.Errorf("%w to %s", ErrBusy, folder), "wait until it has finished, and run the same command again"}
	}
	if o.Catalog == SQLite {
		err = l.openSQLite(folder)
	} else {
		err = l.openRemote(ctx)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *lake) openSQLite(folder string) error {
	name := filepath.Join(folder, "catalog.db")
	// Readers may hold the database for a moment.
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(name)+"?_pragma=busy_timeout(60000)&_pragma=synchronous(EXTRA)")
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalog, name, err)
	}
	l.db = db
	props := iceberg.Properties(maps.Clone(l.Properties))
	if l.catalog, err = icebergsql.NewCatalog(catalogName, db, icebergsql.SQLite, props); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalog, name, err)
	}
	return nil
}

func (l *lake) openRemote(ctx context.Context) error {
	props := iceberg.Properties{"type": l.Catalog}
	maps.Copy(props, l.Properties)
	var err error
	if l.catalog, err = catalog.Load(ctx, catalogName, props); err != nil {
		return fmt.Errorf("%w %s: %w", ErrCatalog, l.Catalog, err)
	}
	return nil
}

func (l *lake) close() {
	if l.db != nil {
		l.db.Close()
	}
	_ = l.lock.Unlock() // closing the file unlocks it as well
}

// makeNamespace makes a namespace, if there is none.
func (l *lake) makeNamespace(ctx context.Context, name string) error {
	there, err := l.catalog.CheckNamespaceExists(ctx, table.Identifier{name})
	if err != nil || there {
		return err
	}
	err = l.catalog.CreateNamespace(ctx, table.Identifier{name}, nil)
	if errors.Is(err, catalog.ErrNamespaceAlreadyExists) {
		return nil
	}
	return err
}

// namespaces are the namespaces of the tables.
func (l *lake) namespaces() []string { return []string{l.Namespace, l.Namespace + partialSuffix} }

// load loads a table. Its metadata have absolute paths, which lead nowhere if the warehouse
// was moved.
func (l *lake) load(ctx context.Context, ident table.Identifier) (*table.Table, error) {
	t, err := l.catalog.LoadTable(ctx, ident)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &hintError{
			fmt.Errorf("%w: the metadata of %s are not where the catalog says: %w", ErrInput, strings.Join(ident, "."), err),
			"if the data set was moved, remove its folder " + Folder + " and publish again, without the history",
		}
	}
	return t, err
}

// ours returns the tables of this data set in the catalog.
func (l *lake) ours(ctx context.Context) ([]*table.Table, error) {
	var list []*table.Table
	for _, namespace := range l.namespaces() {
		there, err := l.catalog.CheckNamespaceExists(ctx, table.Identifier{namespace})
		if err != nil {
			return nil, err
		}
		if !there {
			continue
		}
		for ident, err := range l.catalog.ListTables(ctx, table.Identifier{namespace}) {
			if err != nil {
				return nil, err
			}
			t, err := l.load(ctx, ident)
			if err != nil {
				return nil, err
			}
			if t.Properties()[propDataSet] == l.Data {
				list = append(list, t)
			}
		}
	}
	return list, nil
}
