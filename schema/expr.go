package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// An Expr is a parsed cell: a list of alternatives. The first one that finds a
// value applies.
//
//	expr  = alt { "|" alt }
//	alt   = ( path | literal ) [ ">" function ]
//	path  = step { "." step } [ "#" n ]
//	step  = name [ "[" cond { "&" cond } "]" ]
//	cond  = names "=" value { "," value }    has one of the values
//	      | names "^=" value                 has a value with this prefix
//	      | names "~" path                   equals a value at path in the row
//	names = name { "." name }
//
// A path passes through arrays without mentioning them and takes the first value
// it finds; #n takes the nth, counting elements without a value too. In a table
// with a row per item (or diagnosis, or procedure), a path that begins with item
// refers to the item of the row. A literal is a 'quoted' constant. A function,
// one of [Functions], converts the value to CCLF's form.
//
// Values may begin with one of [Prefixes], for the long URLs of code systems:
// bb:clm_id.
type Expr []Alt

// An Alt is one alternative of an Expr.
type Alt struct {
	Path    []Step
	Nth     int    // which of the elements, from 1; 0 for the first value
	Literal string // the value, if Path is nil
	Func    string // name of a function, or ""
}

// A Step is one member on a path, with conditions on its elements.
type Step struct {
	Name  string
	Conds []Cond
}

// A Cond is a condition on an array element. It has either Values or Join.
type Cond struct {
	Path   []string // of the member in the element
	Prefix bool     // the member begins with the only one of Values
	Values []string // with prefixes expanded
	Join   []Step   // the member equals a value at this path of the row
}

// A Prefix abbreviates the beginning of a URL in the conditions of paths.
type Prefix struct{ Name, URL string }

var prefixes = [...]Prefix{
	{"bb", "https://bluebutton.cms.gov/resources/variables/"},
	{"bbc", "https://bluebutton.cms.gov/resources/codesystem/"},
	{"bbi", "https://bluebutton.cms.gov/resources/identifier/"},
	{"c4bb", "http://hl7.org/fhir/us/carin-bb/CodeSystem/"},
	{"core", "http://hl7.org/fhir/us/core/StructureDefinition/"},
	{"idr", "https://bluebutton.cms.gov/fhir/CodeSystem/"},
	{"ids", "https://bluebutton.cms.gov/identifiers/"},
	{"idx", "https://bluebutton.cms.gov/fhir/StructureDefinition/"},
	{"nubc", "https://www.nubc.org/CodeSystem/"},
	{"sid", "http://hl7.org/fhir/sid/"},
	{"tho", "http://terminology.hl7.org/CodeSystem/"},
}

// Prefixes returns the prefixes in the order of their names. The result is
// shared: it must not be changed.
func Prefixes() []Prefix { return prefixes[:] }

// MonthMark is replaced by the month, 01 to 12, in the expressions of tables
// whose rows are months.
const MonthMark = "{mm}"

// ParseExpr parses the expression of a cell. Errors quote the expression.
func ParseExpr(s string) (Expr, error) {
	var e Expr
	for _, part := range split(s, '|') {
		alt, err := parseAlt(part)
		if err != nil {
			return nil, fmt.Errorf("expression %q: %w", s, err)
		}
		e = append(e, alt)
	}
	return e, nil
}

func parseAlt(s string) (alt Alt, err error) {
	s = strings.TrimSpace(s)
	if path, fn, ok := cut(s, '>'); ok {
		s, alt.Func = strings.TrimSpace(path), strings.TrimSpace(fn)
		if !isName(strings.ReplaceAll(alt.Func, "-", "_")) {
			return alt, fmt.Errorf("%q is not the name of a function", alt.Func)
		}
	}
	if strings.HasPrefix(s, "'") {
		if len(s) < 2 || strings.IndexByte(s[1:], '\'') != len(s)-2 {
			return alt, fmt.Errorf("unterminated quote, or text after it")
		}
		alt.Literal = s[1 : len(s)-1]
		return alt, nil
	}
	if path, nth, ok := cut(s, '#'); ok {
		s = path
		if alt.Nth, err = strconv.Atoi(nth); err != nil || alt.Nth < 1 {
			return alt, fmt.Errorf("#%s is not a number from 1", nth)
		}
	}
	alt.Path, err = parsePath(s)
	return alt, err
}

func parsePath(s string) ([]Step, error) {
	var path []Step
	for _, part := range split(s, '.') {
		step := Step{Name: part}
		if name, conds, ok := strings.Cut(part, "["); ok {
			conds, ok = strings.CutSuffix(conds, "]")
			if !ok {
				return nil, fmt.Errorf("[ without its ]")
			}
			step.Name = name
			for _, c := range split(conds, '&') {
				cond, err := parseCond(c)
				if err != nil {
					return nil, err
				}
				step.Conds = append(step.Conds, cond)
			}
		}
		if !isName(step.Name) {
			return nil, fmt.Errorf("%q is not a member name", step.Name)
		}
		path = append(path, step)
	}
	return path, nil
}

func parseCond(s string) (c Cond, err error) {
	i := strings.IndexAny(s, "=^~")
	if i < 0 {
		return c, fmt.Errorf("condition %q has no =, ^= or ~", s)
	}
	c.Path = strings.Split(strings.TrimSpace(s[:i]), ".")
	for _, name := range c.Path {
		if !isName(name) {
			return c, fmt.Errorf("%q is not a member name", name)
		}
	}
	op, rest := s[i], s[i+1:]
	switch op {
	case '~':
		c.Join, err = parsePath(strings.TrimSpace(rest))
		return c, err
	case '^':
		rest, c.Prefix = strings.CutPrefix(rest, "=")
		if !c.Prefix {
			return c, fmt.Errorf("condition %q has no =, ^= or ~", s)
		}
	}
	for _, v := range strings.Split(rest, ",") {
		v = strings.TrimSpace(v)
		switch {
		case v == "":
			return c, fmt.Errorf("condition %q has an empty value", s)
		case strings.ContainsAny(v, "[]"):
			return c, fmt.Errorf("condition %q has a bracket in a value", s)
		}
		c.Values = append(c.Values, expand(v))
	}
	return c, nil
}

func expand(v string) string {
	name, rest, found := strings.Cut(v, ":")
	if !found {
		return v
	}
	for _, p := range prefixes {
		if p.Name == name {
			return p.URL + rest
		}
	}
	return v
}

func isName(s string) bool {
	for _, r := range s {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_') {
			return false
		}
	}
	return s != ""
}

// split cuts s at each sep outside brackets and quotes, and trims the parts.
func split(s string, sep byte) []string {
	var parts []string
	for {
		head, tail, found := cut(s, sep)
		parts = append(parts, strings.TrimSpace(head))
		if !found {
			return parts
		}
		s = tail
	}
}

// cut is strings.Cut at the first sep outside brackets and quotes.
func cut(s string, sep byte) (before, after string, found bool) {
	depth, quoted := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == sep && depth == 0:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}
