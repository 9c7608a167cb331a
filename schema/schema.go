// Package schema declares what cclf knows of CCLF, the Claim and Claim Line
// Feed files of CMS: the tables, their fields in layout order, and for each
// field where the three generations of the Beneficiary Claims Data API (BCDA)
// carry it. Nothing else in the project knows a CCLF layout or a FHIR path:
// Arrow schemas, SQL types, the converter's extraction program and the
// crosswalk document are all made from the tables here.
//
// Layout facts (labels, widths, types) are those of the CCLF Information
// Packet. Source paths follow CMS's crosswalks, corrected where the servers
// demonstrably send something else.
package schema

//go:generate go run ../internal/gen/crosswalk ../docs/crosswalk.md

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says how a field's values are typed.
type Kind uint8

// The kinds of fields.
const (
	Text    Kind = iota // codes, identifiers and names, kept as they are, leading zeros too
	Int                 // line and sequence numbers, counts
	Decimal             // amounts and quantities, exact
	Date                // a day, without time
)

func (k Kind) String() string {
	return [...]string{"text", "int", "decimal", "date"}[k]
}

// Type is a field's type and its form in the fixed-width files.
type Type struct {
	Kind             Kind
	Width            int  // bytes in the fixed-width record
	Precision, Scale int  // of a Decimal
	Digits           bool // a Text or Int that the fixed-width file pads with zeros on the left
}

// Format is the picture of the type in the manner of the CCLF layouts.
func (t Type) Format() string {
	switch {
	case t.Kind == Date:
		return "YYYY-MM-DD"
	case t.Kind == Decimal:
		return fmt.Sprintf("-9(%d).%s", t.Precision-t.Scale, strings.Repeat("9", t.Scale))
	case t.Digits:
		return fmt.Sprintf("9(%d)", t.Width)
	}
	return fmt.Sprintf("X(%d)", t.Width)
}

func text(width int) Type    { return Type{Kind: Text, Width: width} }
func digits(width int) Type  { return Type{Kind: Text, Width: width, Digits: true} }
func integer(width int) Type { return Type{Kind: Int, Width: width, Digits: true} }

// amount is an amount in US dollars with two decimals.
func amount(integerDigits int) Type {
	return Type{Kind: Decimal, Width: integerDigits + 4, Precision: integerDigits + 2, Scale: 2}
}

var (
	quantity = Type{Kind: Decimal, Width: 24, Precision: 22, Scale: 4} // of units
	date     = Type{Kind: Date, Width: 10}
)

// API is a generation of BCDA.
type API uint8

// The generations of BCDA.
const (
	V1 API = iota // FHIR STU3
	V2            // FHIR R4, from the Chronic Conditions Warehouse
	V3            // FHIR R4, from the Integrated Data Repository
	apis
)

// APIs are the generations in order.
var APIs = [...]API{V1, V2, V3}

func (a API) String() string { return [...]string{"v1", "v2", "v3"}[a] }

// ParseAPI reads v1, v2 or v3.
func ParseAPI(s string) (API, error) {
	for a := range apis {
		if s == a.String() {
			return a, nil
		}
	}
	return 0, fmt.Errorf("unknown API generation %q: want v1, v2 or v3", s)
}

// Source says how a cell of the crosswalk gets its values.
type Source uint8

// The sources of a cell.
const (
	Undeclared Source = iota // nobody has said yet
	Mapped                   // Expr finds the value
	Derived                  // Expr finds the ingredients, Note is the rule
	Absent                   // the generation does not carry it, Note says why
)

func (s Source) String() string {
	return [...]string{"undeclared", "mapped", "derived", "absent"}[s]
}

// A Cell says where one generation of BCDA carries one field.
type Cell struct {
	Source Source
	Expr   string // see ParseExpr; empty when Absent
	Note   string
}

func at(expr string) Cell            { return Cell{Source: Mapped, Expr: expr} }
func derived(expr, rule string) Cell { return Cell{Source: Derived, Expr: expr, Note: rule} }
func absent(reason string) Cell      { return Cell{Source: Absent, Note: reason} }

// A Field is one column of a table, which is one field of a CCLF record.
type Field struct {
	Label       string // the CCLF label, which names the column
	Description string
	Type
	Start, End int // bytes in the fixed-width record, counted from 1
	Cells      [apis]Cell
	Partial    Cell // of the Claim and ClaimResponse resources of v2
	Extra      bool // not of the layouts: a user has added it
}

// A Grain says which rows a table has: one for each claim, for each element
// of an array in it, and so on.
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

// A ClaimType is a kind of claim, as BCDA's servers tell them apart.
type ClaimType uint8

// The claim types.
const (
	UnknownClaim ClaimType = iota
	Inpatient
	Outpatient
	SNF
	HHA
	Hospice
	Carrier
	DME
	PartD
	PriorAuthorization // which is no claim, but a resource of the same type
)

var claimTypeNames = [...]string{"unknown", "INPATIENT", "OUTPATIENT", "SNF", "HHA", "HOSPICE", "CARRIER", "DME", "PDE", "PRIOR AUTHORIZATION"}

func (c ClaimType) String() string { return claimTypeNames[c] }

var (
	institutional = []ClaimType{Inpatient, Outpatient, SNF, HHA, Hospice}
	carrier       = []ClaimType{Carrier}
	dme           = []ClaimType{DME}
	partB         = []ClaimType{Carrier, DME}
	partD         = []ClaimType{PartD}
)

// A Table is one CCLF file.
type Table struct {
	Name        string // of the data set and the SQL view: "cclf1"
	File        string // as CMS writes it: "CCLF1"
	Title       string
	Description string
	Grain       Grain
	Claims      []ClaimType // the claims that have rows here; none for the tables of beneficiaries
	Key         []string    // labels that tell its rows apart
	Related     []string    // labels that the versions of one claim share, where no server resolves them
	Partial     bool        // only partially adjudicated claims have rows in it
	Side        bool        // not a CCLF file but a table of this project's beside them
	AtLeastOne  bool        // a resource without elements of the grain has a row too
	Fields      []Field
	Base        *Table // without the extra columns, when it has any
}

// Field returns the field with a label, or nil.
func (t *Table) Field(label string) *Field {
	if i := t.Index(label); i >= 0 {
		return &t.Fields[i]
	}
	return nil
}

// Index is the place of the field with a label, or -1.
func (t *Table) Index(label string) int {
	return slices.IndexFunc(t.Fields, func(f Field) bool { return f.Label == label })
}

// RecordLength is the length of the table's fixed-width record in bytes.
func (t *Table) RecordLength() int { return t.Fields[len(t.Fields)-1].End }

var (
	tables     = []*Table{cclf1, cclf2, cclf3, cclf4, cclf5, cclf6, cclf7, cclf8, cclf9, cclfa, cclfb}
	sideTables = []*Table{claims, partDCosts, enrollment, responses, priorAuthorizations}
	allTables  = slices.Concat(tables, sideTables)
)

func init() {
	none := absent("Claim and ClaimResponse do not carry it")
	for _, t := range allTables {
		for i := range t.Fields {
			cell, carried := partialCells[t.Name][t.Fields[i].Label]
			if !carried {
				cell = none
			}
			t.Fields[i].Partial = cell
		}
	}
}

// Tables returns the tables in the order of the CCLF files. The result is
// shared: it must not be changed.
func Tables() []*Table { return tables }

// AllTables returns the tables of CCLF and, behind them, those beside it.
func AllTables() []*Table { return allTables }

// Lookup returns the table with a name such as "cclf1", in any case, or nil.
func Lookup(name string) *Table {
	for _, t := range allTables {
		if strings.EqualFold(t.Name, name) {
			return t
		}
	}
	return nil
}

// row is a Field as the tables declare it.
type row struct {
	label      string
	typ        Type
	v1, v2, v3 Cell
}

func fields(rows []row) []Field {
	out := make([]Field, len(rows))
	start := 1
	for i, r := range rows {
		out[i] = Field{
			Label:       r.label,
			Description: descriptions[r.label],
			Type:        r.typ,
			Start:       start,
			End:         start + r.typ.Width - 1,
			Cells:       [apis]Cell{r.v1, r.v2, r.v3},
		}
		start += r.typ.Width
	}
	return out
}
