package fetch

import (
	"fmt"
	"sync/atomic"
	"time"
)

// A downloader is what the downloads of a run share.
type downloader struct {
	session    *session
	journal    *journal
	listener   *listener
	addresses  *addresses
	gate       *gate
	decompress bool // store files without compression

	bytes atomic.Int64 // received
	moved atomic.Int64 // last progress of any download, in Unix nanoseconds
}

func newDownloader(s *session, j *journal, l *listener, jobs int) *downloader {
	d := &downloader{session: s, journal: j, listener: l, addresses: &addresses{session: s, journal: j}, gate: newGate(jobs)}
	d.setMoved()
	return d
}

func (d *downloader) setMoved() { d.moved.Store(time.Now().UnixNano()) }

// lastMoved is when any of the downloads last made progress.
func (d *downloader) lastMoved() time.Time { return time.Unix(0, d.moved.Load()) }

// finish records that a file is finished.
func (d *downloader) finish(f *fileState, name string, size int64, c content) {
	d.journal.update(func() {
		f.Name, f.Size, f.Resources, f.Issues, f.Done = name, size, c.lines, c.issues, true
		f.Failed, f.Permanent, f.Gone = "", false, 0
		f.Flaw, f.BadLines, f.SystemTypes = c.flaw(f), c.badLines, c.systemTypes
	})
	if f.Flaw != "" {
		d.session.log.Warn(fmt.Sprintf("file %s was kept, but has a flaw: %s", name, f.Flaw))
	}
	d.listener.onEvent(eventDownloadComplete, downloadCompleteDetail{d.addresses.display(f), c.lines, size})
	d.listener.onFile(f.file(d.journal.folder.dir))
}
