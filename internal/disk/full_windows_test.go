package disk

import (
	"io/fs"
	"testing"

	"golang.org/x/sys/windows"
)

// TestFullWindows checks the errors of Windows, which package syscall does not call ENOSPC.
func TestFullWindows(t *testing.T) {
	for _, errno := range []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED} {
		if err := (&fs.PathError{Err: errno}); !Full(err) || QuotaUsed(err) != (errno == windows.ERROR_DISK_QUOTA_EXCEEDED) {
			t.Errorf("%v: full %v, quota %v", errno, Full(err), QuotaUsed(err))
		}
	}
}
