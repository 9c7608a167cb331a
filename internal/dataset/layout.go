package dataset

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Names in the folder of a data set.
const (
	ManifestFile = "_manifest.json"
	RejectsFile  = "_rejects.ndjson"
	// PartialFolder holds the tables of partially adjudicated claims, which are not
	// final and never mix with the others.
	PartialFolder = "partially_adjudicated"
	// DatabaseFile contains all tables in the format DuckDB.
	DatabaseFile = "cclf.duckdb"

	lockFile   = "_lock"
	workFolder = ".incomplete"
)

// IsCompanion reports whether a name is one of those that a data set has beside its
// tables and changes.
func IsCompanion(name string) bool {
	return name == ManifestFile || name == RejectsFile || name == lockFile
}

// A Layout is where a data set is and what its files are called.
type Layout struct {
	Dir      string // folder of all files
	Manifest string // relative to Dir, like the other names
	Rejects  string
	Database string // in the format DuckDB

	lock, work string
	single     bool // the data set is one file, with companions next to it
	temporary  bool // Dir has the files of a data set in an object store that are not uploaded yet
}

// folderLayout is the layout of a data set that is a folder.
func folderLayout(dir string) Layout {
	return Layout{Dir: dir, Manifest: ManifestFile, Rejects: RejectsFile, Database: DatabaseFile, lock: lockFile, work: workFolder}
}

// singleFile is the extension of a data set that is one DuckDB file.
const singleFile = ".duckdb"

// fileLayout is the layout of a data set that is one DuckDB file:
//
//	x.duckdb
//	x.duckdb.manifest.json
//	x.duckdb.rejects.ndjson
func fileLayout(name string) Layout {
	dir, base := filepath.Split(name)
	return Layout{
		Dir: filepath.Clean(dir), Manifest: base + ".manifest.json", Rejects: base + ".rejects.ndjson", Database: base,
		lock: "." + base + ".lock", work: "." + base + ".incomplete", single: true,
	}
}

// layoutToWrite is the layout of a data set to be written to out.
func layoutToWrite(out string, format Format) Layout {
	if format == DuckDB && strings.EqualFold(filepath.Ext(out), singleFile) {
		if info, err := os.Stat(out); err != nil || !info.IsDir() {
			return fileLayout(out)
		}
	}
	return folderLayout(out)
}

// layoutToRead is the layout of the data set at name. If it is one file, that file
// may be missing, for example while it is replaced.
func layoutToRead(name string) Layout {
	if strings.EqualFold(filepath.Ext(name), singleFile) {
		single := fileLayout(name)
		for _, file := range []string{single.Database, single.Manifest} {
			if info, err := os.Stat(filepath.Join(single.Dir, file)); err == nil && info.Mode().IsRegular() {
				return single
			}
		}
	}
	return folderLayout(name)
}

// Path is the path of the data set, as users name it.
func (l *Layout) Path() string {
	if l.single {
		return filepath.Join(l.Dir, l.Database)
	}
	return l.Dir
}

// Folders within the work folder.
const (
	setFolder    = "set"    // new files; after the exchange, old ones
	oldFolder    = "old"    // old files that were moved away
	stagedFolder = "staged" // intermediate files
)

func (l *Layout) set(name string) string { return path.Join(l.work, setFolder, name) }
func (l *Layout) old(name string) string { return path.Join(l.work, oldFolder, name) }

// hashDigits is the number of digits of the content's hash in the name of a part
// file.
const hashDigits = 12

// partName is the name of a part file in a folder.
func partName(folder string, part int, sum string, format Format) string {
	return path.Join(folder, fmt.Sprintf("part-%05d-%s.%s", part, sum[:hashDigits], format))
}

// entryOf is what is moved to publish a file: the folder of the table of a part file, or
// the file itself.
func entryOf(name string) (entry string, folder bool) {
	if dir := path.Dir(name); dir != "." && isPart(name) {
		for isPartition(dir) && path.Dir(dir) != "." {
			dir = path.Dir(dir)
		}
		return dir, true
	}
	return name, false
}

// validName reports whether a manifest may list a file with this name.
func (l *Layout) validName(name string) bool {
	if l.single {
		return name == l.Database || name == l.Rejects
	}
	first, _, _ := strings.Cut(name, "/")
	return fs.ValidPath(name) && name != "." && filepath.IsLocal(filepath.FromSlash(name)) &&
		!slices.Contains([]string{l.Manifest, l.lock, l.work}, first)
}
