//go:build cgo

package query

/*
// Part of DuckDB's C API that the bindings leave out.
extern int duckdb_pending_prepared_streaming(void *statement, void **pending);
*/
import "C"

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// A stream is the result of a statement that DuckDB computes while it is read. The
// driver would hold the whole result in memory, outside of DuckDB's limit. DuckDB
// runs ahead by about a megabyte.
type stream struct {
	ctx     context.Context
	stmt    *duckdb.Stmt
	result  mapping.Result
	columns []Column
	vectors []vector // how the values of the columns are in memory
	stop    func()   // ends the watch over ctx
}

// openStream starts a statement, which must be the only one in text.
func openStream(ctx context.Context, conn *sql.Conn, text string, args []any) (s *stream, err error) {
	err = conn.Raw(func(raw any) error {
		c := raw.(*duckdb.Conn)
		prepared, err := c.Prepare(text)
		if err != nil {
			return err
		}
		stmt := prepared.(*duckdb.Stmt)
		s = &stream{ctx: ctx, stmt: stmt}
		if err := stmt.BindWithCtx(ctx, namedValues(args)); err != nil {
			return errors.Join(err, stmt.Close())
		}
		if err := s.start(connectionOf(c)); err != nil {
			return errors.Join(err, stmt.Close())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range mapping.ColumnCount(&s.result) {
		s.columns = append(s.columns, Column{mapping.ColumnName(&s.result, i), typeName(mapping.ColumnLogicalType(&s.result, i))})
		s.vectors = append(s.vectors, vectorOf(mapping.ColumnLogicalType(&s.result, i)))
	}
	return s, nil
}

// start runs the statement until its first rows are known.
func (s *stream) start(conn mapping.Connection) error {
	var handle unsafe.Pointer
	state := C.duckdb_pending_prepared_streaming(statementOf(s.stmt).Ptr, &handle)
	pending := mapping.PendingResult{Ptr: handle}
	defer mapping.DestroyPending(&pending)
	if mapping.State(state) == mapping.StateError {
		return s.failure(mapping.PendingError(pending))
	}
	s.watch(conn)
	if mapping.ExecutePending(pending, &s.result) == mapping.StateError {
		s.stop()
		err := s.failure(mapping.ResultError(&s.result))
		mapping.DestroyResult(&s.result)
		return err
	}
	return nil
}

// watch interrupts the connection when the context is canceled.
func (s *stream) watch(conn mapping.Connection) {
	done := make(chan struct{})
	stop := context.AfterFunc(s.ctx, func() {
		defer close(done)
		mapping.Interrupt(conn)
	})
	s.stop = func() {
		if !stop() { // an interrupt must not hit the next statement
			<-done
		}
		s.stop = func() {}
	}
}

// failure returns an error of DuckDB, or that of the context.
func (s *stream) failure(msg string) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	return engineError(msg)
}

// next returns the next rows, or nil at the end.
func (s *stream) next() (*Batch, error) {
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	for {
		chunk := mapping.FetchChunk(s.result)
		if chunk.Ptr == nil {
			if msg := mapping.ResultError(&s.result); msg != "" {
				return nil, s.failure(msg)
			}
			return nil, s.ctx.Err()
		}
		if mapping.DataChunkGetSize(chunk) > 0 {
			return newBatch(chunk, s.vectors), nil
		}
		mapping.DestroyDataChunk(&chunk)
	}
}

// close ends the statement. DuckDB stops computing when the transaction ends.
func (s *stream) close() error {
	s.stop()
	mapping.DestroyResult(&s.result)
	return s.stmt.Close()
}

// namedValues returns arguments in the form of the driver.
func namedValues(args []any) []driver.NamedValue {
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
		if named, ok := arg.(sql.NamedArg); ok {
			values[i] = driver.NamedValue{Name: named.Name, Value: named.Value}
		}
	}
	return values
}

// statementOf returns DuckDB's handle of a statement, which the driver keeps to
// itself.
func statementOf(stmt *duckdb.Stmt) mapping.PreparedStatement {
	field := reflect.ValueOf(stmt).Elem().FieldByName("preparedStmt")
	return *(*mapping.PreparedStatement)(field.UnsafePointer())
}

// connectionOf returns DuckDB's handle of a connection.
func connectionOf(conn *duckdb.Conn) mapping.Connection {
	field := reflect.ValueOf(conn).Elem().FieldByName("conn").FieldByName("Ptr")
	return mapping.Connection{Ptr: field.UnsafePointer()}
}
