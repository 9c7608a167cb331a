// Package wellknown names the tables and columns of package schema that other
// packages have rules for.
package wellknown

// Tables beside CCLF.
const (
	ClaimsTable              = "claims"
	ResponsesTable           = "responses"
	PriorAuthorizationsTable = "prior_authorizations"
)

// Columns of beneficiaries.
const (
	BeneficiaryLabel = "BENE_MBI_ID"
	PatientLabel     = "PATIENT_ID" // id of the Patient that a resource refers to
	BirthLabel       = "BENE_DOB"
	DeathLabel       = "BENE_DEATH_DT"
)

// Columns of CCLF9, and its code for identifiers that are MBIs.
const (
	XrefKindLabel = "HICN_MBI_XREF_IND"
	CurrentLabel  = "CRNT_NUM"
	FormerLabel   = "PRVS_NUM"

	XrefMBI = "M"
)

// Columns of claims.
const (
	LineLabel         = "SOURCE_LINE"  // of any table
	FinalActionLabel  = "FINAL_ACTION" // of the table of claims
	AdjustmentLabel   = "CLM_ADJSMT_TYPE_CD"
	FromLabel         = "CLM_FROM_DT"
	ThruLabel         = "CLM_THRU_DT"
	RevenueUnitsLabel = "CLM_LINE_SRVC_UNIT_QTY"
)

// Columns that identify the versions of a Part D event.
const (
	ServiceDateLabel  = "CLM_LINE_FROM_DT"
	PrescriptionLabel = "CLM_LINE_RX_SRVC_RFRNC_NUM"
	FillNumberLabel   = "CLM_LINE_RX_FILL_NUM"
	LoadDateLabel     = "CLM_IDR_LD_DT"
)

// Columns of enrollment that the converter fills by itself.
const (
	PartLabel     = "PART"
	MonthLabel    = "MONTH"
	InferredLabel = "INFERRED"
	BuyInLabel    = "BENE_ENTLMT_BUYIN_IND"
	ContractLabel = "CONTRACT_ID"
)
