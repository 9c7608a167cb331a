package truth

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/cclf-tools/cclf/schema"
)

// A cell appends the value of a column for a row.
type cell[R any] func(b []byte, row *R) []byte

// A sheet writes the rows of a table. A column without a cell is always empty.
type sheet[R any] struct {
	file  *csvFile
	cells []cell[R]
}

// A csvFile collects the rows of a table until they are flushed.
type csvFile struct {
	file *os.File
	buf  []byte
	rows int64
}

// csvFiles are the files of a truth.
type csvFiles []*csvFile

// create makes the files of tables in a folder, with their headers, and returns them
// by the names of the tables.
func (l *csvFiles) create(dir string, tables []*schema.Table) (map[string]*csvFile, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	files := map[string]*csvFile{}
	for _, table := range tables {
		name := filepath.Join(dir, table.Name+".csv")
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return nil, err
		}
		f := &csvFile{file: file}
		for _, field := range table.Fields {
			f.buf = append(f.buf, field.Label...)
			f.buf = append(f.buf, ',')
		}
		f.buf[len(f.buf)-1] = '\n'
		*l = append(*l, f)
		files[table.Name] = f
	}
	return files, nil
}

// flush writes the files that have collected at least size bytes.
func (l csvFiles) flush(size int) error {
	for _, f := range l {
		if len(f.buf) < size {
			continue
		}
		if _, err := f.file.Write(f.buf); err != nil {
			return err
		}
		f.buf = f.buf[:0]
	}
	return nil
}

// close flushes and closes the files.
func (l csvFiles) close() error {
	err := l.flush(0)
	for _, f := range l {
		if closeErr := f.file.Close(); err == nil {
			err = closeErr
		}
	}
	return err
}

// newSheet puts the cells of a table in the order of the layout.
func newSheet[R any](files map[string]*csvFile, name string, columns map[string]cell[R]) *sheet[R] {
	table := schema.Lookup(name)
	s := &sheet[R]{file: files[name], cells: make([]cell[R], len(table.Fields))}
	for label, c := range columns {
		i := slices.IndexFunc(table.Fields, func(f schema.Field) bool { return f.Label == label })
		if i < 0 {
			panic(fmt.Sprintf("synth: internal error: %s has no column %s", table.File, label))
		}
		s.cells[i] = c
	}
	return s
}

func (s *sheet[R]) write(row R) {
	b := s.file.buf
	for _, cell := range s.cells {
		if cell != nil {
			b = cell(b, &row)
		}
		b = append(b, ',')
	}
	b[len(b)-1] = '\n'
	s.file.buf = b
	s.file.rows++
}
