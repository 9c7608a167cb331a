//go:build cgo

package query

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

const (
	manifestName = "_manifest.json"
	// partialName is the folder of the tables of claims that are not yet fully
	// adjudicated, and the SQL schema of their views.
	partialName = "partially_adjudicated"
	// tuvaProfile is what a manifest says of the sources of the Tuva connector.
	tuvaProfile = "tuva"
)

// A folder is one table of a data set on disk.
type folder struct {
	group  string   // the SQL schema of the view, or "" for the main one
	name   string   // of the view
	files  []string // absolute paths, in order
	csv    bool
	header []string      // the columns of the CSV files
	stored string        // the table in the attached database, where there is one
	schema *schema.Table // nil when it is none of package schema's
}

// title is how people write the name of the view.
func (f folder) title() string {
	if f.group == "" {
		return f.name
	}
	return f.group + "." + f.name
}

// view is how SQL writes it.
func (f folder) view() string {
	if f.group == "" {
		return quoteName(f.name)
	}
	return quoteName(f.group) + "." + quoteName(f.name)
}

// readTables lists the tables that have part files in a data set, or in a
// folder that is laid out as one: first those that are known, in their order.
func readTables(dir string, known []*schema.Table) ([]folder, error) {
	found, err := readFolders(dir, "")
	if err != nil {
		return nil, err
	}
	partial, err := readFolders(filepath.Join(dir, partialName), partialName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return slices.Concat(inOrder(found, known), inOrder(partial, known)), nil
}

// complete adds the tables that are known and that a data set lacks, and puts
// all in order: those of the main schema first, and among them the known ones.
func complete(tables []folder, known []*schema.Table) []folder {
	main, partial := make(map[string]folder), make(map[string]folder)
	for _, t := range known {
		if !t.Partial {
			main[t.Name] = folder{name: t.Name, schema: t}
		}
	}
	for _, f := range tables {
		if f.group == "" {
			main[f.name] = f
		} else {
			partial[f.name] = f
		}
	}
	return slices.Concat(inOrder(main, known), inOrder(partial, known))
}

// readFolders reads the folders with part files in dir, by the names of their
// tables.
func readFolders(dir, group string) (map[string]folder, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	found := make(map[string]folder)
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), "_") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		f, err := readFolder(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if len(f.files) == 0 {
			continue
		}
		if _, ok := found[f.name]; ok {
			return nil, fmt.Errorf("two folders are named %s but for upper and lower case", f.name)
		}
		f.group = group
		found[f.name] = f
	}
	return found, nil
}

// inOrder sorts folders: first the known tables, in their order, then the
// others. The known ones get their schema.
func inOrder(found map[string]folder, known []*schema.Table) []folder {
	var list []folder
	listed := make(map[string]bool)
	for _, t := range known {
		if f, ok := found[t.Name]; ok {
			f.schema = t
			list = append(list, f)
			listed[t.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !listed[name] {
			list = append(list, found[name])
		}
	}
	return list
}

// Reasons why there are no tables to query in a folder.
var (
	errUnfinished = errors.New("there is no " + manifestName + " in it")
	errNoTables   = errors.New("which queries cannot read")
)

// readManifest makes sure that dir is a folder, that its path can be given to
// DuckDB, and that it has a manifest, and reads from that the format of the
// tables and which tables there may be. Manifests need not tell: then they are
// those of CCLF and beside it.
func readManifest(dir string) (format string, known []*schema.Table, err error) {
	info, err := os.Stat(dir)
	if err != nil {
		return "", nil, err
	}
	if !info.IsDir() {
		return "", nil, errors.New("not a folder")
	}
	// DuckDB would take these for a pattern and look elsewhere too.
	if i := strings.IndexAny(dir, "*?["); i >= 0 {
		return "", nil, fmt.Errorf("the path has a %q in it, which DuckDB does not take literally", dir[i])
	}
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, errUnfinished
	}
	if err != nil {
		return "", nil, err
	}
	var manifest struct {
		Format       string   `json:"format"`
		Profile      string   `json:"profile"`
		ExtraColumns []string `json:"extra_columns"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return "", nil, fmt.Errorf("%s: %w", manifestName, err)
	}
	switch manifest.Format {
	case "arrow", "fixed":
		return "", nil, fmt.Errorf("its format is %s, %w", manifest.Format, errNoTables)
	}
	if manifest.Profile == tuvaProfile {
		return manifest.Format, schema.TuvaFiles(), nil
	}
	extra, err := schema.ParseExtraColumns(strings.NewReader(strings.Join(manifest.ExtraColumns, "\n")), "extra_columns")
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", manifestName, err)
	}
	return manifest.Format, schema.Extend(schema.AllTables(), extra), nil
}

// readFolder lists the part files of one table and, for CSV, their columns.
func readFolder(dir string) (folder, error) {
	f := folder{name: strings.ToLower(filepath.Base(dir))}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return f, err
	}
	parquet := 0
	for _, e := range entries { // sorted by name
		if e.IsDir() || !strings.HasPrefix(e.Name(), "part-") {
			continue
		}
		switch filepath.Ext(e.Name()) {
		case ".csv":
			f.csv = true
		case ".parquet":
			parquet++
		default:
			continue
		}
		f.files = append(f.files, filepath.Join(dir, e.Name()))
	}
	if !f.csv {
		return f, nil
	}
	if parquet > 0 {
		return f, fmt.Errorf("table %s has both Parquet and CSV files", f.name)
	}
	for i, path := range f.files {
		header, err := readHeader(path)
		if err != nil {
			return f, err
		}
		if i == 0 {
			f.header = header
		} else if !slices.Equal(header, f.header) {
			return f, fmt.Errorf("table %s: %s has other columns than %s",
				f.name, filepath.Base(path), filepath.Base(f.files[0]))
		}
	}
	return f, nil
}

// readHeader returns the first record of a CSV file.
func readHeader(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	header, err := csv.NewReader(file).Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s has no header row", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: header row: %w", path, err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	return header, nil
}
