package ndjson

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// A member is a file of an archive.
type member struct{ name, text string }

const resource = `{"resourceType":"Patient"}` + "\n"

func zipped(t testing.TB, change func(*zip.FileHeader), members ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		if change != nil {
			change(h)
		}
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(f, m.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarred(t testing.TB, members ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Mode: 0o600, Size: int64(len(m.text)), Typeflag: tar.TypeReg}
		if link, ok := strings.CutPrefix(m.text, "-> "); ok {
			h.Typeflag, h.Linkname, h.Size, m.text = tar.TypeSymlink, link, 0, ""
		}
		err := w.WriteHeader(h)
		if err == nil {
			_, err = io.WriteString(w, m.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// readParts reads what is in an input: the text of each part, with the error
// of reading it.
func readParts(t testing.TB, o *Opener, in Input) (parts []member, passed []string, err error) {
	t.Helper()
	err = o.Each(t.Context(), in, func(part Input, r io.Reader) error {
		text, err := io.ReadAll(r)
		if err != nil {
			text = fmt.Appendf(text, "!%v", err)
		}
		parts = append(parts, member{strings.TrimPrefix(part.Name, in.Name), string(text)})
		return nil
	}, func(p PassedOver) { passed = append(passed, strings.TrimPrefix(p.Name, in.Name)+": "+p.Reason) })
	return parts, passed, err
}

func saved(t testing.TB, text string) Input {
	t.Helper()
	name := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Input{Name: name, Size: int64(len(text))}
}

func TestArchives(t *testing.T) {
	mixed := []member{
		{"b/Patient.ndjson", resource}, {"README", "x"}, {"notes.txt", "x"}, {"a.json", resource}, {"package.json", `{"name":"x"}`},
		{"c.ndjson.gz", string(gzipped(t, resource))}, {"../../etc/d.ndjson", ""}, {"__MACOSX/b.ndjson", "x"}, {".e.ndjson", "x"}, {"f\n.jsonl", resource},
	}
	parts := []member{{"!b/Patient.ndjson", resource}, {"!a.json", resource}, {"!c.ndjson.gz", resource}, {"!../../etc/d.ndjson", ""}, {`!f\n.jsonl`, resource}}
	notes := "!notes.txt: name does not end in .ndjson, .jsonl or .json"
	other := "!package.json: JSON without FHIR resources"
	hidden := "!.e.ndjson: a hidden file"
	zstdMethod := func(h *zip.FileHeader) { h.Method = zstd.ZipMethodWinZip }
	zip.RegisterCompressor(zstd.ZipMethodWinZip, zstd.ZipCompressor())
	whole := zipped(t, nil, mixed...)
	wholeTar := tarred(t, mixed...)
	two := tarred(t, member{"a.ndjson", resource}, member{"b.ndjson", resource})
	deep := zipped(t, nil, member{"a.ndjson", resource}, member{"b.zip", zipped(t, nil, mixed...)})
	for _, tt := range []struct {
		name   string
		stored string
		parts  []member
		passed []string
		fails  string
	}{
		{"zip", whole, parts, []string{notes, hidden, other}, ""},
		{"zip with zstd", zipped(t, zstdMethod, mixed[0]), parts[:1], nil, ""},
		{"tar", wholeTar, parts, []string{notes, other, hidden}, ""},
		{"tar.gz", string(gzipped(t, wholeTar)), parts, []string{notes, other, hidden}, ""},
		{"tar.zst", string(zstded(t, wholeTar)), parts, []string{notes, other, hidden}, ""},
		{"tar with a link", tarred(t, mixed[0], member{"x.ndjson", "-> a"}), parts[:1], []string{"!x.ndjson: a link"}, ""},

		{"zip without anything", zipped(t, nil), nil, nil, "an archive without"},
		{"zip of other things", zipped(t, nil, mixed[1:3]...), nil, nil, "an archive without"},
		{"tar of other things", tarred(t, mixed[1:3]...), nil, []string{notes}, "an archive without"},
		{"zip in zip", deep, nil, nil, "!b.zip cannot be read: it is an archive in an archive"},
		{"zip in tar", tarred(t, mixed[0], member{"b.zip", "x"}), parts[:1], nil, "!b.zip cannot be read: it is an archive in an archive"},
		{"tar by another name in tar", tarred(t, member{"b.ndjson", two}), nil, nil, "!b.ndjson cannot be read: it is an archive in an archive"},
		{"zip in gzip", string(gzipped(t, whole)), nil, nil, "a zip archive on a pipe or inside another file"},
		{"encrypted", zipped(t, func(h *zip.FileHeader) { h.Flags |= 1 }, mixed[0]), nil, nil, "!b/Patient.ndjson cannot be read: it is encrypted"},
		{"UTF-16 in zip", zipped(t, nil, member{"a.ndjson", "\xff\xfe{\x00"}), nil, nil, "!a.ndjson cannot be read: it is UTF-16 text"},

		{"zip cut short", whole[:len(whole)-30], []member{{"", "!" + errNoDirectory.Error() + " (zip: not a valid zip file)"}}, nil, ""},
		{"zip with a wrong checksum", strings.Replace(zipped(t, func(h *zip.FileHeader) { h.Method = zip.Store }, mixed[0]), `:"Pati`, `:"Pato`, 1),
			[]member{{"!b/Patient.ndjson", strings.Replace(resource, "Pati", "Pato", 1) + "!zip: checksum error"}}, nil, ""},
		{"tar cut short within a member", two[:512+20], []member{{"!a.ndjson", resource[:20] + "!unexpected EOF"}, {"", "!the archive is damaged: unexpected EOF"}}, nil, ""},
		{"tar cut short between members", two[:1024], []member{{"!a.ndjson", resource}, {"", "!the end-of-archive marker is missing"}}, nil, ""},
		{"tar.gz cut short after the archive's end", string(gzipped(t, two)[:len(gzipped(t, two))-3]),
			[]member{{"!a.ndjson", resource}, {"!b.ndjson", resource}, {"", "!unexpected EOF"}}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := saved(t, tt.stored)
			o := &Opener{Stored: new(atomic.Int64)}
			parts, passed, err := readParts(t, o, in)
			if (err != nil) != (tt.fails != "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("error %v, want %q", err, tt.fails)
			}
			var form *FormError
			if err != nil && (!errors.As(err, &form) || !errors.Is(err, ErrNoInput)) {
				t.Errorf("error %v is no FormError", err)
			}
			if diff := cmp.Diff(tt.parts, parts, cmp.AllowUnexported(member{})); diff != "" {
				t.Errorf("parts differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.passed, passed); diff != "" {
				t.Errorf("passed over differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestArchiveFromPipe reads what needs no random access.
func TestArchiveFromPipe(t *testing.T) {
	in := Input{Name: Stdin, Size: -1}
	m := member{"a.ndjson", resource}
	o := &Opener{Stdin: bytes.NewReader(gzipped(t, tarred(t, m))), Stored: new(atomic.Int64)}
	parts, _, err := readParts(t, o, in)
	if err != nil || len(parts) != 1 || parts[0].text != resource {
		t.Errorf("tar.gz: %v, %v", parts, err)
	}
	o.Stdin = strings.NewReader(zipped(t, nil, m))
	if _, _, err := readParts(t, o, in); err == nil || !strings.Contains(err.Error(), "its directory is at its end") {
		t.Errorf("zip: %v", err)
	}
}

// TestBzip2 reads what bzip2 made of resource.
// TestLongName refuses names that would take memory for nothing.
func TestLongName(t *testing.T) {
	for _, long := range []bool{false, true} {
		name := strings.Repeat("d/", longestPath/2-4) + "a.ndjson"
		if long {
			name = "d" + name
		}
		parts, _, err := readParts(t, &Opener{Stored: &atomic.Int64{}}, saved(t, tarred(t, member{name, resource})))
		if err != nil || len(parts) != 1 {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		if refused := strings.Contains(parts[0].text, "!a member name of 4097 bytes"); refused != long {
			t.Errorf("a name of %d bytes: %.100q", len(name), parts[0].text)
		}
	}
}

func TestBzip2(t *testing.T) {
	stored, err := hex.DecodeString("425a683931415926535920a57cb300000cdb8000101000001044002a21de2a20002283d4c806350a64c4c83230e017490566e76ca8e4e8441253e2ee48a70a120414af9660")
	if err != nil {
		t.Fatal(err)
	}
	for n := len(stored); n >= 10; n-- {
		got, _, err := readAll(t, Input{Name: Stdin, Size: -1}, bytes.NewReader(stored[:n]))
		if whole := n == len(stored); (err == nil) != whole || whole && got != resource {
			t.Errorf("%d of %d bytes: %q, %v", n, len(stored), got, err)
		}
	}
}

// TestBomb stops where an input expands beyond all measure.
func TestBomb(t *testing.T) {
	synthtest.WithoutRace(t)
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	frame := z.EncodeAll(bytes.Repeat([]byte(resource), 1<<20), nil)
	bomb := bytes.Repeat(frame, 20) // of 27 MB each
	n := &atomic.Int64{}
	r, err := (&Opener{Stdin: bytes.NewReader(bomb), Stored: n}).Open(t.Context(), Input{Name: Stdin, Size: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	size, err := io.Copy(io.Discard, r)
	if err == nil || !strings.Contains(err.Error(), "times its compressed size") || size > 2*expansionFree {
		t.Errorf("%d bytes of text, %v", size, err)
	}
}

// TestForms names files that are something else.
func TestForeignForms(t *testing.T) {
	large, err := zstd.NewWriter(nil, zstd.WithWindowSize(256<<20), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	var wide bytes.Buffer
	large.Reset(&wide)
	_, err = large.Write([]byte(resource))
	if err := errors.Join(err, large.Flush(), large.Close()); err != nil {
		t.Fatal(err)
	}
	thrice := gzipped(t, string(gzipped(t, string(gzipped(t, resource)))))
	for _, tt := range []struct{ text, want string }{
		{resource, ""}, {"", ""}, {"some words\n", ""}, {"a,b\n", ""}, {"{,},{\n", ""}, {"\ufeff" + resource, ""},
		{"PAR1\x15\x04", "a Parquet file"}, {"ARROW1\x00\x00", "an Arrow file"}, {"\xfd7zXZ\x00\x00", "compressed with xz"},
		{"%PDF-1.7", "a PDF file"}, {"SQLite format 3\x00", "a SQLite database"}, {"01234567DUCK", "a DuckDB database"},
		{"\xff\xfe{\x00", "UTF-16 text"}, {"\xfe\xff\x00{", "UTF-16 text"}, {"{\x00\"\x00", "UTF-16LE text"}, {"\x00{\x00\"", "UTF-16BE text"},
		{"\xff\xfe\x00\x00{\x00\x00\x00", "UTF-32 text"}, {"{\x00\x00\x00\"\x00\x00\x00", "UTF-32 text"}, {"\x00\x00\x00{", "UTF-32 text"},
		{"<!DOCTYPE html>\n", "an HTML page"}, {"\n<HTML>", "an HTML page"}, {"<?xml version=\"1.0\"?>", "XML"}, {"<Bundle xmlns=\"http://hl7.org/fhir\">", "FHIR in XML"},
		{"id,name,birth date\n1,2,3\n", "CSV"}, {"id\tname\tx\r\n1\t2\t3\r\n", "CSV"}, {"\"id\";\"name\";\"x\"\n1;2;3\n", "CSV"},
		{wide.String(), "zstd with a window of 256 MiB, more than the limit of 128 MiB"},
		{string(thrice), "compressed more than 2 times"},
	} {
		in := saved(t, tt.text)
		o := &Opener{}
		err := o.check(t.Context(), in)
		var form *FormError
		if errors.As(err, &form) && form.What != tt.want || (err != nil) != (tt.want != "") {
			t.Errorf("%.20q: %v, want %q", tt.text, err, tt.want)
		}
	}
}

// TestFind takes from a folder what is an export by its content.
func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"in/a.ndjson": resource, "in/b.json": resource, "in/c.json": `{"a":1}`, "in/d.json": "\xff\xfe{\x00",
		"in/e.zip": zipped(t, nil, member{"x.csv", "x"}), "in/f.zip": zipped(t, nil, member{"x.ndjson", resource}),
		"in/g.zip":    zipped(t, nil, member{"x.ndjson", resource})[:40],
		"none/c.json": `{"a":1}`, "bad/a.ndjson": "\xff\xfe{\x00", "named.json": `{"a":1}`,
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	inputs, passed, err := (&Opener{}).Find(t.Context(), []string{"in", "named.json"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, in := range inputs {
		got = append(got, filepath.ToSlash(in.Name))
	}
	if diff := cmp.Diff([]string{"in/a.ndjson", "in/b.json", "in/f.zip", "in/g.zip", "named.json"}, got); diff != "" {
		t.Errorf("inputs differ (-want +got):\n%s", diff)
	}
	want := []PassedOver{{"in/c.json", "JSON without FHIR resources"}, {"in/d.json", "UTF-16 text"}, {"in/e.zip", "an archive without .ndjson, .jsonl or .json files that contain FHIR resources"}}
	if diff := cmp.Diff(want, passed); diff != "" {
		t.Errorf("passed over differs (-want +got):\n%s", diff)
	}
	for _, name := range []string{"none", "bad", "in/d.json", "in/e.zip"} {
		if _, _, err := (&Opener{}).Find(t.Context(), []string{name}); !errors.Is(err, ErrNoInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
