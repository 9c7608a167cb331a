package reconcile

import "errors"

// ErrIncomparable reports data sets that cannot be compared.
var ErrIncomparable = errors.New("these data sets cannot be compared")
