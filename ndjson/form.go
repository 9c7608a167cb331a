package ndjson

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A FormError reports an input that is something else than JSON.
type FormError struct {
	Name string
	What string // what it is, such as "a Parquet file"
	Todo string // what to do about it; may be empty
}

func (e *FormError) Error() string { return fmt.Sprintf("%s is not read: it is %s", e.Name, e.What) }

// Hint says what to do.
func (e *FormError) Hint() string { return e.Todo }

func (e *FormError) Unwrap() error { return ErrNoInput }

var resourceMark = []byte(`"resourceType"`)

// A form is a kind of file by its first bytes.
type form struct {
	at    int
	magic string
	what  string
	todo  string
}

const useQuery = "query it as it is, with cclf query or DuckDB; cclf convert reads FHIR resources in JSON"

var forms = []form{
	{0, "PAR1", "a Parquet file", useQuery},
	{0, "ARROW1", "an Arrow file", useQuery},
	{0, "ORC", "an ORC file", ""},
	{0, "Obj\x01", "an Avro file", ""},
	{0, "SQLite format 3\x00", "a SQLite database", ""},
	{8, "DUCK", "a DuckDB database", useQuery},
	{0, "%PDF", "a PDF file", ""},
	{0, "\xd0\xcf\x11\xe0", "an Office file", ""},
	{0, "\xfd7zXZ\x00", "compressed with xz", "decompress it: xz -dc FILE | cclf convert -o OUT -"},
	{0, "\x04\x22\x4d\x18", "compressed with lz4", "decompress it: lz4 -dc FILE | cclf convert -o OUT -"},
	{0, "\x1f\x9d", "compressed with compress", "decompress it: uncompress -c FILE | cclf convert -o OUT -"},
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"},
	{0, "Rar!", "a RAR archive", "unpack it"},
}

// formOf says what an input is by how it begins, if it is nothing to read.
func formOf(head []byte) (what, todo string) {
	for _, f := range forms {
		if len(head) > f.at && bytes.HasPrefix(head[f.at:], []byte(f.magic)) {
			return f.what, f.todo
		}
	}
	if name := wideText(head); name != "" {
		return name + " text", "make UTF-8 of it: iconv -f " + name + " -t UTF-8 FILE | cclf convert -o OUT - (in PowerShell: Get-Content FILE | Set-Content -Encoding utf8 NEW)"
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n")
	if len(text) > 0 && text[0] == '<' {
		low := bytes.ToLower(text)
		switch {
		case bytes.HasPrefix(low, []byte("<!doctype html")), bytes.Contains(low, []byte("<html")):
			return "an HTML page", "it may be the error page of a server: get the file again"
		case bytes.Contains(text, []byte("http://hl7.org/fhir")):
			return "FHIR in XML", "ask the server for JSON (application/fhir+ndjson)"
		}
		return "XML", ""
	}
	if isCSV(text) {
		return "CSV", "cclf convert reads FHIR resources in JSON, one per line"
	}
	return "", ""
}

// wideText says which encoding other than UTF-8 JSON is in.
func wideText(head []byte) string {
	starts := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	switch {
	case starts("\xff\xfe\x00\x00"), starts("\x00\x00\xfe\xff"), starts("{\x00\x00\x00"), starts("[\x00\x00\x00"), starts("\x00\x00\x00{"), starts("\x00\x00\x00["):
		return "UTF-32"
	case starts("\xff\xfe"), starts("\xfe\xff"):
		return "UTF-16"
	case starts("{\x00"), starts("[\x00"):
		return "UTF-16LE"
	case starts("\x00{"), starts("\x00["):
		return "UTF-16BE"
	}
	return ""
}

var csvHeader = regexp.MustCompile(`^"?[A-Za-z_][\w .#/-]*"?([,;|\t]"?[A-Za-z_][\w .#/-]*"?){2,}$`)

// isCSV reports whether text begins with a line of three or more names, and
// goes on with a line with as many separators.
func isCSV(text []byte) bool {
	first, rest, more := bytes.Cut(text, []byte{'\n'})
	first = bytes.TrimRight(first, "\r")
	if !more || !csvHeader.Match(first) {
		return false
	}
	second, _, whole := bytes.Cut(rest, []byte{'\n'})
	for _, separator := range []string{",", ";", "|", "\t"} {
		if n := bytes.Count(first, []byte(separator)); n >= 2 && (bytes.Count(second, []byte(separator)) >= n || !whole) {
			return true
		}
	}
	return len(second) == 0
}

// shown is the name of a member of an archive for people: control characters
// and the like are escaped.
func shown(name string) string {
	quoted := strconv.QuoteToGraphic(name)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
