//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// endlessSQL runs for longer than any test.
const endlessSQL = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range = 7;"

// expectPrompt waits until keys are read one by one. Before, Ctrl-C would be a
// signal.
func (s *session) expectPrompt() {
	s.t.Helper()
	s.expect(promptFirst)
	s.expect("\x1b[?25h") // the cursor is shown
}

// TestQueryPrompt types what an analyst would: statements over several lines, wrong ones,
// commands, and Ctrl-C at each moment.
func TestQueryPrompt(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	s := startSession(t, []string{"XDG_STATE_HOME=" + state, "PAGER="}, "query", "-d", emptyDataSet(t), "--param", "Start=8")
	s.expect(".help lists the commands")
	s.press("SELECT 1 AS one,\r2 AS two;\r")
	s.expect(" one | two\r\n")
	s.press("SELEC 1;\r")
	s.expect("syntax error")
	s.expectPrompt()
	s.press("a line to clear\x03")
	s.expect("^C")
	s.expectPrompt()
	s.press("SELECT 3 AS three; SELECT 4 AS four;\r")
	s.expect(" three\r\n")
	s.expect(" four\r\n")
	s.press(endlessSQL + "\r")
	s.expect("= 7;")
	s.pressUntil("\x03", "interrupted")
	s.press("CREATE TEMP TABLE kept AS SELECT 5 AS five;\rFROM kept;\r")
	s.expect(" five\r\n")
	s.press(".tables\r")
	s.expect(" cclf1 ")
	s.press(".schema cclf9\r")
	s.expect("PRVS_NUM")
	s.press(".metrics spending_total\r")
	s.expect("spending_total: ")
	s.press(".metrics spending_totl\r")
	s.expect("did you mean spending_total?")
	s.press(".mode json\rSELECT 6 AS six;\r")
	s.expect(`{"six":6}`)
	s.press("SELECT $start AS start;\r")
	s.expect(`{"start":"8"}`)
	s.press(".mode xml\r")
	s.expect("unknown format")
	s.press(".timer on\rSELECT 7;\r")
	s.expect("Time: ")
	s.press("DESCRIBE cclf\t")
	s.expect("cclf1")
	s.pressUntil("\x03", "^C") // the first closes the menu
	s.expectPrompt()
	s.press(".tabels\r")
	s.expect("did you mean .tables?")
	s.press("\x1b[A\x1b[A\r") // the statement before
	s.expect("Time: ")
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	s.pressUntil("SELECT 'still here' AS x;\r", `{"x":"still here"}`) // the first if the signal came before it
	s.expectPrompt()                                                  // before it, Ctrl-D would be for the terminal
	s.press("\x04")
	if code, shown := s.exit(); code != 0 {
		t.Errorf("exit code %d:\n%.2000q", code, shown)
	}
	text, err := os.ReadFile(filepath.Join(state, "cclf", "query_history"))
	if err != nil || !strings.Contains(string(text), "\"SELECT 1 AS one,\\n2 AS two;\"\n") || strings.Contains(string(text), "a line to clear") {
		t.Errorf("%s, %v", text, err)
	}
}

// TestPromptEnds checks the ways out.
func TestPromptEnds(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	dir := emptyDataSet(t)
	for _, tt := range []struct {
		name string
		end  func(*session)
		want int
	}{
		{".quit", func(s *session) { s.press(".quit\r") }, 0},
		{"exit;", func(s *session) { s.press("exit;\r") }, 0},
		{"SIGTERM at the prompt", func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGTERM) }, exitcode.Terminated},
		{"SIGTERM in a statement", func(s *session) {
			s.press(endlessSQL + "\r")
			s.expect("= 7;")
			_ = s.cmd.Process.Signal(syscall.SIGTERM)
		}, exitcode.Terminated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := startSession(t, []string{"PAGER="}, "query", "-d", dir)
			s.expect(promptFirst)
			tt.end(s)
			if code, shown := s.exit(); code != tt.want {
				t.Errorf("exit code %d:\n%.2000q", code, shown)
			}
		})
	}
}

// TestDumbPrompt types on a terminal that cannot move its cursor.
func TestDumbPrompt(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	s := startSession(t, []string{"TERM=dumb"}, "query", "-d", emptyDataSet(t))
	s.expect(promptFirst)
	s.press("SELECT 1\n")
	s.expect(promptMore)
	s.press("AS one;\n")
	s.expect(" one\r\n")
	s.press("\x04")
	if code, shown := s.exit(); code != 0 || strings.Contains(shown, "\x1b") {
		t.Errorf("exit code %d:\n%q", code, shown)
	}
}

// TestPromptFormat checks that a prompt is not started for what a terminal cannot
// show.
func TestPromptFormat(t *testing.T) {
	t.Parallel()
	code, shown := startSession(t, nil, "query", "-d", emptyDataSet(t), "-f", "xlsx").exit()
	if code != exitcode.Usage || !strings.Contains(shown, "no SQL given, and xlsx is not for a terminal") {
		t.Errorf("exit code %d:\n%s", code, shown)
	}
}
