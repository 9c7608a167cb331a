package synth

// v3 writes the resources of API v3, the way its server does from the records
// of the IDR. The maps that CMS published beside the server give claims
// another shape here and there; the claims of some beneficiaries are in that.
type v3 struct {
	dialect dialect
	shape   int // of the claim at hand
	infos   int // entries of supportingInfo so far
	info    []byte
	lines   []v3Links
	members []v3Member
}

// The shapes of claims.
const (
	serverShape = iota
	mapShape
	shapes
)

// v3Links are what a line refers to: the entries of its own, and that of its
// provider.
type v3Links struct {
	info []int
	team int
}

type v3Member struct {
	sequence int
	role     role
	npi      string
	special  string // CLM_RNDRG_FED_PRVDR_SPCLTY_CD
}

const (
	repository    = "https://bluebutton.cms.gov/fhir/CodeSystem/"
	repositoryDef = "https://bluebutton.cms.gov/fhir/StructureDefinition/"
	controlNumber = "https://bluebutton.cms.gov/identifiers/CLM-CNTL-NUM"
	genericNumber = "http://bluebutton.cms.gov/fhir/identifiers/GenericIdNum"
	qualifiers    = "http://bluebutton.cms.gov/fhir/CodeSystem/PRVDR-ID-QLFYR-CD"
	cmsHCPCS      = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
	cpt           = "http://www.ama-assn.org/go/cpt"
	cmsHIPPS      = "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/ProspMedicareFeeSvcPmtGen/HIPPSCodes"
	cmsDRG        = "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/AcuteInpatientPPS/MS-DRG-Classifications-and-Software"
	cmsPlaces     = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
	cmsPresent    = "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/HospitalAcqCond/Coding"
	ccnSystem     = "http://terminology.hl7.org/NamingSystem/CCN"
	taxSystem     = "urn:oid:2.16.840.1.113883.4.4"
	absentReason  = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
	identifierTyp = terminology + "v2-0203"
	usCore7       = "|7.0.0"
	carin22       = "|2.2.0"
)

// A v3Kind is what the claims of a type have in common in v3.
type v3Kind struct {
	part    string
	profile string
	source  [2]string         // by system
	types   [shapes][3]string // before and after CLM-TYPE-CD; EOB-TYPE
	subType string
}

func newV3Kind(part, profile, shared, eobType, claimType, subType string) v3Kind {
	k := v3Kind{
		part:    part,
		profile: `"` + carinDef + "C4BB-ExplanationOfBenefit-" + profile + carin22 + `","` + repositoryDef + "CMS-ExplanationOfBenefit-" + profile + `"`,
		source:  [2]string{"NCH", shared},
	}
	if claimType == "pharmacy" {
		k.source[finalSystem] = "DDPS"
	}
	primary := coding(terminology+"claim-type", claimType, "")
	k.types[serverShape] = [3]string{"", "," + primary, "," + coding(blueButton+"eob-type", eobType, "")}
	k.types[mapShape] = [3]string{primary + ",", "", "," + coding(repository+"EOB-TYPE", eobType, "")}
	if subType != "" {
		k.subType = `"subType":{"coding":[` + coding(carin+"C4BBInstitutionalClaimSubType", subType, "") + `]},`
	}
	return k
}

var v3Kinds = [claimTypes]v3Kind{
	inpatient:  newV3Kind("Part A", "Inpatient-Institutional", "FISS", "INPATIENT", "institutional", "inpatient"),
	snf:        newV3Kind("Part A", "Inpatient-Institutional", "FISS", "SNF", "institutional", "inpatient"),
	outpatient: newV3Kind("Part A", "Outpatient-Institutional", "FISS", "OUTPATIENT", "institutional", "outpatient"),
	hha:        newV3Kind("Part A", "Outpatient-Institutional", "FISS", "HHA", "institutional", "outpatient"),
	hospice:    newV3Kind("Part A", "Inpatient-Institutional", "FISS", "HOSPICE", "institutional", "inpatient"),
	carrier:    newV3Kind("Part A", "Professional-NonClinician", "MCS", "CARRIER", "professional", ""),
	dme:        newV3Kind("Part A", "Professional-NonClinician", "VMS", "DME", "professional", ""),
	partD:      newV3Kind("Part D", "Pharmacy", "DDPS", "PDE", "pharmacy", ""),
}

var (
	v3UniqueID  = `"type":` + concept(coding(carin+"C4BBIdentifierType", "uc", "Unique Claim ID")) + `,"value":`
	v3NPICoding = coding(identifierTyp, "NPI", "National provider identifier")
	v3NPI       = `"system":"` + npiSystem + `","type":` + concept(v3NPICoding) + `,"value":`
	v3TaxNumber = `"system":"` + taxSystem + `","type":` + concept(coding(identifierTyp, "TAX", "Tax ID number")) + `,"value":`

	v3Insurer = `{"active":true,"id":"insurer-org","meta":{"profile":["` + carinDef + "C4BB-Organization" + carin22 + `","` + usCore + "us-core-organization" + usCore7 +
		`"]},"name":` + quoted("Centers for Medicare & Medicaid Services") + `,"resourceType":"Organization"}`
	v3OrganizationMeta = `"meta":{"profile":["` + carinDef + "C4BB-Organization" + carin22 + `","` + usCore + "us-core-organization" + usCore7 + `"]},`
	v3PersonMeta       = `"meta":{"profile":["` + carinDef + "C4BB-Practitioner" + carin22 + `","` + usCore + "us-core-practitioner" + usCore7 + `"]},`
	v3NoProvider       = `"provider":{"extension":[{"url":"` + absentReason + `","valueCode":"unknown"}]},`
	v3Prior            = `"relationship":` + concept(coding(terminology+"ex-relatedclaimrelationship", "prior", "Prior Claim")) + `}],`
)

// A v3Category is the category of supporting information, in each shape.
type v3Category [shapes]string

func newV3Category(code, display string) v3Category {
	own := coding(repository+"Supporting-Information", code, display)
	return v3Category{`{"category":` + concept(own, infoCategory), `{"category":` + concept(infoCategory, own)}
}

func newV3CarinCategory(code string) v3Category {
	own := coding(carin+"C4BBSupportingInfoType", code, "")
	return v3Category{`{"category":` + concept(own, infoCategory), `{"category":` + concept(own)}
}

var (
	v3AdjustmentType = newV3Category("CLM_ADJSTMT_TYPE_CD", "Claim Adjustment Type Code")
	v3LoadDate       = newV3Category("CLM_IDR_LD_DT", "Claim IDR Load Date")
	v3Enhancement    = newV3Category("CLM_BNFT_ENHNCMT_CD", "Claim Benefit Enhancement Code")
	v3RenderingState = newV3Category("RNDRG_PRVDR_FIPS_ST_CD", "State of the Rendering Provider (FIPS)")
	v3FacilityState  = newV3Category("PRVDR_FAC_FIPS_ST_CD", "State of the Facility (FIPS)")
	v3Query          = newV3Category("CLM_QUERY_CD", "Claim Query Code")
	v3Contractor     = newV3Category("CLM_CNTRCTR_NUM", "Claim Contractor Number")
	v3PrimaryPayer   = newV3Category("CLM_NCH_PRMRY_PYR_CD", "Primary Payer Code (NCH)")
	v3Disposition    = newV3Category("CLM_DISP_CD", "Claim Disposition Code")
	v3Weekly         = newV3Category("CLM_NCH_WKLY_PROC_DT", "Weekly Processing Date")
	v3Processed      = newV3Category("CLM_CMS_PROC_DT", "Processing Date")
	v3NearLine       = newV3Category("CLM_NRLN_RIC_CD", "Near Line Record Identification Code")
	v3NonPayment     = newV3Category("CLM_MDCR_NPMT_RSN_CD", "Non-Payment Reason Code")
	v3OutpatientType = newV3Category("CLM_OP_SRVC_TYPE_CD", "Outpatient Service Type Code")
	v3Condition      = newV3Category("CLM_RLT_COND_CD", "Related Condition Code")
	v3CareThru       = newV3Category("CLM_ACTV_CARE_THRU_DT", "Covered Care Through Date")
	v3Denial         = newV3Category("CLM_CARR_PMT_DNL_CD", "Payment Denial Code")
	v3Audit          = newV3Category("CLM_PD_STUS_CD", "Paid Status Code")
	v3Tracking       = newV3Category("CLM_LINE_PMD_UNIQ_TRKNG_NUM", "Prior Authorization Tracking Number")
	v3Dispensing     = newV3Category("CLM_DSPNSNG_STUS_CD", "Dispensing Status Code")
	v3Prescription   = newV3Category("CLM_LINE_RX_NUM", "Prescription Service Reference Number")
	v3Pharmacy       = newV3Category("CLM_PHRMCY_SRVC_TYPE_CD", "Pharmacy Service Type Code")
	v3Contract       = newV3Category("CLM_SBMTR_CNTRCT_NUM", "Submitter Contract Number")
	v3Switches       = [6]v3Category{
		pbpmtSwitch:   newV3Category("CLM_NGACO_PBPMT_SW", "Population Based Payments"),
		pdschrgSwitch: newV3Category("CLM_NGACO_PDSCHRG_HCBS_SW", "Visits at Home after Discharge"),
		snfSwitch:     newV3Category("CLM_NGACO_SNF_WVR_SW", "Waiver of Three Days before SNF"),
		tlhlthSwitch:  newV3Category("CLM_NGACO_TLHLTH_SW", "Telehealth"),
		cptatnSwitch:  newV3Category("CLM_NGACO_CPTATN_SW", "Capitation"),
		cmgSwitch:     newV3Category("CLM_ACO_CARE_MGMT_HCBS_SW", "Care Management at Home"),
	}

	v3TypeOfBill = newV3CarinCategory("typeofbill")
	v3Discharge  = newV3CarinCategory("discharge-status")
	v3DRG        = newV3CarinCategory("drg")
	v3AdmitType  = newV3CarinCategory("admtype")
	v3Origin     = newV3CarinCategory("pointoforigin")
	v3Admission  = newV3CarinCategory("admissionperiod")
	v3Received   = newV3CarinCategory("clmrecvddate")
	v3Supply     = newV3CarinCategory("dayssupply")
	v3Refill     = newV3CarinCategory("refillnum")
	v3Refills    = newV3CarinCategory("refillsauthorized")
	v3DispenseAs = newV3CarinCategory("dawcode")
)

func (w *v3) infoEnd(b []byte) []byte {
	w.infos++
	b = append(b, `,"sequence":`...)
	return appendInt(b, w.infos)
}

// infoCodes writes an entry with a code that is known under several systems.
func (w *v3) infoCodes(b []byte, category *v3Category, code string, systems ...string) []byte {
	if !present(code) {
		return b
	}
	b = append(b, category[w.shape]...)
	b = append(b, `,"code":{"coding":[`...)
	for _, system := range systems {
		b = appendCode(b, system, code)
		b = append(b, ',')
	}
	b = append(closeWith(b, ']'), '}')
	b = w.infoEnd(b)
	return append(b, `},`...)
}

// infoCode writes an entry with a code of the repository.
func (w *v3) infoCode(b []byte, category *v3Category, code, name string) []byte {
	return w.infoCodes(b, category, code, name)
}

func (w *v3) infoDate(b []byte, category *v3Category, d date) []byte {
	if d == 0 {
		return b
	}
	b = append(b, category[w.shape]...)
	b = w.infoEnd(b)
	b = append(b, `,"timingDate":`...)
	b = appendDate(b, d)
	return append(b, `},`...)
}

func (w *v3) infoCount(b []byte, category *v3Category, n int, unit string) []byte {
	b = append(b, category[w.shape]...)
	b = w.infoEnd(b)
	b = append(b, `,"valueQuantity":{"unit":"`...)
	b = append(b, unit...)
	b = append(b, `","value":`...)
	b = appendInt(b, n)
	return append(b, `}},`...)
}

func (w *v3) infoString(b []byte, category *v3Category, value string) []byte {
	if !present(value) {
		return b
	}
	b = append(b, category[w.shape]...)
	b = w.infoEnd(b)
	b = append(b, `,"valueString":`...)
	b = appendPlain(b, value)
	return append(b, `},`...)
}

// appendCode writes a Coding of a code system by its URL, or by its name in
// the repository.
func appendCode(b []byte, system, code string) []byte {
	b = append(b, `{"code":`...)
	b = appendString(b, code)
	b = append(b, `,"system":"`...)
	if system[:4] != "http" {
		b = append(b, repository...)
	}
	b = append(b, system...)
	return append(b, `"}`...)
}

// v3Extension writes an extension of a line that holds a code.
func v3Extension(b []byte, name, code string) []byte {
	if !present(code) {
		return b
	}
	b = append(b, `{"url":"`+repositoryDef...)
	b = append(b, name...)
	b = append(b, `","valueCoding":`...)
	b = appendCode(b, name, code)
	return append(b, `},`...)
}

// v3Money writes an amount, with a comma behind.
func v3Money(b []byte, category string, a amount) []byte {
	if a == noAmount {
		return b
	}
	return appendAdjudication(b, a, category)
}

// nonzero is for amounts that the server leaves out when they are zero.
func nonzero(a amount) amount {
	if a == 0 {
		return noAmount
	}
	return a
}

func v3Amount(code, standard string) string {
	own := coding(repository+"Adjudication", code, "")
	if standard == "" {
		return adjudicationStart + concept(own) + "},"
	}
	return adjudicationStart + concept(standard, own) + "},"
}

var (
	v3Submitted    = v3Amount("CLM_SBMT_CHRG_AMT", submitted)
	v3Allowed      = v3Amount("CLM_ALOWD_CHRG_AMT", eligible)
	v3ToProvider   = v3Amount("CLM_PRVDR_PMT_AMT", toProvider)
	v3Deductible   = v3Amount("CLM_MDCR_DDCTBL_AMT", deductible)
	v3Coinsurance  = v3Amount("CLM_MDCR_COINSRNC_AMT", coinsurance)
	v3OtherShare   = v3Amount("CLM_BENE_PMT_COINSRNC_AMT", coinsurance)
	v3NonCovered   = v3Amount("CLM_NCVRD_CHRG_AMT", noncovered)
	v3DrugTotal    = v3Amount("TOT_RX_CST_AMT", submitted)
	v3PerDiem      = v3Amount("CLM_INSTNL_PER_DIEM_AMT", "")
	v3IPDeductible = v3Amount("CLM_MDCR_IP_BENE_DDCTBL_AMT", deductible)
	v3Blood        = v3Amount("CLM_BLOOD_LBLTY_AMT", "")
	v3Professional = v3Amount("CLM_INSTNL_PRFNL_AMT", "")
	v3CapitalIME   = v3Amount("CLM_MDCR_IP_PPS_CPTL_IME_AMT", "")
	v3Share        = v3Amount("CLM_MDCR_IP_PPS_DSPRPRTNT_AMT", "")
	v3Uncompd      = v3Amount("CLM_HIPPS_UNCOMPD_CARE_AMT", "")
	v3IME          = v3Amount("CLM_OPRTNL_IME_AMT", "")
	v3DSH          = v3Amount("CLM_OPRTNL_DSPRTNT_AMT", "")
	v3Outlier      = v3Amount("CLM_MDCR_IP_PPS_OUTLIER_AMT", "")

	v3LineSubmitted  = v3Amount("CLM_LINE_SBMT_CHRG_AMT", submitted)
	v3LineAllowed    = v3Amount("CLM_LINE_ALOWD_CHRG_AMT", eligible)
	v3LinePaid       = v3Amount("CLM_LINE_CVRD_PD_AMT", benefit)
	v3LineToProvider = v3Amount("CLM_LINE_PRVDR_PMT_AMT", toProvider)
	v3LineByPatient  = v3Amount("CLM_LINE_BENE_PMT_AMT", byPatient)
	v3LineToPatient  = v3Amount("CLM_LINE_BENE_PD_AMT", toPatient)
	v3LineDeductible = v3Amount("CLM_LINE_MDCR_DDCTBL_AMT", deductible)
	v3LineNonCovered = v3Amount("CLM_LINE_NCVRD_CHRG_AMT", noncovered)

	v3Status = `{"category":` + concept(coding(carin+"C4BBAdjudicationDiscriminator", "benefitpaymentstatus", "Benefit Payment Status")) +
		`,"reason":` + concept(otherStatus) + `},`
	v3Adjustment = `{"category":` + concept(coding(carin+"C4BBAdjudicationDiscriminator", "adjustmentreason", "Adjustment Reason")) + `,"reason":{"coding":[`
)

var v3Roles = func() (fragments [roles]string) {
	for r, code := range [roles][2]string{
		attending: {"attending", "Attending"}, operating: {"operating", "Operating"}, otherOperating: {"otheroperating", "Other Operating"},
		performing: {"rendering", "Rendering provider"}, referring: {"referring", "Referring"}, prescribing: {"prescribing", "Prescribing provider"},
	} {
		fragments[r] = `"role":` + concept(coding(terminology+"claimcareteamrole", code[0], code[1]), coding(carin+"C4BBClaimCareTeamRole", code[0], code[1])) + `,"sequence":`
	}
	return fragments
}()
