//go:build !linux && !darwin

package dataset

import "os"

// exchange cannot swap entries of folders here.
func exchange(*os.File, string, *os.File, string) error { return errNoExchange }
