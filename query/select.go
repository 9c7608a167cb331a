//go:build cgo

package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"
)

// A selection is a SELECT that runs while its rows are read, in a transaction in
// which DuckDB can write nothing.
type selection struct {
	ctx     context.Context
	db      *DB
	text    string
	args    []any
	reading string // SQL with the same result, in types that a Batch can read
	begun   bool   // there is a transaction
}

// runSelect returns the rows of a SELECT. It starts the SELECT only if the columns
// depend on the types of parameters.
func (db *DB) runSelect(ctx context.Context, text string, p prepared, args []any) (*Rows, error) {
	s := &selection{ctx: ctx, db: db, text: text, args: args, reading: readable(text, p.columns)}
	rows := &Rows{columns: p.columns, selects: s}
	db.active = rows
	if p.columns != nil {
		return rows, nil
	}
	stream, err := s.start()
	if err == nil {
		rows.columns, rows.source = stream.columns, stream
		if s.reading = readable(text, stream.columns); s.reading != text {
			if err = stream.close(); err == nil {
				rows.source, err = s.start()
			}
		}
	}
	if err != nil {
		rows.source = nil
		rows.end(err)
		return nil, rows.err
	}
	return rows, nil
}

// WriteParquet writes the result of a SELECT as a Parquet file: to Options.Output, or,
// without that, to w, by way of a file in the private folder for temporary data. DuckDB
// writes it in parallel, and with the types of the columns. No row must have been read
// before.
func (r *Rows) WriteParquet(w io.Writer) error {
	if r.selects == nil {
		return &Error{Msg: "only the result of a SELECT can be written as Parquet"}
	}
	db := r.selects.db
	if db.output != "" {
		return r.copyParquet(db.output)
	}
	temp, err := db.TempFolder()
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(temp, "*.parquet")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err := r.copyParquet(file.Name()); err != nil {
		return err
	}
	_, err = io.Copy(w, file)
	return err
}

const (
	// rowGroupRows and fewRowGroupRows are how many rows a row group of a Parquet
	// result has: DuckDB's default, and with little memory fewer, since DuckDB holds
	// one per worker. In a container of 256 MB, a wide table took over 90 s of spilling
	// with the default, and 8 s with fewer.
	rowGroupRows, fewRowGroupRows = 122_880, 20_480
	// rowGroupMemory is what a worker needs for row groups of DuckDB's size.
	rowGroupMemory = 512 << 20
)

// copyParquet runs the SELECT, and writes its result to a file that DuckDB may open.
func (r *Rows) copyParquet(file string) error {
	s := r.selects
	var err error
	if r.source != nil {
		err = r.source.close()
		r.source = nil
	}
	if err == nil {
		err = s.begin()
	}
	if err == nil {
		s.reading = fmt.Sprintf("COPY (\n%s\n) TO %s (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, ROW_GROUP_SIZE %d)",
			s.text, quote(file), s.db.rowGroup)
		_, err = s.db.conn.ExecContext(s.ctx, s.reading, s.args...)
	}
	r.end(err)
	return r.err
}

// begin begins the transaction, unless there is one.
func (s *selection) begin() error {
	if s.begun {
		return nil
	}
	_, err := s.db.conn.ExecContext(s.ctx, "BEGIN TRANSACTION READ ONLY")
	s.begun = err == nil
	return err
}

// start begins the transaction and the statement.
func (s *selection) start() (*stream, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	return openStream(s.ctx, s.db.conn, s.reading, s.args)
}

// finish ends the transaction.
func (s *selection) finish(success bool) error {
	if s.db.active != nil && s.db.active.selects == s {
		s.db.active = nil
	}
	if !s.begun {
		return nil
	}
	s.begun = false
	end := "ROLLBACK"
	if success {
		end = "COMMIT"
	}
	_, err := s.db.conn.ExecContext(context.WithoutCancel(s.ctx), end) // s.ctx may be canceled
	return sqlError(err)
}

// failure returns an error of the statement for the user.
func (s *selection) failure(err error) error {
	if err == nil || errors.Is(err, ErrEnded) {
		return err
	}
	if s.reading != s.text {
		err = moveUp(err)
	}
	if err = sqlError(err); writes(err) {
		return refuse("SELECT")
	}
	if own, ok := errors.AsType[*Error](err); ok && strings.Contains(own.Detail(), "unnamed struct") {
		return &Error{Msg: "a column of the result is a struct with unnamed fields", hint: "name the fields: struct_pack(a := 1, b := 2)"}
	}
	return s.db.replaced(err)
}

// endActive ends the result that is being read, since a connection has one at a
// time.
func (db *DB) endActive() {
	if db.active != nil {
		db.active.end(ErrEnded)
		db.active = nil
	}
}

// readable returns a SELECT with the result of text, in which columns of types that a
// Batch cannot read are text. If there are none, it returns text.
func readable(text string, columns []Column) string {
	names, exprs := make([]string, len(columns)), make([]string, len(columns))
	same := true
	for i, c := range columns {
		names[i] = "c" + strconv.Itoa(i+1) // the names of a SELECT can be ambiguous
		exprs[i] = readExpr(names[i], c)
		same = same && exprs[i] == names[i]
	}
	if same {
		return text
	}
	return fmt.Sprintf("SELECT %s FROM (\n%s\n) AS r(%s)", strings.Join(exprs, ", "), text, strings.Join(names, ", "))
}

// readExpr returns the SQL that reads a column without loss: as it is, or as
// DuckDB's text.
func readExpr(name string, c Column) string {
	switch typ := c.Type; {
	case c.Numeric(), typ == "BOOLEAN", typ == "VARCHAR", typ == "DATE", typ == "JSON":
		return name
	case isNested(typ):
		return "to_json(" + name + ")"
	default:
		return name + "::VARCHAR"
	}
}

var lineNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\nLINE (\d+):`) })

// moveUp corrects the line number in a message about a SELECT of readable, in which
// the statement of the user begins one line later.
func moveUp(err error) error {
	cause, ok := errors.AsType[*duckdb.Error](err)
	if !ok || isCanceled(err) {
		return err
	}
	msg := lineNumber().ReplaceAllStringFunc(cause.Msg, func(match string) string {
		n, _ := strconv.Atoi(lineNumber().FindStringSubmatch(match)[1])
		return fmt.Sprintf("\nLINE %d:", n-1)
	})
	return &duckdb.Error{Type: cause.Type, Msg: msg}
}
