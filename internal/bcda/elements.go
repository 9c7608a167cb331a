package bcda

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// Elements are the extensions, categories and code systems that a version of the
// API is known to send in resources of one type.
//
// Most of them have no column in CCLF. The files in the folder servers list
// them, one file per version, so that new ones can be noticed. What the cells of
// the crosswalk look for is known without being listed.
//
// A file has a section per resource type and in it a line per path, which starts
// at the resource. The indented lines below a path list what is sent there: URLs
// of extensions, and systems of other objects. For the categories of an array of
// named values (supportingInfo, adjudication), the line of the path also has the
// system of their codes, and the list is of codes. Values may begin with the
// prefixes of expressions. In a value, {n} is a number of one or two digits,
// {yyyy} a year, and {c} any last character.
type Elements struct{ known map[element]bool }

type element struct{ path, system, name string }

// Marks in values.
const (
	numberMark    = "{n}"    // a number of one or two digits
	yearMark      = "{yyyy}" // a number of four digits
	characterMark = "{c}"    // any last character
)

//go:embed servers
var serverFiles embed.FS

// elementsOf are the elements of each version by resource type, once asked for.
var elementsOf [len(schema.APIs)]struct {
	sync.Once
	lists elementLists
}

// KnownElements returns what a version of the API is known to send in resources
// of a type. The result is shared.
func KnownElements(api schema.API, resource string) *Elements {
	known := &elementsOf[api]
	known.Do(func() { known.lists = readElements(api) })
	return known.lists[resource]
}

// readElements reads the file of a version and adds what the cells of the
// crosswalk look for.
func readElements(api schema.API) elementLists {
	name := "servers/" + api.String() + ".txt"
	text, err := serverFiles.ReadFile(name)
	if err != nil {
		panic("bcda: internal error: " + err.Error())
	}
	all, err := parseElements(string(text))
	if err != nil {
		panic("bcda: internal error: " + name + ": " + err.Error())
	}
	for _, t := range slices.Concat(schema.AllTables(), tuvaschema.Tables()) {
		for i := range t.Fields {
			all.addField(t, &t.Fields[i], api)
		}
	}
	return all
}

// HasExtension reports whether extensions with a URL are known at a path.
func (e *Elements) HasExtension(path, url string) bool { return e.has(path, "", url) }

// HasCategory reports whether a code of a system is known among the categories at
// a path.
func (e *Elements) HasCategory(path, system, code string) bool {
	return e.has(path, system, code) || e.has(path, "", code)
}

// HasSystem reports whether a code or identifier system is known at a path. The
// system of an extension's value may be the extension's URL.
func (e *Elements) HasSystem(path, system string) bool {
	if e.has(path, "", system) {
		return true
	}
	at := strings.LastIndexByte(path, '.')
	return at >= 0 && strings.HasSuffix(path[:at], "extension") && strings.HasPrefix(path[at:], ".value") &&
		e.has(path[:at], "", system)
}

func (e *Elements) has(path, system, name string) bool {
	if e == nil {
		return false
	}
	if e.known[element{path, system, name}] {
		return true
	}
	if name != "" && e.known[element{path, system, name[:len(name)-1] + characterMark}] {
		return true
	}
	pattern := numbers().ReplaceAllStringFunc(name, func(number string) string {
		switch len(number) {
		case 1, 2:
			return numberMark
		case 4:
			return yearMark
		}
		return number
	})
	return pattern != name && e.known[element{path, system, pattern}]
}

var numbers = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]+`) })

func (e *Elements) add(path, system, name string) { e.known[element{path, system, name}] = true }

// parseElements reads a file of elements.
func parseElements(text string) (elementLists, error) {
	all := elementLists{}
	var section *Elements
	var path, system string
	number := 0
	for line := range strings.Lines(text) {
		number++
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#':
		case trimmed[0] == '[':
			section, path = all.of(strings.Trim(trimmed, "[]")), ""
		case section == nil:
			return nil, fmt.Errorf("line %d: no section", number)
		case line[0] != '\t':
			var categories bool
			if path, system, categories = strings.Cut(strings.TrimSuffix(trimmed, " ="), " "); categories != strings.HasSuffix(trimmed, " =") {
				return nil, fmt.Errorf("line %d: want a path, or a path, a system and =", number)
			}
			if system = expand(system); system == "-" {
				system = ""
			}
		case path == "":
			return nil, fmt.Errorf("line %d: no path", number)
		default:
			for _, value := range strings.Fields(trimmed) {
				if strings.Contains(value, "{") && numbers().MatchString(value) {
					return nil, fmt.Errorf("line %d: a number beside a mark for numbers", number)
				}
				section.add(path, system, expand(value))
			}
		}
	}
	return all, nil
}

type elementLists map[string]*Elements

func (l elementLists) of(resource string) *Elements {
	if l[resource] == nil {
		l[resource] = &Elements{known: map[element]bool{}}
	}
	return l[resource]
}

// addField adds what the cells of a field look for.
func (l elementLists) addField(t *schema.Table, f *schema.Field, api schema.API) {
	resource := eob
	switch t.Grain {
	case schema.PerPatient, schema.PerIdentifier:
		resource = patient
	case schema.PerMonth:
		resource = coverage
	}
	l.addExpr(f.Cells[api].Expr, resource)
	if api == schema.V2 {
		l.addExpr(f.Partial.Expr, claim)
		l.addExpr(f.Partial.Expr, response)
	}
}

// addExpr adds what an expression looks for in resources of a type, or in those
// of the type that its first step names.
func (l elementLists) addExpr(text, resource string) {
	if text == "" {
		return
	}
	expr, err := schema.ParseExpr(strings.ReplaceAll(text, schema.MonthMark, numberMark))
	if err != nil {
		panic("bcda: internal error: " + err.Error())
	}
	for _, alt := range expr {
		of, steps := resource, alt.Path
		if len(steps) > 0 && slices.Contains([]string{eob, patient, coverage}, steps[0].Name) {
			of, steps = steps[0].Name, steps[1:]
		}
		l.of(of).addSteps("", steps)
	}
}

// addSteps adds the values in the conditions of a path, which is below another.
func (e *Elements) addSteps(path string, steps []schema.Step) {
	for _, step := range steps {
		path = below(path, step.Name)
		for _, c := range step.Conds {
			of := path
			for _, name := range c.Path[:len(c.Path)-1] {
				of = below(of, name)
			}
			if !c.Prefix {
				for _, value := range c.Values {
					e.add(of, "", value)
				}
			}
			e.addSteps("", c.Join)
		}
	}
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// expand replaces the prefix of a value.
func expand(v string) string {
	name, rest, found := strings.Cut(v, ":")
	if !found {
		return v
	}
	for _, p := range schema.Prefixes() {
		if p.Name == name {
			return p.URL + rest
		}
	}
	return v
}
