//go:build cgo && (linux || darwin) && !race

package main

/*
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile int captured = -1; // file that the runtime and libraries write errors to
static volatile int original = -1; // standard error of the process

static void say(const char *text, size_t n) {
	while (n > 0) {
		ssize_t done = write(original, text, n);
		if (done <= 0) return;
		text += done;
		n -= done;
	}
}

static int begins(const char *line, const char *with) { return strncmp(line, with, strlen(with)) == 0; }

// tell writes the lines that cannot contain values: the kind of crash, and the
// stacks. The text of a panic can be anything; its continuation lines are indented.
static void tell(const char *text) {
	int stack = 0;
	while (*text) {
		const char *end = strchr(text, '\n');
		size_t n = end ? (size_t)(end - text) + 1 : strlen(text);
		stack = stack || begins(text, "goroutine ");
		if (stack || begins(text, "fatal error: ") || begins(text, "runtime: ") || begins(text, "SIG")) say(text, n);
		text += n;
	}
}

// on_abort ends the process with the exit code of a crash. It is async-signal-safe.
static void on_abort(int sig) {
	static char text[64 << 10];
	if (captured < 0) {
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	ssize_t n = pread(captured, text, sizeof text - 1, 0);
	text[n < 0 ? 0 : n] = 0;
	tell(text);
	const char *message = "cclf: internal error\nhint: this is a bug in cclf; please report it with the lines above\n";
	int code = 70;
	if (strstr(text, "out of memory") || strstr(text, "cannot allocate memory")) {
		message = "cclf: out of memory\nhint: run it with more free memory, or raise the memory limit of the process\n";
		code = 71;
	}
	say(message, strlen(message));
	_exit(code);
}

// The handler must be installed before the Go runtime starts: the runtime forwards
// SIGABRT to it at the end of a crash.
__attribute__((constructor)) static void install(void) {
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_abort;
	action.sa_flags = SA_ONSTACK;
	sigemptyset(&action.sa_mask);
	sigaction(SIGABRT, &action, NULL);
}

// divert makes file the standard error, and returns the original one, or -1.
static int divert(int file) {
	original = dup(2);
	if (original < 0 || dup2(file, 2) < 0) return -1;
	captured = file;
	return original;
}
*/
import "C"

import (
	"os"
	"runtime/debug"
	"syscall"
)

// catchCrashes makes the process exit with exitcode.Internal or exitcode.Memory, as on_abort
// says, after a panic in any goroutine, a lack of memory, or an abort in DuckDB. The exit
// code of the Go runtime for these, 2, is that of usage errors, and cannot be set: instead
// the runtime is told to raise SIGABRT ("crash"), which it forwards to a handler that was
// installed before it.
//
// The message of a panic can quote values of claims. It goes to an unnamed file, from
// which the handler copies only the stacks.
func catchCrashes() {
	file, err := os.CreateTemp("", "cclf-crash-")
	if err != nil {
		return
	}
	_ = os.Remove(file.Name()) // it stays open
	fd, err := syscall.Dup(int(file.Fd()))
	if file.Close(); err != nil {
		return
	}
	original := C.divert(C.int(fd))
	if original < 0 {
		return
	}
	syscall.CloseOnExec(fd)
	syscall.CloseOnExec(int(original))
	os.Stderr = os.NewFile(uintptr(original), "/dev/stderr")
	debug.SetTraceback("crash")
}
