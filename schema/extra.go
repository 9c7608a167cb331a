package schema

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// An ExtraColumn is a column that a user adds to a table: one line that
// ParseExtraColumns reads. Several lines may describe one column, each for other
// API versions.
type ExtraColumn struct {
	Table string
	Field Field // with the cells of the line; the others are undeclared
	File  string
	Line  int // from 1
	text  string
}

// String returns the line.
func (x ExtraColumn) String() string { return x.text }

// Errorf returns an error that begins with the file and line.
func (x ExtraColumn) Errorf(format string, args ...any) error {
	return fmt.Errorf("%s line %d: %w", x.File, x.Line, fmt.Errorf(format, args...))
}

// ParseExtraColumns reads columns to add to tables, one per line:
//
//	line     = TABLE COLUMN TYPE [ VERSIONS ":" ] EXPRESSION [ " # " DESCRIPTION ]
//	TYPE     = text | int | date | decimal(P,S)
//	VERSIONS = VERSION { "," VERSION }
//	VERSION  = v1 | v2 | v3 | partial
//
// See ParseExpr for EXPRESSION. Without VERSIONS it applies to v1, v2 and v3;
// partial means the partially adjudicated claims of v2. Empty lines and lines
// that begin with # are skipped. The error lists all invalid lines by the name
// of the file and their number.
func ParseExtraColumns(r io.Reader, file string) ([]ExtraColumn, error) {
	var list []ExtraColumn
	var bad []error
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		x := ExtraColumn{File: file, Line: n, text: text}
		err := x.parse()
		if err == nil {
			err = x.agree(list)
		}
		if err != nil {
			bad = append(bad, x.Errorf("%w", err))
			continue
		}
		list = append(list, x)
	}
	if err := lines.Err(); err != nil {
		bad = append(bad, fmt.Errorf("%s: %w", file, err))
	}
	return list, errors.Join(bad...)
}

func (x *ExtraColumn) parse() error {
	var words [3]string
	rest := x.text
	for i := range words {
		words[i], rest = word(rest)
	}
	if rest == "" {
		return errors.New("want TABLE COLUMN TYPE EXPRESSION")
	}
	t := Lookup(words[0])
	switch {
	case t == nil:
		return fmt.Errorf("unknown table %q", words[0])
	case t.Grain == PerMonth:
		return fmt.Errorf("table %s takes no extra columns: its rows are months, not resources", t.Name)
	}
	x.Table, x.Field.Label, x.Field.Extra = t.Name, words[1], true
	if err := checkLabel(t, x.Field.Label); err != nil {
		return err
	}
	var err error
	if x.Field.Type, err = parseType(words[2]); err != nil {
		return err
	}
	rest, x.Field.Description = cutDescription(rest)
	versions := "v1,v2,v3"
	if t.Partial {
		versions = partialVersion
	}
	if names, expr, found := cut(rest, ':'); found {
		versions, rest = names, strings.TrimSpace(expr)
	}
	if err := checkExtra(t, rest); err != nil {
		return err
	}
	for name := range strings.SplitSeq(versions, ",") {
		if err := x.setCell(t, strings.TrimSpace(name), at(rest)); err != nil {
			return err
		}
	}
	return nil
}

// word cuts off the first word.
func word(s string) (first, rest string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " \t")
}

// cutDescription cuts off the text after a # between spaces, outside brackets
// and quotes. Any other # belongs to the expression.
func cutDescription(s string) (expr, description string) {
	for from := 0; ; {
		head, tail, found := cut(s[from:], '#')
		if !found {
			return s, ""
		}
		at := from + len(head)
		if lone := at == 0 || strings.ContainsRune(" \t", rune(s[at-1])); lone && strings.TrimLeft(tail, " \t") != tail {
			return strings.TrimSpace(s[:at]), strings.TrimSpace(tail)
		}
		from = at + 1
	}
}

// maxLabel is the longest column name that all databases accept.
const maxLabel = 63

func checkLabel(t *Table, label string) error {
	switch {
	case !isName(label) || label[0] == '_' || '0' <= label[0] && label[0] <= '9':
		return fmt.Errorf("%q cannot name a column: want letters, digits and _, a letter first", label)
	case len(label) > maxLabel:
		return fmt.Errorf("column name has %d characters, more than %d", len(label), maxLabel)
	case slices.ContainsFunc(t.Fields, func(f Field) bool { return strings.EqualFold(f.Label, label) }):
		return fmt.Errorf("table %s already has a column %s", t.Name, label)
	}
	return nil
}

// MaxPrecision is the maximum number of digits in a decimal of an extra column.
const MaxPrecision = 37

func parseType(s string) (Type, error) {
	for _, k := range []Kind{Text, Int, Date} {
		if s == k.String() {
			return Type{Kind: k}, nil
		}
	}
	inner, ok := strings.CutPrefix(s, Decimal.String()+"(")
	inner, closed := strings.CutSuffix(inner, ")")
	digits, scale, both := strings.Cut(inner, ",")
	if !ok || !closed || !both {
		return Type{}, fmt.Errorf("unknown type %q: want text, int, date, or a decimal such as decimal(15,2)", s)
	}
	p, errP := strconv.Atoi(digits)
	n, errN := strconv.Atoi(scale)
	if errP != nil || errN != nil || p < 1 || p > MaxPrecision || n < 0 || n > p {
		return Type{}, fmt.Errorf("type %s: want at most %d digits, and no more decimals than digits", s, MaxPrecision)
	}
	return Type{Kind: Decimal, Precision: p, Scale: n}, nil
}

// checkExtra checks that an expression can be used in a table.
func checkExtra(t *Table, s string) error {
	expr, err := ParseExpr(s)
	if err != nil {
		return err
	}
	for _, alt := range expr {
		if alt.Path == nil {
			continue
		}
		prefix := 0 // steps that name the resource or the element of the row
		switch {
		case len(t.Claims) == 0 && alt.Path[0].Name != "Patient":
			return fmt.Errorf("expression %q: columns of %s come from the Patient: begin the path with Patient", s, t.Name)
		case len(t.Claims) == 0, alt.Path[0].Name == string(t.Grain):
			prefix = 1
		}
		if len(alt.Path) == prefix {
			return fmt.Errorf("expression %q: the path ends before a value", s)
		}
		for i, step := range alt.Path {
			for _, c := range step.Conds {
				if c.Join != nil && i > 0 {
					return fmt.Errorf("expression %q: only the first step of a path can have a ~", s)
				}
			}
		}
	}
	return nil
}

// partialVersion names the partially adjudicated claims of v2, which are
// resources of other types than its claims.
const partialVersion = "partial"

func (x *ExtraColumn) setCell(t *Table, version string, cell Cell) error {
	to := &x.Field.Partial
	if version == partialVersion {
		if len(t.Claims) == 0 {
			return fmt.Errorf("table %s has no partially adjudicated claims", t.Name)
		}
	} else {
		api, err := ParseAPI(version)
		if err != nil {
			return fmt.Errorf("unknown API version %q: want v1, v2, v3 or %s", version, partialVersion)
		}
		if t.Partial {
			return fmt.Errorf("table %s has only partially adjudicated claims", t.Name)
		}
		to = &x.Field.Cells[api]
	}
	if to.Source != Undeclared {
		return fmt.Errorf("API version %s is given twice", version)
	}
	*to = cell
	return nil
}

// agree checks a column against those of the lines before it.
func (x *ExtraColumn) agree(before []ExtraColumn) error {
	for _, y := range before {
		if y.Table != x.Table || !strings.EqualFold(y.Field.Label, x.Field.Label) {
			continue
		}
		twice := x.Field.Partial.Source != Undeclared && y.Field.Partial.Source != Undeclared
		for api := range x.Field.Cells {
			twice = twice || x.Field.Cells[api].Source != Undeclared && y.Field.Cells[api].Source != Undeclared
		}
		switch {
		case y.Field.Label != x.Field.Label:
			return fmt.Errorf("column %s is %s in line %d", x.Field.Label, y.Field.Label, y.Line)
		case y.Field.Type != x.Field.Type:
			return fmt.Errorf("column %s has a different type in line %d", x.Field.Label, y.Line)
		case twice:
			return fmt.Errorf("line %d already has column %s for this API version: write alternatives in one expression, separated by |",
				y.Line, x.Field.Label)
		}
	}
	return nil
}

// Extend adds extra columns at the end of their tables. A table with extra
// columns is a copy, with the original as its Base; the others are returned as
// they are.
func Extend(tables []*Table, extra []ExtraColumn) []*Table {
	out := slices.Clone(tables)
	for i, t := range out {
		for _, x := range extra {
			if x.Table == t.Name {
				out[i] = out[i].with(x.Field)
			}
		}
		if out[i] != t {
			out[i].declare()
		}
	}
	return out
}

// with adds a column, or cells to an extra column.
func (t *Table) with(f Field) *Table {
	if t.Base == nil {
		extended := *t
		extended.Base, extended.Fields = t, slices.Clone(t.Fields)
		t = &extended
	}
	old := t.Field(f.Label)
	if old == nil {
		t.Fields = append(t.Fields, f)
		return t
	}
	if old.Description == "" {
		old.Description = f.Description
	}
	if f.Partial.Source != Undeclared {
		old.Partial = f.Partial
	}
	for api, cell := range f.Cells {
		if cell.Source != Undeclared {
			old.Cells[api] = cell
		}
	}
	return t
}

// declare fills in what no line gives: the cells of other API versions, and the
// description.
func (t *Table) declare() {
	none := absent("no extra column is declared for this API version")
	for i := len(t.Base.Fields); i < len(t.Fields); i++ {
		f := &t.Fields[i]
		if f.Description == "" {
			f.Description = "Extra column, not of CCLF"
		}
		for api := range f.Cells {
			if f.Cells[api].Source == Undeclared {
				f.Cells[api] = none
			}
		}
		if f.Partial.Source == Undeclared {
			f.Partial = none
		}
	}
}
