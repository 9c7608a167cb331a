package fetch

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Waits are the durations of everything that is waited for. The zero value of
// a field stands for its default.
type Waits struct {
	// PollInterval is the smallest wait between two polls of a job. It grows
	// while a job runs, up to six times that.
	PollInterval time.Duration
	// Backoff is the smallest wait before a retry. It doubles with each.
	Backoff time.Duration
	// StallTimeout is the longest silence of the server within a request.
	// There is no limit to a whole request.
	StallTimeout time.Duration
	// MaxWait is the longest that a Retry-After of the server is obeyed.
	MaxWait time.Duration
	// RetryBudget is the longest time of retries without any progress.
	RetryBudget time.Duration
}

// The variables of the environment that WaitsFromEnv reads, with their
// defaults.
var waitVariables = []struct {
	name  string
	value time.Duration
	field func(*Waits) *time.Duration
}{
	{"CCLF_POLL_INTERVAL", 5 * time.Second, func(w *Waits) *time.Duration { return &w.PollInterval }},
	{"CCLF_BACKOFF", time.Second, func(w *Waits) *time.Duration { return &w.Backoff }},
	{"CCLF_STALL_TIMEOUT", time.Minute, func(w *Waits) *time.Duration { return &w.StallTimeout }},
	{"CCLF_MAX_WAIT", 10 * time.Minute, func(w *Waits) *time.Duration { return &w.MaxWait }},
	{"CCLF_RETRY_BUDGET", 30 * time.Minute, func(w *Waits) *time.Duration { return &w.RetryBudget }},
}

// WaitsFromEnv reads CCLF_POLL_INTERVAL, CCLF_BACKOFF, CCLF_STALL_TIMEOUT,
// CCLF_MAX_WAIT and CCLF_RETRY_BUDGET, which are durations as Go writes them:
// 500ms, 90s, 1h30m. One that is not set leaves the default.
func WaitsFromEnv() (Waits, error) {
	var w Waits
	for _, v := range waitVariables {
		text := os.Getenv(v.name)
		if text == "" {
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return w, &Error{Kind: ErrOptions, Msg: fmt.Sprintf("%s is %q", v.name, text), hint: "write a duration above zero, such as 500ms, 90s or 1h30m"}
		}
		*v.field(&w) = d
	}
	return w, nil
}

func (w Waits) withDefaults() Waits {
	for _, v := range waitVariables {
		if p := v.field(&w); *p <= 0 {
			*p = v.value
		}
	}
	return w
}

// backoff is the wait before the retry after so many failures.
func (w Waits) backoff(failures int) time.Duration {
	d := w.Backoff << min(max(failures-1, 0), 6)
	d = min(d, max(time.Minute, w.Backoff))
	return d + time.Duration(rand.Int64N(int64(d)/2+1))
}

// poll is the wait after so many polls.
func (w Waits) poll(polls int) time.Duration {
	d := w.PollInterval
	for range min(polls, 20) {
		d += d / 8
	}
	return min(d, 6*w.PollInterval)
}

// An epoch is told from a number of seconds by its size, and one in
// milliseconds from one in seconds.
const (
	firstEpoch      = 1_000_000_000
	firstMilliEpoch = 1_000_000_000_000
)

// retryAfter reads a Retry-After header: seconds, an HTTP date, or, as some
// servers send it, seconds or milliseconds since 1970. Points in time are measured against the
// clock of the server, which its Date header tells. Zero stands for a header
// that is missing or says nothing useful.
func retryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	now := time.Now()
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		switch {
		case !(n > 0): // also not a number
			return 0
		case n >= 1e15:
			return 0
		case n > firstMilliEpoch:
			return max(time.UnixMilli(int64(n)).Sub(now), 0)
		case n > firstEpoch:
			return max(time.Unix(int64(n), 0).Sub(now), 0)
		default:
			return time.Duration(n * float64(time.Second))
		}
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}
