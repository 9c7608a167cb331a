package ndjson

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// withHoles makes an entry of a text in which each hole is between angle brackets.
func withHoles(text string) *entry {
	e := &entry{}
	var plain []byte
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '<':
			e.holes[e.count].start = uint16(len(plain))
		case '>':
			e.holes[e.count].end = uint16(len(plain))
			e.count++
		default:
			plain = append(plain, text[i])
		}
	}
	e.text = padded(plain)
	return e
}

// checkMatch compares the results of both ways to compare an entry with the object at
// an offset.
func checkMatch(t *testing.T, e *entry, b []byte, at int) (decided, equal bool) {
	t.Helper()
	var want, got match
	end := matchParts(e, b, at, &want)
	blocks := matchBlocks(e, b, at, &got)
	if blocks == undecided {
		return false, end != differs
	}
	if blocks != end {
		t.Errorf("%q at %d of %q: matchBlocks = %d, matchParts = %d", e.text, at, b, blocks, end)
	}
	n := int(e.count)
	if end != differs && (got.shifts != want.shifts || !slices.Equal(got.holes[:n], want.holes[:n])) {
		t.Errorf("%q at %d of %q: matchBlocks gives shifts %v, holes %v; matchParts %v, %v",
			e.text, at, b, got.shifts[:n+1], got.holes[:n], want.shifts[:n+1], want.holes[:n])
	}
	return true, end != differs
}

func needBlocks(t testing.TB) {
	if !canMatchBlocks {
		t.Skip("this processor does not compare blocks")
	}
}

func TestMatchBlocks(t *testing.T) {
	needBlocks(t)
	long := string(bytes.Repeat([]byte("0123456789abcdef"), 9))
	objects := []string{
		`{}`,
		`{"a":<1>}`,
		`{"a":<"x">}`,
		`{"a":<"x">,"b":<2>,"c":<"">}`,
		`[<1>,<2>,<"3">]`,
		`{"text":"` + long + `","value":<12.50>,"code":<"` + long[:33] + `">}`,
		`{"text":"` + long[:22] + `"}`, // 32 bytes and some
	}
	values := []string{
		`1`, `0`, `-0`, `01`, `-`, `12`, `-12.75`, `1.`, `.5`, `1e5`, `1E5`, `0.5e1`, `null`, `{}`, ``, `"`,
		`""`, `"x"`, `"longer than the one before, and longer than a block"`, `"a\"b"`, `"a\\"`, `"é"`, "\"\x1f\"",
		`"` + long + `"`, `"` + long[:31] + `"`, `"` + long[:32] + `"`, `"` + long[:33] + `é"`, `"open`,
	}
	behind := []string{"", "}", `,"next":{"a":1}}]}`, long, string(make([]byte, 64))}
	r := rand.New(rand.NewPCG(1, 2))
	decided, equal := 0, 0
	for _, text := range objects {
		e := withHoles(text)
		for range 3000 {
			// The object, with values in its holes, and now and then another byte.
			b := []byte(`[{"before":1},`[:r.IntN(15)])
			at := len(b)
			from := 0
			for _, h := range e.holes[:e.count] {
				b = append(b, e.text[from:h.start]...)
				if r.IntN(3) == 0 {
					b = append(b, e.text[h.start:h.end]...)
				} else {
					b = append(b, values[r.IntN(len(values))]...)
				}
				from = int(h.end)
			}
			b = append(b, e.text[from:]...)
			if r.IntN(4) == 0 {
				b[at+r.IntN(len(b)-at)] ^= 1 << r.IntN(8)
			}
			b = append(b, behind[r.IntN(len(behind))]...)
			if r.IntN(8) == 0 {
				b = b[:at+r.IntN(len(b)-at+1)]
			}
			if r.IntN(2) == 0 {
				b = slices.Clip(b) // nothing may be read behind its end
			}
			d, eq := checkMatch(t, e, b, at)
			if d {
				decided++
				if eq {
					equal++
				}
			}
		}
	}
	if decided < 5_000 || equal < 2_000 {
		t.Errorf("only %d of the comparisons were decided, %d of them for equality: the test does not reach what it is for", decided, equal)
	}
}

// TestMatchBlocksDecides makes sure that what is usual is decided.
func TestMatchBlocksDecides(t *testing.T) {
	needBlocks(t)
	e := withHoles(`{"category":{"code":"submitted"},"amount":{"value":<120.50>},"id":<"abc">,"n":<-3>}`)
	line := []byte(`{"category":{"code":"submitted"},"amount":{"value":7},"id":"a much longer id than that","n":0},{"and":"so on, for more bytes than are compared at a time, which are 64"}`)
	if decided, equal := checkMatch(t, e, line, 0); !decided || !equal {
		t.Errorf("decided %t, equal %t", decided, equal)
	}
}

func FuzzMatchBlocks(f *testing.F) {
	f.Add(`{"a":<1>,"b":<"x">}`, []byte(`{"a":-12.5,"b":"some text"},{"and":"so on, for more bytes than are compared at a time, which are 64"}`))
	f.Add(`{"a":<"x">}`, []byte(`{"a":"a\"b"} and what is behind it, for more bytes than are compared at a time, which are 64`))
	f.Fuzz(func(t *testing.T, object string, line []byte) {
		needBlocks(t)
		holes, text, open := 0, 0, false
		for _, c := range []byte(object) { // as withHoles wants it
			switch {
			case c == '<' && !open && holes < memoHoles:
				open = true
				holes++
			case c == '<', c == '>' && !open:
				return
			case c == '>':
				open = false
			default:
				text++
			}
		}
		if open || text == 0 || text > memoLongest || bytes.Contains([]byte(object), []byte("<>")) {
			return
		}
		checkMatch(t, withHoles(object), line, 0)
	})
}
