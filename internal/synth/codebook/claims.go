package codebook

// The codes of claims and beneficiaries. The titles are our own words, about as long
// as those of the codebook. The most frequent codes come first.

// Codes of institutional claims.
var (
	FacilityTypes = &Set{Variable: "clm_fac_type_cd", Terms: []Term{
		{"1", "Hospital"},
		{"7", "Clinic, or hospital-based renal dialysis facility"},
		{"8", "Special facility: hospice, ambulatory surgery centre or critical access hospital"},
		{"2", "Skilled nursing facility"},
		{"3", "Home health agency"},
	}}
	ServiceClassifications = &Set{Variable: "clm_srvc_clsfctn_type_cd", Terms: []Term{{"3", ""}, {"1", ""}, {"2", ""}, {"4", ""}, {"5", ""}, {"9", ""}}}
	BillFrequencies        = &Set{Variable: "clm_freq_cd", Terms: []Term{
		{"1", "Claim from admission through discharge"},
		{"7", "Replacement of a claim sent before"},
		{"2", "Interim, first claim of a stay"},
		{"3", "Interim, continuing claim of a stay"},
		{"4", "Interim, last claim of a stay"},
		{"0", "No payment, or zero claim"},
		{"9", "Final claim of a home health period"},
		{"8", "Void of a claim sent before"},
	}}
	QueryCodes = &Set{Variable: "claim_query_cd", Terms: []Term{
		{"3", "Final bill"}, {"1", "Interim bill"}, {"5", "Debit adjustment"}, {"0", "Credit adjustment"}, {"4", "Discharge notice"},
	}}
	NonPaymentReasons = &Set{Variable: "clm_mdcr_non_pmt_rsn_cd", Terms: []Term{
		{"N", "All other reasons for not paying the claim"},
		{"P", "A payment was asked for"},
		{"B", "The benefit is exhausted"},
		{"R", "The benefit was refused, or evidence was not given"},
		{"12", "Medicare is secondary: an employer's plan for a worker of age 65 or more"},
		{"T", "Medicare is secondary, first claim development"},
	}}
	ActionCodes = &Set{Variable: "fi_clm_actn_cd", Terms: []Term{
		{"1", "Original debit action, as on every regular bill"},
		{"5", "Force action code 3, secondary debit adjustment"},
		{"3", "Secondary debit adjustment"},
		{"8", "Benefits refused"},
	}}
	NearLineRecords = &Set{Variable: "nch_near_line_rec_ident_cd", Terms: []Term{
		{"O", "Part B record of a physician or supplier, processed by a local carrier; may have equipment and supplies in it"},
		{"M", "Part B record of durable equipment, processed by a regional carrier for such equipment"},
		{"V", "Part A record of an institution: inpatient, skilled nursing facility, hospice, or home health agency"},
		{"W", "Part B record of an institution: hospital outpatient department, or home health agency"},
	}}
	ClaimTypeCodes = &Set{Variable: "nch_clm_type_cd", Terms: []Term{
		{"10", "Claim of a home health agency (HHA)"},
		{"20", "Claim of a skilled nursing facility (SNF), not a swing bed"},
		{"30", "Claim of a skilled nursing facility (SNF), swing bed"},
		{"40", "Claim of a hospital outpatient department"},
		{"50", "Claim of a hospice"},
		{"60", "Inpatient claim"},
		{"61", "Inpatient claim, full encounter of a managed care plan"},
		{"71", "Claim of a local carrier, no equipment, prostheses, orthotics or supplies (DMEPOS)"},
		{"72", "Claim of a local carrier, with equipment, prostheses, orthotics or supplies (DMEPOS)"},
		{"81", "Claim of a regional carrier for equipment, without DMEPOS"},
		{"82", "Claim of a regional carrier for equipment, with DMEPOS"},
	}}
	PatientStatuses = &Set{Variable: "nch_ptnt_stus_ind_cd", Terms: []Term{{"A", "Discharged"}, {"C", "Still a patient"}, {"B", "Died"}}}
	AdmissionTypes  = &Set{System: "https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit", Variable: "clm_ip_admsn_type_cd", Terms: []Term{
		{"1", "Emergency: the patient had to be treated at once, for a severe, life-threatening or possibly disabling condition, as a rule through the emergency room."},
		{"3", "Elective: the patient's condition left time enough to plan for a suitable bed."},
		{"2", "Urgent: the patient had to be cared for soon, in the first suitable bed that came free."},
		{"5", "Trauma: a visit to a licensed trauma centre, or one that the state designates, with activation of its team."},
		{"9", "Information not available."},
	}}
	AdmissionSources = &Set{Variable: "clm_src_ip_admsn_cd", Terms: []Term{{"1", ""}, {"2", ""}, {"4", ""}, {"5", ""}, {"6", ""}, {"9", ""}, {"E", ""}}}
	ManagedCare      = &Set{Variable: "clm_mco_pd_sw", Terms: []Term{
		{"0", "A managed care organization (MCO) has not paid"}, {"1", "A managed care organization (MCO) has paid for the claim"},
	}}
	DischargeStatuses = &Set{Variable: "ptnt_dschrg_stus_cd", Terms: []Term{
		{"01", "Discharged to home or self-care, the routine discharge."},
		{"03", "Discharged or transferred to a skilled nursing facility (SNF) that Medicare certifies, in anticipation of covered skilled care."},
		{"06", "Discharged or transferred to home, in the care of an organized home health service, for covered skilled care."},
		{"30", "Still patient."},
		{"62", "Discharged or transferred to a facility for inpatient rehabilitation, or such a unit of a hospital."},
		{"02", "Discharged or transferred to another short-term hospital for inpatient care."},
		{"20", "Expired: the patient did not recover."},
		{"50", "Hospice – at home."},
		{"51", "Hospice – in a medical facility."},
		{"07", "Left against medical advice, or discontinued care."},
		{"1", ""},
	}}
	PrimaryPayers = &Set{Variable: "nch_prmry_pyr_cd", Terms: []Term{
		{"A", "An employer's group health plan (EGHP), for an aged beneficiary"},
		{"E", "Workers' compensation"},
		{"D", "Automobile insurance, no fault"},
		{"G", "An employer's plan of 100 or more, for a disabled beneficiary"},
		{"L", "Any liability insurance"},
	}}
	ProspectivePayment = &Set{Variable: "clm_pps_ind_cd", Terms: []Term{
		{"2", "A bill under the prospective payment system (PPS)"}, {"0", "Not a bill under such a system"}, {"1", "A bill for a hospice stay"},
	}}
	LUPAIndicators = &Set{Variable: "clm_hha_lupa_ind_cd", Terms: []Term{{"L", "A claim with the adjustment for low utilization (LUPA)"}}}
	HHAReferrals   = &Set{Variable: "clm_hha_rfrl_cd", Terms: []Term{
		{"1", "Referral by a physician - the patient was admitted because a personal physician recommended it."},
		{"4", "Transfer from a hospital - the patient was an inpatient there and was admitted from it."},
		{"5", "Transfer from a skilled nursing facility - the patient was an inpatient there and was admitted from it."},
		{"B", "Transfer from another home health agency."},
	}}
	CoinsuranceCodes = &Set{Variable: "rev_cntr_ddctbl_coinsrnc_cd", Terms: []Term{
		{"0", "The charges are subject to deductible and coinsurance"},
		{"3", "The charges are subject to neither deductible nor coinsurance"},
		{"1", "The charges are not subject to the deductible"},
		{"2", "The charges are not subject to coinsurance"},
		{"4", "There are no charges or units for this revenue code: it repeats for more than one procedure code."},
	}}
	PaymentMethods = &Set{Variable: "rev_cntr_stus_ind_cd", Terms: []Term{
		{"A", "Not paid under the outpatient system, but by another fee schedule (for instance ambulance, physical therapy, mammography)"},
		{"V", "Clinic or emergency department visit, paid under the outpatient system"},
		{"N", "Incidental: the payment is packaged into another service"},
		{"S", "Significant procedure, not discounted when there are several"},
		{"T", "Significant procedure, reduced when there are several"},
		{"Q1", "Packaged with services of certain kinds, else paid alone"},
		{"K", "A drug or biological without pass-through status, paid separately"},
	}}
)

// Codes of carrier and equipment claims.
var (
	PaymentDenials = &Set{Variable: "carr_clm_pmt_dnl_cd", Terms: []Term{
		{"1", "Paid to the physician or supplier"},
		{"2", "Paid to the beneficiary"},
		{"0", "Denied"},
		{"D", "Denied: a demonstration or another payer, the claim did not show that the service was needed"},
		{"E", "Medicare is secondary: the cost was avoided at the first level"},
	}}
	Assignments = &Set{Variable: "asgmntcd", Terms: []Term{{"A", "The claim was assigned"}, {"N", "The claim was not assigned"}}}
	EntryCodes  = &Set{Variable: "carr_clm_entry_cd", Terms: []Term{
		{"1", "Original debit, or void of it (if CLM_DISP_CD is 3, the void of an original debit)"},
		{"5", "Replacement debit, or void of it"},
		{"3", "Full credit"},
		{"9", "Accrete bill history only"},
	}}
	ProviderTypes = &Set{Variable: "carr_line_prvdr_type_cd", Terms: []Term{
		{"1", "Physicians or suppliers on their own, numbered by their social security number"},
		{"0", "Clinics, groups, associations, partnerships, or other entities"},
		{"3", "Suppliers other than sole proprietors, numbered by their employer's identification number"},
		{"4", "Suppliers other than sole proprietors, numbered by the carrier"},
		{"5", "Institutional providers and independent laboratories, numbered by the employer's identification number"},
	}}
	Participations = &Set{Variable: "prtcptng_ind_cd", Terms: []Term{
		{"1", "Participating"}, {"2", "All or some covered and allowed expenses applied to the deductible, participating"}, {"4", "Not participating"},
	}}
	ReducedPayments = &Set{Variable: "carr_line_rdcd_pmt_phys_astn_c", Terms: []Term{{"0", "Does not apply"}, {"1", "65 percent of the fee"}, {"2", "85 percent of the fee"}}}
	ServicesBilled  = &Set{Variable: "line_cms_type_srvc_cd", Terms: []Term{
		{"1", "Medical care"},
		{"5", "Diagnostic laboratory"},
		{"4", "Diagnostic radiology"},
		{"2", "Surgery"},
		{"3", "Consultation"},
		{"W", "Physical therapy"},
		{"7", "Anesthesia"},
		{"D", "Ambulance"},
		{"G", "Immunosuppressive drugs"},
		{"9", "Other medical items or services"},
	}}
	EquipmentServices = &Set{Variable: "line_cms_type_srvc_cd", Terms: []Term{
		{"R", "Rental of durable equipment"},
		{"P", "Lump sum purchase of durable equipment, prostheses or orthotics"},
		{"A", "Used durable equipment"},
		{"S", "Surgical dressings or other medical supplies"},
		{"L", "End stage renal disease supplies"},
		{"G", "Immunosuppressive drugs"},
	}}
	PlacesOfService = &Set{Variable: "line_place_of_srvc_cd", Terms: []Term{
		{"11", "Office. A place, other than a hospital, skilled nursing facility, military facility, health centre of the community, public health clinic of a state or town, or intermediate care facility, where a health professional examines, diagnoses and treats patients who come and go, as a matter of routine."},
		{"21", "Inpatient hospital. A facility, other than a psychiatric one, that mainly provides diagnosis, treatment of many kinds (surgical and not), and rehabilitation, by or under physicians, to patients who are admitted for a variety of conditions."},
		{"22", "On-campus outpatient hospital. A part of the main campus of a hospital that diagnoses, treats and rehabilitates sick or injured persons who need neither a bed nor an institution."},
		{"23", "Emergency room of a hospital. A part of a hospital where emergencies are diagnosed and treated."},
		{"81", "Independent laboratory. A laboratory certified for diagnostic or clinical tests, apart from an institution or a physician's office."},
		{"31", "Skilled nursing facility. A facility that mainly provides inpatient nursing and related services to patients who need care of medicine, nursing or rehabilitation, but not the level of a hospital."},
		{"32", "Nursing facility. A facility that mainly provides nursing, rehabilitation, or above the level of custody health care to persons who are not mentally disabled."},
		{"12", "Home. A place, other than a hospital or another facility, where the patient is cared for in a private residence."},
		{"41", "Ambulance, on land. A vehicle that is built, equipped and staffed to save lives and to carry sick or injured persons."},
		{"24", "Ambulatory surgery centre. A facility of its own, other than a physician's office, where surgery and diagnosis are provided to patients who walk in."},
		{"65", "Treatment facility for end-stage renal disease. A facility, other than a hospital, with dialysis and its upkeep and training, for patients or those who care for them."},
		{"02", "Telehealth, not in the patient's home. The place where services are provided or received by means of telecommunication."},
		{"99", "Other place of service. None of the above."},
	}}
	Specialties = &Set{Variable: "prvdr_spclty", Terms: []Term{
		{"11", "Internal medicine"}, {"08", "Family practice"}, {"06", "Cardiology"}, {"30", "Diagnostic radiology"},
		{"69", "Clinical laboratory (billing independently)"}, {"50", "Nurse practitioner"}, {"97", "Physician assistant"},
		{"07", "Dermatology"}, {"18", "Ophthalmology"}, {"20", "Orthopedic surgery"}, {"93", "Emergency medicine"},
		{"41", "Optometry"}, {"65", "Physical therapist in private practice"}, {"34", "Urology"}, {"10", "Gastroenterology"},
		{"13", "Neurology"}, {"05", "Anesthesiology"}, {"22", "Pathology"}, {"39", "Nephrology"}, {"83", "Hematology/oncology"},
		{"59", "Ambulance service provider"}, {"49", "Ambulatory surgical center"}, {"C6", "Hospitalist"},
	}}
	SupplierSpecialties = &Set{Variable: "prvdr_spclty", Terms: []Term{
		{"54", "Medical supply company that is not in 51, 52 or 53"},
		{"A5", "Pharmacy (as a supplier of equipment)"},
		{"51", "Medical supply company with an orthotist"},
		{"A6", "Medical supply company with a respiratory therapist"},
		{"87", "All other suppliers (drug or department stores, for instance)"},
	}}
	Betos = &Set{Variable: "betos_cd", Terms: []Term{
		{"M1B", "Office visits - established"}, {"T1H", "Lab tests - other (outside the fee schedule of Medicare)"},
		{"M1A", "Office visits - new"}, {"I1A", "Standard imaging - chest"}, {"T2A", "Other tests - electrocardiograms"},
		{"M2B", "Hospital visit - subsequent"}, {"P6C", "Minor procedures - other (under the fee schedule)"},
		{"T1D", "Lab tests - blood counts"}, {"I2B", "Advanced imaging - CT/CTA: other"}, {"O1E", "Other drugs"},
		{"P4B", "Eye procedure - cataract removal/lens insertion"}, {"M3", "Emergency room visit"},
		{"O1A", "Ambulance"}, {"P0", "Anesthesia"}, {"Z2", "Undefined codes"},
	}}
	EquipmentBetos = &Set{Variable: "betos_cd", Terms: []Term{
		{"D1C", "Oxygen and supplies"}, {"D1A", "Medical/surgical supplies"}, {"D1E", "Other DME"},
		{"D1D", "Wheelchairs"}, {"D1B", "Hospital beds"}, {"D1F", "Prosthetic/Orthotic devices"}, {"D1G", "Drugs administered through DME"},
	}}
	ProcessingIndicators = &Set{Variable: "line_prcsg_ind_cd", Terms: []Term{
		{"A", "Allowed"}, {"R", "Reprocessed adjustments, based on a later determination"}, {"S", "Secondary payer"},
		{"N", "Denied for lack of medical need"}, {"C", "Service is not covered"}, {"O", "Other"}, {"D", "Duplicate of another claim"},
		{"00", ""}, {"I", "Invalid data"},
	}}
	PaymentPercents = &Set{Variable: "line_pmt_80_100_cd", Terms: []Term{{"0", "80 percent"}, {"1", "100 percent"}, {"3", "100 percent, limitation of liability only"}}}
	LineDeductible  = &Set{Variable: "line_service_deductible", Terms: []Term{{"0", "The service is subject to the deductible"}, {"1", "The service is not subject to the deductible"}}}
	LinePrimary     = &Set{Variable: "line_bene_prmry_pyr_cd", Terms: []Term{
		{"A", "An employer's group health plan (EGHP), for an aged beneficiary"},
		{"E", "Workers' compensation"},
		{"D", "Automobile insurance, no fault"},
		{"M", "An override by the carrier, for the plan of an employer"},
	}}
	MTUSCodes = &Set{Variable: "carr_line_mtus_cd", Terms: []Term{
		{"3", "Services"}, {"0", "Values reported as zero"}, {"2", "Anesthesia time units"}, {"1", "Ambulance transportation miles"}, {"4", "Oxygen units"},
	}}
	Hemoglobin    = &Set{Variable: "line_hct_hgb_type_cd", Terms: []Term{{"R1", "Test of hemoglobin"}, {"R2", "Test of hematocrit"}}}
	Localities    = &Set{Variable: "carr_line_prcng_lclty_cd", Terms: []Term{{"00", ""}, {"99", ""}, {"01", ""}, {"15", "CONNECTICUT"}, {"02", ""}, {"05", ""}}}
	SupplierTypes = &Set{Variable: "dmerc_line_supplr_type_cd", Terms: []Term{
		{"3", "Suppliers other than sole proprietors, whose number is the employer's identification number."},
		{"1", "Physicians or suppliers who bill as solo practitioners, whose number is the social security number."},
		{"4", "Suppliers other than sole proprietors, whose number is the carrier's."},
	}}
)

// Codes of drug events.
var (
	DrugCoverage = &Set{Variable: "drug_cvrg_stus_cd", Terms: []Term{{"C", "Covered"}, {"E", "Supplemental drug (reported by plans with an enhanced alternative benefit)"}, {"O", "Drug without a prescription"}}}
	DispenseAs   = &Set{Variable: "daw_prod_slctn_cd", Terms: []Term{
		{"0", "No selection was indicated (or the value is missing)"},
		{"1", "The prescriber did not allow substitution"},
		{"2", "Substitution was allowed, the patient asked for the product"},
		{"5", "Substitution was allowed, the pharmacy dispensed the brand as a generic"},
	}}
	PartialFills      = &Set{Variable: "dspnsng_stus_cd", Terms: []Term{{"P", "Part of the fill"}, {"C", "Completion of a partial fill"}}}
	EventChanges      = &Set{Variable: "adjstmt_dltn_cd", Terms: []Term{{"A", "Adjustment"}, {"D", "Deletion"}, {"R", "Resubmission"}}}
	EventFormats      = &Set{Variable: "nstd_frmt_cd", Terms: []Term{{"X", "X12 837"}, {"B", "A claim of the beneficiary"}, {"C", "A claim of a coordinator"}, {"P", "A claim on paper"}}}
	PricingExceptions = &Set{Variable: "prcng_excptn_cd", Terms: []Term{{"M", "Medicare pays second (MSP)"}, {"O", "A pharmacy out of the network, with a higher share of the cost"}}}
	Catastrophic      = &Set{Variable: "ctstrphc_cvrg_cd", Terms: []Term{{"A", "Attachment point met on this event"}, {"C", "Above the attachment point"}}}
	Prescriptions     = &Set{Variable: "rx_orgn_cd", Terms: []Term{{"3", "Electronic"}, {"1", "Written"}, {"2", "By telephone"}, {"4", "By facsimile"}, {"0", "Not specified"}, {"5", "From the pharmacy"}}}
	BrandOrGeneric    = &Set{Variable: "brnd_gnrc_cd", Terms: []Term{{"G", "Generic"}, {"B", "Brand"}}}
	Pharmacies        = &Set{Variable: "phrmcy_srvc_type_cd", Terms: []Term{
		{"01", "Community or retail pharmacy"}, {"06", "Mail order pharmacy"}, {"05", "Pharmacy for long-term care"},
		{"08", "Specialty pharmacy"}, {"03", "Pharmacy of a home infusion provider"}, {"04", "Pharmacy of an institution"},
	}}
	Residences  = &Set{Variable: "ptnt_rsdnc_cd", Terms: []Term{{"01", "Home"}, {"03", "Nursing facility"}, {"04", "Assisted living facility"}, {"00", "Not specified"}, {"02", "Skilled nursing facility"}, {"11", "Hospice"}}}
	Submissions = &Set{Variable: "submsn_clr_cd", Terms: []Term{{"08", "Process the compound for the ingredients that are approved"}, {"05", "Change of therapy"}, {"16", "Emergency box"}, {"21", "Dispensing of 14 days or less not applicable"}}}
)

// Codes of beneficiaries.
var (
	Races          = &Set{Variable: "race", Terms: []Term{{"1", "White"}, {"2", "Black"}, {"5", "Hispanic"}, {"4", "Asian"}, {"3", "Other"}, {"0", "Unknown"}, {"6", "North American Native"}}}
	MedicareStatus = &Set{Variable: "ms_cd", Terms: []Term{{"10", "Aged without ESRD"}, {"20", "Disabled without ESRD"}, {"11", "Aged with ESRD"}, {"31", "ESRD only"}, {"21", "Disabled with ESRD"}}}
	Entitlements   = &Set{Variable: "orec", Terms: []Term{
		{"0", "Old age and survivors insurance (OASI)"}, {"1", "Disability insurance benefits (DIB)"}, {"2", "End stage renal disease (ESRD)"}, {"3", "Both DIB and ESRD"},
	}}
	CurrentReasons = &Set{Variable: "crec", Terms: []Term{
		{"0", "Old age and survivors insurance (OASI)"}, {"1", "Disability insurance benefits (DIB)"}, {"2", "End stage renal disease (ESRD)"}, {"3", "Both DIB and ESRD"},
	}}
	RenalDisease = &Set{Variable: "esrd_ind", Terms: []Term{{"0", "The beneficiary does not have ESRD"}, {"Y", "The beneficiary has ESRD"}, {"N", ""}}}
	PartAEnds    = &Set{Variable: "a_trm_cd", Terms: []Term{{"0", "Not terminated"}, {"1", "Dead"}, {"2", "Premium was not paid"}, {"3", "Voluntary withdrawal"}, {"9", "Other termination"}}}
	PartBEnds    = &Set{Variable: "b_trm_cd", Terms: []Term{{"0", "Not terminated"}, {"1", "Dead"}, {"2", "Premium was not paid"}, {"3", "Voluntary withdrawal"}, {"9", "Other termination"}}}
	DualStatuses = []Term{
		{"NA", "Not Medicaid eligible"},
		{"02", "Eligible for both Medicare and Medicaid: QMB and full Medicaid coverage, with drugs on prescription"},
		{"08", "Eligible for both Medicare and Medicaid: neither QMB, SLMB, QDWI nor QI, full Medicaid coverage, with drugs on prescription"},
		{"04", "Eligible for both Medicare and Medicaid: SLMB and full Medicaid coverage, with drugs on prescription"},
		{"01", "Eligible for both Medicare and Medicaid: QMB only"},
		{"03", "Eligible for both Medicare and Medicaid: SLMB only"},
		{"06", "Eligible for both Medicare and Medicaid: QI"},
		{"00", "Not enrolled in Medicare for the month"},
		{"**", "Enrolled in Medicare A and/or B, but there are no enrolment data of Part D for the beneficiary. (For 2006-2009 this status was written 'XX')"},
		{"AA", ""},
	}
	BuyInStatuses = []Term{
		{"3", "Part A and Part B"}, {"C", "Part A and Part B, with state buy-in"}, {"1", "Part A only"}, {"0", "Not entitled"},
		{"2", "Part B only"}, {"B", "Part B, with state buy-in"},
	}
	HealthPlanStatuses = []Term{
		{"0", "Not a member of a health maintenance organization"},
		{"1", "Not locked in, CMS processes the claims of providers"},
		{"C", "Locked in, the organization processes the claims of providers"},
		{"4", "Fee for service, in a chronic care organization"},
	}
	CostSharing = []Term{
		{"09", "Enrolled in Parts A and/or B, and Part D; no premium or cost sharing subsidy, not a beneficiary of the low income subsidy"},
		{"01", "Enrolled in Parts A and/or B, and Part D; deemed eligible for a subsidy of 100% of the premium, without copayment"},
		{"03", "Enrolled in Parts A and/or B, and Part D; deemed eligible for a subsidy of 100% of the premium, with high copayment"},
		{"00", "Not enrolled in Medicare for the month"},
		{"05", "Enrolled in Parts A and/or B, and Part D; granted a subsidy of 100% of the premium, with 15% copayment"},
	}
	RetireeSubsidy = []Term{{"N", "No subsidy to an employer for the retired beneficiary"}, {"Y", "An employer gets a subsidy for the retired beneficiary"}}
	noContract     = []Term{{"0", "Not enrolled in Medicare for the month"}}
)

var (
	DualMonths        = &Numbered{Variable: "dual_", Terms: DualStatuses}
	BuyInMonths       = &Numbered{Variable: "buyin", Terms: BuyInStatuses}
	PlanContracts     = &Numbered{Variable: "ptc_cntrct_id_"}
	PlanPackages      = &Numbered{Variable: "ptc_pbp_id_"}
	PlanTypes         = &Numbered{Variable: "ptc_plan_type_cd_"}
	HealthPlanMonths  = &Numbered{Variable: "hmo_ind_", Terms: HealthPlanStatuses}
	DrugContracts     = &Numbered{Variable: "ptdcntrct", Terms: noContract}
	DrugPackages      = &Numbered{Variable: "ptdpbpid"}
	DrugSegments      = &Numbered{Variable: "sgmtid"}
	CostSharingMonths = &Numbered{Variable: "cstshr", Terms: CostSharing}
	RetireeMonths     = &Numbered{Variable: "rdsind", Terms: RetireeSubsidy}
)

// Present-on-admission indicators have one variable per column.
var (
	PresentCodes  = &Numbered{Variable: "clm_poa_ind_sw", Terms: presentOnAdmissionTerms}
	PresentECodes = &Numbered{Variable: "clm_e_poa_ind_sw", Terms: presentOnAdmissionTerms}

	presentOnAdmissionTerms = []Term{
		{"Y", "The diagnosis was present when the patient was admitted (POA)"},
		{"N", "The diagnosis was not present when the patient was admitted"},
		{"U", "The record does not say enough to tell"},
		{"W", "The provider cannot tell, by clinical judgment"},
		{"1", "The code is exempt from reporting"},
	}
)
