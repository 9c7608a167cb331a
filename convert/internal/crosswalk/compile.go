package crosswalk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// A compiler compiles the plan for one API version and one resource type.
type compiler struct {
	registers
	opts   *Options
	nth    map[string]map[string]int // see valuesOf
	parsed map[string]schema.Expr
}

// newPlan compiles a plan.
func newPlan(api schema.API, resource string, opts *Options) (*Plan, error) {
	p := &Plan{API: api, Resource: resource}
	for kind := range p.choices {
		p.choices[kind].set = -1
	}
	c := &compiler{
		registers: registers{Builder: ndjson.NewBuilder(), plan: p},
		opts:      opts,
		parsed:    map[string]schema.Expr{},
	}
	c.common()
	if resource == ExplanationOfBenefit {
		c.claimMBIRegs()
	}
	if api == schema.V3 && resource == ExplanationOfBenefit {
		c.controlRegs()
	}
	c.census()
	if err := c.roles(); err != nil {
		return nil, err
	}
	c.expectations()
	for _, t := range opts.Tables {
		if err := c.table(t); err != nil {
			return nil, fmt.Errorf("table %s, %s: %w", t.Name, api, err)
		}
	}
	c.LimitRows(opts.Limits.array)
	var err error
	if p.program, err = c.Compile(); err != nil {
		return nil, err
	}
	c.settle()
	p.related = newRelatedGetters(p)
	return p, nil
}

// makesRows reports whether rows of a table are made from a resource type.
func makesRows(resource string, t *schema.Table) bool {
	switch t.Grain {
	case schema.PerPatient, schema.PerIdentifier:
		return resource == Patient
	case schema.PerMonth:
		return resource == Coverage
	}
	switch resource {
	case Claim:
		return t.Name != wellknown.ResponsesTable && t.Name != wellknown.PriorAuthorizationsTable
	case ClaimResponse:
		return t.Name == wellknown.ResponsesTable
	}
	if t.Name == wellknown.PriorAuthorizationsTable {
		return resource == PriorAuthorization
	}
	return resource == ExplanationOfBenefit && !t.Partial
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

// A tableCompiler compiles the columns of a table.
type tableCompiler struct {
	*compiler
	*TablePlan
	array     string // of the rows, or ""
	makesRows bool
}

// table compiles the cells that a resource type has in a table: all columns if
// it makes the rows, and single values for CCLF8 if it does not.
func (c *compiler) table(t *schema.Table) error {
	tc := &tableCompiler{compiler: c, makesRows: makesRows(c.plan.Resource, t)}
	if !tc.makesRows && t.Grain != schema.PerPatient {
		return nil
	}
	tc.TablePlan = &TablePlan{
		Table:   t,
		Final:   c.opts.Output(t, false),
		Partial: c.opts.Output(t, true),
		set:     -1,
		cols:    make([]getter, len(t.Fields)),
	}
	if tc.array = arrayOf(t.Grain); tc.makesRows && tc.array != "" {
		tc.set = c.Rows(tc.array)
	}
	if t.Grain == schema.PerMonth {
		return tc.compileMonths()
	}
	for i := range t.Fields {
		f := &t.Fields[i]
		tc.cols[i].col, tc.cols[i].field = i, f
		cell := c.cell(f)
		if cell.Expr == "" {
			continue
		}
		expr, err := c.parse(cell.Expr)
		if err == nil {
			err = tc.column(i, expr)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Label, err)
		}
	}
	if tc.makesRows {
		for i := range tc.cols {
			tc.cols[i].shared = tc.cols[i].isShared()
		}
		tc.cells = newRowGetters(tc.cols)
		tc.bare = tc.cells.withoutElement()
		c.plan.Tables = append(c.plan.Tables, tc.TablePlan)
	}
	return nil
}

// cell returns the cell of a field for the plan.
func (c *compiler) cell(f *schema.Field) schema.Cell {
	if isPartial(c.plan.Resource) {
		return f.Partial
	}
	return f.Cells[c.plan.API]
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

// compileMonths compiles the columns of a table of months, once for each month,
// and once for the row of a period, which has no values by month.
func (tc *tableCompiler) compileMonths() error {
	const period = 0
	for month := period; month <= 12; month++ {
		cols := make([]getter, len(tc.Table.Fields))
		for i := range tc.Table.Fields {
			f := &tc.Table.Fields[i]
			cols[i].col, cols[i].field = i, f
			text := f.Cells[tc.plan.API].Expr
			byMonth := strings.Contains(text, schema.MonthMark)
			if byMonth && month == period {
				continue
			}
			expr, err := schema.ParseExpr(strings.ReplaceAll(text, schema.MonthMark, fmt.Sprintf("%02d", month)))
			if err != nil || text == "" {
				continue // tested in package schema
			}
			expr, kind := splitDeferred(expr)
			if kind != notDeferred && month == period {
				tc.deferred = append(tc.deferred, Deferred{Col: i, Kind: kind})
			}
			if err := tc.sources(&cols[i], expr); err != nil {
				return fmt.Errorf("%s: %w", f.Label, err)
			}
			cols[i].shared = cols[i].isShared() && !byMonth
		}
		if month == period {
			tc.period = newRowGetters(cols)
		} else {
			tc.months = append(tc.months, newRowGetters(cols))
		}
	}
	tc.plan.Tables = append(tc.plan.Tables, tc.TablePlan)
	return nil
}

// splitDeferred removes the alternative that only the merge pass evaluates. The
// others are for rows for which it finds nothing.
func splitDeferred(expr schema.Expr) (schema.Expr, DeferredKind) {
	for i, alt := range expr {
		if f := functions[alt.Func]; f.kind == inMerge {
			return slices.Concat(expr[:i], expr[i+1:]), f.deferred
		}
	}
	return expr, notDeferred
}

// column compiles one cell.
func (tc *tableCompiler) column(i int, expr schema.Expr) error {
	if tc.makesRows {
		var kind DeferredKind
		if expr, kind = splitDeferred(expr); kind != notDeferred {
			tc.deferred = append(tc.deferred, Deferred{Col: i, Kind: kind})
		}
		if len(expr) == 0 {
			return nil
		}
	}
	mine := tc.ofResource(expr)
	for _, alt := range mine {
		if kind := functions[alt.Func].deferred; kind != notDeferred {
			tc.deferred = append(tc.deferred, Deferred{Col: i, Kind: kind})
		}
	}
	if len(mine) == 0 {
		if tc.makesRows {
			tc.deferred = append(tc.deferred, Deferred{
				Col: i, Kind: DeferredValue,
				Index: beneficiary.ValueIndex(tc.Table, i), From: functions[expr[0].Func].from,
			})
		}
		return nil
	}
	g := &tc.cols[i]
	if err := tc.sources(g, mine); err != nil {
		return err
	}
	if !tc.makesRows {
		// The sources are shared with g, which gets the register numbers.
		tc.plan.summary = append(tc.plan.summary, summaryGetter{*g, beneficiary.ValueIndex(tc.Table, i)})
	}
	return nil
}

// ofResource returns the alternatives that the resource type has. In tables
// without claims, paths begin with the resource type.
func (tc *tableCompiler) ofResource(expr schema.Expr) (mine schema.Expr) {
	for _, alt := range expr {
		if len(tc.Table.Claims) == 0 && alt.Path != nil {
			if alt.Path[0].Name != tc.plan.Resource {
				continue
			}
			alt.Path = alt.Path[1:]
		}
		mine = append(mine, alt)
	}
	return mine
}

// sources compiles the alternatives of a cell.
func (tc *tableCompiler) sources(g *getter, expr schema.Expr) error {
	g.sources = make([]source, len(expr))
	for k, alt := range expr {
		if err := tc.source(&g.sources[k], alt); err != nil {
			return err
		}
	}
	return nil
}

func (tc *tableCompiler) source(src *source, alt schema.Alt) error {
	f, known := functions[alt.Func]
	if !known {
		return fmt.Errorf("unknown function %q", alt.Func)
	}
	src.fn, src.isState, src.firstRow, src.ofRow, src.combine = f.transform, f.isState, f.firstRow, f.row, f.combine
	src.count = max(f.most, 1)
	switch {
	case alt.Path == nil:
		src.kind, src.literal = fromLiteral, []byte(alt.Literal)
		return nil
	case f.kind == ofDiagnosis:
		src.kind, src.pick = fromDiagnosis, picker{f.pick, max(alt.Nth, 1)}
		tc.store(&src.reg, tc.RowValue(tc.plan.diagnoses.set, stepsOf(alt.Path[1:]), 1), 1)
		return nil
	case f.deferred == DeferredSuccessor:
		src.kind = fromMBI
		return nil
	}
	head := alt.Path[0]
	if i := slices.IndexFunc(head.Conds, func(c schema.Cond) bool { return c.Join != nil }); i >= 0 {
		tc.join(src, alt, i)
		return nil
	}
	nth, count := max(alt.Nth, 1), max(tc.valuesOf(alt), src.count)
	if tc.makesRows && tc.array != "" && head.Name == tc.array && len(head.Conds) == 0 {
		src.kind, src.rowSet, src.direct = fromRow, tc.set, src.isDirect()
		tc.store(&src.reg, tc.RowValue(tc.set, stepsOf(alt.Path[1:]), count), nth)
		return nil
	}
	if kind, ok := tc.chosenFrom(head.Name); ok && len(head.Conds) == 0 {
		src.kind, src.choice, src.rowSet = fromChoice, kind, tc.choice(kind).set
		tc.store(&src.reg, tc.RowValue(src.rowSet, stepsOf(alt.Path[1:]), count), nth)
		return nil
	}
	src.kind, src.direct = fromRecord, src.isDirect()
	tc.store(&src.reg, tc.Value(stepsOf(alt.Path), count), nth)
	return nil
}

// join compiles an alternative whose first step refers from the row to the
// elements of another array, by the condition with index at.
func (tc *tableCompiler) join(src *source, alt schema.Alt, at int) {
	head := alt.Path[0]
	link := head.Conds[at]
	others := slices.Concat(head.Conds[:at], head.Conds[at+1:])
	src.nth = max(alt.Nth, 1)
	src.join.set = tc.Rows(head.Name)
	src.join.isLink = lastName(link.Join) != strings.Join(link.Path, ".")
	src.join.need = tc.RowMarks(src.join.set, condsOf(others))
	tc.ofRow(&src.join.key, src.join.set, strings.Join(link.Path, "."))
	if tc.array != "" && link.Join[0].Name == tc.array {
		src.kind, src.rowSet = fromJoin, tc.set
		tc.store(&src.join.list, tc.RowList(tc.set, stepsOf(link.Join[1:])), 1)
	} else {
		src.kind = fromReference
		tc.store(&src.join.list, tc.Value(stepsOf(link.Join), 1), 1)
	}
	tc.store(&src.reg, tc.RowValue(src.join.set, stepsOf(alt.Path[1:]), src.count), 1)
}

// valuesOf returns how many values of a path the cells of the plan read by number, so
// that cells that read different ones share registers. A cell without a number does not
// share them: elements without the value have one.
func (c *compiler) valuesOf(alt schema.Alt) int {
	if alt.Nth == 0 {
		return 1
	}
	if c.nth == nil {
		c.nth = map[string]map[string]int{}
		for _, t := range c.opts.Tables {
			for i := range t.Fields {
				expr, err := c.parse(c.cell(&t.Fields[i]).Expr)
				for k := 0; err == nil && k < len(expr); k++ {
					steps := expr[k].Path
					if len(t.Claims) == 0 && len(steps) > 0 {
						steps = steps[1:]
					}
					if expr[k].Nth > 0 && len(steps) > 0 {
						c.noteNth(steps, expr[k].Nth)
					}
				}
			}
		}
	}
	return max(c.nth[lastName(alt.Path)][fmt.Sprint(alt.Path)], alt.Nth, leastNumbered)
}

// leastNumbered is how many registers a path has that is read by number. With one, the
// first value would be in it, not that of the first element.
const leastNumbered = 2

// noteNth notes that a cell reads the n-th value of a path. Paths are in a map by
// their last name, because formatting one takes time.
func (c *compiler) noteNth(path []schema.Step, n int) {
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
