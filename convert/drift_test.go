package convert

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// driftOf converts resources, and returns what was seen that has no column.
func driftOf(t *testing.T, lines []string, jobs int) *Manifest {
	t.Helper()
	in := filepath.Join(t.TempDir(), "in.ndjson")
	if err := os.WriteFile(in, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Run(t.Context(), Options{AllowShrink: true, Inputs: []string{in}, Out: t.TempDir(), Format: CSV, Jobs: jobs, MaxRejects: -1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// claimWith is a carrier claim of v2 with more in it.
func claimWith(id int, more string) string {
	return fmt.Sprintf(`{"resourceType":"ExplanationOfBenefit","id":"carrier-%d","meta":{"lastUpdated":"2024-01-01T00:00:00Z"},`+
		`"use":"claim","status":"active","type":{"coding":[{"system":"https://bluebutton.cms.gov/resources/codesystem/eob-type","code":"CARRIER"}]},`+
		`"identifier":[{"system":"https://bluebutton.cms.gov/resources/variables/clm_id","value":"%d"}],`+
		`"patient":{"reference":"Patient/1"},"item":[{"sequence":1}]%s}`, id, id, more)
}

// TestNewElements finds what is new wherever it is, and only that.
func TestNewElements(t *testing.T) {
	synthtest.WithoutRace(t)
	const ext = "https://bluebutton.cms.gov/resources/variables/brand_new"
	tests := map[string]struct {
		more string
		want []Unmapped
	}{
		"nothing": {``, nil},
		"known": {`,"extension":[{"url":"https://bluebutton.cms.gov/resources/variables/carr_num",` +
			`"valueIdentifier":{"system":"https://bluebutton.cms.gov/resources/variables/carr_num","value":"1"}}]`, nil},
		"extension": {`,"extension":[{"url":"` + ext + `","valueString":"x"},{"valueString":"y","url":"` + ext + `"}]`, []Unmapped{
			{Kind: "extension", Path: "extension", Name: ext, Count: 2},
		}},
		"below members that no path names": {`,"processNote":{"a":[{"_text":{"extension":{"url":"` + ext + `"}}}]}`, []Unmapped{
			{Kind: "extension", Path: "processNote.a._text.extension", Name: ext, Count: 1},
		}},
		"modifier and inner extensions": {`,"modifierExtension":[{"url":"http://a.org/b","extension":[{"url":"inner"}]}]`, []Unmapped{
			{Kind: "extension", Path: "modifierExtension", Name: "http://a.org/b", Count: 1},
			{Kind: "extension", Path: "modifierExtension.extension", Name: "(withheld: not like a URL of a system)", Count: 1},
		}},
		"category": {`,"supportingInfo":[{"sequence":9,"category":{"coding":[{"code":"brandnew","system":"http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType"}]}}]`, []Unmapped{
			{Kind: "category", Path: "supportingInfo.category.coding", System: "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType", Name: "brandnew", Count: 1},
		}},
		"a category without a system": {`,"supportingInfo":[{"category":{"coding":[{"code":"brandnew"}]}}]`, []Unmapped{
			{Kind: "category", Path: "supportingInfo.category.coding", Name: "brandnew", Count: 1},
		}},
		"a category that is a value": {`,"item":[{"sequence":2,"category":{"coding":[{"code":"Smith","system":"http://a.org/types"}]}}]`, []Unmapped{
			{Kind: "system", Path: "item.category.coding", Name: "http://a.org/types", Count: 1},
		}},
		"a system where any is read": {`,"diagnosis":[{"sequence":1,"diagnosisCodeableConcept":{"coding":[{"system":"http://a.org/icd-12","code":"X"}]}}]`, []Unmapped{
			{Kind: "system", Path: "diagnosis.diagnosisCodeableConcept.coding", Name: "http://a.org/icd-12", Count: 1},
		}},
		"an escaped URL": {`,"extension":[{"\u0075rl":"http:\/\/a.org\/b"}]`, []Unmapped{
			{Kind: "extension", Path: "extension", Name: "http://a.org/b", Count: 1},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for i := range test.want {
				test.want[i].API, test.want[i].Resource, test.want[i].New = "v2", "ExplanationOfBenefit", true
			}
			m := driftOf(t, []string{claimWith(1, test.more)}, 1)
			if m.Counts.Rejected > 0 {
				t.Fatalf("%d lines rejected", m.Counts.Rejected)
			}
			if diff := cmp.Diff(test.want, m.New()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestDriftIsExact counts the same whatever was remembered, and however many
// workers there are: a new element in the last of many resources that are alike
// is found, and the counts are those of a plain walk.
func TestDriftIsExact(t *testing.T) {
	synthtest.WithoutRace(t)
	dir := t.TempDir()
	if _, err := synth.Write(context.Background(), synth.Options{Dir: dir, API: "v2", Beneficiaries: 20, Traps: true}); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	var lines []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Split(strings.TrimSpace(string(text)), "\n")...)
	}
	lines = append(lines, claimWith(1, `,"extension":[{"url":"http://a.org/last"}]`))
	want := driftOf(t, lines, 1)
	if fresh := want.New(); len(fresh) != 1 || fresh[0].Name != "http://a.org/last" || fresh[0].Count != 1 {
		t.Errorf("new elements: %+v", fresh)
	}
	if len(want.Unmapped) < 100 {
		t.Errorf("%d kinds of elements", len(want.Unmapped))
	}
	for _, jobs := range []int{5, 2} {
		if diff := cmp.Diff(want.Unmapped, driftOf(t, lines, jobs).Unmapped); diff != "" {
			t.Errorf("%d workers (-one +many):\n%s", jobs, diff)
		}
	}
	// A line that is no JSON, or that was walked with the program of another
	// type first, counts nothing, or once.
	var mixed []string
	for i := 0; i < len(lines); i += 50 {
		mixed = append(mixed, lines[i])
	}
	single := map[Unmapped]int64{}
	for _, line := range mixed {
		for _, u := range driftOf(t, []string{line}, 1).Unmapped {
			count := u.Count
			u.Count = 0
			single[u] += count
		}
	}
	slices.Reverse(mixed)
	together := map[Unmapped]int64{}
	for _, u := range driftOf(t, append(mixed, mixed[0][:len(mixed[0])-1]+"]"), 1).Unmapped {
		count := u.Count
		u.Count = 0
		together[u] += count
	}
	if diff := cmp.Diff(single, together); diff != "" {
		t.Errorf("one by one and together (-one +together):\n%s", diff)
	}
}

// TestDriftShowsNoValues puts values of claims in the places of names. None is in
// the manifest.
func TestDriftShowsNoValues(t *testing.T) {
	synthtest.WithoutRace(t)
	values := []string{
		"1EG4TE5MK73", "1EG4-TE5-MK73", "-10000010288391", "1949-12-24", "123-45-6789", "Smith, John", "John Smith",
		"http://a.org/Patient/19990000001", "http://a.org/mbi/1EG4TE5MK73", "http://a.org/x?mbi=1EG4TE5MK73",
		"http://user@a.org/x", "http://a.org/Patient/smith", "urn:uuid:6a0a1a53-8a4f-4e5c-9a3e-1f0c2d3e4f50", "urn:oid:1.2.123456789",
		"http://a.org/" + strings.Repeat("x", 300), "555-867-5309", "http://a.org/John%20Smith", "\u202e\x1b[31m",
	}
	for _, value := range values {
		quoted := fmt.Sprintf("%q", value)
		if strings.ContainsAny(value, "\u202e\x1b") {
			quoted = `"\u202e\u001b[31m"`
		}
		m := driftOf(t, []string{claimWith(1, `,"extension":[{"url":`+quoted+`,"extension":[{"url":`+quoted+`}]}],`+
			`"identifier":[{"system":`+quoted+`,"value":"1"}],`+
			`"supportingInfo":[{"category":{"coding":[{"system":`+quoted+`,"code":`+quoted+`}]}}],`+
			quoted+`:{"extension":[{"url":"http://a.org/b"}]}`)}, 1)
		if len(m.New()) < 4 {
			t.Errorf("%q: %d new elements", value, len(m.New()))
		}
		for _, u := range m.Unmapped {
			for _, shown := range []string{u.Path, u.System, u.Name} {
				if strings.Contains(shown, value) || strings.ContainsAny(shown, "0123456789\x1b?@%") {
					t.Errorf("%q shows in %+v", value, u)
				}
			}
		}
	}
}

// TestDriftIsBounded lists a bounded number of new elements, the same ones in any
// order of the input.
func TestDriftIsBounded(t *testing.T) {
	synthtest.WithoutRace(t)
	word := func(i int) string {
		b := []byte("http://a.org/....")
		for k := range 4 {
			b[len(b)-1-k] = 'a' + byte(i%26)
			i /= 26
		}
		return string(b)
	}
	const mostNew = 1000 // new elements that are listed
	const kinds = 5*mostNew + 7
	var lines []string
	for i := range kinds {
		lines = append(lines, claimWith(i, fmt.Sprintf(`,%q:{"extension":[{"url":%q}]}`, strings.ReplaceAll(word(i)[13:], ".", "a"), word(i))))
	}
	want := driftOf(t, lines, 1)
	if len(want.New()) != mostNew || want.UnlistedElements != kinds-mostNew {
		t.Fatalf("%d listed, %d not", len(want.New()), want.UnlistedElements)
	}
	slices.Reverse(lines)
	got := driftOf(t, lines, 3)
	if diff := cmp.Diff(want.Unmapped, got.Unmapped); diff != "" || got.UnlistedElements != want.UnlistedElements {
		t.Errorf("another order (-first +this):\n%s", diff)
	}
}

// TestMissingMarks reports a mark that no resource has, and none when one has it.
func TestMissingMarks(t *testing.T) {
	synthtest.WithoutRace(t)
	without := strings.Replace(claimWith(1, ""), `"codesystem/eob-type"`, "", 1)
	without = strings.Replace(without, "codesystem/eob-type", "codesystem/eob-kind", 1)
	want := []MissingMark{{
		API: "v2", Resource: "ExplanationOfBenefit", Mark: "the claim type (coding eob-type)",
		Expr: "type.coding[system=bbc:eob-type].code", Resources: 2,
	}}
	if diff := cmp.Diff(want, driftOf(t, []string{without, without}, 1).Missing); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := driftOf(t, []string{without, claimWith(2, "")}, 1).Missing; got != nil {
		t.Errorf("one has it: %+v", got)
	}
}

// TestNothingIsNew converts synthetic exports of all versions, and CMS's samples
// if they are there: all that is in them is known.
func TestNothingIsNew(t *testing.T) {
	synthtest.WithoutRace(t)
	sets := map[string]string{}
	for _, api := range schema.APIs {
		dir := t.TempDir()
		if _, err := synth.Write(context.Background(), synth.Options{Dir: dir, API: api.String(), Beneficiaries: 60, Traps: true}); err != nil {
			t.Fatal(err)
		}
		sets["synthetic "+api.String()] = dir
	}
	samples, err := filepath.Glob("../../shared/samples/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range samples {
		sets[dir] = dir
	}
	for name, dir := range sets {
		for _, profile := range []Profile{PlainCCLF, Tuva} {
			m, err := Run(t.Context(), Options{Inputs: []string{dir}, Out: t.TempDir(), Format: CSV, Profile: profile, MaxRejects: -1})
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range m.New() {
				t.Errorf("%s, profile %q: new: %+v", name, profile, u)
			}
			for _, mark := range m.Missing {
				t.Errorf("%s, profile %q: missing: %+v", name, profile, mark)
			}
		}
	}
}
