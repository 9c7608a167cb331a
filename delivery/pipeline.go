package delivery

import (
	"context"
	"sync"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A chunk is some of the records of a file. The last one of a file may lack its
// line end.
type chunk struct {
	*state
	decoder *decoder
	data    []byte
	offset  int64 // in the text
}

// A result is what the records of a chunk are.
type result struct {
	*state
	pages   []*table.Page // rows are counted from 0
	good    int64         // rows in them
	rows    int64
	lines   int64
	size    int64
	rejects []Reject // whose lines are counted from the chunk's first
	keys    []rowKey // of the rows, in their order, if wanted
}

// A tableReader reads all files of one table, in the order of the deliveries.
type tableReader struct {
	index int // among the tables
	table *schema.Table
	files []*state
	spill *table.Spill
	next  int64  // ordinal of the next row
	runs  []run  // the files of the rows so far
	keyer *keyer // nil unless rows are compared with those of other deliveries
}

// A run is a run of rows of one file.
type run struct {
	to    int64 // ordinal after the last row
	state *state
}

// A pipeline decodes the files of all tables at a time. Chunks in flight bound
// its memory.
type pipeline struct {
	pools      table.PagePools // by table
	jobs       int
	work       chan task
	tokens     chan struct{}
	buffers    chan []byte // that are free
	mu         sync.Mutex  // of reject and log
	reject     func(Reject) error
	log        *redeliveryLog // of the rows of tables with a keyer
	deliveries *deliveries
	read       func(bytes int64) // told of progress
}

type task struct {
	chunk  chunk
	reader *tableReader
	done   chan<- *result
}

func newPipeline(tables []*schema.Table, jobs int) *pipeline {
	return &pipeline{
		pools:   table.NewPagePools(tables),
		jobs:    jobs,
		work:    make(chan task),
		tokens:  make(chan struct{}, 2*jobs+2),
		buffers: make(chan []byte, 2*jobs+2),
	}
}

// buffer returns a free buffer, or a new one.
func (p *pipeline) buffer() []byte {
	select {
	case b := <-p.buffers:
		return b[:0]
	default:
		return make([]byte, 0, chunkBytes)
	}
}

// collect takes in the results of a table in the order of its records.
func (p *pipeline) collect(ctx context.Context, r *tableReader, futures <-chan (<-chan *result)) error {
	for future := range futures {
		var res *result
		select {
		case res = <-future:
		case <-ctx.Done():
			return ctx.Err()
		}
		<-p.tokens
		if err := p.take(r, res); err != nil {
			return err
		}
	}
	return nil
}

// take adds the rows of a result to the table.
func (p *pipeline) take(r *tableReader, res *result) error {
	f := res.state
	for _, page := range res.pages {
		if err := r.spill.Add(page, r.next); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, k := range res.keys {
		if err := p.log.add(rowEntry{rowKey: k, table: uint8(r.index), delivery: f.delivery.id, row: r.next + int64(i)}); err != nil {
			return err
		}
	}
	for _, bad := range res.rejects {
		if !bad.counted {
			bad.Line += f.lines
		}
		if err := p.reject(bad); err != nil {
			return err
		}
	}
	r.next += res.good
	if last := len(r.runs) - 1; last >= 0 && r.runs[last].state == f {
		r.runs[last].to = r.next
	} else if res.good > 0 {
		r.runs = append(r.runs, run{r.next, f})
	}
	f.lines += res.lines
	f.text += res.size
	if !f.old {
		f.rows += res.rows
		f.rejects += int64(len(res.rejects))
	}
	return nil
}
