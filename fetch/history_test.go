package fetch

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReadStatus(t *testing.T) {
	const full, increment = `{"number":1,"files":[]}`, `{"number":2,"since":"2026-01-01T00:00:00Z","files":[]}`
	for _, tt := range []struct {
		name, run, runs string
		want            Status
	}{
		{"nothing", "", "", Status{Incomplete: "no export was started"}},
		{"under way", `{"number":1,"phase":"download"}`, "", Status{Incomplete: "run 1 is unfinished"}},
		{"complete", `{"number":1,"phase":"complete"}`, full, Status{}},
		{"a file is missing", `{"number":1,"phase":"partial","files":[{"kind":"output","failed":"gone"}]}`, "", Status{Incomplete: "run 1 ended without all of its files"}},
		{"a file has flaws", `{"number":1,"phase":"partial","files":[{"kind":"output","done":true}]}`, "", Status{}},
		{"failed", `{"number":1,"phase":"failed"}`, "", Status{Incomplete: "run 1 ended without data"}},
		{"failed after a complete one", `{"number":2,"phase":"failed"}`, full, Status{}},
		{"under way after a complete one", `{"number":2,"phase":"job"}`, full, Status{Incomplete: "run 2 is unfinished"}},
		{"increment alone", `{"number":2,"phase":"complete"}`, increment, Status{IncrementOnly: true}},
		{"increment after a full one", `{"number":2,"phase":"complete"}`, full + "," + increment, Status{}},
	} {
		dir := t.TempDir()
		state := `{"format":1}`
		if tt.run != "" {
			state = `{"format":1,"run":` + tt.run + `}`
		}
		for name, text := range map[string]string{stateFile: state, runsFile: `{"format":1,"runs":[` + tt.runs + `]}`} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := ReadStatus(dir); err != nil || *got != tt.want {
			t.Errorf("%s: %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}
