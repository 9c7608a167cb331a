package fetch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Job is an entry of the server's job list.
type Job struct {
	ID      string    `json:"id"`
	Status  string    `json:"status"`  // of a FHIR Task: accepted, in-progress, completed, failed, cancelled
	Request string    `json:"request"` // address that started the job
	Created time.Time `json:"created,omitzero"`
	Updated time.Time `json:"updated,omitzero"`
}

// isActive reports whether the job is waiting or running.
func (j Job) isActive() bool {
	return slices.Contains([]string{"draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold"}, j.Status)
}

// compareAge orders jobs by when they were created, the oldest first.
func (j Job) compareAge(other Job) int {
	if c := j.Created.Compare(other.Created); c != 0 {
		return c
	}
	x, err1 := strconv.ParseUint(j.ID, 10, 64)
	y, err2 := strconv.ParseUint(other.ID, 10, 64)
	if err1 != nil || err2 != nil {
		return 0
	}
	return cmp.Compare(x, y)
}

var errNoJobList = errors.New("the server has no job list")

// listJobs asks for the job list, once.
func (s *session) listJobs(ctx context.Context, op string, states []string) ([]Job, error) {
	u := s.server.fhir.JoinPath("jobs")
	if len(states) > 0 {
		u.RawQuery = "_status=" + url.QueryEscape(strings.Join(states, ","))
	}
	resp, err := s.do(ctx, op, u, call{accept: fhirJSON, async: true, bearer: true})
	if err != nil {
		return nil, err
	}
	body, err := readBody(resp, largeBody)
	if err != nil {
		return nil, s.interrupted(op, err)
	}
	jobs, isList := parseJobs(body)
	bcda, status := s.server.isBCDA(), resp.StatusCode
	switch {
	case isList && (status == http.StatusOK || status == http.StatusNotFound):
		// Without jobs, BCDA sends 404: an OperationOutcome, followed by the
		// empty list.
		return jobs, nil
	case bcda && status == http.StatusNotFound && readOutcome(&s.redactor, body).code != "":
		return nil, nil // the OperationOutcome alone
	case !bcda && !isTransient(status) && status < http.StatusInternalServerError:
		return nil, errNoJobList // the address is something else there
	case status == http.StatusOK:
		return nil, &transientError{err: &Error{Kind: ErrUnavailable, Op: op, Status: http.StatusOK, Msg: "the reply is not a job list"}}
	case slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}, status):
		return nil, errNoJobList
	default:
		return nil, s.replyError(op, resp, body).classify()
	}
}

// parseJobs finds the job list among the JSON documents of a body.
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

// A task is the FHIR resource for a job.
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
	firstValid := func(texts ...string) time.Time {
		for _, text := range texts {
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
				return at
			}
		}
		return time.Time{}
	}
	j.Created = firstValid(t.Execution.Start, t.AuthoredOn)
	j.Updated = firstValid(t.Execution.End, t.Modified, t.Execution.Start, t.AuthoredOn)
	return j
}

// clockSlack is the inaccuracy of times in the job list.
const clockSlack = 2 * time.Second

// findJob looks for the job of a request that was sent, or was blocked by a
// running job of the same request, at intent. Such a job is active, or has
// completed since. Past are the IDs of jobs of earlier runs, which are skipped.
// Others are the other active jobs. The error is errNoJobList if the server has
// no list.
func (s *session) findJob(ctx context.Context, request *url.URL, intent time.Time, past []string) (found *Job, others []Job, err error) {
	jobs, err := s.listJobs(ctx, "look for the job", nil)
	if err != nil {
		return nil, nil, err
	}
	for _, j := range jobs {
		candidate := j.isActive() || j.Status == "completed" && (j.Updated.IsZero() || !j.Updated.Before(intent.Add(-clockSlack)))
		switch {
		case slices.Contains(past, j.ID):
		case sameRequest(j.Request, request) && candidate:
			if found == nil || j.compareAge(*found) > 0 {
				found = &j
			}
		case j.isActive():
			others = append(others, j)
		}
	}
	return found, others, nil
}

// sameRequest reports whether a listed job was started by a request for this
// address. It ignores scheme and host: the server may be behind a proxy that
// changes them, and lists only its own jobs.
func sameRequest(listed string, request *url.URL) bool {
	u, err := url.Parse(listed)
	if err != nil || u.Path != request.Path {
		return false
	}
	a, err1 := url.ParseQuery(u.RawQuery)
	b, err2 := url.ParseQuery(request.RawQuery)
	return err1 == nil && err2 == nil && a.Encode() == b.Encode()
}
