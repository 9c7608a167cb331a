package convert

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// A plan is the crosswalk of one API generation for one resource type,
// compiled: a program that finds every value in one pass, and for each table
// what to make of them.
type plan struct {
	api       schema.API
	resource  string
	program   *ndjson.Program
	common    commonRegs
	roles     [bcda.RoleNames]ndjson.Marks
	diagnose  diagnosisRegs
	mbi       identifierRegs
	choices   [choiceKinds]choiceRegs // of a Patient
	claimMBIs claimMBIRegs            // of an EOB
	tables    []*tablePlan
	people    []personGetter // what the resource says of a beneficiary
	related   relatedGetters
	expected  []expectedMark // by expectation of the generation
}

// commonRegs are the registers of what every resource is asked for.
type commonRegs struct {
	resourceType, id, updated, status int
	claimType, typeNumber, typeKind   int
	use, patient                      int
	claimSystem                       int // of a Claim or ClaimResponse
	part, year                        int // of a Coverage
	periodStart, periodEnd            int // of a Coverage
	system, finalAction               int // of an EOB of v3
	replacedBy                        int // of a Patient of v3
	markers                           []int
}

// identifierRegs are the row set and registers of a Patient's identifiers.
type identifierRegs struct {
	set               int // or -1
	value, start, end int
}

// A personGetter finds a value for a column of CCLF8 in a resource other than
// the Patient.
type personGetter struct {
	getter
	slot int // among personFields
}

// diagnosisRegs are the row set and registers that the rules for diagnoses
// look at.
type diagnosisRegs struct {
	set    int // or -1
	code   int
	system int
	poaURL int
}

// A tablePlan makes the rows of one table from one resource type.
type tablePlan struct {
	table   *schema.Table
	final   int          // place among the outputs
	partial int          // that of partially adjudicated claims, or -1
	set     int          // row set of its grain, or -1
	cols    []getter     // by column
	cells   rowGetters   // of cols
	bare    rowGetters   // of cols that need no element
	months  []rowGetters // of a table of months: those of each month
	late    []lateColumn
}

// rowGetters are the getters of a row's cells, without those that have no
// sources.
type rowGetters struct {
	all []getter
	own []getter // of the cells that rows of a resource do not share
}

func rowGettersOf(cols []getter) (g rowGetters) {
	for _, col := range cols {
		if len(col.sources) == 0 {
			continue
		}
		g.all = append(g.all, col)
		if !col.shared {
			g.own = append(g.own, col)
		}
	}
	return g
}

// A lateColumn is a column that is filled when all input has been read.
type lateColumn struct {
	col  int
	kind lateKind
	slot int // among personFields
	rule partRule
}

// A getter finds the text of one cell: the first of its sources that has one.
type getter struct {
	col     int // of the table
	field   *schema.Field
	sources []source
	shared  bool // all rows of a resource have the same
}

// isOfRow reports whether the cell needs the element that a row is for.
func (g *getter) isOfRow() bool {
	return slices.ContainsFunc(g.sources, func(s source) bool { return s.kind == fromRow || s.kind == fromJoin })
}

// isShared reports whether all rows of a resource have the same value.
func (g *getter) isShared() bool {
	for i := range g.sources {
		if s := &g.sources[i]; s.kind == fromRow || s.kind == fromJoin || s.rowFn != nil {
			return false
		}
	}
	return true
}

type sourceKind uint8

const (
	fromRecord    sourceKind = iota // a register of the record
	fromRow                         // a register of the row
	fromJoin                        // a register of an element that the row refers to
	fromReference                   // a register of an element that the record refers to
	fromRole                        // a register of the diagnosis that a rule picks
	fromChoice                      // a register of the name or address that is chosen
	fromMBI                         // the current MBI among the identifiers of a Patient
	fromLiteral                     // a constant
)

type source struct {
	kind     sourceKind
	direct   bool // the text of the register is the value
	reg      int
	rowSet   int // of the row
	count    int // registers, when gather looks at several
	gather   gatherRule
	firstRow bool // look at the first row of the claim
	nth      int  // of the elements that a join finds
	join     join
	pick     picker
	choice   choiceKind
	literal  []byte
	fn       transform
	state    bool // fn takes the code of a state
	rowFn    rowFunc
}

// isDirect reports whether the text of the source's register is the value.
func (s *source) isDirect() bool {
	return s.gather == gatherFirst && !s.firstRow && s.fn == nil && s.rowFn == nil
}

// A gatherRule makes one value of several.
type gatherRule uint8

const (
	gatherFirst       gatherRule = iota
	gatherOnly                   // the value, when there is no other
	gatherConcat                 // all values, one after another
	gatherNumber                 // the place of the row when all are sorted by the value
	gatherOmittedZero            // zero, when the value is left out since it is zero
)

// A join finds the elements of another array whose key stands in a list of
// the row, as item.careTeamSequence lists careTeam.sequence.
type join struct {
	set  int // of the elements
	key  int // their key
	list int // in the row
	need ndjson.Marks
}

type compiler struct {
	b      *ndjson.Builder
	p      *plan
	tables []*schema.Table
	nth    map[string]map[string]int // how many values the tables want of a path, if several, by its last name
	parsed map[string]schema.Expr
	fixes  []func() // run once register numbers are known
}

// newPlan compiles what the tables ask of one resource type.
func newPlan(api schema.API, resource string, tables []*schema.Table, most *limits) (*plan, error) {
	c := &compiler{
		b:      ndjson.NewBuilder(),
		p:      &plan{api: api, resource: resource},
		tables: tables,
		parsed: map[string]schema.Expr{},
	}
	c.p.diagnose.set, c.p.mbi.set = -1, -1
	for kind := range c.p.choices {
		c.p.choices[kind].set = -1
	}
	c.commonRegs()
	if resource == eobType {
		c.claimMBIs()
	}
	c.census()
	if err := c.roles(); err != nil {
		return nil, err
	}
	if err := c.expectations(); err != nil {
		return nil, err
	}
	for _, t := range tables {
		if err := c.table(t); err != nil {
			return nil, fmt.Errorf("table %s, %s: %w", t.Name, api, err)
		}
	}
	c.b.LimitRows(most.of)
	var err error
	if c.p.program, err = c.b.Compile(); err != nil {
		return nil, err
	}
	for _, fix := range c.fixes {
		fix()
	}
	c.p.related = related(c.p)
	return c.p, nil
}

// reg promises to put the number of a register into *to.
func (c *compiler) reg(to *int, r ndjson.Ref) {
	c.fixes = append(c.fixes, func() { *to = r.Reg() })
}

func (c *compiler) commonRegs() {
	for _, v := range []struct {
		to   *int
		expr string
	}{
		{&c.p.common.resourceType, "resourceType"},
		{&c.p.common.id, "id"},
		{&c.p.common.updated, "meta.lastUpdated"},
		{&c.p.common.status, "status"},
		{&c.p.common.claimType, bcda.ClaimTypeExpr},
		{&c.p.common.typeNumber, bcda.ClaimTypeNumberExpr},
		{&c.p.common.typeKind, bcda.ClaimTypeKindExpr},
		{&c.p.common.use, "use"},
		{&c.p.common.patient, bcda.PatientExpr(c.p.resource)},
		{&c.p.common.claimSystem, bcda.ClaimSystemExpr},
		{&c.p.common.part, bcda.CoveragePartExpr(c.p.api)},
		{&c.p.common.year, bcda.ReferenceYearExpr},
		{&c.p.common.periodStart, "period.start"},
		{&c.p.common.periodEnd, "period.end"},
		{&c.p.common.system, bcda.SystemTypeExpr},
		{&c.p.common.finalAction, bcda.FinalActionExpr},
		{&c.p.common.replacedBy, bcda.ReplacedByExpr},
	} {
		expr, err := schema.ParseExpr(v.expr)
		if err != nil {
			panic(err) // constants of the project
		}
		c.reg(v.to, c.b.Value(stepsOf(expr[0].Path), 1))
	}
	c.p.common.markers = make([]int, len(bcda.Markers))
	for i, m := range bcda.Markers {
		expr, err := schema.ParseExpr(m.Expr)
		if err != nil {
			panic(err)
		}
		c.reg(&c.p.common.markers[i], c.b.Value(stepsOf(expr[0].Path), 1))
	}
}

// noMarks are more than any element has, for roles that the generation does not
// know.
var noMarks = ndjson.Marks{math.MaxUint64, math.MaxUint64}

func (c *compiler) roles() error {
	for i := range c.p.roles {
		c.p.roles[i] = noMarks
	}
	for _, r := range bcda.Roles(c.p.api) {
		if r.Resource != c.p.resource {
			continue
		}
		conds, err := bcda.ParseConds(r.Where)
		if err != nil {
			return fmt.Errorf("role %s: %w", r.Where, err)
		}
		set := c.b.Rows(r.Array)
		c.p.roles[r.Name] = c.b.RowMarks(set, condsOf(conds))
		switch {
		case r.Array == "diagnosis" && c.p.diagnose.set < 0:
			d := &c.p.diagnose
			d.set = set
			c.reg(&d.code, c.b.RowValue(set, namesOf(bcda.DiagnosisCode), 1))
			c.reg(&d.system, c.b.RowValue(set, namesOf(bcda.DiagnosisSystem), 1))
			c.reg(&d.poaURL, c.b.RowValue(set, namesOf(bcda.PresentOnAdmissionURL), 1))
		case r.Array == "identifier" && c.p.mbi.set < 0:
			m := &c.p.mbi
			m.set = set
			c.reg(&m.value, c.b.RowValue(set, namesOf(bcda.IdentifierValue), 1))
			c.reg(&m.start, c.b.RowValue(set, namesOf(bcda.IdentifierStart), 1))
			c.reg(&m.end, c.b.RowValue(set, namesOf(bcda.IdentifierEnd), 1))
		}
	}
	return nil
}

// table compiles what a resource type has to say of a table: all columns of
// the tables whose rows it makes, and single values for CCLF8.
func (c *compiler) table(t *schema.Table) error {
	tp := &tablePlan{
		table:   t,
		final:   outputOf(t, false),
		partial: outputOf(t, true),
		set:     -1,
		cols:    make([]getter, len(t.Fields)),
	}
	makesRows := feeds(c.p.resource, t)
	if !makesRows && t.Grain != schema.PerPatient {
		return nil
	}
	array := arrayOf(t.Grain)
	if makesRows && array != "" {
		tp.set = c.b.Rows(array)
	}
	if t.Grain == schema.PerMonth {
		return c.months(tp)
	}
	for i := range t.Fields {
		f := &t.Fields[i]
		tp.cols[i].col, tp.cols[i].field = i, f
		cell := c.cell(f)
		if cell.Expr == "" {
			continue
		}
		expr, err := c.parse(cell.Expr)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Label, err)
		}
		if err := c.column(tp, i, array, expr, makesRows); err != nil {
			return fmt.Errorf("%s: %w", f.Label, err)
		}
	}
	if makesRows {
		for i := range tp.cols {
			tp.cols[i].shared = tp.cols[i].isShared()
		}
		tp.cells = rowGettersOf(tp.cols)
		tp.bare.all = slices.DeleteFunc(slices.Clone(tp.cells.all), func(g getter) bool { return g.isOfRow() })
		c.p.tables = append(c.p.tables, tp)
	}
	return nil
}

// cell is where the resource type carries a field.
func (c *compiler) cell(f *schema.Field) schema.Cell {
	if isPartial(c.p.resource) {
		return f.Partial
	}
	return f.Cells[c.p.api]
}

// isPartial reports whether resources of a type are partially adjudicated
// claims of v2, or responses to them.
func isPartial(resource string) bool { return resource == claimType || resource == responseType }

// months compiles the columns of a table of months, once for each month.
func (c *compiler) months(tp *tablePlan) error {
	for month := 1; month <= 12; month++ {
		cols := make([]getter, len(tp.table.Fields))
		for i := range tp.table.Fields {
			f := &tp.table.Fields[i]
			cols[i].col, cols[i].field = i, f
			text := f.Cells[c.p.api].Expr
			expr, err := schema.ParseExpr(strings.ReplaceAll(text, schema.MonthMark, fmt.Sprintf("%02d", month)))
			if err != nil || text == "" {
				continue // tested in package schema
			}
			expr, late := splitLate(expr)
			if late != nil && month == 1 {
				tp.late = append(tp.late, lateColumn{col: i, kind: *late})
			}
			cols[i].sources = make([]source, len(expr))
			for k, alt := range expr {
				if err := c.source(&cols[i].sources[k], tp, "", alt); err != nil {
					return fmt.Errorf("%s: %w", f.Label, err)
				}
			}
			cols[i].shared = cols[i].isShared() && !strings.Contains(text, schema.MonthMark)
		}
		tp.months = append(tp.months, rowGettersOf(cols))
	}
	c.p.tables = append(c.p.tables, tp)
	return nil
}

// splitLate takes out the alternative that is only known at the end. Those
// that are left stand where that one finds nothing.
func splitLate(expr schema.Expr) (schema.Expr, *lateKind) {
	for i, alt := range expr {
		if late, known := lates[alt.Func]; known {
			return slices.Concat(expr[:i], expr[i+1:]), &late
		}
	}
	return expr, nil
}

// column compiles one cell of the crosswalk.
func (c *compiler) column(tp *tablePlan, i int, array string, expr schema.Expr, makesRows bool) error {
	if makesRows {
		var late *lateKind
		if expr, late = splitLate(expr); late != nil {
			tp.late = append(tp.late, lateColumn{col: i, kind: *late})
		}
		if len(expr) == 0 {
			return nil
		}
	}
	var mine schema.Expr // the alternatives that this resource type has
	for _, alt := range expr {
		if len(tp.table.Claims) == 0 && alt.Path != nil {
			if alt.Path[0].Name != c.p.resource {
				continue
			}
			alt.Path = alt.Path[1:]
		}
		mine = append(mine, alt)
		if alt.Func == "omitted-zero" {
			tp.late = append(tp.late, lateColumn{col: i, kind: lateZero})
		}
		if alt.Func == "current-mbi" {
			tp.late = append(tp.late, lateColumn{col: i, kind: lateFollow})
		}
	}
	if len(mine) == 0 {
		if makesRows {
			tp.late = append(tp.late, lateColumn{i, latePerson, slotOf(tp.table, i), partRules[expr[0].Func]})
		}
		return nil
	}
	g := &tp.cols[i]
	g.sources = make([]source, len(mine))
	for k, alt := range mine {
		if err := c.source(&g.sources[k], tp, array, alt); err != nil {
			return err
		}
	}
	if !makesRows {
		c.p.people = append(c.p.people, personGetter{*g, slotOf(tp.table, i)})
		// The sources are shared with g, where register numbers arrive.
	}
	return nil
}

// feeds reports whether rows of a table are made from a resource type.
func feeds(resource string, t *schema.Table) bool {
	switch t.Grain {
	case schema.PerPatient, schema.PerIdentifier:
		return resource == patientType
	case schema.PerMonth:
		return resource == coverageType
	}
	switch resource {
	case claimType:
		return t.Name != wellknown.ResponsesTable && t.Name != wellknown.PriorAuthorizationsTable
	case responseType:
		return t.Name == wellknown.ResponsesTable
	}
	if t.Name == wellknown.PriorAuthorizationsTable {
		return resource == priorType
	}
	return resource == eobType && !t.Partial
}

// arrayOf names the array whose elements are the rows of a grain, or "".
func arrayOf(g schema.Grain) string {
	switch g {
	case schema.PerItem, schema.PerProcedure, schema.PerDiagnosis:
		return string(g)
	case schema.PerIdentifier:
		return "identifier"
	}
	return ""
}

func (c *compiler) source(src *source, tp *tablePlan, array string, alt schema.Alt) error {
	if err := src.setFunc(alt.Func); err != nil {
		return err
	}
	src.count = 1
	switch alt.Func {
	case "only":
		src.count, src.gather = sharedCodes, gatherOnly
	case "concat":
		src.count, src.gather = marksOnAdmission, gatherConcat
	case "number":
		src.gather = gatherNumber
	case "omitted-zero":
		src.gather = gatherOmittedZero
	case "row-icd-version":
		src.firstRow = true
	}
	switch {
	case alt.Path == nil:
		src.kind, src.literal = fromLiteral, []byte(alt.Literal)
		return nil
	case src.kind == fromRole:
		src.pick.nth = alt.Nth
		c.reg(&src.reg, c.b.RowValue(c.p.diagnose.set, stepsOf(alt.Path[1:]), 1))
		return nil
	}
	if alt.Func == "current-mbi" {
		src.kind = fromMBI
		return nil
	}
	head := alt.Path[0]
	if i := joinIndex(head.Conds); i >= 0 {
		return c.join(src, tp, array, alt, i)
	}
	count := max(c.wanted(alt), src.count)
	if array != "" && head.Name == array && len(head.Conds) == 0 {
		src.kind, src.rowSet, src.direct = fromRow, tp.set, src.isDirect()
		c.regNth(&src.reg, c.b.RowValue(tp.set, stepsOf(alt.Path[1:]), count), alt.Nth)
		return nil
	}
	if kind, ok := c.chosenFrom(head.Name); ok && len(head.Conds) == 0 {
		src.kind, src.choice, src.rowSet = fromChoice, kind, c.choice(kind).set
		c.regNth(&src.reg, c.b.RowValue(src.rowSet, stepsOf(alt.Path[1:]), count), alt.Nth)
		return nil
	}
	src.kind, src.direct = fromRecord, src.isDirect()
	c.regNth(&src.reg, c.b.Value(stepsOf(alt.Path), count), alt.Nth)
	return nil
}

// wanted is how many values of a path the crosswalk asks for, so that those
// who ask for different ones share registers.
func (c *compiler) wanted(alt schema.Alt) int {
	if c.nth == nil {
		c.nth = map[string]map[string]int{}
		for _, t := range c.tables {
			for i := range t.Fields {
				expr, err := c.parse(c.cell(&t.Fields[i]).Expr)
				for k := 0; err == nil && k < len(expr); k++ {
					steps := expr[k].Path
					if len(t.Claims) == 0 && len(steps) > 0 {
						steps = steps[1:]
					}
					if expr[k].Nth > 1 && len(steps) > 0 {
						c.note(steps, expr[k].Nth)
					}
				}
			}
		}
	}
	if paths := c.nth[lastName(alt.Path)]; paths != nil {
		return max(paths[fmt.Sprint(alt.Path)], alt.Nth)
	}
	return alt.Nth
}

// note says that the n-th value of a path is wanted.
func (c *compiler) note(path []schema.Step, n int) {
	name := lastName(path)
	if c.nth[name] == nil {
		c.nth[name] = map[string]int{}
	}
	key := fmt.Sprint(path)
	c.nth[name][key] = max(c.nth[name][key], n)
}

func lastName(path []schema.Step) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1].Name
}

// parse is schema.ParseExpr, once for each expression.
func (c *compiler) parse(text string) (schema.Expr, error) {
	if expr, known := c.parsed[text]; known {
		return expr, nil
	}
	expr, err := schema.ParseExpr(text)
	if err == nil {
		c.parsed[text] = expr
	}
	return expr, err
}

func (c *compiler) regNth(to *int, r ndjson.Ref, nth int) {
	c.fixes = append(c.fixes, func() { *to = r.Reg() + nth - 1 })
}

// join compiles an alternative whose first step refers from the row to the
// elements of another array.
func (c *compiler) join(src *source, tp *tablePlan, array string, alt schema.Alt, at int) error {
	head := alt.Path[0]
	link := head.Conds[at]
	var others []schema.Cond
	others = append(others, head.Conds[:at]...)
	others = append(others, head.Conds[at+1:]...)
	src.nth = alt.Nth
	src.join.set = c.b.Rows(head.Name)
	src.join.need = c.b.RowMarks(src.join.set, condsOf(others))
	c.reg(&src.join.key, c.b.RowValue(src.join.set, namesOf(strings.Join(link.Path, ".")), 1))
	if array != "" && link.Join[0].Name == array {
		src.kind, src.rowSet = fromJoin, tp.set
		c.reg(&src.join.list, c.b.RowList(tp.set, stepsOf(link.Join[1:])))
	} else {
		src.kind = fromReference
		c.reg(&src.join.list, c.b.Value(stepsOf(link.Join), 1))
	}
	c.reg(&src.reg, c.b.RowValue(src.join.set, stepsOf(alt.Path[1:]), src.count))
	return nil
}

func joinIndex(conds []schema.Cond) int {
	for i, c := range conds {
		if c.Join != nil {
			return i
		}
	}
	return -1
}

func namesOf(path string) ndjson.Path {
	var p ndjson.Path
	for _, name := range strings.Split(path, ".") {
		p = append(p, ndjson.Step{Name: name})
	}
	return p
}

func stepsOf(steps []schema.Step) ndjson.Path {
	p := make(ndjson.Path, len(steps))
	for i, s := range steps {
		p[i] = ndjson.Step{Name: s.Name, Where: condsOf(s.Conds)}
	}
	return p
}

func condsOf(conds []schema.Cond) []ndjson.Cond {
	var out []ndjson.Cond
	for _, c := range conds {
		out = append(out, ndjson.Cond{Path: c.Path, Values: c.Values, Prefix: c.Prefix})
	}
	return out
}
