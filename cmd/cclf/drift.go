package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
)

// strictSchemaFlag makes what is new in an export an exit code.
func strictSchemaFlag(strict *bool) cli.Flag {
	return &cli.BoolFlag{
		Name: "strict-schema", Usage: "exit with 19 if the export has elements that servers were not known to send, or lacks markers that they always sent",
		Destination: strict,
	}
}

// mostNamed is how many new elements are named in words.
const mostNamed = 8

// driftNotes tell what an export has that no column is made from, and what it
// lacks. Only what is new is named.
func driftNotes(m *convert.Manifest) []string {
	var notes []string
	fresh := m.New()
	if known := len(m.Unmapped) - len(fresh); known > 0 {
		notes = append(notes, fmt.Sprintf("  %s without a column, known: see %s", kinds(known), convert.ManifestFile))
	}
	for i, u := range fresh {
		if i == mostNamed {
			notes = append(notes, fmt.Sprintf("  new: and %d more: see %s", len(fresh)-i, convert.ManifestFile))
			break
		}
		notes = append(notes, fmt.Sprintf("  new: %s, %s", u.Describe(), plural(u.Count, "time")))
	}
	if m.UnlistedElements > 0 {
		notes = append(notes, fmt.Sprintf("  new: others, too many to list, %s", plural(m.UnlistedElements, "time")))
	}
	for _, mark := range m.Missing {
		who := plural(mark.Resources, mark.API+" "+mark.Resource)
		if mark.Resources == 1 {
			notes = append(notes, fmt.Sprintf("  missing: %s lacks %s", who, mark.Mark))
			continue
		}
		notes = append(notes, fmt.Sprintf("  missing: none of %s has %s", who, mark.Mark))
	}
	return notes
}

// driftWords say what is new in an export or missing, one clause each.
func driftWords(m *convert.Manifest) []string {
	var what []string
	if n := len(m.New()); m.UnlistedElements > 0 {
		what = append(what, fmt.Sprintf("more than %s are new", kinds(n)))
	} else if n > 0 {
		what = append(what, fmt.Sprintf("%s %s new", kinds(n), isOrAre(n)))
	}
	if n := len(m.Missing); n > 0 {
		what = append(what, fmt.Sprintf("%s %s missing", plural(n, "expected marker"), isOrAre(n)))
	}
	return what
}

// driftError is the error of a conversion that --strict-schema does not let pass.
// All data are there.
func driftError(m *convert.Manifest, out string) error {
	what := driftWords(m)
	if what == nil {
		return nil
	}
	return &exitError{
		code: exitDrift,
		err:  fmt.Errorf("convert: all data were written, but %s", strings.Join(what, " and ")),
		hint: fmt.Sprintf(`"unmapped" and "missing" in %s/%s list them; look for a newer cclf, or tell its authors`, out, convert.ManifestFile),
	}
}

func kinds(n int) string {
	if n == 1 {
		return "1 kind of element"
	}
	return fmt.Sprintf("%d kinds of elements", n)
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
