package fetch

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const opPoll = "poll the job"

// A pollReply is the reply to a poll.
type pollReply struct {
	manifest   *manifest // nil while the job is running
	progress   string
	wait       time.Duration // until the next poll, from the server, or 0
	retryAfter string        // the same as the server wrote it
	expires    string        // when the files expire, as the server wrote it
}

// poll asks for the status of a job, or for a page of its manifest, once.
func (s *session) poll(ctx context.Context, u *url.URL) (*pollReply, error) {
	resp, err := s.do(ctx, opPoll, u, call{accept: "application/json", bearer: true})
	if err != nil {
		return nil, err
	}
	body, err := readBody(resp, largeBody)
	switch {
	case resp.StatusCode == http.StatusAccepted:
		return &pollReply{
			progress:   s.redactor.oneLine(resp.Header.Get("X-Progress")),
			wait:       retryAfter(resp.Header),
			retryAfter: s.redactor.oneLine(resp.Header.Get("Retry-After")),
		}, nil
	case err != nil:
		return nil, s.interrupted(opPoll, err)
	case resp.StatusCode != http.StatusOK:
		return nil, pollRefusal(s.replyError(opPoll, resp, body))
	}
	m, err := parseManifest(body)
	if err != nil {
		msg := err.Error()
		if text := readOutcome(&s.redactor, body).text; text != "" {
			msg += ": " + text
		}
		// A gateway may send such a reply for a moment. One that the server
		// itself sends does not change.
		return nil, &transientError{
			err: &Error{Kind: ErrUnavailable, Op: opPoll, Status: resp.StatusCode, Msg: msg},
			permanent: &Error{Kind: ErrUnavailable, Op: opPoll, Status: resp.StatusCode, Msg: msg,
				hint: "this needs to be fixed at the server, or at a gateway in front of it; the same command polls the job again"},
		}
	}
	m.resolve(resp.Request.URL)
	return &pollReply{manifest: m, expires: s.redactor.oneLine(resp.Header.Get("Expires"))}, nil
}

// pollRefusal makes the error of a poll with an unexpected status.
func pollRefusal(r *replyError) error {
	text := strings.ToLower(r.outcome.text) + " " + r.outcome.coding
	switch {
	case r.status == http.StatusNotFound && strings.Contains(text, "cancel"):
		return &Error{Kind: ErrJobFailed, Status: r.status, Msg: "the job was canceled: " + r.Error(), err: r}
	case r.status == http.StatusGone, r.status == http.StatusNotFound:
		return r.as(ErrExpired, "")
	case r.status == http.StatusInternalServerError && (strings.Contains(text, "job failed") || strings.Contains(text, "failed to complete")):
		// BCDA reports a failed job this way. It is permanent.
		return r.as(ErrJobFailed, "")
	case r.status == http.StatusInternalServerError:
		return r.serverError(ErrJobFailed)
	default:
		return r.classify()
	}
}

// nextPage resolves the address of the next page of a manifest. Seen are the
// addresses of the pages before it.
func (s *session) nextPage(page *url.URL, next string, seen []string) (*url.URL, error) {
	u, err := s.resolveOwn(page, next)
	if err != nil {
		return nil, &Error{Kind: ErrOrigin, Op: opPoll, Msg: "the next page of the manifest is at a foreign address: " + s.redactor.clean(err.Error())}
	}
	if slices.Contains(seen, u.String()) {
		return nil, &Error{Kind: ErrRejected, Op: opPoll, Msg: "the pages of the manifest form a loop"}
	}
	return u, nil
}

// readManifest reads all pages of the manifest of a completed job, without
// retries.
func (s *session) readManifest(ctx context.Context, job *url.URL) (*manifest, error) {
	var (
		all  manifest
		seen []string
	)
	for page := job; ; {
		reply, err := s.poll(ctx, page)
		if err != nil {
			return nil, err
		}
		if reply.manifest == nil {
			return nil, &transientError{err: &Error{Kind: ErrUnavailable, Op: opPoll, Status: http.StatusAccepted, Msg: "the job was complete and is running again"}, wait: reply.wait}
		}
		all.add(reply.manifest)
		seen = append(seen, page.String())
		if reply.manifest.next == "" {
			return &all, nil
		}
		if page, err = s.nextPage(page, reply.manifest.next, seen); err != nil {
			return nil, err
		}
	}
}

var percentage = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\d{1,3}(?:\.\d+)?)\s*%`) })

// remaining estimates how long a job will run from its progress so far. It is
// zero if the server sends no percentage.
func remaining(progress string, elapsed time.Duration) time.Duration {
	m := percentage().FindStringSubmatch(progress)
	if m == nil {
		return 0
	}
	percent, err := strconv.ParseFloat(m[1], 64)
	if err != nil || percent < 1 || percent >= 100 {
		return 0
	}
	return time.Duration(float64(elapsed) * (100 - percent) / percent)
}
