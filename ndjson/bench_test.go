package ndjson

import (
	"io"
	"strings"
	"testing"
)

// BenchmarkChunks cuts 64 MB of lines of some 4 kB into chunks, and takes the
// same apart by brackets.
func BenchmarkChunks(b *testing.B) {
	line := `{"a":"` + strings.Repeat(`some text`, 40) + `","b":[` + strings.Repeat(`{"system":"https://bluebutton.cms.gov/resources","code":"01"},`, 60) + `{}]}`
	for _, form := range []struct{ name, before, between, after string }{
		{"lines", "", "\n", "\n"},
		{"array", "[", ",", "]"},
		{"over lines", "", "\n}{\n\"c\":1,", "\n}\n"},
	} {
		b.Run(form.name, func(b *testing.B) {
			const n = 16_000
			object := line
			if form.name == "over lines" {
				object = line[1 : len(line)-1]
				form.before = "{\n"
			}
			size := int64(n*(len(object)+len(form.between)) + len(form.before) + len(form.after))
			b.SetBytes(size)
			free := make(chan []byte, 4)
			get := func(size int) []byte {
				select {
				case buf := <-free:
					return buf[:0]
				default:
					return make([]byte, 0, size)
				}
			}
			for b.Loop() {
				r := io.MultiReader(strings.NewReader(form.before), &repeatText{text: object + form.between, left: n}, strings.NewReader(form.after))
				err := Chunks(b.Context(), 0, r, nil, get, func(c Chunk) error {
					if c.Err == nil && cap(c.Data) == ChunkSize {
						free <- c.Data
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
