package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// An eventLog tells programs what a command does: as events in the log, and as a
// file of metrics. All commands have the events "start", "heartbeat" while they
// work, and "end". The others have counts in groups. The zero value tells nothing.
type eventLog struct {
	command, runID string
	started        time.Time
	log            *slog.Logger // of events, or nil
	file           *logFile     // that log writes to, or nil
	json           bool         // file has JSON
	metrics        *metricsFile // or nil

	mu      sync.Mutex
	state   runState
	stop    chan struct{}
	stopped sync.WaitGroup
}

// A runState is how far a command has come.
type runState struct {
	phase       string // of a download or a conversion, or ""
	done, total int64  // bytes, rows or files; total is -1 if unknown
	counts      []eventCount
	rows        []count // by table
	ended       bool
	exitCode    int
	at          time.Time
}

// A count is a number with its name.
type count struct {
	name string
	n    int64
}

// An eventCount is a count of an event.
type eventCount struct {
	event string
	count
}

// A logFile is a file that a logger writes to. Loggers pass over errors of writing:
// it keeps the first.
type logFile struct {
	io.WriteCloser
	mu  sync.Mutex
	err error
}

func (f *logFile) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.WriteCloser.Write(p)
	if f.err == nil {
		f.err = err
	}
	return n, err
}

// Close closes the file, and returns the first error of all writing.
func (f *logFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return cmp.Or(f.err, f.WriteCloser.Close())
}

// logOptions are the global flags about logs.
type logOptions struct {
	format, file, metricsFile, runID string
}

// beat is the time between heartbeats.
const beat = 30 * time.Second

// begin opens the log and the file of metrics, and tells that a command starts.
func (e *env) begin(command string, opts logOptions) error {
	l := e.events
	l.command, l.runID, l.started = command, strings.ToValidUTF8(opts.runID, "\ufffd"), time.Now()
	if l.runID == "" {
		l.runID = rand.Text()[:12]
	}
	e.logJSON = opts.format == "json" && opts.file == ""
	e.log = e.newLogger(e.stderr)
	switch {
	case opts.file != "":
		f, err := os.OpenFile(opts.file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return unwritable("log file", err)
		}
		l.json = opts.format == "json"
		l.file = &logFile{WriteCloser: f}
		l.log = slog.New(handler(l.file, opts.format, slog.LevelInfo)).With(l.attributes()...)
		e.log = e.newLogger(e.stderr)
	case e.logJSON:
		l.log = e.log
	}
	if opts.metricsFile != "" {
		var err error
		if l.metrics, err = openMetricsFile(opts.metricsFile); err != nil {
			return unwritable("metrics file", err)
		}
	}
	e.event("start", "version", readBuildInfo().Version)
	if err := l.writeMetrics(); err != nil {
		l.metrics = nil
		return err
	}
	if l.log != nil || l.metrics != nil {
		l.stop = make(chan struct{})
		l.stopped.Go(func() { e.keepBeating() })
	}
	return nil
}

// attributes are what every line of the log has.
func (l *eventLog) attributes() []any {
	return []any{"command", l.command, "run_id", l.runID}
}

// handler returns a handler of a log format.
func handler(w io.Writer, format string, level slog.Level) slog.Handler {
	opts := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.NewJSONHandler(w, opts)
	}
	return slog.NewTextHandler(w, opts)
}

// newLogger returns a logger to w, in the format of the global flags, and to the log
// file.
func (e *env) newLogger(w io.Writer) *slog.Logger {
	level, format := slog.LevelInfo, "text"
	if e.quiet {
		level = slog.LevelWarn
	}
	if e.logJSON {
		format = "json"
	}
	h := handler(w, format, level)
	switch {
	case e.events.file != nil:
		return slog.New(slog.NewMultiHandler(h, e.events.log.Handler()))
	case e.logJSON && !e.events.started.IsZero():
		return slog.New(h).With(e.events.attributes()...)
	}
	return slog.New(h)
}

// event tells programs what happened. Counts and the rows of tables are for the
// metrics too.
func (e *env) event(msg string, args ...any) {
	e.events.remember(msg, args)
	if e.events.log != nil {
		e.events.log.Info(msg, args...)
	}
}

const (
	countsGroup = "counts"
	tablesGroup = "tables"
)

// countGroup are counts as an argument of event.
func countGroup(counts ...count) slog.Attr { return group(countsGroup, counts) }

// tableGroup are the rows of tables as an argument of event.
func tableGroup(tables []dataset.Table) slog.Attr {
	var counts []count
	for _, t := range tables {
		counts = append(counts, count{t.Name, t.Rows})
	}
	return group(tablesGroup, counts)
}

func group(name string, counts []count) slog.Attr {
	var attrs []slog.Attr
	for _, c := range counts {
		attrs = append(attrs, slog.Int64(c.name, c.n))
	}
	return slog.GroupAttrs(name, attrs...)
}

// remember keeps counts for the metrics. Of events of one kind, the last counts.
func (l *eventLog) remember(event string, args []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, arg := range args {
		attr, ok := arg.(slog.Attr)
		if !ok {
			continue
		}
		var counts []count
		for _, a := range attr.Value.Group() {
			counts = append(counts, count{a.Key, a.Value.Int64()})
		}
		switch attr.Key {
		case countsGroup:
			l.state.counts = slices.DeleteFunc(slices.Clone(l.state.counts), func(c eventCount) bool { return c.event == event })
			for _, c := range counts {
				l.state.counts = append(l.state.counts, eventCount{event, c})
			}
		case tablesGroup:
			l.state.rows = counts
		}
	}
}

// progress keeps how far a command has come, for heartbeats.
func (l *eventLog) progress(phase string, done, total int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state.phase, l.state.done, l.state.total = phase, done, total
}

// keepBeating tells now and then that the command is alive.
func (e *env) keepBeating() {
	ticker := time.NewTicker(e.beat)
	defer ticker.Stop()
	for {
		select {
		case <-e.events.stop:
			return
		case <-ticker.C:
		}
		l := e.events
		l.mu.Lock()
		state := l.state
		l.mu.Unlock()
		args := []any{"seconds", time.Since(l.started).Seconds()}
		if state.phase != "" {
			args = append(args, "phase", state.phase, "done", state.done, "total", state.total)
		}
		e.event("heartbeat", args...)
		if err := l.writeMetrics(); err != nil {
			e.log.Warn(err.Error())
		}
	}
}

// finish tells that the command has ended. An error says that it cannot be told.
func (e *env) finish(code int) error {
	l := e.events
	l.mu.Lock()
	if l.state.ended { // a query that was abandoned ends the process on its own
		l.mu.Unlock()
		return nil
	}
	l.state.ended, l.state.exitCode = true, code
	l.mu.Unlock()
	if l.stop != nil {
		close(l.stop)
		l.stopped.Wait()
	}
	e.event("end", "exit_code", code, "seconds", time.Since(l.started).Seconds())
	err := l.writeMetrics()
	if l.file != nil {
		if closeErr := l.file.Close(); closeErr != nil {
			err = errors.Join(err, unwritable("log file", closeErr))
		}
	}
	return err
}

// confine makes ready for a process that cannot make files any more. It returns the
// folders in which it has to rename files.
func (l *eventLog) confine() ([]string, error) {
	if l.metrics == nil {
		return nil, nil
	}
	if err := l.metrics.confine(); err != nil {
		return nil, unwritable("metrics file", err)
	}
	return []string{l.metrics.dir()}, nil
}

func (l *eventLog) writeMetrics() error {
	if l.metrics == nil {
		return nil
	}
	l.mu.Lock()
	state := l.state
	l.mu.Unlock()
	state.at = time.Now()
	text, err := l.openMetrics(&state)
	if err == nil {
		err = l.metrics.write(text, state.ended)
	}
	if err != nil {
		return unwritable("metrics file", err)
	}
	return nil
}

// unwritable is the error of a file about the run that cannot be written.
func unwritable(what string, err error) error {
	return &exitError{code: dataSetCode(err, exitcode.Output), err: fmt.Errorf("%s: %w", what, err)}
}
