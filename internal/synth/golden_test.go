package synth_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

var update = flag.Bool("update", false, "write the golden files of the exports")

// TestGolden compares the hashes of small exports, so that a change of their bytes
// does not go unnoticed.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, api := range synth.APIs() {
		var got bytes.Buffer
		for _, opts := range []synth.Options{
			{API: api, Beneficiaries: 3, Seed: 1, Truth: true},
			{API: api, Beneficiaries: 3, Seed: 2, Truth: true, EdgeCases: true, KeyOrder: synth.Model, ServerDate: "2026-05"},
		} {
			dir, _ := synthtest.Write(t, opts)
			files := synthtest.Files(t, dir)
			fmt.Fprintf(&got, "seed %d, edge cases: %t\n", opts.Seed, opts.EdgeCases)
			for _, name := range slices.Sorted(maps.Keys(files)) {
				lines := bytes.Count(files[name], []byte("\n"))
				fmt.Fprintf(&got, "%.16x %4d lines %s\n", sha256.Sum256(files[name]), lines, name)
			}
		}
		golden := filepath.Join("testdata", api+".golden")
		if *update {
			if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
			t.Errorf("%s: the export differs from %s (go test -update writes it):\n%s", api, golden, got.Bytes())
		}
	}
}
