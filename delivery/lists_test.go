package delivery

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// writeFiles writes files into a new folder, by their paths in it.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const personHeader = `"BENE_MBI_ID","BENE_HIC_NUM","BENE_1ST_NAME","BENE_LAST_NAME","BENE_SEX_CD","BENE_BRTH_DT","BENE_DEATH_DT"`

// tableOne is a Table 1-1. Each person is an MBI and the texts of more columns,
// beginning with the enrollment flags.
func tableOne(more string, persons ...string) string {
	header := personHeader
	for n := 1; n <= 12; n++ {
		header += fmt.Sprintf(",EnrollFlag%d", n)
	}
	text := header + more + "\r\n"
	for _, p := range persons {
		mbi, rest, _ := strings.Cut(p, ",")
		text += mbi + `,,"Ann","Lee, Jr",2,01/31/1940,,` + rest + "\r\n"
	}
	return text
}

// flags are the enrollment flags of twelve equal months.
func flags(flag string) string { return strings.TrimSuffix(strings.Repeat(flag+",", 12), ",") }

// reportName is the name of a table of a report of ACO A1234.
func reportName(period, table string) string { return "P.A1234.ACO." + period + "_" + table + ".csv" }

const (
	initial25   = "AALR.D259999.T0100000"
	q1of25      = "QALR.2025Q1.D259999.T0100000"
	q1of25Again = "QALR.2025Q1.D259999.T0110000"
	q4of24      = "QALR.2024Q4.D249999.T0400000"
	q4of25      = "QALR.2025Q4.D259999.T0400000"
	bench24of27 = "AALR.Y2024.D279999.T0100000"
)

func TestReportNames(t *testing.T) {
	for _, tt := range []struct {
		path string
		want reportKey
	}{
		{reportName(initial25, "1-1"), reportKey{"A1234", 2025, 0, monthOf(2023, 10), "0100000"}},
		{reportName(q1of25, "1-1"), reportKey{"A1234", 2025, 1, monthOf(2024, 4), "0100000"}},
		{reportName("QALR.2025Q2.D259999.T0200000", "1-2"), reportKey{"A1234", 2025, 2, monthOf(2024, 7), "0200000"}},
		{reportName("QALR.2025Q3.D259999.T0300000", "1-2"), reportKey{"A1234", 2025, 3, monthOf(2024, 10), "0300000"}},
		{reportName(q4of25, "1-4"), reportKey{"A1234", 2025, 4, monthOf(2025, 1), "0400000"}},
		{reportName(bench24of27, "1-1"), reportKey{"A1234", 2027, 5, monthOf(2024, 1), "0100000"}},
		{strings.ToLower(reportName(q1of25, "1-1")), reportKey{"A1234", 2025, 1, monthOf(2024, 4), "0100000"}},
		{"2021 Q2 Assignment List Report Table 1.csv", reportKey{"", 2021, 2, monthOf(2020, 7), ""}},
		{"A1234/2021 Q2 Assignment List Report Table 1.csv", reportKey{"A1234", 2021, 2, monthOf(2020, 7), ""}},
		{"P.A1234.ACO.QALR.2025Q1.D259999.T0100000!table.csv", reportKey{"A1234", 2025, 1, monthOf(2024, 4), "0100000"}},
	} {
		got, err := reportOf(&input{Path: tt.path})
		if err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v, want %+v", tt.path, got, err, tt.want)
		}
	}
	for _, path := range []string{
		"P.A1234.ACO.QALR.D200210.T1200012_1-1.csv", "1-1.csv",
		reportName("AALR.Y2025.D259999.T0100000", "1-1"), reportName("AALR.Y2021.D259999.T0100000", "1-1"),
		reportName("QALR.2024Q1.D259999.T0100000", "1-1"),
	} {
		if k, err := reportOf(&input{Path: path}); !errors.Is(err, ErrReport) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %+v, %v", path, k, err)
		}
	}
}

// TestDeciding has a beneficiary per report, in Table 1-1 of it only: the months
// in which each is assigned tell which report decides.
func TestDeciding(t *testing.T) {
	one := func(name string) string { return tableOne("", name+","+flags("4")) }
	files := map[string]string{
		reportName(initial25, "1-1"):                                         one("INITIAL"),
		reportName(q1of25, "1-1"):                                            one("Q1"),
		reportName(q1of25Again, "1-1"):                                       one("AGAIN"),
		reportName(q4of24, "1-1"):                                            one("Q4OF24"),
		reportName(q4of25, "1-1"):                                            one("Q4OF25"),
		reportName(bench24of27, "1-1"):                                       one("BENCHMARK"),
		reportName("QALR.2026Q4.D269999.T0400000", "1-1"):                    one("LATER"),
		"P.A9999.ACO.AALR.Y2024.D279999.T0100000_1-1.csv":                    one("OTHER"),
		reportName("QALR.2027Q1.D279999.T0100000", "1-2"):                    "BENE_MBI_ID,MASTER_ID,B_EM_LINE_CNT_T\r\nQ1,1,1\r\n",
		reportName("AALR.Y2025.D279999.T0100000", "1-1"):                     one("BENCHMARK25"),
		reportName("AALR.Y2026.D279999.T0100000", "1-1"):                     one("BENCHMARK26"),
		"2023 Q3 A1234 Assignment List Report Table 1.csv":                   one("RENAMED"),
		reportName("QALR.2023Q3.D239999.T0300000", "1-1") + ".other columns": "BENE_MBI_ID,REV_LINE_CNT\r\nQ1,1\r\n",
	}
	dir := writeFiles(t, files)
	r, out := importCSV(t, Options{Inputs: []string{dir}})
	got := map[string][]string{}
	for _, row := range rows(t, out, "assignment", "BENE_MBI_ID", "MONTH", "ASSIGNED") {
		v := strings.Split(row, "|")
		got[v[0]] = append(got[v[0]], v[1])
		if v[2] != "1" {
			t.Errorf("%s is not assigned", row)
		}
	}
	for name, want := range map[string][2]string{
		"RENAMED": {"2022-10-01", "2023-09-01"}, "INITIAL": {"2023-10-01", "2023-12-01"}, "Q4OF24": {"2024-01-01", "2024-12-01"},
		"Q4OF25": {"2025-01-01", "2025-12-01"}, "LATER": {"2026-01-01", "2026-12-01"}, "OTHER": {"2024-01-01", "2024-12-01"},
		"Q1": {}, "AGAIN": {}, "BENCHMARK": {}, "BENCHMARK25": {}, "BENCHMARK26": {},
	} {
		months := got[name]
		if want[0] == "" && len(months) > 0 || want[0] != "" && (len(months) == 0 || months[0] != want[0] || months[len(months)-1] != want[1]) {
			t.Errorf("%s decides %v, want %v", name, months, want)
		}
	}
	if len(got["INITIAL"]) != 3 || len(got["Q4OF24"]) != 12 {
		t.Errorf("months: %v", got)
	}
	if len(r.Missing) != 1 || !strings.Contains(r.Missing[0], "A1234 2027 Q1") {
		t.Errorf("missing: %v", r.Missing)
	}
}

// TestAssignmentRows has all tables of one report.
func TestAssignmentRows(t *testing.T) {
	more := ",IN_VA_MAX,VA_TIN,VA_NPI,HCC_version,HCC_COL_1,HCC_COL_2,BENE_RSK_R_SCRE_01,BENE_RSK_R_SCRE_12,AGND_SCORE,DEM_ESRD_SCORE,U071"
	dir := writeFiles(t, map[string]string{
		reportName(q4of25, "1-1"): tableOne(more,
			"A,4,4,3,2,1,0,,,,,,4,1,012345678,0123456789,V24,1,0,1.12345678901234,0.5,0.9,-1.5,x",
			"B,"+flags("4")+",0,,,V28,,,,,,,",
			"C,"+flags("1")+",0,,,V28,,,,,,,"),
		reportName(q4of25, "1-2"): "BENE_MBI_ID,MASTER_ID,B_EM_LINE_CNT_T\r\nA,000000003,7\r\nA,000000002,7\r\nA,000000001,6\r\nB,000000009,1\r\n",
		reportName(q4of25, "1-4"): "BENE_MBI_ID,MASTER_ID,NPI_USED,PCS_COUNT\r\n" +
			"A,000000001,1000000001,99\r\nA,000000002,1000000003,4\r\nA,000000002,1000000002,4\r\nC,000000002,1000000002,4\r\n",
		reportName(q4of25, "1-5"): personHeader + ",PLUR_R05,AB_R01,HMO_R03,NO_US_R02,MDM_R04,NOFND_R06\r\nD,,,,,,,1,0,0,0,0,0\r\n",
		reportName(q4of25, "1-6"): personHeader + ",VA_SELECTION_ONLY\r\nA,,,,,,,0\r\nE,,,,,,,1\r\n",
		reportName(q4of25, "1-9"): "BENE_MBI_ID,ADI_NATRANK,BENE_LIS_STATUS,BENE_DUAL_STATUS,BENE_PSNYRS_LIS_DUAL,BENE_PSNYRS\r\nA,77,1,0,0.08333333333333,1\r\nZ,1,,,,\r\n",
	})
	r, out := importCSV(t, Options{Inputs: []string{dir}})
	all := rows(t, out, "assignment", "BENE_MBI_ID", "MONTH", "ASSIGNED", "ENROLLMENT_TYPE", "TIN", "NPI", "BENE_RSK_R_SCRE")
	if len(all) != 5*12 {
		t.Errorf("%d rows, want 60", len(all))
	}
	equal(t, "months of A", grep(all, "A|"),
		"A|2025-01-01|1|4|000000002|1000000002|1.12345678901234", "A|2025-02-01|1|4|000000002|1000000002|",
		"A|2025-03-01|1|3|000000002|1000000002|", "A|2025-04-01|1|2|000000002|1000000002|", "A|2025-05-01|1|1|000000002|1000000002|",
		"A|2025-06-01|0|0|000000002|1000000002|", "A|2025-07-01|0|0|000000002|1000000002|", "A|2025-08-01|0|0|000000002|1000000002|",
		"A|2025-09-01|0|0|000000002|1000000002|", "A|2025-10-01|0|0|000000002|1000000002|", "A|2025-11-01|0|0|000000002|1000000002|",
		"A|2025-12-01|1|4|000000002|1000000002|0.50000000000000")
	equal(t, "first months", grep(rows(t, out, "assignment", "MONTH", "BENE_MBI_ID", "ASSIGNED", "ENROLLMENT_TYPE", "TIN", "NPI", "HCC_VERSION",
		"HCC_COL_1", "HCC_COL_2", "AGND_SCORE", "DEM_ESRD_SCORE", "PLUR_R05", "VA_SELECTION_ONLY", "VA_TIN", "ADI_NATRANK", "BENE_PSNYRS_LIS_DUAL",
		"BENE_BRTH_DT", "PERFORMANCE_YEAR", "REPORT_RANK"), "2025-01"),
		"2025-01-01|A|1|4|000000002|1000000002|V24|1|0|0.90000000000000|-1.50000000000000||0|012345678|77|0.08333333333333|1940-01-31|2025|4",
		"2025-01-01|B|1|4|000000009||V28||||||||||1940-01-31|2025|4",
		"2025-01-01|C|1|1|||V28||||||||||1940-01-31|2025|4",
		"2025-01-01|D|0|||||||||1||||||2025|4",
		"2025-01-01|E|0||||||||||1|||||2025|4")
	if len(r.UnknownColumns) != 1 || !strings.HasSuffix(r.UnknownColumns[0], "_1-1.csv: U071") {
		t.Errorf("unknown columns: %v", r.UnknownColumns)
	}
}

func TestProspective(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		reportName(q4of25, "1-1"): tableOne(",EXCLUDED", "A,"+flags("4")+",0", "B,"+flags("4")+",1"),
	})
	_, out := importCSV(t, Options{Inputs: []string{dir}})
	equal(t, "January", grep(rows(t, out, "assignment", "MONTH", "BENE_MBI_ID", "ASSIGNED", "ENROLLMENT_TYPE"), "2025-01"),
		"2025-01-01|A|1|4", "2025-01-01|B|0|4")
}

// TestBadValues has bad values, which are null, and bad records, which have no
// rows.
func TestBadValues(t *testing.T) {
	text := tableOne(",HCC_COL_1,AGND_SCORE", "A,9,"+flags("4")[2:]+",2,1.123456789012345", ","+flags("4")+",,", "A,"+flags("4")+",,", "short") +
		"B,,,,,1940-01-31,13/01/2024," + flags("4") + ",1,x\r\n"
	r, out := importCSV(t, Options{Inputs: []string{writeFiles(t, map[string]string{reportName(q4of25, "1-1"): text})}})
	equal(t, "January", grep(rows(t, out, "assignment", "MONTH", "BENE_MBI_ID", "ASSIGNED", "ENROLLMENT_TYPE", "HCC_COL_1", "AGND_SCORE", "BENE_BRTH_DT", "BENE_DEATH_DT"), "2025-01"),
		"2025-01-01|A|0||||1940-01-31|", "2025-01-01|B|1|4|1|||")
	got := rejects(t, out)
	for _, want := range []string{
		`"line":2,"byte":`, `"label":"ENROLLFLAG1","reason":"not an enrollment type from 0 to 4"`, `"label":"HCC_COL_1","reason":"not 0 or 1"`,
		`"label":"AGND_SCORE","reason":"a number with more decimals than the field has"`, `"label":"BENE_MBI_ID","reason":"no beneficiary"`,
		`"label":"BENE_MBI_ID","reason":"a beneficiary that is listed before"`, `"line":5,`, `"label":"BENE_BRTH_DT","reason":"not a date MM/DD/YYYY"`,
		`"line":6,`, `"label":"BENE_DEATH_DT"`, `"label":"AGND_SCORE","reason":"not a number"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if r.Rejected != 9 {
		t.Errorf("%d rejects, want 9:\n%s", r.Rejected, got)
	}
}

func TestReportWithoutPeriod(t *testing.T) {
	name := "P.A1234.ACO.QALR.D200210.T1200012_1-1.csv"
	dir := writeFiles(t, map[string]string{name: tableOne("", "A,"+flags("4"))})
	_, err := Import(context.Background(), Options{Inputs: []string{dir}, Out: filepath.Join(t.TempDir(), "out")})
	if !errors.Is(err, ErrReport) || !strings.Contains(err.Error(), name) {
		t.Errorf("error %v", err)
	}
}

// TestReportWithoutColumns has tables that lack a column without which their rows would
// say what the report does not: that nobody is assigned in a month, or has a TIN.
func TestReportWithoutColumns(t *testing.T) {
	for table, without := range map[string]string{
		"1-1": strings.Replace(tableOne("", "A,"+flags("4")), "EnrollFlag7", "Enrollment7", 1),
		"1-2": "BENE_MBI_ID,TIN,B_EM_LINE_CNT_T\r\nA,000000003,7\r\n",
		"1-4": "BENE_MBI_ID,MASTER_ID,NPI,PCS_COUNT\r\nA,000000003,1234567893,7\r\n",
	} {
		files := map[string]string{reportName(q1of25, "1-1"): tableOne("", "A,"+flags("4"))}
		files[reportName(q1of25, table)] = without
		_, err := Import(context.Background(), Options{Inputs: []string{writeFiles(t, files)}, Out: filepath.Join(t.TempDir(), "out")})
		lacks := map[string]string{"1-1": "ENROLLFLAG7", "1-2": "MASTER_ID", "1-4": "NPI_USED"}[table]
		if !errors.Is(err, ErrReport) || !strings.Contains(err.Error(), table+".csv") || !strings.Contains(err.Error(), lacks) {
			t.Errorf("Table %s: error %v", table, err)
		}
	}
}

const bnexName = "P.A1234.BNEX.Y25.D250210.T0912345.xml"

func bnex(count int, beneficiaries string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<PFDCACOBeneData xmlns="http://cms.hhs.gov/x">
<Header><HeaderCode>HDR_BNEXC</HeaderCode><FileCreationDate>20250210</FileCreationDate><PerformanceYear>2025</PerformanceYear><ReportMonth>02</ReportMonth></Header>
<Beneficiarys>%s</Beneficiarys>
<Trailer><TrailerCode>TRL_BNEXC</TrailerCode><RecordCount>%d</RecordCount></Trailer>
</PFDCACOBeneData>`, beneficiaries, count)
}

const excludedTwo = `<Beneficiary><MBI>A</MBI><HICN/><FirstName>Ann</FirstName><DOB>19400131</DOB>
<BeneExcReasons><BeneExcReason>BD</BeneExcReason><BeneExcReason>PL</BeneExcReason></BeneExcReasons></Beneficiary>
<Beneficiary><MBI>B</MBI><BeneExcReasons><BeneExcReason>EC</BeneExcReason></BeneExcReasons></Beneficiary>`

func TestExclusions(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		bnexName: bnex(2, excludedTwo),
		"bnex.csv": "MBI,FIRSTNAME,BENEEXCREASONS,PERFORMANCEYEAR,REPORTMONTH\nA,Ann,\"BD,PL\",2025,03\n" +
			"C,,MA,2025,03\n,,BD,2025,03\n",
	})
	r, out := importCSV(t, Options{Inputs: []string{dir}})
	equal(t, "exclusions", rows(t, out, "exclusions", "BENE_MBI_ID", "REASON", "PERFORMANCE_YEAR", "REPORT_MONTH", "ACO_ID"),
		"A|BD|2025|02|A1234", "A|BD|2025|03|", "A|PL|2025|02|A1234", "A|PL|2025|03|", "B|EC|2025|02|A1234", "C|MA|2025|03|")
	if r.Rejected != 1 || !strings.Contains(rejects(t, out), `"line":4,`) {
		t.Errorf("rejects: %s", rejects(t, out))
	}
}

func TestExclusionsTrailer(t *testing.T) {
	dir := writeFiles(t, map[string]string{bnexName: bnex(3, excludedTwo)})
	opts := Options{Inputs: []string{dir}, Out: filepath.Join(t.TempDir(), "out"), MaxRejects: -1}
	_, err := Import(context.Background(), opts)
	if _, ok := errors.AsType[*SummaryError](err); !ok || !strings.Contains(err.Error(), "has 2 records, and its trailer says 3") {
		t.Errorf("error %v", err)
	}
	opts.AllowFaults = true
	if r, err := Import(context.Background(), opts); err != nil || len(r.Faults) != 1 {
		t.Errorf("error %v, faults %v", err, r)
	}
}

func TestParticipants(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"Participants List.csv": "Legal Name,Participant TIN\r\n\"Lee, Inc\",012345678\r\nBad,123\r\n",
		"reach.csv": "Entity ID,Entity TIN,Base Provider TIN,Individual NPI,organization_npi\r\n" +
			"D1234,999999999,11-1111111,1000000001,\r\nD1234,999999999,,,1000000002\r\nD1234,999999999,111111111,1000000001,\r\n",
	})
	r, out := importCSV(t, Options{Inputs: []string{dir}})
	equal(t, "participants", rows(t, out, "participants", "TIN", "NPI"), "012345678|", "111111111|1000000001", "999999999|1000000002")
	if r.Rejected != 1 || !strings.Contains(rejects(t, out), `"label":"PARTICIPANT TIN"`) {
		t.Errorf("rejects: %s", rejects(t, out))
	}
}

// TestListsAdded imports lists one after the other, and with a delivery between
// them.
func TestListsAdded(t *testing.T) {
	synthtest.WithoutRace(t)
	d := monthly(january, line(t, "1", nil))
	inputs := []string{
		writeFiles(t, map[string]string{
			reportName(q1of25, "1-1"): tableOne("", "A,"+flags("4")),
			reportName(q1of25, "1-2"): "BENE_MBI_ID,MASTER_ID,B_EM_LINE_CNT_T\r\nA,000000003,7\r\n",
		}),
		writeFiles(t, map[string]string{bnexName: bnex(2, excludedTwo), "p.csv": "TIN,NPI\n000000001,1000000001\n"}),
		d.folder(t, t.TempDir()),
		writeFiles(t, map[string]string{reportName(q4of24, "1-1"): tableOne("", "B,"+flags("3")), "p2.csv": "TIN,NPI\n000000002,1000000001\n"}),
		writeFiles(t, map[string]string{
			reportName(q1of25Again, "1-1"): tableOne("", "C,"+flags("2")),
			reportName(initial25, "1-1"):   tableOne("", "D,"+flags("1")),
		}),
	}
	once := filepath.Join(t.TempDir(), "once")
	if _, err := Import(context.Background(), Options{Inputs: inputs, Out: once, MaxRejects: -1}); err != nil {
		t.Fatal(err)
	}
	for _, order := range [][]int{{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 4, 0, 3, 1}} {
		added := filepath.Join(t.TempDir(), "added")
		for _, k := range order {
			if _, err := Import(context.Background(), Options{Inputs: []string{inputs[k]}, Out: added, MaxRejects: -1}); err != nil {
				t.Fatal(err)
			}
		}
		for _, table := range []string{"assignment", "exclusions", "participants", "cclf5", "deliveries"} {
			equal(t, fmt.Sprint(table, order), parquetTexts(t, added, table), parquetTexts(t, once, table)...)
		}
		r, err := Import(context.Background(), Options{Inputs: inputs, Out: added, MaxRejects: -1})
		if err != nil || !r.Unchanged {
			t.Errorf("again: %v, unchanged %t", err, r != nil && r.Unchanged)
		}
	}
	set, err := dataset.Open(once)
	if err != nil {
		t.Fatal(err)
	}
	if names := fmt.Sprint(slices.Collect(func(yield func(string) bool) {
		for _, table := range set.Manifest.Tables[11:] {
			yield(table.Name)
		}
	})); names != "[deliveries assignment exclusions participants]" {
		t.Errorf("tables: %s", names)
	}
}

// TestReportCompletedLater has a table of a report that was imported without it.
func TestReportCompletedLater(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	one := writeFiles(t, map[string]string{reportName(q1of25, "1-1"): tableOne("", "A,"+flags("4"))})
	two := writeFiles(t, map[string]string{reportName(q1of25, "1-2"): "BENE_MBI_ID,MASTER_ID,B_EM_LINE_CNT_T\r\nA,000000003,7\r\n"})
	for _, tt := range []struct {
		inputs []string
		fails  bool
	}{{[]string{one}, false}, {[]string{two}, true}, {[]string{one, two}, false}} {
		_, err := Import(context.Background(), Options{Inputs: tt.inputs, Out: out, MaxRejects: -1})
		if errors.Is(err, ErrReport) != tt.fails || err != nil && !tt.fails {
			t.Errorf("%v: %v", tt.inputs, err)
		}
	}
	if list := grep(parquetTexts(t, out, "assignment"), "000000003"); len(list) != 12 {
		t.Errorf("%d rows with the TIN, want 12", len(list))
	}
}
