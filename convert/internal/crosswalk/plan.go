package crosswalk

import (
	"slices"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/drift"
	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// The resource types that have plans.
const (
	ExplanationOfBenefit = "ExplanationOfBenefit"
	Patient              = "Patient"
	Coverage             = "Coverage"
	Claim                = "Claim"
	ClaimResponse        = "ClaimResponse"
	PriorAuthorization   = "prior authorization" // an ExplanationOfBenefit with that use
)

// fhirType returns the FHIR resource type of what a plan is for.
func fhirType(resource string) string {
	if resource == PriorAuthorization {
		return ExplanationOfBenefit
	}
	return resource
}

// KindsOf returns the kinds of resources, as in Plan.Resource, of a FHIR resource type.
func KindsOf(name string) []string {
	if name == ExplanationOfBenefit {
		return []string{ExplanationOfBenefit, PriorAuthorization}
	}
	return []string{name}
}

// isPartial reports whether resources of a type are partially adjudicated
// claims of v2, or responses to them.
func isPartial(resource string) bool { return resource == Claim || resource == ClaimResponse }

// A Plan is the crosswalk for one API version and one resource type, compiled.
type Plan struct {
	API      schema.API
	Resource string         // one of the resource types
	Tables   []*TablePlan   // that get rows from such a resource
	Expected drift.Expected // marks that such resources are expected to have

	program   *ndjson.Program
	common    commonRegs
	roles     [bcda.RoleNames]ndjson.Marks
	diagnoses diagnosisRegs
	mbi       identifierRegs
	choices   [choiceKinds]choiceRegs // of a Patient
	claimMBIs claimMBIRegs            // of an ExplanationOfBenefit
	summary   []summaryGetter         // values for a beneficiary's row of CCLF8
	related   relatedGetters
	control   controlRegs // of an ExplanationOfBenefit of v3
}

// has reports whether marks include a role.
func (p *Plan) has(marks ndjson.Marks, role bcda.RoleName) bool { return marks.Has(p.roles[role]) }

// commonRegs are the registers of values that decide what to do with a resource.
type commonRegs struct {
	resourceType, id, updated, status int
	claimType, typeNumber, typeKind   int
	use, patient                      int
	claimSystem                       int // of a Claim or ClaimResponse
	part, year                        int // of a Coverage
	periodStart, periodEnd            int // of a Coverage
	death                             int // of a Patient
	system, finalAction               int // of an ExplanationOfBenefit of v3
	replacedBy                        int // of a Patient of v3
	markers                           []int
}

// identifierRegs are the row set and registers of a Patient's identifiers.
type identifierRegs struct {
	set               int // or -1
	value, start, end int
}

// diagnosisRegs are the row set and registers that the rules for diagnoses read.
type diagnosisRegs struct {
	set    int // or -1
	code   int
	system int
	poaURL int // present on admission
}

// A choiceKind is an array of a Patient from which one element is chosen.
type choiceKind uint8

const (
	chooseName choiceKind = iota
	chooseAddress
	choiceKinds
)

// choiceRegs are the row set of such an array, and the registers that decide
// which element is chosen.
type choiceRegs struct {
	set             int // or -1
	use, start, end int
}

// maxFormerMBIs is the number of former MBIs that are read from a claim.
const maxFormerMBIs = 16

// claimMBIRegs are the registers of the MBIs in the extensions of a claim.
type claimMBIRegs struct {
	current, former int // the first of maxFormerMBIs
}

// maxPriorClaims is the number of prior claims that are read from a claim.
const maxPriorClaims = 4

// controlRegs are the registers of the control numbers of a claim: its own, and
// those of related claims, directly in the reference or in its identifier.
type controlRegs struct {
	own, relationship int
	prior, related    [2]int // the first of maxPriorClaims
}

// A TablePlan makes rows of one table from one resource type.
type TablePlan struct {
	Table   *schema.Table
	Final   int // output for rows of the table, from Options.Output
	Partial int // output for rows of partially adjudicated claims, or -1

	set      int          // row set of the table's grain, or -1
	cols     []getter     // by column
	cells    rowGetters   // of cols
	bare     rowGetters   // of cols that need no element
	months   []rowGetters // of a table of months: for each month of the year
	period   rowGetters   // of a table of months: for the row that stands for a period
	deferred []Deferred
}

// Takes reports whether claims of a type have rows in the table.
func (tp *TablePlan) Takes(typ schema.ClaimType) bool {
	return len(tp.Table.Claims) == 0 || slices.Contains(tp.Table.Claims, typ)
}

// A Deferred column depends on other resources than the row's. It is filled in
// the merge pass, when all input has been read.
type Deferred struct {
	Col   int
	Kind  DeferredKind
	Index int              // value index, of DeferredValue
	From  beneficiary.Part // of DeferredValue
}

// A DeferredKind is the source of the value of a deferred column.
type DeferredKind uint8

// The kinds of deferred columns.
const (
	notDeferred       DeferredKind = iota
	DeferredMBI                    // the current MBI of the row's beneficiary
	DeferredAge                    // the beneficiary's age when the export was made, or at death
	DeferredValue                  // a value for CCLF8 from a Coverage or hospice claim
	DeferredZero                   // the row's own value, or zero if the server leaves zeros out
	DeferredSuccessor              // the row's own MBI, or the one that replaced it
)

// rowGetters are the getters of a row's cells that have sources.
type rowGetters struct {
	all []getter
	own []getter // those of all whose cells differ between the rows of a resource
}

func newRowGetters(cols []getter) (g rowGetters) {
	for _, col := range cols {
		if len(col.sources) == 0 {
			continue
		}
		g.all = append(g.all, col)
		if !col.shared {
			g.own = append(g.own, col)
		}
	}
	return g
}

// withoutElement returns the getters that need no element of the row's array.
func (g *rowGetters) withoutElement() rowGetters {
	return rowGetters{all: slices.DeleteFunc(slices.Clone(g.all), func(g getter) bool { return g.needsElement() })}
}

// A getter finds the text of one cell: that of its first source that has one.
type getter struct {
	col     int // of the table
	field   *schema.Field
	sources []source
	shared  bool // all rows of a resource have the same value
}

// A summaryGetter finds a value for a beneficiary's row of CCLF8 in another
// resource than the Patient.
type summaryGetter struct {
	getter
	index int // see beneficiary.ValueIndex
}

// needsElement reports whether the cell needs the element that a row is for.
func (g *getter) needsElement() bool {
	return slices.ContainsFunc(g.sources, func(s source) bool { return s.kind == fromRow || s.kind == fromJoin })
}

// isShared reports whether all rows of a resource have the same value.
func (g *getter) isShared() bool {
	for i := range g.sources {
		if s := &g.sources[i]; s.kind == fromRow || s.kind == fromJoin || s.ofRow != nil {
			return false
		}
	}
	return true
}

// A source is an alternative of a cell, compiled.
type source struct {
	kind     sourceKind
	direct   bool // the text of the register is the value
	reg      int
	rowSet   int // of the row
	count    int // registers, for combine
	combine  combineRule
	firstRow bool // read the first row of the claim
	nth      int  // of the elements that a join finds
	join     join
	pick     picker
	choice   choiceKind
	literal  []byte
	fn       transform
	isState  bool // fn translates the code of a state
	ofRow    rowFunc
}

// A sourceKind is where a source finds its registers.
type sourceKind uint8

const (
	fromRecord    sourceKind = iota // in the record
	fromRow                         // in the row
	fromJoin                        // in an element that the row refers to
	fromReference                   // in an element that the record refers to
	fromDiagnosis                   // in the diagnosis that a rule picks
	fromChoice                      // in the name or address that is chosen
	fromMBI                         // the current MBI among the identifiers of a Patient
	fromLiteral                     // nowhere: a constant
)

// isDirect reports whether the text of the source's register is the value.
func (s *source) isDirect() bool {
	return s.combine == firstValue && !s.firstRow && s.fn == nil && s.ofRow == nil
}

// A combineRule makes one value of several.
type combineRule uint8

const (
	firstValue  combineRule = iota
	onlyValue               // the value, if there is no other
	concatenate             // all values, one after another
)

// A join finds the elements of another array whose key is in a list of the row,
// as item.careTeamSequence lists careTeam.sequence.
type join struct {
	set  int // of the elements
	key  int // register of their key
	list int // register of the row, or of the record
	// isLink is false if the list is the number of the row itself, which an element may
	// have too.
	isLink bool
	need   ndjson.Marks
}

// A picker picks a diagnosis of a claim.
type picker struct {
	rule pickRule
	nth  int
}

// A pickRule picks a diagnosis of a claim for a column of the claim.
type pickRule uint8

const (
	pickPrincipal pickRule = iota
	pickAdmitting
	pickListed // the n-th
	pickFirst
)

// relatedGetters are the cells by which versions of a claim are matched, for
// claims of which the server sends every version: Part D events of v3.
type relatedGetters struct {
	table *TablePlan // nil if there are no such claims
	cols  []int      // of the table
	order int        // column of the date that decides which version is newest
}

// CountsClaims reports whether claims are counted by the rows of a table: each
// claim has rows in exactly one such table.
func CountsClaims(t *schema.Table) bool {
	switch t.File {
	case "CCLF1", "CCLF5", "CCLF6", "CCLF7":
		return true
	}
	return false
}
