package fetch

import (
	"context"
	"log/slog"
	"net/url"
	"path"
	"slices"
	"sync"
	"time"
)

// saveInterval is how often the state is saved while files are downloaded.
// Finished files are recognized by their names, so a state that was not saved
// loses nothing.
const saveInterval = time.Second

// A journal holds the state of a locked folder and saves it. While several
// downloads run, state may be read and changed only with mu locked.
type journal struct {
	folder *folder
	log    *slog.Logger

	mu    sync.Mutex
	state *state
	saved time.Time
}

func openJournal(ctx context.Context, dir string, log *slog.Logger) (*journal, error) {
	f, err := lockFolder(ctx, dir, log)
	if err != nil {
		return nil, err
	}
	s, err := f.loadState()
	if err != nil {
		f.close()
		return nil, err
	}
	return &journal{folder: f, log: log, state: s}, nil
}

// run is the last run, or nil.
func (j *journal) run() *runState { return j.state.Run }

// save saves the state.
func (j *journal) save() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.saveLocked()
}

func (j *journal) saveLocked() error {
	j.saved = time.Now()
	return j.folder.writeError(j.folder.replaceJSON(stateFile, j.state))
}

// saveAfter saves the state at the end of a run that failed with err, and
// returns err: if the state cannot be saved either, the cause is usually the
// same.
func (j *journal) saveAfter(err error) error {
	if saveErr := j.save(); err == nil {
		return saveErr
	}
	return err
}

// update changes the state of a file, and saves it from time to time.
func (j *journal) update(change func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change()
	if time.Since(j.saved) > saveInterval {
		if err := j.saveLocked(); err != nil {
			// If it persists, the last save of the run reports it.
			j.log.Debug(err.Error())
		}
	}
}

// setJob records the address of the job.
func (j *journal) setJob(u *url.URL) error {
	j.run().Phase, j.run().JobURL = phaseJob, u.String()
	return j.save()
}

// jobURL is the address of a job of the run.
func (j *journal) jobURL(job int) (*url.URL, error) {
	u, err := url.Parse(j.run().jobURL(job))
	if err != nil {
		return nil, &Error{Kind: ErrFolder, Msg: "invalid job address in " + stateFile}
	}
	return u, nil
}

// startRun records a new run. It follows every run of which the state or the
// folder knows.
func (j *journal) startRun(run *runState) error {
	before, err := j.folder.lastRun()
	if err != nil {
		return err
	}
	run.Number = before + 1
	if last := j.state.Run; last != nil {
		run.Number = max(run.Number, last.Number+1)
		for _, job := range append(slices.Clone(last.PastJobs), last.JobURL) {
			if job != "" {
				j.state.PastJobs = append(j.state.PastJobs, jobName(job))
			}
		}
		const kept = 100
		j.state.PastJobs = j.state.PastJobs[max(len(j.state.PastJobs)-kept, 0):]
	}
	j.state.Run = run
	if err := j.save(); err != nil {
		return err
	}
	if err := j.folder.removeStale(run.Number); err != nil {
		j.log.Warn(err.Error())
	}
	return nil
}

// completeRun records that a run is complete.
func (j *journal) completeRun(server *endpoint) error {
	run := j.run()
	run.Phase, run.Message = phaseComplete, ""
	if j.state.Since == nil {
		j.state.Since = map[string]sinceState{}
	}
	j.state.Since[run.Request.key(server)] = sinceState{run.TransactionTime, run.Number}
	if err := j.folder.addToList(run); err != nil {
		return j.folder.writeError(err)
	}
	return j.save()
}

// jobName is the last part of a job's address, which is its ID.
func jobName(jobURL string) string {
	u, err := url.Parse(jobURL)
	if err != nil {
		return ""
	}
	return path.Base(u.Path)
}
