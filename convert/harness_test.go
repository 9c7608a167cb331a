package convert

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// The tests of conversions make their exports from the pieces below. Objects
// are encoded as the server sends them, with their members in order.

type (
	object = map[string]any
	list   = []any
)

const (
	variables   = "https://bluebutton.cms.gov/resources/variables/"
	codesystems = "https://bluebutton.cms.gov/resources/codesystem/"
	usMBI       = "http://hl7.org/fhir/sid/us-mbi"
)

func asJSON(resource object) string {
	text, err := json.Marshal(resource)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// with is a resource with some members in place of its own, or without those
// that are nil.
func with(resource object, members object) object {
	out := maps.Clone(resource)
	maps.Copy(out, members)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

func updated(at string) object { return object{"lastUpdated": at} }

func coding(system, code string) object {
	return object{"coding": list{object{"system": system, "code": code}}}
}

func extension(variable, code string) object {
	return object{"url": variables + variable, "valueCoding": object{"system": variables + variable, "code": code}}
}

// someClaim is a claim of v2 with nothing in it that it need not have.
func someClaim(claimType, id, patient string) object {
	numbers := map[string]string{
		"INPATIENT": "60", "OUTPATIENT": "40", "SNF": "20", "HHA": "10", "HOSPICE": "50", "CARRIER": "71", "DME": "82", "PDE": "PDE",
	}
	return object{
		"resourceType": "ExplanationOfBenefit", "id": strings.ToLower(claimType) + "-" + id, "use": "claim", "status": "active",
		"meta": updated("2024-03-01T00:00:00.000+00:00"),
		"type": object{"coding": list{
			object{"system": variables + "nch_clm_type_cd", "code": numbers[claimType]},
			object{"system": codesystems + "eob-type", "code": claimType},
		}},
		"identifier":     list{object{"system": variables + "clm_id", "value": id}},
		"patient":        object{"reference": "Patient/" + patient},
		"billablePeriod": object{"start": "2024-01-05", "end": "2024-01-07"},
		"item":           list{object{"sequence": 1}},
	}
}

func somePatient(id, mbi string) object {
	return object{
		"resourceType": "Patient", "id": id, "meta": updated("2024-03-01T00:00:00.000+00:00"),
		"identifier": list{
			object{"system": variables + "bene_id", "value": id, "type": coding("http://terminology.hl7.org/CodeSystem/v2-0203", "MB")},
			mbiOf(mbi, "current"),
		},
		"birthDate": "1940-02-29", "gender": "female",
	}
}

func mbiOf(value, currency string) object {
	return object{"system": usMBI, "value": value, "type": object{"coding": list{object{
		"code": "MC", "extension": list{object{"url": codesystems + "identifier-currency", "valueCoding": object{"code": currency}}},
	}}}}
}

func someCoverage(part, patient, status string) object {
	return object{
		"resourceType": "Coverage", "id": "part-" + strings.ToLower(part) + "-" + patient,
		"meta":        updated("2024-03-01T00:00:00.000+00:00"),
		"beneficiary": object{"reference": "Patient/" + patient},
		"class":       list{object{"type": object{"coding": list{object{"code": "plan"}}}, "value": "Part " + part}},
		"extension":   list{extension("ms_cd", status), object{"url": variables + "rfrnc_yr", "valueDate": "2023"}},
		"period":      object{"start": "2005-02-01"},
	}
}

// An export is the files of an export by their names, each with its bytes.
type export map[string]string

// lines is a file of resources.
func lines(resources ...object) string {
	var b strings.Builder
	for _, r := range resources {
		b.WriteString(asJSON(r) + "\n")
	}
	return b.String()
}

// save writes the files to a folder.
func (e export) save(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range e {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A converted is what a conversion gave.
type converted struct {
	*Manifest
	dir     string
	rejects []Reject
}

// convert converts files to CSV. Rejects are any number, and have the bare
// names of their files.
func (e export) convert(t testing.TB, change ...func(*Options)) *converted {
	t.Helper()
	in := e.save(t)
	opts := Options{Inputs: []string{in}, Out: t.TempDir(), Format: CSV, MaxRejects: -1, AllowShrink: true}
	for _, f := range change {
		f(&opts)
	}
	m, err := Run(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	c := &converted{Manifest: m, dir: opts.Out}
	text, err := os.ReadFile(filepath.Join(opts.Out, RejectsFile))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var r Reject
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		r.File = filepath.Base(r.File)
		c.rejects = append(c.rejects, r)
	}
	if (len(c.rejects) > 0) != (err == nil) {
		t.Errorf("%d rejects in %s", len(c.rejects), RejectsFile)
	}
	return c
}

// table reads the rows of a table, as values by label. Values that are not
// there are left out.
func (c *converted) table(t testing.TB, name string) []map[string]string {
	t.Helper()
	var rows []map[string]string
	for _, table := range c.Tables {
		if table.Name != name {
			continue
		}
		for _, file := range table.Files {
			f, err := os.Open(filepath.Join(c.dir, file.Name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			records, err := csv.NewReader(f).ReadAll()
			if err != nil || len(records) == 0 {
				t.Fatalf("%s: %v, without a header", file.Name, err)
			}
			for _, record := range records[1:] {
				row := map[string]string{}
				for i, v := range record {
					if v != "" {
						row[records[0][i]] = v
					}
				}
				rows = append(rows, row)
			}
		}
		if int64(len(rows)) != table.Rows {
			t.Errorf("%s has %d rows, the manifest says %d", name, len(rows), table.Rows)
		}
	}
	return rows
}

// column is one column of a table; "" where there is no value.
func (c *converted) column(t testing.TB, name, label string) []string {
	t.Helper()
	var values []string
	for _, row := range c.table(t, name) {
		values = append(values, row[label])
	}
	return values
}

// difference is cmp.Diff, which takes a hundred times as long as reflect.DeepEqual to
// find that tables are equal.
func difference(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got)
}

// seeds returns the number of rounds of a random test: race with the race detector, and
// without it n, which reach the same code as the twelve of make torture.
func seeds(n, race int) uint64 {
	if os.Getenv("CCLF_TORTURE") != "" {
		return 12
	}
	return uint64(synthtest.UnlessRace(n, race))
}
