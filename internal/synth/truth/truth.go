// Package truth writes the rows that an export must become: the tables of CCLF and
// those beside them, one CSV file per table, with the columns in the order of the
// layout. An empty field is a missing value.
//
// The rows are made from the records, never from the resources: this package knows no
// FHIR, and the packages that write FHIR do not know it. Package schema contributes
// the names of tables and columns and their order, and nothing else.
package truth

import (
	"path/filepath"

	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/wellknown"
)

// A Truth writes the rows of an export as its records are sent. The methods that
// take a Place get every version of a claim as it is sent; the others get what is
// final: the newest version of each record that no other one has replaced.
type Truth struct {
	api   string
	files csvFiles

	claims       claimList
	enrollment   *sheet[monthRow]
	history      history                    // of v1 and v2
	idrHistory   idrHistory                 // of v3
	costs        *sheet[records.PartDEvent] // of v1 and v2
	idrCosts     *sheet[idr.Claim]          // of v3
	prior        *sheet[priorRow]           // of v3
	ccw          *ccwTables                 // of v1 and v2
	systems      *systemTables              // of v2
	idr, partial *idrTables                 // of v3, partial for partially adjudicated claims
}

// New creates the files of an export's truth in dir, which it makes if need be.
func New(dir, api string) (*Truth, error) {
	t := &Truth{api: api, history: history{v1: api == "v1"}}
	files, err := t.files.create(dir, tables())
	if err != nil {
		return nil, err
	}
	t.claims.sheet = newSheet(files, wellknown.ClaimsTable, claimColumns())
	t.enrollment = newSheet(files, "enrollment", enrollmentColumns())
	t.costs = newSheet(files, "part_d_costs", drugCosts())
	t.idrCosts = newSheet(files, "part_d_costs", v3Costs())
	t.prior = newSheet(files, wellknown.PriorAuthorizationsTable, priorColumns())
	if api == "v1" {
		t.ccw = newCCWTables(files, true)
		return t, nil
	}
	partial, err := t.files.create(filepath.Join(dir, partialFolder), partialTables())
	if err != nil {
		return nil, err
	}
	if api == "v2" {
		t.ccw, t.systems = newCCWTables(files, false), newSystemTables(partial)
	} else {
		t.idr, t.partial = newIDRTables(files), newIDRTables(partial)
	}
	return t, nil
}

// InstitutionalClaim adds a claim of v1 or v2 that was sent.
func (t *Truth) InstitutionalClaim(c *records.Institutional, at Place) {
	t.claims.add(institutionalClaimRow(c, t.api), at)
}

// ProfessionalClaim adds a claim of v1 or v2 that was sent.
func (t *Truth) ProfessionalClaim(c *records.Professional, at Place) {
	t.claims.add(professionalClaimRow(c, t.api), at)
}

// DrugClaim adds a drug event of v1 or v2 that was sent.
func (t *Truth) DrugClaim(c *records.PartDEvent, at Place) {
	t.claims.add(ccwClaimRow(&c.Claim, t.api), at)
}

// PartialClaim adds a Claim of v2 that was sent, and writes its rows.
func (t *Truth) PartialClaim(p *records.PartialClaim, at Place) {
	t.claims.add(partialClaimRow(p), at)
	t.systems.claim(p)
}

// IDRClaim adds a claim of v3 that was sent. It writes the rows of one that is not
// finally adjudicated.
func (t *Truth) IDRClaim(c *idr.Claim, at Place) {
	t.claims.add(idrClaimRow(c), at)
	if c.System == idr.SharedSystem {
		t.partial.partialClaim(c)
	}
}

// Institutional writes the rows of a final claim of v1 or v2.
func (t *Truth) Institutional(c *records.Institutional) { t.ccw.institutional(c) }

// Professional writes the rows of a final claim of v1 or v2.
func (t *Truth) Professional(c *records.Professional) { t.ccw.professional(c) }

// PartDEvent writes the rows of a final drug event of v1 or v2.
func (t *Truth) PartDEvent(c *records.PartDEvent) {
	t.ccw.cclf7.write(*c)
	t.costs.write(*c)
}

// Coverages adds a version of a beneficiary of v1 or v2 that was sent with Coverages.
func (t *Truth) Coverages(b *records.Beneficiary) { t.history.add(b) }

// IDRCoverages adds a version of a beneficiary of v3 that was sent with Coverages.
func (t *Truth) IDRCoverages(p *idr.Beneficiary) { t.idrHistory.add(p) }

// Beneficiary writes the rows of a beneficiary of v1 or v2.
func (t *Truth) Beneficiary(b *records.Beneficiary, hospice records.HospiceStay) {
	t.ccw.beneficiary(b, hospice)
	t.history.write(t.enrollment, b)
}

// NewestIDRClaim writes the rows of a final claim of v3.
func (t *Truth) NewestIDRClaim(c *idr.Claim) {
	t.idr.claim(c)
	if c.Type == life.PartD {
		t.idrCosts.write(*c)
	}
	t.claims.newest(c)
}

// IDRBeneficiary writes the rows of a beneficiary of v3, and of the claims.
func (t *Truth) IDRBeneficiary(p *idr.Beneficiary) {
	t.idr.beneficiary(p)
	if !p.NoCoverage {
		t.idrHistory.write(t.enrollment, p)
	}
	t.claims.write()
}

// Authorization writes the rows of the newest version of a prior authorization.
func (t *Truth) Authorization(a *idr.Authorization, at Place) {
	for i := range a.Items {
		t.prior.write(priorRow{a, i, at})
	}
}

// EndBeneficiary writes the rows that had to wait for all claims of a beneficiary.
func (t *Truth) EndBeneficiary() { t.claims.write() }

// Flush writes the files for which at least size bytes were collected.
func (t *Truth) Flush(size int) error { return t.files.flush(size) }

// Rows is the number of rows so far, in all tables.
func (t *Truth) Rows() int64 {
	var rows int64
	for _, f := range t.files {
		rows += f.rows
	}
	return rows
}

// Close writes the rest and closes the files.
func (t *Truth) Close() error {
	t.claims.write()
	return t.files.close()
}
