package ndjson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// errNoList says that a text is not a sequence of objects.
var errNoList = errors.New("not a sequence of objects")

// Split finds the objects in a text: one after the other, as elements of arrays, or
// wrapped in envelopes. pos is where the text begins. The pieces alias the text, and
// only their brackets are checked. Split returns an error for any other text, and
// for one that is malformed.
func Split(text []byte, pos Position, env *Envelope) ([]Piece, error) {
	var pieces []Piece
	s := &splitter{
		window: window{ctx: context.Background(), buf: text, base: pos.Offset, line: pos.Line, lineStart: pos.Offset, keep: none, err: io.EOF},
		env:    env,
		whole:  true,
		emit: func(pos Position, text []byte, err *LineError) error {
			if err != nil {
				return errNoList
			}
			pieces = append(pieces, Piece{pos, text})
			return nil
		},
	}
	if err := s.run(); err != nil {
		return nil, err
	}
	return pieces, nil
}

// An outcome is how reading a value ended.
type outcome uint8

const (
	complete outcome = iota
	broken           // it is not JSON: brackets or quotes do not match
	ended            // the text ended within it
)

// A splitter finds objects in a text of any form: as lines, over several
// lines, one after the other, as elements of arrays, in envelopes. It looks
// at brackets and strings only, so that an object with another error in it
// does not affect its neighbors. It holds one object at a time.
//
// After an error it continues at the next line that looks like the one where the
// malformed value began: with the same indentation.
type splitter struct {
	window
	env   *Envelope
	whole bool // the text is one line, already looked at
	emit  func(Position, []byte, *LineError) error
	stack []byte // open brackets

	failed error // of emit
	fatal  bool  // nothing more can be read
}

// A start is where a value begins.
type start struct {
	Position
	indent int64 // from the beginning of its line
	fresh  bool  // it is the first on its line
	list   bool  // it is in a list
}

func (s *splitter) start(list bool) start {
	at := start{Position{s.line, s.pos()}, s.pos() - s.lineStart, s.fresh, list}
	s.fresh = false
	return at
}

// pass passes on a piece of text, or an error in its place.
func (s *splitter) pass(at Position, text []byte, err *LineError) {
	if s.failed == nil {
		s.failed = s.emit(at, text, err)
	}
}

// run finds all objects of the text.
func (s *splitter) run() error {
	s.fresh = true
	for s.failed == nil && !s.fatal {
		s.keep, s.over = none, false
		c, ok := s.space()
		switch {
		case !ok:
			if s.err != nil && !errors.Is(s.err, io.EOF) && s.ctx.Err() == nil {
				s.breakOff(Position{s.line, s.lineStart}, "")
			}
			if s.failed == nil {
				s.failed = s.ctx.Err()
			}
			return s.failed
		case c == '{' && s.fresh && !s.whole && s.wholeLine():
		case c == '{':
			s.topObject()
		case c == '[':
			at := s.start(false)
			s.ending(at, s.array(s.element))
		default:
			s.keep = s.pos()
			s.restOfLine(s.start(false).Position)
		}
	}
	return s.failed
}

// breakOff reports that the rest of the text is missing.
func (s *splitter) breakOff(at Position, within string) {
	if s.ctx.Err() != nil {
		return
	}
	reason := breaksOff(s.err)
	if s.err == nil || errors.Is(s.err, io.EOF) {
		reason = "the input breaks off here: the text ends within " + within
	}
	s.pass(at, nil, &LineError{Reason: reason, Fatal: true})
	s.fatal = true
}

// wholeLine passes on a line that looks like one whole object.
func (s *splitter) wholeLine() bool {
	from := s.pos()
	s.keep = from
	end, found := s.lineEnd(from)
	if !found || end-from > MaxLine+1 {
		return false
	}
	for next := end + 1; next < end+64; next++ { // blanks, and then a byte that may go on
		if next == s.base+int64(len(s.buf)) && !s.read() {
			break
		}
		if c := s.buf[next-s.base]; continues(c) {
			return false
		} else if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			break
		}
	}
	text := bytes.TrimSuffix(s.text(from, end), []byte{'\r'})
	if shape := bytes.TrimRight(text, " \t\r"); shape[len(shape)-1] != '}' {
		return false
	}
	s.pass(Position{s.line, from}, text, nil)
	s.at = int(end - s.base)
	s.newline()
	return true
}

// restOfLine passes on the rest of a line as it is, for the reader to reject.
func (s *splitter) restOfLine(at Position) {
	if s.whole {
		s.failed = errNoList
		return
	}
	if s.keep == none || at.Offset < s.base {
		s.over = true
	} else {
		s.keep = at.Offset
	}
	end, found := s.lineEnd(s.pos())
	for !found && end-s.pos() > MaxLine {
		s.over, s.keep = true, none
		s.at = len(s.buf)
		end, found = s.lineEnd(s.pos())
	}
	switch {
	case s.over || end-at.Offset > MaxLine+1:
		s.pass(at, nil, tooLong("line"))
	case !found && !errors.Is(s.err, io.EOF):
		s.at = len(s.buf) // not a whole line; run finds the error again
		return
	default:
		s.pass(at, bytes.TrimSuffix(s.text(at.Offset, end), []byte{'\r'}), nil)
	}
	s.at = int(end - s.base)
	if found {
		s.newline()
	}
}

// topObject reads an object that is in no list.
func (s *splitter) topObject() {
	at := s.start(false)
	out, opened := s.object(at)
	if out != complete || opened {
		s.ending(at, out)
		return
	}
	// Nothing but another value may follow on the same line.
	end := s.pos()
	for {
		c, ok := s.peek()
		switch {
		case ok && (c == ' ' || c == '\t' || c == '\r'):
			s.at++
			continue
		case !ok || c == '\n' || c == '{' || c == '[':
			s.finish(at, end)
		default:
			s.restOfLine(at.Position)
		}
		return
	}
}

// finish passes on an object that was read to its end.
func (s *splitter) finish(at start, end int64) {
	if s.over || end-at.Offset > MaxLine {
		s.pass(at.Position, nil, tooLong("resource"))
	} else {
		s.pass(at.Position, s.text(at.Offset, end), nil)
	}
	s.keep, s.over = none, false
}

// ending recovers from the outcome of a value that is in no list.
func (s *splitter) ending(at start, out outcome) {
	switch {
	case out == complete || s.failed != nil || s.fatal:
	case !s.recover(at, out):
		s.breakOff(at.Position, "a JSON value")
	}
}

// array reads an array, and calls one at each element, which one reads.
func (s *splitter) array(one func(at start) outcome) outcome {
	s.at++
	for s.failed == nil && !s.fatal {
		c, ok := s.space()
		switch {
		case !ok:
			s.breakOff(Position{s.line, s.pos()}, "a list of resources")
			return ended
		case c == ']':
			s.at++
			s.fresh = false
			return complete
		case c == ',':
			s.at++
			s.fresh = false
		case c == '}' || c == ':':
			s.lost(Position{s.line, s.pos()})
			return broken
		default:
			at := s.start(true)
			s.keep, s.over = at.Offset, false
			out := one(at)
			if s.failed != nil || s.fatal {
				return out
			}
			if out == complete || s.recover(at, out) {
				continue
			}
			if out == ended {
				s.breakOff(at.Position, "a resource")
			} else {
				s.lost(at.Position)
			}
			return out
		}
	}
	return complete
}

// lost reports that the end of a list cannot be found.
func (s *splitter) lost(at Position) {
	s.pass(at, nil, &LineError{Reason: "the input breaks off here: a list of resources with an error in it, after which no other can be found", Fatal: true})
	s.fatal = true
}

// element reads an element of an array of objects.
func (s *splitter) element(at start) outcome {
	if s.buf[s.at] != '{' {
		out := s.value()
		if out == complete {
			s.finish(at, s.pos()) // as it is: no object
		}
		return out
	}
	out, opened := s.object(at)
	if out == complete && !opened {
		s.finish(at, s.pos())
	}
	return out
}

// object reads an object, and passes on what is in it when it is an envelope:
// then opened is true.
func (s *splitter) object(at start) (out outcome, opened bool) {
	s.keep = at.Offset
	marked, other := false, false // as an envelope, as something else
	out = s.members(func(key []byte, value byte) outcome {
		switch {
		case s.env == nil:
		case string(key) == s.env.Member && value == '"':
			from := s.pos()
			keep := s.keep
			s.keep = min(keep, from)
			out := s.value()
			if out == complete && !s.over {
				marked = string(s.text(from+1, s.pos()-1)) == s.env.Value
				other = !marked
			}
			if !s.over {
				s.keep = keep
			}
			return out
		case string(key) == s.env.List && value == '[' && !other:
			opened = true
			s.keep = none
			out := s.array(s.entry)
			s.keep, s.over = none, false
			return out
		}
		return s.value()
	})
	switch {
	case out != complete || s.failed != nil:
	case opened && !marked:
		s.pass(at.Position, nil, &LineError{Reason: fmt.Sprintf("an object with a list %q that is not a %s", s.env.List, s.env.Value)})
	case marked:
		opened = true
	}
	return out, opened
}

// entry reads an entry of an envelope, and passes on the object wrapped in it, or all
// of an entry that wraps none.
func (s *splitter) entry(at start) outcome {
	if s.buf[s.at] != '{' {
		return s.element(at)
	}
	type span struct {
		at  start
		end int64
	}
	var items []span
	out := s.members(func(key []byte, value byte) outcome {
		item := start{Position: Position{s.line, s.pos()}}
		out := s.value()
		if out == complete && value == '{' && string(key) == s.env.Item {
			items = append(items, span{item, s.pos()})
		}
		return out
	})
	switch {
	case out != complete:
	case s.over:
		s.finish(at, s.pos())
	case items == nil:
		s.finish(at, s.pos())
	default:
		for _, i := range items {
			s.pass(i.at.Position, s.text(i.at.Offset, i.end), nil)
		}
		s.keep = none
	}
	return out
}

// members reads an object and calls one with each member's name, and the first
// byte of its value, which one reads.
func (s *splitter) members(one func(key []byte, value byte) outcome) outcome {
	s.at++
	for prev := byte('{'); ; {
		c, ok := s.space()
		s.fresh = false
		switch {
		case !ok:
			return ended
		case c == '}':
			s.at++
			return complete
		case c == ',' && prev == 'v':
			s.at++
			prev = ','
			continue
		case c != '"' || prev == 'v':
			return broken
		}
		keep, from := s.keep, s.pos()
		s.keep = min(keep, from) // so that the name can be looked at
		out := s.value()
		if s.keep == from {
			s.keep = keep
		}
		if out != complete {
			return out
		}
		var key []byte
		if from >= s.base { // a name of 32 MiB is none of those looked for
			key = s.text(from+1, s.pos()-1)
		}
		if len(key) > 64 {
			key = nil
		}
		key = append(make([]byte, 0, 64), key...) // reading on moves the buffer
		if c, ok = s.space(); ok && c == ':' {
			s.at++
			c, ok = s.space()
		} else if ok {
			return broken
		}
		s.fresh = false
		if !ok {
			return ended
		}
		if out = one(key, c); out != complete || s.failed != nil || s.fatal {
			return out
		}
		prev = 'v'
	}
}

// value reads a value.
func (s *splitter) value() outcome {
	c, ok := s.peek()
	switch {
	case !ok:
		return ended
	case c == '"':
		s.at++
		return s.str()
	case c == '{' || c == '[':
		return s.nested()
	}
	for begin := s.pos(); ; s.at++ {
		c, ok := s.peek()
		if !ok || c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '{' || c == '[' || c == '"' || c == ':' {
			switch {
			case s.pos() > begin:
				return complete
			case !ok:
				return ended
			}
			return broken
		}
	}
}

// str reads to the end of a string. A line feed in it means that the closing quote is
// missing.
func (s *splitter) str() outcome {
	for {
		p := jsonscan.SkipText(s.buf, s.at)
		s.at = p
		if p == len(s.buf) {
			if !s.more() {
				return ended
			}
			continue
		}
		switch s.buf[p] {
		case '"':
			s.at = p + 1
			return complete
		case '\n':
			return broken
		}
		if !s.escape() {
			return ended
		}
	}
}

// escape reads a backslash, and the byte after it unless that is a line feed. It
// reports false if the text ends.
func (s *splitter) escape() bool {
	s.at++
	c, ok := s.peek()
	if ok && c != '\n' {
		s.at++
	}
	return ok
}

// maxOpen is how many brackets may be open. The walker allows half of them.
const maxOpen = 2 * jsonscan.MaxDepth

// nested reads an object or array by its brackets and strings. Two values without a
// comma between them are an error, so that a truncated line does not swallow those
// after it.
func (s *splitter) nested() outcome {
	s.stack = s.stack[:0]
	for prev := byte(':'); ; {
		b, p := s.buf, s.at
		for p < len(b) {
			c := b[p]
			switch c {
			case ' ', '\t', '\r':
				p++
				continue
			case '\n':
				s.at = p
				s.newline()
				p = s.at
				continue
			case '"':
				if prev == 'v' {
					s.at = p
					return broken
				}
				s.at = p + 1
				if out := s.str(); out != complete {
					return out
				}
				b, p = s.buf, s.at
				prev = 'v'
				continue
			case '{', '[':
				if n := len(s.stack); n > 0 {
					bad := prev != ':'
					if s.stack[n-1] == '[' {
						bad = prev != '[' && prev != ','
					}
					if bad || n == maxOpen {
						s.at = p
						return broken
					}
				}
				s.stack = append(s.stack, c)
				prev = c
			case '}', ']':
				n := len(s.stack) - 1
				if s.stack[n] != c-2 { // in ASCII, brackets are two apart
					s.at = p
					return broken
				}
				s.stack = s.stack[:n]
				if n == 0 {
					s.at, s.fresh = p+1, false
					return complete
				}
				prev = 'v'
			case ',', ':':
				prev = c
			default:
				prev = 'v'
			}
			p++
		}
		s.at = p
		if !s.more() {
			return ended
		}
	}
}

// recover passes on the text of a value that is malformed or unfinished, up to the
// next line that looks like the one where it began, and continues there. It reports
// false if there is no such line but more text.
func (s *splitter) recover(at start, out outcome) bool {
	if s.whole {
		s.failed = errNoList
		return true
	}
	if !at.fresh {
		if at.list {
			return false
		}
		if out == broken {
			s.restOfBroken(at)
			return true
		}
		return false
	}
	// From the line after the one where the value began, if that is still there.
	from := at.Offset
	line, known := at.Line, true
	if s.over || s.keep == none || from < s.base {
		from, line, known = s.pos(), s.line, false
	}
	s.keep = from
	for {
		end, found := s.lineEnd(from)
		if !found && end-from > MaxLine {
			s.at, s.keep, known = len(s.buf), none, false
			from = s.pos()
			continue
		}
		if !found {
			if out == broken && !at.list && errors.Is(s.err, io.EOF) {
				s.brokenText(at, end, known)
				s.at = int(end - s.base)
				return true
			}
			return false
		}
		line++
		from = end + 1
		if known && from-at.Offset > MaxLine {
			known = false
		}
		if !known {
			s.keep = from
			s.at = int(from - s.base)
		}
		if indent, ok := s.alike(from, at, out); ok {
			s.brokenText(at, end, known)
			s.at = int(from - s.base)
			s.line, s.lineStart, s.fresh = line, from, true
			s.at += int(indent)
			s.keep, s.over = none, false
			return true
		}
	}
}

// alike reports whether the line at an offset looks like one on which a value
// like that at a start begins, or the list ends.
func (s *splitter) alike(from int64, at start, out outcome) (indent int64, ok bool) {
	for i := from; ; i++ {
		for i >= s.base+int64(len(s.buf)) {
			if !s.read() {
				return 0, false
			}
		}
		c := s.buf[i-s.base]
		indent = i - from
		switch {
		case c == ' ' || c == '\t':
			continue
		case at.list:
			return indent, c == '{' && indent == at.indent || c == ']' && indent <= at.indent
		case out == ended:
			return indent, c == '{' && indent == at.indent
		}
		return indent, indent == at.indent && c != '}' && c != ']' && c != '"' && c != ',' && c != '\r' && c != '\n'
	}
}

// brokenText passes on the text of a malformed value, for the reader to report.
func (s *splitter) brokenText(at start, end int64, known bool) {
	if !known {
		s.pass(at.Position, nil, tooLong("resource"))
		return
	}
	s.pass(at.Position, bytes.TrimRight(s.text(at.Offset, end), "\r\n"), nil)
}

// restOfBroken passes on the line of a malformed value that was not the first on
// it.
func (s *splitter) restOfBroken(at start) {
	if s.keep == none || at.Offset < s.base {
		s.lost(at.Position)
		return
	}
	s.line, s.at = at.Line, int(at.Offset-s.base)
	s.restOfLine(at.Position)
}

// continues reports whether a line that begins with c continues the value of the line
// before it, although that line ended with a bracket.
func continues(c byte) bool { return c == '}' || c == ']' || c == ',' || c == ':' || c == '"' }
