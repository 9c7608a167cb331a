//go:build cgo

package query

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// A tableFile is a TableFile whose format is known.
type tableFile struct {
	TableFile
	path   string   // absolute, without symbolic links
	format string   // "csv", "json" or "parquet"
	gzip   bool     // for csv and json
	delim  string   // for csv
	header []string // for csv
}

// identify checks the names of tables and detects the formats of their files.
func identify(files []TableFile) ([]tableFile, error) {
	var found []tableFile
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
		t, err := identifyFile(f)
		if err != nil {
			return nil, tableFileError(f, err)
		}
		found = append(found, t)
	}
	return found, nil
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

// identifyFile detects the format of a file, and reads gzip to its end.
func identifyFile(f TableFile) (t tableFile, err error) {
	t = tableFile{TableFile: f}
	info, err := os.Stat(f.Path)
	if err != nil {
		return t, err
	}
	if !info.Mode().IsRegular() { // DuckDB opens it again, by its name
		return t, errors.New("not a regular file")
	}
	if t.path, err = filepath.EvalSymlinks(absolute(f.Path)); err != nil {
		return t, err
	}
	if err := checkPath(t.path); err != nil {
		return t, err
	}
	file, err := os.Open(t.path)
	if err != nil {
		return t, err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	suffix := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(f.Path), ".gz")))
	magic, _ := in.Peek(8) // identifyText reports an error
	if bytes.HasPrefix(magic, []byte("\x1f\x8b")) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return t, err
		}
		t.gzip = true
		in = bufio.NewReaderSize(unzipped, 1<<16)
	}
	if err := t.identifyText(in, suffix); err != nil || !t.gzip {
		return t, err
	}
	// DuckDB does not notice that a gzip file is truncated.
	_, err = io.Copy(io.Discard, in)
	return t, err
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
