package convert

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// TestVersions has one resource in several versions. Which one counts depends
// on their updates, and on their order only where those do not tell.
func TestVersions(t *testing.T) {
	synthtest.WithoutRace(t)
	const old, new = "2024-03-01T00:00:00.000+00:00", "2024-03-01T00:00:00.001+00:00"
	type version struct {
		at   any // update
		mark string
	}
	// Each resource type shows its mark in a column.
	kinds := []struct {
		name, table, label string
		resource           func(mark string) object
	}{
		{"EOB", "cclf5", "CLM_DISP_CD", func(mark string) object {
			return with(someClaim("CARRIER", "1", "p"), object{"disposition": mark})
		}},
		{"Patient", "cclf8", "BENE_LAST_NAME", func(mark string) object {
			return with(somePatient("p", "1S00A00AA00"), object{"name": list{object{"family": mark}}})
		}},
		{"MBI", "cclf5", "BENE_MBI_ID", func(mark string) object { return somePatient("p", mark) }},
		{"Coverage", "cclf8", "BENE_MDCR_STUS_CD", func(mark string) object { return someCoverage("A", "p", mark) }},
	}
	for _, tt := range []struct {
		name     string
		versions []version
		want     string
	}{
		{"one", []version{{old, "1"}}, "1"},
		{"the newer last", []version{{old, "1"}, {new, "2"}}, "2"},
		{"the newer first", []version{{new, "2"}, {old, "1"}}, "2"},
		{"the newest between", []version{{old, "1"}, {new, "3"}, {old, "2"}}, "3"},
		{"equally new", []version{{old, "1"}, {old, "2"}}, "2"},
		{"equally new, four times", []version{{new, "1"}, {old, "2"}, {new, "3"}, {old, "4"}}, "3"},
		{"in another time zone", []version{{"2024-03-01T01:00:00.000+00:00", "2"}, {"2024-03-01T01:30:00.000+01:00", "1"}}, "2"},
		{"without a fraction", []version{{"2024-03-01T00:00:01Z", "2"}, {"2024-03-01T00:00:00.999Z", "1"}}, "2"},
		{"without update", []version{{old, "1"}, {nil, "2"}}, "1"},
		{"both without update", []version{{nil, "1"}, {nil, "2"}}, "2"},
		{"with an update that is none", []version{{old, "1"}, {"yesterday", "2"}}, "1"},
		{"from the far past", []version{{"0001-01-01T00:00:00Z", "1"}, {old, "2"}, {"0001-01-01T00:00:00Z", "3"}}, "2"},
		{"from the far future", []version{{"9999-12-31T23:59:59Z", "2"}, {old, "1"}}, "2"},
	} {
		for _, k := range kinds {
			t.Run(tt.name+", "+k.name, func(t *testing.T) {
				t.Parallel()
				var together, tail strings.Builder
				apart := export{}
				for i, v := range tt.versions {
					resource := with(k.resource(v.mark), object{"meta": object{"lastUpdated": v.at}})
					if v.at == nil {
						resource = with(resource, object{"meta": nil})
					}
					together.WriteString(lines(resource))
					apart[fmt.Sprintf("%d.ndjson", i)] = lines(resource)
				}
				// What the resource needs around it.
				if k.name == "MBI" {
					tail.WriteString(lines(someClaim("CARRIER", "1", "p")))
				}
				if k.name == "Coverage" {
					tail.WriteString(lines(somePatient("p", "1S00A00AA00")))
				}
				apart["z.ndjson"] = tail.String()
				for how, e := range map[string]export{"in one file": {"in.ndjson": together.String() + tail.String()}, "in several": apart} {
					c := e.convert(t)
					if got := c.column(t, k.table, k.label); !slices.Equal(got, []string{tt.want}) {
						t.Errorf("%s: %s is %q, want only %q", how, k.label, got, tt.want)
					}
					if got := c.Counts.Replaced; got != int64(len(tt.versions)-1) {
						t.Errorf("%s: %d replaced", how, got)
					}
				}
			})
		}
	}
}

// TestResourcesApart makes sure that only versions of one resource replace
// each other.
func TestResourcesApart(t *testing.T) {
	c := export{"in.ndjson": lines(
		with(someClaim("CARRIER", "1", "p"), object{"id": "1"}),
		with(someClaim("CARRIER", "2", "p"), object{"id": "2"}),
		with(someClaim("CARRIER", "3", "p"), object{"id": nil}),
		with(someClaim("CARRIER", "4", "p"), object{"id": nil}),
		with(someClaim("CARRIER", "5", "p"), object{"id": ""}),
		with(somePatient("1", "1S00A00AA01"), object{"id": "1"}),
		with(someCoverage("A", "1", "10"), object{"id": "1"}),
		with(someCoverage("B", "1", "10"), object{"id": "2"}),
	)}.convert(t)
	if got := c.column(t, "cclf5", "CUR_CLM_UNIQ_ID"); !slices.Equal(got, []string{"1", "2", "3", "4", "5"}) {
		t.Errorf("claims %q", got)
	}
	if c.Counts.Replaced != 0 || len(c.table(t, "cclf8")) != 1 {
		t.Errorf("counts %+v", c.Counts)
	}
}

// TestResourcesWithoutID makes sure that a claim without an id that comes again,
// as in the next full export, is one claim, and another one is not taken for it.
func TestResourcesWithoutID(t *testing.T) {
	claim := func(id string) object { return with(someClaim("CARRIER", id, "p"), object{"id": nil}) }
	c := export{
		"001.ndjson": lines(claim("1"), claim("2")),
		"002.ndjson": lines(claim("1"), claim("2"), claim("3")),
	}.convert(t)
	if got := c.column(t, "cclf5", "CUR_CLM_UNIQ_ID"); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("claims %q", got)
	}
	if c.Counts.Replaced != 2 {
		t.Errorf("%d replaced", c.Counts.Replaced)
	}
}

// TestCancelled drops the claim of which the newest version is cancelled, and
// with it all versions before.
func TestCancelled(t *testing.T) {
	synthtest.WithoutRace(t)
	version := func(day, status, mark string) object {
		return with(someClaim("CARRIER", "1", "p"), object{"status": status, "disposition": mark, "meta": updated(day + "T00:00:00Z")})
	}
	active, cancelled := version("2024-01-01", "active", "01"), version("2024-01-02", "cancelled", "03")
	again := version("2024-01-03", "active", "05")
	for _, tt := range []struct {
		name       string
		claims     []object
		final, all []string // dispositions
	}{
		{"active", []object{active}, []string{"01"}, []string{"01"}},
		{"cancelled", []object{cancelled}, nil, []string{"03"}},
		{"cancelled later", []object{active, cancelled}, nil, []string{"03"}},
		{"cancelled later, told first", []object{cancelled, active}, nil, []string{"03"}},
		{"cancelled and active again", []object{active, again, cancelled}, []string{"05"}, []string{"05"}},
		{"another claim is cancelled", []object{active, with(cancelled, object{"id": "carrier-2"})}, []string{"01"}, []string{"01", "03"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for versions, want := range map[Versions][]string{FinalVersions: tt.final, AllVersions: tt.all} {
				c := export{"in.ndjson": lines(tt.claims...)}.convert(t, func(o *Options) { o.Versions = versions })
				if got := c.column(t, "cclf5", "CLM_DISP_CD"); !slices.Equal(got, want) {
					t.Errorf("versions %s: dispositions %q, want %q", versions, got, want)
				}
			}
		})
	}
}

// TestReplacedHospiceClaim makes sure that a version of a hospice claim that
// is no more says nothing about its beneficiary.
func TestReplacedHospiceClaim(t *testing.T) {
	synthtest.WithoutRace(t)
	claim := func(id, start, day, status string) object {
		return with(someClaim("HOSPICE", id, "p"), object{
			"meta": updated(day + "T00:00:00Z"), "status": status,
			"supportingInfo": list{object{
				"category":     coding("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType", "admissionperiod"),
				"timingPeriod": object{"start": start, "end": "2024-12-01"},
			}},
		})
	}
	patient := somePatient("p", "1S00A00AA00")
	for _, tt := range []struct {
		name   string
		claims []object
		want   string
	}{
		{"the latest start", []object{claim("1", "2024-05-01", "2024-06-01", "active"), claim("2", "2024-02-01", "2024-06-01", "active")}, "2024-05-01"},
		{"corrected to an earlier start", []object{claim("1", "2024-05-01", "2024-06-01", "active"), claim("1", "2024-03-01", "2024-06-02", "active")}, "2024-03-01"},
		{"corrected, told first", []object{claim("1", "2024-03-01", "2024-06-02", "active"), claim("1", "2024-05-01", "2024-06-01", "active")}, "2024-03-01"},
		{"cancelled", []object{claim("1", "2024-05-01", "2024-06-01", "active"), claim("1", "2024-05-01", "2024-06-02", "cancelled")}, ""},
		{"cancelled, another stays", []object{claim("1", "2024-05-01", "2024-06-01", "active"), claim("2", "2024-02-01", "2024-06-01", "active"),
			claim("1", "2024-05-01", "2024-06-02", "cancelled")}, "2024-02-01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := export{"in.ndjson": lines(append(tt.claims, patient)...)}.convert(t)
			if got := c.column(t, "cclf8", "BENE_RNG_BGN_DT"); !slices.Equal(got, []string{tt.want}) {
				t.Errorf("start of hospice care %q, want %q", got, tt.want)
			}
		})
	}
}

// TestAge reckons ages in whole years: on the day of the newest update of any
// resource, or of death.
func TestAge(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, tt := range []struct {
		name, birth, death, newest, want string
	}{
		{"on the birthday", "1940-03-01", "", "2024-03-01T00:00:00Z", "84"},
		{"on the day before", "1940-03-02", "", "2024-03-01T23:59:59Z", "83"},
		{"in the month before", "1940-04-01", "", "2024-03-31T00:00:00Z", "83"},
		{"born on a leap day, on the day before March", "1940-02-29", "", "2023-02-28T00:00:00Z", "82"},
		{"born on a leap day, in March", "1940-02-29", "", "2023-03-01T00:00:00Z", "83"},
		{"dead", "1940-03-02", "2010-03-01", "2024-03-01T00:00:00Z", "69"},
		{"dead on the birthday", "1940-03-01", "2010-03-01", "2024-03-01T00:00:00Z", "70"},
		{"dead, in an export without updates", "1940-03-01", "2010-03-01", "", "70"},
		{"in an export without updates", "1940-03-01", "", "", ""},
		{"no birthday", "", "", "2024-03-01T00:00:00Z", ""},
		{"a birthday without its day", "1940", "", "2024-03-01T00:00:00Z", ""},
		{"not born yet", "2024-03-02", "", "2024-03-01T00:00:00Z", ""},
		{"born today", "2024-03-01", "", "2024-03-01T00:00:00Z", "0"},
		{"before 1970", "1940-03-02", "", "1969-03-01T00:00:00Z", "28"},
	} {
		patient, claim := somePatient("p", "1S00A00AA00"), someClaim("CARRIER", "1", "p")
		// The newest update may be that of a claim.
		patient = with(patient, object{"birthDate": tt.birth, "deceasedDateTime": tt.death, "meta": nil})
		claim = with(claim, object{"meta": updated(tt.newest)})
		for _, member := range []string{"birthDate", "deceasedDateTime"} {
			if patient[member] == "" {
				delete(patient, member)
			}
		}
		c := export{"in.ndjson": lines(patient, claim)}.convert(t)
		if got := c.column(t, "cclf8", "BENE_AGE"); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%s: age %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestMissingPatient keeps the rows of claims whose beneficiary no Patient
// describes, and counts the claims.
func TestMissingPatient(t *testing.T) {
	c := export{"in.ndjson": lines(
		with(someClaim("CARRIER", "1", "known"), object{"item": list{object{"sequence": 1}, object{"sequence": 2}}}),
		with(someClaim("CARRIER", "2", "missing"), object{"item": list{object{"sequence": 1}, object{"sequence": 2}}}),
		someClaim("INPATIENT", "3", "missing"),
		someClaim("DME", "4", "covered"),
		someClaim("PDE", "5", "missing"),
		someCoverage("A", "covered", "10"), // does not tell the MBI
		somePatient("known", "1S00A00AA00"),
		with(somePatient("nameless", "x"), object{"identifier": nil}),
		someClaim("PDE", "6", "nameless"), // has a Patient, but that has no MBI
	)}.convert(t)
	if c.Counts.Orphans != 4 {
		t.Errorf("%d claims without a Patient, want 4", c.Counts.Orphans)
	}
	for table, want := range map[string][]string{
		"cclf1": {""}, "cclf2": {""}, "cclfa": {""}, "cclf5": {"1S00A00AA00", "1S00A00AA00", "", ""}, "cclf6": {""}, "cclf7": {"", ""},
		"cclfb": {"1S00A00AA00", "1S00A00AA00", "", "", ""}, "cclf8": {"1S00A00AA00", ""},
	} {
		if got := c.column(t, table, "BENE_MBI_ID"); !slices.Equal(got, want) {
			t.Errorf("%s: MBIs %q, want %q", table, got, want)
		}
	}
}

// TestPatientMBIs chooses among the MBIs of a Patient by their periods where
// none is marked as current.
func TestPatientMBIs(t *testing.T) {
	synthtest.WithoutRace(t)
	mbi := func(value, start, end string) object {
		period := object{}
		if start != "" {
			period["start"] = start
		}
		if end != "" {
			period["end"] = end
		}
		return object{"system": usMBI, "value": value, "period": period}
	}
	v3 := schema.V3
	for _, tt := range []struct {
		name string
		mbis list
		want string
	}{
		{"the only one", list{mbi("A", "2020-01-01", "2021-01-01")}, "A"},
		{"the one without an end", list{mbi("A", "2020-01-01", ""), mbi("B", "2021-01-01", "2022-01-01")}, "A"},
		{"all ended", list{mbi("A", "2020-01-01", "2020-12-31"), mbi("C", "2022-01-01", "2022-12-31"), mbi("B", "2021-01-01", "2021-12-31")}, "C"},
		{"several without an end", list{mbi("B", "2021-01-01", ""), mbi("A", "2020-01-01", "")}, "B"},
		{"two that start at once", list{mbi("A", "2020-01-01", "2020-12-31"), mbi("B", "2020-01-01", "2020-12-31")}, ""},
		{"nothing to tell by", list{mbi("A", "", ""), mbi("B", "", "")}, ""},
		{"the only one, twice", list{mbi("A", "", ""), mbi("A", "", "")}, "A"},
		{"the one without an end, twice", list{mbi("B", "2021-01-01", "2022-01-01"), mbi("A", "", ""), mbi("A", "", "")}, "A"},
		{"the last one, twice", list{mbi("B", "2020-01-01", "2020-12-31"), mbi("A", "2021-01-01", "2021-12-31"), mbi("A", "2021-01-01", "2022-12-31")}, "A"},
		{"none", list{}, ""},
	} {
		c := export{"in.ndjson": lines(with(somePatient("p", "x"), object{"identifier": tt.mbis}))}.convert(t, func(o *Options) { o.API = &v3 })
		if got := c.column(t, "cclf8", "BENE_MBI_ID"); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if unknown := c.Counts.NoMBI == 1; unknown != (tt.want == "") {
			t.Errorf("%s: %d Patients without an MBI", tt.name, c.Counts.NoMBI)
		}
	}
}

// TestFormerMBITwice gives a former MBI one row for each of its periods.
func TestFormerMBITwice(t *testing.T) {
	mbi := func(value, start, end string) object {
		return object{"system": usMBI, "value": value, "period": object{"start": start, "end": end}}
	}
	now := object{"system": usMBI, "value": "B", "period": object{"start": "2022-01-01"}}
	c := export{"in.ndjson": lines(
		with(somePatient("1", ""), object{"identifier": list{mbiOf("D", "historic"), mbiOf("C", "current"), mbiOf("D ", "historic")}}),
		with(somePatient("2", ""), object{"identifier": list{
			mbi("A", "2019-01-01", "2019-12-31"), now, mbi("A", "2019-01-01", "2019-12-31"), mbi("A", "2020-06-01", "2021-12-31"),
		}}),
	)}.convert(t)
	equal(t, "cclf9", c.pick(t, "cclf9", "CRNT_NUM", "PRVS_NUM", "PRVS_ID_EFCTV_DT", "PRVS_ID_OBSLT_DT"),
		"C D  ", "B A 2019-01-01 2019-12-31", "B A 2020-06-01 2021-12-31")
}

// TestAnyOrder puts the resources of all kinds into one file in any order, and
// then each into a file of its own. The rows are the same.
func TestAnyOrder(t *testing.T) {
	synthtest.WithoutRace(t)
	var resources []object
	for i := range 4 {
		who := fmt.Sprint("p", i)
		for _, claimType := range []string{"INPATIENT", "OUTPATIENT", "SNF", "HHA", "HOSPICE", "CARRIER", "DME", "PDE"} {
			resources = append(resources, someClaim(claimType, fmt.Sprint(100*i+len(resources)), who))
		}
		resources = append(resources, somePatient(who, fmt.Sprint("1S00A00AA0", i)), someCoverage("A", who, "10"), someCoverage("B", who, "11"))
	}
	var want map[string][]map[string]string
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 0))
		r.Shuffle(len(resources), func(i, k int) { resources[i], resources[k] = resources[k], resources[i] })
		e := export{"in.ndjson": lines(resources...)}
		if seed%2 == 1 {
			e = export{}
			for i, resource := range resources {
				e[fmt.Sprintf("%02d.ndjson", i)] = lines(resource)
			}
		}
		c := e.convert(t)
		if c.Counts.Resources != int64(len(resources)) || c.Counts.Orphans != 0 {
			t.Fatalf("counts %+v", c.Counts)
		}
		got := map[string][]map[string]string{}
		for _, table := range schema.Tables() {
			got[table.Name] = c.table(t, table.Name)
			slices.SortFunc(got[table.Name], func(a, b map[string]string) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
		if want == nil {
			want = got
		}
		if diff := difference(want, got); diff != "" {
			t.Fatalf("seed %d (-first +this):\n%s", seed, diff)
		}
	}
	if len(want["cclf8"]) != 4 || len(want["cclf1"]) != 20 || len(want["cclfb"]) != 8 {
		t.Errorf("%d beneficiaries, %d institutional claims", len(want["cclf8"]), len(want["cclf1"]))
	}
}

// mixedExport has many files, with good and bad lines, versions and
// compressed files.
func mixedExport(t testing.TB) export {
	r := rand.New(rand.NewPCG(7, 7))
	e := export{}
	for file := range 40 {
		var b strings.Builder
		for i := range 12 {
			who := fmt.Sprint("p", r.IntN(50))
			id := fmt.Sprint(r.IntN(360))
			at := object{"meta": updated(fmt.Sprintf("2024-03-%02dT00:00:00Z", 1+r.IntN(28)))}
			switch r.IntN(10) {
			case 0:
				b.WriteString("no JSON\n\n")
			case 1:
				b.WriteString(lines(with(somePatient(who, fmt.Sprintf("1S00A00AA%02d", r.IntN(90))), at)))
			case 2:
				b.WriteString(lines(with(someCoverage("A", who, fmt.Sprint(10+r.IntN(2))), at)))
			case 3:
				b.WriteString(lines(with(someClaim("CARRIER", id, who), object{"billablePeriod": object{"start": "soon"}})))
			case 4, 5:
				b.WriteString(lines(with(someClaim("INPATIENT", id, who), at)))
			default:
				b.WriteString(lines(with(someClaim("CARRIER", id, who), at), with(someClaim("PDE", id+fmt.Sprint(i), who), at)))
			}
		}
		name, text := fmt.Sprintf("%02d.ndjson", file), b.String()
		if file%7 == 3 {
			name, text = name+".gz", gzipped(t, text)
		}
		if file == 20 {
			text = text[:len(text)/2] // cut off within a line
		}
		e[name] = text
	}
	return e
}

// TestDeterminism converts one export again and again: with any number of
// workers, and in both formats, all files have the same bytes each time.
func TestDeterminism(t *testing.T) {
	in := mixedExport(t).save(t)
	for _, format := range []Format{Parquet, CSV} {
		var want map[string]string
		for _, jobs := range []int{1, 8, 1, 2, 3, 5}[:synthtest.UnlessRace(6, 3)] {
			out := t.TempDir()
			m, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, Format: format, Jobs: jobs, MaxRejects: -1, AllowPartial: true})
			if err != nil {
				t.Fatal(err)
			}
			if m.Counts.Rejected == 0 || m.Counts.Replaced == 0 || m.Counts.Orphans == 0 {
				t.Fatalf("the export lacks something: %+v", m.Counts)
			}
			got := readTree(t, out)
			if want == nil {
				want = got
			}
			for _, name := range slices.Sorted(maps.Keys(got)) {
				if got[name] != want[name] {
					t.Errorf("%s: %s differs with %d workers", format, name, jobs)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%s: %d files with %d workers, %d with one", format, len(got), jobs, len(want))
			}
		}
	}
}

// TestPartFiles has files of a few rows each, and batches on the way to them of
// as many rows or of fewer. The rows are the same, in the same order.
func TestPartFiles(t *testing.T) {
	synthtest.WithoutRace(t)
	in := mixedExport(t).save(t)
	convert := func(fileRows int64, batchRows, jobs int) *converted {
		return export{}.convert(t, func(o *Options) {
			o.Inputs, o.fileRows, o.batchRows, o.Jobs = []string{in}, fileRows, batchRows, jobs
			o.AllowPartial = true
		})
	}
	whole := convert(0, 0, 2)
	for _, rows := range []struct {
		file  int64
		batch int
	}{{7, 5}, {5, 30}, {7, 7}, {1 << 40, 1}} {
		split := convert(rows.file, rows.batch, 2)
		for i, table := range split.Tables {
			if diff := difference(whole.table(t, table.Name), split.table(t, table.Name)); diff != "" {
				t.Errorf("%+v: %s differs (-whole +split):\n%s", rows, table.Name, diff)
			}
			want := max(1, (whole.Tables[i].Rows+rows.file-1)/rows.file)
			if got := int64(len(table.Files)); got != want {
				t.Errorf("%+v: %s has %d files for %d rows, want %d", rows, table.Name, got, table.Rows, want)
			}
		}
		if diff := difference(readTree(t, split.dir), readTree(t, convert(rows.file, rows.batch, 1).dir)); diff != "" {
			t.Errorf("%+v: files differ with one worker:\n%s", rows, diff)
		}
	}
}

// TestVersionOfUnmarked has resources that do not show their API version, at
// the beginning of files. They have the version of the resource before
// them, however many workers there are.
func TestVersionOfUnmarked(t *testing.T) {
	synthtest.WithoutRace(t)
	bare := func(id string) object { return object{"resourceType": "Patient", "id": id, "birthDate": "1950-01-01"} }
	for name, first := range map[string]object{
		"v1": {"resourceType": "ExplanationOfBenefit", "id": "carrier-1", "status": "active", "patient": object{"reference": "Patient/a"},
			"type": object{"coding": list{object{"system": codesystems + "eob-type", "code": "CARRIER"}}}},
		"v2": someClaim("CARRIER", "1", "a"),
		"v3": {"resourceType": "Patient", "id": "1", "identifier": list{object{"system": usMBI, "value": "1S00A00AA00"}}},
	} {
		e := export{"00.ndjson": lines(first)}
		for i := 1; i < 40; i++ {
			e[fmt.Sprintf("%02d.ndjson", i)] = lines(bare(fmt.Sprint("b", i)), bare(fmt.Sprint("c", i)))
		}
		in := e.save(t)
		for _, jobs := range []int{1, 8, 8, 8} {
			m, err := Run(t.Context(), Options{Inputs: []string{in}, Out: t.TempDir(), Format: CSV, Jobs: jobs})
			if err != nil {
				t.Errorf("%s, %d workers: %v", name, jobs, err)
			} else if !slices.Equal(m.APIs, []string{name}) {
				t.Errorf("%s, %d workers: taken for %v", name, jobs, m.APIs)
			}
		}
	}
}

// TestVersionsInTurn has files of v1 and v2 in turns, and behind each of them
// one of claims that do not show their API version.
func TestVersionsInTurn(t *testing.T) {
	claim := func(id string) object { return with(someClaim("CARRIER", id, "p"), object{"use": nil, "status": nil}) }
	e := export{}
	var want []string
	for i := range 20 {
		api, mark := "v1", object{"status": "active"}
		if i%2 == 1 {
			api, mark = "v2", object{"use": "claim"}
		}
		e[fmt.Sprintf("%02d-a.ndjson", i)] = lines(with(claim(fmt.Sprint(i)), mark), claim(fmt.Sprint(i, "b")))
		e[fmt.Sprintf("%02d-b.ndjson", i)] = lines(claim(fmt.Sprint(i, "c")))
		want = append(want, api, api, api)
	}
	for _, jobs := range []int{1, 8, 8} {
		c := e.convert(t, func(o *Options) { o.Jobs = jobs })
		if got := c.column(t, "claims", "API"); !slices.Equal(got, want) {
			t.Errorf("%d workers: generations %v, want %v", jobs, got, want)
		}
	}
}

// TestPrivate checks that nobody else can read what is written.
func TestPrivate(t *testing.T) {
	out := filepath.Join(t.TempDir(), "new", "out")
	in := export{"a.ndjson": lines(someClaim("CARRIER", "1", "p")) + "x\n"}.save(t)
	if _, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, MaxRejects: -1}); err != nil {
		t.Fatal(err)
	}
	if files := readTree(t, filepath.Dir(out)); len(files) < 13 { // which looks at the modes
		t.Errorf("only %d files", len(files))
	}
}

// TestProgress checks that progress is reported in order and reaches its end.
func TestProgress(t *testing.T) {
	in := mixedExport(t).save(t)
	var size int64
	files, err := os.ReadDir(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	var last [2]Progress
	phases := map[string]int{"read": 0, "write": 1}
	now, calls := 0, 0
	_, err = Run(t.Context(), Options{Inputs: []string{in}, Out: t.TempDir(), MaxRejects: -1, AllowPartial: true, Jobs: 4, Progress: func(p Progress) {
		if first := (Progress{Phase: "read", Total: size}); calls == 0 && p != first {
			t.Errorf("begins with %+v, want %+v", p, first)
		}
		calls++
		phase, known := phases[p.Phase]
		if !known || phase < now || p.Done < last[phase].Done || p.Done > p.Total {
			t.Errorf("progress %+v after %+v", p, last)
		}
		now, last[phase] = phase, p
	}})
	if err != nil {
		t.Fatal(err)
	}
	if last[0].Done != size || last[0].Total != size || last[0].TextBytes <= size || last[1].Done != last[1].Total || last[1].Total == 0 {
		t.Errorf("at the end: %+v, want %d bytes read", last, size)
	}
}

// TestInterrupted cancels a conversion while it reads a pipe that says nothing
// more, and while it writes.
func TestInterrupted(t *testing.T) {
	for _, phase := range []string{"wait", "read", "write"} {
		t.Run(phase, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out := t.TempDir()
			opts := Options{Inputs: []string{mixedExport(t).save(t)}, Out: out, MaxRejects: -1, AllowPartial: true, Progress: func(p Progress) {
				if p.Phase == phase && p.Done > 0 {
					cancel()
				}
			}}
			if phase == "wait" {
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer w.Close()
				opts.Inputs, opts.Stdin = []string{"-"}, r
				time.AfterFunc(50*time.Millisecond, cancel)
			}
			done := make(chan error, 1)
			go func() {
				_, err := Run(ctx, opts)
				done <- err
			}()
			select {
			case err := <-done:
				if err == nil || ctx.Err() == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
					t.Errorf("error %v, want that the context was cancelled", err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("the conversion goes on")
			}
			if files := names(t, out); len(files) > 0 {
				t.Errorf("%d files are left: %v", len(files), files)
			}
		})
	}
}
