package schema

import "slices"

// A Field is one column of a table: one field of a CCLF record.
type Field struct {
	Label       string // the CCLF label, which names the column
	Description string
	Type
	Start, End int        // bytes in the fixed-width record of LayoutV36, counted from 1
	Cells      [apis]Cell // by API version
	Partial    Cell       // of the Claim and ClaimResponse resources of v2
	Extra      bool       // added by the user; not in the layouts

	moved Type // its type at the end of the record from LayoutV43 on, if it moved there
}

// A Grain says what a row of a table is: a claim, an element of an array in it,
// and so on.
type Grain string

// The grains of the tables.
const (
	PerClaim      Grain = "claim"
	PerItem       Grain = "item"
	PerProcedure  Grain = "procedure"
	PerDiagnosis  Grain = "diagnosis"
	PerPatient    Grain = "patient"
	PerIdentifier Grain = "previous identifier"
	PerMonth      Grain = "month of coverage"
)

// A Table is one CCLF file, or a table of this project beside those.
type Table struct {
	Name        string // of the data set's folder and the SQL view: "cclf1"
	File        string // CMS's name: "CCLF1"
	Title       string
	Description string
	Grain       Grain
	Claims      []ClaimType // the claims that have rows here; none for tables of beneficiaries
	Key         []string    // labels that identify a row, if not all versions of claims have rows
	Date        string      // label of the day of service, or of the month, by which rows are ordered in time; empty if there is none
	Partition   string      // label of the date by which files are divided on request: that of the claim, so that its rows stay together; empty if there is none
	KeyHasNulls bool        // a row may lack values of its key
	Related     []string    // labels that the versions of one claim share, where no server resolves them
	Partial     bool        // only partially adjudicated claims have rows
	Side        bool        // not a CCLF file but a table beside them
	AtLeastOne  bool        // a resource without elements of the grain has one row
	Fields      []Field
	Base        *Table // the table without its extra columns, if it has any
}

// Field returns the field with a label, or nil.
func (t *Table) Field(label string) *Field {
	if i := t.Index(label); i >= 0 {
		return &t.Fields[i]
	}
	return nil
}

// Index returns the index of the field with a label, or -1.
func (t *Table) Index(label string) int {
	return slices.IndexFunc(t.Fields, func(f Field) bool { return f.Label == label })
}

// beneficiaryLabels are the labels of the columns that identify the beneficiary of a
// row, in order of preference.
var beneficiaryLabels = []string{"BENE_MBI_ID", "CRNT_NUM"}

// Order returns the labels of the columns by which rows are sorted on request: the
// beneficiary and the date, as far as the table has them.
func (t *Table) Order() []string {
	var order []string
	for _, label := range beneficiaryLabels {
		if t.Index(label) >= 0 {
			order = append(order, label)
			break
		}
	}
	if t.Date != "" {
		order = append(order, t.Date)
	}
	return order
}

// Identifiers returns the labels of the columns by which rows are looked up: those of the
// beneficiary, of the claim and of its resource, as far as the table has them.
func (t *Table) Identifiers() []string {
	var labels []string
	for _, label := range slices.Concat(beneficiaryLabels, []string{"PRVS_NUM", "CUR_CLM_UNIQ_ID", "PATIENT_ID", "RESOURCE_ID"}) {
		if t.Index(label) >= 0 {
			labels = append(labels, label)
		}
	}
	return labels
}

// RecordLength returns the bytes of the table's record in LayoutV36.
func (t *Table) RecordLength() int { return t.Fields[len(t.Fields)-1].End }

// Comment returns the title and the description in one line.
func (t *Table) Comment() string {
	if t.Description == "" {
		return t.Title
	}
	return t.Title + ": " + t.Description
}
