//go:build cgo

package reconcile

import (
	"context"
	"testing"

	"github.com/cclf-tools/cclf/query"
)

// TestPartDDeliveries has related events of two deliveries with equal dates, or none:
// the event of the newer delivery counts, whatever its claim number.
func TestPartDDeliveries(t *testing.T) {
	ctx := context.Background()
	const (
		header = cclf7Header + ",CLM_TYPE_CD,CLM_IDR_LD_DT,CLM_LINE_BENE_PMT_AMT,FILE_NAME,FILE_DATE"
		event  = ",M1,2024-02-29,01,1234567890,"
		older  = ",P.A1234.ACO.ZC7Y24.D240320.T0912345,2024-03-20"
		newer  = ",P.A1234.ACO.ZC7Y24.D240420.T0912345,2024-04-20"
	)
	deliveries := writeTables(t, withAllColumns(map[string][]string{
		"cclf7": {
			header,
			"19" + event + "1,0,01,2024-03-11,10.00" + older, "12" + event + "1,0,03,2024-03-11,0.00" + newer, // deleted
			"29" + event + "2,0,01,,20.00" + older, "22" + event + "2,0,02,,21.00" + newer, // adjusted
		},
		"cclf8": {personHeader, "M1,1940-02-29,1,ANN,ABLE,GA,30303"},
	}))
	c, err := Compare(ctx, deliveries, deliveries, query.Options{NoManifest: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if r := c.Report(); r.Left.Claims != 1 || r.Right.Claims != 1 {
		t.Errorf("%d and %d claims, want 1", r.Left.Claims, r.Right.Claims)
	}
}

// TestVersions has the conversion of an export with all versions of claims, and that with
// the final ones: superseded versions count on neither side.
func TestVersions(t *testing.T) {
	ctx := context.Background()
	data := func(all bool) string {
		tables := map[string][]string{
			"claims": {claimHeader},
			"cclf1":  {cclf1Header + ",CLM_TYPE_CD,CLM_CNTL_NUM,CLM_PMT_AMT"},
			"cclf5":  {cclf5Header + ",CLM_CNTL_NUM,CLM_LINE_CVRD_PD_AMT"},
			"cclf6":  {cclf5Header + ",CLM_CNTL_NUM,CLM_LINE_CVRD_PD_AMT"},
			"cclf8":  {personHeader, "M1,1940-02-29,1,ANN,ABLE,GA,30303"},
		}
		for claim, final := range map[string]string{"1": "N", "2": "Y"} {
			if final == "N" && !all {
				continue
			}
			tables["claims"] = append(tables["claims"], "inpatient-"+claim+",1"+claim+",M1,p1,INPATIENT,"+final+",A"+claim+",",
				"carrier-"+claim+",5"+claim+",M1,p1,CARRIER,"+final+",B"+claim+",", "dme-"+claim+",6"+claim+",M1,p1,DME,"+final+",C"+claim+",")
			tables["cclf1"] = append(tables["cclf1"], "1"+claim+",M1,2025-01-02,2025-01-05,010001,60,A"+claim+",10.00")
			tables["cclf5"] = append(tables["cclf5"], "5"+claim+",1,M1,2025-03-01,2025-03-01,71,B"+claim+",20.00")
			tables["cclf6"] = append(tables["cclf6"], "6"+claim+",1,M1,2025-03-01,2025-03-01,82,C"+claim+",30.00")
		}
		return writeTables(t, withAllColumns(tables))
	}
	c, err := Compare(ctx, data(false), data(true), query.Options{NoManifest: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if r := c.Report(); r.Left.Claims != 3 || r.Right.Claims != 3 || len(r.Waterfall) > 0 {
		t.Errorf("%d and %d claims, want 3; differences %+v", r.Left.Claims, r.Right.Claims, r.Waterfall)
	}
}
