package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// maxDoubtful is how often an operation may fail in a way that may be
// permanent.
const maxDoubtful = 4

// attempts counts the failures of one operation since it last made progress.
type attempts struct {
	waits    Waits
	log      *slog.Logger
	failures int
	doubtful int // failures that may be permanent
	since    time.Time
}

func newAttempts(waits Waits, log *slog.Logger) *attempts {
	return &attempts{waits: waits, log: log, since: time.Now()}
}

// progress resets the count.
func (a *attempts) progress() {
	a.failures, a.doubtful, a.since = 0, 0, time.Now()
}

// wait sleeps before the next attempt. If err is not transient, or the retry
// budget is used up, it returns the error that ends the operation instead.
func (a *attempts) wait(ctx context.Context, err error) error {
	wait, err := a.next(err)
	if err != nil {
		return err
	}
	return sleep(ctx, wait)
}

// next is the wait before the next attempt after err, or the error that ends
// the operation.
func (a *attempts) next(err error) (time.Duration, error) {
	var transient *transientError
	if !errors.As(err, &transient) {
		return 0, err
	}
	a.failures++
	if transient.permanent != nil {
		if a.doubtful++; a.doubtful >= maxDoubtful {
			return 0, transient.permanent
		}
	}
	wait := a.waits.retryWait(a.failures)
	note := ""
	if asked := transient.wait; asked > 0 {
		wait = max(min(asked, a.waits.MaxWait), a.waits.Backoff)
		if asked > a.waits.MaxWait {
			note = " (" + cappedWait(asked, a.waits.MaxWait) + ")"
		}
	}
	if spent := time.Since(a.since); spent+wait > a.waits.RetryBudget {
		return 0, a.giveUp(transient, spent, wait, note)
	}
	a.log.Warn(fmt.Sprintf("%v; retrying in %s%s", transient.err, round(wait), note))
	return wait, nil
}

// giveUp makes the error of an operation whose retry budget is used up.
func (a *attempts) giveUp(last *transientError, spent, wait time.Duration, note string) *Error {
	msg := fmt.Sprintf("%v; gave up after %s in %s", last.err, plural(a.failures, "attempt", "attempts"), round(spent))
	if last.wait > 0 {
		msg += fmt.Sprintf(", the next would be in %s%s", round(wait), note)
	}
	e := &Error{Kind: ErrUnavailable, detail: ErrRetryBudget, Msg: msg, err: last.err}
	var cause *Error
	if errors.As(last.err, &cause) {
		e.hint = cause.hint
	}
	var reply *replyError
	if errors.As(last.err, &reply) {
		e.Status = reply.status
	}
	return e
}

// cappedWait says that a wait is shorter than the one the server asked for.
func cappedWait(asked, limit time.Duration) string {
	return fmt.Sprintf("the server asked for %s; the limit is %s", round(asked), round(limit))
}

// retry calls do until it succeeds, fails permanently, or uses up the retry
// budget.
func (a *attempts) retry(ctx context.Context, do func() error) error {
	for {
		err := do()
		if err == nil {
			return nil
		}
		if err := a.wait(ctx, err); err != nil {
			return err
		}
	}
}
