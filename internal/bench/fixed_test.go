package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
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

func TestReportImport(t *testing.T) {
	b := &bench{importing: importing{
		ratio:  ratio{peer: 12, rounds: []float64{4, 6, 5}, peerRSS: 600 << 20},
		scales: []scaling{{"1000 MB", 80, 113 << 20}},
	}}
	var out strings.Builder
	b.reportImport(&out)
	if text := out.String(); strings.Contains(text, "%!") || !strings.Contains(text, "The ratio of 100 MB is 5.0 (4.0 to 6.0)") {
		t.Error(text)
	}
}
