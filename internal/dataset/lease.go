package dataset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/cclf-tools/cclf/internal/blob"
)

// A lease is the lock of a data set in an object store: the object _lock, which its
// writer replaces from time to time. A writer that was killed does not: whoever sees
// no change for leaseTime takes the lease over. No clocks are compared. All writes are
// conditional on the version of the object, so that of two writers one fails.
type lease struct {
	set *remoteSet

	mu      sync.Mutex // guards the rest
	id      string     // of the writer
	count   int        // of replacements
	version string     // of the object
	lost    error

	stop context.CancelFunc
	done chan struct{}
}

// leaseTime is after how long without a change a lease may be taken over, and
// leaseRenewal how often its writer changes it.
var (
	leaseTime    = time.Minute
	leaseRenewal = 15 * time.Second
)

// cleanUpTime bounds the requests that clean up after a failure.
const cleanUpTime = time.Minute

// text is the content of the object. It changes with each replacement.
func (l *lease) text() []byte {
	text, _ := json.Marshal(map[string]any{"owner": l.id, "count": l.count, "program": "cclf"}) // cannot fail
	return text
}

// acquire takes the lease, and checks that the store keeps conditions.
func (r *remoteSet) acquire() (*lease, error) {
	l := &lease{set: r, id: newOwner(), done: make(chan struct{})}
	if err := r.may("lock", lockFile); err != nil {
		return nil, err
	}
	if err := l.take(); err != nil {
		return nil, r.named("write", lockFile, err)
	}
	if err := l.probe(); err != nil {
		_ = r.bucket.Delete(context.WithoutCancel(r.ctx), r.prefix+lockFile)
		return nil, r.named("write", lockFile, err)
	}
	var ctx context.Context
	ctx, l.stop = context.WithCancel(r.ctx)
	go l.keep(ctx)
	return l, nil
}

// take waits for a lease whose writer gives no sign of life.
func (l *lease) take() error {
	r := l.set
	seen, since := "", time.Now()
	for {
		cond := blob.Condition{Absent: true}
		if seen != "" && time.Since(since) >= leaseTime {
			cond = blob.Condition{Version: seen}
		}
		version, err := r.bucket.Put(r.ctx, r.prefix+lockFile, l.text(), cond)
		if err == nil {
			l.version = version
			return nil
		}
		if !errors.Is(err, blob.ErrChanged) {
			return err
		}
		info, err := r.bucket.Stat(r.ctx, r.prefix+lockFile)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // it was just released
		case err != nil:
			return err
		case seen != "" && info.Version != seen:
			return &Error{Msg: "another conversion is writing to " + r.url, hint: "wait for it, or take another folder"}
		case seen == "":
			seen, since = info.Version, time.Now()
		}
		select {
		case <-r.ctx.Done():
			return r.ctx.Err()
		case <-time.After(leaseTime / 60):
		}
	}
}

// probe makes sure that the store refuses writes whose condition does not hold.
func (l *lease) probe() error {
	r := l.set
	other := append(l.text(), '\n')
	for _, cond := range []blob.Condition{{Absent: true}, {Version: "0123456789abcdef0123456789abcdef"}} {
		_, err := r.bucket.Put(r.ctx, r.prefix+lockFile, other, cond)
		switch {
		case err == nil:
			return &Error{
				Msg:  "the object store does not support conditional writes, without which two writers could damage a data set",
				hint: "write to a local path and copy it",
			}
		case !errors.Is(err, blob.ErrChanged):
			return fmt.Errorf("conditional write: %w", err)
		}
	}
	return nil
}

// keep renews the lease until ctx ends.
func (l *lease) keep(ctx context.Context) {
	defer close(l.done)
	ticker := time.NewTicker(leaseRenewal)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			// Not with ctx: what became of a request that was canceled is unknown.
			if errors.Is(l.renew(context.WithoutCancel(ctx)), blob.ErrChanged) {
				return
			}
		}
	}
}

// renew replaces the object. The error wraps blob.ErrChanged if another writer took
// the lease over.
func (l *lease) renew(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return l.lost
	}
	if err := l.set.may("renew", lockFile); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, cleanUpTime)
	defer cancel()
	err := l.replace(ctx)
	if errors.Is(err, blob.ErrChanged) && l.isOurs(ctx) {
		err = l.replace(ctx)
	}
	if errors.Is(err, blob.ErrChanged) {
		l.lost = err
	}
	return err
}

func (l *lease) replace(ctx context.Context) error {
	l.count++
	version, err := l.set.bucket.Put(ctx, l.set.prefix+lockFile, l.text(), blob.Condition{Version: l.version})
	if err == nil {
		l.version = version
	}
	return err
}

// isOurs reports whether the object is from this writer, whose request succeeded although
// it seemed to fail. It notes the version.
func (l *lease) isOurs(ctx context.Context) bool {
	text, version, err := l.set.read(ctx, lockFile)
	var found struct{ Owner string }
	if err != nil || json.Unmarshal(text, &found) != nil || found.Owner != l.id {
		return false
	}
	l.version = version
	return true
}

// release removes the object, unless another writer has it now.
func (l *lease) release() {
	l.stop()
	<-l.done
	if l.renew(context.WithoutCancel(l.set.ctx)) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.set.ctx), cleanUpTime)
	defer cancel()
	_ = l.set.bucket.Delete(ctx, l.set.prefix+lockFile) // it expires
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
