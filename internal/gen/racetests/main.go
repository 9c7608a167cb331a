// Command racetests prints a pattern, for the flag -run of go test, of the tests of some
// packages that do less with the race detector, or nothing. The others have done all they
// can in the pass of make test with the race detector, and do not run again without it.
//
// A test does less if it, or a function of the tests of its package that it calls, mentions
// a name with "race" in it: synthtest.WithoutRace, synthtest.UnlessRace, withRace.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: racetests folder...")
		os.Exit(2)
	}
	var tests []string
	for _, dir := range os.Args[1:] {
		m, err := readMentions(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		tests = append(tests, m.reduced()...)
	}
	slices.Sort(tests)
	fmt.Printf("^(%s)$\n", strings.Join(slices.Compact(tests), "|"))
}

// mentions has the names that each function, variable and constant of the tests of a
// package mentions. Those of methods are with the functions of the same name.
type mentions map[string][]string

func readMentions(dir string) (mentions, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	m := mentions{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			m.add(decl)
		}
	}
	return m, nil
}

func (m mentions) add(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		m[decl.Name.Name] = append(m[decl.Name.Name], namesIn(decl)...)
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			if values, ok := spec.(*ast.ValueSpec); ok {
				for _, name := range values.Names {
					m[name.Name] = append(m[name.Name], namesIn(values)...)
				}
			}
		}
	}
}

func namesIn(n ast.Node) (names []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}

// reduced returns the names of tests, fuzz targets and examples that mention the race
// detector.
func (m mentions) reduced() (tests []string) {
	for name := range maps.Keys(m) {
		isTest := strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") || strings.HasPrefix(name, "Example")
		if isTest && name != "TestMain" && m.mentionsRace(name, map[string]bool{}) {
			tests = append(tests, name)
		}
	}
	return tests
}

func (m mentions) mentionsRace(name string, seen map[string]bool) bool {
	if strings.Contains(strings.ToLower(name), "race") {
		return true
	}
	if seen[name] {
		return false
	}
	seen[name] = true
	return slices.ContainsFunc(m[name], func(other string) bool { return m.mentionsRace(other, seen) })
}
