package fetch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits on the size of bodies that are read into memory, in bytes.
const (
	smallBody = 1 << 20
	largeBody = 1 << 28 // manifests of very many files
)

// readBody reads and closes the body of a reply.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("the reply has more than %d bytes", limit)
	}
	return body, err
}

const outcomeType = "OperationOutcome"

// An operationOutcome is the FHIR resource in which servers send messages.
type operationOutcome struct {
	ResourceType string
	Issue        []struct {
		Severity    string
		Code        string
		Diagnostics string
		Details     struct {
			Text   string
			Coding []struct{ Code, Display string }
		}
	}
}

// An outcome is the message in the body of an error reply.
type outcome struct {
	text   string // for display, redacted
	code   string // of the first issue of an OperationOutcome
	coding string // codes and displays of its details, in lower case
}

// readOutcome reads the body of an error reply. BCDA may send two JSON
// documents in one body; the first one counts. The text of a body that is not
// JSON is its first line. A body with other data, which some servers send with
// an error status, gives an empty outcome.
func readOutcome(r *redactor, body []byte) outcome {
	body = bytes.TrimSpace(body)
	if !bytes.HasPrefix(body, []byte("{")) {
		if bytes.HasPrefix(body, []byte("<")) {
			return outcome{text: "a page of HTML or XML"}
		}
		line, _, _ := bytes.Cut(body, []byte("\n"))
		if !utf8.Valid(line) {
			return outcome{}
		}
		return outcome{text: r.oneLine(string(line))}
	}
	var doc struct {
		operationOutcome
		Error            json.RawMessage
		ErrorDescription string `json:"error_description"`
		Message          string
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&doc); err != nil {
		return outcome{}
	}
	if doc.ResourceType != "" && doc.ResourceType != outcomeType {
		return outcome{}
	}
	out := doc.first()
	for _, text := range []string{doc.ErrorDescription, doc.Message} {
		if out.text == "" {
			out.text = text
		}
	}
	if out.text == "" && json.Unmarshal(doc.Error, &out.text) != nil {
		out.text = ""
	}
	out.text = r.oneLine(out.text)
	return out
}

// first is the outcome of the first issue. Its text is not redacted yet.
func (o *operationOutcome) first() (out outcome) {
	if len(o.Issue) == 0 {
		return out
	}
	issue := o.Issue[0]
	out.code = issue.Code
	out.text = issue.Details.Text
	if out.text == "" {
		out.text = issue.Diagnostics
	}
	for _, coding := range issue.Details.Coding {
		out.coding += strings.ToLower(coding.Code + " " + coding.Display + " ")
		if out.text == "" {
			out.text = coding.Display
		}
	}
	return out
}

// A replyError is a reply with an unexpected status.
type replyError struct {
	op      string
	status  int
	header  http.Header
	outcome outcome
}

func newReplyError(r *redactor, op string, resp *http.Response, body []byte) *replyError {
	return &replyError{op: op, status: resp.StatusCode, header: resp.Header, outcome: readOutcome(r, body)}
}

func (e *replyError) Error() string { return e.op + ": " + e.message() }

// message is the status and the server's message, without the operation.
func (e *replyError) message() string {
	msg := fmt.Sprintf("the server returned %d", e.status)
	if text := http.StatusText(e.status); text != "" {
		msg += " (" + text + ")"
	}
	if e.outcome.text != "" {
		msg += ": " + e.outcome.text
	}
	return msg
}

// as makes the Error that ends the operation.
func (e *replyError) as(kind Kind, hint string) *Error {
	return &Error{Kind: kind, Status: e.status, Msg: e.Error(), hint: hint, err: e}
}

// transientIssues are the FHIR issue codes for conditions that can pass.
var transientIssues = []string{"transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled"}

// serverError makes the error of a reply with status 500. It is transient, but
// if the issue code names a permanent condition, only a few retries are made.
func (e *replyError) serverError(kind Kind) error {
	transient := e.transient()
	if e.outcome.code != "" && !slices.Contains(transientIssues, e.outcome.code) {
		transient.permanent = e.as(kind, "if that happens again, ask the server's support")
	}
	return transient
}

func (e *replyError) transient() *transientError {
	return &transientError{err: e.as(ErrUnavailable, ""), wait: retryAfter(e.header)}
}

// classify makes the error of a reply whose status alone says what it means.
func (e *replyError) classify() error {
	switch {
	case isTransient(e.status):
		return e.transient()
	case e.status == http.StatusInternalServerError:
		return e.serverError(ErrRejected)
	case e.status == http.StatusUnauthorized:
		return e.as(ErrAuth, "a new token was refused as well: the job may belong to another organization, or the credentials may have been deactivated")
	case e.status == http.StatusForbidden:
		return e.as(ErrRejected, "your organization may not do this")
	case e.status == http.StatusProxyAuthRequired:
		err := e.as(ErrUnavailable, "")
		err.detail = ErrProxy
		return err
	case e.status == http.StatusGone:
		return e.as(ErrExpired, "")
	default:
		return e.as(ErrRejected, "")
	}
}

// A transientError can pass: the operation can be retried.
type transientError struct {
	err  error
	wait time.Duration // shortest wait before the retry, from the server, or 0
	// permanent replaces err after maxDoubtful failures. It is nil if the
	// failure is certainly transient.
	permanent error
}

func (e *transientError) Error() string { return e.err.Error() }
func (e *transientError) Unwrap() error { return e.err }

// isTransient reports whether a status can change soon, whatever was requested.
// 500 is not among them: some servers use it for permanent failures.
func isTransient(status int) bool {
	return slices.Contains([]int{
		http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}, status)
}

func isRedirect(status int) bool {
	return slices.Contains([]int{
		http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
	}, status)
}

// Numbers in Retry-After above these are points in time: seconds, or
// milliseconds, since 1970.
const (
	firstEpoch      = 1_000_000_000
	firstMilliEpoch = 1_000_000_000_000
)

// retryAfter parses a Retry-After header: seconds, an HTTP date, or, as some
// servers send it, seconds or milliseconds since 1970. Points in time are
// compared with the server's clock, from its Date header. The result is zero if
// the header is missing or invalid.
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
		case !(n > 0), n >= 1e15: // the negation catches NaN
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
