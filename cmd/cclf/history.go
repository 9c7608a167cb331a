//go:build cgo

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// A history has the statements that were typed into a prompt, in a file for the
// user alone: one JSON string per line. The file stays open, because a process that
// has opened a data set cannot open other files. It implements readline.History.
type history struct {
	lines []string
	file  *os.File // nil if it could not be opened
}

// Limits of the history, in statements: when it is longer than the first, it is cut
// to the second.
const (
	historyMax  = 5000
	historyKept = 2500
)

// stateFolder is where programs keep the state of a user.
func stateFolder() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) { // the specification ignores others
		return filepath.Join(dir, "cclf"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "cclf"), err
}

// openHistory reads the history. With an error, it works, but in memory only.
func openHistory() (*history, error) {
	h := &history{}
	dir, err := stateFolder()
	if err != nil {
		return h, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return h, err
	}
	name := filepath.Join(dir, "query_history")
	if h.file, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return h, err
	}
	if err := errors.Join(h.file.Chmod(0o600), h.read()); err != nil {
		return h, err
	}
	if len(h.lines) > historyMax {
		h.lines = h.lines[len(h.lines)-historyKept:]
		return h, h.rewrite()
	}
	return h, nil
}

// read reads the file. Lines that are no JSON strings are skipped.
func (h *history) read() error {
	lines := bufio.NewScanner(h.file)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var line string
		if json.Unmarshal(lines.Bytes(), &line) == nil && line != "" {
			h.lines = append(h.lines, line)
		}
	}
	return lines.Err()
}

// rewrite replaces the content of the file. It is opened for appending, so other
// prompts go on to add to it.
func (h *history) rewrite() error {
	var b strings.Builder
	for _, line := range h.lines {
		b.Write(historyRecord(line))
	}
	if err := h.file.Truncate(0); err != nil {
		return err
	}
	_, err := h.file.WriteString(b.String())
	return err
}

func historyRecord(line string) []byte {
	text, _ := json.Marshal(line) // a string cannot fail
	return append(text, '\n')
}

// Write adds a statement, unless it starts with a space, as in many shells.
func (h *history) Write(line string) (int, error) {
	if strings.HasPrefix(line, " ") {
		return len(h.lines), nil
	}
	h.lines = append(h.lines, line)
	if h.file == nil {
		return len(h.lines), nil
	}
	_, err := h.file.Write(historyRecord(line))
	return len(h.lines), err
}

// GetLine returns a statement.
func (h *history) GetLine(i int) (string, error) {
	if i < 0 || i >= len(h.lines) {
		return "", errors.New("no such line")
	}
	return h.lines[i], nil
}

// Len returns the number of statements.
func (h *history) Len() int { return len(h.lines) }

// Dump returns all statements.
func (h *history) Dump() any { return h.lines }

func (h *history) Close() error {
	if h.file == nil {
		return nil
	}
	return h.file.Close()
}
