package crosswalk

import "fmt"

// A Rejection is the reason why a resource gives no rows. It names no values.
type Rejection struct{ Reason string }

func (r *Rejection) Error() string { return r.Reason }

// Reject returns a Rejection.
func Reject(format string, args ...any) error {
	return &Rejection{fmt.Sprintf(format, args...)}
}
