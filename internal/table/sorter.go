package table

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/schema"
)

// A Sorter sorts the rows of a table by a number, which is their partition, and then
// by columns of texts or dates. Nulls come last, and rows that are equal in all of
// these stay in the order in which they were added. Rows that do not fit into memory
// are in temporary files, as sorted runs. A Sorter is for one goroutine at a time.
type Sorter struct {
	opts    SorterOptions
	typ     *arrow.Schema // of a run: the columns, texts with dictionaries, and the partition
	held    heldRows
	runs    []*Spool // sorted, the oldest rows first
	written int      // number of runs so far, merged ones included
}

// SorterOptions tune a Sorter.
type SorterOptions struct {
	Dir    string // folder of the temporary files, which is made when it is needed
	Name   string // of the files, without number and extension
	Schema *arrow.Schema
	By     []int // columns, in descending order of importance
	Memory memory.Allocator

	Bytes int // of rows in memory, sorterBytes unless set
	Runs  int // merged at a time, sorterRuns unless set
}

const (
	sorterBytes = 16 << 20
	sorterRuns  = 32
	// runRows is the number of rows of a batch of a run, and blockRows that of a
	// block that Sorted yields, at most. There is a batch in memory for each run.
	runRows   = 2 << 10
	blockRows = 16 << 10
)

// NewSorter returns a sorter without rows.
func NewSorter(o SorterOptions) *Sorter {
	o.Bytes, o.Runs = cmp.Or(o.Bytes, sorterBytes), cmp.Or(o.Runs, sorterRuns)
	fields := slices.Clone(o.Schema.Fields())
	for i := range fields {
		if fields[i].Type.ID() == arrow.STRING {
			fields[i].Type = dictionaryType
		}
	}
	fields = append(fields, arrow.Field{Name: partitionColumn, Type: arrow.PrimitiveTypes.Int64})
	return &Sorter{opts: o, typ: arrow.NewSchema(fields, nil), held: newHeldRows(o.Schema)}
}

// partitionColumn follows the columns of the table in a run.
const partitionColumn = "_partition"

// Add adds rows, with the partition of each. It copies them.
func (s *Sorter) Add(cols []arrow.Array, partitions []int32) error {
	rows := cols[0].Len()
	for from := 0; from < rows; { // a batch that is too large for memory goes in pieces
		to := min(rows, from+blockRows)
		piece := make([]arrow.Array, len(cols))
		for i, col := range cols {
			piece[i] = array.NewSlice(col, int64(from), int64(to))
		}
		s.held.add(piece, partitions[from:to])
		Release(piece)
		from = to
		if s.held.bytes() >= s.opts.Bytes {
			if err := s.spill(); err != nil {
				return err
			}
		}
	}
	return nil
}

// spill sorts the rows in memory and writes them to a new run.
func (s *Sorter) spill() error {
	order := s.held.order(s.opts.By)
	err := s.writeRun(func(write func([]arrow.Array) error) error {
		for block := range slices.Chunk(order, runRows) {
			cols := s.held.take(block)
			err := write(cols)
			Release(cols)
			if err != nil {
				return err
			}
		}
		return nil
	})
	s.held.reset()
	return err
}

// writeRun writes the batches that each passes on to a new run, which is the last
// one.
func (s *Sorter) writeRun(each func(write func([]arrow.Array) error) error) error {
	if s.written == 0 {
		if err := os.MkdirAll(s.opts.Dir, 0o700); err != nil {
			return err
		}
	}
	run := &Spool{path: filepath.Join(s.opts.Dir, fmt.Sprintf("%s-%05d.arrows", s.opts.Name, s.written))}
	s.written++
	s.runs = append(s.runs, run)
	w := ipc.NewWriter(run, ipc.WithSchema(s.typ), ipc.WithAllocator(s.opts.Memory))
	err := each(func(cols []arrow.Array) error {
		rec := array.NewRecordBatch(s.typ, cols, int64(cols[0].Len()))
		defer rec.Release()
		return w.Write(rec)
	})
	return errors.Join(err, w.Close(), run.End())
}

// A Block is a number of rows of one partition.
type Block struct {
	Partition int32
	Cols      []arrow.Array // texts have dictionaries
}

// Sorted yields all rows in order. A block is valid until the next one. No rows may be
// added afterwards.
func (s *Sorter) Sorted() iter.Seq2[Block, error] {
	return func(yield func(Block, error) bool) {
		if err := s.sorted(func(b Block) error {
			if !yield(b, nil) {
				return errStopped
			}
			return nil
		}); err != nil && !errors.Is(err, errStopped) {
			yield(Block{}, err)
		}
	}
}

// errStopped ends a merge whose rows are no longer wanted.
var errStopped = errors.New("stopped")

func (s *Sorter) sorted(emit func(Block) error) error {
	if s.held.rows > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.held = heldRows{}
	// A merge takes the place of the runs that it is of, so that runs stay in the order
	// of their rows.
	for len(s.runs) > s.opts.Runs {
		runs := s.runs
		s.runs = nil
		for old := range slices.Chunk(runs, s.opts.Runs) {
			err := s.writeRun(func(write func([]arrow.Array) error) error {
				return s.merge(old, runRows, func(b Block) error {
					partitions := Column{Type: partitionType}
					for range b.Cols[0].Len() {
						partitions.AppendInt(int64(b.Partition))
					}
					part := partitions.Array()
					defer part.Release()
					return write(append(b.Cols, part))
				})
			})
			for _, run := range old {
				err = errors.Join(err, run.Remove())
			}
			if err != nil {
				return err
			}
		}
	}
	return s.merge(s.runs, blockRows, emit)
}

// Remove deletes the temporary files.
func (s *Sorter) Remove() error {
	var err error
	for _, run := range s.runs {
		err = errors.Join(err, run.Remove())
	}
	s.runs = nil
	return err
}

// merge merges runs and emits blocks of at most so many rows.
func (s *Sorter) merge(runs []*Spool, rows int, emit func(Block) error) error {
	m := &runMerge{by: s.opts.By, most: rows, emit: emit}
	defer m.release()
	for i, run := range runs {
		r := &mergedRun{index: i}
		in, err := run.Rewind()
		if err == nil {
			r.in, err = ipc.NewReader(in, ipc.WithAllocator(s.opts.Memory))
		}
		if err != nil {
			return fmt.Errorf("read back %s: %w", run.path, err)
		}
		m.open = append(m.open, r)
		more, err := r.next()
		if err != nil {
			return fmt.Errorf("read back %s: %w", run.path, err)
		}
		if more {
			m.live = append(m.live, r)
		}
	}
	slices.SortFunc(m.live, func(a, b *mergedRun) int { return m.compare(a, b) })
	return m.all()
}

// A runMerge merges runs.
type runMerge struct {
	by   []int
	most int // rows of a block
	emit func(Block) error

	open   []*mergedRun
	live   []*mergedRun // that have rows left, in the order of these
	pieces []rowPiece   // of the next block
	rows   int          // in pieces
	pass   int          // number of columns of blocks that were begun
}

// A mergedRun is a run that is being merged.
type mergedRun struct {
	index      int
	in         *ipc.Reader
	batch      *runBatch // nil at the end
	row        int       // the next one
	partitions []int64

	// The numbers of the words of a batch in the column that is being made.
	words      wordNumbers
	wordsBatch *runBatch
	wordsPass  int
}

// A runBatch is a batch of a run. It is released when no block needs it any longer.
type runBatch struct {
	arrow.RecordBatch
	run   *mergedRun
	texts []Texts // by column, if those are texts
}

// A rowPiece is the rows of a batch from From (inclusive) to To (exclusive).
type rowPiece struct {
	batch *runBatch
	RowRun
}

// next reads the next batch. It returns false at the end.
func (r *mergedRun) next() (bool, error) {
	if r.batch != nil {
		r.batch.Release()
		r.batch = nil
	}
	rec, err := r.in.Read()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	rec.Retain()
	r.batch, r.row = &runBatch{RecordBatch: rec, run: r, texts: make([]Texts, rec.NumCols())}, 0
	for i, col := range rec.Columns() {
		if HasDictionary(col) {
			r.batch.texts[i] = TextsOf(col)
		}
	}
	r.partitions = rec.Column(int(rec.NumCols()) - 1).(*array.Int64).Int64Values()
	return true, nil
}

// release frees what an unfinished merge holds.
func (m *runMerge) release() {
	for _, p := range m.pieces {
		p.batch.Release()
	}
	for _, r := range m.open {
		if r.batch != nil {
			r.batch.Release()
		}
		if r.in != nil {
			r.in.Release()
		}
	}
}

// compare compares the next rows of two runs. It is never 0.
func (m *runMerge) compare(a, b *mergedRun) int {
	if c := m.compareRows(a, a.row, b, b.row); c != 0 {
		return c
	}
	return cmp.Compare(a.index, b.index)
}

func (m *runMerge) compareRows(a *mergedRun, i int, b *mergedRun, j int) int {
	if c := cmp.Compare(a.partitions[i], b.partitions[j]); c != 0 {
		return c
	}
	for _, col := range m.by {
		x, y := a.batch.Column(col), b.batch.Column(col)
		xNull, yNull := x.IsNull(i), y.IsNull(j)
		switch {
		case xNull && yNull:
			continue
		case xNull:
			return 1
		case yNull:
			return -1
		}
		var c int
		if days, ok := x.(*array.Date32); ok {
			c = cmp.Compare(days.Value(i), y.(*array.Date32).Value(j))
		} else {
			c = slices.Compare(a.batch.texts[col].Bytes(i), b.batch.texts[col].Bytes(j))
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// all emits all rows.
func (m *runMerge) all() error {
	for len(m.live) > 0 {
		first := m.live[0]
		n, ended, err := m.takeFrom(first)
		if err != nil {
			return err
		}
		m.rows += n
		// Find its place again.
		m.live = m.live[1:]
		if !ended {
			at, _ := slices.BinarySearchFunc(m.live, first, func(r, first *mergedRun) int { return m.compare(r, first) })
			m.live = slices.Insert(m.live, at, first)
		}
	}
	return m.flush()
}

// takeFrom takes the rows of the first run that come before those of the second one,
// as far as they are in one batch, of one partition, and fit into the block.
func (m *runMerge) takeFrom(r *mergedRun) (n int, ended bool, err error) {
	partition := r.partitions[r.row]
	if m.rows > 0 && (m.rows == m.most || m.partition() != partition) {
		if err := m.flush(); err != nil {
			return 0, false, err
		}
	}
	to := r.row + 1
	end := min(len(r.partitions), r.row+m.most-m.rows)
	for to < end && r.partitions[to] == partition && m.comesFirst(r, to) {
		to++
	}
	r.batch.Retain()
	m.pieces = append(m.pieces, rowPiece{r.batch, RowRun{r.row, to}})
	n, r.row = to-r.row, to
	if to < len(r.partitions) {
		return n, false, nil
	}
	more, err := r.next()
	return n, !more, err
}

// comesFirst reports whether a row of the first run comes before the next row of the
// second one.
func (m *runMerge) comesFirst(r *mergedRun, row int) bool {
	if len(m.live) == 1 {
		return true
	}
	second := m.live[1]
	c := m.compareRows(r, row, second, second.row)
	return c < 0 || c == 0 && r.index < second.index
}

// partition is that of the rows of the next block.
func (m *runMerge) partition() int64 {
	p := m.pieces[0]
	return p.batch.Column(int(p.batch.NumCols()) - 1).(*array.Int64).Value(p.From)
}

// flush emits the next block.
func (m *runMerge) flush() error {
	if m.rows == 0 {
		return nil
	}
	partition := int32(m.partition())
	n := int(m.pieces[0].batch.NumCols()) - 1
	cols := make([]arrow.Array, n)
	for i := range cols {
		cols[i] = m.column(i)
	}
	err := m.emit(Block{Partition: partition, Cols: cols})
	Release(cols)
	for _, p := range m.pieces {
		p.batch.Release()
	}
	m.pieces, m.rows = m.pieces[:0], 0
	return err
}

// column makes a column of the next block.
func (m *runMerge) column(i int) arrow.Array {
	m.pass++
	c := Column{Type: typeOf(m.pieces[0].batch.Column(i).DataType())}
	if c.Kind == schema.Text {
		c.dict = &dictionary{}
	}
	for _, p := range m.pieces {
		col := p.batch.Column(i)
		if col.NullN() == col.Len() {
			c.fill(c.n + p.To - p.From)
			continue
		}
		c.pad()
		switch col := col.(type) {
		case *array.Int64:
			c.ints = append(c.ints, col.Int64Values()[p.From:p.To]...)
		case *array.Date32:
			for _, day := range col.Date32Values()[p.From:p.To] {
				c.days = append(c.days, int32(day))
			}
		case *array.Decimal128:
			c.decimals = append(c.decimals, col.Values()[p.From:p.To]...)
		default:
			m.addTexts(&c, p, i)
		}
		for row := p.From; row < p.To; row++ {
			c.count(col.IsValid(row))
		}
	}
	return c.Array()
}

// addTexts adds the numbers of the texts of a piece to a column.
func (m *runMerge) addTexts(c *Column, p rowPiece, i int) {
	texts, r := p.batch.texts[i], p.batch.run
	if r.wordsPass != m.pass || r.wordsBatch != p.batch {
		r.wordsPass, r.wordsBatch = m.pass, p.batch
		r.words.begin(texts.values.Len())
	}
	for row := p.From; row < p.To; row++ {
		number := uint16(0)
		if texts.IsValid(row) {
			number = r.words.in(c.dict, int32(texts.numbers[row]), texts.Bytes(row))
		}
		c.numbers = append(c.numbers, number)
	}
}
