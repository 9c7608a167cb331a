package crosswalk

import (
	"fmt"
	"math"
	"strings"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// registers allocates the registers of a plan's program. Their numbers are known
// only when the program is compiled, so they are stored by settle.
type registers struct {
	*ndjson.Builder
	plan   *Plan
	stores []func()
}

// store stores the number of the n-th register of r, from 1, in *to.
func (r *registers) store(to *int, ref ndjson.Ref, n int) {
	r.stores = append(r.stores, func() { *to = ref.Reg() + n - 1 })
}

// settle stores all numbers.
func (r *registers) settle() {
	for _, store := range r.stores {
		store()
	}
}

// path allocates a register for an expression that is one path, or several for
// its first values.
func (r *registers) path(to *int, expr string, count int) {
	parsed, err := schema.ParseExpr(expr)
	if err != nil {
		panic("crosswalk: internal error: " + err.Error()) // a constant of package bcda
	}
	r.store(to, r.Value(stepsOf(parsed[0].Path), count), 1)
}

// ofRow allocates a register for a value of the elements of a row set.
func (r *registers) ofRow(to *int, set int, path string) {
	r.store(to, r.RowValue(set, namesOf(path), 1), 1)
}

// common allocates the registers that every plan has.
func (r *registers) common() {
	c := &r.plan.common
	for _, v := range []struct {
		to   *int
		expr string
	}{
		{&c.resourceType, "resourceType"},
		{&c.id, "id"},
		{&c.updated, "meta.lastUpdated"},
		{&c.status, "status"},
		{&c.claimType, bcda.ClaimTypeExpr},
		{&c.typeNumber, bcda.ClaimTypeNumberExpr},
		{&c.typeKind, bcda.ClaimTypeKindExpr},
		{&c.use, "use"},
		{&c.patient, bcda.PatientExpr(r.plan.Resource)},
		{&c.claimSystem, bcda.ClaimSystemExpr},
		{&c.part, bcda.CoveragePartExpr(r.plan.API)},
		{&c.year, bcda.ReferenceYearExpr},
		{&c.periodStart, "period.start"},
		{&c.periodEnd, "period.end"},
		{&c.death, "deceasedDateTime"},
		{&c.system, bcda.SystemTypeExpr},
		{&c.finalAction, bcda.FinalActionExpr},
		{&c.replacedBy, bcda.ReplacedByExpr},
	} {
		r.path(v.to, v.expr, 1)
	}
	c.markers = make([]int, len(bcda.Markers))
	for i, m := range bcda.Markers {
		r.path(&c.markers[i], m.Expr, 1)
	}
}

// claimMBIRegs allocates the registers of the MBIs in the extensions of a claim.
func (r *registers) claimMBIRegs() {
	r.path(&r.plan.claimMBIs.current, bcda.ClaimMBIExpr("current"), 1)
	r.path(&r.plan.claimMBIs.former, bcda.ClaimMBIExpr("historic"), maxFormerMBIs)
}

// controlRegs allocates the registers of the control numbers of a claim of v3.
func (r *registers) controlRegs() {
	c := &r.plan.control
	r.path(&c.own, bcda.ControlNumberExpr, 1)
	r.path(&c.relationship, bcda.RelationshipExpr, 1)
	r.path(&c.prior[0], bcda.PriorClaimExpr, maxPriorClaims)
	r.path(&c.prior[1], bcda.PriorClaimIdentifierExpr, maxPriorClaims)
	r.path(&c.related[0], bcda.RelatedClaimExpr, maxPriorClaims)
	r.path(&c.related[1], bcda.RelatedClaimIdentifierExpr, maxPriorClaims)
}

// noMarks are more marks than any element has, for roles that the API version
// does not have.
var noMarks = ndjson.Marks{math.MaxUint64, math.MaxUint64}

// roles allocates the marks of the roles of diagnoses and identifiers.
func (r *registers) roles() error {
	p := r.plan
	p.diagnoses.set, p.mbi.set = -1, -1
	for i := range p.roles {
		p.roles[i] = noMarks
	}
	for _, role := range bcda.Roles(p.API) {
		if role.Resource != p.Resource {
			continue
		}
		conds, err := bcda.ParseConds(role.Where)
		if err != nil {
			return fmt.Errorf("role %s: %w", role.Where, err)
		}
		set := r.Rows(role.Array)
		p.roles[role.Name] = r.RowMarks(set, condsOf(conds))
		switch {
		case role.Array == "diagnosis" && p.diagnoses.set < 0:
			d := &p.diagnoses
			d.set = set
			r.ofRow(&d.code, set, bcda.DiagnosisCode)
			r.ofRow(&d.system, set, bcda.DiagnosisSystem)
			r.ofRow(&d.poaURL, set, bcda.PresentOnAdmissionURL)
		case role.Array == "identifier" && p.mbi.set < 0:
			m := &p.mbi
			m.set = set
			r.ofRow(&m.value, set, bcda.IdentifierValue)
			r.ofRow(&m.start, set, bcda.IdentifierStart)
			r.ofRow(&m.end, set, bcda.IdentifierEnd)
		}
	}
	return nil
}

// choiceArrays are the names of the arrays from which one element is chosen.
var choiceArrays = [choiceKinds]string{"name", "address"}

// chosenFrom returns the kind of choice that a path of a Patient begins with.
func (r *registers) chosenFrom(array string) (choiceKind, bool) {
	if r.plan.Resource == Patient {
		for kind, name := range choiceArrays {
			if name == array {
				return choiceKind(kind), true
			}
		}
	}
	return 0, false
}

// choice allocates the registers of a choice, once.
func (r *registers) choice(kind choiceKind) *choiceRegs {
	c := &r.plan.choices[kind]
	if c.set < 0 {
		c.set = r.Rows(choiceArrays[kind])
		r.ofRow(&c.use, c.set, "use")
		r.ofRow(&c.start, c.set, "period.start")
		r.ofRow(&c.end, c.set, "period.end")
	}
	return c
}

// namesOf returns a path without conditions.
func namesOf(path string) ndjson.Path {
	var p ndjson.Path
	for _, name := range strings.Split(path, ".") {
		p = append(p, ndjson.Step{Name: name})
	}
	return p
}

func stepsOf(steps []schema.Step) ndjson.Path {
	p := make(ndjson.Path, len(steps))
	for i, s := range steps {
		p[i] = ndjson.Step{Name: s.Name, Where: condsOf(s.Conds)}
	}
	return p
}

func condsOf(conds []schema.Cond) []ndjson.Cond {
	var out []ndjson.Cond
	for _, c := range conds {
		out = append(out, ndjson.Cond{Path: c.Path, Values: c.Values, Prefix: c.Prefix})
	}
	return out
}
