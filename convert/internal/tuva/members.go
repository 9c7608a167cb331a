package tuva

import (
	"cmp"
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/enrollment"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// A member is what the profile keeps in memory about a beneficiary.
type member struct {
	covered monthSet       // by Part A or B
	told    monthSet       // those of covered that the export shows
	claims  monthSet       // of services, kept for those without such a Coverage
	patient beneficiary.ID // whose row of beneficiary_demographics counts
	known   bool           // there is one
}

// months returns the months of enrollment: those of Part A or B, or else those of
// claims.
func (m *member) months() monthSet {
	if len(m.covered) == 0 {
		return m.claims
	}
	return m.covered
}

// members are the beneficiaries of an export by the identifier that their rows
// have.
type members struct {
	export *Export
	byID   map[string]*member
	newest int // month in the data
}

// scan reads what the rows say about the beneficiaries.
func (d *members) scan(ctx context.Context) error {
	// Enrollment comes first: months of claims are kept only for the others.
	for _, visitor := range []func(*schema.Table) batchVisitor{
		d.visitEnrollment, d.visitClaims, d.visitDemographics,
	} {
		for _, s := range d.export.Spills {
			if visit := visitor(s.Table); visit != nil {
				if err := scanSpill(ctx, s.Rows, visit); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// A batchVisitor reads a batch of rows.
type batchVisitor func(rec arrow.RecordBatch)

// scanSpill visits the batches of a spill.
func scanSpill(ctx context.Context, s *table.Spill, visit batchVisitor) error {
	for rec, err := range s.Batches(memory.DefaultAllocator) { // visitors keep texts
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		visit(rec)
	}
	return nil
}

// eachRow visits the rows of a batch that are not gone.
func (d *members) eachRow(rec arrow.RecordBatch, visit func(row int, id beneficiary.ID)) {
	_, resources, beneficiaries := table.Split(rec.Columns())
	for i, resource := range resources {
		if id := beneficiary.ID(beneficiaries[i]); !d.export.Gone(resource, id) {
			visit(i, id)
		}
	}
}

// visitEnrollment reads the months of Parts A and B, which may be of resources that
// are gone.
func (d *members) visitEnrollment(t *schema.Table) batchVisitor {
	if t.Name != tuvaschema.Enrollment {
		return nil
	}
	reader := enrollment.NewReader(t, d.export.Beneficiaries)
	return func(rec arrow.RecordBatch) {
		ids := textColumn(rec, t, wellknown.BeneficiaryLabel)
		_, _, beneficiaries := table.Split(rec.Columns())
		for row := range reader.Rows(rec.Columns()) {
			if row.Part != 'A' && row.Part != 'B' {
				continue
			}
			m, month := d.member(d.currentID(beneficiary.ID(beneficiaries[row.At]), ids.Value(row.At))), monthRun{row.Number, row.Number}
			m.covered = m.covered.add(month)
			if !row.Inferred {
				m.told = m.told.add(month)
			}
			d.newest = max(d.newest, row.Number)
		}
	}
}

// visitClaims reads the tables in which every claim has rows.
func (d *members) visitClaims(t *schema.Table) batchVisitor {
	if !crosswalk.CountsClaims(t) {
		return nil
	}
	from, thru := wellknown.FromLabel, wellknown.ThruLabel
	if t.Field(thru) == nil { // Part D
		from, thru = wellknown.ServiceDateLabel, wellknown.ServiceDateLabel
	}
	return func(rec arrow.RecordBatch) {
		ids := textColumn(rec, t, wellknown.BeneficiaryLabel)
		first, last := dateColumn(rec, t, from), dateColumn(rec, t, thru)
		d.eachRow(rec, func(row int, id beneficiary.ID) {
			if first.IsNull(row) || last.IsNull(row) {
				return
			}
			months := monthRun{table.Month(int32(first.Value(row))), table.Month(int32(last.Value(row)))}
			d.newest = max(d.newest, months.last)
			if m := d.member(d.currentID(id, ids.Value(row))); len(m.covered) == 0 {
				m.claims = m.claims.add(months)
			}
		})
	}
}

func (d *members) visitDemographics(t *schema.Table) batchVisitor {
	if t.Name != tuvaschema.Demographics {
		return nil
	}
	known := d.export.Beneficiaries
	return func(rec arrow.RecordBatch) {
		ids := textColumn(rec, t, wellknown.BeneficiaryLabel)
		d.eachRow(rec, func(row int, id beneficiary.ID) {
			m := d.member(string(known.CurrentMBI([]byte(ids.Value(row)))))
			if !m.known || known.Updated(id) >= known.Updated(m.patient) {
				m.patient, m.known = id, true
			}
		})
	}
}

// member returns the member with an identifier, which it adds if it is new.
func (d *members) member(id string) *member {
	m := d.byID[id]
	if m == nil {
		m = &member{}
		d.byID[id] = m
	}
	return m
}

// currentID returns the identifier in a row about a beneficiary: the current MBI,
// or if that is unknown the row's own.
func (d *members) currentID(id beneficiary.ID, own string) string {
	if mbi := d.export.Beneficiaries.MBI(id); len(mbi) > 0 {
		return string(mbi)
	}
	return own
}

func textColumn(rec arrow.RecordBatch, t *schema.Table, label string) table.Texts {
	return table.TextsOf(rec.Column(t.Index(label)))
}

func dateColumn(rec arrow.RecordBatch, t *schema.Table, label string) *array.Date32 {
	return rec.Column(t.Index(label)).(*array.Date32)
}
