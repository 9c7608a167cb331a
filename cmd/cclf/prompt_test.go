//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestHistory(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	name := filepath.Join(state, "cclf", "query_history")
	h := reopenHistory(t, nil)
	for _, line := range []string{"SELECT 1;", "SELECT 'é',\n  2;", " SELECT 'secret';"} {
		if _, err := h.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	for file, want := range map[string]os.FileMode{name: 0o600, filepath.Dir(name): 0o700 | os.ModeDir} {
		if info, err := os.Stat(file); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", file, info.Mode(), err, want)
		}
	}
	h = reopenHistory(t, h)
	if want := []string{"SELECT 1;", "SELECT 'é',\n  2;"}; !slices.Equal(h.lines, want) {
		t.Errorf("%q, want %q", h.lines, want)
	}
	if line, err := h.GetLine(1); err != nil || line != h.lines[1] || h.Len() != 2 {
		t.Errorf("%q, %v, %d lines", line, err, h.Len())
	}
	for _, i := range []int{-1, 2} {
		if _, err := h.GetLine(i); err == nil {
			t.Errorf("line %d has no error", i)
		}
	}

	// A file that others can read, with broken lines, and too long.
	text := "not JSON\n" + strings.Repeat("\"SELECT 0;\"\n", historyMax) + "\"SELECT 3;\"\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	h = reopenHistory(t, reopenHistory(t, h))
	if last, _ := h.GetLine(h.Len() - 1); h.Len() != historyKept || last != "SELECT 3;" {
		t.Errorf("%d lines, the last is %q", h.Len(), last)
	}
	if info, err := os.Stat(name); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// reopenHistory closes a history, if there is one, and opens it.
func reopenHistory(t *testing.T, h *history) *history {
	t.Helper()
	if h != nil {
		h.Close()
	}
	h, err := openHistory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// TestHistoryInMemory checks that a prompt works without a folder for its state.
func TestHistoryInMemory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", file)
	h, err := openHistory()
	if _, writeErr := h.Write("SELECT 1;"); err == nil || writeErr != nil || h.Len() != 1 || h.Close() != nil {
		t.Errorf("%v, %v, %d lines", err, writeErr, h.Len())
	}
}

func TestCompletion(t *testing.T) {
	names := &nameList{
		tables:  []string{"cclf1", "cclf8", "metrics.stays"},
		columns: map[string][]string{"cclf1": {"CLM_PMT_AMT", "BENE_MBI_ID"}, "cclf8": {"BENE_MBI_ID", "BENE_AGE"}, "metrics.stays": {"kind"}},
	}
	for _, tt := range []struct{ text, word, want string }{
		{"FROM cc", "cc", "cclf1 cclf8"},
		{"FROM CCLF1 JOIN metrics.", "metrics.", "metrics.stays"},
		{"SELECT clm_", "clm_", "clm_pmt_amt"},
		{"SELECT sum(bene_a", "bene_a", "bene_age"},
		{"FROM cclf8 SELECT b", "b", "bene_mbi_id bene_age between by"},
		{"FROM cclf1 c WHERE c.B", "c.B", "c.BENE_MBI_ID"},
		{"sel", "sel", "select"},
		{"SEL", "SEL", "SELECT"},
		{".", ".", ".tables .schema .metrics .mode .timer .help .quit"},
		{".schema c", "c", "cclf1 cclf8"},
		{".metrics final", "final", "final_action"},
		{".mode m", "m", "markdown"},
		{".timer ", "", "on off"},
		{".tables ", "", ""},
		{"SELECT 'x", "x", ""},
	} {
		word, found := names.complete(tt.text)
		if got := strings.Join(found, " "); word != tt.word || got != tt.want {
			t.Errorf("%q: %q, %q; want %q, %q", tt.text, word, got, tt.word, tt.want)
		}
	}
}

func TestIsComplete(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, " \n": true, ".tables": true, "SELECT 1": false, "SELECT 1;": true, "exit": true, "QUIT;": true, "quitter": false,
	} {
		if got := isComplete(text); got != want {
			t.Errorf("isComplete(%q) = %t", text, got)
		}
	}
}
