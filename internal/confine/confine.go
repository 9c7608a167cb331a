// Package confine takes from a process what it does not need any more, so that a
// defect in a library that reads hostile data cannot be used for more than that.
package confine

import "errors"

// ErrUnsupported is what To returns where the system has no means for it.
var ErrUnsupported = errors.New("the system cannot confine a process")
