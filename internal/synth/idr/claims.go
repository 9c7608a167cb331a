// Package idr makes the records of the Integrated Data Repository (IDR), from which the
// server of v3 makes FHIR. It knows no FHIR.
//
// All claim types have the same columns: those of CLM and its satellite tables are in
// Claim, those of CLM_LINE in Line, and so on. Fields are named after the columns.
package idr

import (
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// ProductCode returns the code of the first product of a type.
func (c *Claim) ProductCode(kind string) string {
	for i := range c.Prod {
		if c.Prod[i].ClmProdTypeCd == kind {
			return c.Prod[i].ClmDgnsCd
		}
	}
	return ""
}

// ICDIndicator returns the ICD version of the claim's diagnoses.
func (c *Claim) ICDIndicator() string {
	if len(c.Prod) == 0 {
		return ""
	}
	return codebook.ICDOf(c.Prod[0].Version).Version
}

// CCN returns the certification number of the billing institution.
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

// Original returns the control number of the claim that this one replaced.
func (c *Claim) Original() string {
	if c.ClmOrigCntlNum == c.ClmCntlNum {
		return ""
	}
	return Stored(c.ClmOrigCntlNum)
}

// FirstAdjustment returns the first line with an adjustment reason, or an empty one.
func (c *Claim) FirstAdjustment() *Line {
	for i := range c.Lines {
		if c.Lines[i].AnsiGrpCd != "" {
			return &c.Lines[i]
		}
	}
	return &Line{}
}

// RepeatsDrug reports whether the server writes the drug to a detail of the line too.
// Some servers do so for every drug event, the others only for compounds.
func (c *Claim) RepeatsDrug() bool {
	return c.Type == life.PartD && !c.Beneficiary.MapShape && c.ClmFinlActnInd != "" && c.Lines[0].ClmLineNdcCd != ""
}

// A System is the processing stage of a claim: finally adjudicated, or still in a
// shared system.
type System int

// A Claim is a claim of any type.
type Claim struct {
	Type        life.ClaimType
	System      System
	Beneficiary *Beneficiary

	LastUpdated     column.Instant
	ClmUniqID       int64
	ClmTypeCd       int
	ClmFinlActnInd  string // Y or N; older servers do not send it for drug events
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

	Billing        *life.Provider // nil if the provider history lacks the provider
	BilledByPerson bool           // the billing provider is a person
	Atndg          string         // NPIs
	Oprtg          string
	Othr           string
	Rndrg          string
	Rfrg           string
	ClmSwitch      [6]string // in the order of the constants
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

// Status returns the status of the resource.
func (c *Claim) Status() string {
	if c.Fault != "" {
		return c.Fault
	}
	return "active"
}

// A Product is a row of CLM_PROD that has a diagnosis.
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
	DgnsRow       int // the row of Prod that has the diagnosis, from 1
	Switch        [6]string
	Demo          [5]string
}

// A Drug has the columns of drug events.
type Drug struct {
	PrvdrSrvcIDQlfyrCd string
	ClmSrvcPrvdrGnrcID string
	PrsbngIDQlfyrCd    string
	ClmPrsbngGnrcID    string
	ClmDspnsngStusCd   string
	ClmDawProdSlctnCd  string
	ClmBrndGnrcCd      string
	ClmDaysSuplyQty    int
	ClmLineRxNum       string
	ClmLineRxFillNum   int
	ClmPhrmcySrvcType  string
	Compound           bool
	ClmPdDt            column.Date
	TotRxCst           column.Amount
}

// Indexes of the benefit enhancement switches.
const (
	PBPMTSwitch = iota
	PostDischargeSwitch
	SNFSwitch
	TelehealthSwitch
	CapitationSwitch
	CMGSwitch
)
