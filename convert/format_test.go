package convert

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// An export of v2 in which some values do not fit their fixed-width fields:
// the name of the beneficiary, the id of the second claim, and an amount and a
// modifier of the third.
var misfitExport = []string{
	`{"resourceType":"Patient","id":"-1","meta":{"lastUpdated":"2026-01-15T09:30:00.25Z"},` +
		`"identifier":[{"system":"http://hl7.org/fhir/sid/us-mbi","value":"1S00EU7JH82",` +
		`"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MC"}]}}],` +
		`"name":[{"use":"usual","family":"Núñez","given":["Ana"]}],"gender":"female","birthDate":"1940-02-29"}`,
	supplierClaim("1", "2188888888", `{"sequence":1,"adjudication":[`+amountOf("line_nch_pmt_amt", "-12.3")+`]}`),
	``,
	`{"resourceType":"ExplanationOfBenefit"}`,
	supplierClaim("2", "-10000930037921", `{"sequence":1},{"sequence":2,"adjudication":[`+amountOf("line_nch_pmt_amt", "100")+`]}`),
	supplierClaim("3", "2188888890", `{"sequence":1,"productOrService":{"coding":[`+
		`{"system":"https://bluebutton.cms.gov/resources/codesystem/hcpcs","code":"E0601-1"}]},`+
		`"adjudication":[`+amountOf("line_alowd_chrg_amt", "12345678901234.56")+`]}`),
}

var apiOfExport = schema.V2

func supplierClaim(id, claimID, items string) string {
	return `{"resourceType":"ExplanationOfBenefit","id":"dme-` + id + `","meta":{"lastUpdated":"2026-01-10T00:00:00Z"},` +
		`"status":"active","type":{"coding":[` +
		`{"system":"https://bluebutton.cms.gov/resources/variables/nch_clm_type_cd","code":"82"},` +
		`{"system":"https://bluebutton.cms.gov/resources/codesystem/eob-type","code":"DME"}]},` +
		`"identifier":[{"system":"https://bluebutton.cms.gov/resources/variables/clm_id","value":"` + claimID + `"}],` +
		`"patient":{"reference":"Patient/-1"},"billablePeriod":{"start":"2025-02-03","end":"2025-02-04"},` +
		`"item":[` + items + `]}`
}

func amountOf(variable, value string) string {
	return `{"category":{"coding":[{"system":"https://bluebutton.cms.gov/resources/codesystem/adjudication",` +
		`"code":"https://bluebutton.cms.gov/resources/variables/` + variable + `"}]},"amount":{"value":` + value + `}}`
}

// writeLines puts lines into a file and returns its name.
func writeLines(t *testing.T, lines []string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "export.ndjson")
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// convertTo converts to a folder and returns the manifest.
func convertTo(t *testing.T, out string, opts Options) *Manifest {
	t.Helper()
	opts.Out, opts.API = out, &apiOfExport
	if opts.MaxRejects == 0 {
		opts.MaxRejects = -1
	}
	m, err := Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// readTree reads all files below a folder, and checks that nobody else can.
func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 && name != dir {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestFixedFiles(t *testing.T) {
	in := writeLines(t, misfitExport)
	out := t.TempDir()
	m := convertTo(t, out, Options{Inputs: []string{in}, Format: Fixed, KeepRejectedLines: true})
	files := readTree(t, out)

	// The files of CMS, flat, and side tables as CSV.
	var want []string
	for _, c := range "0123456789AB" {
		want = append(want, "CCLF"+string(c))
	}
	want = append(want, ManifestFile, RejectsFile)
	for _, o := range outputs() {
		if o.table.Side && !o.partial {
			want = append(want, o.dir+"/part-00000.csv")
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, names(t, out)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if m.Layout != "v36" {
		t.Errorf("layout %q in the manifest", m.Layout)
	}

	lines := strings.Split(strings.TrimSuffix(files["CCLF6"], "\n"), "\n")
	table := schema.Lookup("cclf6")
	type record struct{ id, line, hcpcs, paid, allowed string }
	var got []record
	for _, line := range lines {
		if len(line) != table.RecordLength() {
			t.Errorf("a record of %d bytes, want %d", len(line), table.RecordLength())
		}
		at := func(label string) string {
			f := table.Field(label)
			return line[f.Start-1 : f.End]
		}
		got = append(got, record{at("CUR_CLM_UNIQ_ID"), at("CLM_LINE_NUM"), at("CLM_LINE_HCPCS_CD"),
			at("CLM_LINE_CVRD_PD_AMT"), at("CLM_LINE_ALOWD_CHRG_AMT")})
	}
	none13, none15, none17 := strings.Repeat(" ", 13), strings.Repeat(" ", 15), strings.Repeat(" ", 17)
	records := []record{
		{"0002188888888", "0000000001", "     ", "-00000000012.30", none17},
		{none13, "0000000001", "     ", none15, none17},
		{none13, "0000000002", "     ", " 00000000100.00", none17},
		{"0002188888890", "0000000001", "     ", none15, none17},
	}
	if diff := cmp.Diff(records, got, cmp.AllowUnexported(record{})); diff != "" {
		t.Errorf("CCLF6 (-want +got):\n%s", diff)
	}
	if want := "CCLF6  |Part B DME File                            |          4|  247 \n"; !strings.Contains(files["CCLF0"], want) {
		t.Errorf("CCLF0 lacks %q:\n%s", want, files["CCLF0"])
	}

	// Values that did not fit are reported with their places.
	const blank = "; the field is blank"
	misfits := []Misfit{
		{File: in, Line: 5, Table: "cclf6", Row: 2, Label: "CUR_CLM_UNIQ_ID", Reason: "a value of 15 characters in a field of 13" + blank, Raw: "-10000930037921"},
		{File: in, Line: 5, Table: "cclf6", Row: 3, Label: "CUR_CLM_UNIQ_ID", Reason: "a value of 15 characters in a field of 13" + blank, Raw: "-10000930037921"},
		{File: in, Line: 6, Table: "cclf6", Row: 4, Label: "CLM_LINE_HCPCS_CD", Reason: "a value of 7 characters in a field of 5" + blank, Raw: "E0601-1"},
		{File: in, Line: 6, Table: "cclf6", Row: 4, Label: "CLM_LINE_ALOWD_CHRG_AMT", Reason: "a number of 14 digits before the point in a field of 13" + blank, Raw: "12345678901234.56"},
		{File: in, Line: 1, Table: "cclf8", Row: 1, Label: "BENE_LAST_NAME", Reason: "a value with characters other than those of ASCII" + blank, Raw: "Núñez"},
	}
	var told []Misfit
	for line := range strings.Lines(files[RejectsFile]) {
		var bad Misfit
		if err := json.Unmarshal([]byte(line), &bad); err != nil {
			t.Fatal(err)
		}
		if bad.Table != "" && bad.Table != "cclfb" {
			told = append(told, bad)
		}
	}
	if diff := cmp.Diff(misfits, told); diff != "" {
		t.Errorf("misfits (-want +got):\n%s", diff)
	}
	if m.Counts.Rejected != 1 || m.Counts.Misfits != int64(strings.Count(files[RejectsFile], "\n"))-1 {
		t.Errorf("counts %+v", m.Counts)
	}

	// Values are shown on request only.
	silent := t.TempDir()
	convertTo(t, silent, Options{Inputs: []string{in}, Format: Fixed})
	if text := readTree(t, silent)[RejectsFile]; strings.Contains(text, "E0601") {
		t.Errorf("%s tells values:\n%s", RejectsFile, text)
	}
}

// TestDelivery checks that the zip file of an ACO has the same files as there
// are without one.
func TestDelivery(t *testing.T) {
	in := writeLines(t, misfitExport)
	plain, packed := t.TempDir(), t.TempDir()
	convertTo(t, plain, Options{Inputs: []string{in}, Format: Fixed})
	m := convertTo(t, packed, Options{Inputs: []string{in}, Format: Fixed, Fixed: FixedOptions{ACO: "A1234"}})
	want := readTree(t, plain)

	// The newest update is that of the Patient.
	const name = "P.A1234.ACO.ZCY26.D260115.T0930002.zip"
	r, err := zip.OpenReader(filepath.Join(packed, name))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if len(r.File) != 12 {
		t.Errorf("%d files in %s", len(r.File), name)
	}
	for _, f := range r.File {
		number, ok := strings.CutPrefix(strings.TrimSuffix(f.Name, "Y26.D260115.T0930002"), "P.A1234.ACO.ZC")
		if !ok || len(number) != 1 {
			t.Errorf("a file %s", f.Name)
			continue
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(in) // which checks the sum too
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want["CCLF"+number], string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
		if at := time.Date(2026, 1, 15, 9, 30, 0, 0, time.UTC); !f.Modified.Equal(at) || f.Mode() != 0o600 {
			t.Errorf("%s: %v, mode %v", f.Name, f.Modified, f.Mode())
		}
	}
	file := m.Tables[0].Files[0]
	if file.Name != name || file.Member != "P.A1234.ACO.ZC1Y26.D260115.T0930002" || file.Size <= 0 {
		t.Errorf("manifest: %+v", file)
	}
	for file := range readTree(t, packed) {
		if strings.Contains(file, "CCLF") {
			t.Errorf("%s beside the zip file", file)
		}
	}
}

func TestLayoutV43(t *testing.T) {
	event := `{"resourceType":"ExplanationOfBenefit","id":"pde-1","status":"active",` +
		`"type":{"coding":[{"system":"https://bluebutton.cms.gov/resources/codesystem/eob-type","code":"PDE"}]},` +
		`"patient":{"reference":"Patient/-1"},"careTeam":[{"sequence":1,"role":{"coding":[{"code":"prescribing"}]},` +
		`"provider":{"identifier":{"value":"12345678901234567890-25"}}}]}`
	in := writeLines(t, []string{event})
	for _, tt := range []struct {
		layout  schema.Layout
		length  int
		misfits int64
		id      string
	}{
		{schema.LayoutV36, 195, 1, ""},
		{schema.LayoutV43, 230, 0, fmt.Sprintf("%-35s", "12345678901234567890-25")},
	} {
		out := t.TempDir()
		m := convertTo(t, out, Options{Inputs: []string{in}, Format: Fixed, Fixed: FixedOptions{Layout: tt.layout}})
		files := readTree(t, out)
		record := strings.TrimSuffix(files["CCLF7"], "\n")
		if len(record) != tt.length || record[117:137] != strings.Repeat(" ", 20) || record[195:] != tt.id {
			t.Errorf("%s: a record of %d bytes: %q", tt.layout, len(record), record)
		}
		if m.Counts.Misfits != tt.misfits || m.Layout != tt.layout.String() {
			t.Errorf("%s: %d misfits, layout %s", tt.layout, m.Counts.Misfits, m.Layout)
		}
		if want := fmt.Sprintf("|          1|  %d \n", tt.length); !strings.Contains(files["CCLF0"], want) {
			t.Errorf("%s: CCLF0 lacks %q:\n%s", tt.layout, want, files["CCLF0"])
		}
	}
}

// openArrow opens an Arrow file until the test ends.
func openArrow(t *testing.T, name string) *ipc.FileReader {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ipc.NewFileReader(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.Close()
		f.Close()
	})
	return r
}

// TestArrow compares the Arrow files with the CSV files.
func TestArrow(t *testing.T) {
	synthtest.WithoutRace(t)
	in := writeLines(t, misfitExport)
	asCSV, asArrow := t.TempDir(), t.TempDir()
	convertTo(t, asCSV, Options{Inputs: []string{in}, Format: CSV})
	m := convertTo(t, asArrow, Options{Inputs: []string{in}, Format: Arrow})
	for _, listed := range m.Tables {
		o := outputs()[slices.IndexFunc(outputs(), func(o output) bool { return o.dir == listed.Name })]
		r := openArrow(t, filepath.Join(asArrow, listed.Files[0].Name))
		if !r.Schema().Equal(table.Schema(o.table)) {
			t.Errorf("%s: schema %s", o.dir, r.Schema())
		}
		field := r.Schema().Field(0)
		if got, _ := field.Metadata.GetValue("description"); got != o.table.Fields[0].Description {
			t.Errorf("%s: %s is described as %q", o.dir, field.Name, got)
		}
		var got bytes.Buffer
		e, err := encode.NewCSV(&got, &encode.File{Schema: r.Schema()})
		if err != nil {
			t.Fatal(err)
		}
		err = eachBatch(r, func(rec arrow.RecordBatch) error { return e.Write(rec.Columns()) })
		if err := errors.Join(err, e.Close()); err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(partPath(t, asCSV, o.dir, CSV))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s (-csv +arrow):\n%s", o.dir, diff)
		}
	}
}

func eachBatch(r *ipc.FileReader, use func(arrow.RecordBatch) error) error {
	for i := range r.NumRecords() {
		rec, err := r.RecordBatch(i)
		if err != nil {
			return err
		}
		if err := use(rec); err != nil {
			return err
		}
	}
	return nil
}

// manyClaims is an export of several chunks.
func manyClaims() []string {
	lines := slices.Clone(misfitExport)
	note := strings.Repeat("x", 2000) // which makes the lines as long as real ones
	for i := range 2500 {
		lines = append(lines, supplierClaim(fmt.Sprint(100+i), fmt.Sprint(3000000000+i),
			`{"sequence":1,"note":"`+note+`","adjudication":[`+amountOf("line_nch_pmt_amt", fmt.Sprintf("%d.5", i))+`]}`))
		if i%500 == 0 {
			lines = append(lines, misfitExport[4], "no JSON")
		}
	}
	return lines
}

// fakeExport replaces DuckDB: it lists the files that it is given.
func fakeExport(_ context.Context, tables, file string) error {
	var list []string
	err := filepath.WalkDir(tables, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(tables, name)
			list = append(list, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(strings.Join(list, "\n")), 0o600)
}

// TestFormatsDeterministic checks that files do not depend on the number of
// workers.
func TestFormatsDeterministic(t *testing.T) {
	synthtest.WithoutRace(t)
	in := writeLines(t, manyClaims())
	for _, opts := range []Options{
		{Format: Parquet}, {Format: CSV}, {Format: Arrow}, {Format: Fixed},
		{Format: Fixed, Fixed: FixedOptions{ACO: "D0123", Layout: schema.LayoutV43}},
		{Format: DuckDB, Export: fakeExport},
	} {
		t.Run(string(opts.Format)+opts.Fixed.ACO, func(t *testing.T) {
			opts.Inputs = []string{in}
			var first map[string]string
			for _, jobs := range []int{1, 4} {
				opts.Jobs = jobs
				out := t.TempDir()
				convertTo(t, out, opts)
				files := readTree(t, out)
				if first == nil {
					first = files
					continue
				}
				if !maps.Equal(first, files) {
					for name := range files {
						if files[name] != first[name] {
							t.Errorf("%s differs with %d workers", name, jobs)
						}
					}
				}
			}
		})
	}
}

// TestChangeFormat writes one format over another, and checks that only the
// last is there.
func TestChangeFormat(t *testing.T) {
	in := writeLines(t, misfitExport)
	out := t.TempDir()
	var sets []Options
	for _, format := range Formats() {
		sets = append(sets, Options{Format: format})
	}
	sets = append(sets, Options{Format: Fixed, Fixed: FixedOptions{ACO: "A1234"}}, Options{Format: CSV})
	for _, opts := range sets {
		opts.Inputs, opts.Overwrite = []string{in}, true
		if opts.Format == DuckDB {
			opts.Export = fakeExport
		}
		m := convertTo(t, out, opts)
		want := map[string]bool{ManifestFile: true, RejectsFile: true, lockFile: true}
		folders := map[string]bool{}
		files := slices.Clone(m.Files)
		for _, table := range m.Tables {
			files = append(files, table.Files...)
		}
		for _, f := range files {
			want[f.Name] = true
			folders[path.Dir(f.Name)] = true
		}
		got := readTree(t, out)
		for name := range got {
			if !want[name] {
				t.Errorf("%s: %s is left over", opts.Format, name)
			}
			delete(want, name)
		}
		for name := range want {
			t.Errorf("%s: no %s", opts.Format, name)
		}
		entries, err := os.ReadDir(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() && !folders[e.Name()] {
				t.Errorf("%s: an empty folder %s", opts.Format, e.Name())
			}
		}
	}
}

func TestFormatErrors(t *testing.T) {
	in := writeLines(t, misfitExport)
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		opts Options
		want error
	}{
		"too many misfits": {Options{Format: Fixed, MaxRejects: 3}, ErrTooManyRejects},
		"no DuckDB":        {Options{Format: DuckDB, MaxRejects: -1}, ErrOptions},
		"DuckDB fails": {Options{Format: DuckDB, MaxRejects: -1, Export: func(_ context.Context, _, file string) error {
			return errors.Join(os.WriteFile(file, []byte("half"), 0o600), broken)
		}}, broken},
		"unknown format": {Options{Format: "xlsx", MaxRejects: -1}, ErrOptions},
		"ACO of Parquet": {Options{Format: Parquet, MaxRejects: -1, Fixed: FixedOptions{ACO: "A1234"}}, ErrOptions},
		"no run date": {Options{Inputs: []string{writeLines(t, []string{`{"resourceType":"Patient","id":"1"}`})},
			Format: Fixed, MaxRejects: -1, Fixed: FixedOptions{ACO: "A1234"}}, ErrOptions},
	} {
		out := t.TempDir()
		tt.opts.Out, tt.opts.API = out, &apiOfExport
		if tt.opts.Inputs == nil {
			tt.opts.Inputs = []string{in}
		}
		if _, err := Run(t.Context(), tt.opts); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if files := names(t, out); len(files) > 0 {
			t.Errorf("%s left files: %v", name, files)
		}
	}
}
