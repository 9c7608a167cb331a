package synth

// The codes of claims and beneficiaries. Meanings are put in our own words,
// about as long as the codebook's. Lists start with the frequent codes.

// Codes of institutional claims.
var (
	facilityTypes = newCodes("clm_fac_type_cd",
		"1", "Hospital",
		"7", "Clinic, or hospital-based renal dialysis facility",
		"8", "Special facility: hospice, ambulatory surgery centre or critical access hospital",
		"2", "Skilled nursing facility",
		"3", "Home health agency")
	serviceClassifications = newCodes("clm_srvc_clsfctn_type_cd", "3", "", "1", "", "2", "", "4", "", "5", "", "9", "")
	billFrequencies        = newCodes("clm_freq_cd",
		"1", "Claim from admission through discharge",
		"7", "Replacement of a claim sent before",
		"2", "Interim, first claim of a stay",
		"3", "Interim, continuing claim of a stay",
		"4", "Interim, last claim of a stay",
		"0", "No payment, or zero claim",
		"9", "Final claim of a home health period",
		"8", "Void of a claim sent before")
	queryCodes = newCodes("claim_query_cd",
		"3", "Final bill", "1", "Interim bill", "5", "Debit adjustment", "0", "Credit adjustment", "4", "Discharge notice")
	nonPaymentReasons = newCodes("clm_mdcr_non_pmt_rsn_cd",
		"N", "All other reasons for not paying the claim",
		"P", "A payment was asked for",
		"B", "The benefit is exhausted",
		"R", "The benefit was refused, or evidence was not given",
		"12", "Medicare is secondary: an employer's plan for a worker of age 65 or more",
		"T", "Medicare is secondary, first claim development")
	actionCodes = newCodes("fi_clm_actn_cd",
		"1", "Original debit action, as on every regular bill",
		"5", "Force action code 3, secondary debit adjustment",
		"3", "Secondary debit adjustment",
		"8", "Benefits refused")
	nearLineRecords = newCodes("nch_near_line_rec_ident_cd",
		"O", "Part B record of a physician or supplier, processed by a local carrier; may have equipment and supplies in it",
		"M", "Part B record of durable equipment, processed by a regional carrier for such equipment",
		"V", "Part A record of an institution: inpatient, skilled nursing facility, hospice, or home health agency",
		"W", "Part B record of an institution: hospital outpatient department, or home health agency")
	claimTypeCodes = newCodes("nch_clm_type_cd",
		"10", "Claim of a home health agency (HHA)",
		"20", "Claim of a skilled nursing facility (SNF), not a swing bed",
		"30", "Claim of a skilled nursing facility (SNF), swing bed",
		"40", "Claim of a hospital outpatient department",
		"50", "Claim of a hospice",
		"60", "Inpatient claim",
		"61", "Inpatient claim, full encounter of a managed care plan",
		"71", "Claim of a local carrier, no equipment, prostheses, orthotics or supplies (DMEPOS)",
		"72", "Claim of a local carrier, with equipment, prostheses, orthotics or supplies (DMEPOS)",
		"81", "Claim of a regional carrier for equipment, without DMEPOS",
		"82", "Claim of a regional carrier for equipment, with DMEPOS")
	patientStatuses = newCodes("nch_ptnt_stus_ind_cd", "A", "Discharged", "C", "Still a patient", "B", "Died")
	admissionTypes  = newCodesOf("https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit", "clm_ip_admsn_type_cd",
		"1", "Emergency: the patient had to be treated at once, for a severe, life-threatening or possibly disabling condition, as a rule through the emergency room.",
		"3", "Elective: the patient's condition left time enough to plan for a suitable bed.",
		"2", "Urgent: the patient had to be cared for soon, in the first suitable bed that came free.",
		"5", "Trauma: a visit to a licensed trauma centre, or one that the state designates, with activation of its team.",
		"9", "Information not available.")
	admissionSources = newCodes("clm_src_ip_admsn_cd", "1", "", "2", "", "4", "", "5", "", "6", "", "9", "", "E", "")
	managedCare      = newCodes("clm_mco_pd_sw",
		"0", "A managed care organization (MCO) has not paid", "1", "A managed care organization (MCO) has paid for the claim")
	dischargeStatuses = newCodes("ptnt_dschrg_stus_cd",
		"01", "Discharged to home or self-care, the routine discharge.",
		"03", "Discharged or transferred to a skilled nursing facility (SNF) that Medicare certifies, in anticipation of covered skilled care.",
		"06", "Discharged or transferred to home, in the care of an organized home health service, for covered skilled care.",
		"30", "Still patient.",
		"62", "Discharged or transferred to a facility for inpatient rehabilitation, or such a unit of a hospital.",
		"02", "Discharged or transferred to another short-term hospital for inpatient care.",
		"20", "Expired: the patient did not recover.",
		"50", "Hospice – at home.",
		"51", "Hospice – in a medical facility.",
		"07", "Left against medical advice, or discontinued care.",
		"1", "")
	primaryPayers = newCodes("nch_prmry_pyr_cd",
		"A", "An employer's group health plan (EGHP), for an aged beneficiary",
		"E", "Workers' compensation",
		"D", "Automobile insurance, no fault",
		"G", "An employer's plan of 100 or more, for a disabled beneficiary",
		"L", "Any liability insurance")
	prospectivePayment = newCodes("clm_pps_ind_cd",
		"2", "A bill under the prospective payment system (PPS)", "0", "Not a bill under such a system", "1", "A bill for a hospice stay")
	lupaIndicators = newCodes("clm_hha_lupa_ind_cd", "L", "A claim with the adjustment for low utilization (LUPA)")
	hhaReferrals   = newCodes("clm_hha_rfrl_cd",
		"1", "Referral by a physician - the patient was admitted because a personal physician recommended it.",
		"4", "Transfer from a hospital - the patient was an inpatient there and was admitted from it.",
		"5", "Transfer from a skilled nursing facility - the patient was an inpatient there and was admitted from it.",
		"B", "Transfer from another home health agency.")
	coinsuranceCodes = newCodes("rev_cntr_ddctbl_coinsrnc_cd",
		"0", "The charges are subject to deductible and coinsurance",
		"3", "The charges are subject to neither deductible nor coinsurance",
		"1", "The charges are not subject to the deductible",
		"2", "The charges are not subject to coinsurance",
		"4", "There are no charges or units for this revenue code: it repeats for more than one procedure code.")
	paymentMethods = newCodes("rev_cntr_stus_ind_cd",
		"A", "Not paid under the outpatient system, but by another fee schedule (for instance ambulance, physical therapy, mammography)",
		"V", "Clinic or emergency department visit, paid under the outpatient system",
		"N", "Incidental: the payment is packaged into another service",
		"S", "Significant procedure, not discounted when there are several",
		"T", "Significant procedure, reduced when there are several",
		"Q1", "Packaged with services of certain kinds, else paid alone",
		"K", "A drug or biological without pass-through status, paid separately")
)

// Codes of carrier and equipment claims.
var (
	paymentDenials = newCodes("carr_clm_pmt_dnl_cd",
		"1", "Paid to the physician or supplier",
		"2", "Paid to the beneficiary",
		"0", "Denied",
		"D", "Denied: a demonstration or another payer, the claim did not show that the service was needed",
		"E", "Medicare is secondary: the cost was avoided at the first level")
	assignments = newCodes("asgmntcd", "A", "The claim was assigned", "N", "The claim was not assigned")
	entryCodes  = newCodes("carr_clm_entry_cd",
		"1", "Original debit, or void of it (if CLM_DISP_CD is 3, the void of an original debit)",
		"5", "Replacement debit, or void of it",
		"3", "Full credit",
		"9", "Accrete bill history only")
	providerTypes = newCodes("carr_line_prvdr_type_cd",
		"1", "Physicians or suppliers on their own, numbered by their social security number",
		"0", "Clinics, groups, associations, partnerships, or other entities",
		"3", "Suppliers other than sole proprietors, numbered by their employer's identification number",
		"4", "Suppliers other than sole proprietors, numbered by the carrier",
		"5", "Institutional providers and independent laboratories, numbered by the employer's identification number")
	participations = newCodes("prtcptng_ind_cd",
		"1", "Participating", "2", "All or some covered and allowed expenses applied to the deductible, participating", "4", "Not participating")
	reducedPayments = newCodes("carr_line_rdcd_pmt_phys_astn_c", "0", "Does not apply", "1", "65 percent of the fee", "2", "85 percent of the fee")
	servicesBilled  = newCodes("line_cms_type_srvc_cd",
		"1", "Medical care",
		"5", "Diagnostic laboratory",
		"4", "Diagnostic radiology",
		"2", "Surgery",
		"3", "Consultation",
		"W", "Physical therapy",
		"7", "Anesthesia",
		"D", "Ambulance",
		"G", "Immunosuppressive drugs",
		"9", "Other medical items or services")
	equipmentServices = newCodes("line_cms_type_srvc_cd",
		"R", "Rental of durable equipment",
		"P", "Lump sum purchase of durable equipment, prostheses or orthotics",
		"A", "Used durable equipment",
		"S", "Surgical dressings or other medical supplies",
		"L", "End stage renal disease supplies",
		"G", "Immunosuppressive drugs")
	places = newCodes("line_place_of_srvc_cd",
		"11", "Office. A place, other than a hospital, skilled nursing facility, military facility, health centre of the community, public health clinic of a state or town, or intermediate care facility, where a health professional examines, diagnoses and treats patients who come and go, as a matter of routine.",
		"21", "Inpatient hospital. A facility, other than a psychiatric one, that mainly provides diagnosis, treatment of many kinds (surgical and not), and rehabilitation, by or under physicians, to patients who are admitted for a variety of conditions.",
		"22", "On-campus outpatient hospital. A part of the main campus of a hospital that diagnoses, treats and rehabilitates sick or injured persons who need neither a bed nor an institution.",
		"23", "Emergency room of a hospital. A part of a hospital where emergencies are diagnosed and treated.",
		"81", "Independent laboratory. A laboratory certified for diagnostic or clinical tests, apart from an institution or a physician's office.",
		"31", "Skilled nursing facility. A facility that mainly provides inpatient nursing and related services to patients who need care of medicine, nursing or rehabilitation, but not the level of a hospital.",
		"32", "Nursing facility. A facility that mainly provides nursing, rehabilitation, or above the level of custody health care to persons who are not mentally disabled.",
		"12", "Home. A place, other than a hospital or another facility, where the patient is cared for in a private residence.",
		"41", "Ambulance, on land. A vehicle that is built, equipped and staffed to save lives and to carry sick or injured persons.",
		"24", "Ambulatory surgery centre. A facility of its own, other than a physician's office, where surgery and diagnosis are provided to patients who walk in.",
		"65", "Treatment facility for end-stage renal disease. A facility, other than a hospital, with dialysis and its upkeep and training, for patients or those who care for them.",
		"02", "Telehealth, not in the patient's home. The place where services are provided or received by means of telecommunication.",
		"99", "Other place of service. None of the above.")
	specialties = newCodes("prvdr_spclty",
		"11", "Internal medicine", "08", "Family practice", "06", "Cardiology", "30", "Diagnostic radiology",
		"69", "Clinical laboratory (billing independently)", "50", "Nurse practitioner", "97", "Physician assistant",
		"07", "Dermatology", "18", "Ophthalmology", "20", "Orthopedic surgery", "93", "Emergency medicine",
		"41", "Optometry", "65", "Physical therapist in private practice", "34", "Urology", "10", "Gastroenterology",
		"13", "Neurology", "05", "Anesthesiology", "22", "Pathology", "39", "Nephrology", "83", "Hematology/oncology",
		"59", "Ambulance service provider", "49", "Ambulatory surgical center", "C6", "Hospitalist")
	supplierSpecialties = newCodes("prvdr_spclty",
		"54", "Medical supply company that is not in 51, 52 or 53",
		"A5", "Pharmacy (as a supplier of equipment)",
		"51", "Medical supply company with an orthotist",
		"A6", "Medical supply company with a respiratory therapist",
		"87", "All other suppliers (drug or department stores, for instance)")
	betos = newCodes("betos_cd",
		"M1B", "Office visits - established", "T1H", "Lab tests - other (outside the fee schedule of Medicare)",
		"M1A", "Office visits - new", "I1A", "Standard imaging - chest", "T2A", "Other tests - electrocardiograms",
		"M2B", "Hospital visit - subsequent", "P6C", "Minor procedures - other (under the fee schedule)",
		"T1D", "Lab tests - blood counts", "I2B", "Advanced imaging - CT/CTA: other", "O1E", "Other drugs",
		"P4B", "Eye procedure - cataract removal/lens insertion", "M3", "Emergency room visit",
		"O1A", "Ambulance", "P0", "Anesthesia", "Z2", "Undefined codes")
	equipmentBetos = newCodes("betos_cd",
		"D1C", "Oxygen and supplies", "D1A", "Medical/surgical supplies", "D1E", "Other DME",
		"D1D", "Wheelchairs", "D1B", "Hospital beds", "D1F", "Prosthetic/Orthotic devices", "D1G", "Drugs administered through DME")
	processing = newCodes("line_prcsg_ind_cd",
		"A", "Allowed", "R", "Reprocessed adjustments, based on a later determination", "S", "Secondary payer",
		"N", "Denied for lack of medical need", "C", "Service is not covered", "O", "Other", "D", "Duplicate of another claim",
		"00", "", "I", "Invalid data")
	paymentPercents = newCodes("line_pmt_80_100_cd", "0", "80 percent", "1", "100 percent", "3", "100 percent, limitation of liability only")
	lineDeductible  = newCodes("line_service_deductible", "0", "The service is subject to the deductible", "1", "The service is not subject to the deductible")
	linePrimary     = newCodes("line_bene_prmry_pyr_cd",
		"A", "An employer's group health plan (EGHP), for an aged beneficiary",
		"E", "Workers' compensation",
		"D", "Automobile insurance, no fault",
		"M", "An override by the carrier, for the plan of an employer")
	mtusCodes = newCodes("carr_line_mtus_cd",
		"3", "Services", "0", "Values reported as zero", "2", "Anesthesia time units", "1", "Ambulance transportation miles", "4", "Oxygen units")
	hemoglobin    = newCodes("line_hct_hgb_type_cd", "R1", "Test of hemoglobin", "R2", "Test of hematocrit")
	localities    = newCodes("carr_line_prcng_lclty_cd", "00", "", "99", "", "01", "", "15", "CONNECTICUT", "02", "", "05", "")
	supplierTypes = newCodes("dmerc_line_supplr_type_cd",
		"3", "Suppliers other than sole proprietors, whose number is the employer's identification number.",
		"1", "Physicians or suppliers who bill as solo practitioners, whose number is the social security number.",
		"4", "Suppliers other than sole proprietors, whose number is the carrier's.")
)

// Codes of drug events.
var (
	compounds = map[string]string{
		"1": coding(terminology+"v3-ActCode", "RXDINV", "Rx dispense invoice"),
		"2": coding(terminology+"v3-ActCode", "RXCINV", "Rx compound invoice"),
	}
	drugCoverage = newCodes("drug_cvrg_stus_cd", "C", "Covered", "E", "Supplemental drug (reported by plans with an enhanced alternative benefit)", "O", "Drug without a prescription")
	dispenseAs   = newCodes("daw_prod_slctn_cd",
		"0", "No selection was indicated (or the value is missing)",
		"1", "The prescriber did not allow substitution",
		"2", "Substitution was allowed, the patient asked for the product",
		"5", "Substitution was allowed, the pharmacy dispensed the brand as a generic")
	partialFills   = newCodes("dspnsng_stus_cd", "P", "Part of the fill", "C", "Completion of a partial fill")
	eventChanges   = newCodes("adjstmt_dltn_cd", "A", "Adjustment", "D", "Deletion", "R", "Resubmission")
	eventFormats   = newCodes("nstd_frmt_cd", "X", "X12 837", "B", "A claim of the beneficiary", "C", "A claim of a coordinator", "P", "A claim on paper")
	pricing        = newCodes("prcng_excptn_cd", "M", "Medicare pays second (MSP)", "O", "A pharmacy out of the network, with a higher share of the cost")
	catastrophic   = newCodes("ctstrphc_cvrg_cd", "A", "Attachment point met on this event", "C", "Above the attachment point")
	prescriptions  = newCodes("rx_orgn_cd", "3", "Electronic", "1", "Written", "2", "By telephone", "4", "By facsimile", "0", "Not specified", "5", "From the pharmacy")
	brandOrGeneric = newCodes("brnd_gnrc_cd", "G", "Generic", "B", "Brand")
	pharmacies     = newCodes("phrmcy_srvc_type_cd",
		"01", "Community or retail pharmacy", "06", "Mail order pharmacy", "05", "Pharmacy for long-term care",
		"08", "Specialty pharmacy", "03", "Pharmacy of a home infusion provider", "04", "Pharmacy of an institution")
	residences  = newCodes("ptnt_rsdnc_cd", "01", "Home", "03", "Nursing facility", "04", "Assisted living facility", "00", "Not specified", "02", "Skilled nursing facility", "11", "Hospice")
	submissions = newCodes("submsn_clr_cd", "08", "Process the compound for the ingredients that are approved", "05", "Change of therapy", "16", "Emergency box", "21", "Dispensing of 14 days or less not applicable")
)

// Codes of beneficiaries.
var (
	races          = newCodes("race", "1", "White", "2", "Black", "5", "Hispanic", "4", "Asian", "3", "Other", "0", "Unknown", "6", "North American Native")
	medicareStatus = newCodes("ms_cd", "10", "Aged without ESRD", "20", "Disabled without ESRD", "11", "Aged with ESRD", "31", "ESRD only", "21", "Disabled with ESRD")
	entitlements   = newCodes("orec",
		"0", "Old age and survivors insurance (OASI)", "1", "Disability insurance benefits (DIB)", "2", "End stage renal disease (ESRD)", "3", "Both DIB and ESRD")
	currentReasons = newCodes("crec",
		"0", "Old age and survivors insurance (OASI)", "1", "Disability insurance benefits (DIB)", "2", "End stage renal disease (ESRD)", "3", "Both DIB and ESRD")
	renalDisease = newCodes("esrd_ind", "0", "The beneficiary does not have ESRD", "Y", "The beneficiary has ESRD", "N", "")
	partAEnds    = newCodes("a_trm_cd", "0", "Not terminated", "1", "Dead", "2", "Premium was not paid", "3", "Voluntary withdrawal", "9", "Other termination")
	partBEnds    = newCodes("b_trm_cd", "0", "Not terminated", "1", "Dead", "2", "Premium was not paid", "3", "Voluntary withdrawal", "9", "Other termination")
	dualStatuses = []string{
		"NA", "Not Medicaid eligible",
		"02", "Eligible for both Medicare and Medicaid: QMB and full Medicaid coverage, with drugs on prescription",
		"08", "Eligible for both Medicare and Medicaid: neither QMB, SLMB, QDWI nor QI, full Medicaid coverage, with drugs on prescription",
		"04", "Eligible for both Medicare and Medicaid: SLMB and full Medicaid coverage, with drugs on prescription",
		"01", "Eligible for both Medicare and Medicaid: QMB only",
		"03", "Eligible for both Medicare and Medicaid: SLMB only",
		"06", "Eligible for both Medicare and Medicaid: QI",
		"00", "Not enrolled in Medicare for the month",
		"**", "Enrolled in Medicare A and/or B, but there are no enrolment data of Part D for the beneficiary. (For 2006-2009 this status was written 'XX')",
		"AA", "",
	}
	buyInStatuses = []string{
		"3", "Part A and Part B", "C", "Part A and Part B, with state buy-in", "1", "Part A only", "0", "Not entitled",
		"2", "Part B only", "B", "Part B, with state buy-in",
	}
	healthPlanStatuses = []string{
		"0", "Not a member of a health maintenance organization",
		"1", "Not locked in, CMS processes the claims of providers",
		"C", "Locked in, the organization processes the claims of providers",
		"4", "Fee for service, in a chronic care organization",
	}
	costSharing = []string{
		"09", "Enrolled in Parts A and/or B, and Part D; no premium or cost sharing subsidy, not a beneficiary of the low income subsidy",
		"01", "Enrolled in Parts A and/or B, and Part D; deemed eligible for a subsidy of 100% of the premium, without copayment",
		"03", "Enrolled in Parts A and/or B, and Part D; deemed eligible for a subsidy of 100% of the premium, with high copayment",
		"00", "Not enrolled in Medicare for the month",
		"05", "Enrolled in Parts A and/or B, and Part D; granted a subsidy of 100% of the premium, with 15% copayment",
	}
	retireeSubsidy = []string{"N", "No subsidy to an employer for the retired beneficiary", "Y", "An employer gets a subsidy for the retired beneficiary"}
	noContract     = []string{"0", "Not enrolled in Medicare for the month"}
)

// monthly are the twelve variables of a status that is kept by month.
type monthly [12]*codes

// newMonthly numbers a variable: dual_ becomes dual_01 to dual_12.
func newMonthly(variable string, pairs ...string) *monthly {
	var m monthly
	for i := range m {
		m[i] = newCodes(variable+string([]byte{byte('0' + (i+1)/10), byte('0' + (i+1)%10)}), pairs...)
	}
	return &m
}

var (
	dualMonths        = newMonthly("dual_", dualStatuses...)
	buyInMonths       = newMonthly("buyin", buyInStatuses...)
	planContracts     = newMonthly("ptc_cntrct_id_")
	planPackages      = newMonthly("ptc_pbp_id_")
	planTypes         = newMonthly("ptc_plan_type_cd_")
	healthPlanMonths  = newMonthly("hmo_ind_", healthPlanStatuses...)
	drugContracts     = newMonthly("ptdcntrct", noContract...)
	drugPackages      = newMonthly("ptdpbpid")
	drugSegments      = newMonthly("sgmtid")
	costSharingMonths = newMonthly("cstshr", costSharing...)
	retireeMonths     = newMonthly("rdsind", retireeSubsidy...)
)
