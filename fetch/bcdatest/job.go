package bcdatest

import (
	"slices"
	"strings"
	"time"
)

// A state is the state of a job.
type state string

const (
	running   state = "running"
	cancelled state = "cancelled"
	archived  state = "archived"
)

type job struct {
	id      int
	api     string
	url     string // of the request
	types   string // _type of the request
	created time.Time
	done    time.Time // when it completes
	state   state
	files   map[string]File // by name
	names   []string        // of files, in manifest order
	errors  bool
	info    bool // has a warnings-and-info file
	foreign bool
}

// blocks reports whether a job prevents a new one of the same API version.
func (j *job) blocks(other *job) bool {
	if j.foreign || j.api != other.api || !j.runs() {
		return false
	}
	if j.url == other.url || j.types == "" || other.types == "" {
		return true
	}
	theirs := strings.Split(other.types, ",")
	return slices.ContainsFunc(strings.Split(j.types, ","), func(t string) bool { return slices.Contains(theirs, t) })
}

func (j *job) runs() bool { return j.state == running && time.Now().Before(j.done) }

// status is the status of a job, as BCDA names it and as a FHIR Task.
func (j *job) status() (bcda, task string) {
	switch {
	case j.state == cancelled:
		return "Cancelled", "cancelled"
	case j.state == archived:
		return "Archived", "completed"
	case j.runs() && time.Since(j.created) < j.done.Sub(j.created)/4:
		return "Pending", "accepted"
	case j.runs():
		return "In Progress", "in-progress"
	default:
		return "Completed", "completed"
	}
}

const infoName = "warnings-and-info.ndjson"

func isErrorFile(name string) bool {
	return name == infoName || strings.HasSuffix(name, "-error.ndjson")
}
