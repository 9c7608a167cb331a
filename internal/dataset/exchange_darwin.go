package dataset

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// exchange swaps the entries a of one folder and b of another in one step.
func exchange(inA *os.File, a string, inB *os.File, b string) error {
	err := unix.RenameatxNp(int(inA.Fd()), a, int(inB.Fd()), b, unix.RENAME_SWAP)
	// What file systems other than APFS say.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		return errNoExchange
	}
	return err
}
