package main

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/cclf-tools/cclf/internal/exitcode"
)

// crashHint is the hint for a crash.
const crashHint = "this is a bug in cclf; please report it with the lines above, which contain no claims data"

// recovered turns a panic into an error. Its text has no values of claims: it quotes
// only messages of the runtime and of our own panics, which have none.
func recovered(value any) error {
	reason := fmt.Sprintf("a panic with a value of type %T", value)
	switch v := value.(type) {
	case runtime.Error:
		reason = digits().ReplaceAllString(v.Error(), "N")
	case string:
		if ownPanic().MatchString(v) {
			reason = v
		}
	}
	return &exitError{
		code: exitcode.Internal,
		err:  errors.New("internal error: " + reason + "\n" + strings.TrimSpace(string(debug.Stack()))),
		hint: crashHint,
	}
}

var (
	digits   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\d+`) })
	ownPanic = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]+: internal error: [a-z ,.]*$`) })
)
