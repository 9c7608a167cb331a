package crosswalk

import (
	"bytes"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// ClaimMBIs returns the MBIs in the extensions of a claim. AB2D, which serves no
// Patient resources, adds them: the current MBI, and those that it replaced. ok is
// false if there are none.
func (e *Evaluator) ClaimMBIs(id beneficiary.ID) (u beneficiary.Update, ok bool, err error) {
	span := e.rec.Reg(e.plan.claimMBIs.current)
	if span.IsZero() {
		return u, false, nil
	}
	text := e.spanText(span)
	mbi := bytes.TrimSpace(text)
	if table.Blank(mbi) {
		return u, false, nil
	}
	e.TrimmedMBI = len(mbi) != len(text)
	u = beneficiary.Update{ID: id, Rank: e.updated, Kind: beneficiary.FromClaim}
	if u.MBI, ok = beneficiary.ParseMBI(mbi); !ok {
		return u, false, Reject("an ExplanationOfBenefit with an MBI of more than %d characters", len(u.MBI))
	}
	for _, span := range e.rec.Regs(e.plan.claimMBIs.former, maxFormerMBIs) {
		if span.IsZero() {
			continue
		}
		text := bytes.TrimSpace(e.spanText(span))
		if former, ok := beneficiary.ParseMBI(text); ok && !table.Blank(text) && former != u.MBI {
			u.Former = append(u.Former, former)
		}
	}
	return u, true, nil
}

// WithoutLines reports whether a claim of Part A or B, whose ClaimType is set, has
// no service lines.
func (e *Evaluator) WithoutLines() bool {
	for _, tp := range e.plan.Tables {
		if tp.Table.Grain == schema.PerItem && tp.Takes(e.ClaimType) {
			return e.rec.Rows(tp.set) == 0
		}
	}
	return false
}

// HospiceUpdate returns what a hospice claim says about its beneficiary. ok is
// false if it has no start of care.
func (e *Evaluator) HospiceUpdate(id beneficiary.ID) (u beneficiary.Update, ok bool, err error) {
	u = beneficiary.Update{ID: id, Part: beneficiary.Hospice}
	if err := e.summaryValues(&u); err != nil {
		return u, false, err
	}
	for _, v := range u.Values {
		if start, ok := table.EarliestDay(v); ok { // the first of the values is the start
			u.Rank = int64(start)
			return u, true, nil
		}
	}
	return u, false, nil
}

// summaryValues evaluates what the resource says for its beneficiary's row of
// CCLF8.
func (e *Evaluator) summaryValues(u *beneficiary.Update) error {
	for i := range e.plan.summary {
		g := &e.plan.summary[i]
		v, ok := e.value(&g.getter, 0)
		if !ok {
			continue
		}
		if len(v) > maxBeneficiaryText {
			return Reject("cclf8.%s: a text of more than %d bytes", g.field.Label, maxBeneficiaryText)
		}
		u.Values[g.index] = append([]byte(nil), v...)
	}
	return nil
}

// newRelatedGetters finds the table of a plan that names the labels of related
// claims.
func newRelatedGetters(p *Plan) relatedGetters {
	for _, tp := range p.Tables {
		if len(tp.Table.Related) == 0 || p.API != schema.V3 {
			continue
		}
		r := relatedGetters{table: tp}
		for i := range tp.Table.Fields {
			for _, label := range tp.Table.Related {
				if tp.Table.Fields[i].Label == label {
					r.cols = append(r.cols, i)
				}
			}
			if tp.Table.Fields[i].Label == wellknown.LoadDateLabel {
				r.order = i
			}
		}
		return r
	}
	return relatedGetters{}
}

// VersionKey returns the key that all versions of the claim share. ok is false
// if its versions are not matched: those of other tables, and claims without a
// service date or prescription number. A version that is not final, such as a
// deletion, replaces those before it, but none of the same day.
func (e *Evaluator) VersionKey(id beneficiary.ID, final bool) (k dedup.Key, ok bool) {
	r := &e.plan.related
	if r.table == nil || !r.table.Takes(e.ClaimType) {
		return k, false
	}
	identity := make([]byte, 0, 128)
	for i := range 8 {
		identity = append(identity, byte(id>>(8*i)))
	}
	for _, col := range r.cols {
		g := &r.table.cols[col]
		v, ok := e.value(g, 0)
		if !ok && (g.field.Label == wellknown.ServiceDateLabel || g.field.Label == wellknown.PrescriptionLabel) {
			return k, false
		}
		identity = append(append(identity, v...), 0)
	}
	k.ID = dedup.Hash("related", identity)
	// The newest by load date, then by update of the resource.
	if v, ok := e.value(&r.table.cols[r.order], 0); ok {
		if days, ok := table.EarliestDay(v); ok {
			k.Updated = int64(days) << 40
		}
	}
	if seconds := e.updated / 1e9; seconds > 0 && final {
		k.Updated += seconds & (1<<40 - 1)
	}
	return k, true
}

// Value returns the value of a column in the claim's first row, from the first
// table that takes the claim and has a column with the label.
func (e *Evaluator) Value(label string) (v []byte, ok bool) {
	for _, tp := range e.plan.Tables {
		if !tp.Takes(e.ClaimType) {
			continue
		}
		if i := tp.Table.Index(label); i >= 0 {
			return e.value(&tp.cols[i], 0)
		}
	}
	return nil, false
}
