//go:build cgo && (linux || darwin) && !race

package main

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/internal/exitcode"
)

// crashes are ways to crash, for the program that TestMain makes of this test.
var crashes = map[string]func(){
	"panic": func() {
		go func() { panic("a value of a claim") }()
		select {}
	},
	"map": func() { // a fatal error, that cannot be recovered
		m := map[int]int{}
		for range 8 {
			go func() {
				for i := 0; ; i++ {
					m[i%8] = i
				}
			}()
		}
		select {}
	},
	"nil":   func() { var p *[1 << 20]byte; go func() { p[1<<16]++ }(); select {} },
	"abort": func() { _ = syscall.Kill(os.Getpid(), syscall.SIGABRT); time.Sleep(time.Minute) },
	"memory": func() {
		limit := syscall.Rlimit{Cur: 2 << 30, Max: 2 << 30}
		if syscall.Setrlimit(syscall.RLIMIT_AS, &limit) != nil {
			return
		}
		var keep [][]byte
		for {
			keep = append(keep, make([]byte, 64<<20))
			runtime.KeepAlive(keep)
		}
	},
	"recovered": func() { panic(errors.New("a value of a claim")) },
}

func crash() {
	hardenProcess()
	catchCrashes()
	crashes[os.Args[1]]()
}

// TestCrash ends the program in all ways that it cannot survive. Exit code 2,
// which the runtime has for them, would be that of wrong usage.
func TestCrash(t *testing.T) {
	for name := range crashes {
		if name == "recovered" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], name)
			cmd.Args[0] = "cclf-crash"
			cmd.Path = os.Args[0]
			cmd.Env = append(os.Environ(), "CCLF_TEST_CRASH=1")
			out, err := cmd.CombinedOutput()
			want, say := exitcode.Internal, "cclf: internal error\nhint: "
			if name == "memory" {
				want, say = exitcode.Memory, "cclf: out of memory\nhint: "
			}
			exit, ok := errors.AsType[*exec.ExitError](err)
			if !ok || exit.ExitCode() != want || !strings.Contains(string(out), say) ||
				strings.Contains(string(out), "of a claim") || !strings.Contains(string(out), "goroutine ") {
				t.Errorf("%v, want exit code %d and %q:\n%.2000s", err, want, say, out)
			}
		})
	}
}

func TestRecovered(t *testing.T) {
	for _, tt := range []struct {
		panic func()
		want  string
	}{
		{crashes["recovered"], "internal error: a panic with a value of type *errors.errorString\ngoroutine "},
		{func() { panic("convert: internal error: a page has no columns") }, "internal error: convert: internal error: a page has no columns\n"},
		{func() { panic("value 1EG4-TE5-MK73") }, "internal error: a panic with a value of type string\n"},
		{func() { var a []int; _ = a[len(os.Args)+41] }, "internal error: runtime error: index out of range [N] with length N\n"},
	} {
		err := func() (err error) {
			defer func() { err = recovered(recover()) }()
			tt.panic()
			return nil
		}()
		if exitCode(err) != exitcode.Internal || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "of a claim") {
			t.Errorf("exit code %d, %.300s\nwant %q", exitCode(err), err, tt.want)
		}
	}
}
