package confine_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/cclf-tools/cclf/internal/confine"
)

// TestTo confines a child process, which then tries what is forbidden.
func TestTo(t *testing.T) {
	if dir := os.Getenv("CONFINE_TEST"); dir != "" {
		confined(t, dir)
		return
	}
	dir := t.TempDir()
	for _, name := range []string{"data", "temp", "other"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "file"), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestTo$", "-test.v")
	cmd.Env = append(os.Environ(), "CONFINE_TEST="+dir)
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip("the kernel has no Landlock")
	}
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, name := range []string{"data", "other"} {
		if text, err := os.ReadFile(filepath.Join(dir, name, "file")); err != nil || string(text) != name {
			t.Errorf("%s/file is %q now: %v", name, text, err)
		}
	}
}

// TestWithoutProc checks that a process without /proc is told that it cannot be confined,
// as without Landlock, or is confined.
func TestWithoutProc(t *testing.T) {
	if os.Getenv("CONFINE_WITHOUT_PROC") != "" {
		err := errors.Join(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("tmpfs", "/proc", "tmpfs", 0, ""))
		if err != nil {
			t.Skip(err)
		}
		if err := confine.To([]string{"/usr"}, nil); err != nil && !errors.Is(err, confine.ErrUnsupported) {
			t.Error(err)
		}
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestWithoutProc$", "-test.v")
	cmd.Env = append(os.Environ(), "CONFINE_WITHOUT_PROC=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if len(out) == 0 && err != nil || strings.Contains(string(out), "--- SKIP") {
		t.Skipf("cannot hide /proc: %v %s", err, out)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func confined(t *testing.T, dir string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	// Threads that already run are confined too.
	stop, ready, tried := make(chan struct{}), sync.WaitGroup{}, make(chan error, 4)
	for range cap(tried) {
		ready.Add(1)
		go func() {
			runtime.LockOSThread()
			ready.Done()
			<-stop
			tried <- os.WriteFile(filepath.Join(dir, "data", "file"), nil, 0o600)
		}()
	}
	ready.Wait()
	err = confine.To([]string{filepath.Join(dir, "data")}, []string{filepath.Join(dir, "temp")})
	if errors.Is(err, confine.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	close(stop)
	for range cap(tried) {
		if err := <-tried; !errors.Is(err, os.ErrPermission) {
			t.Errorf("an earlier thread could write to the data set: %v", err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "data", "file")); err != nil || string(text) != "data" {
		t.Errorf("the data set cannot be read: %q, %v", text, err)
	}
	for what, try := range map[string]func() error{
		"write to the data set":  func() error { return os.WriteFile(filepath.Join(dir, "data", "file"), nil, 0o600) },
		"truncate it":            func() error { return os.Truncate(filepath.Join(dir, "data", "file"), 0) },
		"make a file in it":      func() error { return os.WriteFile(filepath.Join(dir, "data", "new"), nil, 0o600) },
		"remove a file of it":    func() error { return os.Remove(filepath.Join(dir, "data", "file")) },
		"rename a file of it":    func() error { return os.Rename(filepath.Join(dir, "data", "file"), filepath.Join(dir, "data", "x")) },
		"read another file":      func() error { _, err := os.ReadFile(filepath.Join(dir, "other", "file")); return err },
		"list another folder":    func() error { _, err := os.ReadDir(filepath.Join(dir, "other")); return err },
		"start a program":        func() error { return exec.Command("/bin/true").Run() },
		"start itself":           func() error { return exec.Command(os.Args[0], "-test.run", "^$").Run() },
		"connect to the network": func() error { _, err := net.Dial("tcp", listener.Addr().String()); return err },
	} {
		if err := try(); !errors.Is(err, os.ErrPermission) {
			t.Errorf("it could %s: %v", what, err)
		}
	}
	file := filepath.Join(dir, "temp", "sub", "file")
	if err := errors.Join(os.Mkdir(filepath.Dir(file), 0o700), os.WriteFile(file, nil, 0o600), os.RemoveAll(filepath.Dir(file))); err != nil {
		t.Errorf("the temporary folder cannot be used: %v", err)
	}
}
