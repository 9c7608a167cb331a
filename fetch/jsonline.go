package fetch

import (
	"bytes"
	"errors"
)

// checkLine checks that a line is one JSON object and nothing else, and
// returns its resourceType: the string of that name at the object's top level.
// It is the syntax of RFC 8259; the text of strings is not looked at.
//
// The whole download passes through here. encoding/json would do, at a tenth
// of the speed.
func checkLine(line []byte) (resourceType string, err error) {
	s := scanner{text: line}
	s.space()
	if s.peek() != '{' {
		return "", errNotObject
	}
	if !s.value() {
		return "", errNotJSON
	}
	if s.space(); s.at != len(line) {
		return "", errNotJSON
	}
	return s.resourceType, nil
}

var (
	errNotObject = errors.New("not a JSON object")
	errNotJSON   = errors.New("not valid JSON")
)

// maxDepth is how deep objects and arrays may be nested. FHIR comes nowhere
// near it.
const maxDepth = 200

type scanner struct {
	text         []byte
	at           int
	depth        int
	resourceType string
}

func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// take passes over a byte, if it is the next one.
func (s *scanner) take(b byte) bool {
	if s.peek() != b {
		return false
	}
	s.at++
	return true
}

func (s *scanner) value() bool {
	switch b := s.peek(); b {
	case '{':
		return s.object()
	case '[':
		return s.array()
	case '"':
		_, ok := s.string()
		return ok
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	default:
		return s.number()
	}
}

func (s *scanner) object() bool {
	if s.depth++; s.depth > maxDepth {
		return false
	}
	s.at++
	if s.space(); s.take('}') {
		s.depth--
		return true
	}
	for {
		s.space()
		key, ok := s.string()
		if !ok {
			return false
		}
		if s.space(); !s.take(':') {
			return false
		}
		s.space()
		if s.depth == 1 && s.resourceType == "" && s.peek() == '"' && string(key) == "resourceType" {
			value, ok := s.string()
			if !ok {
				return false
			}
			s.resourceType = string(value)
		} else if !s.value() {
			return false
		}
		s.space()
		if s.take('}') {
			s.depth--
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

func (s *scanner) array() bool {
	if s.depth++; s.depth > maxDepth {
		return false
	}
	s.at++
	if s.space(); s.take(']') {
		s.depth--
		return true
	}
	for {
		if s.space(); !s.value() {
			return false
		}
		s.space()
		if s.take(']') {
			s.depth--
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

// plain are the bytes that mean themselves within a string.
var plain = func() (t [256]bool) {
	for b := 0x20; b < 256; b++ {
		t[b] = b != '"' && b != '\\'
	}
	return t
}()

// string passes over a string and returns what is between its quotes.
func (s *scanner) string() (text []byte, ok bool) {
	if !s.take('"') {
		return nil, false
	}
	start, t, at := s.at, s.text, s.at
	for {
		for at < len(t) && plain[t[at]] {
			at++
		}
		if at >= len(t) {
			return nil, false
		}
		switch t[at] {
		case '"':
			s.at = at + 1
			return t[start:at], true
		case '\\':
			if at+1 >= len(t) {
				return nil, false
			}
			switch t[at+1] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
				at += 2
			case 'u':
				if at+6 > len(t) || bytes.ContainsFunc(t[at+2:at+6], notHex) {
					return nil, false
				}
				at += 6
			default:
				return nil, false
			}
		default:
			return nil, false
		}
	}
}

func notHex(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F')
}

func (s *scanner) word(word string) bool {
	if !bytes.HasPrefix(s.text[s.at:], []byte(word)) {
		return false
	}
	s.at += len(word)
	return true
}

func (s *scanner) number() bool {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	start := s.at
	for b := s.peek(); b >= '0' && b <= '9'; b = s.peek() {
		s.at++
	}
	return s.at > start
}
