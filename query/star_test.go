//go:build cgo

package query

import (
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestStar checks the views for BI tools: what each row is, what it refers to, and
// that dollars and member months are those of the metrics.
func TestStar(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	db := openScope(t, nil)
	check(t, db, "SELECT claim_key, mbi, claim_type, month, provider, paid FROM metrics.star_claims ORDER BY 1", `
		CCLF1 1 M 60 2024-02-01 CCN 360001 1000.00
		CCLF1 2 N 40 2024-03-01 CCN 360002 200.00
		CCLF1 3 N 60 2024-04-01 CCN 360001 30.00
		CCLF5 4 M 71 2024-02-01 NPI 1002 30.30
		CCLF5 5 N 71 2024-04-01 NPI 1001 5.00`)
	check(t, db, "SELECT claim_key, line, mbi, provider, paid FROM metrics.star_lines ORDER BY ALL", `
		CCLF5 4 1 M NPI 1001 10.10
		CCLF5 4 2 M NPI 1002 20.20
		CCLF5 5 1 N NPI 1001 5.00`)
	check(t, db, "SELECT mbi, state FROM metrics.star_members ORDER BY 1", `
		M WI
		N OH`)
	check(t, db, "SELECT mbi, month, member_months FROM metrics.star_months ORDER BY ALL", `
		M 2024-01-01 1
		M 2024-02-01 1
		N 2024-03-01 1
		N 2024-04-01 0`)
	check(t, db, "SELECT provider, kind, identifier, claims FROM metrics.star_providers ORDER BY 1", `
		CCN 360001 CCN 360001 2
		CCN 360002 CCN 360002 1
		NPI 1001 NPI 1001 2
		NPI 1002 NPI 1002 1`)
	check(t, db, "SELECT (SELECT sum(paid) FROM metrics.star_claims) = max(paid) FROM "+answer(t, db, "spending_total"), "true")
}
