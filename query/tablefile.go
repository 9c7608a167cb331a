//go:build cgo

package query

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/cclf-tools/cclf/internal/blob"
)

// A tableFile is a TableFile whose format is known.
type tableFile struct {
	TableFile
	path   string   // absolute, without symbolic links
	copied bool     // path is a temporary copy
	format string   // "csv", "json" or "parquet"
	gzip   bool     // for csv and json
	delim  string   // for csv
	header []string // for csv
}

// identify checks the names of tables and detects the formats of their files.
// Those in object stores are copied to a temporary folder first.
func identify(ctx context.Context, files []TableFile, temp *tempFolder) (found []tableFile, err error) {
	names := make(map[string]bool)
	for _, f := range files {
		lower := strings.ToLower(f.Name)
		switch {
		case !identifier().MatchString(f.Name):
			return nil, &TableFileError{TableFile: f, Err: errTableName}
		case names[lower]:
			return nil, &TableFileError{TableFile: f, Err: errTableTwice, hint: "give each file its own name"}
		}
		names[lower] = true
		t := tableFile{TableFile: f, path: f.Path}
		if blob.IsURL(f.Path) {
			if t.path, err = copyStored(ctx, f.Path, temp); err != nil {
				return nil, tableFileError(f, err)
			}
			t.copied = true
		}
		err := t.identify()
		if found = append(found, t); err != nil {
			return nil, tableFileError(f, err)
		}
	}
	return found, nil
}

// copyStored copies a file from an object store to a temporary file, which DuckDB reads
// once.
func copyStored(ctx context.Context, name string, temp *tempFolder) (path string, err error) {
	dir, err := temp.make()
	if err != nil {
		return "", err
	}
	in, err := blob.Open(ctx, name)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.CreateTemp(dir, "table-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, in)
	return out.Name(), errors.Join(err, out.Close())
}

// removeCopies removes the copies of files in object stores, after they were loaded.
func removeCopies(files []tableFile) error {
	var err error
	for _, f := range files {
		if f.copied {
			err = errors.Join(err, os.Remove(f.path))
		}
	}
	return err
}

var identifier = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`) })

// tableFileError returns err as a *TableFileError. Cancellation is returned
// unchanged.
func tableFileError(f TableFile, err error) error {
	if _, ok := errors.AsType[*TableFileError](err); ok || isCanceled(err) {
		return err
	}
	e := &TableFileError{TableFile: f, Err: err}
	if own, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		e.hint = own.Hint()
	}
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		e.Err = pathErr.Err // e has the path
	}
	return e
}

// identify detects the format of a file, and reads gzip to its end.
func (t *tableFile) identify() error {
	info, err := os.Stat(t.path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // DuckDB opens it again, by its name
		return errors.New("not a regular file")
	}
	if t.path, err = filepath.EvalSymlinks(absolute(t.path)); err != nil {
		return err
	}
	if err := checkPath(t.path); err != nil {
		return err
	}
	file, err := os.Open(t.path)
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	suffix := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(blob.Clean(t.Path)), ".gz")))
	magic, _ := in.Peek(8) // identifyText reports an error
	if bytes.HasPrefix(magic, []byte("\x1f\x8b")) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		t.gzip = true
		in = bufio.NewReaderSize(unzipped, 1<<16)
	}
	if err := t.identifyText(in, suffix); err != nil || !t.gzip {
		return err
	}
	// DuckDB does not notice that a gzip file is truncated.
	_, err = io.Copy(io.Discard, in)
	return err
}

// identifyText detects the format from the beginning of the uncompressed
// content, and reads the header of a CSV file.
func (t *tableFile) identifyText(in *bufio.Reader, suffix string) error {
	begin, err := in.Peek(1 << 12)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(begin, []byte("\ufeff")), " \t\r\n")
	switch {
	case bytes.HasPrefix(begin, []byte("PAR1")) && !t.gzip:
		t.format = "parquet"
		return checkCodec(t.path)
	case len(text) == 0:
		return errors.New("the file is empty")
	case begin[0] == '\n', begin[0] == '\r': // DuckDB would use the empty line as the header
		return contentError{"the first line is empty", headerHint}
	case bytes.HasPrefix(begin, []byte("PK\x03\x04")):
		return contentError{"the file is a zip archive or a spreadsheet", "save it as CSV, or unpack it"}
	case bytes.IndexByte(begin, 0) >= 0, bytes.HasPrefix(begin, []byte("\xff\xfe")), bytes.HasPrefix(begin, []byte("\xfe\xff")), suffix == ".parquet",
		bytes.HasPrefix(begin, []byte("\x28\xb5\x2f\xfd")):
		return contentError{"not CSV, TSV, NDJSON, JSON or Parquet", "convert it to one of these, in UTF-8; gzip is fine"}
	case (text[0] == '{' || text[0] == '[') && suffix != ".csv" && suffix != ".tsv" && suffix != ".txt":
		t.format = "json"
		return nil
	}
	t.format = "csv"
	t.delim = delimiter(begin, suffix)
	return t.readHeader(in)
}

const headerHint = "the first line must contain the column names"

// readHeader reads the column names of a CSV file.
func (t *tableFile) readHeader(in io.Reader) (err error) {
	reader := csv.NewReader(in)
	reader.Comma = rune(t.delim[0])
	if t.header, err = reader.Read(); err != nil {
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			err = parse.Err
		}
		return fmt.Errorf("header row: %w", err)
	}
	t.header[0] = strings.TrimPrefix(t.header[0], "\ufeff")
	seen := make(map[string]bool)
	for i, name := range t.header {
		lower := strings.ToLower(name)
		switch {
		case strings.TrimSpace(name) == "":
			return contentError{fmt.Sprintf("column %d has no name", i+1), headerHint}
		case !utf8.ValidString(name):
			return contentError{fmt.Sprintf("the name of column %d is not UTF-8", i+1), "save the file in UTF-8"}
		case seen[lower]:
			return contentError{"two columns have the same name", headerHint}
		}
		seen[lower] = true
	}
	return nil
}

// delimiter detects the delimiter of a CSV file: the one of comma, tab, | and ;
// that is most frequent in the first line, outside of quotes.
func delimiter(begin []byte, suffix string) string {
	if suffix == ".tsv" || suffix == ".tab" {
		return "\t"
	}
	counts := make(map[byte]int)
	inQuotes := false
	for _, c := range begin {
		if c == '\n' && !inQuotes {
			break
		}
		if c == '"' {
			inQuotes = !inQuotes
		} else if !inQuotes {
			counts[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte("\t|;") {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return string(best)
}

// A contentError says why a file cannot be read as a table, and what to do.
type contentError struct{ what, hint string }

func (e contentError) Error() string { return e.what }

func (e contentError) Hint() string { return e.hint }
