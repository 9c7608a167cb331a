package idr

import (
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// ProductCode is the code of the first product of a type.
func (c *Claim) ProductCode(kind string) string {
	for i := range c.Prod {
		if c.Prod[i].ClmProdTypeCd == kind {
			return c.Prod[i].ClmDgnsCd
		}
	}
	return ""
}

// ICDIndicator is the version of the claim's diagnoses.
func (c *Claim) ICDIndicator() string {
	if len(c.Prod) == 0 {
		return ""
	}
	return codebook.ICDOf(c.Prod[0].Version).Version
}

// CCN is the number of the institution that bills.
func (c *Claim) CCN() string {
	if c.Billing == nil || c.BilledByPerson {
		return ""
	}
	return c.Billing.CCN
}

func (c *Claim) BillingNPI() string {
	if c.Billing == nil {
		return ""
	}
	return c.Billing.NPI
}

func (c *Claim) TypeCode() string {
	return strconv.Itoa(c.ClmTypeCd)
}

func (c *Claim) Condition() string {
	switch {
	case len(c.ClmRltCondCd) == 0:
		return ""
	case len(c.ClmRltCondCd[0]) == 1:
		return "0" + c.ClmRltCondCd[0]
	}
	return c.ClmRltCondCd[0]
}

// Original is the number of the claim that this one replaced.
func (c *Claim) Original() string {
	if c.ClmOrigCntlNum == c.ClmCntlNum {
		return ""
	}
	return Stored(c.ClmOrigCntlNum)
}

// FirstAdjustment is the first line that has a reason of adjustment.
func (c *Claim) FirstAdjustment() *Line {
	for i := range c.Lines {
		if c.Lines[i].AnsiGrpCd != "" {
			return &c.Lines[i]
		}
	}
	return &Line{}
}

// RepeatsDrug says that the server is one that writes the drug of every event, not
// only of a compound, to a detail of the line too.
func (c *Claim) RepeatsDrug() bool {
	return c.Type == records.PartD && !c.Beneficiary.MapShape && c.ClmFinlActnInd != "" && c.Lines[0].ClmLineNdcCd != ""
}

// The records of the Integrated Data Repository (IDR), from which the server
// of v3 makes FHIR. All claims have the same columns there: those of CLM and
// its satellites stand in idrClaim, those of CLM_LINE in idrLine, and so on.
// As elsewhere, fields are named after their columns.

// An System is where a claim stands: finally adjudicated, or still in one
// of the systems that process claims.
type System int

// Claim is a claim.
type Claim struct {
	Type        records.ClaimType
	System      System
	Beneficiary *Beneficiary

	LastUpdated     column.Instant
	ClmUniqID       int64
	ClmTypeCd       int
	ClmFinlActnInd  string // Y or N; of drug events, older servers do not send it
	Fault           string // a status other than active, if any
	ClmFromDt       column.Date
	ClmThruDt       column.Date
	ClmEfctvDt      column.Date
	ClmIdrLdDt      column.Date // 0 for 9999-12-31
	ClmCntlNum      string
	ClmOrigCntlNum  string
	ClmAdjstmtType  string
	ClmCntrctrNum   string
	ClmSbmtChrgAmt  column.Amount
	ClmAlowdChrgAmt column.Amount
	ClmPmtAmt       column.Amount
	ClmPrvdrPmtAmt  column.Amount
	ClmMdcrDdctbl   column.Amount
	ClmMdcrCoinsrnc column.Amount
	ClmNcvrdChrgAmt column.Amount

	Billing        *records.Provider // nil for one that the provider history lacks
	BilledByPerson bool              // the billing provider is a person
	Atndg          string            // NPIs
	Oprtg          string
	Othr           string
	Rndrg          string
	Rfrg           string
	ClmSwitch      [6]string // in the order of idrSwitches
	ClmDemo        [5]string
	ClmProcDt      column.Date
	ClmWklyDt      column.Date
	ClmRcvdDt      column.Date
	ClmNrlnRic     string

	// Institutional.
	ClmBillFacTypeCd    string
	ClmBillClsfctnCd    string
	ClmBillFreqCd       string
	ClmMdcrNpmtRsnCd    string
	ClmNchPrmryPyrCd    string
	GeoBlgSsaStateCd    string
	BenePtntStusCd      string
	DgnsDrgCd           int
	ClmOpSrvcTypeCd     string
	ClmAdmsnTypeCd      string
	ClmAdmsnSrcCd       string
	ClmQueryCd          string
	ClmActvCareFromDt   column.Date
	ClmDschrgDt         column.Date
	ClmRltCondCd        []string
	ClmInstnlPerDiem    column.Amount
	ClmIPBeneDdctbl     column.Amount
	ClmBloodLblty       column.Amount
	ClmInstnlPrfnl      column.Amount
	ClmPpsCptlIme       column.Amount
	ClmPpsDsprprtnt     column.Amount
	ClmHippsUncompdCare column.Amount
	ClmOprtnlIme        column.Amount
	ClmOprtnlDsprtnt    column.Amount

	// Professional.
	ClmCarrPmtDnlCd string
	ClmDispCd       string

	Prod  []Product
	Prcdr []Procedure
	Lines []Line

	Drug Drug
}

// Status is that of the resource.
func (c *Claim) Status() string {
	if c.Fault != "" {
		return c.Fault
	}
	return "active"
}

// Product is a row of CLM_PROD that has a diagnosis.
type Product struct {
	ClmProdTypeCd string // A, D, E, P, R
	ClmDgnsCd     string
	ClmPoaInd     string
	Version       string // CLM_DGNS_PRCDR_ICD_IND
}

type Procedure struct {
	ClmValSqncNum int
	ClmPrcdrCd    string
	ClmPrcdrDt    column.Date
	Version       string
}

type Line struct {
	ClmLineNum        int
	ClmLineFromDt     column.Date
	ClmLineThruDt     column.Date
	ClmLineRevCtrDt   column.Date
	ClmLineRevCtrCd   string
	ClmLineHcpcsCd    string
	HcpcsMdfrCd       [5]string
	ClmRevApcHippsCd  string
	ClmLineSrvcUnit   column.Quantity
	ClmLineNdcCd      string
	ClmLineNdcQty     column.Quantity
	ClmLineSbmtChrg   column.Amount
	ClmLineAlowdChrg  column.Amount
	ClmLineCvrdPd     column.Amount
	ClmLinePrvdrPmt   column.Amount
	ClmLineBenePmt    column.Amount
	ClmLineDdctbl     column.Amount
	ClmLineNcvrd      column.Amount
	AnsiGrpCd         string
	AnsiRsnCd         string
	ClmDdctblCoinsrnc string

	// Professional.
	Rendering     string // NPI
	PrvdrTypeCd   string
	PrvdrSpclty   string // CLM_PRVDR_SPCLTY_CD
	FedSpclty     string // CLM_RNDRG_FED_PRVDR_SPCLTY_CD
	TaxNum        string
	SsaStateCd    string
	FedTypeSrvcCd string
	PosCd         string
	PrmryPyrCd    string
	PrcsgIndCd    string
	CarrHpsaCd    string
	ClmLineDgnsCd string
	DgnsRow       int // the row of Prod that has it, from 1
	Switch        [6]string
	Demo          [5]string
}

// Drug is what only a drug event has.
type Drug struct {
	PrvdrSrvcIDQlfyrCd string
	ClmSrvcPrvdrGnrcID string
	PrsbngIDQlfyrCd    string
	ClmPrsbngGnrcID    string
	ClmDspnsngStusCd   string
	ClmDawProdSlctnCd  string
	ClmDaysSuplyQty    int
	ClmLineRxNum       string
	ClmLineRxFillNum   int
	ClmPhrmcySrvcType  string
	Compound           bool
	ClmPdDt            column.Date
	TotRxCst           column.Amount
}

// The switches of benefit enhancements.
const (
	PBPMTSwitch = iota
	PostDischargeSwitch
	SNFSwitch
	TelehealthSwitch
	CapitationSwitch
	CMGSwitch
)
