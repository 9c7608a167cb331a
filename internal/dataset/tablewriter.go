package dataset

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// TableOptions tune Tables.
type TableOptions struct {
	Memory   memory.Allocator // for buffers of the encoders; Go's unless set
	PartRows int64            // rows per part file, at most; any number unless set
	FileSize int64            // bytes of a part file, about; DefaultFileSize unless set

	RowGroupRows int // rows from which on a row group of Parquet is complete; DefaultRowGroupRows unless set

	Partition Partition // of part files
	Sorted    bool      // sort the rows of each file by Table.Order
	Bloom     bool      // Bloom filters of Table.Identifiers in Parquet files

	Temporary bool // the files are soon read and removed: they are written fast

	Fixed  FixedOptions // of the format Fixed
	Newest time.Time    // when the newest of the data was updated, or zero: the default run date of Fixed
	// Export makes the database file of the format DuckDB of a folder of tables
	// in Parquet.
	Export func(ctx context.Context, tables, file string) error
}

// DefaultFileSize is about how many bytes a part file has at most. A file ends with the
// row group, or the batch of rows, after which another one of that size would exceed it.
const DefaultFileSize = 256_000_000

// DefaultRowGroupRows is the number of rows from which on a row group is complete.
const DefaultRowGroupRows = encode.RowGroupRows

// Check reports options that a format does not have, or not in this way, as
// ErrOptions.
func (o *TableOptions) Check(f Format) error {
	switch {
	case specOf(f) == nil:
		return fmt.Errorf("%w: unknown format %q", ErrOptions, f)
	case f != Fixed && o.Fixed != (FixedOptions{}):
		return fmt.Errorf("%w: layout, ACO and program are for the format %s", ErrOptions, Fixed)
	case f == DuckDB && o.Export == nil:
		return fmt.Errorf("%w: no DuckDB to make a database file with", ErrOptions)
	case f != Parquet && o.RowGroupRows != 0:
		return fmt.Errorf("%w: only files of the format %s have row groups", ErrOptions, Parquet)
	case o.Partition != "" && !slices.Contains(Partitions(), o.Partition):
		return fmt.Errorf("%w: unknown partition %q", ErrOptions, o.Partition)
	case !specOf(f).hasParts() && o.Partition.divides():
		return fmt.Errorf("%w: the files of the format %s are not divided", ErrOptions, f)
	case !specOf(f).hasParts() && o.FileSize != 0:
		return fmt.Errorf("%w: the format %s has one file for a table or for all, of any size", ErrOptions, f)
	case o.FileSize < 0:
		return fmt.Errorf("%w: files of less than 0 bytes", ErrOptions)
	case f != Parquet && o.Bloom:
		return fmt.Errorf("%w: only files of the format %s have Bloom filters", ErrOptions, Parquet)
	case f == Fixed && o.Sorted:
		return fmt.Errorf("%w: the format %s has the rows in the order of the input", ErrOptions, f)
	}
	return o.Fixed.check()
}

// Tables are the tables of a data set that is being written.
type Tables struct {
	w       *Writer
	opts    TableOptions
	packing packing
	list    []*TableWriter // in the order of the manifest
}

// A packing decides which files hold the tables.
type packing interface {
	// open begins the next file of a table. Several goroutines call it, each for a
	// table of its own.
	open(*TableWriter) (*tableFile, error)
	// finish makes the files that hold several tables or none, when all tables are
	// closed.
	finish(context.Context) ([]File, error)
}

// Tables begins to write the tables of the data set, in the format that Create
// was given.
func (w *Writer) Tables(opts TableOptions) (*Tables, error) {
	if err := opts.Check(w.format); err != nil {
		return nil, err
	}
	if opts.Memory == nil {
		opts.Memory = memory.DefaultAllocator
	}
	t := &Tables{w: w, opts: opts}
	spec := specOf(w.format)
	if spec.hasParts() {
		t.packing = partFiles{t, w.format}
		return t, nil
	}
	var err error
	t.packing, err = spec.pack(t)
	return t, err
}

// A Target is a table to be written.
type Target struct {
	Name   string // in the data set, such as cclf1 or partially_adjudicated/cclf1
	Table  *schema.Table
	Schema *arrow.Schema // of the columns that are written; that of Table unless set
	// Misfit is called for values that their fields in a fixed-width record cannot
	// hold. Its error ends the writing.
	Misfit func(encode.Misfit) error
}

// Add adds a table. The manifest lists tables in the order in which they are
// added. Add is for one goroutine at a time.
func (t *Tables) Add(target Target) *TableWriter {
	if target.Schema == nil {
		target.Schema = table.Schema(target.Table)
	}
	w := &TableWriter{Target: target, tables: t, dates: column(target.Schema, target.Table.Date), divided: -1}
	if t.opts.Partition.divides() {
		w.divided, w.partition = column(target.Schema, target.Table.Partition), undated
	}
	if t.opts.Sorted {
		for _, label := range target.Table.Order() {
			if at := column(target.Schema, label); at >= 0 {
				w.sorted = append(w.sorted, at)
			}
		}
	}
	if t.opts.Bloom {
		for _, label := range target.Table.Identifiers() {
			if at := column(target.Schema, label); at >= 0 {
				w.filtered = append(w.filtered, at)
			}
		}
	}
	if w.divided >= 0 || len(w.sorted) > 0 {
		w.sorter = table.NewSorter(table.SorterOptions{
			Dir: t.w.Scratch("sorting"), Name: strings.ReplaceAll(target.Name, "/", "-"),
			Schema: target.Schema, By: w.sorted, Memory: t.opts.Memory,
		})
	}
	t.list = append(t.list, w)
	return w
}

// column is the index of the column with a label, or -1.
func column(s *arrow.Schema, label string) int {
	if columns := s.FieldIndices(label); len(columns) > 0 {
		return columns[0]
	}
	return -1
}

// PartitionBy is the entry of the manifest that says by what files are divided.
func (t *Tables) PartitionBy() Partition {
	if t.opts.Partition.divides() {
		return t.opts.Partition
	}
	return ""
}

// Finish makes what holds several tables, when all tables that were added are
// closed. It returns them, and the files that hold none.
func (t *Tables) Finish(ctx context.Context) ([]Table, []File, error) {
	made, err := t.packing.finish(ctx)
	if err != nil {
		return nil, nil, err
	}
	whole, alone := map[string]File{}, map[string]bool{} // files of several tables, and of none
	for _, f := range made {
		whole[f.Name], alone[f.Name] = f, true
	}
	var list []Table
	for _, w := range t.list {
		for i := range w.files {
			if f, ok := whole[w.files[i].Name]; ok {
				w.files[i].Size, w.files[i].SHA256 = f.Size, f.SHA256
				delete(alone, f.Name)
			}
		}
		described := Table{Name: w.Name, Rows: w.rows, SchemaSHA256: schemaSum(w.Schema), Files: w.files}
		if w.dates >= 0 {
			described.DateColumn = w.Table.Date
		}
		for _, at := range w.sorted {
			described.SortedBy = append(described.SortedBy, w.Schema.Field(at).Name)
		}
		list = append(list, described)
	}
	var others []File
	for _, f := range made {
		if alone[f.Name] {
			others = append(others, f)
		}
	}
	return list, others, nil
}

// A TableWriter writes the rows of a table into one file after another. It is
// for one goroutine at a time; several may write at once, each a table of its
// own.
type TableWriter struct {
	Target
	tables *Tables
	file   *tableFile // that takes rows, or nil
	files  []File     // that are complete
	dates  int        // index of the column whose range the manifest has, or -1
	offset int        // of the rows of file in those that Write was given
	rows   int64

	divided   int           // index of the column by which files are divided, or -1
	partition int32         // of file
	parts     int           // number of files of the partition that are complete
	sorted    []int         // columns by which rows are sorted
	filtered  []int         // columns with Bloom filters
	sorter    *table.Sorter // that takes rows until Close, or nil
}

// Write writes rows, given as columns of the same length that may have
// dictionaries. It does not keep the columns.
func (w *TableWriter) Write(cols []arrow.Array) error {
	rows := cols[0].Len()
	var err error
	switch {
	case w.sorter == nil:
		err = w.write(cols)
	case w.divided < 0:
		err = w.sorter.Add(cols, make([]int32, rows))
	default:
		err = w.sorter.Add(cols, w.tables.opts.Partition.numbers(cols[w.divided]))
	}
	if err == nil {
		w.rows += int64(rows)
	}
	return err
}

// write writes rows of one partition.
func (w *TableWriter) write(cols []arrow.Array) error {
	rows := cols[0].Len()
	for from := 0; from < rows; {
		if w.file == nil {
			if err := w.open(); err != nil {
				return err
			}
		}
		n := int(min(w.file.limit-w.file.rows, int64(rows-from)))
		if n == 0 {
			if err := w.closeFile(); err != nil {
				return err
			}
			continue
		}
		w.offset = from
		if err := w.file.write(cols, from, from+n, w.dates); err != nil {
			return err
		}
		from += n
		if w.file.full() {
			if err := w.closeFile(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close ends the table. A table without rows has a file without rows.
func (w *TableWriter) Close() error { return w.CloseContext(context.Background()) }

// CloseContext is Close for tables whose rows may have to be sorted, which takes a
// while. It ends early if ctx does.
func (w *TableWriter) CloseContext(ctx context.Context) error {
	if w.sorter != nil {
		if err := w.writeSorted(ctx); err != nil {
			return err
		}
	}
	if w.file == nil && len(w.files) == 0 {
		if err := w.open(); err != nil {
			return err
		}
	}
	if w.file == nil {
		return nil
	}
	return w.closeFile()
}

// writeSorted writes the rows that were sorted.
func (w *TableWriter) writeSorted(ctx context.Context) error {
	for block, err := range w.sorter.Sorted() {
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		if w.divided >= 0 && block.Partition != w.partition {
			if w.file != nil {
				if err := w.closeFile(); err != nil {
					return err
				}
			}
			w.partition, w.parts = block.Partition, 0
		}
		if err := w.write(block.Cols); err != nil {
			return err
		}
	}
	err := w.sorter.Remove()
	w.sorter = nil
	return err
}

// Discard gives up the file of a table that was not closed. After Close it does
// nothing.
func (w *TableWriter) Discard() {
	if w.sorter != nil {
		_ = w.sorter.Remove() // Writer.Close removes what is left
		w.sorter = nil
	}
	if w.file != nil {
		w.file.Discard()
		w.file = nil
	}
}

// Rows is the number of rows written by the calls of Write that have returned.
func (w *TableWriter) Rows() int64 { return w.rows }

func (w *TableWriter) open() (err error) {
	w.file, err = w.tables.packing.open(w)
	return err
}

func (w *TableWriter) closeFile() error {
	file, err := w.file.finish()
	w.file = nil
	w.parts++
	if w.divided >= 0 {
		by := w.tables.opts.Partition
		file.Partition = map[string]string{by.column(): by.value(w.partition)}
	}
	w.files = append(w.files, file)
	return err
}

// misfit reports a misfit by its row of the columns that Write was given.
func (w *TableWriter) misfit(m encode.Misfit) error {
	m.Row += w.offset
	return w.Misfit(m)
}

// A tableFile is a file with rows of a table that is being written.
type tableFile struct {
	*StagedFile
	encoder encode.Encoder
	rows    int64
	dates   dateRange
	limit   int64  // of rows
	most    int64  // bytes, about, or 0 for any number
	before  int64  // bytes when rows were written last
	home    string // name of the file of the data set that will contain it, unless it is one itself
	member  string // its name in home, if that is a zip file
}

// encoded gives a file its encoder. It discards the file if there is none.
func (f *tableFile) encoded(by encode.New, to io.Writer, w *TableWriter, slots []schema.Slot) (*tableFile, error) {
	var err error
	f.encoder, err = by(to, &encode.File{
		Schema: w.Schema, Memory: w.tables.opts.Memory, RowGroupRows: w.tables.opts.RowGroupRows, Sorted: w.sorted, Filtered: w.filtered, Slots: slots, Misfit: w.misfit,
		Temporary: w.tables.opts.Temporary,
	})
	if err != nil {
		f.Discard()
		return nil, err
	}
	return f, nil
}

// write writes rows. The range of the dates in the column dates is that of the file,
// unless it is -1.
func (f *tableFile) write(cols []arrow.Array, from, to, dates int) error {
	slice := make([]arrow.Array, len(cols))
	for i, col := range cols {
		slice[i] = array.NewSlice(col, int64(from), int64(to))
	}
	defer table.Release(slice)
	f.rows += int64(to - from)
	if dates >= 0 {
		f.dates.add(slice[dates])
	}
	return f.encoder.Write(slice)
}

// full reports whether the file would become too large by a row group, or a batch, like
// the last one.
func (f *tableFile) full() bool {
	if held, ok := f.encoder.(encode.Holder); ok && held.Holds() {
		return false
	}
	size := f.Size()
	last := size - f.before
	f.before = size
	return f.most > 0 && size+last > f.most
}

// finish ends the file and describes it.
func (f *tableFile) finish() (File, error) {
	if err := f.encoder.Close(); err != nil {
		f.Discard()
		return File{}, err
	}
	file, err := f.Finish(f.rows)
	if f.home != "" { // which is described when it is made
		file = File{Name: f.home, Member: f.member, Rows: f.rows}
	}
	file.MinDate, file.MaxDate = f.dates.min, f.dates.max
	return file, err
}

// partFiles packs each table into part files, in the folder of its name.
type partFiles struct {
	tables *Tables
	format Format
}

func (p partFiles) open(w *TableWriter) (*tableFile, error) {
	opts := &p.tables.opts
	folder := w.Name
	if w.divided >= 0 {
		folder = opts.Partition.folder(folder, w.partition)
	}
	staged, err := p.tables.w.CreatePart(folder, w.parts, p.format)
	if err != nil {
		return nil, err
	}
	f := &tableFile{StagedFile: staged, limit: cmp.Or(opts.PartRows, math.MaxInt64), most: cmp.Or(opts.FileSize, DefaultFileSize)}
	return f.encoded(specOf(p.format).encode, f, w, nil)
}

func (p partFiles) finish(context.Context) ([]File, error) { return nil, nil }

// A databaseFile packs all tables into one DuckDB file, which is made of Parquet
// files.
type databaseFile struct{ tables *Tables }

func packDatabase(t *Tables) (packing, error) { return databaseFile{t}, nil }

func (d databaseFile) open(w *TableWriter) (*tableFile, error) {
	staged, err := d.tables.w.Stage(stagedPart(w.Name, len(w.files), Parquet))
	if err != nil {
		return nil, err
	}
	f := &tableFile{StagedFile: staged, limit: math.MaxInt64, home: d.tables.w.layout.Database}
	return f.encoded(encode.NewParquet, f, w, nil)
}

func (d databaseFile) finish(ctx context.Context) ([]File, error) {
	w := d.tables.w
	name := w.layout.Database
	if err := d.tables.opts.Export(ctx, w.Scratch(stagedFolder), w.Target(name)); err != nil {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	file, err := w.Adopt(name, 0)
	return []File{file}, err
}
