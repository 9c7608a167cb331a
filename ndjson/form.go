package ndjson

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A FormError reports an input that is not JSON, or JSON that cannot be read.
type FormError struct {
	Name string
	What string // what it is, such as "a Parquet file"
	Todo string // what to do about it; may be empty
}

func (e *FormError) Error() string { return fmt.Sprintf("%s cannot be read: it is %s", e.Name, e.What) }

// Hint returns what to do about it, or "".
func (e *FormError) Hint() string { return e.Todo }

func (e *FormError) Unwrap() error { return ErrNoInput }

// A form is a file format, detected from bytes at an offset.
type form struct {
	at    int
	magic string
	what  string
	todo  string
}

const useQuery = "query it directly with cclf query or DuckDB; cclf convert reads FHIR resources in JSON"

var forms = []form{
	{0, "PAR1", "a Parquet file", useQuery},
	{0, "ARROW1", "an Arrow file", useQuery},
	{0, "ORC", "an ORC file", ""},
	{0, "Obj\x01", "an Avro file", ""},
	{0, "SQLite format 3\x00", "a SQLite database", ""},
	{8, "DUCK", "a DuckDB database", useQuery},
	{0, "%PDF", "a PDF file", ""},
	{0, "\xd0\xcf\x11\xe0", "an Office file", ""},
	{0, "\xfd7zXZ\x00", "compressed with xz", "decompress it: xz -d FILE"},
	{0, "\x04\x22\x4d\x18", "compressed with lz4", "decompress it: lz4 -d FILE"},
	{0, "\x1f\x9d", "compressed with compress", "decompress it: uncompress FILE"},
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"},
	{0, "Rar!", "a RAR archive", "unpack it"},
}

// formOf returns what an input is, detected from its first bytes, and what to do
// about it; or two empty strings if it may be JSON.
func formOf(head []byte) (what, todo string) {
	for _, f := range forms {
		if len(head) > f.at && bytes.HasPrefix(head[f.at:], []byte(f.magic)) {
			return f.what, f.todo
		}
	}
	if name := wideText(head); name != "" {
		return name + " text", "convert it to UTF-8: iconv -f " + name + " -t UTF-8 FILE > NEW (in PowerShell: Get-Content FILE | Set-Content -Encoding utf8 NEW)"
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n")
	if len(text) > 0 && text[0] == '<' {
		low := bytes.ToLower(text)
		switch {
		case bytes.HasPrefix(low, []byte("<!doctype html")), bytes.Contains(low, []byte("<html")):
			return "an HTML page", "it may be a server's error page: download the file again"
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

// wideText returns the encoding of JSON text that is not UTF-8, or "".
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

var csvHeader = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^"?[A-Za-z_][\w .#/-]*"?([,;|\t]"?[A-Za-z_][\w .#/-]*"?){2,}$`)
})

// isCSV reports whether text begins with a line of three or more names that is
// followed by a line with as many separators.
func isCSV(text []byte) bool {
	first, rest, more := bytes.Cut(text, []byte{'\n'})
	first = bytes.TrimRight(first, "\r")
	if !more || !csvHeader().Match(first) {
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

var resourceMark = []byte(`"resourceType"`)

const tarHeader = 512

// Archives are read member by member, in their order, streaming. The names of
// members are shown, and never used as paths.

func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// isTar reports whether head is a tar header with a correct checksum. Old archives
// have no other signature.
func isTar(head []byte) bool {
	if len(head) < tarHeader {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[148:156]), " \x00"), 8, 32)
	if err != nil || head[0] == 0 {
		return false
	}
	var sum int64
	for i, c := range head[:tarHeader] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
	}
	return sum == want
}

var gzipMagic = []byte{0x1f, 0x8b}

// isZstd reports whether a zstd frame begins here, or a skippable frame, with which
// the output of pzstd begins.
func isZstd(magic []byte) bool {
	if len(magic) < 4 {
		return false
	}
	n := binary.LittleEndian.Uint32(magic)
	return n == 0xFD2FB528 || n&^0xF == 0x184D2A50
}

// zstdWindow returns the window size in bytes that a frame needs, 0 if unknown.
func zstdWindow(magic []byte) uint64 {
	var h zstd.Header
	if h.Decode(magic) != nil || h.Skippable {
		return 0
	}
	return h.WindowSize
}

func isBzip2(magic []byte) bool {
	return len(magic) >= 10 && bytes.HasPrefix(magic, []byte("BZh")) && magic[3] >= '1' && magic[3] <= '9' &&
		(string(magic[4:10]) == "1AY&SY" || string(magic[4:10]) == "\x17\x72\x45\x38\x50\x90")
}
