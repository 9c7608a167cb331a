// Package records makes the records of the Chronic Conditions Warehouse (CCW), from
// which the servers of v1 and v2 make FHIR. It knows no FHIR.
//
// Fields are named after the raw columns: ClmTotChrgAmt is CLM_TOT_CHRG_AMT. An empty
// string is an empty column; the warehouse often has a single space instead.
package records

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// A Claim has the columns of all claim types.
type Claim struct {
	Type        life.ClaimType
	Beneficiary *Beneficiary
	LastUpdated column.Instant
	ClmID       int64 // PDE_ID of a drug event
	ClmGrpID    int64
	FinalAction string // F, or N for a claim that another one has replaced
	NoEOBType   bool   // the server does not send the claim type
	Fault       string // a status other than active and cancelled, if any
	ClmFromDt   column.Date
	ClmThruDt   column.Date
}

// Final reports whether a claim is a final action: nothing has replaced it, and it is
// not in error.
func (c *Claim) Final() bool { return c.FinalAction == "F" && c.Fault == "" }

// Status returns the status of the resource.
func (c *Claim) Status() string {
	switch {
	case c.Fault != "":
		return c.Fault
	case c.FinalAction == "F":
		return "active"
	}
	return "cancelled"
}

// A Diagnosis is a coded diagnosis: ICD_DGNS_CDn, ICD_DGNS_VRSN_CDn and
// CLM_POA_IND_SWn, or the columns of external causes.
type Diagnosis struct{ Cd, VrsnCd, PoaInd string }

// A Procedure is a coded procedure: ICD_PRCDR_CDn, ICD_PRCDR_VRSN_CDn and PRCDR_DTn.
type Procedure struct {
	Cd, VrsnCd string
	Dt         column.Date
}

// Institutional is a claim of an institution: inpatient, SNF, outpatient, HHA or
// hospice. Each type uses some of the columns.
type Institutional struct {
	Claim
	NchNearLineRecIdentCd string
	NchClmTypeCd          string
	NchWklyProcDt         column.Date
	FiClmProcDt           column.Date
	FiDocClmCntlNum       string
	FiOrigClmCntlNum      string
	FiNum                 string
	FiClmActnCd           string
	ClaimQueryCode        string
	PrvdrNum              string
	PrvdrStateCd          string
	ClmFacTypeCd          string
	ClmSrvcClsfctnTypeCd  string
	ClmFreqCd             string
	ClmMdcrNonPmtRsnCd    string
	ClmPmtAmt             column.Amount
	ClmTotChrgAmt         column.Amount
	NchPrmryPyrCd         string
	NchPrmryPyrClmPdAmt   column.Amount
	OrgNpiNum             string
	AtPhysnNpi            string
	AtPhysnUpin           string
	OpPhysnNpi            string
	OpPhysnUpin           string
	OtPhysnNpi            string
	OtPhysnUpin           string
	ClmMcoPdSw            string
	PtntDschrgStusCd      string
	ClmPpsIndCd           string

	// Inpatient and SNF stays.
	ClmAdmsnDt               column.Date
	NchBeneDschrgDt          column.Date
	ClmHospcStartDtID        column.Date
	BeneHospcPrdCnt          int
	ClmIPAdmsnTypeCd         string
	ClmSrcIPAdmsnCd          string
	NchPtntStusIndCd         string
	ClmDrgCd                 string
	ClmUtlztnDayCnt          int
	BeneTotCoinsrncDaysCnt   int
	ClmNonUtlztnDaysCnt      int
	BeneLrdUsedCnt           int
	NchBloodPntsFrnshdQty    int
	ClmPpsCptlDrgWtNum       column.Quantity
	NchVrfdNcvrdStayFromDt   column.Date
	NchVrfdNcvrdStayThruDt   column.Date
	NchBeneMdcrBnftsExhtdDtI column.Date
	NchQlfydStayFromDt       column.Date
	NchQlfydStayThruDt       column.Date
	ClmHhaLupaIndCd          string
	ClmHhaRfrlCd             string
	ClmHhaTotVisitCnt        int

	// Amounts that may be missing.
	ClmPassThruPerDiemAmt     column.Amount
	NchBeneIPDdctblAmt        column.Amount
	NchBenePtaCoinsrncLbltyAm column.Amount
	NchBeneBloodDdctblLbltyAm column.Amount
	NchProfnlCmpntChrgAmt     column.Amount
	NchIPNcvrdChrgAmt         column.Amount
	NchIPTotDdctnAmt          column.Amount
	ClmTotPpsCptlAmt          column.Amount
	ClmPpsCptlFspAmt          column.Amount
	ClmPpsCptlOutlierAmt      column.Amount
	ClmPpsCptlDsprprtntShrAmt column.Amount
	ClmPpsCptlImeAmt          column.Amount
	ClmPpsCptlExcptnAmt       column.Amount
	ClmPpsOldCptlHldHrmlsAmt  column.Amount
	NchDrgOutlierAprvdPmtAmt  column.Amount
	ImeOpClmValAmt            column.Amount
	DshOpClmValAmt            column.Amount
	ClmUncompdCarePmtAmt      column.Amount
	NchBenePtbDdctblAmt       column.Amount
	NchBenePtbCoinsrncAmt     column.Amount
	ClmOpPrvdrPmtAmt          column.Amount
	ClmOpBenePmtAmt           column.Amount

	PrncpalDgnsCd     string
	PrncpalDgnsVrsnCd string
	AdmtgDgnsCd       string
	AdmtgDgnsVrsnCd   string
	FstDgnsECd        string
	FstDgnsEVrsnCd    string
	IcdDgns           []Diagnosis // 1 to 25
	IcdDgnsE          []Diagnosis // 1 to 12
	RsnVisit          []Diagnosis // RSN_VISIT_CD1 to 3
	IcdPrcdr          []Procedure // 1 to 25
	Lines             []RevenueLine
}

// A RevenueLine is a line of an institutional claim.
type RevenueLine struct {
	ClmLineNum              int
	RevCntr                 string
	RevCntrDt               column.Date
	RevCntrStusIndCd        string
	RevCntrAnsiCd           [4]string // 1st to 4th
	HcpcsCd                 string
	HcpcsMdfrCd             [2]string // 1st and 2nd
	RevCntrUnitCnt          column.Quantity
	RevCntrRateAmt          column.Amount
	RevCntrBloodDdctblAmt   column.Amount
	RevCntrCashDdctblAmt    column.Amount
	RevCntrCoinsrncWgeAdjst column.Amount
	RevCntrRdcdCoinsrncAmt  column.Amount
	RevCntr1stMspPdAmt      column.Amount
	RevCntr2ndMspPdAmt      column.Amount
	RevCntrPrvdrPmtAmt      column.Amount
	RevCntrBenePmtAmt       column.Amount
	RevCntrPtntRspnsbltyPmt column.Amount
	RevCntrPmtAmtAmt        column.Amount
	RevCntrTotChrgAmt       column.Amount
	RevCntrNcvrdChrgAmt     column.Amount
	RevCntrDdctblCoinsrncCd string
	RevCntrNdcQty           column.Quantity
	RevCntrNdcQtyQlfrCd     string
	RevCntrIdeNdcUpcNum     string
	RndrngPhysnUpin         string
	RndrngPhysnNpi          string
}

// Professional is a claim of a physician or supplier: carrier or DME.
type Professional struct {
	Claim
	NchNearLineRecIdentCd    string
	NchClmTypeCd             string
	NchWklyProcDt            column.Date
	CarrNum                  string
	CarrClmCntlNum           string
	CarrClmEntryCd           string
	CarrClmPmtDnlCd          string
	CarrClmPrvdrAsgnmtIndSw  string
	CarrClmHcpcsYrCd         string
	CarrClmBlgNpiNum         string
	CarrClmRfrngPinNum       string
	ClmClnclTrilNum          string
	ClmDispCd                string
	ClmPmtAmt                column.Amount
	CarrClmPrmryPyrPdAmt     column.Amount
	CarrClmCashDdctblApldAmt column.Amount
	NchClmPrvdrPmtAmt        column.Amount
	NchClmBenePmtAmt         column.Amount
	NchCarrClmSbmtdChrgAmt   column.Amount
	NchCarrClmAlowdAmt       column.Amount
	RfrPhysnNpi              string
	RfrPhysnUpin             string
	PrncpalDgnsCd            string
	PrncpalDgnsVrsnCd        string
	IcdDgns                  []Diagnosis // 1 to 12
	Lines                    []ProfessionalLine
}

// A ProfessionalLine is a line of a carrier or DME claim.
type ProfessionalLine struct {
	LineNum               int
	PrfPhysnNpi           string // PRVDR_NPI of a DME claim
	PrfPhysnUpin          string
	OrgNpiNum             string
	CarrLinePrvdrTypeCd   string
	TaxNum                string
	PrvdrStateCd          string
	PrvdrZip              string
	PrvdrSpclty           string
	PrtcptngIndCd         string
	CarrLineRdcdPmtPhys   string
	LineSrvcCnt           column.Quantity
	LineCmsTypeSrvcCd     string
	LinePlaceOfSrvcCd     string
	CarrLinePrcngLcltyCd  string
	CarrLineCliaLabNum    string
	Line1stExpnsDt        column.Date
	LineLastExpnsDt       column.Date
	HcpcsCd               string
	HcpcsMdfrCd           [4]string // 1st and 2nd; up to the 4th of a DME claim
	BetosCd               string
	LineNchPmtAmt         column.Amount
	LineBenePmtAmt        column.Amount
	LinePrvdrPmtAmt       column.Amount
	LineBenePtbDdctblAmt  column.Amount
	LineBenePrmryPyrCd    string
	LineBenePrmryPyrPdAmt column.Amount
	LineCoinsrncAmt       column.Amount
	LineSbmtdChrgAmt      column.Amount
	LineAlowdChrgAmt      column.Amount
	LinePrcsgIndCd        string
	LinePmt80100Cd        string
	LineServiceDeductible string
	LineMtusCnt           column.Quantity // CARR_LINE_MTUS_CNT or DMERC_LINE_MTUS_CNT
	LineMtusCd            string
	LineIcdDgnsCd         string
	LineIcdDgnsVrsnCd     string
	LineHctHgbTypeCd      string
	LineHctHgbRsltNum     column.Quantity
	LineNdcCd             string
	CarrLineAnsthsaUnit   column.Quantity

	// Of DME claims only.
	PrvdrNum              string
	LinePrmryAlowdChrgAmt column.Amount
	LineDmePrchsPriceAmt  column.Amount
	DmercLineScrnSvgsAmt  column.Amount
	DmercLinePrcngStateCd string
	DmercLineSupplrTypeCd string
}

// PartDEvent is a Part D prescription drug event (PDE).
type PartDEvent struct {
	Claim
	SrvcDt             column.Date
	PdDt               column.Date
	SrvcPrvdrIDQlfyrCd string
	SrvcPrvdrID        string
	PrscrbrIDQlfyrCd   string
	PrscrbrID          string
	RxSrvcRfrncNum     int64
	ProdSrvcID         string
	PlanCntrctRecID    string
	PlanPbpRecNum      string
	CmpndCd            string
	DawProdSlctnCd     string
	QtyDspnsdNum       column.Quantity
	DaysSuplyNum       int
	FillNum            int
	DspnsngStusCd      string
	DrugCvrgStusCd     string
	AdjstmtDltnCd      string
	NstdFrmtCd         string
	PrcngExcptnCd      string
	CtstrphcCvrgCd     string
	GdcBlwOoptAmt      column.Amount
	GdcAbvOoptAmt      column.Amount
	PtntPayAmt         column.Amount
	OthrTroopAmt       column.Amount
	LicsAmt            column.Amount
	PlroAmt            column.Amount
	CvrdDPlanPdAmt     column.Amount
	NcvrdPlanPdAmt     column.Amount
	TotRxCstAmt        column.Amount
	RxOrgnCd           string
	RptdGapDscntNum    column.Amount
	BrndGnrcCd         string
	PhrmcySrvcTypeCd   string
	PtntRsdncCd        string
	SubmsnClrCd        string
}
