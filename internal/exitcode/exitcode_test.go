package exitcode

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestOrder checks that codes ascend, and that each has its words.
func TestOrder(t *testing.T) {
	last := -1
	for _, c := range All {
		if c.Number <= last || c.Name == "" || c.Text == "" || c.From == "" {
			t.Errorf("exit code %d is out of order or lacks a text", c.Number)
		}
		last = c.Number
	}
}

// TestSignals sends signals to processes that wait for a signal.
func TestSignals(t *testing.T) {
	const variable = "EXITCODE_TEST_WAIT"
	if os.Getenv(variable) != "" {
		ctx, stop := NotifyContext(func() bool { fmt.Println("handled"); return true })
		defer stop()
		fmt.Println("ready")
		<-ctx.Done()
		s, _ := SignalOf(ctx)
		fmt.Println(s)
		os.Exit(s.Code())
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such signals")
	}
	for _, tt := range []struct {
		signals []os.Signal
		code    int
		text    string
	}{
		{[]os.Signal{syscall.SIGTERM}, Terminated, "ended by SIGTERM"},
		{[]os.Signal{syscall.SIGHUP}, Hangup, "ended by SIGHUP"},
		{[]os.Signal{os.Interrupt, syscall.SIGTERM}, Terminated, "handled, ended by SIGTERM"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSignals$")
		cmd.Env = append(os.Environ(), variable+"=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var words []string
		lines := bufio.NewScanner(out)
		lines.Scan() // ready
		for _, s := range tt.signals {
			if err := cmd.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			lines.Scan()
			words = append(words, lines.Text())
		}
		err = cmd.Wait()
		if got, text := cmd.ProcessState.ExitCode(), strings.Join(words, ", "); got != tt.code || text != tt.text {
			t.Errorf("%v: exit code %d, %q, want %d, %q (%v)", tt.signals, got, text, tt.code, tt.text, err)
		}
	}
}
