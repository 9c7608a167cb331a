package delivery

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A labeledPlan finds the columns of a file with labels.
type labeledPlan struct {
	slots              []slot // start is the column of the file
	fileName, fileDate int    // columns of the file, or -1
}

func newLabeledPlan(t *schema.Table, header []string) *labeledPlan {
	plan := &labeledPlan{fileName: -1, fileDate: -1}
	for i := range t.Fields {
		f := &t.Fields[i]
		if at := slices.Index(header, f.Label); at >= 0 && !f.Extra {
			plan.slots = append(plan.slots, slot{col: i, start: at, typ: f.Type})
		}
	}
	find := func(labels []string) int {
		return slices.IndexFunc(header, func(name string) bool { return slices.Contains(labels, name) })
	}
	plan.fileName, plan.fileDate = find(fileNameLabels), find(fileDateLabels)
	return plan
}

// readLabeled reads the rows of a file with labels, and hands them on as results.
// Rows can be of several deliveries.
func (p *pipeline) readLabeled(ctx context.Context, r *tableReader, f *state, part *file, futures chan<- (<-chan *result)) error {
	in, err := openLabeled(ctx, part)
	if err != nil {
		return &InputError{part.Path, err}
	}
	defer in.close()
	plan := newLabeledPlan(r.table, in.header())
	b := &labeledBatch{p: p, reader: r, file: f, path: part.Path, plan: plan}
	for {
		row, err := in.next()
		if errors.Is(err, io.EOF) {
			return b.send(ctx, futures)
		}
		if bad, ok := errors.AsType[*FieldError](err); ok {
			b.refuse(row, bad)
			continue
		}
		if err != nil {
			return &InputError{part.Path, err}
		}
		if err := b.add(ctx, row, futures); err != nil {
			return err
		}
	}
}

// A labeledBatch collects rows of one delivery until there are enough of them.
type labeledBatch struct {
	p      *pipeline
	reader *tableReader
	file   *state
	path   string // of the part of the file
	plan   *labeledPlan
	res    *result
	page   *table.Page
	name   []byte // of the file that the last row names
	named  *state // that file, or nil for rows to pass over
	buf    []byte
}

// batchPages is the number of pages of a labeledBatch.
const batchPages = 4

func (b *labeledBatch) add(ctx context.Context, row *labeledRow, futures chan<- (<-chan *result)) error {
	from, err := b.stateOf(row)
	if err != nil {
		b.refuse(row, &FieldError{Label: schema.FileNameLabel, Reason: err.Error()})
		return nil
	}
	if from == nil {
		return nil
	}
	if b.res != nil && (b.res.state != from || len(b.res.pages) == batchPages && b.page.Full()) {
		if err := b.send(ctx, futures); err != nil {
			return err
		}
	}
	if b.res == nil {
		b.res = &result{state: from}
	}
	if b.page == nil || b.page.Full() {
		b.page = b.p.pools.Get(b.reader.index)
		b.res.pages = append(b.res.pages, b.page)
	}
	n := b.page.Rows()
	cells := b.page.Add(b.res.good, 0, false)
	for i := range b.plan.slots {
		s := &b.plan.slots[i]
		if err := s.setLoose(b.page, cells, row.values[s.start]); err != nil {
			b.page.Truncate(n)
			b.refuse(row, &FieldError{Label: b.reader.table.Fields[s.col].Label, Reason: err.Error()})
			return nil
		}
	}
	from.mark(b.page, cells)
	if b.reader.keyer != nil {
		var key rowKey
		key, b.buf = b.reader.keyer.key(b.page, cells, b.buf)
		b.res.keys = append(b.res.keys, key)
	}
	b.res.good++
	b.res.rows++
	return nil
}

// setLoose is set for texts as people write them: dates with a time, numbers that
// end in a point and zeros.
func (s *slot) setLoose(p *table.Page, row []table.Cell, v []byte) error {
	switch s.typ.Kind {
	case schema.Date:
		v = trimLeft(v)
		if len(v) > 10 && (v[10] == ' ' || v[10] == 'T') {
			v = v[:10]
		}
	case schema.Int:
		for i, c := range v {
			if c == '.' && len(v) > i+1 && allZeros(v[i+1:]) {
				v = v[:i]
				break
			}
		}
	}
	return s.set(p, row, v)
}

func allZeros(v []byte) bool {
	for _, c := range trimRight(v) {
		if c != '0' {
			return false
		}
	}
	return true
}

// refuse counts a row that could not be read.
func (b *labeledBatch) refuse(row *labeledRow, bad *FieldError) {
	if b.res == nil {
		b.res = &result{state: b.file}
	}
	b.res.rows++
	b.res.rejects = append(b.res.rejects, Reject{
		File: b.path, Line: row.line, Byte: row.offset, Label: bad.Label, Reason: bad.Reason, counted: true,
	})
}

// stateOf is the file that the row says it is from, or else the file read. It is
// nil for a row to pass over.
func (b *labeledBatch) stateOf(row *labeledRow) (*state, error) {
	if b.plan.fileName < 0 || len(row.values[b.plan.fileName]) == 0 {
		return b.file, nil
	}
	name := row.values[b.plan.fileName]
	if string(b.name) == string(name) {
		return b.named, nil
	}
	var day time.Time
	if b.plan.fileDate >= 0 && len(row.values[b.plan.fileDate]) >= 10 {
		var err error
		if day, err = time.Parse(time.DateOnly, string(row.values[b.plan.fileDate][:10])); err != nil {
			return nil, errDate
		}
	}
	b.name = append(b.name[:0], name...)
	b.named = b.p.deliveries.from(b.reader.table.File, string(name), day, b.file)
	return b.named, nil
}

// send hands the rows on.
func (b *labeledBatch) send(ctx context.Context, futures chan<- (<-chan *result)) error {
	if b.res == nil {
		return nil
	}
	select {
	case b.p.tokens <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan *result, 1)
	done <- b.res
	futures <- done
	b.res, b.page = nil, nil
	return nil
}
