package truth

import "github.com/cclf-tools/cclf/internal/synth/records"

// Rows of the tables of v1 and v2. A row that is not about a whole record has the
// part that it is about.
type (
	revenueRow struct {
		*records.Institutional
		line *records.RevenueLine
	}
	procedureRow struct {
		*records.Institutional
		procedure *records.Procedure
		sequence  int
	}
	diagnosisRow struct {
		*records.Institutional
		diagnosis *records.ListedDiagnosis
		kind      string
		sequence  int
	}
	lineRow struct {
		*records.Professional
		line *records.ProfessionalLine
	}
	beneficiaryRow struct {
		*records.Beneficiary
		hospice records.HospiceStay
	}
	previousMBI struct {
		current, previous string
	}
)

// ccwColumns are the columns of the CCLF tables that v1 or v2 serves, by table and
// label, each with its value in the records of the CCW.
type ccwColumns struct {
	cclf1, cclfa map[string]cell[records.Institutional]
	cclf2        map[string]cell[revenueRow]
	cclf3        map[string]cell[procedureRow]
	cclf4        map[string]cell[diagnosisRow]
	cclf5, cclf6 map[string]cell[lineRow]
	cclfb        map[string]cell[lineRow]
	cclf7        map[string]cell[records.PartDEvent]
	cclf8        map[string]cell[beneficiaryRow]
	cclf9        map[string]cell[previousMBI]
}
