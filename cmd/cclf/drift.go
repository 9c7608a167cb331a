package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// strictSchemaFlag makes new and missing elements of an export an exit code.
func strictSchemaFlag(strict *bool) cli.Flag {
	return &cli.BoolFlag{
		Name: "strict-schema", Usage: "exit with code 19 if the export has elements that no known server sends, or lacks markers that all known servers send",
		Destination: strict,
	}
}

// mostNamed is how many new elements the summary names.
const mostNamed = 8

// driftNotes describes the elements of an export without a column, and those it
// lacks. Only new elements are named.
func driftNotes(m *convert.Manifest) []string {
	var notes []string
	fresh := m.New()
	if known := len(m.Unmapped) - len(fresh); known > 0 {
		notes = append(notes, fmt.Sprintf("%s without a column (known): see %s", plural(known, "element kind"), convert.ManifestFile))
	}
	for i, u := range fresh {
		if i == mostNamed {
			notes = append(notes, fmt.Sprintf("new: and %d more: see %s", len(fresh)-i, convert.ManifestFile))
			break
		}
		notes = append(notes, fmt.Sprintf("new: %s, %s", u.Describe(), plural(u.Count, "time")))
	}
	if m.UnlistedElements > 0 {
		notes = append(notes, fmt.Sprintf("new: others, too many to list, %s", plural(m.UnlistedElements, "time")))
	}
	for _, mark := range m.Missing {
		resources := plural(mark.Resources, mark.API+" "+mark.Resource)
		if mark.Resources == 1 {
			notes = append(notes, fmt.Sprintf("missing: %s lacks %s", resources, mark.Mark))
			continue
		}
		notes = append(notes, fmt.Sprintf("missing: none of %s has %s", resources, mark.Mark))
	}
	return notes
}

// driftWords says what is new or missing in an export, one clause each.
func driftWords(m *convert.Manifest) []string {
	var what []string
	if n := len(m.New()); m.UnlistedElements > 0 {
		what = append(what, fmt.Sprintf("more than %s are new", plural(n, "element kind")))
	} else if n > 0 {
		what = append(what, fmt.Sprintf("%s %s new", plural(n, "element kind"), isOrAre(n)))
	}
	if n := len(m.Missing); n > 0 {
		what = append(what, fmt.Sprintf("%s %s missing", plural(n, "expected marker"), isOrAre(n)))
	}
	return what
}

// driftError returns the error of --strict-schema, or nil if nothing is new or
// missing.
func driftError(m *convert.Manifest, out string) error {
	what := driftWords(m)
	if what == nil {
		return nil
	}
	return &exitError{
		code: exitcode.Drift,
		err:  fmt.Errorf("convert: all data were written, but %s", strings.Join(what, " and ")),
		hint: fmt.Sprintf(`see "unmapped" and "missing" in %s/%s; look for a newer cclf, or report it`, out, convert.ManifestFile),
	}
}
