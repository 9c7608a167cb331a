package schema

import "fmt"

// Names of the tables of the lists that an ACO gets beside CCLF.
const (
	AssignmentTable   = "assignment"
	ExclusionsTable   = "exclusions"
	ParticipantsTable = "participants"
)

// HCCColumns is the number of the columns HCC_COL_1, HCC_COL_2, ... of a report.
const HCCColumns = 120

// score is a risk score or a number of person-years.
var score = Type{Kind: Decimal, Width: 40, Precision: 38, Scale: 14}

// scores are the labels of the risk scores of an assignment list report, without
// BENE_RSK_R_SCRE, which has one per month.
var scores = []struct{ label, about string }{
	{"ESRD_SCORE", "Risk score for months with end-stage renal disease"},
	{"DIS_SCORE", "Risk score for months as disabled"},
	{"AGDU_SCORE", "Risk score for months as aged, with Medicaid"},
	{"AGND_SCORE", "Risk score for months as aged, without Medicaid"},
	{"DEM_ESRD_SCORE", "Demographic risk score for months with end-stage renal disease"},
	{"DEM_DIS_SCORE", "Demographic risk score for months as disabled"},
	{"DEM_AGDU_SCORE", "Demographic risk score for months as aged, with Medicaid"},
	{"DEM_AGND_SCORE", "Demographic risk score for months as aged, without Medicaid"},
}

// assignment describes who was assigned to an ACO, by month.
func assignment() *Table {
	flag := integer(1)
	columns := []Field{
		column("BENE_MBI_ID", text(11), "Medicare Beneficiary Identifier"),
		column("MONTH", date, "First day of the month"),
		column("ASSIGNED", flag, "1 if the beneficiary was assigned to the ACO in the month, else 0"),
		column("ENROLLMENT_TYPE", flag, "0 not eligible, 1 ESRD, 2 disabled, 3 aged with Medicaid, 4 aged without Medicaid; null if the beneficiary is not in Table 1-1"),
		column("TIN", text(9), "TIN of the participant with the most primary care services (Table 1-2), the lowest of several"),
		column("NPI", text(10), "NPI with the most primary care services under that TIN (Table 1-4), the lowest of several"),
		column("VA_TIN", text(9), "TIN that the beneficiary chose (voluntary alignment)"),
		column("VA_NPI", text(10), "NPI that the beneficiary chose (voluntary alignment)"),
		column("HCC_VERSION", text(10), "Version of CMS's HCC model"),
	}
	for n := 1; n <= HCCColumns; n++ {
		columns = append(columns, column(fmt.Sprintf("HCC_COL_%d", n), flag, fmt.Sprintf("1 if the beneficiary has the HCC in place %d of the version", n)))
	}
	columns = append(columns, column("BENE_RSK_R_SCRE", score, "Risk score of the month"))
	for _, s := range scores {
		columns = append(columns, column(s.label, score, s.about))
	}
	columns = append(columns,
		column("PLUR_R05", flag, "1 if not assigned any more: most primary care services are elsewhere (Table 1-5)"),
		column("AB_R01", flag, "1 if not assigned any more: a month with Part A or Part B only (Table 1-5)"),
		column("HMO_R03", flag, "1 if not assigned any more: a month in a group health plan (Table 1-5)"),
		column("NO_US_R02", flag, "1 if not assigned any more: does not live in the United States (Table 1-5)"),
		column("MDM_R04", flag, "1 if not assigned any more: in another shared savings initiative (Table 1-5)"),
		column("NOFND_R06", flag, "1 if not assigned any more: no visit, or another reason (Table 1-5)"),
		column("VA_SELECTION_ONLY", flag, "1 if assignable by voluntary alignment alone; null if not in Table 1-6"),
		column("ADI_NATRANK", text(10), "National percentile of area deprivation (Table 1-9)"),
		column("BENE_LIS_STATUS", text(10), "Low-income subsidy (Table 1-9)"),
		column("BENE_DUAL_STATUS", text(10), "Medicaid (Table 1-9)"),
		column("BENE_PSNYRS_LIS_DUAL", score, "Person-years with the low-income subsidy or Medicaid (Table 1-9)"),
		column("BENE_PSNYRS", score, "Person-years (Table 1-9)"),
		column("BENE_BRTH_DT", date, "Date of birth"),
		column("BENE_DEATH_DT", date, "Date of death"),
		column("ACO_ID", text(10), "ID of the ACO; null if the name of the report does not have it"),
		column("PERFORMANCE_YEAR", integer(4), "Performance year of the report that decides the month"),
		column("REPORT_RANK", flag, "That report: 0 initial, 1 to 4 quarters, 5 benchmark year"),
		column("REPORT_TIME", text(7), "Time in the name of that report; the later one of two for a period decides"),
		column(FileNameLabel, text(255), "Name of the file of Table 1-1 of that report"),
	)
	return imported(AssignmentTable, "Assignment",
		"One row for each beneficiary and month of the assignment list reports of an ACO. One report decides each month: that of the earliest performance year, and in it the last.",
		[]string{"BENE_MBI_ID", "MONTH", "ACO_ID"}, columns...)
}

// exclusions describes the beneficiaries whose claims CMS does not share.
func exclusions() *Table {
	return imported(ExclusionsTable, "Exclusions",
		"One row for each reason for which the claims of a beneficiary are not shared with an ACO (BNEX).",
		[]string{"BENE_MBI_ID", "REASON", "PERFORMANCE_YEAR", "REPORT_MONTH", "ACO_ID"},
		column("BENE_MBI_ID", text(11), "Medicare Beneficiary Identifier"),
		column("REASON", text(10), "CMS's code of the reason, such as BD: the beneficiary declined data sharing"),
		column("PERFORMANCE_YEAR", integer(4), "Performance year of the list"),
		column("REPORT_MONTH", text(10), "Month of the list, as it has it"),
		column("ACO_ID", text(10), "ID of the ACO; null if the name of the list does not have it"),
	)
}

// participants describes the providers of an ACO.
func participants() *Table {
	return imported(ParticipantsTable, "Participants", "One row for each TIN and NPI of the lists of participants of an ACO.",
		[]string{"TIN", "NPI"},
		column("TIN", text(9), "Taxpayer identification number that bills; null if the list has none"),
		column("NPI", text(10), "National Provider Identifier; null if the list has none"),
	)
}
