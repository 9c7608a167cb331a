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
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"
)

const (
	opDownload = "download a file"

	// resumeFrom is the size from which a part is continued. Below it a
	// download starts again: BCDA answers ranges of some small files with
	// garbage.
	resumeFrom = 4 << 10
	// gzipTail is the empty gzip member that BCDA sends behind a file and
	// leaves out of the size that it tells.
	gzipTail = 23
	// maxBad is how often a file may turn out to be broken or not what was
	// announced.
	maxBad = 3
	// max500 is how often the server may fail at a file in its own words.
	max500 = 4
	// saveEvery is how often the state is saved while downloading. Finished
	// files are seen by their names, so nothing is lost in between.
	saveEvery = time.Second
	// enoughSpace is how much room there must be for downloads to begin.
	enoughSpace = 1 << 20
)

// downloads are those of one run.
type downloads struct {
	*export
	gate   *gate
	bytes  atomic.Int64 // received
	moved  atomic.Int64 // when any of them last got on, in Unix nanoseconds
	begun  time.Time
	before int // files that were there

	renewing sync.Mutex // one asks for new addresses at a time

	expiry struct {
		sync.Mutex
		known bool
		err   error // nil: the job still has its files
	}
}

// download gets all files that are not there yet. The error is one that stops
// everything; what is wrong with single files is written to their state.
func (e *export) download(ctx context.Context) error {
	d := &downloads{export: e, gate: newGate(e.parallel), begun: time.Now()}
	d.moved.Store(d.begun.UnixNano())
	if free, known := e.c.freeSpace(e.folder.dir); known && free < enoughSpace {
		return d.noSpace(0)
	}
	var missing []*fileState
	for _, f := range e.state.Run.Files {
		if f.Done || f.Permanent && !e.again {
			d.before++
		} else {
			missing = append(missing, f)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	todo := make(chan *fileState)
	group.Go(func() error {
		defer close(todo)
		for _, f := range missing {
			select {
			case todo <- f:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range e.parallel {
		group.Go(func() error {
			for f := range todo {
				if err := d.one(ctx, f); err != nil {
					return err
				}
			}
			return nil
		})
	}
	stop := d.reportRegularly()
	err := group.Wait()
	stop()
	return e.saveAfter(err)
}

// one gets a file, or writes down why it could not be had.
func (d *downloads) one(ctx context.Context, f *fileState) error {
	err := d.get(ctx, f)
	var failed *fileError
	if !errors.As(err, &failed) {
		return err
	}
	d.c.log.Warn(fmt.Sprintf("file %s: %s", f.Name, failed.msg))
	d.update(func() {
		f.Failed, f.Permanent, f.hint = failed.msg, failed.permanent, failed.hint
		if failed.gone {
			f.Gone++
		}
	})
	return nil
}

// A fileError is why one file cannot be had. The others are not concerned.
type fileError struct {
	msg       string
	permanent bool // trying again would not help
	gone      bool // the server does not have it, or always fails at it
	hint      string
}

func (e *fileError) Error() string { return e.msg }

func (d *downloads) get(ctx context.Context, f *fileState) error {
	if found, _, ok := d.folder.isThere(f.Name); ok {
		// It was finished, and then the process was killed.
		if done, err := d.adopt(ctx, f, found); done || err != nil {
			return err
		}
	}
	target, err := d.target(f)
	if err != nil {
		return err
	}
	if f.Type == "" {
		return &fileError{msg: "it is not fetched: the manifest announces it with an unknown resource type", permanent: true}
	}
	p, err := d.folder.openPart(f.Name)
	if err != nil {
		return d.fatal(err)
	}
	defer func() { p.file.Close() }()
	return d.fill(ctx, f, p, target)
}

// address is where a file is, as far as the manifest tells. It changes when the
// job is asked for new addresses.
func (d *downloads) address(f *fileState) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return f.URL
}

// target is where to ask for a file.
func (d *downloads) target(f *fileState) (*url.URL, error) {
	target, err := resolve(d.c.server.fhir, d.address(f))
	if err == nil {
		_, err = d.c.trusts(target)
	}
	if err != nil {
		why := &fileError{msg: "it is not fetched: " + d.c.redactor.clean(err.Error()), permanent: true}
		if target != nil {
			why.hint = allowHint(target)
		}
		return nil, why
	}
	return target, nil
}

// adopt takes a file that has its name already for finished, if it is sound.
func (d *downloads) adopt(ctx context.Context, f *fileState, name string) (bool, error) {
	file, err := d.folder.root.Open(name)
	if err != nil {
		return false, d.fatal(err)
	}
	defer file.Close()
	c, err := verify(ctx, file, verifying{resourceType: f.Type, sums: f.Integrity.SHA256 != ""})
	var bad *contentError
	if errors.As(err, &bad) {
		return false, d.fatal(d.folder.root.Remove(name))
	}
	if err != nil {
		return false, d.fatal(err)
	}
	info, err := file.Stat()
	if err == nil {
		err = d.folder.removeParts(f.Name)
	}
	if err != nil {
		return false, d.fatal(err)
	}
	d.done(f, name, info.Size(), c)
	return true, nil
}

// done writes down that a file is finished.
func (d *downloads) done(f *fileState, name string, size int64, c contents) {
	d.update(func() {
		f.Name, f.Size, f.Resources, f.Issues, f.Done = name, size, c.lines, c.issues, true
		f.Failed, f.Permanent, f.Gone = "", false, 0
		f.Flaw, f.BadLines, f.SystemTypes = c.flaw(f), c.badLines, c.systemTypes
	})
	if f.Flaw != "" {
		d.c.log.Warn(fmt.Sprintf("file %s is kept, but %s", name, f.Flaw))
	}
	d.event(eventDownloadComplete, downloadCompleteDetail{d.fileURL(f), c.lines, size})
	d.arrived(f)
}

// fill downloads a file until it is whole and sound.
func (d *downloads) fill(ctx context.Context, f *fileState, p *part, target *url.URL) error {
	d.event(eventDownloadRequest, downloadRequestDetail{d.fileURL(f), f.Kind, f.Type})
	t := &transfer{downloads: d, f: f, p: p, target: target, tries: d.c.newAttempts()}
	t.highest = p.size
	bad := 0
	for {
		err := error(nil)
		if !p.whole {
			err = t.try(ctx)
		}
		if err == nil {
			if err = t.finish(ctx); err == nil {
				return nil
			}
		}
		var (
			content   *contentError
			transient *transientError
		)
		if errors.As(err, &content) {
			// Half a reply that was continued wrongly looks the same, so the
			// next try is for the whole.
			if restart := p.restart(nil); restart != nil {
				return d.fatal(restart)
			}
			if bad++; bad >= maxBad {
				return t.giveUp(&fileError{msg: content.msg, permanent: true})
			}
			err = &transientError{err: &Error{Kind: ErrUnavailable, Op: t.op(), Msg: content.msg}}
		}
		if err != nil && ctx.Err() == nil {
			d.event(eventDownloadError, d.downloadError(f, err))
		}
		if !errors.As(err, &transient) {
			return err
		}
		wait, err := t.tries.next(err)
		if err != nil {
			if time.Since(time.Unix(0, d.moved.Load())) >= d.c.waits.RetryBudget/2 {
				return err // it is not this file alone
			}
			p.file.Close()
			return &fileError{msg: err.Error()}
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// A transfer is the download of one file.
type transfer struct {
	*downloads
	f       *fileState
	p       *part
	target  *url.URL
	tries   *attempts
	highest int64 // size that the part once had
	whole   bool  // ask for the whole file: a range was answered wrongly
	failed  int   // replies with status 500
	// doubtful counts bodies with a flaw that may come from the way here.
	doubtful int
	renewed  int   // how often the job was asked for a new address
	since    int64 // highest, when it was asked the last time
}

// op is what is being done, for messages.
func (t *transfer) op() string { return opDownload + " (" + t.f.Name + ")" }

// giveUp throws the part away.
func (t *transfer) giveUp(why *fileError) error {
	if err := t.p.remove(); err != nil {
		return t.fatal(err)
	}
	return why
}

// try sends one request and takes what comes.
func (t *transfer) try(ctx context.Context) error {
	if err := t.enter(ctx); err != nil {
		return err
	}
	wentWell := false
	defer func() { t.gate.leave(wentWell) }()

	header := http.Header{"Accept-Encoding": {"gzip"}}
	from := int64(0)
	if t.resumable() {
		from = t.p.size
		header.Set("Range", fmt.Sprintf("bytes=%d-", from))
		header.Set("If-Range", t.p.info.Validator)
	}
	length := int64(-1) // of the file, as far as a partial reply tells
	resp, err := t.c.do(ctx, t.op(), t.target, request{
		accept: "application/fhir+ndjson", header: header, bearer: t.state.Run.Bearer, file: true,
	})
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Kind == ErrOrigin {
			return t.giveUp(&fileError{msg: e.Msg, permanent: true, hint: e.hint})
		}
		return err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusOK:
		if err := t.checkWhole(resp); err != nil {
			return err
		}
		if err := t.p.restart(resp); err != nil {
			return t.fatal(err)
		}
	case resp.StatusCode == http.StatusPartialContent && from > 0:
		if length, err = t.checkRange(resp, from); err != nil {
			t.whole = true
			return &contentError{err.Error()}
		}
	case resp.StatusCode == http.StatusPartialContent,
		resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		// The part may be whole but for the end of the gzip stream, which the
		// server cannot send alone.
		t.whole = true
		return t.restart(resp, "the server answers with a range that is not the one asked for")
	default:
		return t.refused(ctx, resp)
	}
	if err := t.take(resp); err != nil {
		return err
	}
	if t.p.size < length {
		// A part of the rest is no more than that, even if it ends with a line.
		return t.c.broken(t.op(), io.ErrUnexpectedEOF)
	}
	wentWell = true
	return t.fatal(t.p.setWhole())
}

// enter waits at the gate. While others get on, that is no time without
// progress.
func (t *transfer) enter(ctx context.Context) error {
	begun := time.Now()
	err := t.gate.enter(ctx)
	if t.moved.Load() > begun.UnixNano() {
		t.tries.since = t.tries.since.Add(time.Since(begun))
	}
	return err
}

func (t *transfer) resumable() bool {
	return t.p.size >= resumeFrom && t.p.info.Validator != "" && !t.whole && t.f.Kind != KindError
}

// restart throws the part away, because of a useless reply.
func (t *transfer) restart(resp *http.Response, msg string) error {
	if err := t.p.restart(nil); err != nil {
		return t.fatal(err)
	}
	return &transientError{err: &Error{Kind: ErrUnavailable, Op: t.op(), Status: resp.StatusCode, Msg: msg}}
}

// checkWhole refuses replies that are not data, and those for which there is
// no room.
func (t *transfer) checkWhole(resp *http.Response) error {
	switch encoding := resp.Header.Get("Content-Encoding"); encoding {
	case "", "identity", "gzip", "x-gzip":
	default:
		return &contentError{"it comes in an encoding that was not asked for"}
	}
	switch kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind {
	case "text/html", "application/xhtml+xml":
		return &contentError{"a page of HTML came instead of data"}
	}
	if free, known := t.c.freeSpace(t.folder.dir); known && resp.ContentLength > 0 && uint64(resp.ContentLength) > free {
		return t.noSpace(resp.ContentLength)
	}
	return nil
}

var contentRange = regexp.MustCompile(`^bytes (\d+)-(\d+)/(\d+|\*)$`)

// checkRange makes sure that a partial reply continues the part: at the right
// byte, of the same version of the file. It returns the length that the file
// must have at the least.
func (t *transfer) checkRange(resp *http.Response, from int64) (length int64, err error) {
	m := contentRange.FindStringSubmatch(resp.Header.Get("Content-Range"))
	if m == nil {
		return 0, errors.New("a range came that does not say where it belongs")
	}
	first, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || first != from {
		return 0, errors.New("a range came that is not the one asked for")
	}
	known := t.p.info.Total
	if length, err = strconv.ParseInt(m[3], 10, 64); err != nil {
		length = known - gzipTail // the server does not tell
	} else if known >= 0 && length != known && length != known-gzipTail {
		return 0, errors.New("the file has another size than before")
	}
	if now := validator(resp.Header); now != "" && now != t.p.info.Validator || resp.Header.Get("Content-Encoding") != t.p.info.Encoding {
		return 0, errors.New("the file is another one than before")
	}
	return length, nil
}

// take writes a body behind what is there of the file.
func (t *transfer) take(resp *http.Response) error {
	body := &countedBody{r: resp.Body, t: t}
	_, err := io.CopyBuffer(t.p, body, make([]byte, 64<<10))
	switch {
	case err == nil:
		return nil
	case body.err != nil:
		return t.c.broken(t.op(), body.err)
	default:
		return t.fatal(err)
	}
}

// A countedBody counts what is received, and keeps the error of the network
// apart from those of the disk.
type countedBody struct {
	r   io.Reader
	t   *transfer
	err error
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	t := b.t
	t.bytes.Add(int64(n))
	if t.p.size += int64(n); t.p.size > t.highest {
		t.highest = t.p.size
		t.tries.progress()
		t.moved.Store(time.Now().UnixNano())
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// finish checks a file whose bytes are all there, and gives it its name.
func (t *transfer) finish(ctx context.Context) error {
	p := t.p
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return t.fatal(err)
	}
	file, temp, copyTo := p.file, p.name+partSuffix, io.Writer(nil)
	if t.decompress {
		var err error
		temp = p.name + plainTemp
		if file, err = t.folder.create(temp); err != nil {
			return t.fatal(err)
		}
		defer func() { _ = t.folder.root.Remove(temp) }()
		copyTo = file
	}
	c, err := verify(ctx, p.file, verifying{resourceType: t.f.Type, copyTo: copyTo, sums: t.f.Integrity.SHA256 != ""})
	var bad *contentError
	if err == nil && p.size == 0 && strings.HasSuffix(p.info.Encoding, "gzip") {
		err = &contentError{"nothing came of its compressed form"}
	}
	if err == nil && !t.mustKeep(&c) {
		if flaw := c.flaw(t.f); flaw != "" {
			t.doubtful++
			err = &contentError{flaw}
		}
	}
	if err != nil {
		if errors.As(err, &bad) || ctx.Err() != nil {
			return err
		}
		return t.fatal(err)
	}
	name := p.name
	if c.gzip && !t.decompress {
		name += ".gz"
	}
	info, err := file.Stat()
	if err == nil {
		err = p.finish(file, temp, name)
	}
	if err != nil {
		return t.fatal(err)
	}
	t.moved.Store(time.Now().UnixNano())
	t.done(t.f, name, info.Size(), c)
	return nil
}

// mustKeep tells whether a file is taken with its flaws, if it has any: it
// came as the server has it, or came so before. Some servers hand a file out
// once.
func (t *transfer) mustKeep(c *contents) bool {
	if t.doubtful+1 >= maxBad {
		return true
	}
	if len(c.mismatch(t.f)) > 0 {
		return false
	}
	return c.gzip || t.p.info.Total == t.p.size
}

// refused looks at a reply without data. Its body is never saved: BCDA sends
// real data behind a 404.
func (t *transfer) refused(ctx context.Context, resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, smallBody))
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	reply := t.c.reply(t.op(), resp, unpacked(body))
	if t.f.Kind == KindError {
		// It may be the file itself, which names beneficiaries.
		reply.outcome.text = ""
	}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		wait := retryAfter(resp.Header)
		waits := t.c.waits
		t.gate.throttle(max(min(wait, waits.MaxWait), waits.Backoff))
		return &transientError{err: reply, wait: wait}
	case isTransient(resp.StatusCode):
		return &transientError{err: reply, wait: retryAfter(resp.Header)}
	case resp.StatusCode == http.StatusInternalServerError:
		if t.failed++; t.failed >= max500 {
			return t.giveUp(&fileError{msg: reply.answer(), gone: true})
		}
		return &transientError{err: reply}
	case t.mayBeOutdated(resp):
		return t.renew(ctx, reply)
	case resp.StatusCode == http.StatusUnauthorized:
		return t.c.refusal(reply)
	case resp.StatusCode == http.StatusProxyAuthRequired:
		return t.c.refusal(reply)
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		if err := t.expired(ctx); err != nil {
			return err
		}
		return t.giveUp(&fileError{msg: reply.answer(), gone: true})
	default:
		return t.giveUp(&fileError{msg: reply.answer(), permanent: true})
	}
}

// maxRenewed is how often the job is asked for a new address of a file that
// does not get on.
const maxRenewed = 2

// mayBeOutdated tells whether a refusal may mean that an address with a
// signature in it is no longer valid: storage hosts answer 403 then (S3, Azure,
// CloudFront), or 400 (Google), some 401.
// The server itself may have redirected to one.
func (t *transfer) mayBeOutdated(resp *http.Response) bool {
	from := resp.Request.URL
	own := originOf(from) == t.c.server.origin
	switch resp.StatusCode {
	case http.StatusBadRequest, http.StatusForbidden:
		return !own || from.RawQuery != ""
	case http.StatusUnauthorized:
		return !own || !t.state.Run.Bearer && from.RawQuery != ""
	default:
		return false
	}
}

// renew asks the job for the addresses of its files again, so that the download
// goes on at a fresh one.
func (t *transfer) renew(ctx context.Context, reply *replyError) error {
	if t.highest > t.since {
		t.renewed, t.since = 0, t.highest
	}
	if t.renewed++; t.renewed > maxRenewed {
		return t.giveUp(&fileError{msg: reply.answer() + ", also at the new address that the job gave"})
	}
	if err := t.renewAddresses(ctx, t.f, t.target); err != nil {
		return err
	}
	target, err := t.downloads.target(t.f)
	if err != nil {
		return err
	}
	t.target = target
	return &transientError{err: &Error{Kind: ErrUnavailable, Op: t.op(), Status: reply.status, Msg: reply.answer() + "; the job was asked for a new address"}}
}

// renewAddresses takes the addresses of files from a manifest that is asked for
// anew, unless another download did so since used was tried.
func (d *downloads) renewAddresses(ctx context.Context, f *fileState, used *url.URL) error {
	d.renewing.Lock()
	defer d.renewing.Unlock()
	if now, err := resolve(d.c.server.fhir, d.address(f)); err == nil && now.String() != used.String() {
		return nil
	}
	run := d.state.Run
	m, err := d.c.manifestAgain(ctx, run.JobURL)
	if err != nil {
		return err
	}
	fresh := d.c.nameFiles(run.Number, m)
	path := func(address string) string {
		u, err := resolve(d.c.server.fhir, address)
		if err != nil {
			return address
		}
		return withoutQuery(u)
	}
	byPath := map[string]string{}
	for _, n := range fresh {
		byPath[path(n.URL)] = n.URL
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	sameList := slices.EqualFunc(run.Files, fresh, func(a, b *fileState) bool { return a.Kind == b.Kind && a.Type == b.Type })
	for i, file := range run.Files {
		if address := byPath[path(file.URL)]; address != "" {
			file.URL = address
		} else if sameList {
			file.URL = fresh[i].URL // the signature is in the path
		}
	}
	return d.saveLocked()
}

// unpacked is a body without its compression, or as much of it as there is.
func unpacked(body []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	text, _ := io.ReadAll(io.LimitReader(z, smallBody)) // mostly cut off
	return text
}

// expired asks once for the job: whether its files are gone, not just one of
// them.
func (d *downloads) expired(ctx context.Context) error {
	d.expiry.Lock()
	defer d.expiry.Unlock()
	if d.expiry.known {
		return d.expiry.err
	}
	target, err := url.Parse(d.state.Run.JobURL)
	if err != nil {
		return nil
	}
	_, err = d.c.poll(ctx, target)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *Error
	if errors.As(err, &e) && (e.Kind == ErrExpired || e.Kind == ErrJobFailed) {
		d.expiry.err = err
	}
	d.expiry.known = true
	return d.expiry.err
}

// fatal makes the error of a folder that cannot be written to.
func (d *downloads) fatal(err error) error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return d.noSpace(0)
	case errors.As(err, &e), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	default:
		return &Error{Kind: ErrFolder, Msg: fmt.Sprintf("folder %s: %v", d.folder.dir, err), err: err}
	}
}

// noSpace is a full disk. A file that is to come needs so many bytes, or an
// unknown number.
func (d *downloads) noSpace(needs int64) error {
	msg := "disk full: " + d.folder.dir
	if free, known := d.c.freeSpace(d.folder.dir); known {
		msg += fmt.Sprintf(" has %s left", size(int64(free)))
	}
	if needs > 0 {
		msg += fmt.Sprintf(", the next file needs %s", size(needs))
	}
	return &Error{Kind: ErrFolder, Msg: msg, hint: "make room, then resume: what is downloaded stays", err: syscall.ENOSPC}
}

// size is a number of bytes for people.
func size(n int64) string {
	f, unit := float64(n), 0
	for f >= 1000 && unit < 4 {
		f /= 1000
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %cB", f, " kMGT"[unit])
}

func (d *downloads) fileURL(f *fileState) string {
	if u, err := resolve(d.c.server.fhir, d.address(f)); err == nil {
		return d.c.redactor.clean(withoutQuery(u))
	}
	return filepath.Base(f.Name)
}

func (d *downloads) downloadError(f *fileState, err error) errorDetail {
	detail := statusError(err)
	detail.FileURL = d.fileURL(f)
	return detail
}

// reportRegularly reports the progress until it is stopped.
func (d *downloads) reportRegularly() (stop func()) {
	if d.onProgress == nil {
		return func() {}
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				d.reportNow()
			case <-done:
				d.reportNow()
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}

func (d *downloads) reportNow() {
	now := Progress{Elapsed: time.Since(d.begun), Bytes: d.bytes.Load()}
	d.mu.Lock()
	for _, f := range d.state.Run.Files {
		now.Files++
		if f.Done {
			now.FilesDone++
			now.Resources += f.Resources
		}
	}
	d.mu.Unlock()
	if fresh := now.FilesDone - d.before; fresh > 0 {
		now.Remaining = now.Elapsed * time.Duration(now.Files-now.FilesDone) / time.Duration(fresh)
	}
	d.report(now)
}
