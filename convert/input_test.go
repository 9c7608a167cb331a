package convert

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

func gzipped(t testing.TB, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, text := range members {
		w := gzip.NewWriter(&b)
		_, err := w.Write([]byte(text))
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func zstded(t testing.TB, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

// TestBadInput puts something bad between good lines. Whatever it is, the good
// lines have their rows, and the bad one is reported with its place and the reason.
func TestBadInput(t *testing.T) {
	synthtest.WithoutRace(t)
	const bom = "\ufeff"
	first, last := someClaim("CARRIER", "1", "p"), someClaim("CARRIER", "2", "p")
	one, two := lines(first), lines(last)
	at := int64(len(one)) // where the second line begins
	claim := func(members object) string { return lines(with(someClaim("CARRIER", "3", "p"), members)) }
	reject := func(line, offset int64, reason string) []Reject {
		return []Reject{{File: "in", Line: line, Offset: offset, Reason: reason}}
	}
	for _, tt := range []struct {
		name    string
		text    string
		lines   int64
		claims  []string
		rejects []Reject
	}{
		{"nothing bad", one + two, 2, []string{"1", "2"}, nil},
		{"an empty file", "", 0, nil, nil},
		{"blank lines", "\n" + one + " \n\n\t\r\n" + two + "\n\n", 2, []string{"1", "2"}, nil},
		{"a byte order mark", bom + one + two, 2, []string{"1", "2"}, nil},
		{"carriage returns", strings.ReplaceAll(one+two, "\n", "\r\n"), 2, []string{"1", "2"}, nil},
		{"no line feed at the end", one + strings.TrimSuffix(two, "\n"), 2, []string{"1", "2"}, nil},
		{"gzip", gzipped(t, one+two), 2, []string{"1", "2"}, nil},
		{"gzip with an empty last member", gzipped(t, one+two, ""), 2, []string{"1", "2"}, nil},
		{"gzip of members that end within a line", gzipped(t, one[:9], one[9:]+two), 2, []string{"1", "2"}, nil},
		{"zstd", zstded(t, one+two), 2, []string{"1", "2"}, nil},

		{"broken JSON", one + `{"resourceType":"Patient",}` + "\n" + two, 3, []string{"1", "2"},
			reject(2, at, "invalid JSON at byte 26: expected a member name")},
		{"a line cut short", one + one[:len(one)-3] + "\n" + two, 3, []string{"1", "2"},
			reject(2, at, fmt.Sprintf("invalid JSON at byte %d: unterminated string", len(one)-3))},
		{"two resources on a line", strings.TrimSuffix(one, "\n") + two, 2, []string{"1", "2"}, nil},
		{"words after a resource", one + strings.TrimSuffix(two, "\n") + " words\n" + two, 3, []string{"1", "2"},
			reject(2, at, fmt.Sprintf("invalid JSON at byte %d: unexpected text after the JSON value", len(two)))},
		{"no JSON", one + "some words\n" + two, 3, []string{"1", "2"},
			reject(2, at, "invalid JSON at byte 0: expected a value")},
		{"JSON that is no object", one + "[1]\n" + two, 3, []string{"1", "2"},
			reject(2, at+1, "invalid JSON at byte 0: expected a JSON object")},
		{"invalid UTF-8", one + `{"resourceType":"Patient","id":"` + "\xff\"}\n" + two, 3, []string{"1", "2"},
			reject(2, at, "invalid JSON at byte 32: invalid UTF-8")},
		{"a second byte order mark", bom + one + bom + two, 2, []string{"1", "2"}, nil},
		{"a bad line behind blank ones and a byte order mark", bom + "\n\r\n" + "{\n" + one, 2, []string{"1"},
			reject(3, 6, "invalid JSON at byte 1: expected a member name")},
		{"a bad last line without a line feed", one + "{,}", 2, []string{"1"},
			reject(2, at, "invalid JSON at byte 1: expected a member name")},
		{"a last line that is cut short", one + two[:50], 2, []string{"1"},
			reject(2, at, "the input breaks off here: the text ends within a JSON value")},
		{"an array that ends early", "[" + strings.TrimSuffix(one, "\n") + ",\n", 2, []string{"1"},
			reject(2, at+2, "the input breaks off here: the text ends within a list of resources")},

		{"pretty-printed", pretty(first) + pretty(last), 2, []string{"1", "2"}, nil},
		{"pretty-printed, with one that is bad", pretty(first) + "{\n  \"id\": {\n    tru\n  }\n}\n" + pretty(last), 3, []string{"1", "2"},
			reject(1+int64(strings.Count(pretty(first), "\n")), int64(len(pretty(first))), "invalid JSON at byte 16: expected a member name")},
		{"an array", "[" + strings.TrimSuffix(one, "\n") + "," + two + "]", 2, []string{"1", "2"}, nil},
		{"a Bundle on a line", one + asJSON(bundleOf(last)) + "\n", 2, []string{"1", "2"}, nil},
		{"a Bundle over lines", pretty(bundleOf(first, last)), 2, []string{"1", "2"}, nil},
		{"a Bundle in a Bundle", one + asJSON(bundleOf(bundleOf(last))), 2, []string{"1", "2"}, nil},
		{"a Bundle of nothing", one + asJSON(object{"resourceType": "Bundle"}) + "\n" + two, 2, []string{"1", "2"}, nil},
		{"a Bundle with an OperationOutcome", asJSON(bundleOf(first, object{"resourceType": "OperationOutcome", "issue": list{object{"severity": "error"}}})), 2, []string{"1"},
			reject(1, int64(len(asJSON(bundleOf(first))))-int64(len(`}],"resourceType":"Bundle"}`))+int64(len(`},{"resource":`)), "an OperationOutcome: an error message of the server, not data")},
		{"a deletion", asJSON(object{"resourceType": "Bundle", "entry": list{object{"request": object{"method": "DELETE", "url": "Patient?name=x"}}}}), 1, nil,
			reject(1, 10, "a deletion of whatever meets conditions, which cannot be applied")},
		{"an entry without a resource", asJSON(object{"resourceType": "Bundle", "entry": list{object{"fullUrl": "x"}}}), 1, nil,
			reject(1, 10, "an entry of a Bundle without a resource")},

		{"no resource type", one + "{}\n" + two, 3, []string{"1", "2"},
			reject(2, at, "not a FHIR resource: no resourceType")},
		{"a resource type that is no text", one + `{"resourceType":{"x":"Patient"}}` + "\n" + two, 3, []string{"1", "2"},
			reject(2, at, "not a FHIR resource: no resourceType")},
		{"an unknown resource type", one + `{"resourceType":"Observation","id":"1"}` + "\n" + two, 3, []string{"1", "2"},
			reject(2, at, "unexpected resource type Observation (not served by BCDA)")},
		{"a claim of unknown type", one + claim(object{"type": coding(codesystems+"eob-type", "DENTAL")}) + two, 3, []string{"1", "2"},
			reject(2, at, "an ExplanationOfBenefit of unknown claim type (type codings: eob-type DENTAL)")},
		{"a claim of unknown types", one + claim(object{"type": object{"coding": list{
			object{"system": variables + "nch_clm_type_cd", "code": "99"}, object{"code": "Jane Doe"}, object{"system": "x"},
		}}}) + two, 3, []string{"1", "2"},
			reject(2, at, "an ExplanationOfBenefit of unknown claim type (type codings: nch_clm_type_cd 99, (none) (not a code), x (none))")},
		{"a claim without type", one + claim(object{"type": nil}) + two, 3, []string{"1", "2"},
			reject(2, at, "an ExplanationOfBenefit of unknown claim type (it has no type coding)")},
		{"a claim without patient", one + claim(object{"patient": nil}) + two, 3, []string{"1", "2"},
			reject(2, at, "an ExplanationOfBenefit without a patient")},
		{"a claim with an empty patient", one + claim(object{"patient": object{"reference": "Patient/"}}) + two, 3, []string{"1", "2"},
			reject(2, at, "an ExplanationOfBenefit without a patient")},
		{"a Patient without id", one + lines(with(somePatient("p", "1S00A00AA00"), object{"id": nil})) + two, 3, []string{"1", "2"},
			reject(2, at, "a Patient without an id")},
		{"a Patient with too long an MBI", one + lines(somePatient("p", "1S00A00AA000")) + two, 3, []string{"1", "2"},
			reject(2, at, "a Patient with an MBI of more than 11 characters")},
		{"a Coverage of nobody", one + lines(with(someCoverage("A", "p", "10"), object{"beneficiary": nil})) + two, 3, []string{"1", "2"},
			reject(2, at, "a Coverage without a beneficiary")},
		{"a date that is none", one + claim(object{"billablePeriod": object{"start": "2024-02-30"}}) + two, 3, []string{"1", "2"},
			reject(2, at, "cclf5.CLM_FROM_DT: not a date")},
		{"a date that is a number", one + claim(object{"billablePeriod": object{"start": 20240230}}) + two, 3, []string{"1", "2"},
			reject(2, at, "cclf5.CLM_FROM_DT: not a date")},
		{"a line number that is none", one + claim(object{"item": list{object{"sequence": "x"}}}) + two, 3, []string{"1", "2"},
			reject(2, at, "cclf5.CLM_LINE_NUM: not a number")},
		{"a line number with a fraction", one + claim(object{"item": list{object{"sequence": 1}, object{"sequence": 1.5}}}) + two, 3, []string{"1", "2"},
			reject(2, at, "cclf5.CLM_LINE_NUM: a number with more decimals than the column has")},
		{"an amount too large", one + claim(object{"item": list{lineWithAmount("1e30")}}) + two, 3, []string{"1", "2"},
			reject(2, at, "cclf5.CLM_LINE_CVRD_PD_AMT: a number too large for the column")},

		{"gzip that breaks off", gzipped(t, one+two)[:150], 1, nil,
			reject(1, 0, "the input breaks off here: unexpected EOF")},
		{"gzip that breaks off behind a member", gzipped(t, one, two)[:len(gzipped(t, one))+20], 2, []string{"1"},
			reject(2, at, "the input breaks off here: unexpected EOF")},
		{"gzip that breaks off in its header", gzipped(t, one)[:5], 1, nil,
			reject(1, 0, "the input breaks off here: gzip header: unexpected EOF")},
		{"gzip with something behind", gzipped(t, one) + "some words, and more of them", 2, []string{"1"},
			reject(2, at, "the input breaks off here: gzip: invalid header")},
		{"zstd that breaks off", zstded(t, one+two)[:150], 1, nil,
			reject(1, 0, "the input breaks off here: unexpected EOF")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := export{"in": tt.text}.save(t)
			in := filepath.Join(dir, "in")
			c := export{}.convert(t, func(o *Options) { o.Inputs, o.AllowPartial = []string{in}, true })
			if diff := cmp.Diff(tt.rejects, c.rejects); diff != "" {
				t.Errorf("rejects differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.claims, c.column(t, "cclf5", "CUR_CLM_UNIQ_ID")); diff != "" {
				t.Errorf("claims differ (-want +got):\n%s", diff)
			}
			for _, table := range []string{"cclfb", "cclf8", "cclf9"} {
				if n := len(c.table(t, table)); n != len(tt.claims) && n != 0 {
					t.Errorf("%s has %d rows of a line that was rejected", table, n-len(tt.claims))
				}
			}
			want := Counts{Lines: tt.lines, Resources: int64(len(tt.claims)), Orphans: int64(len(tt.claims)), Rejected: int64(len(tt.rejects))}
			var broke int64 // the line where the input broke off
			if n := len(tt.rejects); n > 0 && strings.HasPrefix(tt.rejects[n-1].Reason, "the input breaks off") {
				broke, want.BrokenOff = tt.rejects[n-1].Line, 1
			}
			if diff := cmp.Diff(want, c.Counts); diff != "" {
				t.Errorf("counts differ (-want +got):\n%s", diff)
			}
			input := ManifestInput{Name: in, Size: int64(len(tt.text)), TextSize: c.Inputs[0].TextSize, Lines: tt.lines, Rejects: int64(len(tt.rejects)), BrokenOff: broke, Foreign: c.Inputs[0].Foreign}
			if diff := cmp.Diff([]ManifestInput{input}, c.Inputs); diff != "" {
				t.Errorf("inputs differ (-want +got):\n%s", diff)
			}
		})
	}
}

// pretty is a resource over many lines.
func pretty(resource object) string {
	text, err := json.MarshalIndent(resource, "", "  ")
	if err != nil {
		panic(err)
	}
	return string(text) + "\n"
}

func bundleOf(resources ...object) object {
	entries := list{}
	for _, r := range resources {
		entries = append(entries, object{"resource": r})
	}
	return object{"resourceType": "Bundle", "entry": entries}
}

func lineWithAmount(value string) object {
	return object{"sequence": 1, "adjudication": list{object{
		"category": coding(codesystems+"adjudication", variables+"line_nch_pmt_amt"),
		"amount":   object{"value": json.Number(value)},
	}}}
}

// TestOverlongLine has a line of more than 32 MiB between two others.
func TestOverlongLine(t *testing.T) {
	synthtest.WithoutRace(t)
	one, two := lines(someClaim("CARRIER", "1", "p")), lines(someClaim("CARRIER", "2", "p"))
	c := export{}.convert(t, func(o *Options) {
		o.Inputs = []string{"-"}
		o.Stdin = io.MultiReader(strings.NewReader(one+`{"id":"`), &repeat{'x', ndjson.MaxLine}, strings.NewReader("\"}\n"+two))
	})
	want := []Reject{{File: "-", Line: 2, Offset: int64(len(one)), Reason: "the resource is longer than 32 MiB"}}
	if diff := cmp.Diff(want, c.rejects); diff != "" {
		t.Errorf("rejects differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1", "2"}, c.column(t, "cclf5", "CUR_CLM_UNIQ_ID")); diff != "" {
		t.Errorf("claims differ (-want +got):\n%s", diff)
	}
}

// repeat reads as n bytes b.
type repeat struct {
	b byte
	n int
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	n := copy(p, bytes.Repeat([]byte{r.b}, min(len(p), r.n)))
	r.n -= n
	return n, nil
}

// TestBreakOff stops at an input that breaks off, and writes nothing.
func TestBreakOff(t *testing.T) {
	synthtest.WithoutRace(t)
	one, two := lines(someClaim("CARRIER", "1", "p")), lines(someClaim("CARRIER", "2", "p"))
	for name, text := range map[string]string{
		"gzip":                      gzipped(t, one+two)[:150],
		"gzip without its trailer":  gzipped(t, one+two)[:len(gzipped(t, one+two))-8],
		"a line":                    one + two[:99],
		"an array":                  "[" + one + "," + two,
		"a Bundle":                  asJSON(bundleOf(someClaim("CARRIER", "1", "p")))[:300],
		"an archive":                "PK\x03\x04 and so on",
		"gzip with something after": gzipped(t, one) + "words",
	} {
		in := export{"a.ndjson": one, "b.ndjson": text, "c.ndjson": two}.save(t)
		out := t.TempDir()
		_, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, MaxRejects: -1})
		var broke *BreakOffError
		if !errors.As(err, &broke) || filepath.Base(broke.File) != "b.ndjson" || broke.Line < 1 || broke.Reason == "" {
			t.Errorf("%s: %v, want that b.ndjson broke off", name, err)
		}
		if files := names(t, out); len(files) > 0 {
			t.Errorf("%s: there are %d files", name, len(files))
		}
		m, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, MaxRejects: -1, AllowPartial: true})
		if err != nil || m.Counts.BrokenOff != 1 || m.Inputs[1].BrokenOff < 1 || m.Counts.Rejected != 1 {
			t.Errorf("%s: %v, manifest %+v", name, err, m)
		}
	}
}

// TestArchive reads the members of an archive, and names them.
func TestArchive(t *testing.T) {
	bad := lines(someClaim("CARRIER", "1", "p")) + "{,}\n"
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range [][2]string{{"x/eob.ndjson", bad}, {"patient.json", pretty(somePatient("p", "1S00A00AA00"))}, {"notes.txt", "x"}} {
		f, err := w.Create(m[0])
		if err == nil {
			_, err = io.WriteString(f, m[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, jobs := range []int{1, 4} {
		c := export{"in.zip": b.String()}.convert(t, func(o *Options) { o.Jobs = jobs })
		if got := c.column(t, "cclf5", "BENE_MBI_ID"); !slices.Equal(got, []string{"1S00A00AA00"}) {
			t.Errorf("MBIs %q", got)
		}
		want := []Reject{{File: "eob.ndjson", Line: 2, Offset: int64(len(bad)) - 4, Reason: "invalid JSON at byte 1: expected a member name"}}
		if diff := cmp.Diff(want, c.rejects); diff != "" {
			t.Errorf("rejects differ (-want +got):\n%s", diff)
		}
		if len(c.Inputs) != 2 || !strings.HasSuffix(c.Inputs[0].Name, "in.zip!x/eob.ndjson") || !strings.HasSuffix(c.Inputs[1].Name, "in.zip!patient.json") || c.Inputs[0].Lines != 2 {
			t.Errorf("inputs %+v", c.Inputs)
		}
		if len(c.PassedOver) != 1 || !strings.HasSuffix(c.PassedOver[0].Name, "in.zip!notes.txt") {
			t.Errorf("passed over %+v", c.PassedOver)
		}
	}
}

// TestForeignInputs names what is no export, before anything is written.
func TestForeignInputs(t *testing.T) {
	record := func(table string, layout schema.Layout) string {
		for _, s := range schema.Tables() {
			if s.Name == table {
				slots := s.Record(layout)
				text := bytes.Repeat([]byte{'0'}, slots[len(slots)-1].End)
				for _, slot := range slots {
					if slot.Type.Kind == schema.Date {
						copy(text[slot.Start-1:], "2024-01-05")
					}
				}
				return string(text) + "\n"
			}
		}
		t.Fatal(table)
		return ""
	}
	// undated is a record with an MBI and a code, and without a date.
	undated := func(table string) string {
		text := []byte(strings.ReplaceAll(record(table, schema.LayoutV36), "2024-01-05", strings.Repeat(" ", 10)))
		for i := range schema.Tables() {
			if one := schema.Tables()[i]; one.Name == table {
				for _, slot := range one.Record(schema.LayoutV36) {
					switch slot.Field.Label {
					case "BENE_MBI_ID", "CRNT_NUM":
						copy(text[slot.Start-1:], "1S00E00AA00")
					case "CLM_PBP_INCLSN_AMT":
						copy(text[slot.Start-1:], "00000000012.50")
					}
				}
			}
		}
		return string(text)
	}
	for _, tt := range []struct{ text, what string }{
		{strings.Repeat(record("cclf5", schema.LayoutV36), 3), "a CCLF5 file of CMS (fixed-width CCLF records of 388 bytes)"},
		{record("cclf7", schema.LayoutV43), "a CCLF7 file of CMS (fixed-width CCLF records of 230 bytes)"},
		{record("cclf5", schema.LayoutV36)[:383] + "\r\n", "a CCLF5 file of CMS (fixed-width CCLF records of 383 bytes)"},
		{"File Number  |File Description    |Total Records Count |Record Length\nCCLF1        |x\n", "a CCLF0 file of CMS (the list of a delivery of CCLF files)"},
		{"File Number  |File Description    |Total Records Count |Record Length\nCCLF1        |Part A Claims       |         12|  437 \n",
			"a CCLF0 file of CMS (the list of a delivery of CCLF files)"},
		{undated("cclf9"), "a CCLF9 file of CMS (fixed-width CCLF records of 55 bytes)"},
		{undated("cclfa"), "a CCLFA file of CMS (fixed-width CCLF records of 324 bytes)"},
		{undated("cclfb"), "a CCLFB file of CMS (fixed-width CCLF records of 128 bytes)"},
		{"\xff\xfe{\x00", "UTF-16 text"},
		{"PAR1", "a Parquet file"},
	} {
		in := export{"in": tt.text}.save(t)
		out := filepath.Join(t.TempDir(), "out")
		_, err := Run(t.Context(), Options{Inputs: []string{filepath.Join(in, "in")}, Out: out, MaxRejects: -1})
		var other *ndjson.FormError
		if !errors.As(err, &other) || other.What != tt.what {
			t.Errorf("%v, want %s", err, tt.what)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: the output folder was made", tt.what)
		}
		// A pipe cannot be looked at first; what it brings is named as well.
		_, err = Run(t.Context(), Options{Inputs: []string{"-"}, Stdin: strings.NewReader(tt.text), Out: out, MaxRejects: -1})
		if !errors.As(err, &other) || other.What != tt.what {
			t.Errorf("standard input: %v, want %s", err, tt.what)
		}
	}
	for _, width := range []int{55, 128, 388} {
		if what, _ := recognizeCCLF([]byte(strings.Repeat("x", width) + "\n")); what != "" {
			t.Errorf("a line of words is %s", what)
		}
	}
}

// TestMissingInputs stops before anything is written.
func TestMissingInputs(t *testing.T) {
	good := export{"a.ndjson": lines(someClaim("CARRIER", "1", "p"))}.save(t)
	for name, inputs := range map[string][]string{
		"a missing file":    {good, filepath.Join(good, "b.ndjson")},
		"an empty folder":   {t.TempDir()},
		"a folder of other": {export{"notes.txt": "x"}.save(t)},
	} {
		out := filepath.Join(t.TempDir(), "out")
		_, err := Run(t.Context(), Options{Inputs: inputs, Out: out})
		if !errors.Is(err, ndjson.ErrNoInput) {
			t.Errorf("%s: %v, want that there is no input", name, err)
		}
		if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the output folder was made", name)
		}
	}
}

func TestStdin(t *testing.T) {
	text := lines(someClaim("CARRIER", "1", "p"), somePatient("p", "1S00A00AA00"))
	for name, stored := range map[string]string{
		"plain": text, "gzip": gzipped(t, text), "gzip in two": gzipped(t, text[:99], text[99:], ""), "zstd": zstded(t, text),
	} {
		c := export{}.convert(t, func(o *Options) {
			o.Inputs, o.Stdin = []string{"-"}, iotest.HalfReader(strings.NewReader(stored))
		})
		if got := c.column(t, "cclf5", "BENE_MBI_ID"); !slices.Equal(got, []string{"1S00A00AA00"}) {
			t.Errorf("%s: MBIs %q", name, got)
		}
		want := []ManifestInput{{Name: "-", Size: -1, TextSize: int64(len(text)), Lines: 2}}
		if diff := cmp.Diff(want, c.Inputs); diff != "" {
			t.Errorf("%s: inputs differ (-want +got):\n%s", name, diff)
		}
	}
}

// TestKeepRejectedLines checks that the text of a rejected line is shown only
// when it is asked for.
func TestKeepRejectedLines(t *testing.T) {
	bad := `{"resourceType":"Patient","name":"Kept & <Secret>"`
	for _, keep := range []bool{false, true} {
		c := export{"in.ndjson": bad + "\r\n{}\n"}.convert(t, func(o *Options) { o.KeepRejectedLines = keep })
		want := ""
		if keep {
			want = bad
		}
		if len(c.rejects) != 2 || c.rejects[0].Raw != want {
			t.Errorf("keep %v: rejects %+v", keep, c.rejects)
		}
	}
}

func TestMaxRejects(t *testing.T) {
	in := export{"a.ndjson": "x\n" + lines(someClaim("CARRIER", "1", "p")) + "x\n\nx\n", "b.ndjson": "x\n"}.save(t)
	for limit, stops := range map[int64]bool{-1: false, 0: true, 2: true, 3: true, 4: false, 100: false} {
		out := t.TempDir()
		m, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, MaxRejects: limit})
		if errors.Is(err, ErrTooManyRejects) != stops || !stops && err != nil {
			t.Errorf("at most %d: %v", limit, err)
		}
		if !stops && m.Counts.Rejected != 4 {
			t.Errorf("at most %d: %d rejected", limit, m.Counts.Rejected)
		}
		if files := names(t, out); stops && len(files) > 0 {
			t.Errorf("at most %d: stopped, but there are %d files", limit, len(files))
		}
	}
}

// TestCollapse writes the first rejects of each cause in a file, and counts
// the rest, the same with any number of workers.
func TestCollapse(t *testing.T) {
	synthtest.WithoutRace(t)
	var b strings.Builder
	for i := range 30_000 {
		b.WriteString("words\n")
		if i%3 == 0 {
			b.WriteString(strings.Repeat(" ", i%7) + "{,}\n")
		}
	}
	b.WriteString(lines(someClaim("CARRIER", "1", "p")))
	observation := lines(object{"resourceType": "Observation", "id": "1", "status": strings.Repeat("x", 200)})
	claim := lines(object{"resourceType": "ExplanationOfBenefit", "id": "1", "type": coding("http://terminology.hl7.org/CodeSystem/claim-type", "oral"), "patient": object{"reference": "Patient/1"}})
	billed := lines(object{"resourceType": "Claim", "id": "1", "status": "active", "use": "claim"})
	foreign := strings.Repeat(observation, 9000) + claim + billed + lines(someClaim("CARRIER", "2", "p"))
	e := export{"a.ndjson": b.String(), "b.ndjson": foreign, "c.ndjson": "words\n"}
	in := e.save(t)
	run := func(jobs int, keep bool) (m *Manifest, text string) {
		out := t.TempDir()
		m, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, Format: CSV, MaxRejects: -1, Jobs: jobs, KeepRejectedLines: keep})
		if err != nil {
			t.Fatal(err)
		}
		rejects, err := os.ReadFile(filepath.Join(out, RejectsFile))
		if err != nil {
			t.Fatal(err)
		}
		return m, strings.ReplaceAll(string(rejects), in+"/", "")
	}
	m, text := run(1, false)
	if _, other := run(5, false); other != text {
		t.Error("the rejects depend on the number of workers")
	}
	if m.Counts.Rejected != 49_003 || m.Inputs[0].Rejects != 40_000 || m.Counts.Resources != 2 {
		t.Errorf("counts %+v", m.Counts)
	}
	if diff := cmp.Diff(map[string]int64{"Claim": 1, "ExplanationOfBenefit": 1, "Observation": 9000}, m.Inputs[1].Foreign); diff != "" {
		t.Errorf("foreign resources differ (-want +got):\n%s", diff)
	}
	got := strings.Split(strings.TrimSpace(text), "\n")
	if len(got) != 100+100+2+2+1 {
		t.Errorf("%d records", len(got))
	}
	want := []string{
		`{"file":"a.ndjson","reason":"invalid JSON: expected a value","more":29900,"first_line":135,"last_line":40000}`,
		`{"file":"a.ndjson","reason":"invalid JSON: expected a member name","more":9900,"first_line":402,"last_line":39998}`,
		`{"file":"b.ndjson","line":1,"offset":0,"reason":"unexpected resource type Observation (not served by BCDA)"}`,
		`{"file":"b.ndjson","reason":"FHIR resources that BCDA does not serve (Claim 1, ExplanationOfBenefit 1, Observation 9000): it is an export of another kind of server, at least in part","more":9001,"first_line":2,"last_line":9002}`,
		`{"file":"c.ndjson","line":1,"offset":0,"reason":"invalid JSON at byte 0: expected a value"}`,
	}
	if diff := cmp.Diff(want, got[len(got)-5:]); diff != "" {
		t.Errorf("the last records differ (-want +got):\n%s", diff)
	}
	if _, kept := run(2, true); strings.Count(kept, "\n") != 49_003 {
		t.Errorf("%d records with their lines", strings.Count(kept, "\n"))
	}
	// All of them count.
	_, err := Run(t.Context(), Options{Inputs: []string{in}, Out: t.TempDir(), MaxRejects: 49_002})
	if !errors.Is(err, ErrTooManyRejects) {
		t.Errorf("%v, want that there are too many rejects", err)
	}
}

// TestForeignClaims expects no marks of BCDA in claims of another kind of server.
func TestForeignClaims(t *testing.T) {
	claim := object{"resourceType": "ExplanationOfBenefit", "id": "1", "use": "claim", "status": "active",
		"type":    coding("http://terminology.hl7.org/CodeSystem/claim-type", "professional"),
		"patient": object{"reference": "urn:uuid:1"}, "extension": list{object{"url": "http://example.org/more", "valueCode": "1"}}}
	billed := object{"resourceType": "Claim", "id": "1", "use": "claim", "status": "active"}
	patient := object{"resourceType": "Patient", "id": "1", "gender": "male"}
	c := export{"a.ndjson": lines(patient, claim, billed)}.convert(t)
	if len(c.Missing) != 0 || len(c.Unmapped) != 0 {
		t.Errorf("missing %+v, unmapped %+v", c.Missing, c.Unmapped)
	}
	if diff := cmp.Diff(map[string]int64{"Claim": 1, "ExplanationOfBenefit": 1}, c.Inputs[0].Foreign); diff != "" {
		t.Errorf("foreign resources differ (-want +got):\n%s", diff)
	}
}

// TestManyCauses does not remember more than so many.
func TestManyCauses(t *testing.T) {
	var c rejectCounter
	for i := range 3 * maxCauses {
		c.count(&causedReject{cause: fmt.Sprint("reason ", i)})
	}
	if len(c.causes) > maxCauses+1 || c.causes[otherCauses].n != 2*maxCauses {
		t.Errorf("%d causes", len(c.causes))
	}
}

// reasons are all reasons for which a line is rejected.
var reasons = regexp.MustCompile(`^(` + strings.Join([]string{
	`invalid JSON( at byte \d+)?: [a-zA-Z8\\ -]+`,
	`not a FHIR resource: no resourceType`,
	`unexpected resource type ([A-Za-z]+ )?\(not served by (BCDA|this API version)\)`,
	`an entry of a Bundle without a resource`,
	`an ExplanationOfBenefit without a patient`,
	`an ExplanationOfBenefit of unknown claim type \((it has no type coding|type codings: [A-Za-z0-9_-]+ (\(not a code\)|[A-Za-z0-9_-]{1,24})(, [A-Za-z0-9_-]+ (\(not a code\)|[A-Za-z0-9_-]{1,24}))*)\)(: there are no codes of CMS in it)?`,
	`a prior authorization(, which only v3 has| without a patient)`,
	`a resource of v\d in an export of v\d( or v\d)?, where the same ids mean other beneficiaries and claims`,
	`a (Claim|ClaimResponse) of unknown system(: there are no codes of CMS in it)?`,
	`a Patient (without an id|with an MBI of more than 11 characters)`,
	`a Coverage without a beneficiary`,
	`[a-z0-9_]+\.[A-Z0-9_]+: (not a date|not a number|a number with more decimals than the column has|a number too large for the column)`,
}, `|`) + `)$`)

// TestReasonsContainNoValues damages good lines in many ways. Nothing of a line
// may be in the reason for which it is rejected.
func TestReasonsContainNoValues(t *testing.T) {
	synthtest.WithoutRace(t)
	r := rand.New(rand.NewPCG(1, 2))
	kinds := map[string]int{}
	for _, apis := range []string{"v1 v2", "v3"} { // that may be in one run
		var good []string
		for _, name := range goldenInputs(t) {
			if strings.Contains(apis, filepath.Base(filepath.Dir(name))) {
				good = append(good, readResources(t, name)...)
			}
		}
		damageLines(t, good, r, kinds)
	}
	if len(kinds) < 20 {
		t.Errorf("only %d kinds of reasons", len(kinds))
	}
}

// damageLines converts damaged lines, and counts the reasons why they are rejected
// by their kinds.
func damageLines(t *testing.T, good []string, r *rand.Rand, kinds map[string]int) {
	var b strings.Builder
	n := synthtest.UnlessRace(2500, 1200)
	for range n {
		line := []byte(good[r.IntN(len(good))])
		for range 1 + r.IntN(3) {
			at := r.IntN(len(line))
			switch r.IntN(4) {
			case 0:
				line[at] = byte(' ' + r.IntN(95))
			case 1:
				line[at] = byte(r.IntN(256))
			case 2: // a digit for a digit: values that are wrong in well-formed lines
				if at = bytes.IndexAny(line[at:], "0123456789") + at; line[at] >= '0' && line[at] <= '9' {
					line[at] = "09ex-."[r.IntN(6)]
				}
			case 3:
				line = slices.Delete(line, at, min(at+1+r.IntN(9), len(line)-1))
			}
		}
		b.Write(bytes.ReplaceAll(line, []byte("\n"), nil))
		b.WriteByte('\n')
	}
	c := export{"in.ndjson": b.String()}.convert(t)
	if c.Counts.Rejected < int64(n/4) || len(c.rejects) < n/8 { // those of one cause are counted
		t.Fatalf("only %d lines rejected", c.Counts.Rejected)
	}
	for _, bad := range c.rejects {
		if !reasons.MatchString(bad.Reason) || bad.Raw != "" {
			t.Errorf("line %d: %q may contain a value", bad.Line, bad.Reason)
		}
		kinds[regexp.MustCompile(`\d+`).ReplaceAllString(bad.Reason, "#")]++
	}
}
