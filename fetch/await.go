package fetch

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// An awaiter polls a job until it is complete.
type awaiter struct {
	session  *session
	journal  *journal
	listener *listener
}

// run waits for the current job, and records its files in the journal.
func (a *awaiter) run(ctx context.Context) error {
	m, err := a.manifest(ctx)
	if err != nil {
		return err
	}
	server, state := a.session.server, a.journal.state
	run := state.Run
	run.addManifest(server, m, a.session.serverTime().UTC())
	if len(m.Output) > 0 {
		state.API, state.BaseURL = run.API, run.BaseURL
	}
	return a.journal.save()
}

// manifest polls until the job is complete, and merges the pages of its
// manifest.
func (a *awaiter) manifest(ctx context.Context) (*manifest, error) {
	page, err := a.journal.jobURL(len(a.journal.run().PastJobs))
	if err != nil {
		return nil, err
	}
	var (
		all      manifest
		seen     []string
		polls    int
		attempts = a.session.newAttempts()
	)
	for {
		reply, err := a.session.poll(ctx, page)
		if err != nil {
			a.listener.onEvent(eventStatusError, newErrorDetail("", err))
			if err := attempts.wait(ctx, err); err != nil {
				return nil, err
			}
			continue
		}
		attempts.progress()
		if reply.manifest == nil {
			polls++
			if err := a.wait(ctx, reply, polls); err != nil {
				return nil, err
			}
			continue
		}
		if len(seen) == 0 {
			a.begin(&all, reply)
		}
		next, err := a.addPage(&all, reply.manifest, page, &seen)
		if err != nil {
			return nil, err
		}
		if next == nil {
			break
		}
		page = next
	}
	a.listener.onEvent(eventManifestComplete, manifestDetail{all.TransactionTime, len(all.Output), len(all.Deleted), len(all.Error), len(seen)})
	return &all, nil
}

// begin takes from the first page what holds for all of them.
func (a *awaiter) begin(all *manifest, first *pollReply) {
	a.listener.onEvent(eventStatusComplete, statusCompleteDetail{first.manifest.TransactionTime})
	all.TransactionTime, all.RequiresToken = first.manifest.TransactionTime, first.manifest.RequiresToken
	a.journal.run().Expires = first.expires
}

// addPage adds a page, and returns the address of the next one, or nil.
func (a *awaiter) addPage(all, m *manifest, page *url.URL, seen *[]string) (next *url.URL, err error) {
	all.add(m)
	a.listener.onEvent(eventPageComplete, pageDetail{m.TransactionTime, len(m.Output), len(m.Deleted), len(m.Error)})
	*seen = append(*seen, page.String())
	if m.next == "" {
		return nil, nil
	}
	return a.session.nextPage(page, m.next, *seen)
}

// wait waits for the next poll of a running job.
func (a *awaiter) wait(ctx context.Context, reply *pollReply, polls int) error {
	elapsed := time.Since(a.journal.run().Started)
	a.listener.onEvent(eventProgress, progressDetail{XProgress: reply.progress, RetryAfter: reply.retryAfter})
	a.listener.onProgress(Progress{Polling: true, Server: reply.progress, Elapsed: elapsed, Remaining: remaining(reply.progress, elapsed)})
	waits := a.session.waits
	limit := max(waits.MaxWait, waits.PollInterval)
	if reply.wait > limit {
		a.session.log.Info(fmt.Sprintf("%s: %s", opPoll, cappedWait(reply.wait, limit)))
	}
	return sleep(ctx, min(max(waits.pollWait(polls), reply.wait), limit))
}
