//go:build cgo

package query

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/duckdb/duckdb-go/v2"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
)

// DuckDB has no network: its extension for object stores is not linked, and could be
// used by SQL. So Go reads the part files of a data set in an object store, and gives
// their rows to DuckDB by a table function. DuckDB says which columns it needs; only
// these are read, by ranges, a row group at a time on each thread.

// remoteFunction is the name of the table function. Its argument is the name of a
// table of the data set, so SQL can read with it what the views show.
const remoteFunction = "cclf_stored_table"

// remoteTables are the tables in object stores of a DB.
type remoteTables struct {
	mu     sync.Mutex
	tables map[string]*remoteTable // by title
	failed error                   // why the last scan failed, until it is taken
}

// isRemote reports whether the part files of a table are in an object store.
func (f tableSource) isRemote() bool { return len(f.files) > 0 && blob.IsURL(f.files[0]) }

// registerRemote makes the table function, if there are tables to read with it.
func (db *DB) registerRemote(tables []tableSource) error {
	for _, f := range tables {
		if !f.isRemote() {
			continue
		}
		if db.remote == nil {
			db.remote = &remoteTables{tables: map[string]*remoteTable{}}
			if err := db.remote.register(db.conn); err != nil {
				return err
			}
		}
		t := &remoteTable{name: f.title(), all: db.remote, csv: f.csv}
		for _, name := range f.files {
			t.parts = append(t.parts, &remotePart{name: name, csv: f.csv})
		}
		db.remote.tables[t.name] = t
	}
	return nil
}

func (r *remoteTables) register(conn *sql.Conn) error {
	text, err := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	if err != nil {
		return err
	}
	return duckdb.RegisterTableUDF(conn, remoteFunction, duckdb.ParallelChunkTableFunction{
		Config: duckdb.TableFunctionConfig{Arguments: []duckdb.TypeInfo{text}},
		BindArgumentsContext: func(ctx context.Context, _ map[string]any, args ...any) (duckdb.ParallelChunkTableSource, error) {
			name, _ := args[0].(string)
			t := r.tables[name]
			if t == nil {
				return nil, fmt.Errorf("no table %q in an object store", name)
			}
			scan, err := t.scan(ctx)
			return scan, r.note(err)
		},
	})
}

// note keeps an error, which DuckDB passes on as a text only.
func (r *remoteTables) note(err error) error {
	if err == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = err
	return err
}

// remoteFailure returns the error of the scan that caused err, or nil.
func (db *DB) remoteFailure(err error) error {
	if err == nil || db.remote == nil {
		return nil
	}
	db.remote.mu.Lock()
	defer db.remote.mu.Unlock()
	cause := db.remote.failed
	db.remote.failed = nil
	if cause == nil || !strings.Contains(detailOf(err), cause.Error()) {
		return nil
	}
	return cause
}

// detailOf is the text of an error, with the values in it.
func detailOf(err error) string {
	if own, ok := errors.AsType[*Error](err); ok {
		return own.Detail()
	}
	return err.Error()
}

// remoteSQL returns the SELECT that reads a table in an object store. Columns of CSV
// files are texts.
func remoteSQL(f tableSource) string {
	from := " FROM " + remoteFunction + "(" + quote(f.title()) + ")"
	if !f.csv {
		return "SELECT *" + from
	}
	cols := make([]string, len(f.header))
	for i, name := range f.header {
		cols[i] = quoteName(name)
		if field := lookupField(f.schema, name); field != nil {
			cols[i] = "CAST(" + quoteName(name) + " AS " + sqlType(field) + ") AS " + quoteName(name)
		}
	}
	return "SELECT " + strings.Join(cols, ", ") + from
}

// A remoteTable is a table in an object store.
type remoteTable struct {
	name  string
	csv   bool
	parts []*remotePart
	all   *remoteTables
}

// A remotePart is a part file. It is opened when it is needed first, and stays open.
type remotePart struct {
	name string
	csv  bool

	mu     sync.Mutex
	file   blob.File
	in     *file.Reader // nil for CSV
	schema *arrow.Schema
}

// open opens the part file, and reads its footer or its header.
func (p *remotePart) open(ctx context.Context) (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.schema != nil {
		return nil
	}
	defer func() {
		if recover() != nil { // the library panics on some damaged footers
			err = fmt.Errorf("%s: %w", p.name, errDamaged)
		}
	}()
	// The file outlives the statement that opens it.
	f, err := blob.Open(context.WithoutCancel(ctx), p.name)
	if err != nil {
		return err
	}
	if p.csv {
		p.schema, err = csvSchema(ctx, f)
	} else if p.in, err = file.NewParquetReader(f); err == nil {
		if err = checkFooter(p.in.MetaData()); err == nil {
			p.schema, err = pqarrow.FromParquet(p.in.MetaData().Schema, nil, nil)
		}
	}
	if err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", p.name, err)
	}
	p.file = f
	return nil
}

func csvSchema(ctx context.Context, f blob.File) (*arrow.Schema, error) {
	r, err := encode.ReadCSV(ctx, f, encode.ReadOptions{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Schema(), nil
}

// groups is the number of units that can be read on their own.
func (p *remotePart) groups() int {
	if p.in == nil {
		return 1
	}
	return p.in.NumRowGroups()
}

// A batchReader returns batches until io.EOF.
type batchReader interface {
	Next() (arrow.RecordBatch, error)
}

// read reads some columns of a unit.
func (p *remotePart) read(ctx context.Context, group int, columns []int) (batchReader, error) {
	if p.in == nil {
		f, err := blob.Open(ctx, p.name)
		if err != nil {
			return nil, err
		}
		labels := make([]string, len(columns))
		for i, col := range columns {
			labels[i] = p.schema.Field(col).Name
		}
		return encode.ReadCSV(ctx, f, encode.ReadOptions{Columns: labels})
	}
	r, err := pqarrow.NewFileReader(p.in, pqarrow.ArrowReadProperties{BatchSize: 4 * batchRows}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	rows, err := r.GetRecordReader(ctx, columns, []int{group})
	if err != nil {
		return nil, err
	}
	return groupReader{rows}, nil
}

// A groupReader reads a row group.
type groupReader struct{ rows pqarrow.RecordReader }

func (r groupReader) Next() (arrow.RecordBatch, error) {
	if r.rows.Next() {
		return r.rows.RecordBatch(), nil
	}
	return nil, cmp.Or(r.rows.Err(), io.EOF)
}

// A remoteScan is one use of a table in a statement.
type remoteScan struct {
	ctx     context.Context
	table   *remoteTable
	columns []duckdb.ColumnInfo
	queue   *unitQueue
}

func (t *remoteTable) scan(ctx context.Context) (*remoteScan, error) {
	if err := t.parts[0].open(ctx); err != nil {
		return nil, err
	}
	s := &remoteScan{ctx: ctx, table: t}
	for _, f := range t.parts[0].schema.Fields() {
		info, err := typeInfo(f.Type)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", f.Name, err)
		}
		s.columns = append(s.columns, duckdb.ColumnInfo{Name: f.Name, T: info})
	}
	return s, nil
}

// typeInfo returns DuckDB's type for one of the types that data sets have.
func typeInfo(t arrow.DataType) (duckdb.TypeInfo, error) {
	switch t := t.(type) {
	case *arrow.StringType:
		return duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	case *arrow.Int64Type:
		return duckdb.NewTypeInfo(duckdb.TYPE_BIGINT)
	case *arrow.Date32Type:
		return duckdb.NewTypeInfo(duckdb.TYPE_DATE)
	case *arrow.Decimal128Type:
		return duckdb.NewDecimalInfo(uint8(t.Precision), uint8(t.Scale))
	}
	return nil, fmt.Errorf("type %s, which data sets in object stores do not have", t)
}

// ColumnInfos implements duckdb.ParallelChunkTableSource, like the methods below.
func (s *remoteScan) ColumnInfos() []duckdb.ColumnInfo { return s.columns }

// Cardinality is not known before all footers are read.
func (s *remoteScan) Cardinality() *duckdb.CardinalityInfo { return nil }

// Init begins to read the table, which a statement can do several times.
func (s *remoteScan) Init() duckdb.ParallelTableSourceInfo {
	s.queue = &unitQueue{parts: s.table.parts}
	return duckdb.ParallelTableSourceInfo{MaxThreads: runtime.GOMAXPROCS(0)}
}

// NewLocalState returns the state of a thread.
func (s *remoteScan) NewLocalState() any { return &remoteWorker{scan: s, queue: s.queue} }

// FillChunk gives DuckDB some rows, or none at the end.
func (s *remoteScan) FillChunk(state any, chunk duckdb.DataChunk) (err error) {
	defer func() {
		if value := recover(); value != nil { // the library panics on some damaged files
			err = s.table.all.note(fmt.Errorf("table %s: %w", s.table.name, errDamaged))
		}
	}()
	return s.table.all.note(state.(*remoteWorker).fill(&chunk))
}

// A unitQueue hands out the row groups of part files.
type unitQueue struct {
	mu    sync.Mutex
	parts []*remotePart
	group int // of the first part
}

// next returns the next row group, or nil at the end.
func (q *unitQueue) next(ctx context.Context) (*remotePart, int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.parts) > 0 {
		part := q.parts[0]
		if err := part.open(ctx); err != nil {
			return nil, 0, err
		}
		if q.group < part.groups() {
			q.group++
			return part, q.group - 1, nil
		}
		q.parts, q.group = q.parts[1:], 0
	}
	return nil, 0, nil
}

// A remoteWorker reads row groups for one thread of DuckDB.
type remoteWorker struct {
	scan    *remoteScan
	queue   *unitQueue
	columns []int // that DuckDB wants
	begun   bool
	reader  batchReader
	batch   arrow.RecordBatch
	from    int   // of the rows of batch that DuckDB has not got
	bare    int64 // rows without columns that DuckDB has not got
}

func (w *remoteWorker) fill(chunk *duckdb.DataChunk) error {
	if err := w.scan.ctx.Err(); err != nil {
		return err
	}
	if !w.begun {
		w.begun = true
		for i := range w.scan.columns {
			if _, err := chunk.GetVector(i); err == nil {
				w.columns = append(w.columns, i)
			}
		}
	}
	rows, err := w.advance()
	if err != nil {
		return err
	}
	rows = min(rows, duckdb.GetDataChunkCapacity())
	if err := chunk.SetSize(rows); err != nil {
		return err
	}
	if w.batch == nil {
		w.bare -= int64(rows)
		return nil
	}
	for i, col := range w.columns {
		if err := w.fillColumn(chunk, col, w.batch.Column(i), rows); err != nil {
			return err
		}
	}
	w.from += rows
	return nil
}

// advance returns how many rows are at hand, which is none at the end of the table.
func (w *remoteWorker) advance() (int, error) {
	ctx := w.scan.ctx
	for {
		switch {
		case w.bare > 0:
			return int(min(w.bare, batchRows)), nil
		case w.batch != nil && w.from < int(w.batch.NumRows()):
			return int(w.batch.NumRows()) - w.from, nil
		case w.reader != nil:
			batch, err := w.reader.Next()
			if err == nil {
				w.batch, w.from = batch, 0
				continue
			}
			if !errors.Is(err, io.EOF) {
				return 0, err
			}
			w.reader, w.batch = nil, nil
		default:
			part, group, err := w.queue.next(ctx)
			if part == nil || err != nil {
				return 0, err
			}
			if len(w.columns) == 0 && part.in != nil { // count(*)
				w.bare = part.in.MetaData().RowGroups[group].NumRows
				continue
			}
			columns, err := w.columnsOf(part)
			if err != nil {
				return 0, err
			}
			if w.reader, err = part.read(ctx, group, columns); err != nil {
				return 0, fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
}

// columnsOf returns the wanted columns of a part file, all of which have the same
// columns in a table. Without any, it is one that is then ignored.
func (w *remoteWorker) columnsOf(part *remotePart) ([]int, error) {
	if !part.schema.Equal(w.scan.table.parts[0].schema) {
		return nil, fmt.Errorf("%s: it has different columns than %s", part.name, w.scan.table.parts[0].name)
	}
	if len(w.columns) == 0 {
		return []int{0}, nil
	}
	return slices.Clone(w.columns), nil
}

// fillColumn writes the values of a column.
func (w *remoteWorker) fillColumn(chunk *duckdb.DataChunk, col int, values arrow.Array, rows int) error {
	set := func(row int, value any) error { return chunk.SetValue(col, row, value) }
	switch values := values.(type) {
	case *array.String:
		return w.fillTexts(chunk, col, rows, values, values.Value)
	case *array.Dictionary:
		if texts, ok := values.Dictionary().(*array.String); ok {
			return w.fillTexts(chunk, col, rows, values, func(i int) string { return texts.Value(values.GetValueIndex(i)) })
		}
	case *array.Int64:
		for row := range rows {
			if err := setOrNull(chunk, col, row, values, w.from+row, values.Value); err != nil {
				return err
			}
		}
		return nil
	case *array.Date32:
		day := func(i int) time.Time { return time.Unix(int64(values.Value(i))*24*60*60, 0).UTC() }
		for row := range rows {
			if err := setOrNull(chunk, col, row, values, w.from+row, day); err != nil {
				return err
			}
		}
		return nil
	case *array.Decimal128:
		wide := values.DataType().(*arrow.Decimal128Type).Precision > maxNarrow
		for row := range rows {
			i := w.from + row
			var err error
			switch n := values.Value(i); {
			case values.IsNull(i):
				err = set(row, nil)
			case wide:
				err = set(row, n.BigInt())
			default:
				err = duckdb.SetChunkValue(*chunk, col, row, int64(n.LowBits()))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("column %d: type %s, which data sets in object stores do not have", col, values.DataType())
}

// maxNarrow is the greatest precision of decimals that DuckDB keeps in 64 bits.
const maxNarrow = 18

func setOrNull[T any](chunk *duckdb.DataChunk, col, row int, values arrow.Array, i int, value func(int) T) error {
	if values.IsNull(i) {
		return chunk.SetValue(col, row, nil)
	}
	return duckdb.SetChunkValue(*chunk, col, row, value(i))
}

// fillTexts writes texts.
func (w *remoteWorker) fillTexts(chunk *duckdb.DataChunk, col, rows int, values arrow.Array, text func(int) string) error {
	vector, err := chunk.GetVector(col)
	if err != nil {
		return err
	}
	to, err := duckdb.GetVectorWriter[string](vector)
	if err != nil {
		return err
	}
	for row := range rows {
		if i := w.from + row; values.IsNull(i) {
			err = to.SetNull(row)
		} else {
			err = to.Set(row, text(i))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
