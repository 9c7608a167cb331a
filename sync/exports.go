package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
)

// Exports are the inputs of a conversion, with what their export folders say.
type Exports struct {
	Inputs []string // the files of complete runs in their order, and then what else there is
	Ignore []string // files that are not part of the folders
	Runs   []convert.FetchRun
	// Increment reports that all inputs are export folders with changes only.
	Increment bool
}

// An IncompleteError reports an export folder that lacks files.
type IncompleteError struct{ Dir, Reason string }

func (e *IncompleteError) Error() string {
	return fmt.Sprintf("the export in %s is incomplete: %s", e.Dir, e.Reason)
}

// A MissingDeletionsError reports a file of deletions that is gone.
type MissingDeletionsError struct{ Name string }

func (e *MissingDeletionsError) Error() string {
	return e.Name + " is missing: what the server deleted would come back"
}

// A MissingFilesError reports files of the log of a lake that are gone or have another size.
type MissingFilesError struct {
	Dir   string
	Names []string
}

func (e *MissingFilesError) Error() string {
	return fmt.Sprintf("files of the log in %s are missing or changed: %s", e.Dir, strings.Join(e.Names, ", "))
}

// ReadExports looks at inputs that are export folders, or lakes, whose logs take their
// place. Of a lake, the files are those of its runs, as for the tables in it; of an export
// folder, they are all data files in it. The error is an [*IncompleteError], a
// [*MissingDeletionsError] or a [*MissingFilesError], unless allowMissing is set.
func ReadExports(inputs []string, allowMissing bool) (*Exports, error) {
	x := &Exports{}
	increments := 0
	for _, in := range inputs {
		dir, status, err := exportFolder(in)
		if errors.Is(err, fetch.ErrNoExport) {
			x.Inputs = append(x.Inputs, in)
			continue
		}
		if err != nil {
			return nil, err
		}
		if status.IncrementOnly {
			increments++
		}
		if dir != in {
			err = x.addLake(dir, status, allowMissing)
		} else {
			err = x.addFolder(dir, status, allowMissing)
		}
		if err != nil {
			return nil, err
		}
	}
	x.Increment = increments > 0 && increments == len(inputs)
	return x, nil
}

// addLake adds the log of a lake: the files of its runs. A run that is unfinished, or was
// given up, is not part of it.
func (x *Exports) addLake(dir string, status *fetch.Status, allowMissing bool) error {
	log, err := Read(dir)
	if err != nil {
		return err
	}
	if len(log.Runs) == 0 {
		return x.addFolder(dir, status, allowMissing)
	}
	in, err := log.Inputs()
	if err != nil {
		return err
	}
	if len(in.Missing) > 0 && !allowMissing {
		return &MissingFilesError{dir, in.Missing}
	}
	x.Runs = append(x.Runs, log.FetchRuns()...)
	x.Inputs = append(x.Inputs, in.All()...)
	return nil
}

// addFolder adds an export folder: the files of its complete runs, and what else is in it.
func (x *Exports) addFolder(dir string, status *fetch.Status, allowMissing bool) error {
	if status.Incomplete != "" && !allowMissing {
		return &IncompleteError{dir, status.Incomplete}
	}
	log, err := Read(dir)
	if err != nil {
		return err
	}
	runs := log.FetchRuns()
	if err := x.addFiles(dir, runs, allowMissing); err != nil {
		return err
	}
	x.Runs = append(x.Runs, runs...)
	stale, err := fetch.StaleFiles(dir)
	if err != nil {
		return err
	}
	x.Ignore = append(x.Ignore, stale...)
	x.Inputs = append(x.Inputs, dir)
	return nil
}

// addFiles adds the files of the runs of a folder that exist. Data files may have been
// moved away, but without the deletions what was deleted would come back.
func (x *Exports) addFiles(dir string, runs []convert.FetchRun, allowMissing bool) error {
	entries, err := blob.Entries(context.Background(), dir)
	if err != nil {
		return err
	}
	for _, run := range runs {
		for _, name := range run.Files {
			base := blob.Base(name)
			_, there := entries[base]
			switch {
			case there:
				x.Inputs = append(x.Inputs, name)
			case base[0] == '_' && !allowMissing:
				return &MissingDeletionsError{name}
			}
		}
	}
	return nil
}

// exportFolder returns the export folder that an input is, or the log of the lake that it
// is, and its status. The error is a [fetch.ErrNoExport] if it is neither.
func exportFolder(in string) (string, *fetch.Status, error) {
	status, err := fetch.ReadStatus(in)
	if !errors.Is(err, fetch.ErrNoExport) {
		return in, status, err
	}
	log := blob.Join(in, LogFolder)
	status, err = fetch.ReadStatus(log)
	return log, status, err
}
