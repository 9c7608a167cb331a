package cmdline

import "testing"

func TestLineBreak(t *testing.T) {
	for _, tt := range []struct {
		text   string
		width  int
		at     int
		quoted bool
	}{
		{"cclf query -d out", 12, 10, false}, {"a 'b c d' e", 5, 4, true}, {"a 'b c' e", 8, 7, false},
		{"word", 2, -1, false}, {"longword next", 2, 8, false}, {`a "it's b" c`, 11, 10, false},
	} {
		if at, quoted := lineBreak(tt.text, tt.width); at != tt.at || quoted != tt.quoted {
			t.Errorf("lineBreak(%q, %d) = %d, %v, want %d, %v", tt.text, tt.width, at, quoted, tt.at, tt.quoted)
		}
	}
}
