// Package confine drops the rights that a process no longer needs, so that a
// defect in a library that reads hostile data gives an attacker little.
package confine

import "errors"

// ErrUnsupported is the error of To on systems without a way to confine a process.
var ErrUnsupported = errors.New("the system cannot confine a process")
