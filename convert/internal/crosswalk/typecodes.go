package crosswalk

import (
	"encoding/json"
	"fmt"
	"strings"
)

const (
	typeCodesShown = 6
	typeCodeLength = 24
)

// TypeCodes lists the type codings of an ExplanationOfBenefit, given its JSON, for
// the reason why it is rejected. They are codes of public lists. Texts that do not
// look like a code are not shown.
func TypeCodes(line []byte) string {
	var resource struct {
		Type struct {
			Coding []struct{ System, Code string }
		}
	}
	if json.Unmarshal(line, &resource) != nil || len(resource.Type.Coding) == 0 {
		return "it has no type coding"
	}
	var shown []string
	for _, c := range resource.Type.Coding {
		if len(shown) == typeCodesShown {
			shown = append(shown, "...")
			break
		}
		shown = append(shown, codeOrNote(c.System[strings.LastIndexByte(c.System, '/')+1:])+" "+codeOrNote(c.Code))
	}
	return fmt.Sprintf("type codings: %s", strings.Join(shown, ", "))
}

// codeOrNote returns a text that looks like a code, or a note in its place.
func codeOrNote(s string) string {
	if s == "" {
		return "(none)"
	}
	for _, r := range s {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '-') || len(s) > typeCodeLength {
			return "(not a code)"
		}
	}
	return s
}
