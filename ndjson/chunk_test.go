package ndjson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// A cut is where a chunk begins and ends, or an error and where it stands.
type cut struct {
	Line, Offset int64
	Size         int
	Err          string
	Fatal        bool
}

// A line is a line and where it stands.
type line struct {
	Line, Offset int64
	Text         string
}

// chunks reads all chunks of an input. Buffers are given out with more
// capacity than asked for, and not empty, as used ones are.
func chunks(t *testing.T, r io.Reader, spare int) ([]Chunk, error) {
	t.Helper()
	get := func(size int) []byte {
		return bytes.Repeat([]byte{'#'}, size+spare)[:0]
	}
	var list []Chunk
	err := Chunks(t.Context(), 7, r, &testEnvelope, get, func(c Chunk) error {
		if c.Input != 7 || (c.Err != nil) == (len(c.Data) > 0) {
			t.Fatalf("chunk of input %d with %d bytes and error %v", c.Input, len(c.Data), c.Err)
		}
		list = append(list, c)
		return nil
	})
	return list, err
}

func cuts(list []Chunk) []cut {
	var out []cut
	for _, c := range list {
		one := cut{c.Line, c.Offset, len(c.Data), "", false}
		if c.Err != nil {
			one.Err, one.Fatal = c.Err.Error(), c.Err.Fatal
		}
		out = append(out, one)
	}
	return out
}

// linesOf lists the lines of chunks, with errors as lines that begin with "!".
func linesOf(list []Chunk) []line {
	var out []line
	for _, c := range list {
		if c.Err != nil {
			out = append(out, line{c.Line, c.Offset, "!" + c.Err.Reason})
		}
		for pos, text := range c.Lines {
			out = append(out, line{pos.Line, pos.Offset, string(text)})
		}
	}
	return out
}

func TestChunks(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []line
	}{
		{"empty", "", nil},
		{"one line", "ab\n", []line{{1, 0, "ab"}}},
		{"no line feed at the end", "ab\ncd", []line{{1, 0, "ab"}, {2, 3, "cd"}}},
		{"only line feeds", "\n\n\n", nil},
		{"blank lines count", "\n  \nab\n\t\n\ncd\n", []line{{3, 4, "ab"}, {6, 10, "cd"}}},
		{"carriage returns", "ab\r\n\r\ncd\r\n", []line{{1, 0, "ab"}, {3, 6, "cd"}}},
		{"carriage return at the end", "ab\r", []line{{1, 0, "ab"}}},
		{"carriage returns within a line", "a\rb\r\r\n", []line{{1, 0, "a\rb\r"}}},
		{"spaces stay", " ab \n", []line{{1, 0, " ab "}}},
		{"byte order mark", bomText + "ab\ncd\n", []line{{1, 3, "ab"}, {2, 6, "cd"}}},
		{"nothing but a byte order mark", bomText, nil},
		{"byte order mark before a blank line", bomText + "\nab", []line{{2, 4, "ab"}}},
		{"byte order marks", bomText + bomText + "ab\n" + bomText + "cd", []line{{1, 6, "ab"}, {2, 12, "cd"}}},
		{"half a byte order mark", "\xef\xbb\nab", []line{{1, 0, "\xef\xbb"}, {2, 3, "ab"}}},
		{"zero bytes", "a\x00\n\x00\n", []line{{1, 0, "a\x00"}, {2, 3, "\x00"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, r := range readers(tt.text) {
				list, err := chunks(t, r, 0)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, linesOf(list)); diff != "" {
					t.Errorf("%s: lines differ (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

const bomText = "\ufeff"

// readers deliver one text in different pieces.
func readers(text string) map[string]io.Reader {
	plain := func() io.Reader { return strings.NewReader(text) }
	return map[string]io.Reader{
		"at once":           plain(),
		"byte by byte":      iotest.OneByteReader(plain()),
		"half of what fits": iotest.HalfReader(plain()),
		"end with the data": iotest.DataErrReader(plain()),
	}
}

// TestLinesStop checks that the lines of a chunk need not all be taken.
func TestLinesStop(t *testing.T) {
	data := []byte("a\nb\nc\n")
	c := Chunk{Line: 1, Data: data, ends: lineEnds(data, true)}
	n := 0
	for range c.Lines {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d lines after a break at the second", n)
	}
}

// manyLines makes a text of several chunks, with lines of all lengths, some of
// them longer than a chunk.
func manyLines() string {
	var b strings.Builder
	for i := range 9 {
		fmt.Fprintf(&b, "%d%s\n", i, strings.Repeat("x", i*i*20_000))
		fmt.Fprintf(&b, "%d%s\r\n\n", i, strings.Repeat("y", (9-i)*100_000))
	}
	fmt.Fprintf(&b, "%s\n", strings.Repeat("long ", ChunkSize/5+100))
	fmt.Fprintf(&b, "%s\n", strings.Repeat("longer ", 2*ChunkSize/7))
	for i := range 50 {
		fmt.Fprintf(&b, "%d%s\n", i, strings.Repeat("z", i*5_000))
	}
	b.WriteString(strings.Repeat("end ", ChunkSize/2))
	return b.String()
}

// TestChunksDependOnTextAlone checks that chunks are cut at the same places,
// however the text arrives and whatever buffers there are, and that they
// together are the text.
func TestChunksDependOnTextAlone(t *testing.T) {
	synthtest.WithoutRace(t)
	all := manyLines()
	// Texts that end just where a buffer does, too.
	texts := []string{all, all[:ChunkSize], all[:ChunkSize-1], all[:ChunkSize+1], all[:2*ChunkSize]}
	// And one where every chunk begins with what would be a byte order mark.
	texts = append(texts, "x\n"+strings.Repeat(bomText+strings.Repeat("x", 1000)+"\n", ChunkSize/600))
	for _, text := range texts {
		first, err := chunks(t, strings.NewReader(text), 0)
		if err != nil {
			t.Fatal(err)
		}
		checkWhole(t, first, text)
		for name, r := range map[string]io.Reader{
			"half of what fits": iotest.HalfReader(strings.NewReader(text)),
			"end with the data": iotest.DataErrReader(strings.NewReader(text)),
		} {
			// Buffers with room to spare, as those of long lines have.
			list, err := chunks(t, r, ChunkSize)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(cuts(first), cuts(list)); diff != "" {
				t.Errorf("%d bytes, %s: chunks differ (-want +got):\n%s", len(text), name, diff)
			}
			checkWhole(t, list, text)
		}
	}
}

// checkWhole checks that chunks together are the text, and know where they
// stand in it.
func checkWhole(t *testing.T, list []Chunk, text string) {
	t.Helper()
	var joined strings.Builder
	line := int64(1)
	for _, c := range list {
		if c.Line != line || c.Offset != int64(joined.Len()) {
			t.Errorf("chunk at line %d, offset %d, want line %d, offset %d", c.Line, c.Offset, line, joined.Len())
		}
		joined.Write(c.Data)
		line += int64(bytes.Count(c.Data, []byte{'\n'}))
	}
	if joined.String() != text {
		t.Error("the chunks are not the text")
	}
}

// TestLineOfEachSize puts every line length around that of a chunk before and
// behind other lines.
func TestLineOfEachSize(t *testing.T) {
	for _, before := range []string{"", "a\n", strings.Repeat("a", ChunkSize/2) + "\n"} {
		for size := ChunkSize - 2; size <= ChunkSize+2; size++ {
			text := before + strings.Repeat("x", size) + "\nlast"
			list, err := chunks(t, strings.NewReader(text), 0)
			if err != nil {
				t.Fatal(err)
			}
			var sizes []int
			for _, l := range linesOf(list) {
				if text[l.Offset:][:len(l.Text)] != l.Text {
					t.Errorf("line %d is not what stands at its offset", l.Line)
				}
				sizes = append(sizes, len(l.Text))
			}
			want := []int{size, len("last")}
			if before != "" {
				want = slices.Insert(want, 0, len(before)-1)
			}
			if !slices.Equal(sizes, want) {
				t.Errorf("lines of %v bytes, want %v", sizes, want)
			}
		}
	}
}

// repeated is size bytes x, which nobody has to hold.
func repeated(size int64) io.Reader { return io.LimitReader(xs{}, size) }

type xs struct{}

var someXs = bytes.Repeat([]byte{'x'}, 1<<20)

func (xs) Read(p []byte) (int, error) { return copy(p, someXs), nil }

// TestOverlongLines checks the limit for a line, and what comes after a line
// that is longer.
func TestOverlongLines(t *testing.T) {
	synthtest.WithoutRace(t)
	const tooLong = "!the line is longer than 32 MiB"
	type parts = []io.Reader
	text := func(s string) io.Reader { return strings.NewReader(s) }
	for _, tt := range []struct {
		name  string
		parts parts
		want  []line // with "x" for a line of x only
	}{
		{"as long as may be", parts{text("a\n"), repeated(MaxLine), text("\nb\n")},
			[]line{{1, 0, "a"}, {2, 2, "x"}, {3, MaxLine + 3, "b"}}},
		{"as long as may be, at the end", parts{repeated(MaxLine)},
			[]line{{1, 0, "x"}}},
		{"one byte more", parts{text("a\n"), repeated(MaxLine + 1), text("\nb\n")},
			[]line{{1, 0, "a"}, {2, 2, tooLong}, {3, MaxLine + 4, "b"}}},
		{"one byte more, at the end", parts{repeated(MaxLine + 1)},
			[]line{{1, 0, tooLong}}},
		{"much more, twice", parts{repeated(MaxLine + 3*ChunkSize), text("\n"), repeated(MaxLine + 5), text("\nb\nc")},
			[]line{{1, 0, tooLong}, {2, MaxLine + 3*ChunkSize + 1, tooLong}, {3, 2*MaxLine + 3*ChunkSize + 7, "b"}, {4, 2*MaxLine + 3*ChunkSize + 9, "c"}}},
		{"more, and then an error", parts{repeated(MaxLine + ChunkSize + 1), iotest.ErrReader(errors.New("no more"))},
			[]line{{1, 0, tooLong}, {1, MaxLine + ChunkSize + 1, "!the input breaks off here: no more"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, err := chunks(t, iotest.DataErrReader(io.MultiReader(tt.parts...)), 0)
			if err != nil {
				t.Fatal(err)
			}
			got := linesOf(list)
			for i := range got {
				if len(got[i].Text) == MaxLine && strings.Trim(got[i].Text, "x") == "" {
					got[i].Text = "x"
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOverlongLineMemory checks that passing over a line takes no memory for
// its length.
func TestOverlongLineMemory(t *testing.T) {
	synthtest.WithoutRace(t)
	read := func(size int64) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := Chunks(t.Context(), 0, repeated(size), nil, func(n int) []byte { return make([]byte, 0, n) }, func(Chunk) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	short, long := read(MaxLine+ChunkSize), read(MaxLine+8*ChunkSize)
	if long > short+ChunkSize {
		t.Errorf("a line that is 7 chunks longer takes %d bytes more", long-short)
	}
}

// flaky delivers text, fails once, and then goes on as if nothing had been.
type flaky struct {
	first  io.Reader
	failed bool
	rest   io.Reader
}

func (f *flaky) Read(p []byte) (int, error) {
	if f.failed {
		return f.rest.Read(p)
	}
	n, err := f.first.Read(p)
	if errors.Is(err, io.EOF) {
		f.failed, err = true, errors.New("bad block")
	}
	return n, err
}

func TestReadErrors(t *testing.T) {
	broken := "!the input breaks off here: bad block"
	for _, tt := range []struct {
		name, first, rest string
		want              []line
	}{
		{"at the start", "", "b\n", []line{{1, 0, broken}}},
		{"after a line", "a\n", "b\n", []line{{1, 0, "a"}, {2, 2, broken}}},
		{"within a line", "a\nb", "b\nc\n", []line{{1, 0, "a"}, {2, 2, broken}}},
		{"within a long line", "a\n" + strings.Repeat("x", ChunkSize+1), "\nc\n", []line{{1, 0, "a"}, {2, 2, broken}}},
		{"after a byte order mark", bomText, "b\n", []line{{1, 0, broken}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"error after the data": &flaky{first: strings.NewReader(tt.first), rest: strings.NewReader(tt.rest)},
				"error with the data":  &flaky{first: iotest.DataErrReader(strings.NewReader(tt.first)), rest: strings.NewReader(tt.rest)},
			} {
				list, err := chunks(t, r, 0)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, linesOf(list)); diff != "" {
					t.Errorf("%s: lines differ (-want +got):\n%s", name, diff)
				}
				if last := list[len(list)-1]; last.Err == nil || !last.Err.Fatal {
					t.Errorf("%s: the last chunk does not say that the input broke off", name)
				}
			}
		})
	}
}

func TestChunksStop(t *testing.T) {
	get := func(n int) []byte { return make([]byte, 0, n) }
	stop := errors.New("stop")
	t.Run("yield", func(t *testing.T) {
		for name, r := range map[string]io.Reader{
			"at the end":     strings.NewReader("a\n"),
			"on the way":     strings.NewReader(manyLines()),
			"at long lines":  repeated(MaxLine + 2),
			"at read errors": iotest.ErrReader(io.ErrUnexpectedEOF),
		} {
			n := 0
			err := Chunks(t.Context(), 0, r, nil, get, func(Chunk) error { n++; return stop })
			if !errors.Is(err, stop) || n != 1 {
				t.Errorf("%s: %v after %d chunks", name, err, n)
			}
		}
	})
	t.Run("context", func(t *testing.T) {
		for name, r := range map[string]io.Reader{
			"lines":     io.MultiReader(strings.NewReader(manyLines()), xs{}),
			"long line": xs{}, // without an end
		} {
			ctx, cancel := context.WithCancel(t.Context())
			n := 0
			err := Chunks(ctx, 0, r, nil, get, func(Chunk) error { n++; cancel(); return nil })
			if !errors.Is(err, context.Canceled) || n != 1 {
				t.Errorf("%s: %v after %d chunks", name, err, n)
			}
		}
	})
}
