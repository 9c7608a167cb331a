package lake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The kinds of catalogs.
const (
	SQLite = "sqlite"
	REST   = "rest"
	Glue   = "glue"
)

// Catalogs are the kinds of catalogs, the default one first.
var Catalogs = []string{SQLite, REST, Glue}

// DefaultNamespace is the namespace of tables. Those of partially adjudicated claims
// are in a namespace of their own, with partialSuffix.
const (
	DefaultNamespace = "cclf"
	partialSuffix    = "_partially_adjudicated"
)

// Folder is the folder of a data set with the default catalog and warehouse.
const Folder = "_iceberg"

// Options says what is published, and where.
type Options struct {
	Data      string // the data set, a folder
	Catalog   string // one of Catalogs; empty for SQLite
	Warehouse string // folder or URI; empty for the default of the catalog
	Namespace string // empty for DefaultNamespace
	// Properties configure the catalog and the access to its files, as iceberg-go
	// names them: uri, warehouse, credential, glue.region, s3.endpoint.
	Properties map[string]string
}

// Causes that a program may want to handle.
var (
	// ErrOptions is wrapped by the error of invalid options.
	ErrOptions = errors.New("invalid options")
	// ErrInput is wrapped by errors of the data set.
	ErrInput = errors.New("data set")
	// ErrCatalog is wrapped by the error of a catalog that cannot be opened.
	ErrCatalog = errors.New("catalog")
	// ErrBusy is wrapped by the error of a lake that another process is writing.
	ErrBusy = errors.New("another cclf-iceberg is writing")
)

// A hintError has advice for the user.
type hintError struct {
	error
	hint string
}

func (e *hintError) Unwrap() error { return e.error }

// Hint returns the advice of an error, or an empty string.
func Hint(err error) string {
	if h, ok := errors.AsType[*hintError](err); ok {
		return h.hint
	}
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	return ""
}

// complete fills in the defaults, and makes paths absolute.
func (o Options) complete() (Options, error) {
	if o.Catalog == "" {
		o.Catalog = SQLite
	}
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if strings.ContainsAny(o.Namespace, "./\x00\x1f") {
		return o, fmt.Errorf("%w: namespace %q: expected one name, without dots and slashes", ErrOptions, o.Namespace)
	}
	if hasScheme(o.Data) {
		return o, fmt.Errorf("%w: data set %s: expected a local folder", ErrOptions, o.Data)
	}
	var err error
	if o.Data, err = filepath.Abs(o.Data); err != nil {
		return o, err
	}
	if o.Warehouse == "" && o.Catalog == SQLite {
		o.Warehouse = filepath.Join(o.Data, Folder)
	}
	if o.Warehouse != "" && !hasScheme(o.Warehouse) {
		if o.Warehouse, err = filepath.Abs(o.Warehouse); err != nil {
			return o, err
		}
		if o.Warehouse, err = toURI(o.Warehouse); err != nil {
			return o, err
		}
	}
	o.Warehouse = strings.TrimRight(o.Warehouse, "/")
	return o, nil
}

// hasScheme reports whether a path is a URI.
func hasScheme(path string) bool { return strings.Contains(path, "://") }

const fileScheme = "file://"

// toURI returns the URI of a local path. Readers disagree on whether URIs of files are
// escaped, so paths where that matters are refused.
func toURI(path string) (string, error) {
	if i := strings.IndexAny(path, "%?#"); i >= 0 {
		return "", &hintError{
			fmt.Errorf("%w: %s: Iceberg readers disagree on paths with %q", ErrOptions, path, path[i]),
			"move the data set to a folder without that character in its path, or name another folder with --warehouse",
		}
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") { // a volume of Windows
		slashed = "/" + slashed
	}
	return fileScheme + slashed, nil
}

// localPath returns the path of a local URI, and false for other URIs.
func localPath(uri string) (string, bool) {
	path, ok := strings.CutPrefix(uri, fileScheme)
	if !ok {
		if hasScheme(uri) {
			return "", false
		}
		return uri, true
	}
	if os.PathSeparator == '\\' && len(path) > 2 && path[2] == ':' {
		path = path[1:]
	}
	return filepath.FromSlash(path), true
}
