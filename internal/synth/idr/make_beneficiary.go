package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// newBeneficiary makes the beneficiary from the record of the CCW.
func (m *Generator) newBeneficiary(index int) {
	r, b := &m.Random, &m.base
	b.BeneID = 20_000_000 + int64(index)
	m.convert(b)
	if column.Blank(b.BeneRaceCd) {
		b.BeneRaceCd = "0"
	}
	p := &m.current
	*p = Beneficiary{Beneficiary: b, MapShape: r.Chance(125) && index > 0, MBIs: p.MBIs[:0]}
	p.HasAddressLines = p.MapShape || r.Chance(300)
	m.mbis(p)
	pick := func(c *codebook.Set) string { return r.Optional(c.Pick(r)) }
	p.PartA = PartStatus{b.BeneMdcrStatusCd, b.BeneEntlmtRsnOrig, r.Optional(random.OneOf(r, buyInCodes)), b.PtaCvrgStrtDt, b.PtaCvrgEndDt}
	p.PartB = PartStatus{pick(codebook.MedicareStatus), pick(codebook.Entitlements), r.Optional(random.OneOf(r, buyInCodes)), b.PtbCvrgStrtDt, b.PtbCvrgEndDt}
	for _, part := range []*PartStatus{&p.PartA, &p.PartB} {
		if part.Begin == 0 { // no valid row: an empty Coverage
			*part = PartStatus{}
		}
	}
	for i := range p.updates {
		p.updates[i] = int64(r.Intn(3)) * 86_400_000
	}
	if r.Chance(250) {
		p.Dual = DualStatus{BeneDualStusCd: random.AnyOf(r, []string{"01", "02", "04", "08"}), Begin: b.PtaCvrgStrtDt}
		if r.Chance(200) {
			p.Dual.End = m.Calendar.HistoryEnd - 100
		}
	}
	if r.Chance(100) {
		p.Contract[0] = "H" + r.Number(4)
	}
	if b.PtdCvrgStrtDt != 0 {
		p.Contract[1] = "S" + r.Number(4)
	}
	p.PlanBegin = [2]column.Date{b.PtdCvrgStrtDt, b.PtdCvrgStrtDt}
	if len(b.MbiHistory) > 0 && r.Chance(300) {
		p.MergedID = 900_000_000 + int64(index)
	}
}

var buyInCodes = []string{"C", "A", "B"}

// convert changes columns of the CCW to what the IDR has: states in letters, and
// five-digit ZIP codes.
func (m *Generator) convert(b *records.Beneficiary) {
	b.StateCode = codebook.USPSState(b.StateCode)
	b.BeneZipCd = b.BeneZipCd[:min(5, len(b.BeneZipCd))]
}

// mbis lists the identifiers of a beneficiary, the current one last.
func (m *Generator) mbis(p *Beneficiary) {
	b := p.Beneficiary
	begin := column.NewDate(2018, 1, 1) + column.Date(m.IDs.Index%300)
	for _, former := range b.MbiHistory {
		next := begin + 120 + column.Date(m.IDs.Index%77)
		p.MBIs = append(p.MBIs, MBI{BeneMbiID: former, BeneMbiEfctvDt: begin, BeneMbiObslDt: next - 1})
		begin = next
	}
	current := MBI{BeneMbiID: b.MbiNum, BeneMbiEfctvDt: begin}
	if len(b.MbiHistory) == 0 {
		current.BeneMbiObslDt = b.EfctvEndDt // the only identifier stays current
	}
	p.MBIs = append(p.MBIs, current)
}

// earlierBeneficiary makes the version of some months before.
func (m *Generator) earlierBeneficiary(b *records.Beneficiary) {
	b.BeneID = m.base.BeneID
	m.convert(b)
	p := &m.before
	list := p.MBIs[:0]
	*p = m.current
	p.Beneficiary, p.MBIs, p.MergedID, p.Dual = b, list, 0, DualStatus{}
	if column.Blank(b.BeneRaceCd) {
		b.BeneRaceCd = "0"
	}
	p.updates = [5]int64{}
	m.mbis(p)
}
