package convert

import (
	"bytes"
	"strconv"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// diagnosisKind is what a diagnosis of a claim is to CCLF.
type diagnosisKind uint8

const (
	notListed     diagnosisKind = iota // of no concern to CCLF4 and CCLF5
	listed                             // principal or secondary
	external                           // external cause of an injury
	firstExternal                      // the first of those
)

// A pickRule chooses a diagnosis of a claim for a column of the claim.
type pickRule uint8

const (
	pickPrincipal pickRule = iota
	pickAdmitting
	pickListed // the n-th
	pickFirst
)

type picker struct {
	rule pickRule
	nth  int
}

var pickers = map[string]pickRule{
	"principal":           pickPrincipal,
	"admitting":           pickAdmitting,
	"listed":              pickListed,
	"first-icd-indicator": pickFirst,
	"first-icd-version":   pickFirst,
}

// diagnoses is the list of a claim's diagnoses, sorted out once for a claim.
type diagnoses struct {
	kinds                []diagnosisKind // of each element
	principal, admitting int             // elements, or -1
	listed               []int           // elements
}

// sortOut applies the rules for diagnoses.
//
// The servers of v1 and v2 list each code once, with the type under which it
// came first. The order is: admitting, first listed (typed principal),
// principal where it differs (also typed principal), the other listed ones,
// external causes, reasons for the visit, and last what only a line names, which
// real claims do not have: a line points into the claim's own list.
// The server of v3 lists all that the repository has.
func (d *diagnoses) sortOut(p *plan, r *ndjson.Record, claimType schema.ClaimType) {
	d.principal, d.admitting = -1, -1
	d.kinds, d.listed = d.kinds[:0], d.listed[:0]
	for i := range r.Rows(p.diagnose.set) {
		marks := r.Marks(p.diagnose.set, i)
		if r.Row(p.diagnose.set, i)[p.diagnose.code].IsZero() {
			d.kinds = append(d.kinds, notListed)
			continue
		}
		if p.has(marks, bcda.RolePrincipal) {
			d.principal = i // of two, the second is the principal one
		}
		if p.has(marks, bcda.RoleAdmitting) {
			d.admitting = i
		}
		d.kinds = append(d.kinds, p.diagnosisKind(r, i, claimType))
	}
	switch {
	case isPartial(p.resource):
		d.dropAppended(p, r)
	case p.api == schema.V3:
		d.dropRepeat(p, r, claimType)
	default:
		d.restoreRepeats(p, r, claimType)
		d.keepSecondary(p, claimType)
		d.dropNoCode(p, r, claimType)
	}
	for i, kind := range d.kinds {
		if kind == listed {
			d.listed = append(d.listed, i)
		}
	}
	if p.api == schema.V3 && (claimType == schema.Carrier || claimType == schema.DME) {
		d.principalFirst(p, r)
	}
	if i := d.firstExternal(p, r); i >= 0 {
		d.kinds[i] = firstExternal
	}
}

// restoreRepeats finds out which diagnoses stand for two, because a code that
// repeats an earlier one is left out.
func (d *diagnoses) restoreRepeats(p *plan, r *ndjson.Record, claimType schema.ClaimType) {
	if p.api == schema.V2 && claimType == schema.SNF && len(d.kinds) > 0 && d.kinds[0] == listed &&
		!p.has(r.Marks(p.diagnose.set, 0), bcda.RolePrincipal) {
		// Here the admitting diagnosis is typed like the others, but it
		// stands before the principal ones.
		d.admitting = 0
		if d.principal > 0 {
			d.kinds[0] = notListed
		}
	}
	if d.admitting < 0 {
		return
	}
	if d.principal < 0 {
		// The principal code repeats the admitting one.
		d.principal = d.admitting
		d.kinds[d.admitting] = listed
	}
	// Present-on-admission marks are numbered as the codes of the claim are.
	// Where the numbers go higher than the codes that are there, one of the
	// codes repeats the admitting one.
	numbers, principals := 0, 0
	for i := range d.kinds {
		if d.kinds[i] == listed {
			numbers = max(numbers, p.presentOnAdmissionNumber(r, i))
		}
		if p.has(r.Marks(p.diagnose.set, i), bcda.RolePrincipal) {
			principals++
		}
	}
	unnumbered := max(principals-1, 0) // a principal one that is not the first listed
	if numbers > d.count(listed)-unnumbered {
		d.kinds[d.admitting] = listed
	}
}

// dropNoCode leaves out 9999999 of a carrier claim. Servers of test data have
// appended it to the claim's own diagnoses; it has not the form of an ICD code.
func (d *diagnoses) dropNoCode(p *plan, r *ndjson.Record, claimType schema.ClaimType) {
	if claimType != schema.Carrier {
		return
	}
	for i, kind := range d.kinds {
		if kind == listed && string(r.Row(p.diagnose.set, i)[p.diagnose.code].Raw(r.Line)) == noDiagnosis {
			d.kinds[i] = notListed
		}
	}
}

const noDiagnosis = "9999999"

// keepSecondary takes external causes of a home health claim of v2 back, when
// a diagnosis that is none stands behind them: external causes come last.
func (d *diagnoses) keepSecondary(p *plan, claimType schema.ClaimType) {
	if p.api != schema.V2 || claimType != schema.HHA {
		return
	}
	behind := false
	for i := len(d.kinds) - 1; i >= 0; i-- {
		switch {
		case d.kinds[i] == listed:
			behind = true
		case d.kinds[i] == external && behind:
			d.kinds[i] = listed
		}
	}
}

// dropAppended leaves out the admitting diagnosis of a partially adjudicated
// claim whose list has it not. The server then appends it, and behind it the
// principal one if that is not in the list either; neither has a mark of
// presence on admission.
func (d *diagnoses) dropAppended(p *plan, r *ndjson.Record) {
	if d.admitting < 0 || d.admitting == d.principal {
		return
	}
	marked := func(i int) bool { return p.has(r.Marks(p.diagnose.set, i), bcda.RoleMarked) }
	marks := false
	for i := range d.kinds {
		marks = marks || marked(i)
		if i >= d.admitting && (marked(i) || i > d.admitting && i != d.principal) {
			return // it stands within the list
		}
	}
	if marks {
		d.kinds[d.admitting] = notListed
	}
}

// firstExternal is the element that is CCLF's first external cause, or -1. The
// server of v1 marks it, and the first of the numbered ones as well, before
// it; the server of v2 has the type in common for all; the server of v3 leaves
// it out.
func (d *diagnoses) firstExternal(p *plan, r *ndjson.Record) int {
	first := -1
	for i, kind := range d.kinds {
		if kind != external {
			continue
		}
		switch p.api {
		case schema.V1:
			if p.has(r.Marks(p.diagnose.set, i), bcda.RoleExternalFirst) {
				first = i
			}
		case schema.V2:
			return i
		}
	}
	return first
}

// principalFirst puts the principal diagnosis of a professional claim of v3 at
// the head of the list. Servers before April 27, 2026 sent it last, some of them
// once more.
func (d *diagnoses) principalFirst(p *plan, r *ndjson.Record) {
	last := len(d.listed) - 1
	if last < 1 || d.listed[last] != d.principal {
		return
	}
	code := func(i int) []byte { return r.Row(p.diagnose.set, d.listed[i])[p.diagnose.code].Raw(r.Line) }
	if bytes.Equal(code(0), code(last)) {
		d.kinds[d.principal], d.principal = notListed, d.listed[0]
		d.listed = d.listed[:last]
		return
	}
	copy(d.listed[1:], d.listed[:last])
	d.listed[0] = d.principal
}

// dropRepeat leaves out the principal diagnosis where it stands before the
// list of which it is the first.
func (d *diagnoses) dropRepeat(p *plan, r *ndjson.Record, claimType schema.ClaimType) {
	switch {
	case d.principal < 0:
	case claimType != schema.Carrier && claimType != schema.DME:
		d.kinds[d.principal] = notListed
	case d.principal+1 < len(d.kinds):
		code := func(i int) []byte { return r.Row(p.diagnose.set, i)[p.diagnose.code].Raw(r.Line) }
		if bytes.Equal(code(d.principal), code(d.principal+1)) {
			d.kinds[d.principal] = notListed
		}
	}
}

func (d *diagnoses) count(kind diagnosisKind) int {
	n := 0
	for _, k := range d.kinds {
		if k == kind {
			n++
		}
	}
	return n
}

func (p *plan) diagnosisKind(r *ndjson.Record, i int, claimType schema.ClaimType) diagnosisKind {
	marks := r.Marks(p.diagnose.set, i)
	switch {
	case p.has(marks, bcda.RoleExternal):
		return external
	case p.has(marks, bcda.RolePrincipal):
		return listed
	case isPartial(p.resource):
		return listed
	case p.has(marks, bcda.RoleAdmitting), p.has(marks, bcda.RoleReason):
		return notListed
	case p.api != schema.V2:
	case claimType == schema.DME && p.has(marks, bcda.RoleSecondary):
		return notListed // only a line names it
	case claimType == schema.HHA && p.externalCode(r, i):
		return external // typed secondary by the server
	}
	return listed
}

// has reports whether marks show a role.
func (p *plan) has(marks ndjson.Marks, role bcda.RoleName) bool { return marks.Has(p.roles[role]) }

// externalCode tells an external cause by its code: ICD-10 V, W, X, Y; ICD-9 E.
func (p *plan) externalCode(r *ndjson.Record, i int) bool {
	row := r.Row(p.diagnose.set, i)
	code := row[p.diagnose.code].Raw(r.Line)
	if len(code) == 0 {
		return false
	}
	if string(icdIndicator(nil, row[p.diagnose.system].Raw(r.Line))) == "9" {
		return code[0] == 'E'
	}
	return code[0] >= 'V' && code[0] <= 'Y'
}

// presentOnAdmissionNumber is the number that ends the URL of a listed
// diagnosis' present-on-admission mark, or 0.
func (p *plan) presentOnAdmissionNumber(r *ndjson.Record, i int) int {
	url := r.Row(p.diagnose.set, i)[p.diagnose.poaURL].Raw(r.Line)
	at := bytes.LastIndex(url, []byte("_sw"))
	if at < 0 {
		return 0
	}
	n, err := strconv.Atoi(string(url[at+len("_sw"):]))
	if err != nil {
		return 0
	}
	return n
}

// pick returns the element that a rule chooses, or -1.
func (d *diagnoses) pick(p picker) int {
	switch p.rule {
	case pickPrincipal:
		return d.principal
	case pickAdmitting:
		return d.admitting
	case pickListed:
		if p.nth <= len(d.listed) {
			return d.listed[p.nth-1]
		}
	case pickFirst:
		if len(d.listed) > 0 {
			return d.listed[0]
		}
		if len(d.kinds) > 0 {
			return 0
		}
	}
	return -1
}

var productTypes = [...]string{listed: "D", external: "E", firstExternal: "1"}

// rank is the number of a diagnosis among those of the same kind.
func (c *claim) rank(row int) []byte {
	n := 0
	for _, kind := range c.dx.kinds[:row+1] {
		if kind == c.dx.kinds[row] {
			n++
		}
	}
	return strconv.AppendInt(c.scratch[:0], int64(n), 10)
}

// productType is CLM_PROD_TYPE_CD of a diagnosis.
func (c *claim) productType(row int) []byte {
	return []byte(productTypes[c.dx.kinds[row]])
}
