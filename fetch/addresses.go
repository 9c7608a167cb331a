package fetch

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
)

// addresses are where the files of a run can be downloaded. They change when
// the server issues signed addresses and a signature expires.
type addresses struct {
	session *session
	journal *journal

	renewing sync.Mutex // one download at a time asks for new addresses

	expiry struct {
		sync.Mutex
		known map[int]error // by job of the run: nil if it still exists
	}
}

// current is the address of a file as the manifest has it.
func (a *addresses) current(f *fileState) string {
	a.journal.mu.Lock()
	defer a.journal.mu.Unlock()
	return f.URL
}

// resolve is the address of a file, if requests may be sent there. Otherwise
// the error is a fileError.
func (a *addresses) resolve(f *fileState) (*url.URL, error) {
	u, err := resolve(a.session.server.fhir, a.current(f))
	if err == nil {
		_, err = a.session.trusts(u)
	}
	if err == nil {
		return u, nil
	}
	foreign := &Error{}
	foreign.foreign(u)
	return nil, &fileError{msg: "not downloaded: " + a.session.redactor.clean(err.Error()), permanent: true, origin: foreign.Origin}
}

// display is the address of a file for the export log, without its signature.
func (a *addresses) display(f *fileState) string {
	if u, err := resolve(a.session.server.fhir, a.current(f)); err == nil {
		return a.session.redactor.clean(withoutQuery(u))
	}
	return filepath.Base(f.Name)
}

// renew reads the manifest again for new addresses of the files, unless another
// download has done so since used was resolved.
func (a *addresses) renew(ctx context.Context, f *fileState, used *url.URL) error {
	a.renewing.Lock()
	defer a.renewing.Unlock()
	if now, err := resolve(a.session.server.fhir, a.current(f)); err == nil && now.String() != used.String() {
		return nil
	}
	job, err := a.journal.jobURL(f.Job)
	if err != nil {
		return err
	}
	m, err := a.session.readManifest(ctx, job)
	if err != nil {
		return err
	}
	run := a.journal.run()
	fresh := newFileStates(a.session.server, run, m)
	byPath := map[string]string{}
	for _, n := range fresh {
		byPath[a.pathOf(n.URL)] = n.URL
	}
	a.journal.mu.Lock()
	defer a.journal.mu.Unlock()
	files := slices.DeleteFunc(slices.Clone(run.Files), func(other *fileState) bool { return other.Job != f.Job })
	sameList := slices.EqualFunc(files, fresh, func(a, b *fileState) bool { return a.Kind == b.Kind && a.Type == b.Type })
	for i, file := range files {
		if address := byPath[a.pathOf(file.URL)]; address != "" {
			file.URL = address
		} else if sameList {
			file.URL = fresh[i].URL // the signature is part of the path
		}
	}
	return a.journal.saveLocked()
}

// pathOf is an address without its query.
func (a *addresses) pathOf(address string) string {
	u, err := resolve(a.session.server.fhir, address)
	if err != nil {
		return address
	}
	return withoutQuery(u)
}

// checkJob asks for the job of a file, once for all downloads: whether all of its
// files have expired, or only one is missing.
func (a *addresses) checkJob(ctx context.Context, f *fileState) error {
	a.expiry.Lock()
	defer a.expiry.Unlock()
	if err, known := a.expiry.known[f.Job]; known {
		return err
	}
	job, err := a.journal.jobURL(f.Job)
	if err != nil {
		return nil //nolint:nilerr // without a job, only the file is missing
	}
	_, err = a.session.poll(ctx, job)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *Error
	if !errors.As(err, &e) || e.Kind != ErrExpired && e.Kind != ErrJobFailed {
		err = nil
	}
	if a.expiry.known == nil {
		a.expiry.known = map[int]error{}
	}
	a.expiry.known[f.Job] = err
	return err
}

// A fileError says why one file cannot be downloaded. It does not affect the
// others.
type fileError struct {
	msg       string
	permanent bool   // a retry would not help
	gone      bool   // the server does not have it, or always fails to send it
	origin    string // to allow for the file to be requested, or ""
}

func (e *fileError) Error() string { return e.msg }
