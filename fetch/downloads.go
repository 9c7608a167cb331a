package fetch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// minFreeSpace is the free space in bytes without which no download starts.
const minFreeSpace = 1 << 20

// downloads is the queue of downloads of a run.
type downloads struct {
	shared      *downloader
	jobs        int  // downloads at a time
	retryFailed bool // try files again that failed permanently
	started     time.Time
	existing    int              // files that need no download
	present     map[string]int64 // sizes of the files in the folder before the downloads
}

// run downloads the files that are missing. It fails only if all downloads
// must stop. Why a single file is missing is recorded in its state.
func (d *downloads) run(ctx context.Context) error {
	if err := d.checkFinished(); err != nil {
		return err
	}
	if !d.shared.journal.folder.hasSpace(minFreeSpace) {
		return d.shared.journal.folder.diskFull(0)
	}
	missing := d.missing()
	group, ctx := errgroup.WithContext(ctx)
	queue := make(chan *fileState)
	group.Go(func() error {
		defer close(queue)
		for _, f := range missing {
			select {
			case queue <- f:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range d.jobs {
		group.Go(func() error {
			for f := range queue {
				if err := d.file(ctx, f); err != nil {
					return err
				}
			}
			return nil
		})
	}
	stop := d.startReports()
	err := group.Wait()
	stop()
	return d.shared.journal.saveAfter(err)
}

// checkFinished reports the finished files. Those that are no longer in the
// folder are downloaded again.
func (d *downloads) checkFinished() (err error) {
	folder := d.shared.journal.folder
	if d.present, err = folder.sizes(); err != nil {
		return folder.writeError(err)
	}
	for _, f := range d.shared.journal.run().Files {
		if !f.Done {
			continue
		}
		if _, size, ok := finished(d.present, f.Name); ok && size == f.Size {
			d.shared.listener.onFile(f.file(folder.dir))
			continue
		}
		f.Name, f.Done = strings.TrimSuffix(f.Name, ".gz"), false
	}
	return nil
}

// missing are the files to download.
func (d *downloads) missing() (missing []*fileState) {
	for _, f := range d.shared.journal.run().Files {
		if f.Done || f.Permanent && !d.retryFailed {
			d.existing++
		} else {
			missing = append(missing, f)
		}
	}
	return missing
}

// file downloads a file, or records why that failed.
func (d *downloads) file(ctx context.Context, f *fileState) error {
	err := d.download(ctx, f)
	var failed *fileError
	if !errors.As(err, &failed) {
		return err
	}
	d.shared.session.log.Warn(fmt.Sprintf("file %s: %s", f.Name, failed.msg))
	d.shared.journal.update(func() {
		f.Failed, f.Permanent, f.origin = failed.msg, failed.permanent, failed.origin
		if failed.gone {
			f.Gone++
		}
	})
	return nil
}

func (d *downloads) download(ctx context.Context, f *fileState) error {
	folder := d.shared.journal.folder
	if found, size, ok := finished(d.present, f.Name); ok {
		// An earlier process finished it and was killed.
		if ok, err := d.adopt(ctx, f, found, size); ok || err != nil {
			return err
		}
	}
	target, err := d.shared.addresses.resolve(f)
	if err != nil {
		return err
	}
	if f.Type == "" {
		return &fileError{msg: "not downloaded: its resource type in the manifest is unknown", permanent: true}
	}
	p, err := folder.openPartial(ctx, f.Name, newContentReader(f), d.shared.decompress)
	if err != nil {
		return folder.writeError(err)
	}
	defer p.close()
	d.shared.listener.onEvent(eventDownloadRequest, downloadRequestDetail{d.shared.addresses.display(f), f.Kind, f.Type})
	return newTransfer(d.shared, f, p, target).run(ctx)
}

// adopt accepts a file that already has its final name, if its content is
// valid. Otherwise it removes it.
func (d *downloads) adopt(ctx context.Context, f *fileState, name string, size int64) (ok bool, err error) {
	folder := d.shared.journal.folder
	file, err := folder.open(name)
	if err != nil {
		return false, folder.writeError(err)
	}
	defer file.Close()
	c, err := newContentReader(f).read(ctx, file)
	var bad *contentError
	if errors.As(err, &bad) {
		return false, folder.writeError(folder.remove(name))
	}
	if err != nil {
		return false, folder.writeError(err)
	}
	if err := folder.removePartial(f.Name); err != nil {
		return false, folder.writeError(err)
	}
	d.shared.finish(f, name, size, c)
	return true, nil
}

// reportInterval is how often the progress of downloads is reported.
const reportInterval = 250 * time.Millisecond

// startReports reports the progress until stop is called.
func (d *downloads) startReports() (stop func()) {
	if d.shared.listener.progress == nil {
		return func() {}
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(reportInterval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				d.shared.listener.onProgress(d.progress())
			case <-done:
				d.shared.listener.onProgress(d.progress())
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}

func (d *downloads) progress() Progress {
	p := Progress{Elapsed: time.Since(d.started), Bytes: d.shared.bytes.Load()}
	d.shared.journal.mu.Lock()
	defer d.shared.journal.mu.Unlock()
	for _, f := range d.shared.journal.state.Run.Files {
		p.Files++
		if f.Done {
			p.FilesDone++
			p.Resources += f.Resources
		}
	}
	if done := p.FilesDone - d.existing; done > 0 {
		p.Remaining = p.Elapsed * time.Duration(p.Files-p.FilesDone) / time.Duration(done)
	}
	return p
}
