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
	TransactionTime string
	RequiresToken   *bool
	Output          []manifestFile
	Deleted         []manifestFile
	Error           []manifestFile
	next            string // address of the page after this one, or empty
}

// A manifestFile is one file in a manifest. Its URL is resolved against the
// address of the manifest, as RFC 3986 has it, where it can be.
type manifestFile struct {
	Type      string
	URL       string
	Count     *int64 // resources, if the server announces them
	Integrity integrity
}

// An integrity is what AB2D and DPC tell of a file in its extensions: the
// length of its text in bytes, and the SHA-256 of it in hexadecimal.
type integrity struct {
	Length *int64 `json:"length,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

// A memberError names the member of a manifest that makes it useless. It holds
// nothing of its value.
type memberError struct{ member, problem string }

func (e *memberError) Error() string {
	return fmt.Sprintf("member %q of the manifest %s", e.member, e.problem)
}

// parseManifest tells a manifest from whatever else may come with status 200.
// The specification wants an output in it; HAPI leaves it out when there are no
// files, others send null.
func parseManifest(body []byte) (*manifest, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, errors.New("the reply is not JSON")
	}
	has := func(name string) bool { return len(fields[name]) > 0 && string(fields[name]) != "null" }
	_, output := fields["output"]
	if !has("transactionTime") && (!output || fields["resourceType"] != nil) {
		return nil, errors.New("the reply is not a manifest of an export")
	}
	var m manifest
	switch err := json.Unmarshal(fields["transactionTime"], &m.TransactionTime); {
	case !has("transactionTime"):
		return nil, &memberError{"transactionTime", "is missing"}
	case err != nil || m.TransactionTime == "":
		return nil, &memberError{"transactionTime", "is not a time"}
	case !output && !has("request") && !has("requiresAccessToken"):
		return nil, &memberError{"output", "is missing"}
	}
	if has("requiresAccessToken") {
		required, err := strconv.ParseBool(strings.Trim(string(fields["requiresAccessToken"]), `"`))
		if err != nil {
			return nil, &memberError{"requiresAccessToken", "is neither true nor false"}
		}
		m.RequiresToken = &required
	}
	for name, list := range map[string]*[]manifestFile{"output": &m.Output, "deleted": &m.Deleted, "error": &m.Error} {
		if !has(name) {
			continue
		}
		var err error
		if *list, err = parseManifestFiles(name, fields[name]); err != nil {
			return nil, err
		}
	}
	var err error
	m.next, err = nextPage(fields["link"], fields["next"])
	return &m, err
}

// A rawExtension is an extension of an entry, as the server wrote it.
type rawExtension struct {
	URL          string          `json:"url"`
	ValueString  string          `json:"valueString"`
	ValueDecimal json.RawMessage `json:"valueDecimal"`
	ValueInteger json.RawMessage `json:"valueInteger"`
}

func parseManifestFiles(name string, text json.RawMessage) ([]manifestFile, error) {
	var entries []map[string]json.RawMessage
	if json.Unmarshal(text, &entries) != nil {
		return nil, &memberError{name, "is not a list of files"}
	}
	files := make([]manifestFile, len(entries))
	for i, entry := range entries {
		f := &files[i]
		if json.Unmarshal(entry["url"], &f.URL) != nil || f.URL == "" {
			return nil, &memberError{fmt.Sprintf("%s[%d].url", name, i), "is not an address"}
		}
		if entry["type"] != nil && json.Unmarshal(entry["type"], &f.Type) != nil {
			return nil, &memberError{fmt.Sprintf("%s[%d].type", name, i), "is not the name of a resource type"}
		}
		f.Count = wholeNumber(entry["count"])
		// What cannot be read of an extension is not worth the export.
		var extensions []rawExtension
		if json.Unmarshal(entry["extension"], &extensions) == nil {
			f.Integrity = readIntegrity(extensions)
		}
	}
	return files, nil
}

// wholeNumber reads a number that is not negative. Servers send some of them
// in strings; what is no number counts as not said.
func wholeNumber(text []byte) *int64 {
	n, err := strconv.ParseFloat(string(bytes.Trim(text, `" `)), 64)
	if err != nil || n < 0 || n != float64(int64(n)) {
		return nil
	}
	whole := int64(n)
	return &whole
}

var sha256Text = regexp.MustCompile(`^(?i:sha-?256:)?([0-9A-Fa-f]{64})$`)

// readIntegrity reads the extensions https://ab2d.cms.gov/checksum and
// file_length, and those of the same names at https://dpc.cms.gov.
func readIntegrity(extensions []rawExtension) (told integrity) {
	for _, x := range extensions {
		switch {
		case strings.HasSuffix(x.URL, ".cms.gov/checksum"):
			if m := sha256Text.FindStringSubmatch(x.ValueString); m != nil {
				told.SHA256 = strings.ToLower(m[1])
			}
		case strings.HasSuffix(x.URL, ".cms.gov/file_length"):
			if told.Length = wholeNumber(x.ValueDecimal); told.Length == nil {
				told.Length = wholeNumber(x.ValueInteger)
			}
		}
	}
	return told
}

// nextPage is the address of the page after this one, or empty.
func nextPage(link, next json.RawMessage) (string, error) {
	var links []struct {
		Relation string `json:"relation"`
		URL      string `json:"url"`
	}
	if len(link) > 0 && json.Unmarshal(link, &links) != nil {
		// There might be more pages.
		return "", &memberError{"link", "is not a list of links"}
	}
	for _, l := range links {
		if l.Relation == "next" {
			return l.URL, nil
		}
	}
	var address string
	if len(next) > 0 && string(next) != "null" && json.Unmarshal(next, &address) != nil {
		return "", &memberError{"next", "is not an address"}
	}
	return address, nil
}

// resolveFiles makes the addresses of a page's files absolute. One that cannot
// be read stays as it is: the download of that file says what is wrong with it.
func (m *manifest) resolveFiles(base *url.URL) {
	for _, list := range [][]manifestFile{m.Output, m.Deleted, m.Error} {
		for i, f := range list {
			if u, err := resolve(base, f.URL); err == nil {
				list[i].URL = u.String()
			}
		}
	}
}

// add appends the files of the next page.
func (m *manifest) add(page *manifest) {
	m.Output = append(m.Output, page.Output...)
	m.Deleted = append(m.Deleted, page.Deleted...)
	m.Error = append(m.Error, page.Error...)
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
		// A proxy or a gateway may have sent it, for a moment. A manifest that
		// the server itself writes does not get better.
		final := *e
		final.hint = "the server must mend that, or what is between you and it; the same command asks again"
		return nil, &transientError{err: e, final: &final}
	}
	m.resolveFiles(resp.Request.URL)
	if m.next != "" {
		if next, err := resolve(resp.Request.URL, m.next); err == nil {
			m.next = next.String()
		}
	}
	return &polled{manifest: m, expires: c.sayable(resp.Header.Get("Expires"))}, nil
}

// pollRefusal makes the error of a poll.
func (c *Client) pollRefusal(r *replyError) error {
	says := strings.ToLower(r.outcome.text) + " " + r.outcome.coding
	switch {
	case r.status == http.StatusNotFound && strings.Contains(says, "cancel"):
		return &Error{Kind: ErrJobFailed, Status: r.status, Msg: "the job was cancelled: " + r.Error(), hint: "the same command starts the export again", err: r}
	case r.status == http.StatusGone, r.status == http.StatusNotFound:
		return r.as(ErrExpired, "the server keeps a job and its files for a day or so; the same command starts a new export (--new does so at once)")
	case r.status == http.StatusInternalServerError && (strings.Contains(says, "job failed") || strings.Contains(says, "failed to complete")):
		// It looks like a passing failure, but is the last word.
		return r.as(ErrJobFailed, "the same command starts the export again; if that fails as well, ask the server's support, naming the job")
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
		all.add(m)
		e.event(eventPageComplete, pageDetail{m.TransactionTime, len(m.Output), len(m.Deleted), len(m.Error)})
		seen = append(seen, target.String())
		if m.next == "" {
			break
		}
		if target, err = e.c.nextTarget(target, m.next, seen); err != nil {
			return nil, err
		}
	}
	e.event(eventManifestComplete, manifestDetail{all.TransactionTime, len(all.Output), len(all.Deleted), len(all.Error), len(seen)})
	return &all, nil
}

// nextTarget is the address of the next page of a manifest.
func (c *Client) nextTarget(target *url.URL, next string, seen []string) (*url.URL, error) {
	u, err := c.resolveOwn(target, next)
	if err != nil {
		return nil, &Error{Kind: ErrOrigin, Op: opPoll, Msg: "the next page of the manifest is elsewhere: " + c.redactor.clean(err.Error())}
	}
	if slices.Contains(seen, u.String()) {
		return nil, &Error{Kind: ErrRejected, Op: opPoll, Msg: "the pages of the manifest go in circles"}
	}
	return u, nil
}

// manifestAgain asks a job that was done for its manifest once more. It does
// not retry.
func (c *Client) manifestAgain(ctx context.Context, jobURL string) (*manifest, error) {
	target, err := url.Parse(jobURL)
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: "the address of the job in " + StateFile + " cannot be read"}
	}
	var (
		all  manifest
		seen []string
	)
	for {
		p, err := c.poll(ctx, target)
		if err != nil {
			return nil, err
		}
		if p.manifest == nil {
			return nil, &transientError{err: &Error{Kind: ErrUnavailable, Op: opPoll, Status: http.StatusAccepted, Msg: "the job was done, and runs again"}, wait: p.wait}
		}
		all.add(p.manifest)
		seen = append(seen, target.String())
		if p.manifest.next == "" {
			return &all, nil
		}
		if target, err = c.nextTarget(target, p.manifest.next, seen); err != nil {
			return nil, err
		}
	}
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
