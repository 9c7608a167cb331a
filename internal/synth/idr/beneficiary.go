package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Coverages returns the number of Coverages of a beneficiary.
func (p *Beneficiary) Coverages() int {
	if p.Dual.BeneDualStusCd != "" {
		return 5
	}
	return 4
}

// CoverageUpdate returns when the nth Coverage was updated.
func (p *Beneficiary) CoverageUpdate(n int) column.Instant {
	updated := p.LastUpdated
	updated.Millis += p.updates[n]
	if updated.Millis > p.AsOf.At(10*3_600_000).Millis {
		updated = p.LastUpdated
	}
	return updated
}

// A Beneficiary has what the IDR stores in another way than the CCW, and the rest as
// in the CCW.
type Beneficiary struct {
	*records.Beneficiary
	MapShape        bool // claims come in the shape of the published maps
	HasAddressLines bool // the address has more than a state and postal code
	MBIs            []MBI
	MergedID        int64      // id of a record merged into this one, 0 for none
	PartA           PartStatus // entitlement and status of Part A
	PartB           PartStatus // and of Part B
	updates         [5]int64   // milliseconds from the update of the Patient to that of each Coverage
	Dual            DualStatus
	Contract        [2]string      // contracts of Parts C and D
	PlanBegin       [2]column.Date // of the enrollment in them
}

type MBI struct {
	BeneMbiID      string
	BeneMbiEfctvDt column.Date
	BeneMbiObslDt  column.Date // 0 for 9999-12-31
}

type PartStatus struct {
	BeneMdcrStusCd      string
	BeneMdcrEntlmtRsnCd string
	BeneBuyinCd         string
	Begin, End          column.Date
}

type DualStatus struct {
	BeneDualStusCd string
	Begin, End     column.Date
}
