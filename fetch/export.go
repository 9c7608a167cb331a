package fetch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
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
	// New starts a new export where the unfinished one of the folder turns out
	// to be past help: its job failed or expired, or its files are gone.
	New bool
	// Wait waits while another job is in the way, without a limit.
	Wait bool
	// AllowFlawed lets an export count as complete though files have lines that
	// are no resources, or are not what the manifest says of them. Where that is
	// all that is wrong with the last one, it is that which is taken.
	AllowFlawed bool
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
	// Since is what was sent, or empty. For SinceAuto it is the transaction time
	// of the run SinceRun, which is 0 otherwise.
	Since    string
	SinceRun int
	// Files are those that are there. Missing counts those that are not.
	Files   []File
	Missing int
	// Flawed counts the files that are there and have a flaw: BadLines lines that
	// are no resources in all, or another length than the server announced.
	Flawed   int
	BadLines int64
	// SystemTypes tells that BCDA left out claims of systems that nobody asked
	// for: what it does in v3 unless a type filter has a System-Type tag.
	SystemTypes bool
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
		result, err := e.run(ctx)
		if !opts.New || !errors.Is(err, ErrExpired) && !errors.Is(err, ErrJobFailed) {
			return result, err
		}
		c.log.Warn(err.Error() + "; starting a new export")
	} else if opts.AllowFlawed && !opts.New && e.isFlawedOnly() && e.isOurs() && run.Request.sameAs(request, c.server) {
		run.Phase = phaseManifest
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
		return nil, &Error{Kind: ErrJobFailed, Msg: run.Message, hint: "start the export again with -o"}
	case phaseExpired:
		return e.result(), &Error{Kind: ErrExpired, Msg: run.Message, hint: "start the export again with -o"}
	case phaseRejected:
		return nil, &Error{Kind: ErrRejected, Msg: run.Message, hint: "start the export again with -o and another request"}
	case phasePartial:
		run.Phase = phaseManifest
		e.again = true
	}
	result, err := e.run(ctx)
	var failure *Error
	if errors.As(err, &failure) && (failure.Kind == ErrExpired || failure.Kind == ErrJobFailed) {
		// Other than the command that started it, this one starts no new export.
		failure.hint = "start the export again with -o"
	}
	return result, err
}

// An export is a run under way.
type export struct {
	c          *Client
	folder     *folder
	parallel   int
	decompress bool
	fresh      bool // nothing was sent for this run before
	again      bool // try also those files again that failed for good
	wait       bool // while another job is in the way
	flawed     bool // files with flaws are as good as others

	software   *softwareDetail // of the server, once it was asked
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
		wait: opts.Wait, flawed: opts.AllowFlawed,
		onProgress: opts.Progress, onEvent: opts.Event, onFile: opts.File,
	}
	if e.parallel <= 0 {
		e.parallel = 4
	}
	return e, nil
}

// isFlawedOnly tells whether nothing is wrong with the last run but the flaws of
// files.
func (e *export) isFlawedOnly() bool {
	if e.state.Run == nil || e.state.Run.Phase != phasePartial {
		return false
	}
	r := e.result()
	return r.Missing == 0 && r.Flawed > 0 && r.Issues["error"]+r.Issues["fatal"] == 0
}

// isOurs tells whether the last run was one of the client's server.
func (e *export) isOurs() bool {
	server, err := newEndpoint(e.state.Run.BaseURL, e.state.Run.API)
	return err == nil && server.fhir.String() == e.c.server.fhir.String()
}

// checkData refuses to put data of one server, or of one version of its API,
// beside that of another: a conversion of the folder would mix them. Servers of
// this machine are for trying.
func (e *export) checkData() error {
	server, was := e.c.server, e.state
	if was.API == "" {
		return nil
	}
	const hint = "take another folder for this one"
	if was.API != server.api {
		name := func(api string) string {
			if api == NoVersion {
				return "a server other than BCDA"
			}
			return "API " + api
		}
		return &Error{Kind: ErrFolder, hint: hint,
			Msg: fmt.Sprintf("folder %s holds data of %s: that of %s must not be mixed with it", e.folder.dir, name(was.API), name(server.api))}
	}
	u, err := url.Parse(was.BaseURL)
	if err == nil && !isLoopback(u.Hostname()) && !isLoopback(server.root.Hostname()) && originOf(u) != server.origin {
		return &Error{Kind: ErrFolder, hint: hint,
			Msg: fmt.Sprintf("folder %s holds data of %s: that of %s must not be mixed with it", e.folder.dir, originOf(u), server.origin)}
	}
	return nil
}

// begin writes down what is going to be requested.
func (e *export) begin(ctx context.Context, request Request, note string) error {
	// Before anything else, and so that the server's clock is known.
	if _, err := e.c.token(ctx, 0); err != nil {
		return err
	}
	server := e.c.server
	if err := e.checkData(); err != nil {
		return err
	}
	since, sinceRun := request.Since, 0
	if since == SinceAuto {
		last := e.state.Since[request.key(server)]
		if since, sinceRun = last.TransactionTime, last.Run; since == "" {
			e.c.log.Info("since: no previous complete export of this kind in this folder; requesting a full export")
		} else {
			e.c.log.Info(fmt.Sprintf("since: %s, the transaction time of run %d", since, sinceRun))
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
		URL: request.url(server, since).String(), Since: since, SinceRun: sinceRun,
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

// maxLost is how often a request that starts a job is repeated where nobody can
// tell whether the earlier ones did start one.
const maxLost = 2

// A starting is the start of a job, over several requests.
type starting struct {
	*export
	target *url.URL
	tries  *attempts
	lost   int // requests that may have started a job that nobody can name
}

// start starts the job, or finds the one that was started before.
func (e *export) start(ctx context.Context) error {
	target, err := url.Parse(e.state.Run.URL)
	if err != nil {
		return &Error{Kind: ErrFolder, Msg: "the address of the request in " + StateFile + " cannot be read"}
	}
	var (
		s     = &starting{export: e, target: target, tries: e.c.newAttempts()}
		look  = !e.fresh // a request may have been sent
		again = look     // and the server may still be working on it
		waits = 0
	)
	for {
		if look {
			found, err := s.look(ctx)
			if err == nil && found {
				return nil
			}
			if err == nil && again {
				again = false
				err = sleep(ctx, e.c.waits.backoff(1))
				if err == nil {
					continue
				}
			}
			if err != nil {
				if err := s.tries.wait(ctx, err); err != nil {
					return err
				}
				continue
			}
		}
		err := e.kickoff(ctx, target)
		var busy *busyError
		if errors.As(err, &busy) {
			err = e.blocked(ctx, target, busy)
			if e.wait && inTheWay(err) {
				waits++
				if err := s.waitForOthers(ctx, err, waits); err != nil {
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
			s.lost++
		}
		if err := s.tries.wait(ctx, err); err != nil {
			return duplicateAtLast(err, busy)
		}
	}
}

// look looks for the job in the server's list. Where that has none, or shows
// none, and too many requests were lost, it is the end.
func (s *starting) look(ctx context.Context) (found bool, err error) {
	job, _, err := s.c.findJob(ctx, s.target, s.state.Run.Intent, s.state.PastJobs)
	if job != nil && err == nil {
		return true, s.attach(job)
	}
	noList := errors.Is(err, errNoJobList)
	if err != nil && !noList {
		return false, err
	}
	if noList && s.lost > maxLost {
		return false, &Error{Kind: ErrUnavailable, Op: opKickoff, hint: "ask the server's support, or wait until such jobs are over, before you try again",
			Msg: fmt.Sprintf("%d requests were lost or left without an answer; the server has no list of jobs, so jobs may be running that nobody can find", s.lost)}
	}
	return false, nil
}

// mayHaveStarted tells whether a request that failed may have started a job all
// the same: the reply was lost, or a gateway did not wait for it.
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

// inTheWay tells whether a kick-off was refused because of another job.
func inTheWay(err error) bool {
	var transient *transientError
	return errors.Is(err, ErrDuplicate) || errors.As(err, &transient) && errors.As(err, new(*busyError))
}

// waitForOthers waits a while for the job that is in the way.
func (s *starting) waitForOthers(ctx context.Context, err error, waits int) error {
	s.tries.progress()
	if waits == 1 {
		s.c.log.Info(err.Error() + "; waiting until the server takes the request")
	}
	s.report(Progress{Polling: true, Server: "waiting for another job", Elapsed: time.Since(s.state.Run.Started)})
	wait := s.c.waits.poll(waits)
	var transient *transientError
	if errors.As(err, &transient) {
		wait = max(wait, min(transient.wait, s.c.waits.MaxWait))
	}
	return sleep(ctx, wait)
}

// A busyError is a kick-off that the server refused because of another job.
type busyError struct{ reply *replyError }

func (e *busyError) Error() string { return e.reply.Error() }
func (e *busyError) Unwrap() error { return e.reply }

// duplicateAtLast turns the end of the retries into ErrDuplicate, where the
// last word was that there is a job in the way.
func duplicateAtLast(err error, busy *busyError) error {
	var e *Error
	if busy == nil || !errors.As(err, &e) || e.Kind != ErrUnavailable {
		return err
	}
	return &Error{Kind: ErrDuplicate, Status: e.Status, Msg: e.Msg, hint: "cclf jobs lists the jobs of your organization; --wait waits for them", err: err}
}

// blocked looks for the job that is in the way. If it is one of this request,
// it is ours.
func (e *export) blocked(ctx context.Context, target *url.URL, busy *busyError) error {
	job, others, err := e.c.findJob(ctx, target, e.state.Run.Intent, e.state.PastJobs)
	if err != nil && !errors.Is(err, errNoJobList) {
		return err
	}
	if job != nil {
		return e.attach(job)
	}
	for _, other := range others {
		u, err := url.Parse(other.Request)
		if err == nil && strings.HasPrefix(u.Path, e.c.server.fhir.Path+"/") {
			return &Error{Kind: ErrDuplicate, Status: busy.reply.status,
				Msg:  fmt.Sprintf("%s: job %s of your organization is in the way (%s)", opKickoff, other.ID, e.c.sayable(other.Request)),
				hint: "--wait waits until it is done; cclf jobs cancel " + other.ID + " cancels it"}
		}
	}
	return &transientError{err: busy, wait: retryAfter(busy.reply.header)}
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
	if e.onEvent != nil {
		if e.software == nil {
			e.software = e.c.describeServer(ctx)
		}
		detail.softwareDetail = *e.software
	}
	for key, values := range target.Query() {
		detail.Parameters[key] = strings.Join(values, ",")
	}
	resp, err := e.c.do(ctx, opKickoff, target, request{accept: fhirJSON, async: true, bearer: true, noFollow: true})
	if err != nil {
		return err
	}
	body, err := readBody(resp, smallBody)
	reply := e.c.reply(opKickoff, resp, body)
	location := resp.Header.Get("Content-Location")
	if location == "" && resp.StatusCode < http.StatusMultipleChoices {
		location = resp.Header.Get("Location")
	}
	accepted := resp.StatusCode == http.StatusAccepted ||
		location != "" && (resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated)
	if !accepted {
		detail.ErrorCode, detail.ErrorBody = &resp.StatusCode, &reply.outcome.text
	}
	e.event(eventKickoff, detail)
	switch {
	case accepted && location == "":
		return e.unnamedJob(ctx, target, resp.StatusCode)
	case accepted:
		u, err := e.c.resolveOwn(target, location)
		if err != nil {
			return &Error{Kind: ErrOrigin, Op: opKickoff, Msg: "the address of the job is not the server's: " + e.c.redactor.clean(err.Error()),
				hint: "check that the base URL is the server's own name for itself"}
		}
		return e.hasJob(u)
	case err != nil:
		return e.c.broken(opKickoff, err)
	case resp.StatusCode == http.StatusTooManyRequests && (e.c.server.isBCDA() || e.wait) && reply.outcome.code != "throttled":
		return &busyError{reply}
	default:
		return e.kickoffRefusal(reply)
	}
}

// unnamedJob looks for a job that was started, and of which the server does not
// say where it is. Another request would start another one.
func (e *export) unnamedJob(ctx context.Context, target *url.URL, status int) error {
	unnamed := &Error{Kind: ErrUnavailable, Op: opKickoff, Status: status,
		Msg:  "the server accepted the request, but does not say where its job is; the job may be running",
		hint: "ask the server's support: the reply needs a Content-Location header"}
	return e.c.retry(ctx, func() error {
		job, _, err := e.c.findJob(ctx, target, e.state.Run.Intent, e.state.PastJobs)
		switch {
		case errors.Is(err, errNoJobList):
			return unnamed
		case err != nil:
			return err
		case job == nil:
			return &transientError{err: unnamed, final: unnamed}
		default:
			return e.attach(job)
		}
	})
}

func (e *export) kickoffRefusal(r *replyError) error {
	switch {
	case r.status == http.StatusForbidden && e.c.server.isBCDA():
		return r.as(ErrRejected, "your organization may not use API "+e.c.server.api+"; try another one with --api")
	case r.status == http.StatusForbidden:
		return r.as(ErrRejected, "")
	case r.status == http.StatusNotFound && e.c.server.isBCDA():
		return r.as(ErrRejected, "there may be no current attribution file (in January, or for runout after 180 days), or the since is older than the oldest one; cclf attribution tells the dates")
	case r.status == http.StatusNotFound, r.status == http.StatusGone:
		return r.as(ErrRejected, "check the base URL and the endpoint")
	case r.status == http.StatusBadRequest:
		return r.as(ErrRejected, "change the request as the server says")
	case r.status == http.StatusNotImplemented:
		return r.as(ErrRejected, "the server has no such export: check the base URL and the endpoint")
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
	if len(m.Output) > 0 {
		e.state.API, e.state.BaseURL = run.API, run.BaseURL
	}
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
		files = append(files, &fileState{Kind: kind, Type: resourceType, URL: f.URL, Count: f.Count, Integrity: f.Integrity, Name: name})
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
	run, result := e.state.Run, e.result()
	run.Ended = time.Now().UTC()
	e.complete(result)
	issues := result.Issues["error"] + result.Issues["fatal"]
	if result.Missing == 0 && issues == 0 && (result.Flawed == 0 || e.flawed) {
		run.Phase, run.Message = phaseComplete, ""
		if e.state.Since == nil {
			e.state.Since = map[string]sinceState{}
		}
		e.state.Since[run.Request.key(e.c.server)] = sinceState{run.TransactionTime, run.Number}
		if err := e.folder.addComplete(run); err != nil {
			return result, (&downloads{export: e}).fatal(err)
		}
		return result, e.save()
	}
	failure, again := e.incomplete(issues)
	run.Message = failure.Msg
	switch {
	case failure.Kind == ErrExpired:
		run.Phase = phaseExpired
	case !again:
		run.Phase = phasePartial
	}
	return result, e.saveAfter(failure)
}

// incomplete says what there is not, and whether trying again may help.
func (e *export) incomplete(issues int) (failure *Error, again bool) {
	run := e.state.Run
	failure = &Error{Kind: ErrPartial}
	var (
		says, missing, flawed []string
		gone                  int
		badLines              bool
		hint                  string
	)
	for _, f := range run.Files {
		switch {
		case !f.Done:
			missing = append(missing, f.Name+": "+f.Failed)
			again = again || !f.Permanent
			if f.Gone > 1 {
				gone++
			}
			if hint == "" {
				hint = f.hint
			}
		case f.Flaw != "":
			flawed = append(flawed, f.Name+": "+f.Flaw)
			badLines = badLines || f.BadLines > 0
		}
	}
	if issues > 0 {
		says = append(says, fmt.Sprintf("the server reports %s: it could not export everything", counted(issues, "error", "errors")))
		failure.hint = fmt.Sprintf("the error files (_%03d-error-*) have the details; they may name beneficiaries. The time for the next --since auto is not moved", run.Number)
	}
	if n := len(flawed); n > 0 && !e.flawed {
		says = append(says, fmt.Sprintf("%s flaws: %s", counted(n, "file has", "files have"), firstOf(flawed)))
		failure.hint = "all files are kept"
		if badLines {
			failure.hint += ", and cclf convert rejects the bad lines one by one"
		}
		failure.hint += ". The time for the next --since auto is not moved, unless --allow-flawed is given"
	}
	if n := len(missing); n > 0 {
		are := "are"
		if n == 1 {
			are = "is"
		}
		says = append(says, fmt.Sprintf("%d of %s %s missing: %s", n, counted(len(run.Files), "file", "files"), are, firstOf(missing)))
		failure.hint = "try again with cclf fetch --resume " + e.folder.dir
		if n < len(run.Files) {
			failure.hint = "the other files are kept. Try the missing ones again with cclf fetch --resume " + e.folder.dir
		}
		if hint != "" {
			failure.hint = hint + "; then cclf fetch --resume " + e.folder.dir
		}
	}
	if gone > 0 {
		// The same was so the last time: it does not get better.
		failure.Kind = ErrExpired
		failure.hint = "the same command starts a new export (--new does so at once)"
		if len(missing) < len(run.Files) {
			failure.hint = "the other files are kept. The same command starts a new export (--new does so at once)"
		}
		says = append(says, "the server has the job, but no longer all of its files")
	}
	failure.Msg = strings.Join(says, "; ")
	return failure, again
}

// counted is a number with its noun, or noun and verb.
func counted(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

// firstOf shows the first of several reasons.
func firstOf(reasons []string) string {
	const shown = 3
	text := strings.Join(reasons[:min(len(reasons), shown)], "; ")
	if n := len(reasons); n > shown {
		text += fmt.Sprintf("; and %d more", n-shown)
	}
	return text
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
	r := &Result{Run: run.Number, TransactionTime: run.TransactionTime, Since: run.Since, SinceRun: run.SinceRun, Issues: map[string]int{}}
	for _, f := range run.Files {
		if !f.Done {
			r.Missing++
			continue
		}
		r.Files = append(r.Files, e.file(f))
		if f.Flaw != "" {
			r.Flawed++
			r.BadLines += f.BadLines
		}
		r.SystemTypes = r.SystemTypes || f.SystemTypes
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
