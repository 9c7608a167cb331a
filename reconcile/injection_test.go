//go:build cgo

package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// A plainClaim is a claim of CCLF1 without codes for substance use.
type plainClaim struct{ id, mbi, control, dollars string }

// plainClaims returns claims of CCLF1, one per beneficiary, most dollars first.
func plainClaims(t *testing.T, dir string) []plainClaim {
	t.Helper()
	var list []plainClaim
	readRows(t, dir, `
		SELECT cur_clm_uniq_id, bene_mbi_id, clm_cntl_num, clm_pmt_amt::VARCHAR
		FROM cclf1
		WHERE clm_pmt_amt > 100 AND coalesce(trim(clm_adjsmt_type_cd), '0') = '0' AND clm_cntl_num IS NOT NULL
			AND coalesce(prncpl_dgns_cd, '') NOT LIKE 'F%' AND coalesce(dgns_drg_cd, '') NOT LIKE '%89%'
			AND cur_clm_uniq_id NOT IN (SELECT cur_clm_uniq_id FROM cclf4 WHERE clm_dgns_cd LIKE 'F1%' OR clm_dgns_cd LIKE 'O99%')
			AND cur_clm_uniq_id NOT IN (SELECT cur_clm_uniq_id FROM cclf2 WHERE clm_line_hcpcs_cd SIMILAR TO '[HGT].*')
			AND bene_mbi_id NOT IN (SELECT prvs_num FROM cclf9 UNION SELECT crnt_num FROM cclf9)
			AND (SELECT count(*) FROM cclf1 AS o WHERE (o.clm_blg_prvdr_oscar_num, o.clm_from_dt, o.bene_mbi_id) = (cclf1.clm_blg_prvdr_oscar_num, cclf1.clm_from_dt, cclf1.bene_mbi_id)) = 1
		QUALIFY row_number() OVER (PARTITION BY bene_mbi_id ORDER BY clm_pmt_amt DESC) = 1
		ORDER BY clm_pmt_amt DESC, bene_mbi_id`,
		func(v []any) {
			list = append(list, plainClaim{text(v[0]), text(v[1]), text(v[2]), text(v[3])})
		})
	return list
}

// readRows calls yield for each row of a query on a data set.
func readRows(t *testing.T, dir, sql string, yield func([]any)) {
	t.Helper()
	ctx := context.Background()
	db, err := query.Open(ctx, dir, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(ctx, sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		yield(rows.Values())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// beneficiaryDollars returns a function that returns the claims and dollars of a
// beneficiary.
func beneficiaryDollars(t *testing.T, dir string) func(mbi string) (claims int64, dollars string) {
	t.Helper()
	c, err := Compare(context.Background(), dir, dir, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return func(mbi string) (claims int64, dollars string) {
		err := c.each(context.Background(), "SELECT count(*), sum(dollars)::DECIMAL(18, 2)::VARCHAR FROM a_claims WHERE person = '"+mbi+"'", func(v []any) {
			claims, dollars = integer(v[0]), text(v[1])
		})
		if err != nil {
			t.Fatal(err)
		}
		return claims, dollars
	}
}

// An injection changes the delivery, so that a comparison with the export finds
// one more step.
type injection struct {
	name     string
	apply    func(*forgedDelivery)
	declined string // MBI of a beneficiary who declined data sharing
	want     Step
	amount   string // reason of the column of payments in CCLF1, if its values differ
}

func negative(dollars string) string { return sumOf("0.00", dollars, -1) }

// sumOf returns a + sign * b.
func sumOf(a, b string, sign int64) string {
	x, _ := new(big.Rat).SetString(a)
	y, _ := new(big.Rat).SetString(b)
	return x.Add(x, y.Mul(y, big.NewRat(sign, 1))).FloatString(2)
}

// fixedAmount is an amount as fields of fixed-width records of CCLF1 have it.
func fixedAmount(dollars string) string {
	x, _ := new(big.Rat).SetString(dollars)
	sign := " "
	if x.Sign() < 0 {
		sign = "-"
	}
	return sign + fmt.Sprintf("%013s", x.Abs(x).FloatString(2))
}

// injections returns one for each reason that a v3 export can have.
func injections(t *testing.T, left string) []injection {
	t.Helper()
	claims := plainClaims(t, left)
	if len(claims) < 14 {
		t.Fatalf("only %d plain claims", len(claims))
	}
	next := func() plainClaim {
		c := claims[0]
		claims = claims[1:]
		return c
	}
	var partial string
	readRows(t, left, "SELECT min(clm_cntl_num) FROM partially_adjudicated.cclf1", func(v []any) { partial = text(v[0]) })
	if partial == "" {
		t.Fatal("no partially adjudicated claim")
	}
	var list []injection
	add := func(name, reason string, n int64, dollars string, apply func(*forgedDelivery)) *injection {
		list = append(list, injection{name: name, apply: apply, want: Step{reason, n, json.Number(dollars)}})
		return &list[len(list)-1]
	}
	claimFiles := []string{"CCLF1", "CCLF2", "CCLF3", "CCLF4", "CCLF5", "CCLF6", "CCLF7"}

	dollarsOf := beneficiaryDollars(t, left)
	out := next()
	n, dollars := dollarsOf(out.mbi)
	add("opted out", "opted_out", n, negative(dollars), func(d *forgedDelivery) { d.dropPerson(out.mbi, claimFiles...) }).declined = out.mbi
	gone := next()
	n, dollars = dollarsOf(gone.mbi)
	add("not in the feed", "not_in_feed", n, negative(dollars), func(d *forgedDelivery) {
		d.dropPerson(gone.mbi, append(claimFiles, "CCLF8")...)
	})
	old := next()
	add("outside history", "outside_history", 1, old.dollars, func(d *forgedDelivery) {
		d.add(old.id, map[string]string{"CLM_FROM_DT": "2003-01-01", "CLM_THRU_DT": "2003-01-02"})
	})
	early := next()
	add("partially adjudicated", "partially_adjudicated", 1, early.dollars, func(d *forgedDelivery) {
		d.add(early.id, map[string]string{"CLM_CNTL_NUM": partial})
	})
	use := next()
	add("substance use", "substance_use", 1, use.dollars, func(d *forgedDelivery) { d.add(use.id, map[string]string{"PRNCPL_DGNS_CD": "F1020"}) })
	late := next()
	add("not yet arrived", "not_yet_arrived", 1, late.dollars, func(d *forgedDelivery) { d.add(late.id, map[string]string{"CLM_IDR_LD_DT": "2026-02-28"}) })
	raised := next()
	add("newer load, other amount", newerLoad, 1, "10.00", func(d *forgedDelivery) {
		d.change(raised.id, map[string]string{"CLM_PMT_AMT": fixedAmount(sumOf(raised.dollars, "10.00", 1)), "CLM_IDR_LD_DT": "2026-02-28"})
	}).amount = newerLoad
	undone := next()
	add("newer load, canceled", newerLoad, 1, negative(undone.dollars), func(d *forgedDelivery) {
		d.add(undone.id, map[string]string{"CLM_ADJSMT_TYPE_CD": "1", "CLM_CNTL_NUM": undone.control, "CLM_IDR_LD_DT": "2026-02-28"})
	})
	named := next()
	add("HICN", hicn, 1, "0.00", func(d *forgedDelivery) { d.change(named.id, map[string]string{"BENE_HIC_NUM": "123456789A"}) })
	cent := next()
	add("a cent", Unexplained, 1, "0.01", func(d *forgedDelivery) {
		d.change(cent.id, map[string]string{"CLM_PMT_AMT": fixedAmount(sumOf(cent.dollars, "0.01", 1))})
	}).amount = Unexplained
	lost := next()
	add("dropped", Unexplained, 1, negative(lost.dollars), func(d *forgedDelivery) { d.drop("CCLF1", "CUR_CLM_UNIQ_ID", lost.id) })
	netted := next()
	list = append(list, injection{name: "debit and credit", apply: func(d *forgedDelivery) {
		number := map[string]string{"CLM_CNTL_NUM": "PAIR", "CLM_FROM_DT": "2025-01-05", "CLM_THRU_DT": "2025-01-06"}
		d.add(netted.id, number)
		number["CLM_ADJSMT_TYPE_CD"] = "1"
		d.add(netted.id, number)
	}})
	return list
}

// compareForged imports a delivery and compares it with an export.
func compareForged(t *testing.T, left string, d *forgedDelivery, declined ...string) *Report {
	t.Helper()
	ctx := context.Background()
	right := filepath.Join(t.TempDir(), "right")
	d.importTo(right)
	pair, err := query.OpenPair(ctx, left, right, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &Comparison{pair: pair}
	defer c.Close()
	if len(declined) > 0 {
		list := ""
		for _, mbi := range declined {
			list += "SELECT '" + mbi + "' AS bene_mbi_id, 'BD' AS reason UNION ALL "
		}
		if err := pair.Exec(ctx, "CREATE OR REPLACE VIEW b.exclusions AS "+list+"SELECT '9XX9XX9XX99', 'EC'"); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.compare(ctx); err != nil {
		t.Fatal(err)
	}
	checkSum(t, c.Report())
	return c.Report()
}

// checkSum checks that the steps lead from the left to the right to the cent.
func checkSum(t *testing.T, r *Report) {
	t.Helper()
	sum := r.Left.Dollars.String()
	for _, s := range r.Waterfall {
		sum = sumOf(sum, s.Dollars.String(), 1)
	}
	if sum != r.Right.Dollars.String() {
		t.Errorf("the waterfall ends at %s instead of %s: %+v", sum, r.Right.Dollars, r.Waterfall)
	}
	sum = "0"
	for _, g := range r.Groups {
		sum = sumOf(sum, g.Difference.String(), 1)
	}
	if want := sumOf(r.Right.Dollars.String(), r.Left.Dollars.String(), -1); sum != want {
		t.Errorf("the groups differ by %s instead of %s", sum, want)
	}
}

func checkSteps(t *testing.T, got []Step, want map[string]Step) {
	t.Helper()
	for _, s := range got {
		if w := want[s.Reason]; s != w {
			t.Errorf("got %+v, want %+v", s, w)
		}
		delete(want, s.Reason)
	}
	for _, s := range want {
		t.Errorf("there is no %+v", s)
	}
}

// TestInjections injects differences into a delivery: several of different reasons, those
// without a reason alone, and all at once. Each comes back with its reason, claims and
// dollars.
func TestInjections(t *testing.T) {
	made := roundTrip(t, schema.V3)
	left := made.converted
	original := readDelivery(t, made.fixed)
	list := injections(t, left)
	for _, group := range append(groupsOf(list), list) {
		names, want, explained := []string(nil), map[string]Step{}, true
		amount, differing := "", int64(0)
		for _, in := range group {
			if in.amount != "" {
				differing++
				if amount != Unexplained {
					amount = in.amount
				}
			}
			names = append(names, in.name)
			explained = explained && in.want.Reason != Unexplained
			if in.want.Reason != "" {
				s := want[in.want.Reason]
				want[in.want.Reason] = Step{in.want.Reason, s.Claims + in.want.Claims, json.Number(sumOf("0"+s.Dollars.String(), in.want.Dollars.String(), 1))}
			}
		}
		t.Run(strings.Join(names, ", "), func(t *testing.T) {
			d, declined := original.clone(t), []string(nil)
			for _, in := range group {
				in.apply(d)
				if in.declined != "" {
					declined = append(declined, in.declined)
				}
			}
			r := compareForged(t, left, d, declined...)
			checkSteps(t, r.Waterfall, want)
			if got := r.Explained(); got != explained {
				t.Errorf("explained: %v", got)
			}
			i := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Table == "cclf1" && c.Column == "CLM_PMT_AMT" })
			if col := r.Columns[i]; col.Reason != amount || col.Compared-col.Equal != differing {
				t.Errorf("%+v, want the reason %q of %d values", col, amount, differing)
			}
		})
	}
}

// groupsOf divides injections into groups with different reasons. Those that nothing
// explains are alone.
func groupsOf(list []injection) (groups [][]injection) {
	var group []injection
	for _, in := range list {
		alone := in.want.Reason == Unexplained
		same := func(other injection) bool { return other.want.Reason == in.want.Reason }
		switch {
		case alone:
			groups = append(groups, []injection{in})
			continue
		case slices.ContainsFunc(group, same):
			groups = append(groups, group)
			group = nil
		}
		group = append(group, in)
	}
	return append(groups, group)
}

// TestOtherSystem compares an export of API version v2, whose claim IDs are of
// another system, with a delivery: that is a difference by design.
func TestOtherSystem(t *testing.T) {
	made := roundTrip(t, schema.V2)
	left := made.converted
	d := readDelivery(t, made.fixed)
	claims := plainClaims(t, left)
	claim := claims[slices.IndexFunc(claims, func(c plainClaim) bool { return !strings.HasPrefix(c.id, "-") })]
	before := int64(0) // claims with negative IDs, which the field of CCLF cannot hold
	for _, s := range compareForged(t, left, d).Waterfall {
		before += s.Claims
	}
	d.change(claim.id, map[string]string{"CUR_CLM_UNIQ_ID": "7700000000001"})
	r := compareForged(t, left, d)
	checkSteps(t, r.Waterfall, map[string]Step{otherSystemID: {otherSystemID, before + 1, "0.00"}})
	if r.Matched.Claims != r.Left.Claims || !r.Explained() {
		t.Errorf("%+v, left %+v", r.Matched, r.Left)
	}
}
