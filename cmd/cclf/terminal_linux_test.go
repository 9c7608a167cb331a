package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/sys/unix"

	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// openTerminal makes a terminal, and returns what is shown on it, once it has
// been closed.
func openTerminal(t *testing.T) (terminal *os.File, shown func() string) {
	t.Helper()
	return openNarrow(t, 120)
}

// openNarrow is openTerminal for a number of columns.
func openNarrow(t *testing.T, columns uint16) (terminal *os.File, shown func() string) {
	t.Helper()
	screen, terminal := newTerminal(t, 40, columns)
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

// newTerminal makes a terminal: what is written to screen is typed, and what is
// read from it is shown.
func newTerminal(t *testing.T, rows, columns uint16) (screen, terminal *os.File) {
	t.Helper()
	screen, terminal, err := openPTY(rows, columns)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { screen.Close() })
	return screen, terminal
}

func openPTY(rows, columns uint16) (screen, terminal *os.File, err error) {
	if screen, err = os.OpenFile("/dev/ptmx", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	fd := int(screen.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	err = errors.Join(err, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0),
		unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns}))
	if err == nil {
		terminal, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err == nil {
		err = keepOutput(int(terminal.Fd()))
	}
	return screen, terminal, err
}

// keepOutput makes Ctrl-C send a signal only. By default, Linux then throws away what the
// terminal has not shown yet, which can be the answer to the signal.
func keepOutput(fd int) error {
	settings, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	settings.Lflag |= unix.NOFLSH
	return unix.IoctlSetTermios(fd, unix.TCSETS, settings)
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
		if code != exitcode.OK || !strings.Contains(text, want) {
			t.Errorf("exit code %d, %q is not shown:\n%s", code, want, text)
		}
	}
}

// TestProgressInASCII checks that progress which does not fit the terminal is cut with
// characters of the locale.
func TestProgressInASCII(t *testing.T) {
	synthtest.WithoutRace(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.ndjson"), []byte(`{"resourceType":"Patient","id":"1"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sandbox(t, bcdatest.Options{JobTime: 400 * time.Millisecond})
	for _, locale := range []string{"C", "en_US.UTF-8"} {
		for _, args := range [][]string{
			{"cclf", "convert", "-o", filepath.Join(t.TempDir(), "out"), dir},
			{"cclf", "fetch", "-o", filepath.Join(t.TempDir(), "export"), "--api", "v2"},
		} {
			terminal, shown := openNarrow(t, 20)
			e := newEnv(strings.NewReader(""), io.Discard, terminal, func(stream any) bool { return stream == any(terminal) })
			e.getenv = func(name string) string {
				if name == "LC_ALL" {
					return locale
				}
				return os.Getenv(name)
			}
			code := run(t.Context(), e, args)
			text := shown()
			cut := strings.Contains(text, "\u2026")
			other := strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
			if code != exitcode.OK || cut != (locale != "C") || locale == "C" && other {
				t.Errorf("%s, %s: exit code %d\n%q", locale, args[1], code, text)
			}
		}
	}
}
