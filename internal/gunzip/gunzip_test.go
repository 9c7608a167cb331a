package gunzip

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
)

func member(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReader(t *testing.T) {
	long := strings.Repeat("text ", 100_000)
	one, empty, zeros := member(t, long), member(t, ""), strings.Repeat("\x00", 100_000)
	for _, tt := range []struct {
		name, file, text string
		err              error
	}{
		{"one member", one, long, nil},
		{"an empty member", empty, "", nil},
		{"several members", one + empty + member(t, "more"), long + "more", nil},
		{"one zero", one + "\x00", long, nil},
		{"zeros", one + empty + zeros, long, nil},
		{"something after zeros", one + zeros + "x", long, gzip.ErrHeader},
		{"a member after zeros", one + zeros + empty, long, gzip.ErrHeader},
		{"something else", one + "something else", long, gzip.ErrHeader},
		{"a byte", one + "x", long, io.ErrUnexpectedEOF},
		{"half a member", one + empty[:15], long, io.ErrUnexpectedEOF},
		{"no trailer", one[:len(one)-8], long, io.ErrUnexpectedEOF},
		{"a trailer of zeros", one[:len(one)-8] + zeros, long, gzip.ErrChecksum},
	} {
		for name, from := range map[string]io.Reader{"": strings.NewReader(tt.file), ", byte by byte": iotest.OneByteReader(strings.NewReader(tt.file))} {
			z, err := NewReader(bufio.NewReader(from))
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(z)
			if string(text) != tt.text || !errors.Is(err, tt.err) {
				t.Errorf("%s%s: %d bytes and %v, want %d and %v", tt.name, name, len(text), err, len(tt.text), tt.err)
			}
			want := tt.err
			if want == nil {
				want = io.EOF
			}
			if n, err := z.Read(make([]byte, 10)); n != 0 || !errors.Is(err, want) {
				t.Errorf("%s%s: %d bytes and %v after the end", tt.name, name, n, err)
			}
		}
	}
	for _, file := range []string{"", "x", "no gzip at all"} {
		if _, err := NewReader(bufio.NewReader(strings.NewReader(file))); err == nil {
			t.Errorf("%q has no error", file)
		}
	}
}

// TestReadError passes errors of the file on.
func TestReadError(t *testing.T) {
	failed := errors.New("failed")
	for _, after := range []string{"", "\x00"} {
		z, err := NewReader(bufio.NewReader(io.MultiReader(strings.NewReader(member(t, "text")+after), iotest.ErrReader(failed))))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(z); string(text) != "text" || !errors.Is(err, failed) {
			t.Errorf("%q and %v", text, err)
		}
	}
}

func BenchmarkReader(b *testing.B) {
	var file bytes.Buffer
	z, _ := gzip.NewWriterLevel(&file, 6)
	for i := range 200_000 {
		if _, err := io.WriteString(z, strings.Repeat("{\"resourceType\":", i%7)); err != nil {
			b.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	for name, open := range map[string]func(*bufio.Reader) (io.Reader, error){
		"gzip":   func(r *bufio.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"gunzip": func(r *bufio.Reader) (io.Reader, error) { return NewReader(r) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r, err := open(bufio.NewReaderSize(bytes.NewReader(file.Bytes()), 1<<16))
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, struct{ io.Reader }{r})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(n)
			}
		})
	}
}
