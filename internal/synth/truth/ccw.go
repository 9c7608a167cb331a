package truth

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// ccwTables writes the CCLF rows of v1 and v2, from the records of the CCW.
type ccwTables struct {
	cclf1, cclfa *sheet[records.Institutional]
	cclf2        *sheet[revenueRow]
	cclf3        *sheet[procedureRow]
	cclf4        *sheet[diagnosisRow]
	cclf5, cclf6 *sheet[lineRow]
	cclfb        *sheet[lineRow]
	cclf7        *sheet[records.PartDEvent]
	cclf8        *sheet[beneficiaryRow]
	cclf9        *sheet[previousMBI]

	v1          bool // the export is of v1
	diagnoses   records.DiagnosisList
	v1Diagnoses records.V1DiagnosisList
}

func newCCWTables(files map[string]*csvFile, v1 bool) *ccwTables {
	columns := v2Columns()
	if v1 {
		columns = v1Columns()
	}
	return &ccwTables{
		v1:    v1,
		cclf1: newSheet(files, "cclf1", columns.cclf1),
		cclf2: newSheet(files, "cclf2", columns.cclf2),
		cclf3: newSheet(files, "cclf3", columns.cclf3),
		cclf4: newSheet(files, "cclf4", columns.cclf4),
		cclf5: newSheet(files, "cclf5", columns.cclf5),
		cclf6: newSheet(files, "cclf6", columns.cclf6),
		cclf7: newSheet(files, "cclf7", columns.cclf7),
		cclf8: newSheet(files, "cclf8", columns.cclf8),
		cclf9: newSheet(files, "cclf9", columns.cclf9),
		cclfa: newSheet(files, "cclfa", columns.cclfa),
		cclfb: newSheet(files, "cclfb", columns.cclfb),
	}
}

// institutional writes the rows of a claim of an institution.
func (t *ccwTables) institutional(c *records.Institutional) {
	t.cclf1.write(*c)
	t.cclfa.write(*c)
	for i := range c.Lines {
		t.cclf2.write(revenueRow{c, &c.Lines[i]})
	}
	for i := range c.IcdPrcdr {
		t.cclf3.write(procedureRow{c, &c.IcdPrcdr[i], i + 1})
	}
	if t.v1 {
		t.v1DiagnosisRows(c)
	} else {
		t.diagnosisRows(c)
	}
}

// diagnosisRows writes the diagnoses of a claim, in the order of v2.
func (t *ccwTables) diagnosisRows(c *records.Institutional) {
	t.diagnoses.Institutional(c)
	external := 0
	for i := range t.diagnoses {
		d := &t.diagnoses[i]
		kind := "D"
		switch {
		case column.Blank(d.Cd), !d.Coded && d.Label != records.ExternalLabel: // only an admitting diagnosis or a reason for the visit
			continue
		case d.Label == records.ExternalLabel:
			if external++; external == 1 {
				kind = "1"
			} else {
				kind = "E"
			}
		}
		t.cclf4.write(diagnosisRow{c, d, kind, i + 1})
	}
}

func (t *ccwTables) professional(c *records.Professional) {
	sheet := t.cclf5
	if c.Type == life.DME {
		sheet = t.cclf6
	}
	for i := range c.Lines {
		sheet.write(lineRow{c, &c.Lines[i]})
		t.cclfb.write(lineRow{c, &c.Lines[i]})
	}
}

func (t *ccwTables) beneficiary(b *records.Beneficiary, hospice records.HospiceStay) {
	if !b.NoPatient {
		t.cclf8.write(beneficiaryRow{b, hospice})
	}
	if b.Identified() {
		for _, previous := range b.MbiHistory {
			t.cclf9.write(previousMBI{b.MbiNum, previous})
		}
	}
}

// v1DiagnosisRows writes the diagnoses of a claim, in the order of v1.
func (t *ccwTables) v1DiagnosisRows(c *records.Institutional) {
	sequence := 0
	if (c.Type == life.Inpatient || c.Type == life.SNF) && !column.Blank(c.ClmDrgCd) {
		sequence++ // the DRG takes a number
	}
	t.v1Diagnoses.Institutional(c)
	for i := range t.v1Diagnoses {
		d := &t.v1Diagnoses[i]
		sequence++
		row := records.ListedDiagnosis{Diagnosis: d.Diagnosis}
		row.PoaInd = d.POAInd
		kind := "D"
		switch {
		case d.Has(records.V1FirstExternal):
			kind = "1"
		case d.Has(records.V1External):
			kind = "E"
		case !d.Listed: // only an admitting diagnosis or a reason for the visit
			continue
		}
		t.cclf4.write(diagnosisRow{c, &row, kind, sequence})
	}
}
