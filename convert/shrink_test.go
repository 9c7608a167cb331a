package convert

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

// TestShrink tries to replace a data set by nothing, or by less.
func TestShrink(t *testing.T) {
	full := lines(someClaim("CARRIER", "1", "p"), somePatient("p", "1S00A00AA00"))
	for _, tt := range []struct {
		name, text string
		increment  bool
		fresh      bool // whether it is refused without a data set to replace
		want       string
	}{
		{"empty", "", false, true, "the input has no FHIR resources"},
		{"blank lines", "\n\n", false, true, "the input has no FHIR resources"},
		{"one line, rejected", "{}\n", false, true, "the only line of the input was rejected, in "},
		{"all rejected", "{}\nx\n{}\n", false, true, "all 3 lines of the input were rejected, the first in "},
		{"increment", lines(someClaim("CARRIER", "2", "p")), true, false, "the export contains only changes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := t.TempDir()
			try := func(out string, allow bool) error {
				opts := Options{
					Inputs: []string{export{"a.ndjson": tt.text}.save(t)}, Out: out, Overwrite: true, Format: CSV,
					MaxRejects: -1, Increment: tt.increment, AllowShrink: allow,
				}
				_, err := Run(t.Context(), opts)
				return err
			}
			_, refused := errors.AsType[*ShrinkError](try(t.TempDir(), false))
			if refused != tt.fresh {
				t.Errorf("without a data set: refused %t, want %t", refused, tt.fresh)
			}
			if _, err := Run(t.Context(), Options{Inputs: []string{export{"a.ndjson": full}.save(t)}, Out: out, Format: CSV}); err != nil {
				t.Fatal(err)
			}
			before := readTree(t, out)
			err := try(out, false)
			shrink, ok := errors.AsType[*ShrinkError](err)
			if !ok || !strings.HasPrefix(err.Error(), tt.want) || !strings.HasSuffix(err.Error(), "; the existing data set is unchanged") {
				t.Errorf("over a data set: %v, want %q", err, tt.want)
			} else if shrink.Increment != tt.increment {
				t.Errorf("of an increment: %t", shrink.Increment)
			}
			if !maps.Equal(before, readTree(t, out)) {
				t.Error("the data set has changed")
			}
			if err := try(out, true); err != nil {
				t.Errorf("allowed: %v", err)
			}
			if maps.Equal(before, readTree(t, out)) {
				t.Error("the data set has not changed")
			}
			if err := try(out, false); tt.increment && err != nil {
				t.Errorf("an increment over an increment: %v", err)
			}
		})
	}
}

// TestRejectedRunAllowed refuses a run of which no line could be converted, until it is allowed:
// then it is part of the data set, and later runs are not refused for it.
func TestRejectedRunAllowed(t *testing.T) {
	t.Parallel()
	inputs, runs := history(t, []object{somePatient("p", "1EG4TE5MK73")}, []object{{"resourceType": "Practitioner", "id": "x"}}, nil, nil)
	all, err := runs()
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	for n, allow := range []bool{false, false, true, false} {
		n++
		list := func() ([]FetchRun, error) { return all[:n], nil }
		_, err := Run(t.Context(), Options{Inputs: inputs[:n], Runs: list, Out: out, Overwrite: true, Format: CSV, MaxRejects: -1, AllowShrink: allow})
		_, refused := errors.AsType[*ShrinkError](err)
		if refused != (n == 2) || !refused && err != nil {
			t.Errorf("run %d: %v", n, err)
		}
	}
}
