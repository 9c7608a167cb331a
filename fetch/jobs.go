package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Jobs lists the organization's jobs, the oldest first. States, if any, limit
// the list to jobs with one of these states of BCDA: Completed, Archived,
// Expired, Failed, FailedExpired, In Progress, Pending, Cancelled,
// CancelledExpired.
func (c *Client) Jobs(ctx context.Context, states ...string) (jobs []Job, err error) {
	const op = "list the jobs"
	s := c.session
	err = s.newAttempts().retry(ctx, func() error {
		jobs, err = s.listJobs(ctx, op, states)
		return err
	})
	if errors.Is(err, errNoJobList) {
		err = &Error{Kind: ErrRejected, Op: op, Msg: errNoJobList.Error()}
	}
	for i, j := range jobs {
		jobs[i].ID, jobs[i].Status, jobs[i].Request = s.redactor.printable(j.ID), s.redactor.printable(j.Status), s.redactor.printable(j.Request)
	}
	slices.SortStableFunc(jobs, Job.compareAge)
	return jobs, err
}

// A JobStatus is the status of one job.
type JobStatus struct {
	// State is "running", "completed", "failed", "cancelled" or "expired".
	State string `json:"state"`
	// Progress is the server's text about a running job.
	Progress string `json:"progress,omitempty"`
	// Message is the server's text about a job that did not complete.
	Message string `json:"message,omitempty"`
	// Expires is when the server will delete the files, as it wrote it.
	Expires string `json:"expires,omitempty"`
	// The rest is about completed jobs. TransactionTime is as the server wrote
	// it.
	TransactionTime string `json:"transaction_time,omitempty"`
	Files           int    `json:"files,omitempty"`
	ErrorFiles      int    `json:"error_files,omitempty"`
}

// JobStatus returns the status of a job, given its ID or its address.
func (c *Client) JobStatus(ctx context.Context, job string) (*JobStatus, error) {
	s := c.session
	u, err := s.jobURL(job)
	if err != nil {
		return nil, err
	}
	var reply *pollReply
	err = s.newAttempts().retry(ctx, func() error {
		reply, err = s.poll(ctx, u)
		return err
	})
	var e *Error
	switch {
	case errors.As(err, &e) && e.Kind == ErrJobFailed && e.Status == http.StatusNotFound:
		return &JobStatus{State: "cancelled", Message: e.Error()}, nil
	case errors.As(err, &e) && e.Kind == ErrJobFailed:
		return &JobStatus{State: "failed", Message: e.Error()}, nil
	case errors.As(err, &e) && e.Kind == ErrExpired && e.Status == http.StatusGone:
		return &JobStatus{State: "expired", Message: e.Msg}, nil
	case errors.As(err, &e) && e.Kind == ErrExpired:
		e.hint = "check the id; the server keeps a job and its files for about a day"
		return nil, err
	case err != nil:
		return nil, err
	case reply.manifest == nil:
		return &JobStatus{State: "running", Progress: reply.progress}, nil
	default:
		return &JobStatus{
			State: "completed", Expires: reply.expires, TransactionTime: reply.manifest.TransactionTime,
			Files: len(reply.manifest.Output), ErrorFiles: len(reply.manifest.Error),
		}, nil
	}
}

// CancelJob cancels a job, given its ID or its address.
func (c *Client) CancelJob(ctx context.Context, job string) error {
	const op = "cancel the job"
	s := c.session
	u, err := s.jobURL(job)
	if err != nil {
		return err
	}
	return s.newAttempts().retry(ctx, func() error {
		resp, err := s.do(ctx, op, u, call{method: http.MethodDelete, accept: fhirJSON, bearer: true, noFollow: true})
		if err != nil {
			return err
		}
		body, err := readBody(resp, smallBody)
		switch {
		case resp.StatusCode == http.StatusAccepted, resp.StatusCode == http.StatusOK, resp.StatusCode == http.StatusNoContent:
			return nil
		case err != nil:
			return s.interrupted(op, err)
		case resp.StatusCode == http.StatusGone:
			return s.replyError(op, resp, body).as(ErrRejected, "the job has already ended")
		default:
			return s.replyError(op, resp, body).classify()
		}
	})
}

var jobID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`) })

// jobURL is the address of a job, given its ID or its address.
func (s *session) jobURL(job string) (*url.URL, error) {
	if strings.Contains(job, "://") {
		u, err := s.resolveOwn(s.server.fhir, job)
		if err != nil {
			return nil, optionsErrorf("", "job: %v", err)
		}
		return u, nil
	}
	if !jobID().MatchString(job) {
		return nil, optionsErrorf("", "invalid job id %q", job)
	}
	return s.server.fhir.JoinPath("jobs", job), nil
}
