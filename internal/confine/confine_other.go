//go:build !linux

package confine

// To returns ErrUnsupported.
func To(read, writable []string) error { return ErrUnsupported }
