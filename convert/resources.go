package convert

import (
	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// rowsOf makes the rows and the updates of the resource that the evaluator has.
func (w *worker) rowsOf(plan *crosswalk.Plan, key dedup.Key) error {
	switch plan.Resource {
	case crosswalk.ExplanationOfBenefit:
		return w.claim(plan, key)
	case crosswalk.PriorAuthorization:
		return w.priorAuthorization(plan, key)
	case crosswalk.Patient:
		return w.patient(plan, key)
	case crosswalk.Coverage:
		return w.coverage(plan, key)
	case crosswalk.Claim, crosswalk.ClaimResponse:
		return w.partialClaim(plan, key)
	}
	return nil
}

// wantedRows says which outputs get rows of a claim.
type wantedRows uint8

const (
	finalRows    wantedRows = iota // the CCLF tables and those beside them
	partialRows                    // those of partially adjudicated claims, and the list of claims
	claimRowOnly                   // the list of claims
)

// claim makes the rows of an ExplanationOfBenefit.
func (w *worker) claim(plan *crosswalk.Plan, key dedup.Key) error {
	e := w.evaluator
	e.ClaimType = e.FindClaimType()
	if e.ClaimType == schema.UnknownClaim {
		return crosswalk.Reject(unknownClaimType+" (%s)", crosswalk.TypeCodes(e.JSON()))
	}
	id, ok := e.Beneficiary()
	if !ok {
		return crosswalk.Reject("an ExplanationOfBenefit without a patient")
	}
	e.FindDiagnoses()
	partial := e.PartiallyAdjudicated()
	wanted := finalRows
	switch {
	case w.opts.Versions == FinalVersions && !w.active():
		w.countStatus()
		wanted = claimRowOnly
	case partial:
		wanted = partialRows
	case w.opts.Versions == FinalVersions && !e.FinalAction(), w.profile.excludes(e):
		w.out.counts.Cancelled++
		wanted = claimRowOnly
	}
	mbis, hasMBIs, err := e.ClaimMBIs(id)
	if err != nil {
		return err
	}
	if err := w.rows(plan, key, id, wanted); err != nil {
		return err
	}
	if wanted == partialRows {
		w.out.partial = append(w.out.partial, key.Resource)
	}
	if hasMBIs {
		mbis.Resource = key.Resource
		w.out.beneficiaries = append(w.out.beneficiaries, mbis)
	}
	first := len(w.out.links)
	// Partially adjudicated claims have rows whatever their tag is.
	counts := w.active() && wanted != claimRowOnly && (partial || e.FinalAction())
	w.out.links = e.Links(w.out.links, id, counts)
	for i := first; i < len(w.out.links); i++ {
		w.out.links[i].Resource = key.Resource
	}
	if partial {
		return nil
	}
	if v, ok := e.VersionKey(id, counts); ok {
		v.Resource = key.Resource
		w.out.claims = append(w.out.claims, v)
	}
	if wanted == finalRows && e.WithoutLines() {
		w.out.lineless = append(w.out.lineless, key.Resource)
	}
	if wanted == finalRows && e.ClaimType == schema.Hospice {
		u, ok, err := e.HospiceUpdate(id)
		if err != nil || !ok {
			return err
		}
		u.Resource = key.Resource
		w.out.beneficiaries = append(w.out.beneficiaries, u)
	}
	return nil
}

// priorAuthorization makes the rows of a prior authorization.
func (w *worker) priorAuthorization(plan *crosswalk.Plan, key dedup.Key) error {
	w.evaluator.ClaimType = schema.PriorAuthorization
	id, ok := w.evaluator.Beneficiary()
	if !ok {
		return crosswalk.Reject("a prior authorization without a patient")
	}
	if w.opts.Versions == FinalVersions && !w.active() {
		w.countStatus()
		return nil
	}
	if err := w.rows(plan, key, id, finalRows); err != nil {
		return err
	}
	w.out.prior = append(w.out.prior, key.Resource)
	return nil
}

// partialClaim makes the rows of a partially adjudicated claim of v2, or of the
// response to one. It has the MBI of its beneficiary itself.
func (w *worker) partialClaim(plan *crosswalk.Plan, key dedup.Key) error {
	e := w.evaluator
	e.ClaimType = e.PartialClaim()
	if e.ClaimType == schema.UnknownClaim {
		return crosswalk.Reject("a %s"+unknownSystem, plan.Resource)
	}
	if w.opts.Versions == FinalVersions && !w.active() {
		w.countStatus()
		return w.rows(plan, key, 0, claimRowOnly)
	}
	if plan.Resource == crosswalk.ClaimResponse {
		return w.rows(plan, key, 0, partialRows)
	}
	e.FindDiagnoses()
	if err := w.rows(plan, key, 0, partialRows); err != nil {
		return err
	}
	w.out.partial = append(w.out.partial, key.Resource)
	return nil
}

// patient makes the rows of a Patient.
func (w *worker) patient(plan *crosswalk.Plan, key dedup.Key) error {
	e := w.evaluator
	id, ok := e.Beneficiary()
	if !ok {
		return crosswalk.Reject("a Patient without an id")
	}
	if e.Replaced() {
		w.out.counts.Skipped++
		return nil
	}
	if err := e.FindPatient(); err != nil {
		return err
	}
	e.ClaimType = schema.UnknownClaim
	if err := w.rows(plan, key, id, finalRows); err != nil {
		return err
	}
	if w.opts.Runs != nil {
		w.out.sightings = append(w.out.sightings, beneficiary.Sighting{
			ID: id, PatientID: string(e.ID()), Resource: key.Resource, Input: w.out.input,
		})
	}
	u := e.PatientUpdate(id)
	u.Resource = key.Resource
	w.out.beneficiaries = append(w.out.beneficiaries, u)
	return nil
}

// coverage makes the rows of a Coverage. The merge pass makes months of them.
func (w *worker) coverage(plan *crosswalk.Plan, key dedup.Key) error {
	e := w.evaluator
	id, ok := e.Beneficiary()
	if !ok {
		return crosswalk.Reject("a Coverage without a beneficiary")
	}
	// A Coverage that was canceled was valid before.
	retracted := !w.active() && string(e.Status()) != crosswalk.StatusCancelled
	u, err := e.CoverageUpdate(id, retracted)
	if err != nil {
		return err
	}
	u.Resource = key.Resource
	if retracted {
		w.countStatus()
	} else if e.HasMonths() {
		for _, tp := range plan.Tables {
			to := crosswalk.Target{Page: w.page(tp.Final), Output: tp.Final, Resource: key.Resource, Beneficiary: id}
			mark := to.Page.Rows()
			if err := e.MonthRows(tp, &to, &u.Enrollment); err != nil {
				to.Page.Truncate(mark)
				return err
			}
		}
	}
	w.out.beneficiaries = append(w.out.beneficiaries, u)
	return nil
}

// active reports whether the status of the resource is active, or missing.
func (w *worker) active() bool {
	switch string(w.evaluator.Status()) {
	case "", crosswalk.StatusActive:
		return true
	}
	return false
}

// countStatus counts a resource whose status excludes it from the tables.
func (w *worker) countStatus() {
	switch string(w.evaluator.Status()) {
	case crosswalk.StatusCancelled:
		w.out.counts.Cancelled++
	case crosswalk.StatusEnteredInError:
		w.out.counts.EnteredInError++
	case crosswalk.StatusDraft:
		w.out.counts.Draft++
	default:
		w.out.counts.OtherStatus++
	}
}

// outputFor returns the output for the resource's rows of a table, or -1.
func (w *worker) outputFor(tp *crosswalk.TablePlan, wanted wantedRows) int {
	switch {
	case !tp.Takes(w.evaluator.ClaimType):
		return -1
	case wanted == finalRows, tp.Table.Name == wellknown.ClaimsTable:
		return tp.Final
	case wanted == partialRows:
		return tp.Partial
	}
	return -1
}

// rows makes the resource's rows in all tables, or none if a value is bad.
func (w *worker) rows(plan *crosswalk.Plan, key dedup.Key, id beneficiary.ID, wanted wantedRows) error {
	w.marks = w.marks[:0]
	for _, tp := range plan.Tables {
		output := w.outputFor(tp, wanted)
		if output < 0 {
			continue
		}
		to := crosswalk.Target{Page: w.page(output), Output: output, Resource: key.Resource, Beneficiary: id}
		w.marks = append(w.marks, pageMark{to.Page, to.Page.Rows()})
		if err := w.evaluator.Rows(tp, &to); err != nil {
			for _, m := range w.marks {
				m.page.Truncate(m.rows)
			}
			return err
		}
	}
	return nil
}
