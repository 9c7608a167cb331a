package disk

import (
	"fmt"
	"io/fs"
	"syscall"
	"testing"
)

func TestFull(t *testing.T) {
	for _, tt := range []struct {
		err         error
		full, quota bool
	}{
		{nil, false, false},
		{syscall.EIO, false, false},
		{&fs.PathError{Err: syscall.ENOSPC}, true, false},
		{fmt.Errorf("write: %w", syscall.EDQUOT), true, true},
	} {
		if Full(tt.err) != tt.full || QuotaUsed(tt.err) != tt.quota {
			t.Errorf("%v: full %v, quota %v", tt.err, Full(tt.err), QuotaUsed(tt.err))
		}
	}
}
