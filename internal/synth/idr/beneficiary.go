package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Coverages is how many Coverages a beneficiary has.
func (p *Beneficiary) Coverages() int {
	if p.Dual.BeneDualStusCd != "" {
		return 5
	}
	return 4
}

// CoverageUpdate is when the n-th Coverage was updated.
func (p *Beneficiary) CoverageUpdate(n int) column.Instant {
	updated := p.LastUpdated
	updated.Millis += p.updates[n]
	if updated.Millis > p.AsOf.At(10*3_600_000).Millis {
		updated = p.LastUpdated
	}
	return updated
}

// Beneficiary is a beneficiary of the IDR: who it is, as in the other records,
// and what is kept in another way.
type Beneficiary struct {
	*records.Beneficiary
	MapShape        bool // whether the claims come in the shape of the published maps
	HasAddressLines bool // whether the address has more than state and postal code
	MBIs            []MBI
	MergedID        int64      // of a record that was merged into this one, 0 for none
	PartA           PartStatus // CLM_..._THRD_PTY and status rows of the part
	PartB           PartStatus //
	updates         [5]int64   // how many milliseconds the Coverages were updated after the Patient
	Dual            DualStatus //
	Contract        [2]string  // of parts C and D
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
