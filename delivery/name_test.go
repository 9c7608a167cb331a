package delivery

import (
	"testing"
	"time"
)

func TestParseName(t *testing.T) {
	day := time.Date(2025, 1, 21, 9, 12, 34, 500e6, time.UTC)
	for _, tt := range []struct {
		file string
		want Name
	}{
		{"P.A1234.ACO.ZCY25.D250121.T0912345", Name{ACO: "A1234", Program: "mssp", Kind: Monthly, Year: 2025, Made: day}},
		{"dir/p.a1234.aco.zcy25.d250121.t0912345.zip", Name{ACO: "A1234", Program: "mssp", Kind: Monthly, Year: 2025, Made: day}},
		{"P.A1234.ACO.ZC8Y25.D250121.T0912345", Name{ACO: "A1234", Program: "mssp", File: "CCLF8", Kind: Monthly, Year: 2025, Made: day}},
		{"P.A1234.ACO.ZCAY25.D250121.T0912345.txt", Name{ACO: "A1234", Program: "mssp", File: "CCLFA", Kind: Monthly, Year: 2025, Made: day}},
		{"T.BCD.A1234.ZC0R24.D250121.T0912345", Name{Test: true, ACO: "A1234", Program: "mssp", File: "CCLF0", Kind: Runout, Year: 2024, Made: day}},
		{"P.A1234.ACO.ZCWY25.S250101.E250117.D250121.T0912345.zip", Name{ACO: "A1234", Program: "mssp", Kind: Weekly, Year: 2025, Made: day}},
		{"P.A1234.ACO.ZC5WY25.D20250121.T0912345", Name{ACO: "A1234", Program: "mssp", File: "CCLF5", Kind: Weekly, Year: 2025, Made: day}},
		{"P.P123456.ACO.ZC25.D250121.T0912345", Name{ACO: "P123456", Program: "pcf", Kind: Monthly, Year: 2025, Made: day}},
		{"P.F123.ACO.ZC1Y25.D250121.T0912345", Name{ACO: "F123", Program: "vtapm", File: "CCLF1", Kind: Monthly, Year: 2025, Made: day}},
		{"P.IOTA123.PRT.ZC1Y25.D250121.T0912345", Name{ACO: "IOTA123", Program: "iota", File: "CCLF1", Kind: Monthly, Year: 2025, Made: day}},
		{"P.CEC.ZC0Y18.D250121.T0912345", Name{ACO: "CEC", Program: "cec", File: "CCLF0", Kind: Monthly, Year: 2018, Made: day}},
		{"P.X99.ACO.ZC1Y25.D250121.T0912345", Name{ACO: "X99", File: "CCLF1", Kind: Monthly, Year: 2025, Made: day}},
	} {
		got, ok := ParseName(tt.file)
		if !ok || got != tt.want {
			t.Errorf("ParseName(%q) = %+v, %t, want %+v", tt.file, got, ok, tt.want)
		}
	}
	for _, file := range []string{
		"", "CCLF1.txt", "P.A1234.ACO.HASSGN.D250121.T0912345.zip",
		"P.A1234.ACO.ZC1Y25.D251321.T0912345", // month 13
		"P.A1234.ACO.ZC1Y25.D259999.T0912345",
		"P.A1234.ACO.ZCWY25",
	} {
		if n, ok := ParseName(file); ok {
			t.Errorf("ParseName(%q) = %+v, want none", file, n)
		}
	}
}
