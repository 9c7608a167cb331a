package convert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/internal/table"
)

func repeated(n int, element func(i int) object) (all list) {
	for i := range n {
		all = append(all, element(i))
	}
	return all
}

// TestLimits converts claims at a limit and beyond it. What is beyond is
// rejected whole, and the next claim is read.
func TestLimits(t *testing.T) {
	claim := func(members object) object { return with(someClaim("CARRIER", "1", "p"), members) }
	careTeam := repeated(3, func(int) object { return object{"sequence": 1} })
	refers := func(n int) list {
		return repeated(n, func(i int) object { return object{"sequence": i + 1, "careTeamSequence": list{1}} })
	}
	for _, tt := range []struct {
		limit  string
		most   int
		good   object
		bad    object
		reason string
	}{
		{"item", 3, object{"item": repeated(3, func(int) object { return object{} })},
			object{"item": repeated(4, func(int) object { return object{} })}, "more than 3 elements in item"},
		{"diagnosis", 2, object{"diagnosis": repeated(2, func(int) object { return object{} })},
			object{"diagnosis": repeated(3, func(int) object { return object{} })}, "more than 2 elements in diagnosis"},
		{"elements", 2, object{"careTeam": careTeam}, nil, ""}, // has a limit of its own
		{"careTeam", 3, object{"careTeam": careTeam}, object{"careTeam": slices.Concat(careTeam, careTeam)}, "more than 3 elements in careTeam"},
		{"text", 400, object{"disposition": strings.Repeat("x", 400)}, object{"disposition": strings.Repeat("x", 401)}, "cclf5.CLM_DISP_CD: a text of more than 400 bytes"}, // longer than SOURCE_FILE
		{"references", 500, object{"careTeam": careTeam, "item": refers(1)}, object{"careTeam": careTeam, "item": refers(100)},
			"more than 500 references between its elements"},
		{"bytes", 1000, object{"x": strings.Repeat("x", 300)}, object{"x": strings.Repeat("x", 1000)}, "a resource of more than 1000 bytes"},
	} {
		limits := func(o *Options) { o.Limits = Limits{tt.limit: tt.most} }
		if c := (export{"in.ndjson": lines(claim(tt.good))}).convert(t, limits); len(c.rejects) > 0 {
			t.Errorf("%s at its limit: %s", tt.limit, c.rejects[0].Reason)
		}
		if tt.bad == nil {
			continue
		}
		c := export{"in.ndjson": lines(claim(tt.bad), with(claim(tt.good), object{"id": "after"}))}.convert(t, limits)
		if len(c.rejects) != 1 || c.rejects[0].Reason != tt.reason || c.rejects[0].Line != 1 {
			t.Errorf("%s beyond its limit: rejects %+v, want %q", tt.limit, c.rejects, tt.reason)
		}
		if got := c.column(t, "claims", "RESOURCE_ID"); !slices.Equal(got, []string{"after"}) {
			t.Errorf("%s beyond its limit: claims %q, want the next one only", tt.limit, got)
		}
	}
	for name, limits := range map[string]Limits{"an unknown name": {"lines": 1}, "zero": {"item": 0}, "too many bytes": {"bytes": 1 << 40}} {
		_, err := Run(t.Context(), Options{Inputs: []string{"."}, Out: filepath.Join(t.TempDir(), "out"), Limits: limits})
		if !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v, want %v", name, err, ErrOptions)
		}
	}
}

// TestDefaultLimits makes sure that the longest claims that there can be are
// converted.
func TestDefaultLimits(t *testing.T) {
	synthtest.WithoutRace(t)
	const most = 1000 // lines; the claim systems take 450
	claim := with(someClaim("INPATIENT", "1", "p"), object{
		"item": repeated(most, func(i int) object {
			return object{"sequence": i + 1, "careTeamSequence": list{3*i + 1, 3*i + 2, 3*i + 3}, "diagnosisSequence": list{1, 2, 3, 4}}
		}),
		"careTeam": repeated(3*most, func(i int) object {
			return object{"sequence": i + 1, "role": coding("x", "performing"), "provider": object{"identifier": object{"value": "1"}}}
		}),
		"diagnosis": repeated(60, func(i int) object {
			return object{"sequence": i + 1, "diagnosisCodeableConcept": coding("http://hl7.org/fhir/sid/icd-10-cm", fmt.Sprint("A", i))}
		}),
	})
	for _, profile := range []Profile{PlainCCLF, Tuva} {
		c := export{"in.ndjson": lines(claim, with(claim, object{"id": "2", "type": someClaim("CARRIER", "1", "p")["type"]}))}.convert(t, func(o *Options) { o.Profile = profile })
		if len(c.rejects) > 0 {
			t.Errorf("profile %q: %s", profile, c.rejects[0].Reason)
		}
	}
}

// TestLargeNumbers joins elements by numbers that are large, negative, text, written
// with a fraction of zeros, or missing as by small ones.
func TestLargeNumbers(t *testing.T) {
	member := func(number any, npi string) object {
		m := object{"role": coding("x", "performing"), "provider": object{"identifier": object{
			"value": npi, "type": coding("http://terminology.hl7.org/CodeSystem/v2-0203", "npi"),
		}}}
		if number != nil {
			m["sequence"] = number
		}
		return m
	}
	written := 0
	for name, number := range map[string]func(n int) any{
		"small":    func(n int) any { return n },
		"large":    func(n int) any { return 1_000_000_000_000 + n },
		"negative": func(n int) any { return -n },
		"mixed": func(n int) any { // the same number, written in two ways
			if written++; written%2 == 0 {
				return json.RawMessage(fmt.Sprintf("%d.0", n))
			}
			return n
		},
	} {
		claim := with(someClaim("CARRIER", "1", "p"), object{
			"careTeam": list{
				member(number(1), "first"), member(number(2), "second"), member(nil, "none"), member(number(2), "twin"), member(number(9000), "last"),
			},
			"item": list{
				object{"sequence": 1, "careTeamSequence": list{number(2)}}, object{"sequence": 2, "careTeamSequence": list{number(9000)}},
				object{"sequence": 3, "careTeamSequence": list{number(5), number(1)}}, object{"sequence": 4, "careTeamSequence": list{number(7)}},
			},
		})
		c := export{"in.ndjson": lines(claim)}.convert(t)
		want := []string{"second", "last", "first", ""}
		if got := c.column(t, "cclf5", "RNDRG_PRVDR_NPI_NUM"); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestParts makes the results of chunks in small parts, with several workers, and
// compares the data set with that of whole results.
func TestParts(t *testing.T) {
	files := mixedExport(t)
	for i := range 20 {
		files["large.ndjson"] += lines(with(someClaim("CARRIER", fmt.Sprint("large", i), "p"), object{
			"item": repeated(400, func(i int) object { return object{"sequence": i} }),
		}))
	}
	in := files.save(t)
	var want map[string][]byte
	for _, tt := range []struct{ cells, jobs int }{{0, 1}, {1, 4}, {1, 1}, {3 * table.PageCells, 3}}[:synthtest.UnlessRace(4, 2)] {
		out := filepath.Join(t.TempDir(), "out")
		_, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, Format: CSV, MaxRejects: -1, AllowPartial: true, Jobs: tt.jobs, resultCells: tt.cells})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][]byte{}
		err = filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			got[strings.TrimPrefix(path, out)], err = os.ReadFile(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
			continue
		}
		for name := range want {
			if !bytes.Equal(got[name], want[name]) {
				t.Errorf("%d cells a part, %d workers: %s differs", tt.cells, tt.jobs, name)
			}
		}
	}
}
