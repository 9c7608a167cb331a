package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Metadata returns the server's CapabilityStatement.
func (c *Client) Metadata(ctx context.Context) (json.RawMessage, error) {
	const op = "get the metadata"
	body, err := c.get(ctx, op, c.server.fhir.JoinPath("metadata"), request{accept: fhirJSON})
	if err != nil {
		return nil, err
	}
	if !json.Valid(body) {
		return nil, &Error{Kind: ErrUnavailable, Op: op, Status: http.StatusOK, Msg: "the server's reply is not JSON", hint: "check the base URL"}
	}
	return body, nil
}

// describeServer asks the server what it is, for the event of a kick-off. It
// asks once, and does without an answer.
func (c *Client) describeServer(ctx context.Context) *softwareDetail {
	detail := &softwareDetail{}
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	resp, err := c.do(ctx, "get the metadata", c.server.fhir.JoinPath("metadata"), request{accept: fhirJSON})
	if err != nil {
		return detail
	}
	body, err := readBody(resp, smallBody)
	var statement struct {
		FHIRVersion *string
		Software    struct{ Name, Version, ReleaseDate *string }
	}
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(body, &statement) != nil {
		return detail
	}
	for to, text := range map[**string]*string{
		&detail.SoftwareName: statement.Software.Name, &detail.SoftwareVersion: statement.Software.Version,
		&detail.SoftwareRelease: statement.Software.ReleaseDate, &detail.FHIRVersion: statement.FHIRVersion,
	} {
		if text != nil {
			shown := c.sayable(*text)
			*to = &shown
		}
	}
	return detail
}

// An AttributionTime is when BCDA last learned which beneficiaries belong to
// the organization.
type AttributionTime struct {
	Type string    `json:"type"` // last_attribution_update or last_runout_update
	Time time.Time `json:"timestamp"`
}

// Attribution returns when attribution files were last taken in.
func (c *Client) Attribution(ctx context.Context) ([]AttributionTime, error) {
	const op = "get the attribution status"
	body, err := c.get(ctx, op, c.server.fhir.JoinPath("attribution_status"), request{accept: "application/json", bearer: true})
	if err != nil {
		return nil, err
	}
	var reply struct {
		Dates []AttributionTime `json:"ingestion_dates"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, &Error{Kind: ErrUnavailable, Op: op, Status: http.StatusOK, Msg: "the server's reply is not an attribution status"}
	}
	for i, d := range reply.Dates {
		reply.Dates[i].Type = c.printable(d.Type)
	}
	return reply.Dates, nil
}

// A Job is an entry of the server's list of jobs.
type Job struct {
	ID      string    `json:"id"`
	Status  string    `json:"status"`  // of a FHIR Task: accepted, in-progress, completed, failed, cancelled
	Request string    `json:"request"` // its address
	Created time.Time `json:"created,omitzero"`
	Updated time.Time `json:"updated,omitzero"`
}

func (j Job) active() bool {
	return slices.Contains([]string{"draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold"}, j.Status)
}

var errNoJobList = errors.New("the server has no list of jobs")

// Jobs lists the organization's jobs, the oldest first, all or those of the
// given states, which are those of BCDA: Completed, Archived, Expired, Failed, FailedExpired,
// In Progress, Pending, Cancelled, CancelledExpired.
func (c *Client) Jobs(ctx context.Context, states ...string) (jobs []Job, err error) {
	const op = "list the jobs"
	err = c.retry(ctx, func() error {
		jobs, err = c.listJobs(ctx, op, states)
		return err
	})
	if errors.Is(err, errNoJobList) {
		err = &Error{Kind: ErrRejected, Op: op, Msg: errNoJobList.Error()}
	}
	for i, j := range jobs {
		jobs[i].ID, jobs[i].Status, jobs[i].Request = c.printable(j.ID), c.printable(j.Status), c.printable(j.Request)
	}
	slices.SortStableFunc(jobs, func(a, b Job) int {
		switch {
		case newer(a, b):
			return 1
		case newer(b, a):
			return -1
		default:
			return 0
		}
	})
	return jobs, err
}

// listJobs asks once.
func (c *Client) listJobs(ctx context.Context, op string, states []string) ([]Job, error) {
	u := c.server.fhir.JoinPath("jobs")
	if len(states) > 0 {
		u.RawQuery = "_status=" + url.QueryEscape(strings.Join(states, ","))
	}
	resp, err := c.do(ctx, op, u, request{accept: fhirJSON, async: true, bearer: true})
	if err != nil {
		return nil, err
	}
	body, err := readBody(resp, largeBody)
	if err != nil {
		return nil, c.broken(op, err)
	}
	jobs, isList := parseJobs(body)
	switch {
	case isList && (resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusNotFound):
		// BCDA sends 404 when there are no jobs: an OperationOutcome, and the
		// empty list behind it.
		return jobs, nil
	case c.server.isBCDA() && resp.StatusCode == http.StatusNotFound && c.readOutcome(body).code != "":
		return nil, nil // or the outcome alone
	case !c.server.isBCDA() && !isTransient(resp.StatusCode) && resp.StatusCode < http.StatusInternalServerError:
		// Whatever such a server has at that address.
		return nil, errNoJobList
	case resp.StatusCode == http.StatusOK:
		return nil, &transientError{err: &Error{Kind: ErrUnavailable, Op: op, Status: http.StatusOK, Msg: "the server's reply is not a list of jobs"}}
	case slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}, resp.StatusCode):
		return nil, errNoJobList
	default:
		return nil, c.refusal(c.reply(op, resp, body))
	}
}

// parseJobs finds the list of jobs among the documents of a body.
func parseJobs(body []byte) (jobs []Job, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	for {
		var doc struct {
			ResourceType string
			Entry        []struct{ Resource task }
		}
		if err := decoder.Decode(&doc); err != nil {
			return nil, false
		}
		if doc.ResourceType != "Bundle" {
			continue
		}
		for _, entry := range doc.Entry {
			jobs = append(jobs, entry.Resource.job())
		}
		return jobs, true
	}
}

// A task is the FHIR form of a job.
type task struct {
	ID         string
	Status     string
	Identifier []struct{ Value string }
	Input      []struct{ ValueString string }
	Execution  struct{ Start, End string } `json:"executionPeriod"`
	AuthoredOn string
	Modified   string `json:"lastModified"`
}

func (t task) job() Job {
	j := Job{ID: t.ID, Status: t.Status}
	if len(t.Identifier) > 0 {
		j.ID = t.Identifier[0].Value
	}
	for _, in := range t.Input {
		if request, ok := strings.CutPrefix(in.ValueString, "GET "); ok {
			j.Request = request
		}
	}
	first := func(texts ...string) time.Time {
		for _, text := range texts {
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
				return at
			}
		}
		return time.Time{}
	}
	j.Created = first(t.Execution.Start, t.AuthoredOn)
	j.Updated = first(t.Execution.End, t.Modified, t.Execution.Start, t.AuthoredOn)
	return j
}

// clockSlack is how inexact the times in a list of jobs are.
const clockSlack = 2 * time.Second

// findJob looks for the job of a request that was sent at intent, or blocked
// by one that was running then: one that still runs, or has ended since. Jobs
// whose ids are known belong to earlier runs. The error is errNoJobList where
// the server has no list.
func (c *Client) findJob(ctx context.Context, request *url.URL, intent time.Time, known []string) (found *Job, others []Job, err error) {
	jobs, err := c.listJobs(ctx, "look for the job", nil)
	if err != nil {
		return nil, nil, err
	}
	for _, j := range jobs {
		since := j.active() || j.Status == "completed" && (j.Updated.IsZero() || !j.Updated.Before(intent.Add(-clockSlack)))
		switch {
		case slices.Contains(known, j.ID):
		case sameRequest(j.Request, request) && since:
			if found == nil || newer(j, *found) {
				found = &j
			}
		case j.active():
			others = append(others, j)
		}
	}
	return found, others, nil
}

func newer(a, b Job) bool {
	if !a.Created.Equal(b.Created) {
		return a.Created.After(b.Created)
	}
	x, err1 := strconv.ParseUint(a.ID, 10, 64)
	y, err2 := strconv.ParseUint(b.ID, 10, 64)
	return err1 == nil && err2 == nil && x > y
}

// sameRequest tells whether a job was started by a request for this address.
// Scheme and host are left out: the server may sit behind a proxy that changes
// them, and it lists its own jobs only.
func sameRequest(listed string, request *url.URL) bool {
	u, err := url.Parse(listed)
	if err != nil || u.Path != request.Path {
		return false
	}
	a, err1 := url.ParseQuery(u.RawQuery)
	b, err2 := url.ParseQuery(request.RawQuery)
	return err1 == nil && err2 == nil && a.Encode() == b.Encode()
}

// A JobStatus is what the server says about a job.
type JobStatus struct {
	// State is "running", "completed", "failed", "cancelled" or "expired".
	State string `json:"state"`
	// Progress is the server's own word about a running job.
	Progress string `json:"progress,omitempty"`
	// Message is the server's own word about one that ended badly.
	Message string `json:"message,omitempty"`
	// Expires is until when the files are kept, as the server writes it.
	Expires string `json:"expires,omitempty"`
	// Of a completed job.
	TransactionTime string `json:"transaction_time,omitempty"`
	Files           int    `json:"files,omitempty"`
	ErrorFiles      int    `json:"error_files,omitempty"`
}

var jobID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// jobURL is the address of a job, given its id, or its address.
func (c *Client) jobURL(job string) (*url.URL, error) {
	if strings.Contains(job, "://") {
		u, err := c.resolveOwn(c.server.fhir, job)
		if err != nil {
			return nil, optionsErrorf("", "job: %v", err)
		}
		return u, nil
	}
	if !jobID.MatchString(job) {
		return nil, optionsErrorf("cclf jobs lists them", "%q is not the id of a job", job)
	}
	return c.server.fhir.JoinPath("jobs", job), nil
}

// JobStatus asks for a job, by its id or its address.
func (c *Client) JobStatus(ctx context.Context, job string) (*JobStatus, error) {
	u, err := c.jobURL(job)
	if err != nil {
		return nil, err
	}
	var p *polled
	err = c.retry(ctx, func() error {
		p, err = c.poll(ctx, u)
		return err
	})
	var e *Error
	switch {
	case errors.As(err, &e) && e.Kind == ErrJobFailed:
		status := &JobStatus{State: "failed", Message: e.Error()}
		if e.Status == http.StatusNotFound {
			status.State = "cancelled"
		}
		return status, nil
	case errors.As(err, &e) && e.Kind == ErrExpired && e.Status == http.StatusGone:
		return &JobStatus{State: "expired", Message: e.Msg}, nil
	case errors.As(err, &e) && e.Kind == ErrExpired:
		e.hint = "check the id; the server keeps a job and its files for a day or so"
		return nil, err
	case err != nil:
		return nil, err
	case p.manifest == nil:
		return &JobStatus{State: "running", Progress: p.progress}, nil
	default:
		return &JobStatus{
			State: "completed", Expires: p.expires, TransactionTime: p.manifest.TransactionTime,
			Files: len(p.manifest.Output), ErrorFiles: len(p.manifest.Error),
		}, nil
	}
}

// CancelJob cancels a job, by its id or its address.
func (c *Client) CancelJob(ctx context.Context, job string) error {
	const op = "cancel the job"
	u, err := c.jobURL(job)
	if err != nil {
		return err
	}
	return c.retry(ctx, func() error {
		resp, err := c.do(ctx, op, u, request{method: http.MethodDelete, accept: fhirJSON, bearer: true, noFollow: true})
		if err != nil {
			return err
		}
		body, err := readBody(resp, smallBody)
		switch {
		case resp.StatusCode == http.StatusAccepted, resp.StatusCode == http.StatusOK, resp.StatusCode == http.StatusNoContent:
			return nil
		case err != nil:
			return c.broken(op, err)
		case resp.StatusCode == http.StatusGone:
			return c.reply(op, resp, body).as(ErrRejected, "the job has ended: there is nothing to cancel")
		default:
			return c.refusal(c.reply(op, resp, body))
		}
	})
}

// jobName is what to call a job: the last part of its address.
func jobName(jobURL string) string {
	u, err := url.Parse(jobURL)
	if err != nil {
		return fmt.Sprintf("%q", jobURL)
	}
	return path.Base(u.Path)
}
