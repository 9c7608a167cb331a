package convert

import "testing"

// TestLineIndex finds the lines of resources among lines that have none.
func TestLineIndex(t *testing.T) {
	var all lineIndex
	// Lines by chunk: the number of the input, then for each line whether a
	// resource is on it.
	want := []lineEntry{}
	var base int64
	for _, chunk := range []struct {
		input int
		first int64
		lines string // r: a resource, x: none
	}{
		{0, 1, "rrr"}, {0, 4, "xrr"}, {0, 7, "rx"}, {1, 1, "xxx"}, {1, 4, "r"}, {2, 1, ""}, {2, 1, "rrxrxx"}, {3, 9, "r"},
	} {
		var log lineIndex
		var n int64
		for i, c := range chunk.lines {
			line := chunk.first + int64(i)
			log.note(n, chunk.input, line)
			if c == 'r' {
				want = append(want, lineEntry{base + n, chunk.input, line})
				n++
			}
		}
		all.addAll(log, base)
		base += n
	}
	for _, p := range want {
		if input, line := all.find(p.resource); input != p.input || line != p.line {
			t.Errorf("resource %d is in input %d line %d, want %d line %d", p.resource, input, line, p.input, p.line)
		}
	}
	if len(all) >= len(want) {
		t.Errorf("%d entries for %d resources", len(all), len(want))
	}
}
