package ndjson

import (
	"fmt"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// A SyntaxError reports what is wrong with a JSON text, and at which byte. It
// never contains a piece of the text, which may be protected health information.
type SyntaxError struct {
	Offset int    // in bytes from the start of the text
	Reason string // what was found or expected there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Reason)
}

const errObject jsonscan.Error = "expected a JSON object"

// Valid returns a [*SyntaxError] unless line is one JSON value in valid UTF-8 with
// nothing but white space around it.
func Valid(line []byte) error {
	if at, err := jsonscan.Valid(line); err != nil {
		return &SyntaxError{at, err.Error()}
	}
	return nil
}
