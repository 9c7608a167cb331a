package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/cclf-tools/cclf/convert"
)

// summarize prints the outcome of a conversion.
func (e *env) summarize(m *convert.Manifest, out string, took time.Duration) {
	rate := float64(m.TextSize) / 1e6 / took.Seconds()
	e.event("converted", "out", out, "seconds", took.Seconds(), "mb_per_second", rate, conversionCounts(m), tableGroup(m.Tables))
	if e.quiet || e.logJSON {
		return
	}
	e.printRowCounts(m)
	fmt.Fprintf(e.words(), "%s in %s, %.1f MB in %.1f s (%.0f MB/s), written to %s\n",
		plural(m.Counts.Resources, "resource"), plural(len(m.Inputs), "file"),
		float64(m.TextSize)/1e6, took.Seconds(), rate, out)
	for _, note := range slices.Concat(countNotes(m), enrollmentNotes(m), adjustedNotes(m), driftNotes(m), foreignNotes(m), skippedNotes(m, out)) {
		fmt.Fprintln(e.words(), "  "+note)
	}
}

// conversionCounts are the counts of a conversion for programs.
func conversionCounts(m *convert.Manifest) slog.Attr {
	c := &m.Counts
	return countGroup(
		count{"inputs", int64(len(m.Inputs))}, count{"text_bytes", m.TextSize}, count{"lines", c.Lines}, count{"resources", c.Resources},
		count{"rejected", c.Rejected}, count{"misfits", c.Misfits}, count{"broken_off", c.BrokenOff}, count{"passed_over", int64(len(m.PassedOver))},
		count{"replaced", c.Replaced}, count{"deleted", c.Deleted}, count{"cancelled", c.Cancelled}, count{"superseded", c.Superseded}, count{"prior_circles", c.PriorCircles},
		count{"partially_adjudicated", c.PartiallyAdjudicated}, count{"skipped", c.Skipped}, count{"no_patient", c.Orphans}, count{"patients_without_mbi", c.NoMBI}, count{"leavers", c.Leavers},
		count{"claims_without_lines", c.WithoutLines}, count{"broken_links", c.BrokenLinks}, count{"trimmed_mbis", c.TrimmedMBIs},
		count{"enrollment_months_told", c.MonthsTold}, count{"enrollment_months_inferred", c.MonthsInferred},
		count{"partial_dates", sumOf(m.PartialDates)}, count{"rounded", sumOf(m.Rounded)}, count{"unknown_states", sumOf(m.UnknownState)},
		count{"unmapped", int64(len(m.Unmapped))}, count{"new_elements", int64(len(m.New()))}, count{"missing_marks", int64(len(m.Missing))},
	)
}

// printRowCounts prints the tables of a data set with their numbers of rows.
func (e *env) printRowCounts(m *convert.Manifest) {
	t := e.newTable("table", "rows")
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, Align: text.AlignRight, AlignHeader: text.AlignRight}})
	for _, row := range m.Tables {
		t.AppendRow(table.Row{row.Name, thousands(row.Rows)})
	}
	fmt.Fprintln(e.words(), t.Render())
}

// countNotes lists the resources, lines and values that need a word.
func countNotes(m *convert.Manifest) []string {
	partial, authorizations, noMBI := " only partially adjudicated, in separate tables", " in a separate table", "MBI empty"
	if m.Profile == string(convert.Tuva) {
		partial, authorizations, noMBI = " only partially adjudicated, excluded", " excluded", "Patient.id instead of the MBI"
	}
	superseded := " excluded: superseded by a newer related claim"
	if m.Versions == string(convert.AllVersions) {
		superseded = " superseded by a newer related claim (FINAL_ACTION is N)"
	}
	c := &m.Counts
	var notes []string
	for _, n := range []struct {
		count         int64
		before, thing string
		after         string
	}{
		{c.Replaced, "older ", "version", " dropped"},
		{c.Repeated, "", "resource", " sent again unchanged"},
		{c.Deletions, "", "deletion", fmt.Sprintf(" applied: %s dropped", plural(c.Deleted, "version"))},
		{c.Cancelled, "canceled ", "claim", " excluded"},
		{c.EnteredInError, "", "resource", " excluded: entered in error"},
		{c.Draft, "", "resource", " excluded: status draft"},
		{c.OtherStatus, "", "resource", " excluded: a status that FHIR does not define"},
		{c.Superseded, "", "claim", superseded},
		{c.PriorCircles, "", "circle", " of claims that name each other as prior versions: the newest claim of each counts"},
		{c.PartiallyAdjudicated, "", "claim", partial},
		{c.PriorAuthorizations, "", "prior authorization", authorizations},
		{c.Skipped, "", "resource", " skipped: no CCLF equivalent"},
		{c.WithoutLines, "", "claim", " without service lines, so without rows in the tables of lines"},
		{c.TrimmedMBIs, "", "MBI", " with white space around it, which the tables do not have"},
		{c.BrokenLinks, "", "link", " from service lines to diagnoses, providers or other information that are not in the claim"},
		{c.Orphans - c.MBIFromClaim, "", "claim", " without a Patient in the export (" + noMBI + ")"},
		{c.MBIFromClaim, "", "claim", " without a Patient in the export (MBI from the claim)"},
		{c.NoMBI, "", "Patient", " without a current MBI (" + noMBI + ")"},
		{c.Rejected, "", "line", " rejected"},
		{c.BrokenOff, "truncated ", "input", ", the rest of which is missing"},
		{c.DuplicateKeys, "", "line", " with a duplicate key in an object (last value used)"},
		{c.Misfits, "", "value", " too long for the field " + wasOrWere(c.Misfits) + " left blank"},
	} {
		if n.count > 0 {
			notes = append(notes, plural(n.count, n.before+n.thing)+n.after)
		}
	}
	if c.Leavers > 0 {
		kept := "their rows are kept; --leavers drop excludes them"
		if m.Leavers == string(convert.DropLeavers) {
			kept = "their rows are excluded"
		}
		notes = append(notes, fmt.Sprintf("%s left the list of Patients (%s)", counted(int(c.Leavers), "beneficiary", "beneficiaries"), kept))
	}
	return notes
}

// enrollmentNotes says how many months of enrollment the export shows, and how many
// it only implies.
func enrollmentNotes(m *convert.Manifest) []string {
	c := &m.Counts
	if c.MonthsInferred == 0 {
		return nil
	}
	marked := "INFERRED is 1"
	if m.Profile == string(convert.Tuva) {
		marked = "not marked in the files"
	}
	return []string{fmt.Sprintf("enrollment: %s shown by the export, %s inferred from periods of coverage (%s)",
		plural(c.MonthsTold, "month"), thousands(c.MonthsInferred), marked)}
}

// mostFiles is how many files the summary names for one reason.
const mostFiles = 10

// foreignNotes names the inputs that hold resources of another kind of server.
func foreignNotes(m *convert.Manifest) []string {
	var notes []string
	more := 0
	for _, in := range m.Inputs {
		switch {
		case len(in.Foreign) == 0:
		case len(notes) == mostFiles:
			more++
		default:
			notes = append(notes, fmt.Sprintf("%s: %s rejected, of types that BCDA does not serve (%s): at least part of it comes from another kind of server",
				in.Name, plural(sumOf(in.Foreign), "resource"), convert.TypeCounts(in.Foreign)))
		}
	}
	if more > 0 {
		notes = append(notes, fmt.Sprintf("and %d more inputs like these", more))
	}
	return notes
}

// skippedNotes names the files in folders and archives that were not read.
func skippedNotes(m *convert.Manifest, out string) []string {
	if len(m.PassedOver) == 0 {
		return nil
	}
	notes := []string{plural(len(m.PassedOver), "file") + " skipped:"}
	for i, p := range m.PassedOver {
		if i == mostFiles {
			notes = append(notes, fmt.Sprintf("  and %d more: see passed_over in %s/%s", len(m.PassedOver)-mostFiles, out, convert.ManifestFile))
			break
		}
		notes = append(notes, fmt.Sprintf("  %s: %s", p.Name, p.Reason))
	}
	return notes
}

// adjustedNotes counts the values that the tables have in another form than the
// export.
func adjustedNotes(m *convert.Manifest) []string {
	var notes []string
	for _, n := range []struct {
		counts map[string]int64
		thing  string
		text   string
	}{
		{m.PartialDates, "date", "without a day left blank"},
		{m.Rounded, "number", "rounded to the scale of the column"},
		{m.UnknownState, "state code", "foreign or unknown, left blank"},
	} {
		if len(n.counts) > 0 {
			notes = append(notes, fmt.Sprintf("%s %s: %s", plural(sumOf(n.counts), n.thing), n.text, largest(n.counts)))
		}
	}
	return notes
}

func sumOf(counts map[string]int64) int64 {
	var sum int64
	for _, n := range counts {
		sum += n
	}
	return sum
}

// largest lists the names with the largest counts.
func largest(counts map[string]int64) string {
	const most = 5
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var list []string
	for _, name := range names[:min(most, len(names))] {
		list = append(list, fmt.Sprintf("%s (%s)", name, thousands(counts[name])))
	}
	if more := len(names) - len(list); more > 0 {
		list = append(list, plural(more, "more column"))
	}
	return strings.Join(list, ", ")
}

// warnShrunk names the tables with fewer than half the rows of the data set that
// was replaced, and, if only some tables were selected, those that it had besides.
func (e *env) warnShrunk(old, m *convert.Manifest, selected bool) {
	if old == nil {
		return
	}
	rows := map[string]int64{}
	for _, t := range m.Tables {
		rows[t.Name] = t.Rows
	}
	comparable := old.Profile == m.Profile && old.Versions == m.Versions
	var dropped []string
	for _, t := range old.Tables {
		now, stays := rows[t.Name]
		switch {
		case selected && !stays:
			dropped = append(dropped, t.Name)
		case !comparable || now >= t.Rows/2:
		case e.logJSON:
			e.log.Warn("fewer than half the rows of the replaced data set", "table", t.Name, "before", t.Rows, "after", now)
		default:
			fmt.Fprintf(e.stderr, "  %s: %s, down from %s in the replaced data set\n", t.Name, plural(now, "row"), thousands(t.Rows))
		}
	}
	switch {
	case dropped == nil:
	case e.logJSON:
		e.log.Warn("tables of the replaced data set are gone, because --tables does not name them", "tables", dropped)
	default:
		fmt.Fprintf(e.stderr, "  %s of the replaced data set gone, because --tables does not name them: %s\n",
			plural(len(dropped), "table"), strings.Join(dropped, ", "))
	}
}
