package fetch

import (
	"context"
	"math/rand/v2"
	"time"
)

// Waits are the durations that govern polling and retries. A field that is
// zero or negative has its default.
type Waits struct {
	// PollInterval is the shortest wait between two polls of a job, 5 seconds
	// by default. The interval grows while the job runs, to at most six times
	// this value.
	PollInterval time.Duration
	// Backoff is the shortest wait before a retry, 1 second by default. It
	// doubles with each retry, up to a minute, and is jittered.
	Backoff time.Duration
	// StallTimeout is how long the server may send nothing within one request,
	// 1 minute by default. The total duration of a request is not limited.
	StallTimeout time.Duration
	// MaxWait limits the wait that the server may ask for with Retry-After, 10
	// minutes by default.
	MaxWait time.Duration
	// RetryBudget is how long an operation is retried without any progress, 30
	// minutes by default.
	RetryBudget time.Duration
}

func (w Waits) withDefaults() Waits {
	for _, d := range []struct {
		field    *time.Duration
		fallback time.Duration
	}{
		{&w.PollInterval, 5 * time.Second},
		{&w.Backoff, time.Second},
		{&w.StallTimeout, time.Minute},
		{&w.MaxWait, 10 * time.Minute},
		{&w.RetryBudget, 30 * time.Minute},
	} {
		if *d.field <= 0 {
			*d.field = d.fallback
		}
	}
	return w
}

// retryWait is the wait after a number of consecutive failures.
func (w Waits) retryWait(failures int) time.Duration {
	d := w.Backoff << min(max(failures-1, 0), 6)
	d = min(d, max(time.Minute, w.Backoff))
	return d + time.Duration(rand.Int64N(int64(d)/2+1))
}

// pollWait is the wait after a number of polls.
func (w Waits) pollWait(polls int) time.Duration {
	d := w.PollInterval
	for range min(polls, 20) {
		d += d / 8
	}
	return min(d, 6*w.PollInterval)
}

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
