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
