package render

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Wrap breaks prose into lines of at most width terminal cells, and indents all
// lines but the first by indent spaces, which count toward the width. Words
// that are longer than a line are cut.
func Wrap(s string, width, indent int) string {
	width -= indent
	var b strings.Builder
	used := 0
	newline := func() {
		b.WriteString("\n" + strings.Repeat(" ", indent))
		used = 0
	}
	for word := range strings.FieldsSeq(s) {
		n := text.StringWidth(word)
		switch {
		case used == 0:
		case used+1+n <= width:
			b.WriteByte(' ')
			used++
		default:
			newline()
		}
		if n <= width {
			b.WriteString(word)
			used += n
			continue
		}
		for _, r := range word {
			if w := text.RuneWidth(r); used+w > width {
				newline()
			}
			b.WriteRune(r)
			used += text.RuneWidth(r)
		}
	}
	return b.String()
}
