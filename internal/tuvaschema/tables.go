// Package tuvaschema declares the tables of the Tuva profile: those of CCLF
// under the names that the Tuva Project's Medicare CCLF connector gives its
// sources.
//
// They differ from CCLF where the connector would lose rows or money: columns
// that it joins or groups by fall back to another value, and the rows of a
// claim are numbered as it reads them. docs/tuva.md explains the rules.
package tuvaschema

import (
	"slices"
	"strings"
	"sync"

	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// Columns that CCLF does not have. The first two end every table.
const (
	FileNameLabel = "FILE_NAME"
	FileDateLabel = "FILE_DATE"

	PersonLabel          = "CURRENT_BENE_MBI_ID"
	EnrollmentStartLabel = "ENROLLMENT_START_DATE"
	EnrollmentEndLabel   = "ENROLLMENT_END_DATE"
	MemberMonthLabel     = "BENE_MEMBER_MONTH"
)

// Tables with rules of their own.
const (
	Enrollment   = "enrollment"
	Demographics = "beneficiary_demographics"
	Xref         = "beneficiary_xref"
)

// Tables returns the tables of the profile. The rows of the last one,
// enrollment, are what its files are made from; the columns of the files are
// those of EnrollmentLabels. The result is shared: it must not be changed.
func Tables() []*schema.Table { return tables() }

var tables = sync.OnceValue(func() []*schema.Table {
	rules := rulesByTable()
	table := func(name, of string) *schema.Table { return newTable(name, schema.Lookup(of), rules) }
	return []*schema.Table{
		withPatient(table("parta_claims_header", "cclf1")),
		table("parta_claims_revenue_center_detail", "cclf2"),
		table("parta_procedure_code", "cclf3"),
		table("parta_diagnosis_code", "cclf4"),
		withPatient(table("partb_physicians", "cclf5")),
		withPatient(table("partb_dme", "cclf6")),
		withPatient(table("partd_claims", "cclf7")),
		table("parta_demo_codes", "cclfa"),
		table("partb_demo_codes", "cclfb"),
		withPatient(table(Demographics, "cclf8")),
		table(Xref, "cclf9"),
		table(Enrollment, "enrollment"),
	}
})

// newTable copies a table under another name, with the cells of the profile,
// which has no partially adjudicated claims.
func newTable(name string, of *schema.Table, rules map[string]map[string]rule) *schema.Table {
	t := *of
	t.Name, t.Side, t.Fields = name, false, slices.Clone(of.Fields)
	for i := range t.Fields {
		f := &t.Fields[i]
		f.Partial = schema.Cell{}
		rule := rules[of.Name][f.Label]
		if rule == nil {
			rule = rules[anyTable][f.Label]
		}
		if rule == nil {
			continue
		}
		for _, api := range schema.APIs {
			f.Cells[api] = rule(api, f.Cells[api].Expr)
		}
	}
	return &t
}

// withPatient adds the id of the Patient to a table. The connector does not read
// it; it identifies the beneficiary if the export has no such Patient.
func withPatient(t *schema.Table) *schema.Table {
	patient := *schema.Lookup(wellknown.ClaimsTable).Field(wellknown.PatientLabel)
	f := schema.Field{Label: patient.Label, Description: patient.Description, Type: patient.Type, Cells: patient.Cells}
	if t.Name == Demographics {
		cell := schema.Cell{Source: schema.Mapped, Expr: `Patient.id`}
		f.Cells = sameCells(cell)
	}
	t.Fields = append(t.Fields, f)
	return t
}

func sameCells(c schema.Cell) (cells [len(schema.APIs)]schema.Cell) {
	for i := range cells {
		cells[i] = c
	}
	return cells
}

// Files returns the tables of the profile as they are written: all columns are
// text, and two columns that identify the delivery end each table.
func Files() []*schema.Table {
	list := slices.Clone(Tables())
	for i, t := range list {
		written := *t
		if t.Name == Enrollment {
			written.Fields = addedFields(enrollmentColumns[:])
		} else {
			written.Fields = slices.Clone(t.Fields)
		}
		written.Fields = append(written.Fields, addedFields(deliveryColumns[:])...)
		if t.Name == Demographics { // a row for the end of each span of enrollment
			written.Key = append(slices.Clone(t.Key), FileDateLabel)
		}
		for k := range written.Fields {
			written.Fields[k].Type = schema.Type{Kind: schema.Text}
		}
		list[i] = &written
	}
	return list
}

// Columns of the profile that CCLF does not have, with their rules.
var (
	enrollmentColumns = [...][2]string{
		{PersonLabel, "the current MBI of the beneficiary"},
		{EnrollmentStartLabel, "the first day of the month"},
		{EnrollmentEndLabel, "the last day of the last month without a gap"},
		{MemberMonthLabel, "the month"},
	}
	deliveryColumns = [...][2]string{
		{FileNameLabel, "the name of the delivery"},
		{FileDateLabel, "the day by which the connector orders deliveries"},
	}
)

func addedFields(columns [][2]string) []schema.Field {
	fields := make([]schema.Field, len(columns))
	for i, c := range columns {
		fields[i] = schema.Field{
			Label:       c[0],
			Description: strings.ToUpper(c[1][:1]) + c[1][1:],
			Cells:       sameCells(derived("", c[1])),
		}
	}
	return fields
}

// EnrollmentLabels returns the columns of enrollment in the files, without
// those of the delivery.
func EnrollmentLabels() []string {
	labels := make([]string, len(enrollmentColumns))
	for i, c := range enrollmentColumns {
		labels[i] = c[0]
	}
	return labels
}
