package tuva

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/internal/tuvatext"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// A Writer makes the rows of one table. It is for one goroutine.
type Writer struct {
	delivery *Delivery
	table    *schema.Table
	schema   *arrow.Schema
	linked   map[string]bool // former MBIs that have a row

	told, inferred int64 // months of enrollment
}

// Emit takes rows, as columns of the writer's schema, and the resource that each
// is from. It does not keep them.
type Emit = func(cols []arrow.Array, resources []int64) error

// Writer returns the writer of a table.
func (d *Delivery) Writer(t *schema.Table) *Writer {
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
	return &Writer{
		delivery: d,
		table:    t,
		schema:   table.Schema(&schema.Table{Description: t.Description, Fields: fields}),
		linked:   map[string]bool{},
	}
}

// Schema returns the schema of the rows that the writer makes.
func (w *Writer) Schema() *arrow.Schema { return w.schema }

// A datedRow is a row to be written: its index in a batch, and its date.
type datedRow struct {
	at   int
	date int32
}

// Write makes rows of complete columns of the table, with the resource and the
// beneficiary of each row.
func (w *Writer) Write(cols []arrow.Array, resources, beneficiaries []int64, emit Emit) error {
	for from, plain := range table.Dense(cols) {
		to := from + plain[0].Len()
		if err := w.write(plain, resources[from:to], beneficiaries[from:to], emit); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) write(cols []arrow.Array, resources, beneficiaries []int64, emit Emit) error {
	var rows []datedRow
	switch w.table.Name {
	case tuvaschema.Enrollment:
		return nil // Finish writes them
	case tuvaschema.Demographics:
		rows = w.demographics(cols, beneficiaries)
	case tuvaschema.Xref:
		var current arrow.Array
		rows, current = w.links(cols)
		defer current.Release()
		cols = slices.Clone(cols)
		cols[w.table.Index(wellknown.CurrentLabel)] = current
	default:
		for i := range resources {
			rows = append(rows, datedRow{i, w.delivery.date})
		}
	}
	out := make([]table.Column, len(w.schema.Fields()))
	texts := make([]tuvatext.Cell, len(cols))
	for i, col := range cols {
		texts[i] = tuvatext.Of(w.table, &w.table.Fields[i], col)
	}
	var scratch []byte
	from := make([]int64, len(rows))
	for i, row := range rows {
		from[i] = resources[row.at]
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
	return emitColumns(out, from, emit)
}

// sign ends a row with the name and the date of the delivery.
func (w *Writer) sign(out []table.Column, date int32) {
	n := len(out)
	out[n-2].AppendText([]byte(w.delivery.name))
	out[n-1].AppendText(table.AppendDate(nil, date))
}

func emitColumns(out []table.Column, resources []int64, emit Emit) error {
	arrays := make([]arrow.Array, len(out))
	for i := range out {
		arrays[i] = out[i].Array()
	}
	defer table.Release(arrays)
	return emit(arrays, resources)
}

// demographics returns the rows of beneficiaries: one for each run of months of
// enrollment, from the Patient that was updated last.
func (w *Writer) demographics(cols []arrow.Array, beneficiaries []int64) []datedRow {
	var rows []datedRow
	ids := cols[w.table.Index(wellknown.BeneficiaryLabel)].(*array.String)
	for i, id := range beneficiaries {
		m := w.delivery.byID[ids.Value(i)]
		if m == nil || m.patient != beneficiary.ID(id) {
			continue
		}
		runs := m.months()
		for _, r := range runs {
			rows = append(rows, datedRow{i, w.delivery.dated(r)})
		}
		if len(runs) == 0 {
			rows = append(rows, datedRow{i, w.delivery.date})
		}
	}
	return rows
}

// links returns the rows of former MBIs, one for each, and a column with the
// current MBI of every row. Cyclic MBIs have no rows.
func (w *Writer) links(cols []arrow.Array) ([]datedRow, arrow.Array) {
	var rows []datedRow
	former := cols[w.table.Index(wellknown.FormerLabel)].(*array.String)
	current := table.NewColumn(&w.table.Fields[w.table.Index(wellknown.CurrentLabel)])
	for i := range former.Len() {
		from := former.Value(i)
		to := w.delivery.export.Beneficiaries.CurrentMBI([]byte(from))
		current.AppendText(to)
		if string(to) != from && !w.linked[from] {
			w.linked[from] = true
			rows = append(rows, datedRow{i, w.delivery.date})
		}
	}
	return rows, current.Array()
}

// Finish writes the rows of enrollment, when all others are written: a row for
// each member and month, with the end of the run of months that it is in.
func (w *Writer) Finish(ctx context.Context, emit Emit) error {
	if w.table.Name != tuvaschema.Enrollment {
		return nil
	}
	out := make([]table.Column, len(w.schema.Fields()))
	flush := func() error {
		err := emitColumns(out, make([]int64, out[0].Len()), emit)
		out = make([]table.Column, len(out))
		return errors.Join(ctx.Err(), err)
	}
	d := w.delivery
	for _, id := range slices.Sorted(maps.Keys(d.byID)) {
		m := d.byID[id]
		for _, r := range m.months() {
			for month := r.first; month <= r.last; month++ {
				first := table.AppendDate(nil, table.FirstDay(month))
				for i, v := range [][]byte{[]byte(id), first, table.AppendDate(nil, table.LastDay(r.last)), first} {
					out[i].AppendText(v)
				}
				w.sign(out, d.dated(r))
				w.count(m.told.has(month))
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

func (w *Writer) count(told bool) {
	if told {
		w.told++
	} else {
		w.inferred++
	}
}

// Months counts the months of enrollment that Finish wrote: those that the export
// shows, and those that it only implies, by the period of a Coverage or by claims.
func (w *Writer) Months() (told, inferred int64) { return w.told, w.inferred }
