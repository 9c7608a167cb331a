package dataset

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// exchange swaps the entries a of one folder and b of another in one step.
func exchange(inA *os.File, a string, inB *os.File, b string) error {
	err := unix.Renameat2(int(inA.Fd()), a, int(inB.Fd()), b, unix.RENAME_EXCHANGE)
	// What old kernels say, and file systems such as NFS.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) {
		return errNoExchange
	}
	return err
}
