package disk

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Package syscall makes up an ENOSPC and an EDQUOT, which Windows never reports.

func systemFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

func systemQuota(err error) bool { return errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED) }
