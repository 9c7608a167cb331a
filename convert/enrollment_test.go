package convert

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// exportDay is the day of the newest update in the exports of these tests.
const exportDay = "2024-03-20T00:00:00Z"

// A spell is what a Coverage of the tests says.
type spell struct {
	part       string
	start, end string
	year       string // the reference year of v1 and v2
	codes      string // of its months: a buy-in code or a dot for none; of C and D: H for a contract
	status     string // default: active
	at         string // of the update; default: exportDay
}

// resource returns the Coverage in an API version.
func (s spell) resource(api string) object {
	at, status := s.at, s.status
	if at == "" {
		at = exportDay
	}
	if status == "" {
		status = "active"
	}
	c := object{
		"resourceType": "Coverage", "id": "part-" + s.part + "-1", "status": status, "meta": updated(at),
		"beneficiary": object{"reference": "Patient/1"},
	}
	period := object{}
	if s.start != "" {
		period["start"] = s.start
	}
	if s.end != "" {
		period["end"] = s.end
	}
	if len(period) > 0 {
		c["period"] = period
	}
	extensions := list{}
	switch {
	case api == "v3":
		c["class"] = list{object{"type": object{"coding": list{object{"code": "plan"}}}, "value": "Part " + s.part}}
		c["extension"] = list{object{
			"url": "https://bluebutton.cms.gov/fhir/StructureDefinition/BENE-BUYIN-CD", "valueCoding": object{"code": "3"},
		}}
		return c
	case api == "v2":
		c["class"] = list{object{"type": object{"coding": list{object{"code": "plan"}}}, "value": "Part " + s.part}}
	default:
		c["grouping"] = object{"subGroup": "Medicare", "subPlan": "Part " + s.part}
		c["type"] = object{"coding": list{object{"system": "Medicare", "code": "Part " + s.part}}}
	}
	if s.year != "" {
		extensions = append(extensions, object{"url": variables + "rfrnc_yr", "valueDate": s.year})
	}
	for i, code := range s.codes {
		switch name := map[string]string{"A": "buyin", "B": "buyin", "C": "ptc_cntrct_id_", "D": "ptdcntrct"}[s.part]; code {
		case '.':
		case 'H':
			extensions = append(extensions, extension(fmt.Sprintf("%s%02d", name, i+1), "H1234"))
		default:
			extensions = append(extensions, extension(fmt.Sprintf("%s%02d", name, i+1), string(code)))
		}
	}
	if len(extensions) > 0 {
		c["extension"] = extensions
	}
	return c
}

// spans returns the months of enrollment as spans, with a * if they are inferred.
func spans(t *testing.T, c *converted) string {
	t.Helper()
	type month struct{ part, mark, first string }
	var months []month
	for _, row := range c.table(t, "enrollment") {
		months = append(months, month{row["PART"], map[string]string{"0": "", "1": "*"}[row["INFERRED"]], row["MONTH"][:7]})
	}
	slices.SortFunc(months, func(a, b month) int { return strings.Compare(a.part+a.first, b.part+b.first) })
	var out []string
	for i := 0; i < len(months); {
		first, last, n := months[i], months[i], i+1
		for n < len(months) && months[n].part == first.part && months[n].mark == first.mark && months[n].first == nextMonth(last.first) {
			last, n = months[n], n+1
		}
		out = append(out, fmt.Sprintf("%s%s %s..%s", first.part, first.mark, first.first, last.first))
		i = n
	}
	return strings.Join(out, ", ")
}

func nextMonth(month string) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 1, 0).Format("2006-01")
}

const (
	allYear = "333333333333"
	noYear  = "000000000000"
)

// TestEnrollment has a case for each clause of the rule that says which months of
// enrollment the tables have, and which of them are inferred.
func TestEnrollment(t *testing.T) {
	synthtest.WithoutRace(t)
	plan := spell{part: "C", start: "2023-07-01"}
	for _, tt := range []struct {
		name, apis string
		spells     []spell
		death      string
		want       string
	}{
		{"within the period", "v2", []spell{{part: "A", start: "2022-06-15", end: "2024-01-31", year: "2023", codes: allYear}}, "",
			"A* 2022-06..2022-12, A 2023-01..2023-12, A* 2024-01..2024-01"},
		{"up to the export, and 36 months before", "v1 v2", []spell{{part: "B", start: "2005-01-01", year: "2023", codes: allYear}}, "",
			"B* 2021-03..2022-12, B 2023-01..2023-12, B* 2024-01..2024-03"},
		{"end after the export", "v2", []spell{{part: "B", start: "2023-01-01", end: "2029-12-31", year: "2023", codes: allYear}}, "",
			"B 2023-01..2023-12, B* 2024-01..2024-03"},
		{"months that a code tells long before", "v1 v2", []spell{{part: "A", start: "2005-01-01", status: "cancelled", year: "2019", codes: "333333333000"}}, "",
			"A 2019-01..2019-09"},
		{"until death", "v1 v2", []spell{{part: "A", start: "2023-01-01", year: "2023", codes: allYear}}, "2024-02-03",
			"A 2023-01..2023-12, A* 2024-01..2024-02"},
		{"a code after death", "v1 v2", []spell{{part: "A", start: "2023-01-01", year: "2023", codes: allYear}}, "2023-06-03",
			"A 2023-01..2023-12"},
		{"not enrolled at first", "v1 v2", []spell{{part: "A", start: "2005-01-01", year: "2023", codes: "033333333333"}}, "",
			"A 2023-02..2023-12, A* 2024-01..2024-03"},
		{"not enrolled at last", "v1 v2", []spell{{part: "B", start: "2005-01-01", year: "2023", codes: "333333333331"}}, "",
			"B* 2021-03..2022-12, B 2023-01..2023-11"},
		{"never enrolled", "v1 v2", []spell{{part: "A", start: "2005-01-01", year: "2023", codes: noYear}}, "", ""},
		{"no codes for a part of the year", "v1 v2", []spell{{part: "A", start: "2023-11-01", year: "2024", codes: "1..........."}}, "",
			"A* 2023-11..2023-12, A 2024-01..2024-01, A* 2024-02..2024-03"},
		{"no code between two", "v1 v2", []spell{{part: "A", start: "2023-01-01", year: "2023", codes: "33.33.033333"}}, "",
			"A 2023-01..2023-02, A* 2023-03..2023-03, A 2023-04..2023-05, A 2023-08..2023-12, A* 2024-01..2024-03"},
		{"no codes at all", "v1 v2", []spell{{part: "A", start: "2024-01-15"}}, "", "A* 2024-01..2024-03"},
		{"no start", "v1 v2", []spell{{part: "A", year: "2023", codes: allYear}}, "", "A 2023-01..2023-12"},
		{"cancelled, enrolled in December", "v1", []spell{{part: "A", start: "2023-01-01", status: "cancelled", year: "2023", codes: allYear}}, "",
			"A 2023-01..2023-12, A* 2024-01..2024-03"},
		{"cancelled, no code in December", "v1", []spell{{part: "A", start: "2022-11-01", status: "cancelled", year: "2023", codes: "33333333333."}}, "",
			"A* 2022-11..2022-12, A 2023-01..2023-11"},
		{"cancelled, no codes", "v1", []spell{{part: "A", start: "2022-11-01", status: "cancelled"}}, "", ""},
		{"cancelled, with an end", "v2", []spell{{part: "A", start: "2023-11-01", end: "2024-02-10", status: "cancelled"}}, "",
			"A* 2023-11..2024-02"},
		{"Parts C and D", "v2", []spell{
			{part: "C", start: "2022-01-01", year: "2023", codes: "HHHHHHHHHHHH"}, {part: "D", start: "2022-01-01", year: "2023", codes: "000HHH......"},
		}, "", "C 2023-01..2023-12, D 2023-04..2023-06"},

		{"two years of a series", "v1 v2", []spell{
			{part: "A", start: "2005-01-01", year: "2021", codes: allYear, at: "2021-12-01T00:00:00Z"},
			{part: "A", start: "2005-01-01", year: "2023", codes: allYear},
		}, "", "A 2021-01..2021-12, A* 2022-01..2022-12, A 2023-01..2023-12, A* 2024-01..2024-03"},
		{"a year that ended not enrolled, before another", "v1 v2", []spell{
			{part: "A", start: "2005-01-01", year: "2021", codes: "333333330000", at: "2021-12-01T00:00:00Z"},
			{part: "A", start: "2022-07-01", year: "2023", codes: allYear},
		}, "", "A 2021-01..2021-08, A 2023-01..2023-12, A* 2024-01..2024-03"},
		{"the newer version of a year", "v1 v2", []spell{
			{part: "B", start: "2023-01-01", year: "2023", codes: "333333......", at: "2023-07-01T00:00:00Z"},
			{part: "B", start: "2023-01-01", year: "2023", codes: "300333333333"},
		}, "", "B 2023-01..2023-01, B 2023-04..2023-12, B* 2024-01..2024-03"},
		{"a newer version without codes", "v1 v2", []spell{
			{part: "B", start: "2023-06-01", year: "2023", codes: ".....3333333", at: "2023-12-01T00:00:00Z"},
			{part: "B", start: "2023-06-01", year: "2023", codes: "............"},
		}, "", "B 2023-06..2023-12, B* 2024-01..2024-03"},
		{"taken back", "v1 v2", []spell{
			{part: "B", start: "2023-06-01", year: "2022", codes: allYear, at: "2022-12-01T00:00:00Z"},
			{part: "B", start: "2023-06-01", year: "2023", codes: allYear, at: "2023-12-01T00:00:00Z", status: "entered-in-error"},
			{part: "B", start: "2024-01-01", year: "2024", codes: "3..........."},
		}, "", "B 2024-01..2024-01, B* 2024-02..2024-03"},

		{"no plan", "v3", []spell{{part: "A", start: "2023-11-10"}}, "", "A* 2023-11..2024-02, A 2024-03..2024-03"},
		{"36 months before", "v3", []spell{{part: "B", start: "2005-01-01"}}, "", "B* 2021-03..2024-02, B 2024-03..2024-03"},
		{"an older update", "v3", []spell{{part: "B", start: "2023-11-10", at: "2023-12-01T00:00:00Z"}, {part: "D", start: "2024-02-01"}}, "",
			"B* 2023-11..2024-02, B 2024-03..2024-03, D 2024-02..2024-03"},
		{"a present plan", "v3", []spell{{part: "A", start: "2023-05-01"}, plan}, "",
			"A* 2023-05..2023-06, A 2023-07..2024-03, C 2023-07..2024-03"},
		{"a plan that has ended", "v3", []spell{{part: "A", start: "2023-11-01"}, {part: "C", start: "2023-07-01", end: "2023-12-31"}}, "",
			"A* 2023-11..2024-02, A 2024-03..2024-03, C 2023-07..2023-12"},
		{"a plan of next month", "v3", []spell{{part: "A", start: "2024-01-01"}, {part: "C", start: "2024-04-01", end: "2024-12-31"}}, "",
			"A* 2024-01..2024-02, A 2024-03..2024-03"},
		{"end", "v3", []spell{{part: "A", start: "2023-05-01", end: "2023-08-31"}}, "", "A* 2023-05..2023-08"},
		{"cancelled", "v3", []spell{{part: "A", start: "2023-11-01", status: "cancelled", at: "2023-12-20T00:00:00Z"}, {part: "D"}}, "",
			"A* 2023-11..2023-12"},
		{"death", "v3", []spell{{part: "A", start: "2023-11-01"}, {part: "D", start: "2023-12-01"}}, "2024-01-20",
			"A* 2023-11..2024-01, D 2023-12..2024-01"},
		{"an export before was seen", "v3", []spell{
			{part: "B", start: "2023-06-01", at: "2020-01-01T00:00:00Z"}, // made long before it was sent
			{part: "B", start: "2023-06-01", at: "2023-11-05T00:00:00Z"},
			{part: "B", start: "2023-06-01"},
		}, "", "B* 2023-06..2023-10, B 2023-11..2024-03"},
		{"a break", "v3", []spell{
			{part: "A", start: "2023-02-01", end: "2023-05-31", at: "2023-07-02T00:00:00Z"},
			{part: "A", start: "2023-10-01", at: "2023-10-02T00:00:00Z"},
		}, "", "A* 2023-02..2023-05, A 2023-10..2024-03"},
		{"a break that was open", "v3", []spell{
			{part: "A", start: "2023-02-01", at: "2023-04-02T00:00:00Z"},
			{part: "A", start: "2023-10-01", at: "2023-10-02T00:00:00Z"},
		}, "", "A* 2023-02..2023-04, A 2023-10..2024-03"},
		{"a plan that an export told once", "v3", []spell{
			{part: "A", start: "2023-01-01", at: "2023-05-05T00:00:00Z"},
			{part: "C", start: "2023-03-01", at: "2023-05-05T00:00:00Z"},
			{part: "C", at: "2023-12-05T00:00:00Z"},
		}, "", "A* 2023-01..2023-02, A 2023-03..2024-03, C 2023-03..2023-05"},
		{"a plan with an end that was left before", "v3", []spell{
			{part: "C", start: "2023-03-01", end: "2023-12-31", at: "2023-05-05T00:00:00Z"},
			{part: "C", at: "2023-08-05T00:00:00Z"},
		}, "", "C 2023-03..2023-08"},
		{"a start that was corrected", "v3", []spell{
			{part: "D", start: "2023-03-01", at: "2023-05-05T00:00:00Z"}, {part: "D", start: "2024-01-01"}, {part: "D", start: "2023-12-01", at: "2024-03-19T00:00:00Z"},
		}, "", "D 2023-03..2023-05, D 2023-12..2024-03"},
	} {
		for _, api := range strings.Fields(tt.apis) {
			patient := with(somePatient("1", "1S00A00AA01"), object{"meta": updated(exportDay)})
			if api == "v3" {
				patient = object{"resourceType": "Patient", "id": "1", "meta": updated(exportDay)}
			}
			if tt.death != "" {
				patient["deceasedDateTime"] = tt.death
			}
			resources := []object{patient}
			for _, s := range tt.spells {
				resources = append(resources, s.resource(api))
			}
			for _, order := range []string{"in order", "in reverse"} { // of the input
				version, err := schema.ParseAPI(api)
				if err != nil {
					t.Fatal(err)
				}
				got := export{"export.ndjson": lines(resources...)}.convert(t, func(o *Options) { o.API = &version })
				if spans := spans(t, got); spans != tt.want {
					t.Errorf("%s, %s, %s:\n got %s\nwant %s", tt.name, api, order, spans, tt.want)
				}
				if rows := int64(len(got.table(t, "enrollment"))); rows != got.Counts.MonthsTold+got.Counts.MonthsInferred {
					t.Errorf("%s, %s: counted %d and %d of %d months", tt.name, api, got.Counts.MonthsTold, got.Counts.MonthsInferred, rows)
				}
				slices.Reverse(resources)
			}
		}
	}
}

// TestClaimsWithoutLines counts final claims of Parts A and B that have no lines.
func TestClaimsWithoutLines(t *testing.T) {
	without := func(claimType, id, at string) object {
		return with(someClaim(claimType, id, "1"), object{"item": list{}, "meta": updated(at)})
	}
	const early, late = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"
	got := export{"export.ndjson": lines(
		without("INPATIENT", "1", late), without("CARRIER", "2", late), without("DME", "3", late),
		someClaim("CARRIER", "4", "1"), someClaim("INPATIENT", "5", "1"),
		without("PDE", "6", late),
		with(without("CARRIER", "7", late), object{"status": "cancelled"}),
		without("CARRIER", "8", early), with(someClaim("CARRIER", "8", "1"), object{"meta": updated(late)}),
		without("HHA", "9", early), without("HHA", "9", late),
	)}.convert(t)
	if n := got.Counts.WithoutLines; n != 4 {
		t.Errorf("%d claims without lines, want 4", n)
	}
}

// TestTuvaEnrollment has the same months in the Tuva profile: those of Part A or B,
// told and inferred ones alike.
func TestTuvaEnrollment(t *testing.T) {
	got := convertTuva(t,
		with(somePatient("1", "1S00A00AA01"), object{"deceasedDateTime": "2024-02-11"}),
		spell{part: "A", start: "2023-11-01", year: "2024", codes: "1..........."}.resource("v2"),
		spell{part: "B", start: "2023-12-01", year: "2024", codes: "1..........."}.resource("v2"),
		spell{part: "D", start: "2023-01-01", year: "2024", codes: "HHH........."}.resource("v2"),
		someClaim("CARRIER", "200", "77"),
	)
	equal(t, "enrollment", got.pick(t, "enrollment", "CURRENT_BENE_MBI_ID", "BENE_MEMBER_MONTH", "ENROLLMENT_END_DATE"),
		"1S00A00AA01 2023-11-01 2024-02-29", "1S00A00AA01 2023-12-01 2024-02-29",
		"1S00A00AA01 2024-01-01 2024-02-29", "1S00A00AA01 2024-02-01 2024-02-29",
		"77 2024-01-01 2024-01-31")
	if c := got.Counts; c.MonthsTold != 1 || c.MonthsInferred != 4 {
		t.Errorf("%d months told and %d inferred, want 1 and 4", c.MonthsTold, c.MonthsInferred)
	}
}

// TestEnrollmentWithoutTime infers months up to the last one that is told if no
// resource shows when it was updated.
func TestEnrollmentWithoutTime(t *testing.T) {
	timeless := func(s spell, api string) object {
		c := s.resource(api)
		delete(c, "meta")
		return c
	}
	told := timeless(spell{part: "A", start: "2023-11-01", year: "2024", codes: "33.........."}, "v2")
	other := timeless(spell{part: "B", start: "2023-11-01", year: "2023", codes: "...........3"}, "v2")
	if got, want := spans(t, export{"export.ndjson": lines(told, other)}.convert(t)),
		"A* 2023-11..2023-12, A 2024-01..2024-02, B* 2023-11..2023-11, B 2023-12..2023-12, B* 2024-01..2024-02"; got != want {
		t.Errorf("v2: got %s, want %s", got, want)
	}
	v3 := schema.V3
	months := export{"export.ndjson": lines(timeless(spell{part: "A", start: "2023-11-01"}, "v3"))}.convert(t, func(o *Options) { o.API = &v3 })
	if got := spans(t, months); got != "" {
		t.Errorf("v3: got %s", got)
	}
}

// TestManyInferredMonths has more months than a batch.
func TestManyInferredMonths(t *testing.T) {
	synthtest.WithoutRace(t)
	v3 := schema.V3
	var resources []object
	for i := range table.BatchRows/37 + 2 {
		c := spell{part: "A", start: "2005-01-01"}.resource("v3")
		c["id"], c["beneficiary"] = fmt.Sprintf("part-A-%d", i), object{"reference": fmt.Sprintf("Patient/%d", i)}
		resources = append(resources, c)
	}
	got := export{"export.ndjson": lines(resources...)}.convert(t, func(o *Options) { o.API = &v3 })
	rows := got.pick(t, "enrollment", "PATIENT_ID", "MONTH")
	if want := len(resources) * 37; len(rows) != want {
		t.Fatalf("%d months, want %d", len(rows), want)
	}
	for i, row := range rows {
		if want := fmt.Sprintf("%d %s", i/37, time.Date(2021, time.Month(3+i%37), 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)); row != want {
			t.Fatalf("row %d: %s, want %s", i, row, want)
		}
	}
}
