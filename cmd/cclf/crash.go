package main

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

// crashHint is what a user can do about a crash.
const crashHint = "this is a defect of cclf: please report it with the lines above, which hold no data of claims"

// recovered makes an error of a panic. Its text has no values: only messages of
// the runtime and of our own panics are known to have none.
func recovered(value any) error {
	reason := fmt.Sprintf("a panic with a value of type %T", value)
	switch v := value.(type) {
	case runtime.Error:
		reason = digits.ReplaceAllString(v.Error(), "N")
	case string:
		if ownPanic.MatchString(v) {
			reason = v
		}
	}
	return &exitError{
		code: exitInternal,
		err:  errors.New("internal error: " + reason + "\n" + strings.TrimSpace(string(debug.Stack()))),
		hint: crashHint,
	}
}

var (
	digits   = regexp.MustCompile(`\d+`)
	ownPanic = regexp.MustCompile(`^[a-z]+: internal error: [a-z ,.]*$`)
)
