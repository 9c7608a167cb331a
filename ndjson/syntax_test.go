package ndjson

import (
	"errors"
	"testing"

	"github.com/cclf-tools/cclf/internal/jsonscan"
	"github.com/cclf-tools/cclf/internal/jsonscan/jsontest"
)

// checkSyntaxError makes sure that an error points into the text, and that it
// has nothing of the text in it.
func checkSyntaxError(t *testing.T, text []byte, err error) {
	t.Helper()
	if err == nil {
		return
	}
	syntax, ok := errors.AsType[*SyntaxError](err)
	if !ok || syntax.Offset < 0 || syntax.Offset > len(text) {
		t.Fatalf("%.100q: error %#v, want a SyntaxError within the text", text, err)
	}
	if !isFixed(syntax.Reason) {
		t.Errorf("%.100q: %q is not one of the fixed reasons", text, syntax.Reason)
	}
}

func isFixed(reason string) bool {
	switch jsonscan.Error(reason) {
	case jsonscan.ErrDepth, jsonscan.ErrString, jsonscan.ErrControl, jsonscan.ErrEscape, jsonscan.ErrHexEscape,
		jsonscan.ErrUTF8, jsonscan.ErrValue, jsonscan.ErrFraction, jsonscan.ErrExponent, jsonscan.ErrMemberName,
		jsonscan.ErrColon, jsonscan.ErrSeparator, jsonscan.ErrUnclosed, jsonscan.ErrTrailing, errObject:
		return true
	}
	return false
}

// TestSyntaxErrors checks that Valid and Walk report the error that the scanner
// finds, at the same byte.
func TestSyntaxErrors(t *testing.T) {
	objects := 0
	for _, text := range jsontest.Texts {
		offset, err := jsonscan.Valid([]byte(text))
		if err == nil {
			continue
		}
		want := SyntaxError{offset, err.Error()}
		if got, _ := errors.AsType[*SyntaxError](Valid([]byte(text))); got == nil || *got != want {
			t.Errorf("Valid(%.50q) = %v, want %v", text, got, &want)
		}
		if got, _ := errors.AsType[*SyntaxError](walk(text)); got == nil || *got != want {
			t.Errorf("Walk(%.50q) = %v, want %v", text, got, &want)
		}
		if text != "" && text[0] == '{' {
			objects++
		}
	}
	if objects < 30 {
		t.Errorf("only %d of the texts begin like an object", objects)
	}
	if got, want := walk(` [1]`), "invalid JSON at byte 1: expected a JSON object"; got == nil || got.Error() != want {
		t.Errorf("Walk( [1]) = %v, want %s", got, want)
	}
}

// walk is the error of an empty program.
func walk(text string) error {
	p, err := NewBuilder().Compile()
	if err != nil {
		return err
	}
	return p.Walk(&Record{}, []byte(text))
}
