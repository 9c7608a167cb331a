package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A manifest lists the files of a job, or a page of them.
type manifest struct {
	TransactionTime string          `json:"transactionTime"`
	RequiresToken   *bool           `json:"requiresAccessToken"`
	Output          []manifestFile  `json:"output"`
	Deleted         []manifestFile  `json:"deleted"`
	Error           []manifestFile  `json:"error"`
	Next            json.RawMessage `json:"next"`
	Link            []struct {
		Relation string `json:"relation"`
		URL      string `json:"url"`
	} `json:"link"`
}

type manifestFile struct {
	Type  string          `json:"type"`
	URL   string          `json:"url"`
	Count json.RawMessage `json:"count"`
}

// count is the number of resources, if the server announces it. It may do so
// in a string, as it does elsewhere; what is no number is not worth the export.
func (f manifestFile) count() *int64 {
	n, err := strconv.ParseFloat(string(bytes.Trim(f.Count, `" `)), 64)
	if err != nil || n < 0 || n != float64(int64(n)) {
		return nil
	}
	count := int64(n)
	return &count
}

// next is the address of the page behind this one, or empty.
func (m *manifest) next() string {
	for _, link := range m.Link {
		if link.Relation == "next" {
			return link.URL
		}
	}
	var next string
	if json.Unmarshal(m.Next, &next) != nil {
		return ""
	}
	return next
}

// parseManifest tells a manifest from whatever else may come with status 200.
func parseManifest(body []byte) (*manifest, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, errors.New("the reply is not JSON")
	}
	output := bytes.TrimSpace(fields["output"])
	if fields["transactionTime"] == nil || !bytes.HasPrefix(output, []byte("[")) && string(output) != "null" {
		return nil, errors.New("the reply is not a manifest of an export")
	}
	var m manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, errors.New("the reply is a manifest that cannot be read")
	}
	if m.TransactionTime == "" {
		return nil, errors.New("the manifest has no transaction time")
	}
	return &m, nil
}

// polled is what came of a poll.
type polled struct {
	manifest *manifest // nil while the job runs
	progress string
	wait     time.Duration // that the server asks for
	retry    string        // the same in its own words
	expires  string
}

const opPoll = "ask for the job"

// poll asks once for a job, or for a page of its manifest.
func (c *Client) poll(ctx context.Context, u *url.URL) (*polled, error) {
	resp, err := c.do(ctx, opPoll, u, request{accept: "application/json", bearer: true})
	if err != nil {
		return nil, err
	}
	body, err := readBody(resp, largeBody)
	switch {
	case resp.StatusCode == http.StatusAccepted:
		return &polled{
			progress: c.sayable(resp.Header.Get("X-Progress")),
			wait:     retryAfter(resp.Header),
			retry:    c.sayable(resp.Header.Get("Retry-After")),
		}, nil
	case err != nil:
		return nil, c.broken(opPoll, err)
	case resp.StatusCode != http.StatusOK:
		return nil, c.pollRefusal(c.reply(opPoll, resp, body))
	}
	m, err := parseManifest(body)
	if err != nil {
		e := &Error{Kind: ErrUnavailable, Op: opPoll, Status: resp.StatusCode, Msg: err.Error()}
		if says := c.readOutcome(body).text; says != "" {
			e.Msg += ": " + says
		}
		return nil, &transientError{err: e}
	}
	return &polled{manifest: m, expires: c.sayable(resp.Header.Get("Expires"))}, nil
}

// pollRefusal makes the error of a poll.
func (c *Client) pollRefusal(r *replyError) error {
	says := strings.ToLower(r.outcome.text) + " " + r.outcome.coding
	switch {
	case r.status == http.StatusNotFound && strings.Contains(says, "cancel"):
		return r.as(ErrJobFailed, "someone cancelled the job; start the export again")
	case r.status == http.StatusGone, r.status == http.StatusNotFound:
		return r.as(ErrExpired, "the server keeps a job and its files for a day or so; start the export again")
	case r.status == http.StatusInternalServerError && (strings.Contains(says, "job failed") || strings.Contains(says, "failed to complete")):
		// It looks like a passing failure, but is the last word.
		return r.as(ErrJobFailed, "start the export again; if that fails as well, ask the server's support, naming the job")
	case r.status == http.StatusInternalServerError:
		return r.internal(ErrJobFailed)
	default:
		return c.refusal(r)
	}
}

var percentage = regexp.MustCompile(`(\d{1,3}(?:\.\d+)?)\s*%`)

// remaining estimates how long a job will still run.
func remaining(progress string, elapsed time.Duration) time.Duration {
	m := percentage.FindStringSubmatch(progress)
	if m == nil {
		return 0
	}
	percent, err := strconv.ParseFloat(m[1], 64)
	if err != nil || percent < 1 || percent >= 100 {
		return 0
	}
	return time.Duration(float64(elapsed) * (100 - percent) / percent)
}

// pollUntilDone polls until the job is done, and collects the pages of its
// manifest into one.
func (e *export) pollUntilDone(ctx context.Context) (*manifest, error) {
	run := e.state.Run
	target, err := url.Parse(run.JobURL)
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: "the address of the job in " + StateFile + " cannot be read"}
	}
	var (
		all   manifest
		seen  []string
		polls int
		tries = e.c.newAttempts()
	)
	for {
		p, err := e.c.poll(ctx, target)
		if err != nil {
			e.event(eventStatusError, statusError(err))
			if err := tries.wait(ctx, err); err != nil {
				return nil, err
			}
			continue
		}
		tries.progress()
		if p.manifest == nil {
			e.reportPoll(p)
			polls++
			most := max(e.c.waits.MaxWait, e.c.waits.PollInterval)
			if p.wait > most {
				e.c.log.Info(fmt.Sprintf("%s: %s", opPoll, tooLong(p.wait, most)))
			}
			if err := sleep(ctx, min(max(e.c.waits.poll(polls), p.wait), most)); err != nil {
				return nil, err
			}
			continue
		}
		m := p.manifest
		if len(seen) == 0 {
			e.event(eventStatusComplete, statusCompleteDetail{m.TransactionTime})
			all.TransactionTime, all.RequiresToken = m.TransactionTime, m.RequiresToken
			run.Expires = p.expires
		}
		all.Output = append(all.Output, m.Output...)
		all.Deleted = append(all.Deleted, m.Deleted...)
		all.Error = append(all.Error, m.Error...)
		e.event(eventPageComplete, pageDetail{m.TransactionTime, len(m.Output), len(m.Deleted), len(m.Error)})
		seen = append(seen, target.String())
		next := m.next()
		if next == "" {
			break
		}
		if target, err = e.c.resolveOwn(target, next); err != nil {
			return nil, &Error{Kind: ErrOrigin, Op: opPoll, Msg: "the next page of the manifest is elsewhere: " + e.c.redactor.clean(err.Error())}
		}
		if slices.Contains(seen, target.String()) {
			return nil, &Error{Kind: ErrRejected, Op: opPoll, Msg: "the pages of the manifest go in circles"}
		}
	}
	e.event(eventManifestComplete, manifestDetail{all.TransactionTime, len(all.Output), len(all.Deleted), len(all.Error), len(seen)})
	return &all, nil
}

func (e *export) reportPoll(p *polled) {
	e.event(eventProgress, progressDetail{XProgress: p.progress, RetryAfter: p.retry})
	elapsed := time.Since(e.state.Run.Started)
	e.report(Progress{Polling: true, Server: p.progress, Elapsed: elapsed, Remaining: remaining(p.progress, elapsed)})
}

func statusError(err error) errorDetail {
	var (
		e *Error
		d = errorDetail{Message: err.Error()}
		r *replyError
	)
	if errors.As(err, &r) {
		d.Code, d.Body = &r.status, &r.outcome.text
	} else if errors.As(err, &e) && e.Status != 0 {
		d.Code = &e.Status
	}
	return d
}
