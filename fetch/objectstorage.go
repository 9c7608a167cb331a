package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/cclf-tools/cclf/internal/blob"
)

// An objectStorage is a folder in an object store. Instead of renames, it has objects
// that appear whole: an upload is completed when its content has been checked. Instead
// of a lock, it has a lease. Should two processes think that they have it, small files
// are replaced on the condition that nobody else did, so one of the two fails.
type objectStorage struct {
	ctx    context.Context
	bucket blob.Bucket
	prefix string // of keys, with a slash at its end unless it is empty
	url    string
	lease  *blob.Lease // nil if it is only read

	mu       sync.Mutex
	versions map[string]string // of small files that were read or replaced; "" if there is none
}

func openObjects(ctx context.Context, url string) (*objectStorage, error) {
	bucket, key, err := blob.Resolve(url)
	if err != nil {
		return nil, newStoreError(err)
	}
	if key != "" {
		key += "/"
	}
	return &objectStorage{ctx: ctx, bucket: bucket, prefix: key, url: blob.Clean(url), versions: map[string]string{}}, nil
}

// lockObjects opens a folder, takes its lease, and removes unfinished uploads of a process
// that was killed.
func lockObjects(ctx context.Context, url string, log *slog.Logger) (*objectStorage, error) {
	o, err := openObjects(ctx, url)
	if err != nil {
		return nil, err
	}
	o.lease, err = blob.AcquireLease(ctx, o.bucket, o.prefix+lockFile, func(op string) error {
		if op == "wait" {
			log.Info(fmt.Sprintf("folder %s is in use, or a process that used it was killed: waiting up to %s for a sign of life", o.url, blob.LeaseTime))
		}
		return nil
	})
	switch {
	case errors.Is(err, blob.ErrLeased):
		return nil, inUse(o.url)
	case errors.Is(err, blob.ErrUnconditional):
		return nil, &Error{Kind: ErrFolder, Msg: o.url + ": " + err.Error() + ", without which two processes could damage an export folder", hint: "use a local folder", err: err}
	case err == nil:
		err = o.bucket.Sweep(ctx, o.prefix, func(key string) bool {
			return exportFile().MatchString(strings.TrimPrefix(key, o.prefix))
		})
		if err != nil {
			o.close()
		}
	}
	if err != nil {
		return nil, o.failed("lock", lockFile, err)
	}
	return o, nil
}

// failed names the object of an error.
func (o *objectStorage) failed(op, name string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*fs.PathError](err); !ok {
		err = &fs.PathError{Op: op, Path: blob.Join(o.url, name), Err: err}
	}
	return newStoreError(err)
}

// newStoreError makes the Error of an object store. The hint is that of the cause.
func newStoreError(err error) error {
	e := &Error{Kind: ErrFolder, Msg: err.Error(), err: err}
	if cause, ok := errors.AsType[*blob.Error](err); ok {
		e.hint = cause.Hint()
	}
	return e
}

func (o *objectStorage) close() {
	if o.lease != nil {
		o.lease.Release()
	}
}

// hold makes sure that no other process has the lease.
func (o *objectStorage) hold() error {
	ctx, cancel := o.lasting()
	defer cancel()
	err := o.lease.Hold(ctx)
	if errors.Is(err, blob.ErrChanged) {
		return o.takenOver(err)
	}
	return o.failed("write", lockFile, err)
}

func (o *objectStorage) takenOver(err error) error {
	return &Error{Kind: ErrFolder, detail: ErrInUse, Msg: fmt.Sprintf("another process took over folder %s, since this one did not answer for a while", o.url), hint: "run the same command again", err: err}
}

// lastingTime is how long requests that save what was done may take after the context was
// canceled.
const lastingTime = 20 * time.Second

// lasting returns a context that outlives the one of the folder a little: what was done
// is saved, also if the user interrupts the program.
func (o *objectStorage) lasting() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(o.ctx))
	stop := context.AfterFunc(o.ctx, func() {
		select {
		case <-time.After(lastingTime):
			cancel()
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		stop()
		cancel()
	}
}

func (o *objectStorage) sizes() (map[string]int64, error) {
	found := map[string]int64{}
	for info, err := range o.bucket.List(o.ctx, o.prefix) {
		if err != nil {
			return nil, o.failed("list", "", err)
		}
		if name := strings.TrimPrefix(info.Key, o.prefix); name != "" && !strings.Contains(name, "/") {
			found[name] = info.Size
		}
	}
	return found, nil
}

func (o *objectStorage) readFile(name string) ([]byte, error) {
	const attempts = 5 // while another process replaces it
	for attempt := 1; ; attempt++ {
		text, version, err := o.read(name)
		if errors.Is(err, blob.ErrChanged) && attempt < attempts {
			continue
		}
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			o.mu.Lock()
			o.versions[name] = version
			o.mu.Unlock()
		}
		return text, err
	}
}

func (o *objectStorage) read(name string) (text []byte, version string, err error) {
	f, err := blob.Open(o.ctx, blob.Join(o.url, name))
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		text, err = io.ReadAll(f)
	}
	if err != nil {
		return nil, "", err
	}
	return text, info.Sys().(blob.Info).Version, nil
}

// replaceFile replaces a file that was read, or was found to be missing, by this process.
func (o *objectStorage) replaceFile(name string, text []byte) error {
	if err := o.hold(); err != nil {
		return err
	}
	ctx, cancel := o.lasting()
	defer cancel()
	o.mu.Lock()
	defer o.mu.Unlock()
	version := o.versions[name]
	version, err := o.bucket.Put(ctx, o.prefix+name, text, blob.Condition{Absent: version == "", Version: version})
	if errors.Is(err, blob.ErrChanged) {
		return o.takenOver(err)
	}
	if err == nil {
		o.versions[name] = version
	}
	return o.failed("write", name, err)
}

func (o *objectStorage) open(name string) (io.ReadCloser, error) {
	return blob.Open(o.ctx, blob.Join(o.url, name))
}

func (o *objectStorage) create(name string) (blob.Upload, error) {
	upload, err := o.bucket.Create(o.ctx, o.prefix+name)
	return &heldUpload{upload, o}, err
}

// A heldUpload is committed only by who has the lease.
type heldUpload struct {
	blob.Upload
	folder *objectStorage
}

// Commit implements blob.Upload.
func (u *heldUpload) Commit() error {
	if err := u.folder.hold(); err != nil {
		return errors.Join(err, u.Abort())
	}
	return u.Upload.Commit()
}

func (o *objectStorage) remove(name string) error {
	if err := o.hold(); err != nil {
		return err
	}
	ctx, cancel := o.lasting()
	defer cancel()
	return o.failed("remove", name, o.bucket.Delete(ctx, o.prefix+name))
}

func (o *objectStorage) sync() error { return nil } // what was answered is durable

// Unfinished uploads are no files, and those of processes that were killed are removed when
// the folder is locked.

func (o *objectStorage) removePartial(string) error { return nil }

func (o *objectStorage) removeNew() error { return nil }
