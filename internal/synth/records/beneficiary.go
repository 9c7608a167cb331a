package records

import (
	"cmp"

	"github.com/cclf-tools/cclf/internal/synth/column"
)

// CoverageStart returns COVSTART, the first day of coverage.
func (b *Beneficiary) CoverageStart() column.Date { return cmp.Or(b.PtaCvrgStrtDt, b.PtbCvrgStrtDt) }

// A Beneficiary is a beneficiary of the CCW, in one version.
type Beneficiary struct {
	Edges // of an export with edge cases

	LastUpdated column.Instant
	AsOf        column.Date // the day of the export

	BeneID             int64
	MbiNum             string
	EfctvBgnDt         column.Date
	EfctvEndDt         column.Date
	MbiHistory         []string // medicare_beneficiaryid_history.MBI_NUM, the newest last
	BeneBirthDt        column.Date
	DeathDt            column.Date
	BeneSexIdentCd     string // 1 male, 2 female, 0 unknown
	BeneRaceCd         string
	BeneGvnName        string
	BeneMdlName        string
	BeneSrnmName       string
	DrvdLineAdr        [6]string
	CityName           string
	StateCode          string
	BeneZipCd          string
	BeneMdcrStatusCd   string
	BeneEntlmtRsnOrig  string
	BeneEntlmtRsnCurr  string
	BeneEsrdInd        string
	BenePtaTrmntnCd    string
	BenePtbTrmntnCd    string
	PtaCvrgStrtDt      column.Date
	PtaCvrgEndDt       column.Date
	PtbCvrgStrtDt      column.Date
	PtbCvrgEndDt       column.Date
	PtdCvrgStrtDt      column.Date
	PtdCvrgEndDt       column.Date
	RfrncYr            int // 0 if unknown: then there is nothing by month either
	MetaDualElgblStus  [12]string
	MdcrEntlmtBuyinInd [12]string
	PtcCntrctID        [12]string
	PtcPbpID           [12]string
	PtcPlanTypeCd      [12]string
	HmoInd             [12]string
	PtdCntrctID        [12]string
	PtdPbpID           [12]string
	PtdSgmtID          [12]string
	RdsInd             [12]string
	CstShrGrp          [12]string
}

// MedicareParts are the parts of Medicare. Each beneficiary has a Coverage of each
// part, enrolled or not.
var MedicareParts = [...]byte{'a', 'b', 'c', 'd'}

// SentMBI returns the current identifier if the export contains it, else "".
func (b *Beneficiary) SentMBI() string {
	if b.NoPatient && !b.MBIInClaims {
		return ""
	}
	return b.MbiNum
}

// Identified reports whether the export contains the identifiers of a beneficiary, in
// the Patient or in a claim.
func (b *Beneficiary) Identified() bool { return !b.NoPatient || b.MBIInClaims && b.Claims > 0 }
