package dataset

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/schema"
)

func TestCCLFNames(t *testing.T) {
	at := time.Date(2026, 11, 23, 21, 39, 5, 678e6, time.UTC)
	for _, tt := range []struct {
		opts                    FixedOptions
		zip, cclf0, cclf1, last string // last: CCLFB
	}{
		{FixedOptions{},
			"", "CCLF0", "CCLF1", "CCLFB"},
		{FixedOptions{ACO: "A1234"},
			"P.A1234.ACO.ZCY26.D261123.T2139056.zip", "P.A1234.ACO.ZC0Y26.D261123.T2139056",
			"P.A1234.ACO.ZC1Y26.D261123.T2139056", "P.A1234.ACO.ZCBY26.D261123.T2139056"},
		{FixedOptions{ACO: "A1234", Runout: true},
			"P.A1234.ACO.ZCR25.D261123.T2139056.zip", "P.A1234.ACO.ZC0R25.D261123.T2139056",
			"P.A1234.ACO.ZC1R25.D261123.T2139056", "P.A1234.ACO.ZCBR25.D261123.T2139056"},
		{FixedOptions{ACO: "F123", PerformanceYear: 2019, RunDate: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)},
			"P.F123.ACO.ZCY19.D200102.T0304050.zip", "P.F123.ACO.ZC0Y19.D200102.T0304050",
			"P.F123.ACO.ZC1Y19.D200102.T0304050", "P.F123.ACO.ZCBY19.D200102.T0304050"},
		{FixedOptions{ACO: "P12B456", Program: PCF},
			"P.P12B456.ACO.ZC26.D261123.T2139056.zip", "P.P12B456.ACO.ZC0Y26.D261123.T2139056",
			"P.P12B456.ACO.ZC1Y26.D261123.T2139056", "P.P12B456.ACO.ZCBY26.D261123.T2139056"},
	} {
		if err := tt.opts.check(); err != nil {
			t.Fatal(err)
		}
		d, err := tt.opts.names(at)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{d.zip(), d.file("CCLF0"), d.file("CCLF1"), d.file("CCLFB")}
		if diff := cmp.Diff([]string{tt.zip, tt.cclf0, tt.cclf1, tt.last}, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.opts, diff)
		}
	}
	if _, err := (&FixedOptions{ACO: "A1234"}).names(time.Time{}); err == nil {
		t.Error("a delivery without a date")
	}
}

func TestFixedOptions(t *testing.T) {
	for id, program := range map[string]Program{
		"A1234": MSSP, "F123": VTAPM, "D0001": REACH, "K0001": KCF, "C0001": CKCC, "P123456": PCF,
	} {
		opts := FixedOptions{ACO: id}
		n, err := opts.naming()
		if err != nil || n.program != program {
			t.Errorf("%s: %+v, %v, want %s", id, n, err, program)
		}
		opts.Program = program
		if err := opts.check(); err != nil {
			t.Errorf("%s in %s: %v", id, program, err)
		}
	}
	for want, opts := range map[string]FixedOptions{
		"in no program":           {ACO: "X1234"},
		"D#### in reach":          {ACO: "A1234", Program: REACH},
		"want A#### in mssp":      {ACO: "A12345"},
		"in no program: want":     {ACO: "A/../"},
		"unknown program":         {ACO: "A1234", Program: "ngaco"},
		"no run-out files in kcf": {ACO: "K1234", Runout: true},
		"performance year 26":     {ACO: "A1234", PerformanceYear: 26},
		"for the files of an ACO": {Runout: true},
	} {
		if err := opts.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", opts, err, want)
		}
	}
}

// TestSummary checks the records of CCLF0 against the positions that the
// Information Packet gives them.
func TestSummary(t *testing.T) {
	if want := "File Number  |File Description    |Total Records Count |Record Length\n"; summaryHeader() != want {
		t.Errorf("header %q, want %q", summaryHeader(), want)
	}
	got := string(appendSummary(nil, schema.Lookup("cclf1"), 12345, 437))
	want := "CCLF1  |Part A Claims Header File                  |      12345|  437 \n"
	if got != want || len(got) != 71 {
		t.Errorf("detail %q, want %q", got, want)
	}
	for _, table := range schema.Tables() {
		if n := len(appendSummary(nil, table, 99999999999, 99999)); n != 71 {
			t.Errorf("%s: a record of %d bytes, want 70", table.File, n-1)
		}
	}
}
