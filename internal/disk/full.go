package disk

import (
	"errors"
	"syscall"
)

// Full reports whether an error says that nothing more can be written: the disk is full,
// or the quota of the user is used up.
func Full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || systemFull(err) || QuotaUsed(err)
}

// QuotaUsed reports whether an error says that the disk quota of the user is used up.
func QuotaUsed(err error) bool {
	return errors.Is(err, syscall.EDQUOT) || systemQuota(err)
}
