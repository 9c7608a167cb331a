package crosswalk

import (
	"bytes"
	"strconv"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// A diagnosisKind is the role of a diagnosis of a claim in CCLF.
type diagnosisKind uint8

const (
	notListed     diagnosisKind = iota // not in CCLF4 and CCLF5
	listed                             // principal or secondary
	external                           // external cause of an injury
	firstExternal                      // the first of those
)

// diagnoses are the diagnoses of a claim, found once per claim.
type diagnoses struct {
	kinds                []diagnosisKind // of each element
	principal, admitting int             // elements, or -1
	listed               []int           // elements
}

// find applies the rules for diagnoses.
//
// The servers of v1 and v2 list each code once, with the type of its first
// occurrence. The order is: admitting, first listed (with type principal),
// principal if it differs (also with type principal), the other listed ones,
// external causes, reasons for the visit, and last codes that only a line has.
// Real claims have none of these: a line refers to the list of the claim. The
// server of v3 lists everything in the repository.
func (d *diagnoses) find(p *Plan, r *ndjson.Record, claimType schema.ClaimType) {
	d.principal, d.admitting = -1, -1
	d.kinds, d.listed = d.kinds[:0], d.listed[:0]
	for i := range r.Rows(p.diagnoses.set) {
		marks := r.Marks(p.diagnoses.set, i)
		if r.Row(p.diagnoses.set, i)[p.diagnoses.code].IsZero() {
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
	case isPartial(p.Resource):
		d.dropAppended(p, r)
	case p.API == schema.V3:
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
	if p.API == schema.V3 && (claimType == schema.Carrier || claimType == schema.DME) {
		d.principalFirst(p, r)
	}
	if i := d.firstExternal(p, r); i >= 0 {
		d.kinds[i] = firstExternal
	}
}

// restoreRepeats finds diagnoses that have two roles, because the server omits a
// code that repeats an earlier one.
func (d *diagnoses) restoreRepeats(p *Plan, r *ndjson.Record, claimType schema.ClaimType) {
	if p.API == schema.V2 && claimType == schema.SNF && len(d.kinds) > 0 && d.kinds[0] == listed &&
		!p.has(r.Marks(p.diagnoses.set, 0), bcda.RolePrincipal) {
		// Here the admitting diagnosis has the type of the others, but it comes
		// before the principal ones.
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
	// Present-on-admission marks have the numbers of the claim's codes. If a
	// number is larger than the number of codes, one of the codes repeats the
	// admitting one.
	numbers, principals := 0, 0
	for i := range d.kinds {
		if d.kinds[i] == listed {
			numbers = max(numbers, p.presentOnAdmissionNumber(r, i))
		}
		if p.has(r.Marks(p.diagnoses.set, i), bcda.RolePrincipal) {
			principals++
		}
	}
	unnumbered := max(principals-1, 0) // principal ones that are not the first listed
	if numbers > d.count(listed)-unnumbered {
		d.kinds[d.admitting] = listed
	}
}

// dropNoCode drops 9999999 from a carrier claim. Servers of test data append it to
// the claim's diagnoses; it is no ICD code.
func (d *diagnoses) dropNoCode(p *Plan, r *ndjson.Record, claimType schema.ClaimType) {
	if claimType != schema.Carrier {
		return
	}
	for i, kind := range d.kinds {
		if kind == listed && string(r.Text(nil, r.Row(p.diagnoses.set, i)[p.diagnoses.code])) == noDiagnosis {
			d.kinds[i] = notListed
		}
	}
}

const noDiagnosis = "9999999"

// keepSecondary makes external causes of a home health claim of v2 listed
// diagnoses again if another diagnosis comes after them: external causes come
// last.
func (d *diagnoses) keepSecondary(p *Plan, claimType schema.ClaimType) {
	if p.API != schema.V2 || claimType != schema.HHA {
		return
	}
	listedAfter := false
	for i := len(d.kinds) - 1; i >= 0; i-- {
		switch {
		case d.kinds[i] == listed:
			listedAfter = true
		case d.kinds[i] == external && listedAfter:
			d.kinds[i] = listed
		}
	}
}

// dropAppended drops the admitting diagnosis of a partially adjudicated claim if
// it is not in the claim's list. The server then appends it, followed by the
// principal one if that is not in the list either. Neither has a
// present-on-admission mark.
func (d *diagnoses) dropAppended(p *Plan, r *ndjson.Record) {
	if d.admitting < 0 || d.admitting == d.principal {
		return
	}
	marked := func(i int) bool { return p.has(r.Marks(p.diagnoses.set, i), bcda.RoleMarked) }
	marks := false
	for i := range d.kinds {
		marks = marks || marked(i)
		if i >= d.admitting && (marked(i) || i > d.admitting && i != d.principal) {
			return // it is in the list
		}
	}
	if marks {
		d.kinds[d.admitting] = notListed
	}
}

// firstExternal returns the element that is CCLF's first external cause, or -1.
// The server of v1 marks it, and before it also the first of the numbered ones;
// that of v2 uses one type for all; that of v3 omits it.
func (d *diagnoses) firstExternal(p *Plan, r *ndjson.Record) int {
	first := -1
	for i, kind := range d.kinds {
		if kind != external {
			continue
		}
		switch p.API {
		case schema.V1:
			if p.has(r.Marks(p.diagnoses.set, i), bcda.RoleExternalFirst) {
				first = i
			}
		case schema.V2:
			return i
		}
	}
	return first
}

// principalFirst moves the principal diagnosis of a professional claim of v3 to
// the head of the list. Servers before April 27, 2026 sent it last, some of them
// in addition to its place in the list.
func (d *diagnoses) principalFirst(p *Plan, r *ndjson.Record) {
	last := len(d.listed) - 1
	if last < 1 || d.listed[last] != d.principal {
		return
	}
	code := func(i int) []byte { return r.Text(nil, r.Row(p.diagnoses.set, d.listed[i])[p.diagnoses.code]) }
	if bytes.Equal(code(0), code(last)) {
		d.kinds[d.principal], d.principal = notListed, d.listed[0]
		d.listed = d.listed[:last]
		return
	}
	copy(d.listed[1:], d.listed[:last])
	d.listed[0] = d.principal
}

// dropRepeat drops the principal diagnosis if it comes before the list that it is
// the first of.
func (d *diagnoses) dropRepeat(p *Plan, r *ndjson.Record, claimType schema.ClaimType) {
	switch {
	case d.principal < 0:
	case claimType != schema.Carrier && claimType != schema.DME:
		d.kinds[d.principal] = notListed
	case d.principal+1 < len(d.kinds):
		code := func(i int) []byte { return r.Text(nil, r.Row(p.diagnoses.set, i)[p.diagnoses.code]) }
		if bytes.Equal(code(d.principal), code(d.principal+1)) {
			d.kinds[d.principal] = notListed
		}
	}
}

// count returns the number of diagnoses of a kind.
func (d *diagnoses) count(kind diagnosisKind) int {
	n := 0
	for _, k := range d.kinds {
		if k == kind {
			n++
		}
	}
	return n
}

// diagnosisKind returns the kind of a diagnosis by its own marks.
func (p *Plan) diagnosisKind(r *ndjson.Record, i int, claimType schema.ClaimType) diagnosisKind {
	marks := r.Marks(p.diagnoses.set, i)
	switch {
	case p.has(marks, bcda.RoleExternal):
		return external
	case p.has(marks, bcda.RolePrincipal):
		return listed
	case isPartial(p.Resource):
		return listed
	case p.has(marks, bcda.RoleAdmitting), p.has(marks, bcda.RoleReason):
		return notListed
	case p.API != schema.V2:
	case claimType == schema.DME && p.has(marks, bcda.RoleSecondary):
		return notListed // only a line has it
	case claimType == schema.HHA && p.externalCode(r, i):
		return external // the server sends it as secondary
	}
	return listed
}

// externalCode reports whether a code is one for an external cause: ICD-10 V, W, X
// or Y; ICD-9 E.
func (p *Plan) externalCode(r *ndjson.Record, i int) bool {
	row := r.Row(p.diagnoses.set, i)
	code := r.Text(nil, row[p.diagnoses.code])
	if len(code) == 0 {
		return false
	}
	if string(icdIndicator(nil, r.Text(nil, row[p.diagnoses.system]))) == "9" {
		return code[0] == 'E'
	}
	return code[0] >= 'V' && code[0] <= 'Y'
}

// presentOnAdmissionNumber returns the number at the end of the URL of a listed
// diagnosis' present-on-admission mark, or 0.
func (p *Plan) presentOnAdmissionNumber(r *ndjson.Record, i int) int {
	url := r.Text(nil, r.Row(p.diagnoses.set, i)[p.diagnoses.poaURL])
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

// pick returns the element that a rule picks, or -1.
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
