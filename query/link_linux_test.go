//go:build cgo

package query

import (
	"debug/elf"
	"strings"
	"testing"
)

// The program exports no functions of DuckDB: their names would be read at each start.
func TestNoExports(t *testing.T) {
	program, err := elf.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	symbols, err := program.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if s.Section != elf.SHN_UNDEF && strings.Contains(s.Name, "duckdb") {
			t.Fatalf("%s is exported", s.Name)
		}
	}
}
