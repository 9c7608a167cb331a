package records

import (
	"cmp"

	"github.com/cclf-tools/cclf/internal/synth/column"
)

// CoverageStart is COVSTART: when the beneficiary was first covered.
func (b *Beneficiary) CoverageStart() column.Date { return cmp.Or(b.PtaCvrgStrtDt, b.PtbCvrgStrtDt) }

// A Beneficiary is who the claims are about.
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
	RfrncYr            int // 0 if there is none, and then nothing by month
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

// MedicareParts are the parts that each beneficiary has a Coverage of, whether
// enrolled or not.
var MedicareParts = [...]byte{'a', 'b', 'c', 'd'}

// SentMBI is the current identifier, as far as the export tells it.
func (b *Beneficiary) SentMBI() string {
	if b.NoPatient && !b.MBIInClaims {
		return ""
	}
	return b.MbiNum
}

// Identified says that the export tells which identifiers a beneficiary had: in the
// Patient, or in a claim.
func (b *Beneficiary) Identified() bool { return !b.NoPatient || b.MBIInClaims && b.Claims > 0 }
