//go:build cgo

package query

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

const (
	// partialName is the SQL schema of the views of claims that are not yet
	// fully adjudicated.
	partialName = dataset.PartialFolder
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
			return nil, errTwice(f.name)
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

// Reasons why a data set cannot be queried.
var (
	errNoTables = errors.New("which queries cannot read")
	errDamaged  = errors.New("the file is damaged")
)

// A source is what a DB reads.
type source struct {
	set      *dataset.Set // nil without a manifest
	database string       // path of the database file, in the format DuckDB
	tables   []folder     // otherwise
	known    []*schema.Table
}

// openSource finds the files of a data set.
func openSource(dir string, opts Options) (*source, error) {
	// DuckDB would take these for a pattern and look elsewhere too.
	if i := strings.IndexAny(dir, "*?["); i >= 0 {
		return nil, fmt.Errorf("the path has a %q in it, which DuckDB does not take literally", dir[i])
	}
	if opts.NoManifest {
		return openBare(dir, opts)
	}
	set, err := dataset.Open(dir)
	if err != nil {
		return nil, err
	}
	s := &source{set: set}
	if s.known, err = knownTables(set.Manifest); err != nil {
		return nil, err
	}
	switch set.Manifest.Format {
	case dataset.DuckDB:
		if s.database = set.Path(set.Layout.Database); s.database == "" {
			err = fmt.Errorf("%s does not list %s", set.Layout.Manifest, set.Layout.Database)
		}
	case dataset.Parquet, dataset.CSV:
		s.tables, err = listedTables(set, s.known)
	default:
		return nil, fmt.Errorf("its format is %s, %w", set.Manifest.Format, errNoTables)
	}
	return s, err
}

// openBare finds the files of a folder that is laid out as a data set, or of a
// database file, without a manifest.
func openBare(dir string, opts Options) (*source, error) {
	s := &source{known: schema.Extend(schema.AllTables(), opts.ExtraColumns)}
	info, err := os.Stat(dir)
	if err == nil && info.Mode().IsRegular() {
		s.database = dir
		return s, nil
	}
	if err == nil {
		s.tables, err = readTables(dir, s.known)
	}
	return s, err
}

// knownTables are the tables that there may be, by what the manifest says.
func knownTables(m *dataset.Manifest) ([]*schema.Table, error) {
	if m.Profile == tuvaProfile {
		return tuvaschema.Files(), nil
	}
	extra, err := schema.ParseExtraColumns(strings.NewReader(strings.Join(m.ExtraColumns, "\n")), "extra_columns")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dataset.ManifestFile, err)
	}
	return schema.Extend(schema.AllTables(), extra), nil
}

// listedTables are those of the manifest.
func listedTables(set *dataset.Set, known []*schema.Table) ([]folder, error) {
	main, partial := map[string]folder{}, map[string]folder{}
	for _, t := range set.Manifest.Tables {
		f, found := folder{name: strings.ToLower(t.Name)}, main
		if name, ok := strings.CutPrefix(f.name, partialName+"/"); ok {
			f.group, f.name, found = partialName, name, partial
		}
		if _, ok := found[f.name]; ok {
			return nil, errTwice(f.name)
		}
		parquet := 0
		for _, file := range set.Files(t) {
			switch filepath.Ext(file.Path) {
			case ".csv":
				f.csv = true
			case ".parquet":
				parquet++
			}
			f.files = append(f.files, file.Path)
		}
		if err := f.readHeaders(parquet); err != nil {
			return nil, err
		}
		found[f.name] = f
	}
	return slices.Concat(inOrder(main, known), inOrder(partial, known)), nil
}

func errTwice(name string) error {
	return fmt.Errorf("two folders are named %s but for upper and lower case", name)
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
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_") {
			continue
		}
		switch ext := filepath.Ext(e.Name()); strings.ToLower(ext) {
		case ".csv":
			f.csv = true
		case ".parquet":
			parquet++
		default:
			continue
		}
		if ext := filepath.Ext(e.Name()); !strings.HasPrefix(e.Name(), "part-") || ext != strings.ToLower(ext) {
			return f, &misnamedError{filepath.Join(filepath.Base(dir), e.Name()), "part-00000" + strings.ToLower(ext)}
		}
		f.files = append(f.files, filepath.Join(dir, e.Name()))
	}
	return f, f.readHeaders(parquet)
}

// A misnamedError reports a file that would be left out for its name.
type misnamedError struct{ name, want string }

func (e *misnamedError) Error() string { return e.name + " is not named as a part file is" }
func (e *misnamedError) Hint() string {
	return "rename it, for example to " + e.want + ", or move it away"
}

// readHeaders reads the columns of CSV files. So many of the files are Parquet.
func (f *folder) readHeaders(parquet int) error {
	if !f.csv {
		return nil
	}
	if parquet > 0 {
		return fmt.Errorf("table %s has both Parquet and CSV files", f.name)
	}
	for i, path := range f.files {
		header, err := readHeader(path)
		if err != nil {
			return err
		}
		if i == 0 {
			f.header = header
		} else if !slices.Equal(header, f.header) {
			return fmt.Errorf("table %s: %s has other columns than %s",
				f.name, filepath.Base(path), filepath.Base(f.files[0]))
		}
	}
	return nil
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
