//go:build cgo

package query

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

const manifestName = "_manifest.json"

// A folder is one table of a data set on disk.
type folder struct {
	name   string   // of the view
	files  []string // absolute paths, in order
	csv    bool
	header []string // the columns of the CSV files
}

// readDataSet lists the tables of a finished data set. The known CCLF tables
// are always among them, first and in their order, without files if need be.
func readDataSet(dir string) ([]folder, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := checkFinished(abs); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(abs)
	if err != nil {
		return nil, err
	}
	found := make(map[string]folder)
	var others []string
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), "_") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		f, err := readFolder(filepath.Join(abs, e.Name()))
		if err != nil {
			return nil, err
		}
		if len(f.files) == 0 {
			continue
		}
		if _, ok := found[f.name]; ok {
			return nil, fmt.Errorf("two folders are named %s but for upper and lower case", f.name)
		}
		found[f.name] = f
		if schema.Lookup(f.name) == nil {
			others = append(others, f.name)
		}
	}
	var folders []folder
	for _, t := range schema.Tables() {
		f := found[t.Name]
		f.name = t.Name
		folders = append(folders, f)
	}
	slices.Sort(others)
	for _, name := range others {
		folders = append(folders, found[name])
	}
	return folders, nil
}

// errUnfinished is the error for a folder without a manifest.
var errUnfinished = errors.New("there is no " + manifestName + " in it")

// checkFinished makes sure that dir is a folder, that its path can be given to
// DuckDB, and that it has a manifest.
func checkFinished(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errors.New("not a folder")
	}
	// DuckDB would take these for a pattern and look elsewhere too.
	if i := strings.IndexAny(dir, "*?["); i >= 0 {
		return fmt.Errorf("the path has a %q in it, which DuckDB does not take literally", dir[i])
	}
	if _, err := os.Stat(filepath.Join(dir, manifestName)); errors.Is(err, fs.ErrNotExist) {
		return errUnfinished
	} else if err != nil {
		return err
	}
	return nil
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
