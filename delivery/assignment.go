package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A report is an assignment list report: its tables, as far as they are there.
type report struct {
	key    reportKey
	tables map[reportTable]*listFile
	old    bool // its rows are those of the data set that is added to
}

// reports are all assignment list reports of an import.
type reports struct{ list []*report }

func (r *reports) find(k reportKey) *report {
	i := slices.IndexFunc(r.list, func(o *report) bool { return o.key == k })
	if i < 0 {
		return nil
	}
	return r.list[i]
}

// has reports whether a file is to be read.
func (r *reports) has(f *listFile) bool {
	of := r.find(f.report)
	return of != nil && of.tables[f.table] == f
}

// add puts a table into its report.
func (r *reports) add(f *listFile) error {
	of := r.find(f.report)
	if of == nil {
		of = &report{key: f.report, tables: map[reportTable]*listFile{}}
		r.list = append(r.list, of)
	}
	if other := of.tables[f.table]; other != nil {
		return fmt.Errorf("%w: %s and %s are both Table %s of %s", ErrReport, other.Path, f.Path, f.table, of.key)
	}
	of.tables[f.table] = f
	return nil
}

// dropOld replaces reports of which all tables were imported before by those of
// the data set that is added to. A report cannot be completed later.
func (r *reports) dropOld(old []reportKey, before map[string]bool) error {
	r.list = slices.DeleteFunc(r.list, func(of *report) bool {
		for _, f := range of.tables {
			if !before[f.base()] {
				return false
			}
		}
		return true
	})
	for _, of := range r.list {
		if of.tables["1-1"] == nil && slices.Contains(old, of.key) {
			for _, f := range of.tables {
				return fmt.Errorf("%s: %w: the rest of %s was imported before; import all of its tables together", f.Path, ErrReport, of.key)
			}
		}
	}
	for _, k := range old {
		if r.find(k) == nil {
			r.list = append(r.list, &report{key: k, old: true})
		}
	}
	return nil
}

// decides returns the report that decides a month for an ACO, or nil.
func (r *reports) decides(aco string, m month) (best *report) {
	for _, of := range r.list {
		if of.key.aco != aco || !of.key.covers(m) || !of.old && of.tables["1-1"] == nil {
			continue
		}
		if best == nil || of.key.compare(best.key) > 0 {
			best = of
		}
	}
	return best
}

// months returns which of the twelve months of a report it decides.
func (r *reports) months(of *report) (decided [12]bool, any bool) {
	for k := range decided {
		decided[k] = r.decides(of.key.aco, of.key.first+month(k)) == of
		any = any || decided[k]
	}
	return decided, any
}

// assignmentColumns are the places of columns of the table assignment.
type assignmentColumns struct {
	table                                                 *schema.Table
	mbi, month, assigned, enrollment, tin, npi, hcc, risk int
	aco, year, rank, time, fileName                       int
}

func newAssignmentColumns() *assignmentColumns {
	t := schema.Lookup(schema.AssignmentTable)
	return &assignmentColumns{
		table: t,
		mbi:   t.Index("BENE_MBI_ID"), month: t.Index("MONTH"), assigned: t.Index("ASSIGNED"), enrollment: t.Index("ENROLLMENT_TYPE"),
		tin: t.Index("TIN"), npi: t.Index("NPI"), hcc: t.Index("HCC_COL_1"), risk: t.Index("BENE_RSK_R_SCRE"),
		aco: t.Index("ACO_ID"), year: t.Index("PERFORMANCE_YEAR"), rank: t.Index("REPORT_RANK"), time: t.Index("REPORT_TIME"),
		fileName: t.Index(schema.FileNameLabel),
	}
}

// A value is the value of a column: of a text its text, of a date or an integer
// its number, and of a decimal its units. The zero value is null.
type value struct {
	there  bool
	text   string
	number int64
	units  decimal128.Num
}

func textValue(v string) value      { return value{there: v != "", text: v} }
func intValue(n int64) value        { return value{there: true, number: n} }
func dateValue(m month) value       { return intValue(int64(table.CivilDays(m.year(), m.month(), 1))) }
func flagValue(on bool) value       { return intValue(flag(on)) }
func (v value) isFlag(n int64) bool { return v.there && v.number == n }

// Reasons why a value of a list is bad.
var (
	errFlag   = errors.New("not 0 or 1")
	errEnroll = errors.New("not an enrollment type from 0 to 4")
	errUSDate = errors.New("not a date MM/DD/YYYY")
	errNoMBI  = errors.New("no beneficiary")
	errListed = errors.New("a beneficiary that is listed before")
	errDigits = errors.New("not an identifier of that many digits")
)

// parseValue reads a value of a report.
func parseValue(t *schema.Type, v []byte) (value, error) {
	switch {
	case len(v) == 0:
		return value{}, nil
	case t.Kind == schema.Text:
		if !utf8.Valid(v) {
			return value{}, errUTF8
		}
		return textValue(string(v)), nil
	case t.Kind == schema.Date:
		day, err := time.Parse("01/02/2006", string(v))
		if err != nil {
			return value{}, errUSDate
		}
		return intValue(int64(table.CivilDays(day.Year(), int(day.Month()), day.Day()))), nil
	case t.Kind == schema.Decimal:
		units, err := parseScore(v, t)
		return value{there: err == nil, units: units}, err
	}
	n, ok := parseUnits(v, 0)
	if !ok || n != 0 && n != 1 {
		return value{}, errFlag
	}
	return intValue(n), nil
}

// parseScore reads a number in units of the scale of a type.
func parseScore(v []byte, t *schema.Type) (decimal128.Num, error) {
	if n, ok := parseUnits(v, t.Scale); ok {
		return decimal128.FromI64(n), nil
	}
	whole, fraction, _ := strings.Cut(string(v), ".")
	digits := strings.TrimPrefix(whole, "-") + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return decimal128.Num{}, errNumber
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > t.Scale {
		return decimal128.Num{}, errScale
	}
	n, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", t.Scale-len(fraction)), 10)
	if !ok {
		return decimal128.Num{}, errNumber
	}
	if len(strings.TrimLeft(n.Text(10), "-")) > t.Precision {
		return decimal128.Num{}, errLarge
	}
	return decimal128.FromBigInt(n), nil
}

// assignmentRows collects the rows of the table assignment.
type assignmentRows struct {
	*assignmentColumns
	cols []table.Column
	rows int
	to   *dataset.TableWriter
}

func (a *assignmentRows) add(values []value) error {
	if a.cols == nil {
		for i := range a.table.Fields {
			a.cols = append(a.cols, table.NewDictColumn(&a.table.Fields[i]))
		}
	}
	for i := range values {
		v, col := &values[i], &a.cols[i]
		switch {
		case !v.there:
			col.AppendNull()
		case col.Kind == schema.Text:
			col.AppendText([]byte(v.text))
		case col.Kind == schema.Date:
			col.AppendDay(int32(v.number))
		case col.Kind == schema.Decimal:
			col.AppendDecimal(v.units)
		default:
			col.AppendInt(v.number)
		}
	}
	if a.rows++; a.rows == table.BatchRows {
		return a.flush()
	}
	return nil
}

// flush writes the rows that were added since the last call.
func (a *assignmentRows) flush() error {
	if a.rows == 0 {
		return nil
	}
	arrays := make([]arrow.Array, len(a.cols))
	for i := range a.cols {
		arrays[i] = a.cols[i].Array()
	}
	defer table.Release(arrays)
	a.cols, a.rows = nil, 0
	return a.to.Write(arrays)
}

// writeAssignment writes the months of all reports, each from the report that
// decides it.
func (i *importer) writeAssignment(ctx context.Context, to *dataset.TableWriter) error {
	a := &assignmentRows{assignmentColumns: newAssignmentColumns(), to: to}
	if err := i.copyAssignment(ctx, a); err != nil {
		return err
	}
	for _, of := range i.lists.reports.list {
		if of.old || of.tables["1-1"] == nil {
			continue
		}
		decided, any := i.lists.reports.months(of)
		if !any {
			i.report.NotDeciding = append(i.report.NotDeciding, fmt.Sprintf("the assignment list report %s", of.key))
			continue
		}
		if err := i.writeReport(ctx, a, of, decided); err != nil {
			return err
		}
	}
	return a.flush()
}

// A personList has values of the beneficiaries of a table, by MBI.
type personList map[string][]value

// besideLabels are the columns that come from other tables than 1-1.
var besideLabels = map[reportTable][]string{
	"1-5": {"PLUR_R05", "AB_R01", "HMO_R03", "NO_US_R02", "MDM_R04", "NOFND_R06"},
	"1-6": {"VA_SELECTION_ONLY"},
	"1-9": {"ADI_NATRANK", "BENE_LIS_STATUS", "BENE_DUAL_STATUS", "BENE_PSNYRS_LIS_DUAL", "BENE_PSNYRS"},
}

// writeReport writes the months that a report decides.
func (i *importer) writeReport(ctx context.Context, a *assignmentRows, of *report, decided [12]bool) error {
	w := &reportWriter{importer: i, rows: a, report: of, decided: decided, beside: map[reportTable]personList{}, seen: map[string]bool{}}
	var err error
	if w.tins, err = i.readMost(ctx, of.tables["1-2"], "MASTER_ID", "B_EM_LINE_CNT_T", nil); err != nil {
		return err
	}
	if w.npis, err = i.readMost(ctx, of.tables["1-4"], "NPI_USED", "PCS_COUNT", w.tins); err != nil {
		return err
	}
	for t, labels := range besideLabels {
		if w.beside[t], err = i.readBeside(ctx, of.tables[t], a.table, labels); err != nil {
			return err
		}
	}
	if err := w.writeAssigned(ctx); err != nil {
		return err
	}
	return w.writeOthers()
}

// A most is the best of several identifiers: that with the highest count, and of
// those the lowest.
type most struct {
	id    string
	count int64
}

// readMost reads the identifiers with the most services, by MBI. With under, only
// services under those TINs count.
func (i *importer) readMost(ctx context.Context, f *listFile, label, countLabel string, under map[string]most) (map[string]most, error) {
	best := map[string]most{}
	if f == nil {
		return best, nil
	}
	known := append([]string{"MASTER_ID", label, countLabel}, personLabels...)
	err := i.eachPerson(ctx, f, known, func(l *listReader, mbi string) error {
		id := string(l.text(label))
		count, ok := parseUnits(l.text(countLabel), 2)
		if !ok {
			return i.rejectValue(f, l.row, countLabel, errNumber)
		}
		if under != nil && string(l.text("MASTER_ID")) != under[mbi].id || id == "" {
			return nil
		}
		if b, there := best[mbi]; !there || count > b.count || count == b.count && id < b.id {
			best[mbi] = most{id, count}
		}
		return nil
	})
	return best, err
}

// readBeside reads some columns of a table, by MBI.
func (i *importer) readBeside(ctx context.Context, f *listFile, t *schema.Table, labels []string) (personList, error) {
	list := personList{}
	if f == nil {
		return list, nil
	}
	err := i.eachPerson(ctx, f, slices.Concat(labels, personLabels), func(l *listReader, mbi string) error {
		if list[mbi] != nil {
			return i.rejectValue(f, l.row, "BENE_MBI_ID", errListed)
		}
		values := make([]value, len(labels))
		for k, label := range labels {
			var err error
			if values[k], err = parseValue(&t.Field(label).Type, l.text(label)); err != nil {
				if err := i.rejectValue(f, l.row, label, err); err != nil {
					return err
				}
			}
		}
		list[mbi] = values
		return nil
	})
	return list, err
}

// personLabels are the columns that all tables of a report begin with.
var personLabels = []string{
	"BENE_MBI_ID", "BENE_HIC_NUM", "BENE_1ST_NAME", "BENE_LAST_NAME", "BENE_SEX_CD", "BENE_BRTH_DT", "BENE_DEATH_DT",
}

// eachPerson calls row for each row of a table with an MBI.
func (i *importer) eachPerson(ctx context.Context, f *listFile, known []string, row func(l *listReader, mbi string) error) error {
	l, err := i.openList(ctx, f, func(label string) bool { return slices.Contains(known, label) })
	if err != nil {
		return &InputError{f.Path, err}
	}
	defer l.close()
	err = i.eachRow(ctx, f, l, func() error {
		mbi := l.text("BENE_MBI_ID")
		switch {
		case len(mbi) == 0:
			return i.rejectValue(f, l.row, "BENE_MBI_ID", errNoMBI)
		case !utf8.Valid(mbi):
			return i.rejectValue(f, l.row, "BENE_MBI_ID", errUTF8)
		}
		return row(l, string(mbi))
	})
	if err != nil {
		return &InputError{f.Path, err}
	}
	return nil
}

// A reportWriter writes the rows of one report.
type reportWriter struct {
	*importer
	rows    *assignmentRows
	report  *report
	decided [12]bool
	tins    map[string]most
	npis    map[string]most
	beside  map[reportTable]personList
	seen    map[string]bool // MBIs of Table 1-1
}

// tableOneLabels are columns of Table 1-1 that are known, and of which the table
// assignment has none.
var tableOneLabels = strings.Fields(`
	GEO_SSA_CNTY_CD_NAME GEO_SSA_STATE_NAME STATE_COUNTY_CD IN_VA_MAX CBA_FLAG ASSIGNMENT_TYPE ASSIGNED_BEFORE ASG_STATUS
	PARTD_MONTHS EXCLUDED DECEASED_EXCLUDED MISSING_ID_EXCLUDED PART_A_B_ONLY_EXCLUDED GHP_EXCLUDED OUTSIDE_US_EXCLUDED
	OTHER_SHARED_SAV_INIT OTHER_REASONS_EXCLUDED NEW_ENROLLEE LTI_STATUS BENE_RACE_CD BENE_PSNYRS_DUAL`)

// knownOne reports whether a column of Table 1-1 is known.
func (w *reportWriter) knownOne(label string) bool {
	for _, numbered := range []string{"ENROLLFLAG", "BENE_RSK_R_SCRE_"} {
		if n, err := strconv.Atoi(strings.TrimPrefix(label, numbered)); err == nil && strings.HasPrefix(label, numbered) {
			return n >= 1 && n <= 12
		}
	}
	return slices.Contains(personLabels, label) || slices.Contains(tableOneLabels, label) || w.rows.table.Field(label) != nil
}

// writeAssigned writes the months of the beneficiaries of Table 1-1.
func (w *reportWriter) writeAssigned(ctx context.Context) error {
	f := w.report.tables["1-1"]
	l, err := w.openList(ctx, f, w.knownOne)
	if err != nil {
		return &InputError{f.Path, err}
	}
	defer l.close()
	err = w.eachRow(ctx, f, l, func() error {
		mbi := string(l.text("BENE_MBI_ID"))
		var bad error
		switch {
		case mbi == "":
			bad = errNoMBI
		case !utf8.ValidString(mbi):
			bad = errUTF8
		case w.seen[mbi]:
			bad = errListed
		}
		if bad != nil {
			return w.rejectValue(f, l.row, "BENE_MBI_ID", bad)
		}
		w.seen[mbi] = true
		return w.writePerson(f, l, mbi)
	})
	if err != nil {
		return &InputError{f.Path, err}
	}
	return nil
}

// fromOne reports whether a column of the table assignment is one of Table 1-1.
func (a *assignmentColumns) fromOne(label string) bool {
	switch label {
	case "VA_TIN", "VA_NPI", "HCC_VERSION", "BENE_BRTH_DT", "BENE_DEATH_DT":
		return true
	}
	return strings.HasPrefix(label, "HCC_COL_") || strings.HasSuffix(label, "_SCORE")
}

// writePerson writes the months of a beneficiary of Table 1-1.
func (w *reportWriter) writePerson(f *listFile, l *listReader, mbi string) error {
	a := w.rows
	values := w.valuesOf(mbi)
	read := func(label string, t *schema.Type) (value, error) {
		v, err := parseValue(t, l.text(label))
		if err != nil {
			err = w.rejectValue(f, l.row, label, err)
		}
		return v, err
	}
	var err error
	for k := range a.table.Fields {
		if c := &a.table.Fields[k]; a.fromOne(c.Label) {
			if values[k], err = read(c.Label, &c.Type); err != nil {
				return err
			}
		}
	}
	excluded, err := read("EXCLUDED", &a.table.Fields[a.assigned].Type)
	if err != nil {
		return err
	}
	for k, decided := range w.decided {
		if !decided {
			continue
		}
		label := fmt.Sprintf("ENROLLFLAG%d", k+1)
		enrollment, bad := parseEnrollment(l.text(label))
		if bad != nil {
			if err := w.rejectValue(f, l.row, label, bad); err != nil {
				return err
			}
		}
		if values[a.risk], err = read(fmt.Sprintf("BENE_RSK_R_SCRE_%02d", k+1), &a.table.Fields[a.risk].Type); err != nil {
			return err
		}
		values[a.enrollment] = enrollment
		values[a.assigned] = flagValue(enrollment.there && enrollment.number > 0 && !excluded.isFlag(1))
		values[a.month] = dateValue(w.report.key.first + month(k))
		if err := a.add(values); err != nil {
			return err
		}
	}
	return nil
}

// parseEnrollment reads an enrollment flag, of which a blank one means 0.
func parseEnrollment(v []byte) (value, error) {
	if len(v) == 0 {
		return intValue(0), nil
	}
	n, ok := parseUnits(v, 0)
	if !ok || n < 0 || n > 4 {
		return value{}, errEnroll
	}
	return intValue(n), nil
}

// writeOthers writes the months of beneficiaries that are in Table 1-5 or 1-6 and
// not in 1-1: they are not assigned.
func (w *reportWriter) writeOthers() error {
	var others []string
	for _, t := range []reportTable{"1-5", "1-6"} {
		for mbi := range w.beside[t] {
			if !w.seen[mbi] {
				w.seen[mbi] = true
				others = append(others, mbi)
			}
		}
	}
	slices.Sort(others)
	for _, mbi := range others {
		values := w.valuesOf(mbi)
		for k, decided := range w.decided {
			if !decided {
				continue
			}
			values[w.rows.month] = dateValue(w.report.key.first + month(k))
			values[w.rows.assigned] = intValue(0)
			if err := w.rows.add(values); err != nil {
				return err
			}
		}
	}
	return nil
}

// valuesOf are the values of the rows of a beneficiary that do not come from
// Table 1-1.
func (w *reportWriter) valuesOf(mbi string) []value {
	a, k := w.rows, &w.report.key
	values := make([]value, len(a.table.Fields))
	values[a.mbi] = textValue(mbi)
	values[a.tin], values[a.npi] = textValue(w.tins[mbi].id), textValue(w.npis[mbi].id)
	for t, labels := range besideLabels {
		for i, v := range w.beside[t][mbi] {
			values[a.table.Index(labels[i])] = v
		}
	}
	values[a.aco], values[a.year], values[a.rank] = textValue(k.aco), intValue(int64(k.year)), intValue(int64(k.rank))
	values[a.time], values[a.fileName] = textValue(k.time), textValue(w.report.tables["1-1"].base())
	return values
}

// eachOldAssignment calls row for each row of the table assignment of the old data
// set.
func (o *oldData) eachOldAssignment(ctx context.Context, columns []int, row func(batch arrow.RecordBatch, i int) error) error {
	if o == nil {
		return nil
	}
	for _, f := range o.table(schema.AssignmentTable, nil) {
		file, err := blob.Open(ctx, f.Path)
		if err != nil {
			return err
		}
		in, err := openParquet(ctx, file, columns...)
		if err != nil {
			return &InputError{f.Path, err}
		}
		for {
			batch, err := in.nextBatch()
			if errors.Is(err, io.EOF) {
				break
			}
			for i := 0; err == nil && i < int(batch.NumRows()); i++ {
				err = row(batch, i)
			}
			if err != nil {
				in.close()
				return &InputError{f.Path, err}
			}
		}
		if err := in.close(); err != nil {
			return &InputError{f.Path, err}
		}
	}
	return nil
}

// reports returns the reports that decide months of the old data set.
func (o *oldData) reports(ctx context.Context) (keys []reportKey, err error) {
	a := newAssignmentColumns()
	var last reportKey
	err = o.eachOldAssignment(ctx, []int{a.month, a.aco, a.year, a.rank, a.time}, func(batch arrow.RecordBatch, i int) error {
		k, _ := a.keyOf(batch, []int{0, 1, 2, 3, 4}, i)
		if k != last && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
		last = k
		return nil
	})
	return keys, err
}

// keyOf is the report that a row of the table assignment is from, and its month.
// At are the places of the columns MONTH, ACO_ID, PERFORMANCE_YEAR, REPORT_RANK
// and REPORT_TIME.
func (a *assignmentColumns) keyOf(batch arrow.RecordBatch, at []int, i int) (k reportKey, m month) {
	var v [5]value
	for c, col := range at {
		v[c] = valueOf(batch.Column(col), i)
	}
	v[1].text, v[4].text = strings.Clone(v[1].text), strings.Clone(v[4].text)
	day := arrow.Date32(v[0].number).ToTime()
	m = monthOf(day.Year(), int(day.Month()))
	k = reportKey{aco: v[1].text, year: int(v[2].number), rank: int(v[3].number), time: v[4].text}
	if k.rank == benchmarkReport {
		k.first = monthOf(day.Year(), 1)
	} else {
		k.first = monthOf(k.year, 1) + month(windows[k.rank])
	}
	return k, m
}

// copyAssignment copies the months that reports of the old data set still decide.
func (i *importer) copyAssignment(ctx context.Context, a *assignmentRows) error {
	at := []int{a.month, a.aco, a.year, a.rank, a.time}
	values := make([]value, len(a.table.Fields))
	return i.old.eachOldAssignment(ctx, nil, func(batch arrow.RecordBatch, row int) error {
		k, m := a.keyOf(batch, at, row)
		if of := i.lists.reports.decides(k.aco, m); of == nil || !of.old || of.key != k {
			return nil
		}
		for c := range values {
			values[c] = valueOf(batch.Column(c), row)
		}
		return a.add(values)
	})
}

// valueOf is a value of a column of an imported table.
func valueOf(col arrow.Array, i int) value {
	if col.IsNull(i) {
		return value{}
	}
	switch col := col.(type) {
	case *array.String:
		return textValue(col.Value(i))
	case *array.Dictionary:
		return valueOf(col.Dictionary(), col.GetValueIndex(i))
	case *array.Int64:
		return intValue(col.Value(i))
	case *array.Date32:
		return intValue(int64(col.Value(i)))
	case *array.Decimal128:
		return value{there: true, units: col.Value(i)}
	}
	panic("delivery: internal error: a column of type " + col.DataType().String())
}
