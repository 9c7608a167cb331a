package schema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseExpr(t *testing.T) {
	steps := func(names ...string) []Step {
		var path []Step
		for _, name := range names {
			path = append(path, Step{Name: name})
		}
		return path
	}
	where := func(name string, conds ...Cond) Step { return Step{Name: name, Conds: conds} }
	for _, tt := range []struct {
		expr string
		want Expr
	}{
		{`id`, Expr{{Path: steps("id")}}},
		{` billablePeriod . start `, Expr{{Path: steps("billablePeriod", "start")}}},
		{`name.given#2`, Expr{{Path: steps("name", "given"), Nth: 2}}},
		{`gender > sex`, Expr{{Path: steps("gender"), Func: "sex"}}},
		{`name.given#1`, Expr{{Path: steps("name", "given"), Nth: 1}}},
		{`line#12>zip5`, Expr{{Path: steps("line"), Nth: 12, Func: "zip5"}}},
		{`'M'`, Expr{{Literal: "M"}}},
		{`''`, Expr{{}}},
		{`'a|b>c#d[e' > f`, Expr{{Literal: "a|b>c#d[e", Func: "f"}}},
		{`a | b.c > f | '0'`, Expr{{Path: steps("a")}, {Path: steps("b", "c"), Func: "f"}, {Literal: "0"}}},
		{`a[b=c].d`, Expr{{Path: []Step{where("a", Cond{Path: []string{"b"}, Values: []string{"c"}}), {Name: "d"}}}}},
		{`a[b.c=d,e , f]`, Expr{{Path: []Step{where("a", Cond{Path: []string{"b", "c"}, Values: []string{"d", "e", "f"}})}}}},
		{`a[b=c & d^=e].f`, Expr{{Path: []Step{where("a", Cond{Path: []string{"b"}, Values: []string{"c"}},
			Cond{Path: []string{"d"}, Prefix: true, Values: []string{"e"}}), {Name: "f"}}}}},
		{`a[b=c].d[e=f].g#3`, Expr{{Path: []Step{where("a", Cond{Path: []string{"b"}, Values: []string{"c"}}),
			where("d", Cond{Path: []string{"e"}, Values: []string{"f"}}), {Name: "g"}}, Nth: 3}}},
		{`a[b~item.c & d=e].f`, Expr{{Path: []Step{where("a", Cond{Path: []string{"b"}, Join: steps("item", "c")},
			Cond{Path: []string{"d"}, Values: []string{"e"}}), {Name: "f"}}}}},
		// Separators within conditions are a part of them.
		{`a[b=http://x.org/y|z#1>2].c`, Expr{{Path: []Step{where("a", Cond{Path: []string{"b"}, Values: []string{"http://x.org/y|z#1>2"}}), {Name: "c"}}}}},
		// Prefixes stand for URLs, unknown ones for themselves.
		{`a[b=bb:clm_id,sid:us-mbi]`, Expr{{Path: []Step{where("a", Cond{Path: []string{"b"},
			Values: []string{"https://bluebutton.cms.gov/resources/variables/clm_id", "http://hl7.org/fhir/sid/us-mbi"}})}}}},
		{`a[b=urn:oid:1,http://x]`, Expr{{Path: []Step{where("a", Cond{Path: []string{"b"}, Values: []string{"urn:oid:1", "http://x"}})}}}},
		{`a[b^=bb:]`, Expr{{Path: []Step{where("a", Cond{Path: []string{"b"}, Prefix: true,
			Values: []string{"https://bluebutton.cms.gov/resources/variables/"}})}}}},
	} {
		got, err := ParseExpr(tt.expr)
		if err != nil {
			t.Errorf("%s: %v", tt.expr, err)
		} else if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.expr, diff)
		}
	}
}

func TestParseExprErrors(t *testing.T) {
	for expr, want := range map[string]string{
		``:                      "not a member name",
		`|`:                     "not a member name",
		`a |`:                   "not a member name",
		`a || b`:                "not a member name",
		`a.`:                    "not a member name",
		`.a`:                    "not a member name",
		`a..b`:                  "not a member name",
		`a b`:                   "not a member name",
		`a-b`:                   "not a member name",
		`ä`:                     "not a member name",
		`[b=c]`:                 "not a member name",
		`a]`:                    "not a member name",
		`"a"`:                   "not a member name",
		`a >`:                   "function",
		`a > f > g`:             "function",
		`a > f | > g`:           "not a member name",
		`a > F(x)`:              "function",
		`a#`:                    "not a number from 1",
		`a#0`:                   "not a number from 1",
		`a#-1`:                  "not a number from 1",
		`a#x`:                   "not a number from 1",
		`a#1#2`:                 "not a number from 1",
		`a#1.b`:                 "not a number from 1",
		`'a`:                    "quote",
		`'`:                     "quote",
		`'a'b'`:                 "quote",
		`'a' b`:                 "quote",
		`a[b=c`:                 "without its ]",
		`a[b=c]d`:               "without its ]",
		`a[b=c][d=e]`:           "bracket",
		`a[b=c[d]`:              "bracket",
		`a[]`:                   "has no =",
		`a[b]`:                  "has no =",
		`a[b^c]`:                "has no =",
		`a[b=]`:                 "empty value",
		`a[b=c,]`:               "empty value",
		`a[b=,c]`:               "empty value",
		`a[=c]`:                 "not a member name",
		`a[b..c=d]`:             "not a member name",
		`a[b~]`:                 "not a member name",
		`a[b~c d]`:              "not a member name",
		`a[b=c &]`:              "has no =",
		`a[b=c & ]`:             "has no =",
		`a[& b=c]`:              "has no =",
		`a | b[c=d | e`:         "without its ]",
		`a.b[c=d].e | f[g].h`:   "has no =",
		`'ok' | item.sequence[`: "without its ]",
	} {
		got, err := ParseExpr(expr)
		if err == nil {
			t.Errorf("%s is taken for %v", expr, got)
		} else if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "expression") {
			t.Errorf("%s: error %q, want one about %q", expr, err, want)
		}
	}
}

// FuzzParseExpr makes sure that no text makes the parser fail in another way
// than with an error, and that it takes what its parts say.
func FuzzParseExpr(f *testing.F) {
	for _, table := range AllTables() {
		for _, field := range table.Fields {
			for _, cell := range field.Cells {
				f.Add(cell.Expr)
			}
		}
	}
	f.Add(`a[b=c & d^=e,f].g#2 > h | 'x'`)
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseExpr(s)
		if err != nil {
			return
		}
		for _, alt := range e {
			if alt.Nth < 0 || alt.Path != nil && alt.Literal != "" {
				t.Errorf("%s: alternative %+v", s, alt)
			}
			checkSteps(t, s, alt.Path)
		}
	})
}

func checkSteps(t *testing.T, s string, path []Step) {
	for _, step := range path {
		if !isName(step.Name) {
			t.Errorf("%s: step %q", s, step.Name)
		}
		for _, c := range step.Conds {
			if len(c.Path) == 0 || (len(c.Values) == 0) == (c.Join == nil) {
				t.Errorf("%s: condition %+v", s, c)
			}
			checkSteps(t, s, c.Join)
		}
	}
}
