//go:build !linux

package confine

// To returns ErrUnsupported.
func To(read, writable []string) error { return ErrUnsupported }

// ToReplacing returns ErrUnsupported.
func ToReplacing(read, writable, replaceable []string) error { return ErrUnsupported }

// ToNetwork returns ErrUnsupported.
func ToNetwork(read, writable, replaceable []string) error { return ErrUnsupported }
