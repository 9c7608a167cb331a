package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// SkipString consumes the inside of a string. It takes the offset after the
// opening quote and returns the offset of the closing quote; escaped reports
// whether a backslash is between the two.
//
// Most bytes of an export are in strings, so eight are examined at a time, and
// UTF-8 is checked only in strings that have a byte beyond ASCII.
func SkipString(b []byte, p int) (end int, escaped bool, err error) {
	start := p
	var seen uint64 // the bytes so far, or-ed together, to find those above 0x7F
	for {
		for p+8 <= len(b) {
			x := binary.LittleEndian.Uint64(b[p : p+8])
			slash := x ^ (lows * '\\')
			// With bit 1 flipped a quote is 0x20, and control characters stay
			// below that: one comparison finds both.
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
			return p, escaped, ErrString
		}
		switch c := b[p]; {
		case c == '"':
			if seen&highs != 0 && !utf8.Valid(b[start:p]) {
				return start + invalidUTF8(b[start:p]), escaped, ErrUTF8
			}
			return p, escaped, nil
		case c == '\\':
			escaped = true
			if p, err = skipEscape(b, p); err != nil {
				return p, escaped, err
			}
		case c < 0x20:
			return p, escaped, ErrControl
		default: // within the last seven bytes of b
			seen |= uint64(c)
			p++
		}
	}
}

// skipEscape consumes an escape sequence. It takes the offset of the backslash.
func skipEscape(b []byte, p int) (int, error) {
	if p+1 >= len(b) {
		return p, ErrString
	}
	switch b[p+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return p + 2, nil
	case 'u':
		if p+6 > len(b) {
			return p, ErrString
		}
		for _, c := range b[p+2 : p+6] {
			if hexDigit(c) < 0 {
				return p, ErrHexEscape
			}
		}
		return p + 6, nil
	}
	return p, ErrEscape
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

// SkipText consumes text inside a string up to the next quote, backslash or line
// feed, and returns the offset of that, or len(b). It checks nothing else: it is
// for finding where values end in text that comes in blocks.
func SkipText(b []byte, p int) int {
	for ; p+8 <= len(b); p += 8 { // as in SkipString
		x := binary.LittleEndian.Uint64(b[p : p+8])
		quote, slash, feed := x^lows*'"', x^lows*'\\', x^lows*'\n'
		stop := ((quote-lows)&^quote | (slash-lows)&^slash | (feed-lows)&^feed) & highs
		if stop != 0 {
			return p + bits.TrailingZeros64(stop)/8
		}
	}
	for p < len(b) && b[p] != '"' && b[p] != '\\' && b[p] != '\n' {
		p++
	}
	return p
}

// AppendUnescaped appends the decoded inside of a string, which SkipString has
// consumed, to dst. Lone surrogates become U+FFFD, as in encoding/json.
func AppendUnescaped(dst, s []byte) []byte {
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
			r, size := unicodeEscape(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		default: // quote, backslash, slash
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}

// unicodeEscape decodes the \u escape at the beginning of s, or the surrogate
// pair of two, and returns how many bytes it takes.
func unicodeEscape(s []byte) (r rune, size int) {
	r = hex4(s[2:])
	if r < 0xD800 || r >= 0xE000 {
		return r, 6
	}
	if low := lowSurrogate(s[6:]); r < 0xDC00 && low != 0 {
		return (r-0xD800)<<10 | (low - 0xDC00) + 0x10000, 12
	}
	return utf8.RuneError, 6
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
