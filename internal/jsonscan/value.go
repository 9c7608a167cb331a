package jsonscan

import "bytes"

// Valid reports whether b is one JSON value, with nothing but white space around
// it: err is nil, or what is wrong at the offset.
func Valid(b []byte) (offset int, err error) {
	p, err := SkipValue(b, SkipSpace(b, 0), 0)
	if err != nil {
		return p, err
	}
	return SkipEnd(b, p)
}

// SkipEnd consumes the end of a text: white space, and nothing after it.
func SkipEnd(b []byte, p int) (int, error) {
	if p = SkipSpace(b, p); p != len(b) {
		return p, ErrTrailing
	}
	return p, nil
}

// SkipSpace consumes white space, if there is any.
func SkipSpace(b []byte, p int) int {
	for p < len(b) {
		switch b[p] {
		case ' ', '\t', '\r', '\n':
			p++
		default:
			return p
		}
	}
	return p
}

var bom = []byte("\xef\xbb\xbf")

// SkipBOM consumes byte order marks, if there are any. They are not JSON, but some
// programs write them where a text begins, and concatenation puts them at the
// beginning of other lines.
func SkipBOM(b []byte, p int) int {
	for bytes.HasPrefix(b[p:], bom) {
		p += len(bom)
	}
	return p
}

// SkipValue consumes a value. Depth is how many objects and arrays are open
// around it.
func SkipValue(b []byte, p, depth int) (int, error) {
	if p >= len(b) {
		return p, ErrValue
	}
	switch b[p] {
	case '"':
		end, _, err := SkipString(b, p+1)
		if err != nil {
			return end, err
		}
		return end + 1, nil
	case '{':
		return SkipObject(b, p, depth)
	case '[':
		return SkipArray(b, p, depth)
	case 't', 'f', 'n':
		return SkipLiteral(b, p)
	default:
		return SkipNumber(b, p)
	}
}

// SkipObject consumes an object. It takes the offset of the opening brace.
func SkipObject(b []byte, p, depth int) (int, error) { return SkipMembers(b, p, depth, nil) }

// A Member is a member of an object by its offsets in the text.
type Member struct {
	Start, NameEnd int  // of the name, without its quotes
	Escaped        bool // the name has escapes
	Value, End     int  // of the value
}

// Name returns the decoded name of the member in b, which aliases b unless it has
// escapes.
func (m *Member) Name(b []byte) []byte {
	name := b[m.Start:m.NameEnd]
	if m.Escaped {
		name = AppendUnescaped(nil, name)
	}
	return name
}

// SkipMembers consumes an object, and calls each, which may be nil, for its members
// in their order.
func SkipMembers(b []byte, p, depth int, each func(Member)) (int, error) {
	if depth >= MaxDepth {
		return p, ErrDepth
	}
	p = SkipSpace(b, p+1)
	if p < len(b) && b[p] == '}' {
		return p + 1, nil
	}
	for {
		if p >= len(b) || b[p] != '"' {
			return p, ErrMemberName
		}
		start := p + 1
		end, escaped, err := SkipString(b, start)
		if err != nil {
			return end, err
		}
		value, err := SkipColon(b, end+1)
		if err != nil {
			return value, err
		}
		if p, err = SkipValue(b, value, depth+1); err != nil {
			return p, err
		}
		if each != nil {
			each(Member{start, end, escaped, value, p})
		}
		var more bool
		if p, more, err = SkipSeparator(b, p, '}'); err != nil || !more {
			return p, err
		}
	}
}

// SkipArray consumes an array. It takes the offset of the opening bracket.
func SkipArray(b []byte, p, depth int) (int, error) {
	if depth >= MaxDepth {
		return p, ErrDepth
	}
	p = SkipSpace(b, p+1)
	if p < len(b) && b[p] == ']' {
		return p + 1, nil
	}
	for {
		var err error
		if p, err = SkipValue(b, p, depth+1); err != nil {
			return p, err
		}
		var more bool
		if p, more, err = SkipSeparator(b, p, ']'); err != nil || !more {
			return p, err
		}
	}
}

// SkipColon consumes the colon after a member name, with the white space around
// it: the offset returned is that of the member's value.
//
// White space is rare, so the byte after the colon is tested before SkipSpace is
// called; SkipSeparator does the same.
func SkipColon(b []byte, p int) (int, error) {
	if p+1 < len(b) && b[p] == ':' && b[p+1] > ' ' {
		return p + 1, nil
	}
	p = SkipSpace(b, p)
	if p >= len(b) || b[p] != ':' {
		return p, ErrColon
	}
	return SkipSpace(b, p+1), nil
}

// SkipSeparator consumes what follows a member or an element, with the white space
// around it: a comma, then more is true and the offset is that of the next member
// or element; or the closing bracket.
func SkipSeparator(b []byte, p int, closing byte) (next int, more bool, err error) {
	if p+1 < len(b) && b[p] == ',' && b[p+1] > ' ' {
		return p + 1, true, nil
	}
	p = SkipSpace(b, p)
	if p >= len(b) {
		return p, false, ErrUnclosed
	}
	switch b[p] {
	case ',':
		return SkipSpace(b, p+1), true, nil
	case closing:
		return p + 1, false, nil
	}
	return p, false, ErrSeparator
}

// SkipNumber consumes a number.
func SkipNumber(b []byte, p int) (int, error) {
	start := p
	if p < len(b) && b[p] == '-' {
		p++
	}
	switch {
	case p >= len(b) || !isDigit(b[p]):
		return start, ErrValue
	case b[p] == '0':
		p++
	default:
		p = skipDigits(b, p)
	}
	if p < len(b) && b[p] == '.' {
		q := skipDigits(b, p+1)
		if q == p+1 {
			return p, ErrFraction
		}
		p = q
	}
	if p < len(b) && b[p]|0x20 == 'e' {
		q := p + 1
		if q < len(b) && (b[q] == '+' || b[q] == '-') {
			q++
		}
		end := skipDigits(b, q)
		if end == q {
			return p, ErrExponent
		}
		p = end
	}
	return p, nil
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func skipDigits(b []byte, p int) int {
	for p < len(b) && isDigit(b[p]) {
		p++
	}
	return p
}

// SkipLiteral consumes true, false or null.
func SkipLiteral(b []byte, p int) (int, error) {
	for _, word := range [...]string{"true", "false", "null"} {
		if len(b)-p >= len(word) && string(b[p:p+len(word)]) == word {
			return p + len(word), nil
		}
	}
	return p, ErrValue
}
