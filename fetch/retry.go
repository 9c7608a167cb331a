package fetch

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// attempts count the failures of one operation since it last got on.
type attempts struct {
	c        *Client
	failures int
	meant    int // failures that the server may mean
	since    time.Time
}

func (c *Client) newAttempts() *attempts {
	return &attempts{c: c, since: time.Now()}
}

// progress forgets the failures.
func (a *attempts) progress() {
	a.failures, a.meant, a.since = 0, 0, time.Now()
}

// wait waits after a failure that may pass, so that the operation can be tried
// again. Else it returns the error that ends the operation.
func (a *attempts) wait(ctx context.Context, err error) error {
	wait, err := a.next(err)
	if err != nil {
		return err
	}
	return sleep(ctx, wait)
}

// next tells how long to wait after a failure.
func (a *attempts) next(err error) (time.Duration, error) {
	var transient *transientError
	if !errors.As(err, &transient) {
		return 0, err
	}
	a.failures++
	if transient.final != nil {
		if a.meant++; a.meant >= max500 {
			return 0, transient.final
		}
	}
	waits := a.c.waits
	wait := waits.backoff(a.failures)
	said := ""
	if asked := transient.wait; asked > 0 {
		wait = max(min(asked, waits.MaxWait), waits.Backoff)
		if asked > waits.MaxWait {
			said = " (" + tooLong(asked, waits.MaxWait) + ")"
		}
	}
	if spent := time.Since(a.since); spent+wait > waits.RetryBudget {
		msg := fmt.Sprintf("%v; gave up after %d tries in %s", transient.err, a.failures, round(spent))
		if transient.wait > 0 {
			msg += fmt.Sprintf(", the next would be in %s%s", round(wait), said)
		}
		e := &Error{Kind: ErrUnavailable, Msg: msg, hint: "try again later; CCLF_RETRY_BUDGET sets how long retries go on", err: transient.err}
		if told := (*Error)(nil); errors.As(transient.err, &told) && told.hint != "" {
			e.hint = told.hint
		}
		var reply *replyError
		if errors.As(transient.err, &reply) {
			e.Status = reply.status
		}
		return 0, e
	}
	a.c.log.Warn(fmt.Sprintf("%v; trying again in %s%s", transient.err, round(wait), said))
	return wait, nil
}

// tooLong tells that a wait is shorter than what the server asks for.
func tooLong(asked, most time.Duration) string {
	return fmt.Sprintf("the server asks for %s, the most that is waited is %s", round(asked), round(most))
}

// retry does something until it does not fail in a way that may pass.
func (c *Client) retry(ctx context.Context, do func() error) error {
	a := c.newAttempts()
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

// round makes a duration fit for people.
func round(d time.Duration) time.Duration {
	switch {
	case d > time.Minute:
		return d.Round(time.Second)
	case d > time.Second:
		return d.Round(100 * time.Millisecond)
	default:
		return d.Round(time.Millisecond)
	}
}
