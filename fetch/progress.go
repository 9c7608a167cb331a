package fetch

import (
	"sync"
	"time"
)

// The kinds of files in an export.
const (
	KindOutput  = "output"  // resources
	KindDeleted = "deleted" // Bundles that list deleted resources
	KindError   = "error"   // OperationOutcomes: what the server could not export
)

// A File is a finished file of an export.
type File struct {
	// Index is the position of the file in the export's manifest, from 0. Output
	// files come first.
	Index     int
	Path      string
	Kind      string // KindOutput, KindDeleted or KindError
	Type      string // resource type
	Size      int64  // in bytes, as stored
	Resources int64
}

// Progress is how far an export has come.
type Progress struct {
	// Polling is true while the job runs, false while files are downloaded.
	Polling bool
	// Elapsed is the time since the job or the downloads started.
	Elapsed time.Duration
	// Remaining is an estimate, or 0 if there is none.
	Remaining time.Duration
	// Server is the server's text about the progress of the job.
	Server string
	// Files and FilesDone count the files of the export, Resources those in
	// finished files, and Bytes what this process has received.
	Files, FilesDone int
	Resources, Bytes int64
}

// A listener calls the callbacks of [ExportOptions], one at a time.
type listener struct {
	progress func(Progress)
	event    func(Event)
	file     func(File)

	mu       sync.Mutex
	exportID string
}

func (l *listener) onProgress(p Progress) {
	if l.progress != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.progress(p)
	}
}

func (l *listener) onEvent(id string, detail any) {
	if l.event != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.event(Event{ExportID: l.exportID, Timestamp: time.Now().UTC(), ID: id, Detail: detail})
	}
}

func (l *listener) onFile(f File) {
	if l.file != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.file(f)
	}
}
