package synth

// The records that everything is made of. Their fields are named after the
// raw columns of the Chronic Conditions Warehouse, from which the servers make
// FHIR: ClmTotChrgAmt is CLM_TOT_CHRG_AMT. An empty string is an empty column;
// a string of one space is what the warehouse often has in its place.

// A claimType is a kind of claim, with a record layout of its own.
type claimType int

const (
	inpatient claimType = iota
	snf
	outpatient
	hha
	hospice
	carrier
	dme
	partD
	claimTypes
)

// A Beneficiary is who the claims are about.
type Beneficiary struct {
	oddities // of an export with edge cases

	LastUpdated instant
	AsOf        date // the day of the export

	BeneID             int64
	MbiNum             string
	EfctvBgnDt         date
	EfctvEndDt         date
	MbiHistory         []string // medicare_beneficiaryid_history.MBI_NUM, the newest last
	BeneBirthDt        date
	DeathDt            date
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
	PtaCvrgStrtDt      date
	PtaCvrgEndDt       date
	PtbCvrgStrtDt      date
	PtbCvrgEndDt       date
	PtdCvrgStrtDt      date
	PtdCvrgEndDt       date
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

// A claim is what all kinds of claims have.
type claim struct {
	Type        claimType
	Beneficiary *Beneficiary
	LastUpdated instant
	ClmID       int64 // PDE_ID of a drug event
	ClmGrpID    int64
	FinalAction string // F, or N for a claim that another one has replaced
	noEOBType   bool   // the server does not send the claim type as such
	fault       string // a status other than active and cancelled, if any
	ClmFromDt   date
	ClmThruDt   date
}

// final says that nothing has replaced the claim, and that it is not in error.
func (c *claim) final() bool { return c.FinalAction == "F" && c.fault == "" }

// status is that of the resource.
func (c *claim) status() string {
	switch {
	case c.fault != "":
		return c.fault
	case c.FinalAction == "F":
		return "active"
	}
	return "cancelled"
}

// A coded diagnosis: ICD_DGNS_CDn, ICD_DGNS_VRSN_CDn and CLM_POA_IND_SWn, or
// the columns of the external causes.
type codedDiagnosis struct{ Cd, VrsnCd, PoaInd string }

// A coded procedure: ICD_PRCDR_CDn, ICD_PRCDR_VRSN_CDn and PRCDR_DTn.
type codedProcedure struct {
	Cd, VrsnCd string
	Dt         date
}

// Institutional is a claim of an institution: Inpatient, SNF, Outpatient, HHA
// or Hospice. Each of these has but a part of the columns.
type Institutional struct {
	claim
	NchNearLineRecIdentCd string
	NchClmTypeCd          string
	NchWklyProcDt         date
	FiClmProcDt           date
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
	ClmPmtAmt             amount
	ClmTotChrgAmt         amount
	NchPrmryPyrCd         string
	NchPrmryPyrClmPdAmt   amount
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

	// Stays.
	ClmAdmsnDt               date
	NchBeneDschrgDt          date
	ClmHospcStartDtID        date
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
	ClmPpsCptlDrgWtNum       quantity
	NchVrfdNcvrdStayFromDt   date
	NchVrfdNcvrdStayThruDt   date
	NchBeneMdcrBnftsExhtdDtI date
	NchQlfydStayFromDt       date
	NchQlfydStayThruDt       date
	ClmHhaLupaIndCd          string
	ClmHhaRfrlCd             string
	ClmHhaTotVisitCnt        int

	// Amounts that may be missing.
	ClmPassThruPerDiemAmt     amount
	NchBeneIPDdctblAmt        amount
	NchBenePtaCoinsrncLbltyAm amount
	NchBeneBloodDdctblLbltyAm amount
	NchProfnlCmpntChrgAmt     amount
	NchIPNcvrdChrgAmt         amount
	NchIPTotDdctnAmt          amount
	ClmTotPpsCptlAmt          amount
	ClmPpsCptlFspAmt          amount
	ClmPpsCptlOutlierAmt      amount
	ClmPpsCptlDsprprtntShrAmt amount
	ClmPpsCptlImeAmt          amount
	ClmPpsCptlExcptnAmt       amount
	ClmPpsOldCptlHldHrmlsAmt  amount
	NchDrgOutlierAprvdPmtAmt  amount
	ImeOpClmValAmt            amount
	DshOpClmValAmt            amount
	ClmUncompdCarePmtAmt      amount
	NchBenePtbDdctblAmt       amount
	NchBenePtbCoinsrncAmt     amount
	ClmOpPrvdrPmtAmt          amount
	ClmOpBenePmtAmt           amount

	PrncpalDgnsCd     string
	PrncpalDgnsVrsnCd string
	AdmtgDgnsCd       string
	AdmtgDgnsVrsnCd   string
	FstDgnsECd        string
	FstDgnsEVrsnCd    string
	IcdDgns           []codedDiagnosis // 1 to 25
	IcdDgnsE          []codedDiagnosis // 1 to 12
	RsnVisit          []codedDiagnosis // RSN_VISIT_CD1 to 3
	IcdPrcdr          []codedProcedure // 1 to 25
	Lines             []RevenueLine
}

// A RevenueLine is a line of an institutional claim.
type RevenueLine struct {
	ClmLineNum              int
	RevCntr                 string
	RevCntrDt               date
	RevCntrStusIndCd        string
	RevCntrAnsiCd           [4]string // 1st to 4th
	HcpcsCd                 string
	HcpcsMdfrCd             [2]string // 1st and 2nd
	RevCntrUnitCnt          quantity
	RevCntrRateAmt          amount
	RevCntrBloodDdctblAmt   amount
	RevCntrCashDdctblAmt    amount
	RevCntrCoinsrncWgeAdjst amount
	RevCntrRdcdCoinsrncAmt  amount
	RevCntr1stMspPdAmt      amount
	RevCntr2ndMspPdAmt      amount
	RevCntrPrvdrPmtAmt      amount
	RevCntrBenePmtAmt       amount
	RevCntrPtntRspnsbltyPmt amount
	RevCntrPmtAmtAmt        amount
	RevCntrTotChrgAmt       amount
	RevCntrNcvrdChrgAmt     amount
	RevCntrDdctblCoinsrncCd string
	RevCntrNdcQty           quantity
	RevCntrNdcQtyQlfrCd     string
	RevCntrIdeNdcUpcNum     string
	RndrngPhysnUpin         string
	RndrngPhysnNpi          string
}

// Professional is a claim of a physician or supplier: Carrier or DME.
type Professional struct {
	claim
	NchNearLineRecIdentCd    string
	NchClmTypeCd             string
	NchWklyProcDt            date
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
	ClmPmtAmt                amount
	CarrClmPrmryPyrPdAmt     amount
	CarrClmCashDdctblApldAmt amount
	NchClmPrvdrPmtAmt        amount
	NchClmBenePmtAmt         amount
	NchCarrClmSbmtdChrgAmt   amount
	NchCarrClmAlowdAmt       amount
	RfrPhysnNpi              string
	RfrPhysnUpin             string
	PrncpalDgnsCd            string
	PrncpalDgnsVrsnCd        string
	IcdDgns                  []codedDiagnosis // 1 to 12
	Lines                    []ProfessionalLine
}

// A ProfessionalLine is a line of a carrier or equipment claim.
type ProfessionalLine struct {
	LineNum               int
	PrfPhysnNpi           string // PRVDR_NPI of an equipment claim
	PrfPhysnUpin          string
	OrgNpiNum             string
	CarrLinePrvdrTypeCd   string
	TaxNum                string
	PrvdrStateCd          string
	PrvdrZip              string
	PrvdrSpclty           string
	PrtcptngIndCd         string
	CarrLineRdcdPmtPhys   string
	LineSrvcCnt           quantity
	LineCmsTypeSrvcCd     string
	LinePlaceOfSrvcCd     string
	CarrLinePrcngLcltyCd  string
	CarrLineCliaLabNum    string
	Line1stExpnsDt        date
	LineLastExpnsDt       date
	HcpcsCd               string
	HcpcsMdfrCd           [4]string // 1st and 2nd; up to the 4th of an equipment claim
	BetosCd               string
	LineNchPmtAmt         amount
	LineBenePmtAmt        amount
	LinePrvdrPmtAmt       amount
	LineBenePtbDdctblAmt  amount
	LineBenePrmryPyrCd    string
	LineBenePrmryPyrPdAmt amount
	LineCoinsrncAmt       amount
	LineSbmtdChrgAmt      amount
	LineAlowdChrgAmt      amount
	LinePrcsgIndCd        string
	LinePmt80100Cd        string
	LineServiceDeductible string
	LineMtusCnt           quantity // CARR_LINE_MTUS_CNT or DMERC_LINE_MTUS_CNT
	LineMtusCd            string
	LineIcdDgnsCd         string
	LineIcdDgnsVrsnCd     string
	LineHctHgbTypeCd      string
	LineHctHgbRsltNum     quantity
	LineNdcCd             string
	CarrLineAnsthsaUnit   quantity

	// Of equipment claims only.
	PrvdrNum              string
	LinePrmryAlowdChrgAmt amount
	LineDmePrchsPriceAmt  amount
	DmercLineScrnSvgsAmt  amount
	DmercLinePrcngStateCd string
	DmercLineSupplrTypeCd string
}

// PartDEvent is a drug event (PDE).
type PartDEvent struct {
	claim
	SrvcDt             date
	PdDt               date
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
	QtyDspnsdNum       quantity
	DaysSuplyNum       int
	FillNum            int
	DspnsngStusCd      string
	DrugCvrgStusCd     string
	AdjstmtDltnCd      string
	NstdFrmtCd         string
	PrcngExcptnCd      string
	CtstrphcCvrgCd     string
	GdcBlwOoptAmt      amount
	GdcAbvOoptAmt      amount
	PtntPayAmt         amount
	OthrTroopAmt       amount
	LicsAmt            amount
	PlroAmt            amount
	CvrdDPlanPdAmt     amount
	NcvrdPlanPdAmt     amount
	TotRxCstAmt        amount
	RxOrgnCd           string
	RptdGapDscntNum    amount
	BrndGnrcCd         string
	PhrmcySrvcTypeCd   string
	PtntRsdncCd        string
	SubmsnClrCd        string
}
