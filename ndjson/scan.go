package ndjson

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// SyntaxError says what is wrong with a JSON text and at which byte of it.
// It never carries a piece of the text itself: that may be protected health
// information.
type SyntaxError struct {
	Offset int    // byte offset from the start of the line
	Reason string // what was found or missed there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Reason)
}

func syntaxError(offset int, reason string) error {
	return &SyntaxError{Offset: offset, Reason: reason}
}

const maxDepth = 512 // deeper nesting than any FHIR resource; guards the stack

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// skipString takes the offset just after an opening quote and returns the
// offset of the closing one, with whether a backslash stands between the two.
// Control characters, bad escapes and bytes that are not UTF-8 are errors.
func skipString(b []byte, p int) (end int, escaped bool, err error) {
	start := p
	var seen uint64 // bytes of the string, to find those above 0x7F
	for {
		for p+8 <= len(b) {
			x := binary.LittleEndian.Uint64(b[p : p+8])
			slash := x ^ (lows * '\\')
			// With bit 1 turned over, a quote is 0x20, and what is below that
			// stays there.
			low := x ^ lows*0x02
			// The high bit of each byte that is a quote, a backslash or
			// below 0x20. A borrow can mark a byte above such a one, so
			// only the lowest mark is relied on.
			stop := ((low-lows*0x21)&^low | (slash-lows)&^slash) & highs
			if stop == 0 {
				seen |= x
				p += 8
				continue
			}
			n := bits.TrailingZeros64(stop) &^ 7
			seen |= x & (1<<n - 1)
			p += n / 8
			break
		}
		if p >= len(b) {
			return p, escaped, syntaxError(p, "string without an end")
		}
		switch c := b[p]; {
		case c == '"':
			if seen&highs != 0 && !utf8.Valid(b[start:p]) {
				return start, escaped, syntaxError(start+invalidUTF8(b[start:p]), "invalid UTF-8")
			}
			return p, escaped, nil
		case c == '\\':
			escaped = true
			if p, err = skipEscape(b, p); err != nil {
				return p, escaped, err
			}
		case c < 0x20:
			return p, escaped, syntaxError(p, "control character in a string")
		default: // within the last seven bytes of the line
			seen |= uint64(c)
			p++
		}
	}
}

// skipEscape takes the offset of a backslash and returns that of the first
// byte after its escape sequence.
func skipEscape(b []byte, p int) (int, error) {
	if p+1 >= len(b) {
		return p, syntaxError(p, "string without an end")
	}
	switch b[p+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return p + 2, nil
	case 'u':
		if p+6 > len(b) {
			return p, syntaxError(p, "string without an end")
		}
		for _, c := range b[p+2 : p+6] {
			if hexDigit(c) < 0 {
				return p, syntaxError(p, "bad \\u escape in a string")
			}
		}
		return p + 6, nil
	}
	return p, syntaxError(p, "bad escape in a string")
}

func hexDigit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

// Unescape appends the decoded form of the inside of a JSON string to dst.
// The string must have passed the scanner. Lone surrogates become U+FFFD, as
// in encoding/json.
func Unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c != '\\' {
			dst = append(dst, c)
			i++
			continue
		}
		switch c = s[i+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r := hex4(s[i+2:])
			i += 6
			if r >= 0xD800 && r < 0xE000 {
				if low := lowSurrogate(s[i:]); r < 0xDC00 && low != 0 {
					r = (r-0xD800)<<10 | (low - 0xDC00) + 0x10000
					i += 6
				} else {
					r = utf8.RuneError
				}
			}
			dst = utf8.AppendRune(dst, r)
			continue
		default: // quote, backslash, slash
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}

func hex4(s []byte) rune {
	return hexDigit(s[0])<<12 | hexDigit(s[1])<<8 | hexDigit(s[2])<<4 | hexDigit(s[3])
}

// lowSurrogate returns the low surrogate that s begins with, or 0.
func lowSurrogate(s []byte) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0
	}
	if r := hex4(s[2:]); r >= 0xDC00 && r < 0xE000 {
		return r
	}
	return 0
}

// skipSpace returns the offset of the first byte at or after p that is not
// JSON white space.
func skipSpace(b []byte, p int) int {
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

// skipNumber returns the offset after the JSON number that starts at p.
func skipNumber(b []byte, p int) (int, error) {
	start := p
	if p < len(b) && b[p] == '-' {
		p++
	}
	switch {
	case p >= len(b) || !isDigit(b[p]):
		return p, syntaxError(start, "a value was expected")
	case b[p] == '0':
		p++
	default:
		p = skipDigits(b, p)
	}
	if p < len(b) && b[p] == '.' {
		q := skipDigits(b, p+1)
		if q == p+1 {
			return p, syntaxError(p, "number without digits after its point")
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
			return p, syntaxError(p, "number without digits in its exponent")
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

// skipLiteral returns the offset after true, false or null at p.
func skipLiteral(b []byte, p int) (int, error) {
	for _, word := range [...]string{"true", "false", "null"} {
		if len(b)-p >= len(word) && string(b[p:p+len(word)]) == word {
			return p + len(word), nil
		}
	}
	return p, syntaxError(p, "a value was expected")
}

// skipValue returns the offset after the JSON value that starts at p. The
// value is checked as strictly as one that is read.
func skipValue(b []byte, p, depth int) (int, error) {
	if p >= len(b) {
		return p, syntaxError(p, "a value was expected")
	}
	switch c := b[p]; c {
	case '"':
		end, _, err := skipString(b, p+1)
		return end + 1, err
	case '{':
		return skipObject(b, p, depth)
	case '[':
		return skipArray(b, p, depth)
	case 't', 'f', 'n':
		return skipLiteral(b, p)
	default:
		return skipNumber(b, p)
	}
}

func skipObject(b []byte, p, depth int) (int, error) {
	if depth >= maxDepth {
		return p, syntaxError(p, "nested too deep")
	}
	p = skipSpace(b, p+1)
	if p < len(b) && b[p] == '}' {
		return p + 1, nil
	}
	for {
		if p >= len(b) || b[p] != '"' {
			return p, syntaxError(p, "a member name was expected")
		}
		end, _, err := skipString(b, p+1)
		if err != nil {
			return end, err
		}
		if p, err = afterColon(b, end+1); err != nil {
			return p, err
		}
		if p, err = skipValue(b, p, depth+1); err != nil {
			return p, err
		}
		var more bool
		if p, more, err = afterElement(b, p, '}'); err != nil || !more {
			return p, err
		}
	}
}

func skipArray(b []byte, p, depth int) (int, error) {
	if depth >= maxDepth {
		return p, syntaxError(p, "nested too deep")
	}
	p = skipSpace(b, p+1)
	if p < len(b) && b[p] == ']' {
		return p + 1, nil
	}
	for {
		var err error
		if p, err = skipValue(b, p, depth+1); err != nil {
			return p, err
		}
		var more bool
		if p, more, err = afterElement(b, p, ']'); err != nil || !more {
			return p, err
		}
	}
}

// afterColon passes the colon behind a member name, and white space, and
// returns the offset of the value.
func afterColon(b []byte, p int) (int, error) {
	if p+1 < len(b) && b[p] == ':' && b[p+1] > ' ' {
		return p + 1, nil
	}
	p = skipSpace(b, p)
	if p >= len(b) || b[p] != ':' {
		return p, syntaxError(p, "a colon was expected")
	}
	return skipSpace(b, p+1), nil
}

// afterElement passes what may follow a member or an element: a comma, then
// more is true and the offset is that of the next one, or the closing
// bracket, then the offset is behind it.
func afterElement(b []byte, p int, closing byte) (next int, more bool, err error) {
	if p+1 < len(b) && b[p] == ',' && b[p+1] > ' ' {
		return p + 1, true, nil
	}
	p = skipSpace(b, p)
	if p >= len(b) {
		return p, false, syntaxError(p, "the text ends inside an object or array")
	}
	switch b[p] {
	case ',':
		return skipSpace(b, p+1), true, nil
	case closing:
		return p + 1, false, nil
	}
	return p, false, syntaxError(p, "a comma or closing bracket was expected")
}

// Valid checks that line is one JSON value in valid UTF-8, with nothing but
// white space around it.
func Valid(line []byte) error {
	p, err := skipValue(line, skipSpace(line, 0), 0)
	if err != nil {
		return err
	}
	return checkEnd(line, p)
}

// checkEnd makes sure that nothing follows a line's value at p.
func checkEnd(line []byte, p int) error {
	if p = skipSpace(line, p); p != len(line) {
		return syntaxError(p, "text after the end of the JSON value")
	}
	return nil
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8.
func invalidUTF8(b []byte) int {
	for p := 0; p < len(b); {
		r, n := utf8.DecodeRune(b[p:])
		if r == utf8.RuneError && n == 1 {
			return p
		}
		p += n
	}
	return len(b)
}
