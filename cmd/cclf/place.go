package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
)

// hasScheme finds addresses such as s3://bucket/folder.
var hasScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+://`)

// localPath is a flag validator: it refuses what would silently become a
// folder of an odd name.
func localPath(s string) error {
	switch {
	case s == "-":
		return errors.New("cannot write to standard output: want a folder of this machine")
	case hasScheme.MatchString(s):
		return errors.New("cannot write to an address: want a path on this machine, and copy it from there")
	}
	return nil
}

// checkExports looks at the inputs that cclf fetch has made: it refuses one
// that is not finished, and says whether they hold only what changed.
func checkExports(opts *convert.Options) error {
	if opts.AllowShrink {
		return nil
	}
	increments, exports := 0, 0
	for _, in := range opts.Inputs {
		status, err := fetch.ReadStatus(in)
		if errors.Is(err, fetch.ErrNoExport) {
			continue
		}
		if err != nil {
			return err
		}
		if status.Incomplete != "" {
			return convert.NewShrinkError(fmt.Sprintf("the export in %s is not complete: %s", in, status.Incomplete),
				"go on with cclf fetch --resume "+in+"; --allow-shrink converts what is there", false)
		}
		exports++
		if status.IncrementOnly {
			increments++
		}
	}
	opts.Increment = exports > 0 && increments == exports && exports == len(opts.Inputs)
	return nil
}

// rejectsPath is where the rejected lines of a data set are.
func rejectsPath(out string, m *convert.Manifest) string {
	if m.Rejects == nil {
		return out + "/" + convert.RejectsFile
	}
	if m.Rejects.Name != convert.RejectsFile { // the data set is a file
		return filepath.Join(filepath.Dir(out), m.Rejects.Name)
	}
	return out + "/" + m.Rejects.Name
}
