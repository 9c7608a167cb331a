package synth_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestEdgeCases checks that sixty beneficiaries have all edge cases and that their
// resources are valid JSON.
func TestEdgeCases(t *testing.T) {
	t.Parallel()
	common := []string{
		"amounts with exponents", "amounts with more decimals", "keys that occur twice", "dates that are none", "partial dates",
		"claims with the MBI in an extension", "claims without a Patient", "other names", "other addresses",
		"status draft", "status entered-in-error",
	}
	ccw := append([]string{"no coding of the claim type", "lines that point at the last diagnosis", "lines with the diagnosis 9999999"}, common...)
	for api, want := range map[string][]string{"v1": ccw, "v2": ccw, "v3": append([]string{"drugs without a quantity", "prior authorizations"}, common...)} {
		dir, stats := synthtest.Write(t, synth.Options{API: api, Beneficiaries: 35, EdgeCases: true})
		for i, line := range synthtest.Lines(t, dir) {
			if i%synthtest.UnlessRace(1, 5) == 0 && !json.Valid(line) {
				t.Fatalf("%s: invalid JSON: %s", api, line)
			}
		}
		kinds := want
		for _, code := range codebook.AllStateCodes() {
			if api != "v3" || code[0] <= '9' {
				kinds = append(kinds, "state code "+code)
			}
		}
		if api == "v3" {
			for _, typed := range idr.TypedCodes() {
				kinds = append(kinds, "claim type code "+strconv.Itoa(typed.Code))
			}
		} else {
			for _, code := range strings.Fields("10 20 30 40 50 60 61 62 63 64 71 72 81 82") {
				kinds = append(kinds, "claim type code "+code)
			}
		}
		for _, kind := range kinds {
			if stats.EdgeCases[kind] == 0 {
				t.Errorf("%s: never %s", api, kind)
			}
		}
	}
}

// TestOddExportsAreRepeatable checks that an export with edge cases depends on its
// options alone.
func TestOddExportsAreRepeatable(t *testing.T) {
	t.Parallel()
	for _, api := range synth.APIs() {
		opts := synth.Options{API: api, Beneficiaries: synthtest.UnlessRace(10, 3), Seed: 9, Truth: true, EdgeCases: true, ServerDate: "2026-05", KeyOrder: synth.Shuffle}
		first, _ := synthtest.Write(t, opts)
		second, _ := synthtest.Write(t, opts)
		again := synthtest.Files(t, second)
		for name, content := range synthtest.Files(t, first) {
			if !bytes.Equal(content, again[name]) {
				t.Errorf("%s: %s differs", api, name)
			}
		}
	}
}
