package synth

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// truth writes the CCLF rows that records stand for: a CSV file for each
// table, with the columns in the order of the layout. Empty is missing.
type truth struct {
	files     []*truthFile
	tables    map[string]*truthFile
	partial   map[string]*truthFile // tables of partially adjudicated claims
	rows      int64
	diagnoses diagnosisList

	cclf1, cclfa *sheet[Institutional]
	cclf2        *sheet[revenueRow]
	cclf3        *sheet[procedureRow]
	cclf4        *sheet[diagnosisRow]
	cclf5, cclf6 *sheet[lineRow]
	cclfb        *sheet[lineRow]
	cclf7        *sheet[PartDEvent]
	cclf8        *sheet[beneficiaryRow]
	cclf9        *sheet[previousMBI]

	claims     claimList
	costs      *sheet[PartDEvent] // of v1 and v2
	idrCosts   *sheet[idrClaim]   // of v3
	prior      *sheet[priorRow]   // of v3
	enrollment *sheet[monthRow]
}

// The rows of the tables are of these; a table that is not about all of a
// record says which part of it.
type (
	revenueRow struct {
		*Institutional
		line *RevenueLine
	}
	procedureRow struct {
		*Institutional
		procedure *codedProcedure
		sequence  int
	}
	diagnosisRow struct {
		*Institutional
		diagnosis *listedDiagnosis
		kind      string
		sequence  int
	}
	lineRow struct {
		*Professional
		line *ProfessionalLine
	}
	beneficiaryRow struct {
		*Beneficiary
		hospice stay
	}
	previousMBI struct {
		current, previous string
	}
)

// A cell appends the value of a column.
type cell[R any] func(b []byte, row *R) []byte

// A sheet is a table being written. A column without a cell has no values.
type sheet[R any] struct {
	file  *truthFile
	cells []cell[R]
}

type truthFile struct {
	truth *truth
	file  *os.File
	buf   []byte
}

func newTruth(dir string, columns *columns) (*truth, error) {
	t := &truth{}
	var err error
	if t.tables, err = t.create(dir, truthTables()); err != nil {
		return nil, err
	}
	t.cclf1 = newSheet(t.tables, "cclf1", columns.cclf1)
	t.cclf2 = newSheet(t.tables, "cclf2", columns.cclf2)
	t.cclf3 = newSheet(t.tables, "cclf3", columns.cclf3)
	t.cclf4 = newSheet(t.tables, "cclf4", columns.cclf4)
	t.cclf5 = newSheet(t.tables, "cclf5", columns.cclf5)
	t.cclf6 = newSheet(t.tables, "cclf6", columns.cclf6)
	t.cclf7 = newSheet(t.tables, "cclf7", columns.cclf7)
	t.cclf8 = newSheet(t.tables, "cclf8", columns.cclf8)
	t.cclf9 = newSheet(t.tables, "cclf9", columns.cclf9)
	t.cclfa = newSheet(t.tables, "cclfa", columns.cclfa)
	t.cclfb = newSheet(t.tables, "cclfb", columns.cclfb)
	t.claims.sheet = newSheet(t.tables, wellknown.ClaimsTable, claimColumns)
	t.costs = newSheet(t.tables, "part_d_costs", drugCosts)
	t.idrCosts = newSheet(t.tables, "part_d_costs", v3Costs)
	t.prior = newSheet(t.tables, wellknown.PriorAuthorizationsTable, priorColumns)
	t.enrollment = newSheet(t.tables, "enrollment", enrollmentColumns)
	return t, nil
}

// create makes the files of tables in a folder of their own, by name of the
// table, with their headers.
func (t *truth) create(dir string, tables []*schema.Table) (map[string]*truthFile, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	files := map[string]*truthFile{}
	for _, table := range tables {
		name := filepath.Join(dir, table.Name+".csv")
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return nil, err
		}
		f := &truthFile{truth: t, file: file}
		for _, field := range table.Fields {
			f.buf = append(f.buf, field.Label...)
			f.buf = append(f.buf, ',')
		}
		f.buf[len(f.buf)-1] = '\n'
		t.files = append(t.files, f)
		files[table.Name] = f
	}
	return files, nil
}

// newSheet puts the cells of a table in the order of the layout.
func newSheet[R any](files map[string]*truthFile, name string, columns map[string]cell[R]) *sheet[R] {
	table := schema.Lookup(name)
	s := &sheet[R]{file: files[name], cells: make([]cell[R], len(table.Fields))}
	for label, c := range columns {
		i := slices.IndexFunc(table.Fields, func(f schema.Field) bool { return f.Label == label })
		if i < 0 {
			panic(fmt.Sprintf("synth: %s has no column %s", table.File, label))
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
	s.file.truth.rows++
}

func (t *truth) institutional(c *Institutional) {
	t.cclf1.write(*c)
	t.cclfa.write(*c)
	for i := range c.Lines {
		t.cclf2.write(revenueRow{c, &c.Lines[i]})
	}
	for i := range c.IcdPrcdr {
		t.cclf3.write(procedureRow{c, &c.IcdPrcdr[i], i + 1})
	}
	t.diagnoses.institutional(c)
	external := 0
	for i := range t.diagnoses {
		d := &t.diagnoses[i]
		kind := "D"
		switch {
		case blank(d.Cd), !d.coded && d.label != externalLabel: // of admission or visit only
			continue
		case d.label == externalLabel:
			if external++; external == 1 {
				kind = "1"
			} else {
				kind = "E"
			}
		}
		t.cclf4.write(diagnosisRow{c, d, kind, i + 1})
	}
}

func (t *truth) professional(c *Professional) {
	sheet := t.cclf5
	if c.Type == dme {
		sheet = t.cclf6
	}
	for i := range c.Lines {
		sheet.write(lineRow{c, &c.Lines[i]})
		t.cclfb.write(lineRow{c, &c.Lines[i]})
	}
}

func (t *truth) partDEvent(c *PartDEvent) {
	t.cclf7.write(*c)
	t.costs.write(*c)
}

func (t *truth) beneficiary(b *Beneficiary, hospice stay) {
	if !b.noPatient {
		t.cclf8.write(beneficiaryRow{b, hospice})
	}
	if !b.told() {
		return
	}
	for _, previous := range b.MbiHistory {
		t.cclf9.write(previousMBI{b.MbiNum, previous})
	}
}

func (t *truth) flush(size int) error {
	for _, f := range t.files {
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

func (t *truth) close() error {
	err := t.flush(0)
	for _, f := range t.files {
		if closeErr := f.file.Close(); err == nil {
			err = closeErr
		}
	}
	return err
}

// Cells of the kinds that there are. A raw value that is blank is missing.

func text[R any](value func(*R) string) cell[R] {
	return func(b []byte, row *R) []byte { return appendText(b, value(row)) }
}

func appendText(b []byte, s string) []byte {
	if blank(s) {
		return b
	}
	start := len(b)
	b = append(b, s...)
	if !bytes.ContainsAny(b[start:], ",\"\n\r") {
		return b
	}
	quoted := bytes.ReplaceAll(b[start:], []byte{'"'}, []byte(`""`))
	b = append(b[:start], '"')
	b = append(b, quoted...)
	return append(b, '"')
}

func number[R any](value func(*R) int64) cell[R] {
	return func(b []byte, row *R) []byte { return appendInt(b, int(value(row))) }
}

func day[R any](value func(*R) date) cell[R] {
	return func(b []byte, row *R) []byte {
		if d := value(row); d != 0 && d.isDay() {
			return d.append(b)
		}
		return b
	}
}

func money[R any](value func(*R) amount) cell[R] {
	return func(b []byte, row *R) []byte {
		if a := value(row); a != noAmount {
			return a.append(b)
		}
		return b
	}
}

func count[R any](value func(*R) quantity) cell[R] {
	return func(b []byte, row *R) []byte {
		if q := value(row); q != noQuantity {
			return q.append(b)
		}
		return b
	}
}
