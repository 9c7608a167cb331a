package schema

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Elements are the extensions, categories and code systems that a version of the
// API is known to send in resources of one type.
//
// Most of them have no place in CCLF. They are listed in the files of the folder
// servers, one for each version, so that what a server begins to send can be told
// from what it always sent. What a cell of a table asks for is known without
// being listed.
//
// A file has a section for each resource type, and in it a line for each path,
// from the resource on. The indented lines below a path list what is sent there:
// the URLs of extensions, and of other objects the system. For the categories of
// an array of named values (supportingInfo, adjudication) the line has the system
// of their codes too, and the list is of codes. Values begin with the prefixes of
// expressions. In one with {n} or {yyyy}, a number of one or two digits, or a year,
// stands there, and {c} is any last character.
type Elements struct{ known map[element]bool }

type element struct{ path, system, name string }

// Marks in values.
const (
	numberMark = "{n}"    // a number of one or two digits
	yearMark   = "{yyyy}" // a number of four
	// characterMark stands for the last character.
	characterMark = "{c}"
)

//go:embed servers
var serverFiles embed.FS

var serverElements [apis]func() elementLists

func init() {
	for _, api := range APIs {
		serverElements[api] = sync.OnceValue(func() elementLists {
			text, err := serverFiles.ReadFile("servers/" + api.String() + ".txt")
			if err != nil {
				panic("schema: internal error: " + err.Error())
			}
			all, err := parseElements(string(text))
			if err != nil {
				panic("schema: internal error: servers/" + api.String() + ".txt: " + err.Error())
			}
			for _, t := range slices.Concat(AllTables(), TuvaTables()) {
				for i := range t.Fields {
					all.addField(t, &t.Fields[i], api)
				}
			}
			return all
		})
	}
}

// KnownElements returns what a version of the API is known to send in resources
// of a type.
func KnownElements(api API, resource string) *Elements { return serverElements[api]()[resource] }

// HasExtension reports whether extensions with a URL are known at a path.
func (e *Elements) HasExtension(path, url string) bool { return e.has(path, "", url) }

// HasCategory reports whether a code of a system is known among the categories at
// a path.
func (e *Elements) HasCategory(path, system, code string) bool {
	return e.has(path, system, code) || e.has(path, "", code)
}

// HasSystem reports whether a code or identifier system is known at a path. The
// value of an extension may have a system that is the extension's URL.
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
	pattern := numbers.ReplaceAllStringFunc(name, func(number string) string {
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

var numbers = regexp.MustCompile(`[0-9]+`)

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
				if strings.Contains(value, "{") && numbers.MatchString(value) {
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

// addField adds what the cells of a field ask for.
func (l elementLists) addField(t *Table, f *Field, api API) {
	resource := eob
	switch t.Grain {
	case PerPatient, PerIdentifier:
		resource = patient
	case PerMonth:
		resource = coverage
	}
	l.addExpr(f.Cells[api].Expr, resource)
	if api == V2 {
		l.addExpr(f.Partial.Expr, claim)
		l.addExpr(f.Partial.Expr, response)
	}
}

// addExpr adds what an expression over resources of a type asks for, unless its
// first step says that it is over those of another.
func (l elementLists) addExpr(text, resource string) {
	if text == "" {
		return
	}
	expr, err := ParseExpr(strings.ReplaceAll(text, MonthMark, numberMark))
	if err != nil {
		panic("schema: internal error: " + err.Error())
	}
	for _, alt := range expr {
		of, steps := resource, alt.Path
		if len(steps) > 0 && slices.Contains([]string{eob, patient, coverage}, steps[0].Name) {
			of, steps = steps[0].Name, steps[1:]
		}
		l.of(of).addSteps("", steps)
	}
}

// addSteps adds what the conditions on a path below another one ask for.
func (e *Elements) addSteps(path string, steps []Step) {
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
