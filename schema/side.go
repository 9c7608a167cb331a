package schema

// Tables beside CCLF, for what CCLF lacks. Their rows are made as those of the
// CCLF tables are, from cells of the same grammar.

// ClaimsTable is the name of the table that lists all claims, and
// FinalActionLabel that of its column which says whether one is in force.
const (
	ClaimsTable      = "claims"
	FinalActionLabel = "FINAL_ACTION"
)

// PatientLabel is the label of the id of the Patient that a resource refers
// to, which says whose it is where the export has no Patient.
const PatientLabel = "PATIENT_ID"

var (
	patientID = derived(`patient.reference > reference-id`, "the id in the reference, without Patient/")
	memberID  = derived(`beneficiary.reference > reference-id`, "the id in the reference, without Patient/")
)

var anyClaim = []ClaimType{Inpatient, Outpatient, SNF, HHA, Hospice, Carrier, DME, PartD}

// Claims has a row for each claim resource, also for those that are not in
// force and so have no rows elsewhere.
var claims = &Table{
	Name:        ClaimsTable,
	Title:       "Claims and their versions",
	Description: "One row for each claim resource, in force or not: where it came from and how its versions hang together.",
	Grain:       PerClaim,
	Claims:      anyClaim,
	Key:         []string{"RESOURCE_ID"},
	Side:        true,
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(20),
			v1: v2ClaimID,
			v2: v2ClaimID,
			v3: v3ClaimID},
		{label: "BENE_MBI_ID", typ: text(11),
			v1: v2MBI,
			v2: v2MBI,
			v3: v2MBI},
		{label: PatientLabel, typ: text(64),
			v1: patientID,
			v2: patientID,
			v3: patientID},
		{label: "RESOURCE_ID", typ: text(64),
			v1: at(`id`),
			v2: at(`id`),
			v3: at(`id`)},
		{label: "API", typ: text(2),
			v1: derived(`'v1'`, "the generation that the resource is of"),
			v2: derived(`'v2'`, "the generation that the resource is of"),
			v3: derived(`'v3'`, "the generation that the resource is of")},
		{label: "CLAIM_TYPE", typ: text(10),
			v1: derived(ClaimTypeExpr+` > claim-type`, claimTypeRule),
			v2: derived(ClaimTypeExpr+` > claim-type`, claimTypeRule),
			v3: derived(ClaimTypeExpr+` > claim-type`, claimTypeRule)},
		{label: "CLM_TYPE_CD", typ: digits(4),
			v1: v2ClaimType,
			v2: v2ClaimType,
			v3: derived(v3ClaimType.Expr+` > pad2`, "two digits; the server sends a number")},
		{label: "STATUS", typ: text(16),
			v1: at(`status`),
			v2: at(`status`),
			v3: at(`status`)},
		{label: "FINAL_ACTION", typ: text(1),
			v1: derived(`status > not-active | 'Y'`, "Y if the status is active, N for cancelled, entered-in-error and draft"),
			v2: derived(`status > not-active | 'Y'`, "Y if the status is active, N for cancelled, entered-in-error and draft"),
			v3: derived(`status > not-active | `+FinalActionExpr+` > final-action | 'Y'`, "N if the status is not active, or the resource is tagged NotFinalAction")},
		{label: "CLM_ADJSMT_TYPE_CD", typ: text(2),
			v1: noAdjustment,
			v2: noAdjustment,
			v3: v3Adjust},
		{label: "CLM_CNTL_NUM", typ: text(40),
			v1: at(`extension[url=bb:fi_doc_clm_cntl_num,bb:carr_clm_cntl_num].valueIdentifier.value`),
			v2: at(`extension[url=bb:fi_doc_clm_cntl_num,bb:carr_clm_cntl_num].valueIdentifier.value`),
			v3: v3Control},
		{label: "CLM_ORG_CNTL_NUM", typ: text(40),
			v1: at(`extension[url=bb:fi_orig_clm_cntl_num].valueIdentifier.value`),
			v2: absent("the server does not send the control number of an earlier version"),
			v3: v3Original},
		{label: "CLAIM_GROUP", typ: text(20),
			v1: at(`identifier[system=bbi:claim-group].value`),
			v2: at(`identifier[system=bbi:claim-group].value`),
			v3: absent("the repository's claims have no group number; versions share their control number")},
		{label: "LAST_UPDATED", typ: text(40),
			v1: at(`meta.lastUpdated`),
			v2: at(`meta.lastUpdated`),
			v3: at(`meta.lastUpdated`)},
		{label: "SYSTEM_TYPE", typ: text(24),
			v1: absent("all claims come from the Chronic Conditions Warehouse"),
			v2: absent("all claims come from the Chronic Conditions Warehouse"),
			v3: at(SystemTypeExpr)},
		{label: "SOURCE_FILE", typ: text(255),
			v1: derived(`id > source-file`, "the input that the resource was read from"),
			v2: derived(`id > source-file`, "the input that the resource was read from"),
			v3: derived(`id > source-file`, "the input that the resource was read from")},
		{label: "SOURCE_LINE", typ: integer(12),
			v1: derived(`id > source-line`, "the line of that input"),
			v2: derived(`id > source-line`, "the line of that input"),
			v3: derived(`id > source-line`, "the line of that input")},
	}),
}

// v2DrugAmount is an amount of a prescription drug event, v1 alike.
func v2DrugAmount(variable string) Cell { return v1LineAmount(variable) }

// v2DrugInfo is a code of a prescription drug event.
func v2DrugInfo(variable string) Cell {
	return at(`supportingInfo.code.coding[system=bb:` + variable + `].code`)
}

// partDCosts has what CCLF7 lacks: the costs of the drug and who bears them.
var partDCosts = &Table{
	Name:        "part_d_costs",
	Title:       "Part D costs",
	Description: "One row for each prescription drug event: the cost of the drug, who bears it, and facts of the benefit. CCLF7 has what the beneficiary paid only.",
	Grain:       PerClaim,
	Claims:      partD,
	Key:         []string{"CUR_CLM_UNIQ_ID"},
	Side:        true,
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(20),
			v1: v2ClaimID,
			v2: v2ClaimID,
			v3: v3ClaimID},
		{label: "BENE_MBI_ID", typ: text(11),
			v1: v2MBI,
			v2: v2MBI,
			v3: v2MBI},
		{label: PatientLabel, typ: text(64),
			v1: patientID,
			v2: patientID,
			v3: patientID},
		{label: "CLM_LINE_FROM_DT", typ: date,
			v1: at(`item.servicedDate`),
			v2: at(`item.servicedDate`),
			v3: at(`item.servicedDate`)},
		{label: "TOT_RX_CST_AMT", typ: amount(11),
			v1: v2DrugAmount("tot_rx_cst_amt"),
			v2: v2DrugAmount("tot_rx_cst_amt"),
			v3: at(`item.adjudication[category.coding.code=TOT_RX_CST_AMT].amount.value | total[category.coding.code=TOT_RX_CST_AMT].amount.value`)},
		{label: "PTNT_PAY_AMT", typ: amount(11),
			v1: v2DrugAmount("ptnt_pay_amt"),
			v2: v2DrugAmount("ptnt_pay_amt"),
			v3: v3LineAmount("CLM_LINE_BENE_PMT_AMT")},
		{label: "CVRD_D_PLAN_PD_AMT", typ: amount(11),
			v1: v2DrugAmount("cvrd_d_plan_pd_amt"),
			v2: at(`item.adjudication[category.coding.code=bb:cvrd_d_plan_pd_amt & category.coding.code=benefit].amount.value`),
			v3: v3LineAmount("CLM_LINE_CVRD_PD_AMT")},
		{label: "NCVRD_PLAN_PD_AMT", typ: amount(11),
			v1: v2DrugAmount("ncvrd_plan_pd_amt"),
			v2: at(`item.adjudication[category.coding.code=bb:cvrd_d_plan_pd_amt & category.coding.code=noncovered].amount.value`),
			v3: v3LineAmount("CLM_LINE_NCVRD_PD_AMT")},
		{label: "GDC_BLW_OOPT_AMT", typ: amount(11),
			v1: v2DrugAmount("gdc_blw_oopt_amt"),
			v2: v2DrugAmount("gdc_blw_oopt_amt"),
			v3: v3LineAmount("CLM_LINE_GRS_BLW_THRSHLD_AMT")},
		{label: "GDC_ABV_OOPT_AMT", typ: amount(11),
			v1: v2DrugAmount("gdc_abv_oopt_amt"),
			v2: v2DrugAmount("gdc_abv_oopt_amt"),
			v3: v3LineAmount("CLM_LINE_GRS_ABOVE_THRSHLD_AMT")},
		{label: "OTHR_TROOP_AMT", typ: amount(11),
			v1: v2DrugAmount("othr_troop_amt"),
			v2: v2DrugAmount("othr_troop_amt"),
			v3: v3LineAmount("CLM_LINE_OTHR_TP_PD_AMT")},
		{label: "LICS_AMT", typ: amount(11),
			v1: v2DrugAmount("lics_amt"),
			v2: v2DrugAmount("lics_amt"),
			v3: v3LineAmount("CLM_LINE_LIS_AMT")},
		{label: "PLRO_AMT", typ: amount(11),
			v1: v2DrugAmount("plro_amt"),
			v2: v2DrugAmount("plro_amt"),
			v3: v3LineAmount("CLM_LINE_PLRO_AMT")},
		{label: "RPTD_GAP_DSCNT_NUM", typ: amount(11),
			v1: v2DrugAmount("rptd_gap_dscnt_num"),
			v2: v2DrugAmount("rptd_gap_dscnt_num"),
			v3: v3LineAmount("CLM_LINE_RPTD_GAP_DSCNT_AMT")},
		{label: "DRUG_CVRG_STUS_CD", typ: text(1),
			v1: v1Info("drug_cvrg_stus_cd"),
			v2: v2DrugInfo("drug_cvrg_stus_cd"),
			v3: v3Info("CLM_DRUG_CVRG_STUS_CD")},
		{label: "BRND_GNRC_CD", typ: text(1),
			v1: v1Info("brnd_gnrc_cd"),
			v2: v2DrugInfo("brnd_gnrc_cd"),
			v3: v3Info("brandgenericindicator")},
		{label: "CTSTRPHC_CVRG_CD", typ: text(1),
			v1: v1Info("ctstrphc_cvrg_cd"),
			v2: v2DrugInfo("ctstrphc_cvrg_cd"),
			v3: v3Info("CLM_CTSTRPHC_CVRG_IND_CD")},
		{label: "ADJSTMT_DLTN_CD", typ: text(1),
			v1: v1Info("adjstmt_dltn_cd"),
			v2: v2DrugInfo("adjstmt_dltn_cd"),
			v3: absent("the claim type in CCLF7 says it")},
		{label: "RX_ORGN_CD", typ: text(1),
			v1: v1Info("rx_orgn_cd"),
			v2: v2DrugInfo("rx_orgn_cd"),
			v3: v3Info("rxorigincode")},
		{label: "PTNT_RSDNC_CD", typ: text(2),
			v1: v1Info("ptnt_rsdnc_cd"),
			v2: v2DrugInfo("ptnt_rsdnc_cd"),
			v3: v3Info("CLM_PTNT_RSDNC_CD")},
		{label: "PLAN_CNTRCT_REC_ID", typ: text(5),
			v1: at(`insurance.coverage.extension[url=bb:plan_cntrct_rec_id].valueIdentifier.value`),
			v2: at(`insurance.coverage.extension[url=bb:plan_cntrct_rec_id].valueIdentifier.value`),
			v3: at(`supportingInfo[category.coding.code=CLM_SBMTR_CNTRCT_NUM].valueString`)},
		{label: "PLAN_PBP_REC_NUM", typ: text(3),
			v1: at(`insurance.coverage.extension[url=bb:plan_pbp_rec_num].valueIdentifier.value`),
			v2: at(`insurance.coverage.extension[url=bb:plan_pbp_rec_num].valueIdentifier.value`),
			v3: at(`supportingInfo[category.coding.code=CLM_SBMTR_CNTRCT_PBP_NUM].valueString`)},
		{label: "PD_DT", typ: date,
			v1: at(`payment.date`),
			v2: at(`payment.date`),
			v3: at(`payment.date`)},
	}),
}

// monthly is a cell with an expression for each month of a Coverage's
// reference year: MonthMark in it stands for the month, 01 to 12.
func monthly(variable string) string {
	return `extension[url=bb:` + variable + MonthMark + `].valueCoding.code`
}

// MonthMark stands for the month in the expressions of monthly columns.
const MonthMark = "{mm}"

// Labels of enrollment that the converter fills by itself.
const (
	PartLabel     = "PART"
	MonthLabel    = "MONTH"
	BuyInLabel    = "BENE_ENTLMT_BUYIN_IND"
	ContractLabel = "CONTRACT_ID"
)

// enrollment has the member months that CCLF lacks.
var enrollment = &Table{
	Name:        "enrollment",
	Title:       "Member months",
	Description: "One row for each beneficiary, part of Medicare and month in which the beneficiary was enrolled in it.",
	Grain:       PerMonth,
	Key:         []string{"BENE_MBI_ID", PartLabel, MonthLabel},
	Side:        true,
	Fields: fields([]row{
		{label: "BENE_MBI_ID", typ: text(11),
			v1: derived(`beneficiary.reference > mbi`, "the current MBI of the Patient that the Coverage refers to"),
			v2: derived(`beneficiary.reference > mbi`, "the current MBI of the Patient that the Coverage refers to"),
			v3: derived(`beneficiary.reference > mbi`, "the current MBI of the Patient that the Coverage refers to")},
		{label: PatientLabel, typ: text(64),
			v1: memberID,
			v2: memberID,
			v3: memberID},
		{label: PartLabel, typ: text(1),
			v1: derived(`grouping.subPlan > part`, enrolledRule),
			v2: derived(`class[type.coding.code=plan].value > part`, enrolledRule),
			v3: derived(`class[type.coding.code=plan].value > part`, enrolledRule)},
		{label: MonthLabel, typ: date,
			v1: derived(ReferenceYearExpr+` > month`, "the first day of the month"),
			v2: derived(ReferenceYearExpr+` > month`, "the first day of the month"),
			v3: derived(`period.start > month`, "the first day of each month of the period, the last 36 up to the update of the Coverage")},
		{label: BuyInLabel, typ: text(1),
			v1: at(monthly("buyin")),
			v2: at(monthly("buyin")),
			v3: at(`extension[url=idx:BENE-BUYIN-CD].valueCoding.code`)},
		{label: "BENE_DUAL_STUS_CD", typ: text(2),
			v1: at(monthly("dual_")),
			v2: at(monthly("dual_")),
			v3: absent("the dual status has a Coverage of its own, with a period but no part")},
		{label: ContractLabel, typ: text(5),
			v1: at(monthly("ptc_cntrct_id_") + ` | ` + monthly("ptdcntrct")),
			v2: at(monthly("ptc_cntrct_id_") + ` | ` + monthly("ptdcntrct")),
			v3: at(`extension[url=idx:BENE-CNTRCT-NUM].valueString`)},
		{label: "PBP_ID", typ: text(3),
			v1: at(monthly("ptc_pbp_id_") + ` | ` + monthly("ptdpbpid")),
			v2: at(monthly("ptc_pbp_id_") + ` | ` + monthly("ptdpbpid")),
			v3: at(`extension[url=idx:BENE-PBP-NUM].valueString`)},
	}),
}

const enrolledRule = "Parts A and B by the buy-in code of the month, C and D by a contract of five characters; in v3 by the period"
