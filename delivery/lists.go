package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A reportTable is a table of an assignment list report.
type reportTable string

// The tables that are read. The label is one that no other table has.
var reportTables = []struct {
	table reportTable
	label string
}{
	{"1-6", "VA_SELECTION_ONLY"}, // before 1-1, whose columns it can have too
	{"1-9", "ADI_NATRANK"},
	{"1-5", "PLUR_R05"},
	{"1-4", "PCS_COUNT"},
	{"1-2", "B_EM_LINE_CNT_T"},
	{"1-1", "ENROLLFLAG1"},
}

// reportTableOf returns the table of an assignment list report that a header
// belongs to, or "".
func reportTableOf(header []string) reportTable {
	if !slices.Contains(header, "BENE_MBI_ID") || slices.Contains(header, "ASSIGNED") { // the table of cclf itself
		return ""
	}
	for _, t := range reportTables {
		if slices.Contains(header, t.label) {
			return t.table
		}
	}
	return ""
}

// neededLabels returns the columns without which the rows of a table would say what the
// report does not, such as that nobody is assigned in a month.
func neededLabels(t reportTable) []string {
	switch t {
	case "1-1":
		var flags []string
		for n := range 12 {
			flags = append(flags, fmt.Sprintf("ENROLLFLAG%d", n+1))
		}
		return flags
	case "1-2":
		return []string{"MASTER_ID"}
	case "1-4":
		return []string{"MASTER_ID", "NPI_USED"}
	}
	return nil
}

// isAssignment reports whether a header is that of a table of an assignment list
// report.
func isAssignment(header []string) bool { return reportTableOf(header) != "" }

// isList reports whether a file is a list, and not part of a CCLF delivery.
func (f *file) isList() bool { return f.content >= assignmentCSV }

// lists are the lists that are imported: files beside those of CCLF.
type lists struct {
	files        []*listFile // in the order of the inputs
	reports      reports
	excluded     []exclusion
	participants []participant
}

// A listFile is a list, and what reading it gave.
type listFile struct {
	*file
	report  reportKey // of a table of a report
	table   reportTable
	rows    int64
	rejects int64
}

// any reports whether there are lists to read.
func (l *lists) any() bool { return len(l.files) > 0 }

// addList takes in a list. Before has the names of the inputs of the data set that
// is added to.
func (i *importer) addList(f *file, before map[string]bool) error {
	if before[f.base()] && f.content != assignmentCSV { // whose tables need each other
		i.report.Before = append(i.report.Before, f.Path)
		return nil
	}
	for _, other := range i.lists.files {
		if other.base() != f.base() {
			continue
		}
		equal, err := equalText(other.input, f.input)
		if err != nil {
			return err
		}
		if equal {
			i.report.Twice = append(i.report.Twice, f.Path)
			return nil
		}
	}
	l := &listFile{file: f}
	if f.content == assignmentCSV {
		var err error
		if l.report, err = reportOf(f.input); err != nil {
			return err
		}
		l.table = reportTableOf(f.header)
		for _, label := range neededLabels(l.table) {
			if !slices.Contains(f.header, label) {
				return fmt.Errorf("%s: %w: Table %s without the column %s", f.Path, ErrReport, l.table, label)
			}
		}
		if err := i.lists.reports.add(l); err != nil {
			return err
		}
	}
	i.lists.files = append(i.lists.files, l)
	return nil
}

// inputNames are the names of the files that the old data set was made of, without
// folders.
func (o *oldData) inputNames() map[string]bool {
	names := map[string]bool{}
	if o != nil {
		for _, in := range o.manifest.Inputs {
			names[(&input{Path: in.Name}).base()] = true
		}
	}
	return names
}

// prepareLists decides which reports decide which months, and passes over reports
// that were imported before.
func (i *importer) prepareLists(ctx context.Context, before map[string]bool) error {
	old, err := i.old.reports(ctx)
	if err != nil {
		return err
	}
	if err := i.lists.reports.dropOld(old, before); err != nil {
		return err
	}
	i.lists.files = slices.DeleteFunc(i.lists.files, func(f *listFile) bool {
		if f.content != assignmentCSV || i.lists.reports.has(f) {
			return false
		}
		i.report.Before = append(i.report.Before, f.Path)
		return true
	})
	for _, r := range i.lists.reports.list {
		if !r.old && r.tables["1-1"] == nil {
			i.report.Missing = append(i.report.Missing, fmt.Sprintf("Table 1-1 of the assignment list report %s, which decides nothing without it", r.key))
		}
	}
	return nil
}

// readSmallLists reads the lists of exclusions and participants.
func (i *importer) readSmallLists(ctx context.Context) error {
	for _, f := range i.lists.files {
		var err error
		switch f.content {
		case exclusionXML:
			err = i.readBNEX(f)
		case exclusionCSV:
			err = i.readExclusions(ctx, f)
		case participantCSV:
			err = i.readParticipants(ctx, f)
		default:
			continue
		}
		if err != nil {
			return &InputError{f.Path, err}
		}
	}
	return nil
}

// A listReader reads the rows of a list in CSV.
type listReader struct {
	labeledReader
	columns map[string]int
	row     *labeledRow
}

// openList opens a list, and notes which of its columns are not known.
func (i *importer) openList(ctx context.Context, f *listFile, known func(label string) bool) (*listReader, error) {
	in, err := openLabeled(ctx, f.file)
	if err != nil {
		return nil, err
	}
	l := &listReader{labeledReader: in, columns: map[string]int{}}
	var unknown []string
	for at, name := range in.header() {
		if _, twice := l.columns[name]; twice {
			continue
		}
		l.columns[name] = at
		if known != nil && !known(name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		i.report.UnknownColumns = append(i.report.UnknownColumns, fmt.Sprintf("%s: %s", f.Path, strings.Join(unknown, ", ")))
	}
	return l, nil
}

// text is the value of a column without the blanks around it.
func (l *listReader) text(label string) []byte {
	at, ok := l.columns[label]
	if !ok {
		return nil
	}
	return trimLeft(trimRight(l.row.values[at]))
}

// eachRow calls row for each row of a list. Rows of the wrong number of fields are
// rejected.
func (i *importer) eachRow(ctx context.Context, f *listFile, l *listReader, row func() error) error {
	for {
		var err error
		l.row, err = l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if bad, ok := errors.AsType[*FieldError](err); ok {
			f.rows++
			if err := i.rejectValue(f, l.row, bad.Label, bad); err != nil {
				return err
			}
			continue
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		f.rows++
		if err := row(); err != nil {
			return err
		}
	}
}

// rejectValue takes in a value, or a record, that could not be read.
func (i *importer) rejectValue(f *listFile, row *labeledRow, label string, reason error) error {
	f.rejects++
	i.mu.Lock()
	defer i.mu.Unlock()
	bad := Reject{File: f.Path, Line: row.line, Byte: row.offset, Label: label, Reason: reason.Error()}
	return i.reject(bad)
}

// listTables returns the writers of the tables of lists that the data set has, or
// had.
func (i *importer) listTables(tables *dataset.Tables) map[string]*dataset.TableWriter {
	writers := map[string]*dataset.TableWriter{}
	for name, there := range map[string]bool{
		schema.AssignmentTable:   len(i.lists.reports.list) > 0,
		schema.ExclusionsTable:   i.lists.has(exclusionXML, exclusionCSV),
		schema.ParticipantsTable: i.lists.has(participantCSV),
	} {
		writers[name] = nil
		if !there && !i.old.has(name) {
			delete(writers, name)
		}
	}
	for _, t := range schema.DeliveryTables() { // in their order
		if _, there := writers[t.Name]; there {
			writers[t.Name] = tables.Add(dataset.Target{Name: t.Name, Table: t})
		}
	}
	return writers
}

func (l *lists) has(contents ...content) bool {
	return slices.ContainsFunc(l.files, func(f *listFile) bool { return slices.Contains(contents, f.content) })
}

// has reports whether the old data set has a table.
func (o *oldData) has(name string) bool {
	return o != nil && slices.ContainsFunc(o.manifest.Tables, func(t dataset.Table) bool { return t.Name == name })
}

// writeLists writes the tables of the lists.
func (i *importer) writeLists(ctx context.Context, writers map[string]*dataset.TableWriter) error {
	for name, write := range map[string]func(context.Context, *dataset.TableWriter) error{
		schema.AssignmentTable:   i.writeAssignment,
		schema.ExclusionsTable:   i.writeExclusions,
		schema.ParticipantsTable: i.writeParticipants,
	} {
		to := writers[name]
		if to == nil {
			continue
		}
		err := write(ctx, to)
		if err == nil {
			err = to.Close()
		}
		to.Discard()
		if err != nil {
			return err
		}
	}
	return nil
}

// writeRows writes the rows of a small table.
func writeRows(to *dataset.TableWriter, rows *table.Rows) error {
	cols := rows.Arrays()
	defer table.Release(cols)
	if cols[0].Len() == 0 {
		return nil
	}
	return to.Write(cols)
}

// isListFolder reports whether a folder of a data set has one of the lists, which
// is not read as if it were a list of CMS.
func isListFolder(ctx context.Context, dir string) (found bool) {
	switch path.Base(filepath.ToSlash(dir)) {
	case schema.AssignmentTable, schema.ExclusionsTable, schema.ParticipantsTable:
		_ = blob.Walk(ctx, dir, func(name string, _ fs.DirEntry, err error) error { // who reads the folder gets the error
			if found = err == nil && strings.HasPrefix(blob.Base(name), "part-"); found {
				return fs.SkipAll
			}
			return err
		})
	}
	return found
}
