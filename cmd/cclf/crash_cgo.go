//go:build cgo && (linux || darwin) && !race

package main

/*
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile int account = -1; // the file that standard error is, for the runtime and for libraries
static volatile int person = -1;  // standard error as it was

static void say(const char *text, size_t n) {
	while (n > 0) {
		ssize_t done = write(person, text, n);
		if (done <= 0) return;
		text += done;
		n -= done;
	}
}

static int begins(const char *line, const char *with) { return strncmp(line, with, strlen(with)) == 0; }

// tell writes what is known to hold no values: what kind of crash it is, and the
// stacks. The text of a panic can be anything; its further lines are indented.
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
	if (account < 0) {
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	ssize_t n = pread(account, text, sizeof text - 1, 0);
	text[n < 0 ? 0 : n] = 0;
	tell(text);
	const char *message = "cclf: internal error\nhint: this is a defect of cclf: please report it with the lines above\n";
	int code = 70;
	if (strstr(text, "out of memory") || strstr(text, "cannot allocate memory")) {
		message = "cclf: out of memory\nhint: run it where more memory is free, or lift the limit of this process\n";
		code = 71;
	}
	say(message, strlen(message));
	_exit(code);
}

// The handler must be there before Go's runtime starts: the runtime forwards a
// SIGABRT to it when it has given up.
__attribute__((constructor)) static void install(void) {
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_abort;
	action.sa_flags = SA_ONSTACK;
	sigemptyset(&action.sa_mask);
	sigaction(SIGABRT, &action, NULL);
}

// divert makes a file what the runtime and libraries write errors to, and returns
// what standard error was, or -1.
static int divert(int file) {
	person = dup(2);
	if (person < 0 || dup2(file, 2) < 0) return -1;
	account = file;
	return person;
}
*/
import "C"

import (
	"os"
	"runtime/debug"
	"syscall"
)

// catchCrashes makes the process end with the exit codes of a crash when the
// runtime or a library gives up: with a panic in any goroutine, a lack of memory,
// or an abort in DuckDB. The runtime's own exit code for these, 2, is that of
// wrong usage. There is no way to change it but this: the runtime raises SIGABRT
// when it is done ("crash"), and forwards it to a handler that was there first.
//
// What the runtime says of a panic can have values of claims in it. So it says it
// to a file without a name, and the handler passes the stacks on.
func catchCrashes() {
	file, err := os.CreateTemp("", "cclf-crash-")
	if err != nil {
		return
	}
	_ = os.Remove(file.Name()) // nothing stays of it
	fd, err := syscall.Dup(int(file.Fd()))
	if file.Close(); err != nil {
		return
	}
	person := C.divert(C.int(fd))
	if person < 0 {
		return
	}
	syscall.CloseOnExec(fd)
	syscall.CloseOnExec(int(person))
	os.Stderr = os.NewFile(uintptr(person), "/dev/stderr")
	debug.SetTraceback("crash")
}
