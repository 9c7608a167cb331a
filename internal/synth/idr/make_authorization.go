package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// authorizationStream is the stream of random numbers of prior authorizations,
// separate from that of claims.
const authorizationStream = 67

// authorize makes a prior authorization and sends it, sometimes in an earlier version
// first.
func (m *Generator) authorize(day column.Date) {
	r := &m.authorizations
	a := &m.authorization
	*a = Authorization{
		Beneficiary: &m.current, UniqueTrackingNum: random.AnyOf(r, []string{"A", "Z", "J"}) + r.Number(13), IcnDcn: r.Number(14),
		DtAdded: day, EfctvDt: day + column.Date(r.Between(1, 20)), ClmType: random.AnyOf(r, []string{"A", "B"}),
		CntrctrNum: random.AnyOf(r, []string{"14014", "06001", "11004"}), BillType: random.AnyOf(r, []string{"32X", "13X", ""}),
		Items: a.Items[:0],
	}
	a.ExprtnDt = a.EfctvDt + 365
	a.LastUpdated = min(day+column.Date(r.Between(9, 90)), m.Calendar.LastUpdate).At(int64(r.Intn(86_400_000)))
	if !r.Chance(80) {
		a.Provider = random.PointerTo(r, m.Providers.Organizations)
	}
	npi := func(perMille int) string {
		if r.Chance(perMille) {
			return random.PointerTo(r, m.Providers.Practitioners).NPI
		}
		return ""
	}
	a.Rfrg, a.Atndg, a.Oprtg, a.Rndrg = npi(800), npi(600), npi(300), npi(700)
	for range 1 + r.Skewed(4) {
		a.Items = append(a.Items, m.authorizedItem(day))
	}
	if !m.current.MapShape && r.Chance(200) {
		newest := a.LastUpdated
		a.LastUpdated = records.Earlier(newest, r)
		m.To.Authorization(a, false)
		a.LastUpdated = newest
		for i := range a.Items {
			a.Items[i].Decision, a.Items[i].DtUpdated = "A", day+30
		}
		m.To.Authorization(a, true)
	} else {
		m.To.Authorization(a, false)
	}
	m.To.NewestAuthorization(a)
}

func (m *Generator) authorizedItem(day column.Date) AuthorizedItem {
	r := &m.authorizations
	item := AuthorizedItem{
		HcpcsCd: random.AnyOf(r, []string{"G0299", "G0300", "G0493", "K0856", "E0601", "64555"}), Decision: random.AnyOf(r, []string{"A", "A", "N", ""}),
		DtUpdated: day, ReqSubDt: day - column.Date(r.Intn(3)), ReqRecDt: day, ServiceCnts: r.Skewed(40),
		SvcRenderSt: random.AnyOf(r, []string{"IL", "FL", "PR", ""}),
	}
	if r.Chance(300) {
		item.MdfrCd[0] = random.AnyOf(r, codebook.Modifiers)
		if r.Chance(400) {
			item.MdfrCd[1] = random.AnyOf(r, codebook.Modifiers)
		}
	}
	if item.Decision != "" {
		item.DecisionDt = day + column.Date(r.Between(1, 9))
		item.DecisionExpDt = item.DecisionDt + 365
	}
	item.PosCd, item.RevCtrCd = r.Seldom(300, "12"), r.Seldom(300, "0551")
	item.RrbExclInd = r.Chance(200)
	if r.Chance(500) {
		item.MrCountInd, item.MrCountStDt, item.MrCountEndDt = 1+r.Intn(50), day+12, day+377
	}
	return item
}
