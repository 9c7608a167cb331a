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
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
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

// identify finds the formats of files, and checks the names of their tables.
func identify(files []TableFile) ([]tableFile, error) {
	var found []tableFile
	names := make(map[string]bool)
	for _, f := range files {
		lower := strings.ToLower(f.Name)
		switch {
		case !identifier.MatchString(f.Name):
			return nil, &TableFileError{TableFile: f, Err: errTableName, hint: "a name is a letter, then letters, digits and _"}
		case names[lower]:
			return nil, &TableFileError{TableFile: f, Err: errTableTwice, hint: "give each file another name"}
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

var placeInSQL = regexp.MustCompile(` \(line \d+(?:, column \d+)? of the SQL\)$`)

var identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

func tableFileError(f TableFile, err error) error {
	if _, ok := errors.AsType[*TableFileError](err); ok || isCancelled(err) {
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
		e.Err = pathErr.Err // the path is in e already
	}
	return e
}

func identifyFile(f TableFile) (t tableFile, err error) {
	t = tableFile{TableFile: f}
	info, err := os.Stat(f.Path)
	if err != nil {
		return t, err
	}
	if !info.Mode().IsRegular() { // DuckDB reads it twice, and by its name
		return t, errors.New("it is not a regular file")
	}
	if t.path, err = filepath.EvalSymlinks(absolute(f.Path)); err != nil {
		return t, err
	}
	if i := strings.IndexAny(t.path, "*?["); i >= 0 {
		return t, fmt.Errorf("the path has a %q in it, which DuckDB does not take literally", t.path[i])
	}
	file, err := os.Open(t.path)
	if err != nil {
		return t, err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	suffix := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(f.Path), ".gz")))
	magic, _ := in.Peek(8) // an error comes again
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
	// DuckDB takes the end of a file that was cut off for the end of its data.
	_, err = io.Copy(io.Discard, in)
	return t, err
}

// identifyText looks at the beginning of a file.
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
		return errors.New("it is empty")
	case begin[0] == '\n', begin[0] == '\r': // DuckDB takes the empty line for the header
		return unreadable{"its first line is empty", "the first line must have the names of the columns"}
	case bytes.HasPrefix(begin, []byte("PK\x03\x04")):
		return unreadable{"it is a zip archive or a spreadsheet", "save it as CSV, or unpack it"}
	case bytes.IndexByte(begin, 0) >= 0, bytes.HasPrefix(begin, []byte("\xff\xfe")), bytes.HasPrefix(begin, []byte("\xfe\xff")), suffix == ".parquet",
		bytes.HasPrefix(begin, []byte("\x28\xb5\x2f\xfd")):
		return unreadable{"it is none of CSV, TSV, NDJSON, JSON and Parquet", "convert it to one of these, in UTF-8; gzip is fine"}
	case (text[0] == '{' || text[0] == '[') && suffix != ".csv" && suffix != ".tsv" && suffix != ".txt":
		t.format = "json"
		return nil
	}
	t.format = "csv"
	t.delim = delimiter(begin, suffix)
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
			return unreadable{fmt.Sprintf("column %d has no name", i+1), "the first line must have the names of the columns"}
		case seen[lower]:
			return unreadable{"two columns have the same name", "the first line must have the names of the columns"}
		}
		seen[lower] = true
	}
	return nil
}

// An unreadable says why a file is no table, and what to do.
type unreadable struct{ what, hint string }

func (e unreadable) Error() string { return e.what }
func (e unreadable) Hint() string  { return e.hint }

// delimiter finds what is between the columns of a CSV file: of the usual
// characters that which the first line has most often, outside of quotes.
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

// load reads the files of --table into temporary tables. It is for a DB that has
// its folders and does not run any SQL of the user's yet.
func (db *DB) load(ctx context.Context, files []tableFile) error {
	for _, f := range files {
		err := db.checkTableName(ctx, f)
		if err == nil {
			err = db.loadFile(ctx, f)
		}
		if err != nil {
			err = sqlError(err)
			if own, ok := errors.AsType[*Error](err); ok { // the place is one in SQL that the user does not see
				own.Msg = placeInSQL.ReplaceAllString(own.Msg, "")
			}
			return tableFileError(f.TableFile, err)
		}
		db.loaded = append(db.loaded, f.TableFile)
	}
	return nil
}

func (db *DB) checkTableName(ctx context.Context, f tableFile) error {
	for _, folder := range db.folders {
		if strings.EqualFold(folder.name, f.Name) || strings.EqualFold(folder.group, f.Name) {
			return &TableFileError{TableFile: f.TableFile, Err: errTableKnown, hint: "give the file another name"}
		}
	}
	var reserved bool
	err := db.conn.QueryRowContext(ctx, `SELECT count(*) > 0 FROM duckdb_keywords()
		WHERE keyword_category IN ('reserved', 'type_function') AND keyword_name = lower(?)`, f.Name).Scan(&reserved)
	if err == nil && reserved {
		return &TableFileError{TableFile: f.TableFile, Err: errTableWord, hint: "give the file another name"}
	}
	return err
}

func (db *DB) loadFile(ctx context.Context, f tableFile) error {
	compression := "uncompressed"
	if f.gzip {
		compression = "gzip"
	}
	table := "temp." + quoteName(f.Name)
	switch f.format {
	case "parquet":
		return db.exec(ctx, "CREATE TEMP TABLE "+table+" AS FROM read_parquet("+quote(f.path)+")")
	case "json":
		return db.exec(ctx, "CREATE TEMP TABLE "+table+" AS FROM read_json("+quote(f.path)+
			", compression = "+quote(compression)+", sample_size = -1, convert_strings_to_integers = false)")
	}
	// First all as texts, exactly as they are.
	columns := make([]string, len(f.header))
	for i := range f.header {
		columns[i] = fmt.Sprintf("'c%d': 'VARCHAR'", i)
	}
	err := db.exec(ctx, "CREATE TEMP TABLE _texts AS FROM read_csv("+quote(f.path)+", columns = {"+strings.Join(columns, ", ")+
		"}, auto_detect = false, header = true, delim = "+quote(f.delim)+`, quote = '"', escape = '"', compression = `+quote(compression)+")")
	if err != nil {
		return err
	}
	selected := make([]string, len(f.header))
	for i, name := range f.header {
		column := fmt.Sprintf("c%d", i)
		as := column
		if !isCode(name) {
			if as, err = db.typed(ctx, column); err != nil {
				return err
			}
		}
		selected[i] = as + " AS " + quoteName(name)
	}
	return db.exec(ctx, "CREATE TEMP TABLE "+table+" AS SELECT "+strings.Join(selected, ", ")+" FROM _texts", "DROP TABLE _texts")
}

// textTypes are the types that columns of CSV files can have, and how their texts
// look. A text that a number would print otherwise, or not exactly, is no number:
// a leading zero, a plus sign, more digits than the type holds, 12E5. Dates are as
// in CCLF or as Americans write them.
var textTypes = []struct{ pattern, expr string }{
	{`-?(0|[1-9][0-9]{0,17})`, "%s::BIGINT"},
	{`-?(0|[1-9][0-9]{0,14})?\.[0-9]+|-?(0|[1-9][0-9]{0,14})(\.[0-9]*)?|-?[0-9]\.[0-9]+[eE][-+]?[0-9]{1,2}`, "%s::DOUBLE"},
	{`[0-9]{4}-[0-9]{2}-[0-9]{2}`, "TRY_CAST(%s AS DATE)"},
	{`[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}`, "try_strptime(%s, '%%m/%%d/%%Y')::DATE"},
	{`[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?`, "TRY_CAST(%s AS TIMESTAMP)"},
	{`(?i)true|false`, "%s::BOOLEAN"},
}

// typed is how SQL reads a column of texts: as the first type that all of its
// values have.
func (db *DB) typed(ctx context.Context, column string) (string, error) {
	conditions := make([]string, len(textTypes))
	for i, typ := range textTypes {
		pattern := "regexp_full_match(" + column + ", " + quote(typ.pattern) + ")"
		conditions[i] = "coalesce(bool_and(CASE WHEN " + pattern + " THEN " + fmt.Sprintf(typ.expr, column) + " IS NOT NULL ELSE " + column + " IS NULL END), false)"
	}
	var fits string
	err := db.conn.QueryRowContext(ctx, "SELECT concat_ws(',', count("+column+") > 0, "+strings.Join(conditions, ", ")+") FROM _texts").Scan(&fits)
	if err != nil {
		return "", err
	}
	answers := strings.Split(fits, ",")
	if i := slices.Index(answers[1:], "true"); answers[0] == "true" && i >= 0 {
		return fmt.Sprintf(textTypes[i].expr, column), nil
	}
	return column, nil
}

// codeWords are words of the names of columns that hold identifiers and codes of
// digits. They are text in CCLF, and so joins need them as text here.
var codeWords = set("npi tin ein mbi hicn ssn ccn oscar zip zip5 zip9 fips ndc")

// isCode reports whether a column is text by its name, whatever its values are.
func isCode(name string) bool {
	if textColumns[strings.ToLower(name)] {
		return true
	}
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return slices.ContainsFunc(words, func(word string) bool { return codeWords[word] })
}

// textColumns are the columns of package schema that are text, in lower case.
var textColumns = func() map[string]bool {
	names := make(map[string]bool)
	for _, table := range append(schema.AllTables(), tuvaschema.Files()...) {
		for _, field := range table.Fields {
			if sqlType(&field) == "VARCHAR" {
				names[strings.ToLower(field.Label)] = true
			}
		}
	}
	return names
}()
