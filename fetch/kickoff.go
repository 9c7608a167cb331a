package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const opKickoff = "start the export"

// maxLost is how often the request that starts a job is repeated when earlier
// ones may have started one that cannot be found.
const maxLost = 2

// A kickoff starts the job of a run, or finds the job that an earlier request
// of the run started.
type kickoff struct {
	session  *session
	journal  *journal
	listener *listener
	target   *url.URL // of the request
	fresh    bool     // no request of this run was sent before
	wait     bool     // for jobs that block this one
	software *software

	attempts *attempts
	lost     int // requests that may have started a job that cannot be found
	waits    int // for other jobs
}

func newKickoff(s *session, j *journal, l *listener) (*kickoff, error) {
	target, err := url.Parse(j.run().URL)
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: "invalid request address in " + stateFile}
	}
	return &kickoff{session: s, journal: j, listener: l, target: target, attempts: s.newAttempts()}, nil
}

// run records the job in the journal. Before a request is repeated, the job
// list is checked for a job that the one before it started.
func (k *kickoff) run(ctx context.Context) error {
	look := !k.fresh
	again := look // the server may still be processing a request: look twice
	for {
		if look {
			found, err := k.look(ctx)
			switch {
			case err == nil && found:
				return nil
			case err == nil && again:
				again = false
				if err = sleep(ctx, k.session.waits.retryWait(1)); err == nil {
					continue
				}
			}
			if err != nil {
				if err := k.attempts.wait(ctx, err); err != nil {
					return err
				}
				continue
			}
		}
		err := k.request(ctx)
		var busy *busyError
		if errors.As(err, &busy) {
			err = k.blocked(ctx, busy)
			if k.wait && isBlocked(err) {
				if err := k.waitForOthers(ctx, err); err != nil {
					return err
				}
				continue
			}
		}
		if err == nil {
			return nil
		}
		look = true
		if mayHaveStarted(err) {
			k.lost++
		}
		if err := k.attempts.wait(ctx, err); err != nil {
			if busy != nil {
				return duplicate(err)
			}
			return err
		}
	}
}

// look looks for the job in the job list. If there is no list and too many
// requests were lost, it fails.
func (k *kickoff) look(ctx context.Context) (found bool, err error) {
	job, _, err := k.findJob(ctx)
	if job != nil && err == nil {
		return true, k.attach(job)
	}
	if err != nil && !errors.Is(err, errNoJobList) {
		return false, err
	}
	if err != nil && k.lost > maxLost {
		return false, &Error{Kind: ErrUnavailable, Op: opKickoff, hint: "ask the server's support, or wait until such jobs have ended before you try again",
			Msg: fmt.Sprintf("%d requests got no reply, and the server has no job list; jobs may be running that cannot be found", k.lost)}
	}
	return false, nil
}

func (k *kickoff) findJob(ctx context.Context) (found *Job, others []Job, err error) {
	return k.session.findJob(ctx, k.target, k.journal.run().Intent, k.journal.state.PastJobs)
}

// attach makes a job from the list the job of this run.
func (k *kickoff) attach(job *Job) error {
	u, err := k.session.jobURL(job.ID)
	if err != nil {
		return err
	}
	k.session.log.Info("attached to job " + job.ID + ", which was started for the same request")
	return k.journal.setJob(u)
}

// request sends the request that starts the job, once.
func (k *kickoff) request(ctx context.Context) error {
	s := k.session
	detail := k.eventDetail(ctx)
	resp, err := s.do(ctx, opKickoff, k.target, call{accept: fhirJSON, async: true, bearer: true, noFollow: true})
	if err != nil {
		return err
	}
	body, err := readBody(resp, smallBody)
	reply := s.replyError(opKickoff, resp, body)
	location := resp.Header.Get("Content-Location")
	if location == "" && resp.StatusCode < http.StatusMultipleChoices {
		location = resp.Header.Get("Location")
	}
	accepted := resp.StatusCode == http.StatusAccepted ||
		location != "" && (resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated)
	if !accepted {
		detail.ErrorCode, detail.ErrorBody = &resp.StatusCode, &reply.outcome.text
	}
	k.listener.onEvent(eventKickoff, detail)
	switch {
	case accepted && location == "":
		return k.findUnnamed(ctx, resp.StatusCode)
	case accepted:
		u, err := s.resolveOwn(k.target, location)
		if err != nil {
			return &Error{Kind: ErrOrigin, Op: opKickoff, Msg: "the job is at a foreign address: " + s.redactor.clean(err.Error()),
				hint: "check that the base URL is the server's own name for itself"}
		}
		return k.journal.setJob(u)
	case err != nil:
		return s.interrupted(opKickoff, err)
	case resp.StatusCode == http.StatusTooManyRequests && (s.server.isBCDA() || k.wait) && reply.outcome.code != "throttled":
		return &busyError{reply}
	default:
		return k.refusal(reply)
	}
}

// eventDetail describes the request for the export log.
func (k *kickoff) eventDetail(ctx context.Context) kickoffDetail {
	detail := kickoffDetail{ExportURL: k.target.String(), Parameters: map[string]string{}}
	if k.listener.event != nil {
		if k.software == nil {
			found := readSoftware(ctx, k.session)
			k.software = &found
		}
		detail.software = *k.software
	}
	for key, values := range k.target.Query() {
		detail.Parameters[key] = strings.Join(values, ",")
	}
	return detail
}

// findUnnamed looks for a job that the server started without saying where it
// is. The request is not repeated, since that would start another job.
func (k *kickoff) findUnnamed(ctx context.Context, status int) error {
	unnamed := &Error{Kind: ErrUnavailable, Op: opKickoff, Status: status,
		Msg:  "the server accepted the request without the address of its job; the job may be running",
		hint: "ask the server's support: the reply needs a Content-Location header"}
	return k.session.newAttempts().retry(ctx, func() error {
		job, _, err := k.findJob(ctx)
		switch {
		case errors.Is(err, errNoJobList):
			return unnamed
		case err != nil:
			return err
		case job == nil:
			return &transientError{err: unnamed, permanent: unnamed}
		default:
			return k.attach(job)
		}
	})
}

// refusal makes the error of a request that the server refused.
func (k *kickoff) refusal(r *replyError) error {
	bcda := k.session.server.isBCDA()
	switch {
	case r.status == http.StatusForbidden && bcda:
		return r.as(ErrRejected, "your organization may not use API "+k.session.server.api+"; try another version")
	case r.status == http.StatusForbidden:
		return r.as(ErrRejected, "")
	case r.status == http.StatusNotFound && bcda:
		return r.as(ErrRejected, "there may be no current attribution file (in January, or for runout after 180 days), or since is before the oldest one; check the dates of the attribution")
	case r.status == http.StatusNotFound, r.status == http.StatusGone:
		return r.as(ErrRejected, "check the base URL and the endpoint")
	case r.status == http.StatusBadRequest:
		return r.as(ErrRejected, "change the request as the server says")
	case r.status == http.StatusNotImplemented:
		return r.as(ErrRejected, "the server does not support this export: check the base URL and the endpoint")
	case r.status > http.StatusInternalServerError:
		return r.transient()
	default:
		return r.classify()
	}
}

// mayHaveStarted reports whether a request that failed may have started a job:
// the reply was lost, or a gateway did not wait for it.
func mayHaveStarted(err error) bool {
	var (
		e       *Error
		network *net.OpError
	)
	if !errors.As(err, &e) || e.Kind != ErrUnavailable {
		return false
	}
	switch e.Status {
	case 0:
		return !errors.As(err, &network) || network.Op != "dial" && network.Op != "proxyconnect"
	case http.StatusAccepted, http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// A busyError is the reply of a server that refused a request because of
// another job.
type busyError struct{ reply *replyError }

func (e *busyError) Error() string { return e.reply.Error() }
func (e *busyError) Unwrap() error { return e.reply }

// blocked looks for the job that blocks the request. If it is a job of the same
// request, the run attaches to it.
func (k *kickoff) blocked(ctx context.Context, busy *busyError) error {
	job, others, err := k.findJob(ctx)
	if err != nil && !errors.Is(err, errNoJobList) {
		return err
	}
	if job != nil {
		return k.attach(job)
	}
	for _, other := range others {
		u, err := url.Parse(other.Request)
		if err == nil && strings.HasPrefix(u.Path, k.session.server.fhir.Path+"/") {
			return &Error{Kind: ErrDuplicate, Op: opKickoff, Status: busy.reply.status, Job: k.session.redactor.printable(other.ID),
				Msg: fmt.Sprintf("job %s of your organization is still running (%s)", k.session.redactor.printable(other.ID), k.session.redactor.oneLine(other.Request))}
		}
	}
	return &transientError{err: busy, wait: retryAfter(busy.reply.header)}
}

// isBlocked reports whether err is a refusal because of another job.
func isBlocked(err error) bool {
	var transient *transientError
	return errors.Is(err, ErrDuplicate) || errors.As(err, &transient) && errors.As(err, new(*busyError))
}

// duplicate makes an ErrDuplicate of the error that ended the retries, if the
// last reply was that another job is running.
func duplicate(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Kind != ErrUnavailable {
		return err
	}
	return &Error{Kind: ErrDuplicate, Status: e.Status, Msg: e.Msg, err: err}
}

// waitForOthers waits for a job that blocks this one, until the next poll.
func (k *kickoff) waitForOthers(ctx context.Context, err error) error {
	k.attempts.progress()
	if k.waits++; k.waits == 1 {
		k.session.log.Info(err.Error() + "; waiting for it to end")
	}
	k.listener.onProgress(Progress{Polling: true, Server: "waiting for another job", Elapsed: time.Since(k.journal.run().Started)})
	wait := k.session.waits.pollWait(k.waits)
	var transient *transientError
	if errors.As(err, &transient) {
		wait = max(wait, min(transient.wait, k.session.waits.MaxWait))
	}
	return sleep(ctx, wait)
}
