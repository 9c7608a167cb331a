//go:build cgo

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// A session is a program on a terminal of its own, with somebody who types.
type session struct {
	t      *testing.T
	keys   *os.File
	cmd    *exec.Cmd
	ended  chan error
	mu     sync.Mutex
	shown  []byte
	seen   int // of shown, by expect
	change chan struct{}
}

// startSession starts cclf on a terminal of 24 lines of 80 characters.
func startSession(t *testing.T, environ []string, args ...string) *session {
	t.Helper()
	keys, terminal := newTerminal(t, 24, 80)
	s := &session{t: t, keys: keys, ended: make(chan error, 1), change: make(chan struct{}, 1)}
	s.cmd = exec.Command(os.Args[0], args...)
	s.cmd.Env = append(append(os.Environ(), "CCLF_TEST_MAIN=1", "TERM=xterm", "XDG_STATE_HOME="+t.TempDir()), environ...)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = terminal, terminal, terminal
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.Close()
	go s.read()
	go func() { s.ended <- s.cmd.Wait() }()
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	return s
}

func (s *session) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := s.keys.Read(buf)
		s.mu.Lock()
		s.shown = append(s.shown, buf[:n]...)
		s.mu.Unlock()
		select {
		case s.change <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// expect waits until a text is shown, after what was expected before.
func (s *session) expect(text string) {
	s.t.Helper()
	s.expectAgain(text, nil)
}

// pressUntil presses keys until a text is shown, as somebody does whose first Ctrl-C came
// before the program was ready for it.
func (s *session) pressUntil(keys, text string) {
	s.t.Helper()
	s.press(keys)
	s.expectAgain(text, func() { s.press(keys) })
}

// expectAgain is expect, and calls retry each second if it is set.
func (s *session) expectAgain(text string, retry func()) {
	s.t.Helper()
	late := time.After(30 * time.Second)
	var again <-chan time.Time
	if retry != nil {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		again = ticker.C
	}
	for {
		s.mu.Lock()
		i := bytes.Index(s.shown[s.seen:], []byte(text))
		if i >= 0 {
			s.seen += i + len(text)
		}
		s.mu.Unlock()
		if i >= 0 {
			return
		}
		select {
		case <-s.change:
		case <-again:
			retry()
		case <-late:
			s.mu.Lock()
			defer s.mu.Unlock()
			s.t.Fatalf("%q is not shown:\n%q", text, s.shown[s.seen:])
		}
	}
}

func (s *session) press(keys string) {
	s.t.Helper()
	if _, err := s.keys.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// exit waits for the end, and returns the exit code and all that was shown.
func (s *session) exit() (int, string) {
	s.t.Helper()
	select {
	case err := <-s.ended:
		time.Sleep(50 * time.Millisecond) // what is shown arrives after the end
		s.mu.Lock()
		defer s.mu.Unlock()
		exit, ok := errors.AsType[*exec.ExitError](err)
		if ok {
			return exit.ExitCode(), string(s.shown)
		}
		return 0, string(s.shown)
	case <-time.After(30 * time.Second):
		s.t.Fatalf("the program does not end:\n%.2000q", s.shown)
		return 0, ""
	}
}

// emptyDataSet returns a data set without rows.
func emptyDataSet(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "_manifest.json"), []byte(`{"schema_version":1,"format":"csv"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTableOnTerminal(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	s := startSession(t, nil, "query", "-d", emptyDataSet(t), "FROM cclf1; SELECT repeat('x', 200) AS x, 1 AS n")
	code, shown := s.exit()
	for _, want := range []string{"(0 rows; 45 columns, ", "-f line and -o FILE show all)", "xxx… | 1\r\n", "(1 row; long values are cut; "} {
		if code != 0 || !strings.Contains(shown, want) {
			t.Errorf("exit code %d, %q is not shown:\n%s", code, want, shown)
		}
	}
}

// TestPager checks that long results go to the pager, each to one of its own, and
// short ones do not; and that leaving it ends the result only.
func TestPager(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	dir := emptyDataSet(t)
	const sql = "SELECT 'short' AS s; FROM range(3000); SELECT 'last' AS l"
	program := filepath.Join(t.TempDir(), "pager")
	script := "#!/bin/sh\necho PAGER BEGINS\n%\necho PAGER ENDS\n"
	for _, tt := range []struct {
		name, pager string
		flags       []string
		want, not   []string
	}{
		{"reads all", "cat", nil, []string{" short\r\n", "PAGER BEGINS\r\n", " 2999\r\n(3000 rows)\r\nPAGER ENDS\r\n", " last\r\n"}, []string{"PAGER BEGINS\r\n last"}},
		{"ends early", "head -n 5", nil, []string{"PAGER BEGINS\r\n", " 1\r\nPAGER ENDS\r\n", " last\r\n"}, []string{" 2\r\n"}},
		{"flag", "cat", []string{"--no-pager"}, []string{"(3000 rows, 200 shown, 2800 more; ", " last\r\n"}, []string{"PAGER"}},
		{"empty variable", "", nil, []string{"(3000 rows, 200 shown, 2800 more; ", " last\r\n"}, []string{"PAGER"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			environ := []string{"PAGER="}
			if tt.pager != "" {
				if err := os.WriteFile(program, []byte(strings.Replace(script, "%", tt.pager, 1)), 0o700); err != nil {
					t.Fatal(err)
				}
				environ = []string{"PAGER=" + program}
			}
			code, shown := startSession(t, environ, append([]string{"query", "-d", dir, sql}, tt.flags...)...).exit()
			at := 0
			for _, want := range tt.want {
				i := strings.Index(shown[at:], want)
				if code != 0 || i < 0 {
					t.Fatalf("exit code %d, %q is not shown:\n%.2000s", code, want, shown[at:])
				}
				at += i + len(want)
			}
			for _, not := range tt.not {
				if strings.Contains(shown, not) {
					t.Errorf("%q is shown:\n%.2000s", not, shown)
				}
			}
		})
	}
}

// TestInterruptWithPager checks that Ctrl-C stops the query, and that cclf waits
// for the pager.
func TestInterruptWithPager(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "pager")
	// It reads a little, so that the query has to wait, until Enter is pressed.
	if err := os.WriteFile(program, []byte("#!/bin/sh\nhead -n 5; read x </dev/tty; echo PAGER ENDS\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := startSession(t, []string{"PAGER=" + program}, "query", "-d", emptyDataSet(t), "-f", "csv", "FROM range(3000000)")
	s.expect("3\r\n")
	s.press("\x03")
	time.Sleep(2 * patience)
	s.press("\r")
	s.expect("PAGER ENDS\r\n")
	if code, shown := s.exit(); code != exitcode.Interrupted {
		t.Errorf("exit code %d:\n%.2000s", code, shown)
	}
}
