package column

import (
	"strings"
)

// Blank reports whether a raw column has no value: it is empty or has spaces only.
// The servers leave out an empty column, but not one with spaces.
func Blank(s string) bool { return strings.TrimSpace(s) == "" }
