package column

import (
	"strings"
)

// Blank says that a raw column holds no value, be it empty or of spaces only.
// To the servers these are not the same: they leave out what is empty.
func Blank(s string) bool { return strings.TrimSpace(s) == "" }
