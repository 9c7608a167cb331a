package convert

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// A tuvaDelivery is an export as the Tuva connector sees it: a delivery of
// CCLF files with a name and a date.
type tuvaDelivery struct {
	run     *run
	name    string
	date    int32 // in days since 1970
	month   int   // that of the date
	newest  int   // month in the data
	members map[string]*enrollee
}

// newTuvaDelivery looks through the rows for what the profile has to know
// before it writes any.
func newTuvaDelivery(ctx context.Context, r *run) (*tuvaDelivery, error) {
	d := &tuvaDelivery{run: r, members: map[string]*enrollee{}}
	gone := func(line int64) bool { return r.replaced.has(line) || r.superseded.has(line) }
	if err := d.gather(ctx, gone); err != nil {
		return nil, err
	}
	if r.newest != minTime {
		d.date = int32(r.newest / int64(24*time.Hour))
	} else { // an export that does not tell when it was updated
		d.date = lastDay(d.newest)
	}
	d.month = monthNumber(d.date)
	d.name = fmt.Sprintf("bcda-%s-%s", r.api(), table.AppendDate(nil, d.date))
	return d, nil
}

// dated is the date that the connector is to look for a beneficiary's
// demographics at, for a run of months: that of the delivery, or, where the
// enrollment ended in an earlier month, the end of that month, as if the
// beneficiary had not been delivered since.
func (d *tuvaDelivery) dated(r monthRun) int32 {
	if r.last == d.month {
		return d.date
	}
	return lastDay(r.last)
}

func firstDay(month int) int32 { return table.CivilDays(month/12, month%12+1, 1) }
func lastDay(month int) int32  { return firstDay(month+1) - 1 }

// A tuvaWriter makes the rows of one table.
type tuvaWriter struct {
	delivery *tuvaDelivery
	table    *schema.Table
	schema   *arrow.Schema
	done     map[string]bool // former MBIs that have a row
}

func (d *tuvaDelivery) writer(t *schema.Table) *tuvaWriter {
	fields := make([]schema.Field, 0, len(t.Fields)+2)
	if t.Name == tuvaschema.Enrollment {
		for _, label := range tuvaschema.EnrollmentLabels() {
			fields = append(fields, schema.Field{Label: label})
		}
	} else {
		for i := range t.Fields {
			fields = append(fields, schema.Field{Label: t.Fields[i].Label, Description: t.Fields[i].Description})
		}
	}
	fields = append(fields, schema.Field{Label: tuvaschema.FileNameLabel}, schema.Field{Label: tuvaschema.FileDateLabel})
	return &tuvaWriter{
		delivery: d,
		table:    t,
		schema:   table.Schema(&schema.Table{Description: t.Description, Fields: fields}),
		done:     map[string]bool{},
	}
}

// A tuvaRow is a row to be written: which of a batch, and its date.
type tuvaRow struct {
	at   int
	date int32
}

// write writes the rows of a batch, whose columns are complete.
func (w *tuvaWriter) write(t *tableWriter, cols []arrow.Array, lines, people []int64) error {
	var rows []tuvaRow
	switch w.table.Name {
	case tuvaschema.Enrollment:
		return nil // written when all months are known
	case tuvaschema.Demographics:
		rows = w.demographics(cols, people)
	case tuvaschema.Xref:
		rows = w.links(cols)
	default:
		for i := range lines {
			rows = append(rows, tuvaRow{i, w.delivery.date})
		}
	}
	out := make([]table.Column, len(w.schema.Fields()))
	texts := make([]cellText, len(cols))
	for i, col := range cols {
		texts[i] = cellTextOf(w.table, &w.table.Fields[i], col)
	}
	var scratch []byte
	rowLines := make([]int64, len(rows))
	for i, row := range rows {
		rowLines[i] = lines[row.at]
		for k, text := range texts {
			if v := text(scratch[:0], row.at); len(v) > 0 {
				out[k].AppendText(v)
				scratch = v
			} else {
				out[k].AppendNull()
			}
		}
		w.sign(out, row.date)
	}
	return w.writeColumns(t, out, rowLines)
}

// sign ends a row with the name and the date of the delivery.
func (w *tuvaWriter) sign(out []table.Column, date int32) {
	n := len(out)
	out[n-2].AppendText([]byte(w.delivery.name))
	out[n-1].AppendText(table.AppendDate(nil, date))
}

func (w *tuvaWriter) writeColumns(t *tableWriter, out []table.Column, lines []int64) error {
	arrays := make([]arrow.Array, len(out))
	for i := range out {
		arrays[i] = out[i].Array()
		defer arrays[i].Release()
	}
	return t.writeRows(arrays, lines)
}

// demographics are the rows of beneficiaries: one for each run of months that
// they were enrolled in, from the Patient that was updated last.
func (w *tuvaWriter) demographics(cols []arrow.Array, people []int64) []tuvaRow {
	var rows []tuvaRow
	ids := cols[w.table.Index(wellknown.BeneficiaryLabel)].(*array.String)
	for i, who := range people {
		id := ids.Value(i)
		m := w.delivery.members[id]
		if m == nil || m.patient != personID(who) {
			continue
		}
		runs := m.months(w.delivery.month)
		for _, r := range runs {
			rows = append(rows, tuvaRow{i, w.delivery.dated(r)})
		}
		if len(runs) == 0 {
			rows = append(rows, tuvaRow{i, w.delivery.date})
		}
	}
	return rows
}

// links are the rows of former MBIs, one for each, that point at the MBI in
// use now. Those that lead back to themselves are left out.
func (w *tuvaWriter) links(cols []arrow.Array) []tuvaRow {
	var rows []tuvaRow
	former := cols[w.table.Index(wellknown.FormerLabel)].(*array.String)
	at := w.table.Index(wellknown.CurrentLabel)
	current := table.NewColumn(&w.table.Fields[at])
	for i := range former.Len() {
		from := former.Value(i)
		to := w.delivery.run.people.currentText([]byte(from))
		current.AppendText(to)
		if string(to) != from && !w.done[from] {
			w.done[from] = true
			rows = append(rows, tuvaRow{i, w.delivery.date})
		}
	}
	cols[at] = current.Array()
	return rows
}

// rest writes the rows of enrollment: a row for each member and month, with
// the time from that month to the end of the run that it is in.
func (w *tuvaWriter) rest(ctx context.Context, t *tableWriter) error {
	if w.table.Name != tuvaschema.Enrollment {
		return nil
	}
	out := make([]table.Column, len(w.schema.Fields()))
	flush := func() error {
		err := w.writeColumns(t, out, make([]int64, out[0].Len()))
		out = make([]table.Column, len(out))
		return errors.Join(ctx.Err(), err)
	}
	for _, id := range slices.Sorted(maps.Keys(w.delivery.members)) {
		for _, r := range w.delivery.members[id].months(w.delivery.month) {
			for month := r.first; month <= r.last; month++ {
				first := table.AppendDate(nil, firstDay(month))
				for i, v := range [][]byte{[]byte(id), first, table.AppendDate(nil, lastDay(r.last)), first} {
					out[i].AppendText(v)
				}
				w.sign(out, w.delivery.dated(r))
			}
			if out[0].Len() >= table.BatchRows {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	return flush()
}
