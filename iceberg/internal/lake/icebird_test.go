package lake

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestIndependentReader reads tables with icebird, an implementation of Iceberg that
// has nothing in common with ours. CCLF_ICEBIRD is its folder, which
// scripts/icebird.sh makes.
func TestIndependentReader(t *testing.T) {
	t.Parallel()
	icebird := os.Getenv("CCLF_ICEBIRD")
	if icebird == "" {
		t.Skip("CCLF_ICEBIRD is not set: no independent reader of Iceberg tables")
	}
	dir := filepath.Join(t.TempDir(), "lake")
	first.write(t, dir)
	one := publish(t, dir)
	second.write(t, dir)
	two := publish(t, dir)
	third := second.with(3, "cclf5", second.tables["cclf5"][2:]...)
	third.write(t, dir)
	three := publish(t, dir)
	for _, state := range []struct {
		what     string
		snapshot int64
		table    string
		rows     []string
	}{
		{"current", 0, "cclf5", third.tables["cclf5"]},
		{"run 3", three["cclf5"].Snapshot, "cclf5", third.tables["cclf5"]},
		{"run 2", two["cclf5"].Snapshot, "cclf5", second.tables["cclf5"]},
		{"run 1", one["cclf5"].Snapshot, "cclf5", first.tables["cclf5"]},
		{"unchanged", 0, "cclf8", first.tables["cclf8"]},
		{"partially adjudicated", 0, "partially_adjudicated/cclf5", first.tables["partially_adjudicated/cclf5"]},
	} {
		got := readIcebird(t, icebird, three[state.table].Metadata, state.snapshot)
		want := canonical(t, strings.Join(state.rows, "\n"))
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", state.what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

// readIcebird returns the rows of a snapshot in canonical form.
func readIcebird(t *testing.T, icebird, metadata string, snapshot int64) []string {
	t.Helper()
	path, _ := localPath(metadata)
	cmd := exec.Command("node", filepath.Join("testdata", "read.mjs"), icebird, path, strconv.FormatInt(snapshot, 10))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	return canonical(t, stdout.String())
}

// canonical returns lines of JSON, sorted, with amounts as cents, and without the time
// that JavaScript gives to a date, and without nulls.
func canonical(t *testing.T, text string) []string {
	t.Helper()
	var list []string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		row := map[string]any{}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		for label, value := range row {
			text, isText := value.(string)
			amount, isNumber := value.(float64)
			if isText && label == "CLM_LINE_CVRD_PD_AMT" {
				var err error
				if amount, err = strconv.ParseFloat(text, 64); err != nil {
					t.Fatal(err)
				}
			}
			switch {
			case value == nil:
				delete(row, label)
			case label == "CLM_LINE_CVRD_PD_AMT" && (isText || isNumber):
				row[label] = math.Round(amount * 100)
			case isText:
				row[label] = strings.TrimSuffix(text, "T00:00:00.000Z")
			}
		}
		out, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(out))
	}
	slices.Sort(list)
	return list
}
