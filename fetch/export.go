package fetch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// ExportOptions say what to export, and where to.
type ExportOptions struct {
	// Dir is the export folder. It is created if needed, and may have earlier
	// exports.
	Dir string
	// Request is what to export. Resume ignores it.
	Request Request
	// Jobs is how many files are downloaded at a time, 4 by default.
	Jobs int
	// Decompress stores files without compression. Otherwise they are stored as
	// they arrive, usually as .ndjson.gz.
	Decompress bool
	// New starts a new export if the unfinished one of the folder turns out to
	// be lost: its job failed or expired, or its files are gone. Resume ignores
	// it.
	New bool
	// Abandon starts a new export even if the folder has an unfinished one of another
	// request, which cannot be resumed then. Resume ignores it.
	Abandon bool
	// Wait waits while another job blocks this one, without a limit.
	Wait bool
	// AllowFlawed accepts files with bad lines, or with differences from the
	// manifest. It also accepts an earlier export that was incomplete only for
	// that reason.
	AllowFlawed bool
	// Note is stored with a new run, for ReadLastRun. It must not be secret.
	Note string

	// Progress, Event and File, if they are set, are called during the export,
	// one call at a time. File is called for every finished file, in the order
	// in which they finish, including those that an earlier process finished.
	Progress func(Progress)
	Event    func(Event)
	File     func(File)
}

const defaultJobs = 4

// Export runs an export, or resumes one: if the folder has an unfinished export
// of the same request, that is resumed. Otherwise a new one starts, and the
// files of earlier ones stay.
//
// If ctx is canceled, the job continues on the server, and the export can be
// resumed. The Result is not nil if the export had started, even if it failed.
func (c *Client) Export(ctx context.Context, opts ExportOptions) (*Result, error) {
	request, err := opts.Request.check(c.session.server)
	if err != nil {
		return nil, err
	}
	e, err := c.openExport(ctx, opts)
	if err != nil {
		return nil, err
	}
	defer e.journal.folder.close()
	run := e.journal.run()
	same := run != nil && run.isAt(c.session.server) && run.Request.sameAs(request, c.session.server)
	switch {
	case run != nil && !run.Phase.hasEnded() && !same && opts.Abandon:
		c.session.log.Warn(fmt.Sprintf("run %d of folder %s is abandoned unfinished", run.Number, opts.Dir))
	case run != nil && !run.Phase.hasEnded() && !same:
		return nil, &Error{Kind: ErrFolder, detail: ErrOtherRequest, Msg: fmt.Sprintf("folder %s has an unfinished export of another request (%s)", opts.Dir, run.URL)}
	case run != nil && !run.Phase.hasEnded():
		result, err := e.run(ctx)
		if !opts.New || !errors.Is(err, ErrExpired) && !errors.Is(err, ErrJobFailed) {
			return result, err
		}
		c.session.log.Warn(err.Error() + "; starting a new export")
	case opts.AllowFlawed && !opts.New && same && e.isOnlyFlawed():
		run.Phase = phaseDownload
		return e.run(ctx)
	}
	if err := e.begin(ctx, request, opts.Note); err != nil {
		return nil, err
	}
	return e.run(ctx)
}

// Resume resumes the last export of a folder, and never starts a new job. If
// the export is complete, there is nothing to do. If it ended because of single
// files, those are tried again.
func (c *Client) Resume(ctx context.Context, opts ExportOptions) (*Result, error) {
	e, err := c.openExport(ctx, opts)
	if err != nil {
		return nil, err
	}
	defer e.journal.folder.close()
	run := e.journal.run()
	if run == nil {
		return nil, noExport(opts.Dir)
	}
	if !run.isAt(c.session.server) {
		return nil, &Error{Kind: ErrFolder, Msg: fmt.Sprintf("the export in folder %s is from %s, API %s", opts.Dir, run.BaseURL, run.API)}
	}
	switch run.Phase {
	case phaseComplete:
		result := e.result()
		result.AlreadyComplete = true
		for _, f := range result.Files {
			e.listener.onFile(f)
		}
		return result, nil
	case phaseFailed:
		return nil, &Error{Kind: ErrJobFailed, Msg: run.Message}
	case phaseExpired:
		return e.result(), &Error{Kind: ErrExpired, Msg: run.Message}
	case phaseRejected:
		return nil, &Error{Kind: ErrRejected, Msg: run.Message}
	case phasePartial:
		run.Phase = phaseDownload
		e.retryFailed = true
	}
	return e.run(ctx)
}

// An export is one call of Export or Resume.
type export struct {
	session     *session
	journal     *journal
	listener    *listener
	opts        ExportOptions
	fresh       bool // no request of this run was sent before
	retryFailed bool // try files again that failed permanently
}

func (c *Client) openExport(ctx context.Context, opts ExportOptions) (*export, error) {
	if opts.Jobs <= 0 {
		opts.Jobs = defaultJobs
	}
	j, err := openJournal(ctx, opts.Dir, c.session.log)
	if err != nil {
		return nil, err
	}
	j.folder.freeSpace = c.freeSpace
	l := &listener{progress: opts.Progress, event: opts.Event, file: opts.File}
	if run := j.run(); run != nil {
		l.exportID = run.ID
	}
	return &export{session: c.session, journal: j, listener: l, opts: opts}, nil
}

func (e *export) result() *Result { return newResult(e.journal.run(), e.journal.folder.dir) }

// isOnlyFlawed reports whether the last run is complete except for flaws.
func (e *export) isOnlyFlawed() bool {
	return e.journal.run().Phase == phasePartial && !e.result().isComplete(false) && e.result().isComplete(true)
}

// checkMixing refuses to add data of another server, or of another version of
// its API, to the folder, because a conversion of the folder would mix them.
// Loopback addresses, which are for tests, count as the same server.
func (e *export) checkMixing() error {
	server, state := e.session.server, e.journal.state
	if state.API == "" {
		return nil
	}
	mixed := func(has, new string) error {
		return &Error{Kind: ErrFolder, detail: ErrMixed, hint: "use another folder",
			Msg: fmt.Sprintf("folder %s has data of %s, which must not be mixed with data of %s", e.journal.folder.dir, has, new)}
	}
	if state.API != server.api {
		return mixed(describeAPI(state.API), describeAPI(server.api))
	}
	u, err := url.Parse(state.BaseURL)
	if err == nil && !isLoopback(u.Hostname()) && !isLoopback(server.root.Hostname()) && originOf(u) != server.origin {
		return mixed(originOf(u), server.origin)
	}
	return nil
}

func describeAPI(api string) string {
	if api == NoVersion {
		return "a server other than BCDA"
	}
	return "API " + api
}

// begin records a new run, before its first request.
func (e *export) begin(ctx context.Context, request Request, note string) error {
	s := e.session
	if s.token != nil {
		// First, because the reply shows the time of the server.
		if _, err := s.token(ctx, 0); err != nil {
			return err
		}
	}
	if err := e.checkMixing(); err != nil {
		return err
	}
	since, sinceRun := e.since(request)
	jobs := request.jobs(s.server, since)
	run := &runState{
		ID: rand.Text(), Phase: phaseIntent, Request: request, Note: note,
		BaseURL: s.server.root.String(), API: s.server.api,
		URL: jobs[0], Later: jobs[1:], Since: since, SinceRun: sinceRun,
		Intent: s.serverTime().UTC(), Started: time.Now().UTC(), Bearer: true,
	}
	e.fresh, e.listener.exportID = true, run.ID
	return e.journal.startRun(run)
}

// since is the time to send for a request, and the run that SinceAuto refers
// to, or 0.
func (e *export) since(request Request) (since string, run int) {
	server, log := e.session.server, e.session.log
	if since = request.Since; since == SinceAuto {
		last := e.journal.state.Since[request.key(server)]
		if since, run = last.TransactionTime, last.Run; since == "" {
			log.Info("since: no previous complete export of this kind in this folder; requesting a full export")
		} else {
			log.Info(fmt.Sprintf("since: %s, the transaction time of run %d", since, run))
		}
	}
	if isFullLoad(server, since) {
		log.Info("since: all data of API " + server.api + " was loaded after that time, so this is in effect a full export")
	}
	return since, run
}

// run continues a run from its current phase to its end.
func (e *export) run(ctx context.Context) (*Result, error) {
	for {
		var err error
		switch e.journal.run().Phase {
		case phaseIntent:
			err = e.start(ctx)
		case phaseJob:
			err = (&awaiter{e.session, e.journal, e.listener}).run(ctx)
			e.fresh = true // for the next job, if there is one
		case phaseDownload:
			if err = e.download(ctx); err == nil {
				return e.end()
			}
		}
		if err != nil {
			return e.result(), e.stop(err)
		}
	}
}

func (e *export) start(ctx context.Context) error {
	k, err := newKickoff(e.session, e.journal, e.listener)
	if err != nil {
		return err
	}
	k.fresh, k.wait = e.fresh, e.opts.Wait
	return k.run(ctx)
}

func (e *export) download(ctx context.Context) error {
	d := newDownloader(e.session, e.journal, e.listener, e.opts.Jobs)
	d.decompress = e.opts.Decompress
	return (&downloads{shared: d, jobs: e.opts.Jobs, retryFailed: e.retryFailed, started: time.Now()}).run(ctx)
}

// stop records the error of a run that cannot be resumed.
func (e *export) stop(err error) error {
	var failure *Error
	if !errors.As(err, &failure) {
		return err
	}
	run := e.journal.run()
	ended := map[Kind]phase{ErrJobFailed: phaseFailed, ErrExpired: phaseExpired}[failure.Kind]
	if failure.Kind == ErrRejected && run.JobURL == "" {
		ended = phaseRejected
	}
	if ended == "" {
		return err
	}
	run.Phase, run.Message = ended, failure.Msg
	run.Ended = time.Now().UTC()
	return e.journal.saveAfter(err)
}

// end records the outcome of the downloads.
func (e *export) end() (*Result, error) {
	run, result := e.journal.run(), e.result()
	run.Ended = time.Now().UTC()
	e.logCompletion(result)
	if result.isComplete(e.opts.AllowFlawed) {
		return result, e.journal.completeRun(e.session.server)
	}
	failure := result.failure(run, e.opts.AllowFlawed)
	run.Message = failure.Msg
	if result.hasAllFiles(e.opts.AllowFlawed) {
		if err := e.journal.folder.addToList(run); err != nil {
			return result, e.journal.folder.writeError(err)
		}
	}
	switch {
	case failure.Kind == ErrExpired:
		run.Phase = phaseExpired
	case !run.canRetry():
		run.Phase = phasePartial
	}
	return result, e.journal.saveAfter(failure)
}

func (e *export) logCompletion(r *Result) {
	detail := exportCompleteDetail{Files: len(r.Files), Duration: time.Since(e.journal.run().Started).Milliseconds()}
	for _, f := range r.Files {
		detail.Resources += f.Resources
		detail.Bytes += f.Size
	}
	e.listener.onEvent(eventExportComplete, detail)
}
