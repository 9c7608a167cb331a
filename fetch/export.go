package fetch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// ExportOptions say what to export, where to, and who wants to hear of it.
type ExportOptions struct {
	// Dir is the folder of the export. It may hold earlier ones.
	Dir string
	// Request is what to export; Resume takes it from the folder.
	Request Request
	// Parallel is how many files are downloaded at a time; 4 unless set.
	Parallel int
	// Decompress stores files without compression. Else they are stored as
	// they arrive, which is mostly as .ndjson.gz.
	Decompress bool
	// Note is kept with a new run, for ReadSaved. It must not be secret.
	Note string

	// Progress, Event and File, if they are set, are called as the export
	// gets on, one call at a time. File is called for every finished file, in
	// the order they arrive, also for those that an earlier run had finished.
	Progress func(Progress)
	Event    func(Event)
	File     func(File)
}

// The kinds of files in an export.
const (
	KindOutput  = "output"
	KindDeleted = "deleted"
	KindError   = "error"
)

// A File is one of an export.
type File struct {
	// Index is the place of the file in the export, from 0.
	Index int
	// Path is where the file is.
	Path string
	// Kind is output for data, deleted for Bundles that name deleted
	// resources, error for what the server could not export.
	Kind      string
	Type      string // of the resources
	Size      int64
	Resources int64
}

// A Result is what an export came to.
type Result struct {
	// Run numbers the exports in the folder; names of files begin with it.
	Run int
	// TransactionTime is the server's time of the export, as it wrote it.
	TransactionTime string
	// Since is what was sent, or empty.
	Since string
	// Files are those that are there. Missing counts those that are not.
	Files   []File
	Missing int
	// Issues counts what the server reported in error files, by severity.
	Issues map[string]int
	// Nothing tells that all this was there already.
	Nothing bool
}

// Export runs an export, or goes on with one: where the folder holds an
// unfinished export of the same request, that is resumed. Where the last one
// has ended, a new one starts, and the files of the earlier ones stay.
//
// If the context is cancelled, the job goes on at the server, and the export
// can be resumed.
func (c *Client) Export(ctx context.Context, opts ExportOptions) (*Result, error) {
	request, err := opts.Request.check(c.server)
	if err != nil {
		return nil, err
	}
	e, err := c.openExport(opts)
	if err != nil {
		return nil, err
	}
	defer e.folder.close()
	run := e.state.Run
	if run != nil && !run.Phase.ended() {
		if !e.isOurs() || !run.Request.sameAs(request, c.server) {
			return nil, &Error{Kind: ErrFolder, Msg: fmt.Sprintf("folder %s holds an unfinished export of another request (%s)", opts.Dir, run.URL),
				hint: "resume that one with cclf fetch --resume " + opts.Dir + ", or take another folder"}
		}
		return e.run(ctx)
	}
	if err := e.begin(ctx, request, opts.Note); err != nil {
		return nil, err
	}
	e.fresh = true
	return e.run(ctx)
}

// Resume goes on with the last export of a folder, and never starts a new job.
// There is nothing to do for one that is complete. One that ended because of
// single files tries those again.
func (c *Client) Resume(ctx context.Context, opts ExportOptions) (*Result, error) {
	e, err := c.openExport(opts)
	if err != nil {
		return nil, err
	}
	defer e.folder.close()
	run := e.state.Run
	if run == nil {
		return nil, errNothingToResume(opts.Dir)
	}
	if !e.isOurs() {
		return nil, &Error{Kind: ErrFolder, Msg: fmt.Sprintf("the export in folder %s is one of %s, API %s", opts.Dir, run.BaseURL, run.API)}
	}
	switch run.Phase {
	case phaseComplete:
		result := e.result()
		result.Nothing = true
		for _, f := range run.Files {
			e.arrived(f)
		}
		return result, nil
	case phaseFailed:
		return nil, &Error{Kind: ErrJobFailed, Msg: run.Message, hint: "start the export again"}
	case phaseExpired:
		return e.result(), &Error{Kind: ErrExpired, Msg: run.Message, hint: "start the export again"}
	case phaseRejected:
		return nil, &Error{Kind: ErrRejected, Msg: run.Message, hint: "start the export again, with another request"}
	case phasePartial:
		run.Phase = phaseManifest
		e.again = true
	}
	return e.run(ctx)
}

// An export is a run under way.
type export struct {
	c          *Client
	folder     *folder
	parallel   int
	decompress bool
	fresh      bool // nothing was sent for this run before
	again      bool // try also those files again that failed for good

	onProgress func(Progress)
	onEvent    func(Event)
	onFile     func(File)
	calling    sync.Mutex // the three above

	mu    sync.Mutex // of what follows, while there are several downloads
	state *state
	saved time.Time
}

func (c *Client) openExport(opts ExportOptions) (*export, error) {
	if opts.Dir == "" {
		return nil, optionsErrorf("", "there is no folder to export to")
	}
	f, err := openFolder(opts.Dir)
	if err != nil {
		return nil, err
	}
	s, err := f.load()
	if err != nil {
		f.close()
		return nil, err
	}
	if s.Run != nil {
		s.Run.number()
	}
	e := &export{
		c: c, folder: f, state: s, parallel: opts.Parallel, decompress: opts.Decompress,
		onProgress: opts.Progress, onEvent: opts.Event, onFile: opts.File,
	}
	if e.parallel <= 0 {
		e.parallel = 4
	}
	return e, nil
}

// isOurs tells whether the last run was one of the client's server.
func (e *export) isOurs() bool {
	server, err := newEndpoint(e.state.Run.BaseURL, e.state.Run.API)
	return err == nil && server.fhir.String() == e.c.server.fhir.String()
}

// begin writes down what is going to be requested.
func (e *export) begin(ctx context.Context, request Request, note string) error {
	// Before anything else, and so that the server's clock is known.
	if _, err := e.c.token(ctx, 0); err != nil {
		return err
	}
	server := e.c.server
	since := request.Since
	if since == SinceAuto {
		since = e.state.Since[request.key(server)].TransactionTime
		if since == "" {
			e.c.log.Info("since: there is no complete export of this kind in the folder yet, so this one is not limited")
		}
	}
	if isFullLoad(server, since) {
		e.c.log.Info("since: all data of API " + server.api + " was loaded after that time, so this is in effect a full export")
	}
	before, err := e.folder.lastRun()
	if err != nil {
		return err
	}
	run := &runState{
		Number: before + 1, ID: rand.Text(), Phase: phaseIntent, Request: request, Note: note,
		BaseURL: server.root.String(), API: server.api,
		URL: request.url(server, since).String(), Since: since,
		Intent: e.c.serverTime().UTC(), Started: time.Now().UTC(), Bearer: true,
	}
	if last := e.state.Run; last != nil {
		run.Number = max(run.Number, last.Number+1)
		if last.JobURL != "" {
			e.state.PastJobs = append(e.state.PastJobs, jobName(last.JobURL))
			e.state.PastJobs = e.state.PastJobs[max(len(e.state.PastJobs)-100, 0):]
		}
	}
	e.state.Run = run
	if err := e.save(); err != nil {
		return err
	}
	if err := e.folder.sweep(run.Number); err != nil {
		e.c.log.Warn(err.Error())
	}
	return nil
}

// run goes on with a run, from wherever it is.
func (e *export) run(ctx context.Context) (*Result, error) {
	run := e.state.Run
	for {
		var err error
		switch run.Phase {
		case phaseIntent:
			err = e.start(ctx)
		case phaseJob:
			err = e.await(ctx)
		case phaseManifest:
			if err = e.fetch(ctx); err == nil {
				return e.end()
			}
		}
		if err != nil {
			return e.result(), e.stop(err)
		}
	}
}

// stop writes down why a run ended, if it is not to be resumed.
func (e *export) stop(err error) error {
	var failure *Error
	if !errors.As(err, &failure) {
		return err
	}
	ended := map[Kind]phase{ErrJobFailed: phaseFailed, ErrExpired: phaseExpired}[failure.Kind]
	if failure.Kind == ErrRejected && e.state.Run.JobURL == "" {
		ended = phaseRejected
	}
	if ended != "" {
		e.state.Run.Phase, e.state.Run.Message = ended, failure.Msg
		e.state.Run.Ended = time.Now().UTC()
		return e.saveAfter(err)
	}
	return err
}

const opKickoff = "start the export"

// start starts the job, or finds the one that was started before.
func (e *export) start(ctx context.Context) error {
	run := e.state.Run
	target, err := url.Parse(run.URL)
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: "the address of the request in " + StateFile + " cannot be read"}
	}
	var (
		tries = e.c.newAttempts()
		look  = !e.fresh // a request may have been sent
		again = look     // and the server may still be working on it
	)
	for {
		if look {
			job, _, err := e.c.findJob(ctx, target, run.Intent, e.state.PastJobs)
			if err == nil && job != nil {
				return e.attach(job)
			}
			if err != nil {
				if err := tries.wait(ctx, err); err != nil {
					return err
				}
				continue
			}
			if again {
				again = false
				if err := sleep(ctx, e.c.waits.backoff(1)); err != nil {
					return err
				}
				continue
			}
		}
		err := e.kickoff(ctx, target)
		var busy *busyError
		if errors.As(err, &busy) {
			err = e.blocked(ctx, target, busy)
		}
		if err == nil {
			return nil
		}
		look = true
		if err := tries.wait(ctx, err); err != nil {
			return duplicateAtLast(err, busy)
		}
	}
}

// A busyError is a kick-off that the server refused because of another job.
type busyError struct{ reply *replyError }

func (e *busyError) Error() string { return e.reply.Error() }

// duplicateAtLast turns the end of the retries into ErrDuplicate, where the
// last word was that there is a job in the way.
func duplicateAtLast(err error, busy *busyError) error {
	var e *Error
	if busy == nil || !errors.As(err, &e) || e.Kind != ErrUnavailable {
		return err
	}
	return &Error{Kind: ErrDuplicate, Status: e.Status, Msg: e.Msg, hint: "cclf jobs lists the jobs of your organisation", err: err}
}

// blocked looks for the job that is in the way. If it is one of this request,
// it is ours.
func (e *export) blocked(ctx context.Context, target *url.URL, busy *busyError) error {
	job, others, err := e.c.findJob(ctx, target, e.state.Run.Intent, e.state.PastJobs)
	if err != nil {
		return err
	}
	if job != nil {
		return e.attach(job)
	}
	for _, other := range others {
		u, err := url.Parse(other.Request)
		if err == nil && strings.HasPrefix(u.Path, e.c.server.fhir.Path+"/") {
			return &Error{Kind: ErrDuplicate, Status: busy.reply.status,
				Msg:  fmt.Sprintf("%s: job %s of your organisation is in the way (%s)", opKickoff, other.ID, e.c.sayable(other.Request)),
				hint: "wait until it is done, or cancel it with cclf jobs cancel " + other.ID}
		}
	}
	return &transientError{err: busy.reply, wait: retryAfter(busy.reply.header)}
}

// attach takes a job of the list for this run's.
func (e *export) attach(job *Job) error {
	u, err := e.c.jobURL(job.ID)
	if err != nil {
		return err
	}
	e.c.log.Info("attached to job " + job.ID + ", which the server has for this request")
	return e.hasJob(u)
}

func (e *export) hasJob(u *url.URL) error {
	e.state.Run.Phase, e.state.Run.JobURL = phaseJob, u.String()
	return e.save()
}

// kickoff sends the request that starts the job.
func (e *export) kickoff(ctx context.Context, target *url.URL) error {
	detail := kickoffDetail{ExportURL: target.String(), Parameters: map[string]string{}}
	for key, values := range target.Query() {
		detail.Parameters[key] = strings.Join(values, ",")
	}
	resp, err := e.c.do(ctx, opKickoff, target, request{accept: fhirJSON, async: true, bearer: true, noFollow: true})
	if err != nil {
		return err
	}
	body, err := readBody(resp, smallBody)
	reply := e.c.reply(opKickoff, resp, body)
	if resp.StatusCode != http.StatusAccepted {
		detail.ErrorCode, detail.ErrorBody = &resp.StatusCode, &reply.outcome.text
	}
	e.event(eventKickoff, detail)
	switch {
	case resp.StatusCode == http.StatusAccepted:
		location := resp.Header.Get("Content-Location")
		if location == "" {
			return &transientError{err: &Error{Kind: ErrUnavailable, Op: opKickoff, Status: resp.StatusCode, Msg: "the server accepted the request, but does not say where its job is"}}
		}
		u, err := e.c.resolveOwn(target, location)
		if err != nil {
			return &Error{Kind: ErrOrigin, Op: opKickoff, Msg: "the address of the job is not the server's: " + e.c.redactor.clean(err.Error()),
				hint: "check that the base URL is the server's own name for itself"}
		}
		return e.hasJob(u)
	case err != nil:
		return e.c.broken(opKickoff, err)
	case resp.StatusCode == http.StatusTooManyRequests && e.c.server.isBCDA() && reply.outcome.code != "throttled":
		return &busyError{reply}
	default:
		return e.kickoffRefusal(reply)
	}
}

func (e *export) kickoffRefusal(r *replyError) error {
	switch {
	case r.status == http.StatusForbidden && e.c.server.isBCDA():
		return r.as(ErrRejected, "your organisation may not use API "+e.c.server.api+"; try another one with --api")
	case r.status == http.StatusForbidden:
		return r.as(ErrRejected, "")
	case r.status == http.StatusNotFound && e.c.server.isBCDA():
		return r.as(ErrRejected, "there may be no current attribution file (in January, or for runout after 180 days), or the since is older than the oldest one; cclf attribution tells the dates")
	case r.status == http.StatusNotFound, r.status == http.StatusGone:
		return r.as(ErrRejected, "check the base URL and the endpoint")
	case r.status == http.StatusBadRequest:
		return r.as(ErrRejected, "change the request as the server says")
	case r.status > http.StatusInternalServerError:
		return &transientError{err: r.as(ErrUnavailable, ""), wait: retryAfter(r.header)}
	default:
		return e.c.refusal(r)
	}
}

// await waits for the job and takes down its files.
func (e *export) await(ctx context.Context) error {
	m, err := e.pollUntilDone(ctx)
	if err != nil {
		return err
	}
	run := e.state.Run
	run.TransactionTime = m.TransactionTime
	run.Bearer = m.RequiresToken == nil || *m.RequiresToken
	run.Files = e.c.nameFiles(run.Number, m)
	run.number()
	run.Phase = phaseManifest
	return e.save()
}

// nameFiles gives names to the files of a manifest. Nothing of what the server
// says gets into a name but the resource type, if it is one. What is not data
// has an underscore in front, so that who reads the folder for data passes over
// it.
func (c *Client) nameFiles(run int, m *manifest) []*fileState {
	var files []*fileState
	seen := map[string]bool{}
	count := map[string]int{}
	add := func(kind string, f manifestFile, resourceType, label string) {
		address := f.URL
		if u, err := resolve(c.server.fhir, f.URL); err == nil {
			address = u.String()
		}
		if seen[address] {
			return
		}
		seen[address] = true
		count[label]++
		name := fmt.Sprintf("%03d-%s-%05d.ndjson", run, label, count[label])
		if kind != KindOutput {
			name = "_" + name
		}
		files = append(files, &fileState{Kind: kind, Type: resourceType, URL: f.URL, Count: f.count(), Name: name})
	}
	for _, f := range m.Output {
		known := typeName.MatchString(f.Type)
		if c.server.isBCDA() {
			known = slices.Contains(bcdaTypes["v2"], f.Type)
		}
		if known {
			add(KindOutput, f, f.Type, f.Type)
		} else {
			add(KindOutput, f, "", "unknown")
		}
	}
	for _, f := range m.Deleted {
		add(KindDeleted, f, "Bundle", KindDeleted)
	}
	for _, f := range m.Error {
		add(KindError, f, outcomeType, KindError)
	}
	return files
}

// fetch downloads the files that are not there.
func (e *export) fetch(ctx context.Context) error {
	for _, f := range e.state.Run.Files {
		if !f.Done {
			continue
		}
		if _, size, ok := e.folder.isThere(strings.TrimSuffix(f.Name, ".gz")); ok && size == f.Size {
			e.arrived(f)
			continue
		}
		// It is not the file that was finished.
		f.Name, f.Done = strings.TrimSuffix(f.Name, ".gz"), false
	}
	return e.download(ctx)
}

// end looks at what the run came to.
func (e *export) end() (*Result, error) {
	var (
		run     = e.state.Run
		result  = e.result()
		again   bool
		reasons []string
	)
	for _, f := range run.Files {
		if !f.Done {
			reasons = append(reasons, f.Name+": "+f.Failed)
			again = again || !f.Permanent
		}
	}
	run.Ended = time.Now().UTC()
	e.complete(result)
	issues := result.Issues["error"] + result.Issues["fatal"]
	if result.Missing == 0 && issues == 0 {
		run.Phase, run.Message = phaseComplete, ""
		if e.state.Since == nil {
			e.state.Since = map[string]sinceState{}
		}
		e.state.Since[run.Request.key(e.c.server)] = sinceState{run.TransactionTime, run.Number}
		return result, e.save()
	}
	failure := &Error{Kind: ErrPartial}
	if !again {
		run.Phase = phasePartial
	}
	var says []string
	if issues > 0 {
		says = append(says, fmt.Sprintf("the server reports %d errors: it could not export everything", issues))
		failure.hint = fmt.Sprintf("the error files (_%03d-error-*) have the details; they may name beneficiaries. The time for the next --since auto is not moved", run.Number)
	}
	if n := len(reasons); n > 0 {
		const shown = 3
		text := strings.Join(reasons[:min(n, shown)], "; ")
		if n > shown {
			text += fmt.Sprintf("; and %d more", n-shown)
		}
		says = append(says, fmt.Sprintf("%d of %d files are missing: %s", n, len(run.Files), text))
		failure.hint = "the other files are kept. Try the missing ones again with cclf fetch --resume " + e.folder.dir
	}
	failure.Msg = strings.Join(says, "; ")
	run.Message = failure.Msg
	return result, e.saveAfter(failure)
}

func (e *export) complete(r *Result) {
	detail := exportCompleteDetail{Files: len(r.Files), Duration: time.Since(e.state.Run.Started).Milliseconds()}
	for _, f := range r.Files {
		detail.Resources += f.Resources
		detail.Bytes += f.Size
	}
	e.event(eventExportComplete, detail)
}

// result is what is there now.
func (e *export) result() *Result {
	run := e.state.Run
	r := &Result{Run: run.Number, TransactionTime: run.TransactionTime, Since: run.Since, Issues: map[string]int{}}
	for _, f := range run.Files {
		if !f.Done {
			r.Missing++
			continue
		}
		r.Files = append(r.Files, e.file(f))
		for severity, n := range f.Issues {
			r.Issues[severity] += n
		}
	}
	return r
}

func (e *export) file(f *fileState) File {
	return File{Index: f.index, Path: filepath.Join(e.folder.dir, f.Name), Kind: f.Kind, Type: f.Type, Size: f.Size, Resources: f.Resources}
}

func (e *export) save() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.saveLocked()
}

// saveAfter saves at an end that is not a good one. That is what will be
// reported: where the state cannot be saved either, the cause is mostly the
// same.
func (e *export) saveAfter(err error) error {
	if saveErr := e.save(); err == nil {
		return saveErr
	}
	return err
}

func (e *export) saveLocked() error {
	e.saved = time.Now()
	err := e.folder.save(e.state)
	if err != nil {
		return (&downloads{export: e}).fatal(err)
	}
	return nil
}

// update changes the state of a file, and saves it if it was not for a while.
func (e *export) update(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
	if time.Since(e.saved) > saveEvery {
		if err := e.saveLocked(); err != nil {
			// The last save of the run will tell, if it is still so then.
			e.c.log.Debug(err.Error())
		}
	}
}

func (e *export) event(id string, detail any) {
	if e.onEvent != nil {
		e.calling.Lock()
		defer e.calling.Unlock()
		e.onEvent(Event{ExportID: e.state.Run.ID, Timestamp: time.Now().UTC(), ID: id, Detail: detail})
	}
}

func (e *export) report(p Progress) {
	if e.onProgress != nil {
		e.calling.Lock()
		defer e.calling.Unlock()
		e.onProgress(p)
	}
}

func (e *export) arrived(f *fileState) {
	if e.onFile != nil {
		e.calling.Lock()
		defer e.calling.Unlock()
		e.onFile(e.file(f))
	}
}
