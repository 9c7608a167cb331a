package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/cclf-tools/cclf/convert"
)

// A progressBar shows how far a conversion is, on a terminal; elsewhere it
// shows nothing.
type progressBar struct {
	group *mpb.Progress
	bars  map[string]*mpb.Bar
}

func newProgressBar(e *env) *progressBar {
	if e.quiet || e.logJSON || !e.isTerminal(e.stderr) {
		return &progressBar{}
	}
	return &progressBar{
		group: mpb.New(mpb.WithOutput(e.stderr), mpb.WithRefreshRate(150*time.Millisecond)),
		bars:  map[string]*mpb.Bar{},
	}
}

func (p *progressBar) update(now convert.Progress) {
	if p.group == nil {
		return
	}
	bar := p.bars[now.Phase]
	if bar == nil {
		bar = p.add(now)
		p.bars[now.Phase] = bar
	}
	bar.SetCurrent(now.Done)
}

func (p *progressBar) add(now convert.Progress) *mpb.Bar {
	counters := decor.CountersKibiByte("% .1f / % .1f")
	speed := decor.AverageSpeed(decor.SizeB1024(0), "% .0f")
	if now.Phase == "write" {
		counters = decor.CountersNoUnit("%d / %d rows")
		speed = decor.AverageSpeed(0, "%.0f rows/s")
	}
	return p.group.AddBar(max(now.Total, 0),
		mpb.PrependDecorators(decor.Name(now.Phase, decor.WC{W: 6})),
		mpb.AppendDecorators(counters, decor.Name("  "), speed, decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO)),
	)
}

// stop leaves the bars as they are and gives the terminal back.
func (p *progressBar) stop() {
	if p.group == nil {
		return
	}
	for _, bar := range p.bars {
		bar.Abort(false)
	}
	p.group.Wait()
}

// summarize tells what a conversion did.
func (e *env) summarize(m *convert.Manifest, out string, took time.Duration) {
	rate := float64(m.TextSize) / 1e6 / took.Seconds()
	if e.logJSON {
		args := []any{
			"out", out, "lines", m.Counts.Lines, "rejected", m.Counts.Rejected, "misfits", m.Counts.Misfits,
			"broken_off", m.Counts.BrokenOff, "passed_over", len(m.PassedOver),
			"partial_dates", sumOf(m.PartialDates), "rounded", sumOf(m.Rounded),
			"unknown_states", sumOf(m.UnknownState),
			"unmapped", len(m.Unmapped), "new_elements", len(m.New()), "missing_marks", len(m.Missing),
			"text_bytes", m.TextSize, "seconds", took.Seconds(), "mb_per_second", rate,
		}
		for _, t := range m.Tables {
			args = append(args, t.Name, t.Rows)
		}
		e.log.Info("converted", args...)
		return
	}
	if e.quiet {
		return
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"table", "rows"})
	for _, row := range m.Tables {
		t.AppendRow(table.Row{row.Name, row.Rows})
	}
	fmt.Fprintln(e.words(), t.Render())
	aside, apart, nameless := "in separate tables", "in a separate table", "MBI empty"
	if m.Profile == string(convert.Tuva) {
		aside, apart, nameless = "left out", "left out", "its id stands for the MBI"
	}
	var notes []string
	for _, n := range []struct {
		count int64
		thing string
		text  string
	}{
		{m.Counts.Replaced, "resource", "replaced by a newer version"},
		{m.Counts.Cancelled, "claim", "left out, no longer in force"},
		{m.Counts.EnteredInError, "resource", "left out, entered in error"},
		{m.Counts.Draft, "resource", "left out, with the status of a draft"},
		{m.Counts.OtherStatus, "resource", "left out, of a status that FHIR does not have"},
		{m.Counts.Superseded, "claim", "left out, since a related one is newer"},
		{m.Counts.PartlyAdjudicated, "claim", "only partially adjudicated, " + aside},
		{m.Counts.PriorAuthorizations, "prior authorization", apart},
		{m.Counts.Skipped, "resource", "without a place in CCLF"},
		{m.Counts.NoPatient - m.Counts.MBIFromClaim, "claim", "without a Patient in the export (" + nameless + ")"},
		{m.Counts.MBIFromClaim, "claim", "without a Patient in the export (MBI as claims have it)"},
		{m.Counts.Rejected, "line", "rejected"},
		{m.Counts.BrokenOff, "input", "broken off: what follows is missing"},
		{m.Counts.DuplicateKeys, "line", "with a key twice in one object: the last counts"},
		{m.Counts.Misfits, "value", "left blank, not fitting the field"},
	} {
		if n.count > 0 {
			notes = append(notes, fmt.Sprintf("  %s %s", plural(n.count, n.thing), n.text))
		}
	}
	notes = append(notes, adjustedNotes(m)...)
	notes = append(notes, driftNotes(m)...)
	notes = append(notes, foreignNotes(m)...)
	notes = append(notes, passedOverNotes(m, out)...)
	fmt.Fprintf(e.words(), "%s in %s, %.1f MB in %.1f s (%.0f MB/s), written to %s\n",
		plural(m.Counts.Resources, "resource"), plural(len(m.Inputs), "file"),
		float64(m.TextSize)/1e6, took.Seconds(), rate, out)
	if len(notes) > 0 {
		fmt.Fprintln(e.words(), strings.Join(notes, "\n"))
	}
}

// mostFiles is how many files are named for one reason.
const mostFiles = 10

// foreignNotes names the inputs that hold what another kind of server sends,
// with the types of resources.
func foreignNotes(m *convert.Manifest) []string {
	var notes []string
	more := 0
	for _, in := range m.Inputs {
		switch {
		case len(in.Foreign) == 0:
		case len(notes) == mostFiles:
			more++
		default:
			notes = append(notes, fmt.Sprintf("  %s: %s rejected that BCDA does not serve (%s): it is an export of another kind of server, at least in part",
				in.Name, plural(sumOf(in.Foreign), "resource"), convert.TypeCounts(in.Foreign)))
		}
	}
	if more > 0 {
		notes = append(notes, fmt.Sprintf("  and so are %d more inputs", more))
	}
	return notes
}

// passedOverNotes names what folders and archives hold and was not read.
func passedOverNotes(m *convert.Manifest, out string) []string {
	if len(m.PassedOver) == 0 {
		return nil
	}
	notes := []string{fmt.Sprintf("  %s passed over:", plural(len(m.PassedOver), "file"))}
	for i, p := range m.PassedOver {
		if i == mostFiles {
			notes = append(notes, fmt.Sprintf("    and %d more: see passed_over in %s/%s", len(m.PassedOver)-mostFiles, out, convert.ManifestFile))
			break
		}
		notes = append(notes, fmt.Sprintf("    %s: %s", p.Name, p.Reason))
	}
	return notes
}

// adjustedNotes tells which values the tables have in another form than the
// export.
func adjustedNotes(m *convert.Manifest) []string {
	var notes []string
	for _, n := range []struct {
		counts map[string]int64
		thing  string
		text   string
	}{
		{m.PartialDates, "date", "without a day left blank"},
		{m.Rounded, "number", "rounded to the decimals of the column"},
		{m.UnknownState, "state code", "of another country, or unknown, left blank"},
	} {
		if len(n.counts) > 0 {
			notes = append(notes, fmt.Sprintf("  %s %s: %s", plural(sumOf(n.counts), n.thing), n.text, largest(n.counts)))
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
		list = append(list, fmt.Sprintf("%s (%d)", name, counts[name]))
	}
	if more := len(names) - len(list); more > 0 {
		list = append(list, plural(int64(more), "more column"))
	}
	return strings.Join(list, ", ")
}

// tellShrunk names the tables that have much fewer rows than in the data set
// that was replaced, which may be right.
func (e *env) tellShrunk(old, m *convert.Manifest) {
	if old == nil || old.Profile != m.Profile || old.Versions != m.Versions {
		return
	}
	rows := map[string]int64{}
	for _, t := range m.Tables {
		rows[t.Name] = t.Rows
	}
	for _, t := range old.Tables {
		now := rows[t.Name]
		switch {
		case now >= t.Rows/2:
		case e.logJSON:
			e.log.Warn("fewer than half the rows of the data set that was replaced", "table", t.Name, "before", t.Rows, "after", now)
		default:
			fmt.Fprintf(e.stderr, "  %s: %s now, %d in the data set that was replaced\n", t.Name, plural(now, "row"), t.Rows)
		}
	}
}
