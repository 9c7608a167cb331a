package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestSubstr(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x", "CCLF5.txt")
	record := bytes.Repeat([]byte(" "), 388)
	if err := writeLines(file, [][]byte{record}, 3*389); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Size() != 3*389 {
		t.Fatalf("%v, %v", info, err)
	}
	out := filepath.Join(dir, "out.parquet")
	if err := runSubstr(context.Background(), file, out, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(out); err != nil {
		t.Error(err)
	}
}
