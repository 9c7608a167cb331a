package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

const (
	// gzipTail is the size of the empty gzip member that BCDA appends to a file
	// and does not include in its size.
	gzipTail = 23
	// maxContentErrors is how often the content of a file may be wrong before it
	// is kept with its flaws, or given up.
	maxContentErrors = 3
	// maxRenewals is how often new addresses are requested for a download
	// that makes no progress.
	maxRenewals = 2
)

// A transfer is the download of one file, over several requests.
type transfer struct {
	shared   *downloader
	file     *fileState
	partial  partialFile
	received *received // of partial
	target   *url.URL
	attempts *attempts

	highest      int64 // largest size that the partial file has had
	whole        bool  // request the whole file: a range was answered wrongly
	serverErrors int   // replies with status 500
	badContent   int   // times the content was wrong
	flawed       int   // of these, whole files with flaws that the network may have caused
	renewals     int   // requests for a new address
	renewedAt    int64 // highest at the last of them
}

func newTransfer(d *downloader, f *fileState, p partialFile, target *url.URL) *transfer {
	return &transfer{shared: d, file: f, partial: p, received: p.state(), target: target, attempts: d.session.newAttempts(), highest: p.state().size}
}

// op is the operation in messages.
func (t *transfer) op() string { return "download " + t.file.Name }

// run downloads the file until it is whole and checked.
func (t *transfer) run(ctx context.Context) error {
	for {
		err := error(nil)
		if !t.received.whole {
			err = t.request(ctx)
		}
		if err == nil {
			err = t.finish(ctx)
		}
		if err == nil {
			return nil
		}
		if err := t.retry(ctx, err); err != nil {
			return err
		}
	}
}

// retry waits before the next attempt after err, or returns the error that ends
// the download.
func (t *transfer) retry(ctx context.Context, err error) error {
	d := t.shared
	var content *contentError
	if errors.As(err, &content) {
		if err = t.discardBad(content); err == nil {
			err = &transientError{err: &Error{Kind: ErrUnavailable, Op: t.op(), Msg: content.msg}}
		}
	}
	if ctx.Err() == nil {
		d.listener.onEvent(eventDownloadError, newErrorDetail(d.addresses.display(t.file), err))
	}
	var transient *transientError
	if !errors.As(err, &transient) {
		return err
	}
	wait, err := t.attempts.next(err)
	if err != nil {
		if time.Since(d.lastMoved()) >= d.session.waits.RetryBudget/2 {
			return err // not only this file fails
		}
		return &fileError{msg: err.Error()}
	}
	return sleep(ctx, wait)
}

// discardBad discards the partial file because its content is wrong. The next
// request is for the whole file, because a range that did not fit looks the
// same.
func (t *transfer) discardBad(content *contentError) error {
	if err := t.partial.restart(nil); err != nil {
		return t.writeError(err)
	}
	if t.badContent++; t.badContent >= maxContentErrors {
		return t.giveUp(&fileError{msg: content.msg, permanent: true})
	}
	return nil
}

func (t *transfer) writeError(err error) error { return t.shared.journal.folder.writeError(err) }

// giveUp removes the partial file.
func (t *transfer) giveUp(why *fileError) error {
	if err := t.partial.remove(); err != nil {
		return t.writeError(err)
	}
	return why
}

// request sends one request, and appends the reply to the partial file.
func (t *transfer) request(ctx context.Context) error {
	if err := t.enterGate(ctx); err != nil {
		return err
	}
	success := false
	defer func() { t.shared.gate.leave(success) }()

	header := http.Header{"Accept-Encoding": {"gzip"}}
	from := int64(0)
	if t.canResume() {
		from = t.received.size
		header.Set("Range", fmt.Sprintf("bytes=%d-", from))
		header.Set("If-Range", t.received.info.Validator)
	}
	s := t.shared.session
	resp, err := s.do(ctx, t.op(), t.target, call{
		accept: "application/fhir+ndjson", header: header, bearer: t.shared.journal.run().Bearer, file: true,
	})
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Kind == ErrOrigin {
			return t.giveUp(&fileError{msg: e.Msg, permanent: true, origin: e.Origin})
		}
		return err
	}
	defer resp.Body.Close()
	length, err := t.accept(ctx, resp, from)
	if err != nil {
		return err
	}
	if err := t.receive(resp); err != nil {
		return err
	}
	if t.received.size < length {
		// The range ended before the file does, if only at the end of a line.
		return s.interrupted(t.op(), io.ErrUnexpectedEOF)
	}
	success = true
	return t.writeError(t.partial.setWhole())
}

// enterGate waits for the gate. The wait does not count against the retry
// budget while other downloads make progress.
func (t *transfer) enterGate(ctx context.Context) error {
	before := time.Now()
	err := t.shared.gate.enter(ctx)
	if t.shared.lastMoved().After(before) {
		t.attempts.since = t.attempts.since.Add(time.Since(before))
	}
	return err
}

func (t *transfer) canResume() bool {
	return t.received.size >= minResume && t.received.info.Validator != "" && !t.whole && t.file.Kind != KindError
}

// accept checks a reply to a request for the bytes from an offset. If its body
// can be appended to the partial file, it returns the least size that the file
// will have, or -1.
func (t *transfer) accept(ctx context.Context, resp *http.Response, from int64) (length int64, err error) {
	switch {
	case resp.StatusCode == http.StatusOK:
		if err := t.checkWhole(resp); err != nil {
			return -1, err
		}
		return -1, t.writeError(t.partial.restart(resp))
	case resp.StatusCode == http.StatusPartialContent && from > 0:
		length, err := t.checkRange(resp, from)
		if err != nil {
			t.whole = true
			return -1, &contentError{err.Error()}
		}
		return length, nil
	case resp.StatusCode == http.StatusPartialContent,
		resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		// The partial file may lack only the end of its gzip stream, which the
		// server cannot send alone.
		t.whole = true
		if err := t.partial.restart(nil); err != nil {
			return -1, t.writeError(err)
		}
		return -1, &transientError{err: &Error{Kind: ErrUnavailable, Op: t.op(), Status: resp.StatusCode, Msg: "the reply is not the requested range"}}
	default:
		return -1, t.refused(ctx, resp)
	}
}

// checkWhole refuses replies that are not data, and data that does not fit on
// the disk.
func (t *transfer) checkWhole(resp *http.Response) error {
	switch encoding := resp.Header.Get("Content-Encoding"); encoding {
	case "", "identity", "gzip", "x-gzip":
	default:
		return &contentError{"unsupported content encoding"}
	}
	switch kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind {
	case "text/html", "application/xhtml+xml":
		return &contentError{"the reply is a page of HTML"}
	}
	if folder := t.shared.journal.folder; !folder.hasSpace(resp.ContentLength) {
		return folder.diskFull(resp.ContentLength)
	}
	return nil
}

var contentRange = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^bytes (\d+)-(\d+)/(\d+|\*)$`) })

// checkRange checks that a partial reply continues the partial file: at the
// right byte, and with the same version of the file. It returns the least size
// that the whole file must have.
func (t *transfer) checkRange(resp *http.Response, from int64) (length int64, err error) {
	m := contentRange().FindStringSubmatch(resp.Header.Get("Content-Range"))
	if m == nil {
		return 0, errors.New("the reply is a range without a position")
	}
	first, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || first != from {
		return 0, errors.New("the reply is not the requested range")
	}
	info := t.received.info
	if length, err = strconv.ParseInt(m[3], 10, 64); err != nil {
		length = info.Total - gzipTail // the server does not say
	} else if info.Total >= 0 && length != info.Total && length != info.Total-gzipTail {
		return 0, errors.New("the size of the file has changed")
	}
	if now := validator(resp.Header); now != "" && now != info.Validator || resp.Header.Get("Content-Encoding") != info.Encoding {
		return 0, errors.New("the file has changed")
	}
	return length, nil
}

// receive appends a body to the partial file.
func (t *transfer) receive(resp *http.Response) error {
	body := &receivedBody{r: resp.Body, transfer: t}
	_, err := io.CopyBuffer(t.partial, body, make([]byte, 64<<10))
	switch {
	case err == nil:
		return nil
	case body.err != nil:
		return t.shared.session.interrupted(t.op(), body.err)
	default:
		return t.writeError(err)
	}
}

// A receivedBody counts what it reads, and keeps the error of the network apart
// from errors of the disk.
type receivedBody struct {
	r        io.Reader
	transfer *transfer
	err      error
}

func (b *receivedBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	t := b.transfer
	t.shared.bytes.Add(int64(n))
	if t.received.size += int64(n); t.received.size > t.highest {
		t.highest = t.received.size
		t.attempts.progress()
		t.shared.setMoved()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// finish checks a file whose bytes have all arrived, and gives it its final
// name.
func (t *transfer) finish(ctx context.Context) error {
	c, err := t.partial.check(ctx)
	if err == nil {
		err = t.checkContent(&c)
	}
	if err != nil {
		var bad *contentError
		if errors.As(err, &bad) || ctx.Err() != nil {
			return err
		}
		return t.writeError(err)
	}
	name := t.received.name
	if c.gzip && !t.shared.decompress {
		name += ".gz"
	}
	size, err := t.partial.publish(name)
	if err != nil {
		return t.writeError(err)
	}
	t.shared.setMoved()
	t.shared.finish(t.file, name, size, c)
	return nil
}

// checkContent decides whether a whole file is downloaded again because of its
// flaws.
func (t *transfer) checkContent(c *content) error {
	if t.received.size == 0 && strings.HasSuffix(t.received.info.Encoding, "gzip") {
		return &contentError{"empty gzip stream"}
	}
	if t.mustKeep(c) {
		return nil
	}
	if flaw := c.flaw(t.file); flaw != "" {
		t.flawed++
		return &contentError{flaw}
	}
	return nil
}

// mustKeep reports whether a file is kept with its flaws, if it has any: it
// arrived exactly as the server has it, or has arrived with flaws before. Some
// servers deliver a file only once.
func (t *transfer) mustKeep(c *content) bool {
	if t.flawed+1 >= maxContentErrors {
		return true
	}
	if len(c.mismatches(t.file)) > 0 {
		return false
	}
	return c.gzip || t.received.info.Total == t.received.size
}

// refused makes the error of a reply without data. Its body is never saved:
// BCDA sends data with a 404.
func (t *transfer) refused(ctx context.Context, resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, smallBody))
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	d := t.shared
	reply := d.session.replyError(t.op(), resp, decompressed(body))
	if t.file.Kind == KindError {
		// It may be the error file itself, which can name beneficiaries.
		reply.outcome.text = ""
	}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		waits := d.session.waits
		d.gate.throttle(max(min(retryAfter(resp.Header), waits.MaxWait), waits.Backoff))
		return reply.transient()
	case isTransient(resp.StatusCode):
		return reply.transient()
	case resp.StatusCode == http.StatusInternalServerError:
		if t.serverErrors++; t.serverErrors >= maxDoubtful {
			return t.giveUp(&fileError{msg: reply.message(), gone: true})
		}
		return &transientError{err: reply}
	case t.mayHaveExpired(resp):
		return t.renew(ctx, reply)
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusProxyAuthRequired:
		return reply.classify()
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		if err := d.addresses.checkJob(ctx, t.file); err != nil {
			return err
		}
		return t.giveUp(&fileError{msg: reply.message(), gone: true})
	default:
		return t.giveUp(&fileError{msg: reply.message(), permanent: true})
	}
}

// decompressed is a body without its compression, as far as it can be read.
func decompressed(body []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	text, _ := io.ReadAll(io.LimitReader(z, smallBody)) // often truncated
	return text
}

// mayHaveExpired reports whether a refusal may mean that the signature in an
// address has expired. Storage hosts return 403 then (S3, Azure, CloudFront),
// 400 (Google) or 401. The server itself may have redirected to one.
func (t *transfer) mayHaveExpired(resp *http.Response) bool {
	from := resp.Request.URL
	own := originOf(from) == t.shared.session.server.origin
	switch resp.StatusCode {
	case http.StatusBadRequest, http.StatusForbidden:
		return !own || from.RawQuery != ""
	case http.StatusUnauthorized:
		return !own || !t.shared.journal.run().Bearer && from.RawQuery != ""
	default:
		return false
	}
}

// renew gets a new address for the file, so that the download can continue
// there.
func (t *transfer) renew(ctx context.Context, reply *replyError) error {
	if t.highest > t.renewedAt {
		t.renewals, t.renewedAt = 0, t.highest
	}
	if t.renewals++; t.renewals > maxRenewals {
		return t.giveUp(&fileError{msg: reply.message() + ", at a new address too"})
	}
	if err := t.shared.addresses.renew(ctx, t.file, t.target); err != nil {
		return err
	}
	target, err := t.shared.addresses.resolve(t.file)
	if err != nil {
		return err
	}
	t.target = target
	return &transientError{err: &Error{Kind: ErrUnavailable, Op: t.op(), Status: reply.status, Msg: reply.message() + "; requested a new address"}}
}
