package main

import (
	"debug/elf"
	"debug/gosym"
	"os"
	"testing"
)

// conversion makes the linker keep the pipeline.
var conversion = runProfile

// TestStagesExist checks that each stage has an entry function in this program:
// one that is renamed would move its time to another stage.
func TestStagesExist(t *testing.T) {
	if conversion == nil {
		t.Fatal("no conversion")
	}
	names := functionNames(t)
	for _, s := range stages {
		found := false
		for _, name := range names {
			found = found || s.entry.MatchString(name)
		}
		if !found {
			t.Errorf("no function is an entry of the stage %q: %s", s.name, s.entry)
		}
	}
}

// functionNames reads the names of all functions from the program's line table.
func functionNames(t *testing.T) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, lines := f.Section(".text"), f.Section(".gopclntab")
	if lines == nil {
		lines = f.Section(".data.rel.ro.gopclntab")
	}
	if text == nil || lines == nil {
		t.Fatal("the program has no line table")
	}
	data, err := lines.Data()
	if err != nil {
		t.Fatal(err)
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(data, text.Addr))
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(table.Funcs))
	for _, fn := range table.Funcs {
		names = append(names, fn.Name)
	}
	return names
}
