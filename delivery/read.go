package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// chunkBytes is the size of the pieces in which files are read. The longest
// record has less than 1 kB.
const chunkBytes = 1 << 20

// A Reject is a record that could not be read. It has no value of the record.
type Reject struct {
	File   string `json:"file"`
	Line   int64  `json:"line"`            // counted from 1
	Byte   int64  `json:"byte"`            // offset in the text, of the field if it is known
	Label  string `json:"label,omitempty"` // of the field
	Reason string `json:"reason"`

	counted bool // Line is counted from the beginning of the file
}

// A state is how far the reading of a file is, and what it gave.
type state struct {
	*file
	delivery *group
	parts    []*file // with labels, and more rows
	fileName []byte
	fileDate int64 // days since 1970
	lines    int64 // read so far, blank ones too
	rows     int64 // records, bad ones too
	rejects  int64
	text     int64 // bytes
	old      bool  // its rows are those of the data set that is added to
	around   bool  // its rows say that they are from other files

	redelivered int64 // rows of it that were in an earlier delivery
	revised     int64 // rows of it of which an earlier delivery has other values
}

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

// run reads all tables.
func (p *pipeline) run(ctx context.Context, readers []*tableReader) error {
	group, ctx := errgroup.WithContext(ctx)
	var reading sync.WaitGroup
	for _, r := range readers {
		futures := make(chan (<-chan *result), cap(p.tokens))
		reading.Add(1)
		group.Go(func() error {
			defer reading.Done()
			defer close(futures)
			return p.readTable(ctx, r, futures)
		})
		group.Go(func() error { return p.collect(ctx, r, futures) })
	}
	for range p.jobs {
		group.Go(func() error {
			for t := range p.work {
				t.done <- p.decode(t)
			}
			return nil
		})
	}
	group.Go(func() error {
		reading.Wait()
		close(p.work)
		return nil
	})
	return group.Wait()
}

// readTable cuts the files of a table into chunks and hands them to the workers.
func (p *pipeline) readTable(ctx context.Context, r *tableReader, futures chan<- (<-chan *result)) error {
	for _, f := range r.files {
		if f.content != fixedContent {
			for _, part := range append([]*file{f.file}, f.parts...) {
				if err := p.readLabeled(ctx, r, f, part, futures); err != nil {
					return err
				}
			}
			continue
		}
		d := newDecoder(r.table, f.layout)
		err := p.chunks(f, func(c chunk) error {
			c.state, c.decoder = f, d
			select {
			case p.tokens <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			done := make(chan *result, 1)
			futures <- done // it has as much room as there are tokens
			select {
			case p.work <- task{c, r, done}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
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

// errLong reports a line that is longer than any record.
var errLong = fmt.Errorf("no line end in %d bytes: not a file of CCLF records", chunkBytes)

// chunks cuts a file into chunks of whole lines.
func (p *pipeline) chunks(f *state, yield func(chunk) error) error {
	in, err := f.open()
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	defer in.Close()
	var rest []byte
	var offset int64
	for {
		buf := append(p.buffer(), rest...)
		n, err := io.ReadFull(in, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if offset == 0 && bytes.HasPrefix(buf, bom) {
			offset = int64(copy(buf, bom))
			buf = buf[:copy(buf, buf[len(bom):])]
		}
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			return fmt.Errorf("%s: after %d bytes: %w", f.Path, offset+int64(len(buf)), err)
		}
		p.read(int64(n))
		end := len(buf)
		if !ended {
			if end = bytes.LastIndexByte(buf, '\n') + 1; end == 0 {
				return fmt.Errorf("%s: %w", f.Path, errLong)
			}
		}
		rest = append(rest[:0], buf[end:]...)
		if end > 0 {
			if err := yield(chunk{data: buf[:end], offset: offset}); err != nil {
				return err
			}
		}
		if ended {
			return nil
		}
		offset += int64(end)
	}
}

// decode makes rows of the records of a chunk.
func (p *pipeline) decode(t task) *result {
	c := &t.chunk
	res := &result{state: c.state, size: int64(len(c.data))}
	var page *table.Page
	var buf []byte
	data := c.data
	for len(data) > 0 {
		line, rest, found := bytes.Cut(data, []byte{'\n'})
		at := int64(len(c.data) - len(data))
		data = rest
		res.lines++
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) == 0 || !found && string(line) == "\x1a" {
			continue
		}
		res.rows++
		if page == nil || page.Full() {
			next := p.pools.Get(t.reader.index)
			if page != nil {
				next.Reserve() // it will be full too
			}
			page = next
			res.pages = append(res.pages, page)
		}
		row, err := c.decoder.decode(page, line, res.good)
		if err != nil {
			res.rejects = append(res.rejects, c.refuse(err, res.lines, c.offset+at))
			continue
		}
		c.state.mark(page, row)
		if t.reader.keyer != nil {
			var key rowKey
			key, buf = t.reader.keyer.key(page, row, buf)
			res.keys = append(res.keys, key)
		}
		res.good++
	}
	select {
	case p.buffers <- c.data:
	default:
	}
	return res
}

// refuse makes a reject of the error of a record at an offset.
func (c *chunk) refuse(err error, line, offset int64) Reject {
	var bad *FieldError
	errors.As(err, &bad)
	return Reject{File: c.Path, Line: line, Byte: offset + int64(bad.Byte), Label: bad.Label, Reason: bad.Reason}
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

// mark sets the columns that tell where a row is from: the last two.
func (s *state) mark(p *table.Page, row []table.Cell) {
	n := len(row)
	p.SetText(row, n-2, s.fileName)
	if s.name.Made.IsZero() {
		row[n-1] = table.Null
	} else {
		p.SetNumber(row, n-1, s.fileDate)
	}
}
