package dataset

import (
	"path"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset/encode"
)

// A Format is a file format of the tables.
type Format string

// The formats.
const (
	Parquet Format = "parquet"
	CSV     Format = "csv"
	Arrow   Format = "arrow"  // Arrow IPC files
	Fixed   Format = "fixed"  // CCLF files, as CMS delivers them
	DuckDB  Format = "duckdb" // one database file
)

// A formatSpec declares a format. Its tables are either part files, whose names
// end in the name of the format, or packed in a way of its own.
type formatSpec struct {
	name   Format
	encode encode.New   // of part files
	open   encode.Open  // a part file, to read it
	count  encode.Count // the rows of a part file
	pack   func(*Tables) (packing, error)
}

// formats are all formats; data sets of others are neither written nor read.
var formats = []formatSpec{
	{name: Parquet, encode: encode.NewParquet, open: encode.ReadParquet, count: encode.CountParquet},
	{name: CSV, encode: encode.NewCSV, open: encode.ReadCSV, count: encode.CountCSV},
	{name: Arrow, encode: encode.NewArrow, open: encode.ReadArrow, count: encode.CountArrow},
	{name: Fixed, pack: packCCLF},
	{name: DuckDB, pack: packDatabase},
}

// Formats returns all formats.
func Formats() []Format {
	list := make([]Format, len(formats))
	for i := range formats {
		list[i] = formats[i].name
	}
	return list
}

// specOf returns the declaration of a format, or nil if it is unknown.
func specOf(f Format) *formatSpec {
	if i := slices.IndexFunc(formats, func(s formatSpec) bool { return s.name == f }); i >= 0 {
		return &formats[i]
	}
	return nil
}

// RowReader returns what reads the part files of a format, or nil if it has none.
func RowReader(f Format) encode.Open {
	if s := specOf(f); s != nil {
		return s.open
	}
	return nil
}

// hasParts reports whether tables of the format are part files.
func (s *formatSpec) hasParts() bool { return s.encode != nil }

// mayHold reports whether a file may hold rows of a table by its name. Readers of
// a format look at files with its names only, and would miss others. Database is
// Layout.Database.
func (s *formatSpec) mayHold(table string, f *File, database string) bool {
	switch {
	case s.hasParts():
		return len(f.Partition) <= 1 && path.Dir(f.Name) == f.folderOf(table) && partSpec(f.Name) == s
	case s.name == DuckDB:
		return f.Name == database
	}
	return true
}

// partSpec returns the format of a part file, given its name with or without its
// folder, or nil if the name is not that of a part file. The name need not be one
// that this package makes: readers of plain files would take any such file for
// a part file.
func partSpec(name string) *formatSpec {
	if base := path.Base(name); strings.HasPrefix(base, "part-") {
		if s := specOf(Format(strings.TrimPrefix(path.Ext(base), "."))); s != nil && s.hasParts() {
			return s
		}
	}
	return nil
}

// isPart reports whether a name, with or without its folder, is that of a part
// file.
func isPart(name string) bool { return partSpec(name) != nil }
