package main

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cclf-tools/cclf/fetch/bcdatest"
)

// openTerminal makes a terminal, and returns what is shown on it, once it has
// been closed.
func openTerminal(t *testing.T) (terminal *os.File, shown func() string) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { screen.Close() })
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Skip(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Skip(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120}); err != nil {
		t.Fatal(err)
	}
	if terminal, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Skip(err)
	}
	all := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(screen) // ends with an error, when the terminal is closed
		all <- string(text)
	}()
	return terminal, func() string {
		terminal.Close()
		return <-all
	}
}

// TestFetchOnTerminal checks that a terminal shows the progress of an export, and
// errors during it.
func TestFetchOnTerminal(t *testing.T) {
	sandbox(t, bcdatest.Options{
		JobTime: 800 * time.Millisecond,
		Faults:  []bcdatest.Fault{{At: bcdatest.Job, Times: 1, Status: 503}, {At: bcdatest.Data, Wait: 300 * time.Millisecond}},
	})
	terminal, shown := openTerminal(t)
	e := newEnv(strings.NewReader(""), io.Discard, terminal, func(stream any) bool { return stream == any(terminal) })
	code := run(t.Context(), e, []string{"cclf", "fetch", "-o", filepath.Join(t.TempDir(), "export"), "--api", "v2"})
	text := shown()
	for _, want := range []string{"503 (Service Unavailable); retrying in", "job: In Progress (", "files: ", "written to "} {
		if code != exitOK || !strings.Contains(text, want) {
			t.Errorf("exit code %d, %q is not shown:\n%s", code, want, text)
		}
	}
}
