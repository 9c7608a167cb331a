package blob

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"
)

// A Lease is a lock of a folder in an object store: an object that its holder replaces
// from time to time. A holder that was killed does not: whoever sees no change for
// LeaseTime takes the lease over. No clocks are compared. All writes are conditional on
// the version of the object, so that of two holders one fails.
type Lease struct {
	ctx    context.Context
	bucket Bucket
	key    string
	hook   func(op string) error

	mu      sync.Mutex // guards the rest
	id      string     // of the holder
	count   int        // of replacements
	version string     // of the object
	renewed time.Time  // before the last replacement that succeeded
	lost    error

	stop context.CancelFunc
	done chan struct{}
}

// LeaseTime is after how long without a change a lease may be taken over, and
// LeaseRenewal how often its holder changes it. Tests shorten them.
var (
	LeaseTime    = time.Minute
	LeaseRenewal = 15 * time.Second
)

// Errors of AcquireLease.
var (
	// ErrLeased reports a lease that another process holds.
	ErrLeased = errors.New("another process holds the lease")
	// ErrUnconditional reports a store that writes although the condition does not hold.
	ErrUnconditional = errors.New("the object store does not support conditional writes")
)

// AcquireLease takes the lease that is the object key, and renews it until Release. It
// waits until it is known whether a holder lives. The hook, unless it is nil, is called
// before the object is written, with "lock" or "renew", and before the wait, with "wait".
// If it fails, so does that.
func AcquireLease(ctx context.Context, bucket Bucket, key string, hook func(op string) error) (*Lease, error) {
	if hook == nil {
		hook = func(string) error { return nil }
	}
	l := &Lease{ctx: ctx, bucket: bucket, key: key, hook: hook, id: rand.Text(), done: make(chan struct{})}
	if err := hook("lock"); err != nil {
		return nil, err
	}
	if err := l.take(); err != nil {
		return nil, err
	}
	if err := l.probe(); err != nil {
		ctx, cancel := cleanUp(ctx)
		defer cancel()
		_ = bucket.Delete(ctx, key) // it expires
		return nil, err
	}
	var renewing context.Context
	renewing, l.stop = context.WithCancel(ctx)
	go l.keep(renewing)
	return l, nil
}

// text is the content of the object. It changes with each replacement.
func (l *Lease) text() []byte {
	text, _ := json.Marshal(map[string]any{"owner": l.id, "count": l.count, "program": "cclf"}) // cannot fail
	return text
}

// leasePolls is the number of looks at a lease in LeaseTime. It is taken over after half
// as many without a change: a process that was suspended itself has not seen them.
const leasePolls = 60

// take waits for a lease whose holder gives no sign of life.
func (l *Lease) take() error {
	cond := Condition{Absent: true}
	seen, since, polls := "", time.Time{}, 0
	for {
		if cond != (Condition{}) {
			l.renewed = time.Now()
			version, err := l.bucket.Put(l.ctx, l.key, l.text(), cond)
			if err == nil {
				l.version = version
				return nil
			}
			if !errors.Is(err, ErrChanged) {
				return err
			}
			cond = Condition{}
		}
		info, err := l.bucket.Stat(l.ctx, l.key)
		switch {
		case errors.Is(err, fs.ErrNotExist): // it was just released
			cond = Condition{Absent: true}
			continue
		case err != nil:
			return err
		case seen == "":
			seen, since = info.Version, time.Now()
			if err := l.hook("wait"); err != nil {
				return err
			}
		case info.Version != seen:
			return ErrLeased
		case time.Since(since) >= LeaseTime && polls >= leasePolls/2:
			cond = Condition{Version: seen}
			continue
		}
		if err := pause(l.ctx, LeaseTime/leasePolls); err != nil {
			return err
		}
		polls++
	}
}

// probe makes sure that the store refuses writes whose condition does not hold.
func (l *Lease) probe() error {
	other := append(l.text(), '\n')
	for _, cond := range []Condition{{Absent: true}, {Version: "0123456789abcdef0123456789abcdef"}} {
		_, err := l.bucket.Put(l.ctx, l.key, other, cond)
		switch {
		case err == nil:
			return ErrUnconditional
		case !errors.Is(err, ErrChanged):
			return fmt.Errorf("conditional write: %w", err)
		}
	}
	return nil
}

// keep renews the lease until ctx ends.
func (l *Lease) keep(ctx context.Context) {
	defer close(l.done)
	ticker := time.NewTicker(LeaseRenewal)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			// Not with ctx: what became of a request that was canceled is unknown.
			if errors.Is(l.Renew(context.WithoutCancel(ctx)), ErrChanged) {
				return
			}
		}
	}
}

// Renew replaces the object. The error wraps ErrChanged if another process took the
// lease over.
func (l *Lease) Renew(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.renew(ctx)
}

// Hold makes sure that nobody else can have the lease yet. It makes a request only if the
// last one is not recent.
func (l *Lease) Hold(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	// The clock on the wall counts the time, too, that the machine was suspended.
	recent := func(d time.Duration) bool { return d >= 0 && d < LeaseTime/2 }
	if l.lost == nil && recent(time.Since(l.renewed)) && recent(time.Since(l.renewed.Round(0))) {
		return nil
	}
	return l.renew(ctx)
}

func (l *Lease) renew(ctx context.Context) error {
	if l.lost != nil {
		return l.lost
	}
	if err := l.hook("renew"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, cleanUpTime)
	defer cancel()
	err := l.replace(ctx)
	if errors.Is(err, ErrChanged) && l.isOurs(ctx) {
		err = l.replace(ctx)
	}
	if errors.Is(err, ErrChanged) {
		l.lost = err
	}
	return err
}

func (l *Lease) replace(ctx context.Context) error {
	l.count++
	begun := time.Now()
	version, err := l.bucket.Put(ctx, l.key, l.text(), Condition{Version: l.version})
	if err == nil {
		l.version, l.renewed = version, begun
	}
	return err
}

// isOurs reports whether the object is from this holder, whose request succeeded although
// it seemed to fail. It notes the version.
func (l *Lease) isOurs(ctx context.Context) bool {
	info, err := l.bucket.Stat(ctx, l.key)
	if err != nil {
		return false
	}
	body, err := l.bucket.Get(ctx, l.key, info.Version, 0, -1)
	if err != nil {
		return false
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	var found struct{ Owner string }
	if err != nil || json.Unmarshal(text, &found) != nil || found.Owner != l.id {
		return false
	}
	l.version = info.Version
	return true
}

// Abandon ends the renewal as if the process had been killed. For tests.
func (l *Lease) Abandon() {
	l.stop()
	<-l.done
}

// Release removes the object, unless another process has the lease now.
func (l *Lease) Release() {
	l.Abandon()
	if l.Renew(context.WithoutCancel(l.ctx)) != nil {
		return
	}
	ctx, cancel := cleanUp(l.ctx)
	defer cancel()
	_ = l.bucket.Delete(ctx, l.key) // it expires
}
