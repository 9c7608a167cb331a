package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/cclf-tools/cclf/internal/blob"
)

// cleanUpTime bounds the requests that clean up after a failure.
const cleanUpTime = time.Minute

// acquire takes the lease of the data set, and checks that the store keeps conditions.
func (r *remoteSet) acquire() (*blob.Lease, error) {
	l, err := blob.AcquireLease(r.ctx, r.bucket, r.prefix+lockFile, func(op string) error { return r.may(op, lockFile) })
	switch {
	case errors.Is(err, blob.ErrLeased):
		err = &Error{Msg: "another conversion is writing to " + r.url, hint: "wait for it, or take another folder", err: err}
	case errors.Is(err, blob.ErrUnconditional):
		err = &Error{
			Msg:  err.Error() + ", without which two writers could damage a data set",
			hint: "write to a local path and copy it", err: err,
		}
	}
	return l, r.named("write", lockFile, err)
}

// scratchIsStale reports whether no writer uses a folder for files that are not
// uploaded yet. One that was just made may not be locked yet.
func scratchIsStale(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || time.Since(info.ModTime()) < time.Minute {
		return false
	}
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	defer lock.Close()
	return err == nil && locked
}
