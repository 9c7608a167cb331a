//go:build cgo

package query

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// readTables returns the tables that have part files in a folder with the layout
// of a data set, known ones first.
func readTables(dir string, known []*schema.Table) ([]tableSource, error) {
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

// readFolders returns the tables in the subfolders of dir, by name.
func readFolders(dir, group string) (map[string]tableSource, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	found := make(map[string]tableSource)
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

var errDamaged = errors.New("the file is damaged")

// A source is the files of a data set.
type source struct {
	set      *dataset.Set    // nil without a manifest
	database string          // path of the database file, if there is one
	tables   []tableSource   // if there is no database file
	known    []*schema.Table // tables that the data set can have
}

// openSource finds the files of a data set.
func openSource(dir string, opts Options) (*source, error) {
	if err := checkPath(dir); err != nil {
		return nil, err
	}
	if opts.NoManifest {
		return openBare(dir, opts)
	}
	set, err := openSet(dir)
	if err != nil {
		return nil, err
	}
	s := &source{set: set}
	if s.known, err = knownTables(set.Manifest); err != nil {
		return nil, err
	}
	switch set.Manifest.Format {
	case dataset.DuckDB:
		if blob.IsURL(dir) {
			return nil, errors.New("a DuckDB file in an object store cannot be opened: copy it to a local path, or convert to Parquet")
		}
		if s.database = set.Path(set.Layout.Database); s.database == "" {
			err = fmt.Errorf("%s does not list %s", set.Layout.Manifest, set.Layout.Database)
		}
	case dataset.Parquet, dataset.CSV:
		s.tables, err = listedTables(set, s.known)
	default:
		return nil, fmt.Errorf("%w: %s", ErrFormat, set.Manifest.Format)
	}
	return s, err
}

// openSet opens the data set in a folder or database file, which may also be the file in
// the folder of a data set.
func openSet(dir string) (*dataset.Set, error) {
	set, err := dataset.Open(dir)
	if errors.Is(err, ErrNoManifest) && !blob.IsURL(dir) {
		if outer, outerErr := dataset.Open(filepath.Dir(dir)); outerErr == nil && outer.Path(outer.Layout.Database) == dir {
			return outer, nil
		}
	}
	return set, err
}

// checkPath refuses a path that DuckDB would treat as a pattern, which could
// match other files too.
func checkPath(path string) error {
	if i := strings.IndexAny(path, "*?["); i >= 0 {
		return fmt.Errorf("unsupported character %q in the path: DuckDB takes it for a pattern; rename the folder", path[i])
	}
	return nil
}

// openBare finds the files of a folder with the layout of a data set, or of a
// database file, without a manifest.
func openBare(dir string, opts Options) (*source, error) {
	s := &source{known: slices.Concat(schema.Extend(schema.AllTables(), opts.ExtraColumns), schema.LogTables())}
	if blob.IsURL(dir) {
		return nil, errors.New("without its manifest, a data set is read from local paths only")
	}
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

// knownTables returns the tables that a data set with this manifest can have.
func knownTables(m *dataset.Manifest) ([]*schema.Table, error) {
	if m.Profile == tuvaProfile {
		return tuvaschema.Files(), nil
	}
	if m.Source == dataset.SourceMigration {
		return schema.MigrationTables(), nil
	}
	if m.Source == dataset.SourceReconcile {
		return schema.ComparisonTables(), nil
	}
	extra, err := schema.ParseExtraColumns(strings.NewReader(strings.Join(m.ExtraColumns, "\n")), "extra_columns")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dataset.ManifestFile, err)
	}
	tables := slices.Concat(schema.Extend(schema.AllTables(), extra), schema.LogTables())
	if m.Source == dataset.SourceCCLF {
		for i, t := range schema.Tables() {
			tables[i] = t.Delivered()
		}
		tables = append(tables, schema.DeliveryTables()...)
	}
	return tables, nil
}

// listedTables returns the tables that the manifest lists.
func listedTables(set *dataset.Set, known []*schema.Table) ([]tableSource, error) {
	main, partial := map[string]tableSource{}, map[string]tableSource{}
	for _, t := range set.Manifest.Tables {
		f, found := tableSource{name: strings.ToLower(t.Name)}, main
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
	return fmt.Errorf("two folders are named %s except for case", name)
}

// readFolder returns the table in a folder.
func readFolder(dir string) (tableSource, error) {
	f := tableSource{name: strings.ToLower(filepath.Base(dir))}
	parquet, err := f.addFiles(dir)
	if err != nil {
		return f, err
	}
	return f, f.readHeaders(parquet)
}

// addFiles adds the files in a folder and in its partitions, whose names have the form
// column=value. It returns the number of Parquet files.
func (f *tableSource) addFiles(dir string) (parquet int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, e := range entries { // sorted by name
		if strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_") {
			continue
		}
		if e.IsDir() {
			if strings.Contains(e.Name(), "=") {
				n, err := f.addFiles(filepath.Join(dir, e.Name()))
				if err != nil {
					return 0, err
				}
				parquet += n
			}
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
			return 0, &misnamedError{filepath.Join(filepath.Base(dir), e.Name()), "part-00000" + strings.ToLower(ext)}
		}
		f.files = append(f.files, filepath.Join(dir, e.Name()))
	}
	return parquet, nil
}

// A misnamedError reports a file that would be ignored because of its name.
type misnamedError struct{ name, want string }

func (e *misnamedError) Error() string { return "unexpected file name " + e.name }

func (e *misnamedError) Hint() string {
	return "rename it, for example to " + e.want + ", or move it out of the folder"
}

// readHeaders reads the column names of CSV files, which must be the same in all
// of them. parquet is the number of Parquet files.
func (f *tableSource) readHeaders(parquet int) error {
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
			return fmt.Errorf("table %s: %s has different columns than %s",
				f.name, filepath.Base(path), filepath.Base(f.files[0]))
		}
	}
	return nil
}

// readHeader returns the first record of a CSV file, without a byte order mark.
func readHeader(path string) ([]string, error) {
	file, err := blob.Open(context.Background(), path)
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
