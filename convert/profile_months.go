package convert

import (
	"cmp"
	"context"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// A monthRun is a run of months, by their numbers.
type monthRun struct{ first, last int }

// A monthSet is a set of months: runs in order, with gaps between them.
type monthSet []monthRun

// add adds a run of months.
func (s monthSet) add(r monthRun) monthSet {
	if r.first > r.last {
		return s
	}
	from := 0
	for from < len(s) && s[from].last < r.first-1 {
		from++
	}
	to := from
	for to < len(s) && s[to].first <= r.last+1 {
		r.first, r.last = min(r.first, s[to].first), max(r.last, s[to].last)
		to++
	}
	return slices.Replace(s, from, to, r)
}

// An enrollee is what the Tuva profile keeps in memory of a beneficiary.
type enrollee struct {
	covered monthSet // by Part A or B
	start   int      // month in which the older of these began
	claims  monthSet // of services, kept for those who have no such Coverage
	insured bool     // has a Coverage of Part A or B that is in force
	dead    bool
	patient personID // whose row of beneficiary_demographics counts
	known   bool     // there is one
}

// carriedMonths is for how many months beyond those that a Coverage tells of
// it is taken to go on, when it is in force.
const carriedMonths = 12

// months are the months of enrollment: those of Part A or B, or else those of
// claims. A Coverage may tell of one year only. It is taken to have been the
// same since it began, within the months that are listed of any Coverage, and
// to go on to the month of the export where it is in force.
func (m *enrollee) months(export int) monthSet {
	if len(m.covered) == 0 {
		return m.claims
	}
	months := slices.Clone(m.covered)
	if first := months[0].first; first%12 == 0 { // a whole year, as far as it goes
		months = months.add(monthRun{max(m.start, export-recentMonths+1), first - 1})
	}
	last := months[len(months)-1].last
	if m.insured && !m.dead && export-last <= carriedMonths {
		months = months.add(monthRun{last + 1, export})
	}
	return months
}

// gather reads what the spills tell of the beneficiaries.
func (d *tuvaDelivery) gather(ctx context.Context, gone func(line int64) bool) error {
	// Enrollment comes first: months of claims are kept for others only.
	for _, visit := range []func(*spill) func(arrow.RecordBatch) rowVisitor{
		d.visitEnrollment, d.visitClaims, d.visitDemographics,
	} {
		for _, s := range d.run.spills {
			if s == nil {
				continue
			}
			if rows := visit(s); rows != nil {
				if err := scan(ctx, s, gone, rows); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// A rowVisitor takes in a row of a batch.
type rowVisitor func(row int, who personID)

// scan visits the rows of a spill.
func scan(ctx context.Context, s *spill, gone func(line int64) bool, rows func(arrow.RecordBatch) rowVisitor) error {
	for rec, err := range s.Batches(memory.DefaultAllocator) { // visitors keep texts
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		_, lines, people := table.Split(rec.Columns())
		visit := rows(rec)
		for i, line := range lines {
			if !gone(line) {
				visit(i, personID(people[i]))
			}
		}
	}
	return nil
}

func (d *tuvaDelivery) visitEnrollment(s *spill) func(arrow.RecordBatch) rowVisitor {
	if s.out.table.Name != tuvaschema.Enrollment {
		return nil
	}
	table := s.out.table
	return func(rec arrow.RecordBatch) rowVisitor {
		ids := textColumn(rec, table, wellknown.BeneficiaryLabel)
		parts := textColumn(rec, table, wellknown.PartLabel)
		months := dateColumn(rec, table, wellknown.MonthLabel)
		return func(row int, who personID) {
			if part := parts.Value(row); part == "A" || part == "B" {
				m := d.enrollee(d.run.currentID(who, ids.Value(row)))
				month := monthNumber(int32(months.Value(row)))
				if start := d.run.people.coverageStart(who, month); len(m.covered) == 0 || start < m.start {
					m.start = start
				}
				m.covered = m.covered.add(monthRun{month, month})
				m.insured = m.insured || d.run.people.insured(who)
				d.newest = max(d.newest, month)
			}
		}
	}
}

// visitClaims looks at the tables in which every claim has rows.
func (d *tuvaDelivery) visitClaims(s *spill) func(arrow.RecordBatch) rowVisitor {
	table := s.out.table
	if !countsClaims(table) {
		return nil
	}
	from, thru := wellknown.FromLabel, wellknown.ThruLabel
	if table.Field(thru) == nil { // Part D
		from, thru = wellknown.ServiceDateLabel, wellknown.ServiceDateLabel
	}
	return func(rec arrow.RecordBatch) rowVisitor {
		ids := textColumn(rec, table, wellknown.BeneficiaryLabel)
		first, last := dateColumn(rec, table, from), dateColumn(rec, table, thru)
		return func(row int, who personID) {
			if first.IsNull(row) || last.IsNull(row) {
				return
			}
			months := monthRun{monthNumber(int32(first.Value(row))), monthNumber(int32(last.Value(row)))}
			d.newest = max(d.newest, months.last)
			if m := d.enrollee(d.run.currentID(who, ids.Value(row))); len(m.covered) == 0 {
				m.claims = m.claims.add(months)
			}
		}
	}
}

func (d *tuvaDelivery) visitDemographics(s *spill) func(arrow.RecordBatch) rowVisitor {
	table := s.out.table
	if table.Name != tuvaschema.Demographics {
		return nil
	}
	people := d.run.people
	return func(rec arrow.RecordBatch) rowVisitor {
		ids := textColumn(rec, table, wellknown.BeneficiaryLabel)
		deaths := dateColumn(rec, table, wellknown.DeathLabel)
		return func(row int, who personID) {
			m := d.enrollee(string(people.currentText([]byte(ids.Value(row)))))
			m.dead = m.dead || deaths.IsValid(row)
			if !m.known || people.updated(who) >= people.updated(m.patient) {
				m.patient, m.known = who, true
			}
		}
	}
}

func (d *tuvaDelivery) enrollee(id string) *enrollee {
	m := d.members[id]
	if m == nil {
		m = &enrollee{}
		d.members[id] = m
	}
	return m
}

// currentID is the identifier that a row about a beneficiary bears: the
// current MBI, or what the row has where that is unknown.
func (r *run) currentID(who personID, text string) string {
	if mbi := r.people.mbi(who); len(mbi) > 0 {
		return string(mbi)
	}
	return text
}

func textColumn(rec arrow.RecordBatch, t *schema.Table, label string) table.Texts {
	return table.TextsOf(rec.Column(t.Index(label)))
}

func dateColumn(rec arrow.RecordBatch, t *schema.Table, label string) *array.Date32 {
	return rec.Column(t.Index(label)).(*array.Date32)
}
