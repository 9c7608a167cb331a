package main

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"unicode/utf8"

	"golang.org/x/term"
)

// A screen is the terminal on which results are printed. It is a writer that holds
// output back until it is complete, and is printed, or longer than the screen, and
// goes to the pager.
type screen struct {
	to     io.Writer // the terminal
	pager  *pager    // nil if there is none
	width  int
	height int
	held   bytes.Buffer
	lines  int // of held
	column int // in the last line of held
	page   *page
}

// withScreen calls print with an environment in which a terminal as standard
// output is a screen.
func (e *env) withScreen(paged bool, print func(*env) error) error {
	if !e.isTerminal(e.stdout) {
		return print(e)
	}
	s := &screen{to: e.stdout}
	s.measure()
	if program := pagerProgram(); paged && program != "" && e.startPager != nil {
		if p, err := e.startPager(program); err == nil { // without one, everything is printed
			s.pager = p
			defer p.Close()
		}
	}
	to := *e
	to.stdout, to.screen = s, s
	to.isTerminal = func(stream any) bool {
		if stream == any(s) {
			stream = e.stdout
		}
		return e.isTerminal(stream)
	}
	err := print(&to)
	s.end()
	return err
}

// measure sets the size, which changes with the window.
func (s *screen) measure() {
	s.width, s.height = 0, 0
	if file, ok := s.to.(*os.File); ok {
		s.width, s.height, _ = term.GetSize(int(file.Fd())) // 0 if it is unknown
	}
	if s.width <= 0 {
		s.width = sizeVariable("COLUMNS", 80)
	}
	if s.height <= 0 {
		s.height = sizeVariable("LINES", 24)
	}
}

// sizeVariable returns a size from the environment.
func sizeVariable(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// Write is called with a part of an output.
func (s *screen) Write(b []byte) (int, error) {
	switch {
	case s.page != nil:
		return s.page.Write(b)
	case s.pager == nil:
		return s.to.Write(b)
	}
	s.held.Write(b)
	s.count(b)
	if s.lines >= s.height-1 {
		s.page = s.pager.open()
		_, err := s.page.Write(s.held.Bytes())
		s.held.Reset()
		return len(b), err
	}
	return len(b), nil
}

// count counts the lines of a text, as the terminal breaks them.
func (s *screen) count(b []byte) {
	for len(b) > 0 {
		line := b
		i := bytes.IndexByte(b, '\n')
		if i >= 0 {
			line = b[:i]
		}
		s.column += utf8.RuneCount(line)
		if b = b[len(line):]; i >= 0 {
			s.lines += 1 + max(s.column-1, 0)/s.width
			s.column, b = 0, b[1:]
		}
	}
}

// end is the end of an output. It returns when the user has seen it. Without a
// screen, it does nothing.
func (s *screen) end() {
	if s == nil {
		return
	}
	if s.page != nil {
		s.page.Close()
	} else {
		_, _ = s.to.Write(s.held.Bytes()) // there is nobody to tell
	}
	s.page = nil
	s.held.Reset()
	s.lines, s.column = 0, 0
}

// unpaged stops the pager from being used, if off is true, until the function that
// it returns is called.
func (s *screen) unpaged(off bool) (again func()) {
	if s == nil || !off {
		return func() {}
	}
	p := s.pager
	s.pager = nil
	return func() { s.pager = p }
}

// wait returns when no output is shown.
func (s *screen) wait() {
	if s != nil && s.pager != nil {
		s.pager.wait()
	}
}
