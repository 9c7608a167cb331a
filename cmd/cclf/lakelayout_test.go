package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// form is what a lake keeps of the flags of a run.
type form struct {
	Format                     dataset.Format
	Profile, Versions, Leavers string
	Partition                  dataset.Partition
	Conversion                 dataset.Conversion
	Extra                      []string
	Tables                     int
	Names                      string // of the files of the first table, without their hashes
}

func formOf(t *testing.T, lake string) form {
	t.Helper()
	m := manifestOf(t, lake)
	f := form{
		Format: m.Format, Profile: m.Profile, Versions: m.Versions, Leavers: m.Leavers, Partition: m.PartitionBy, Extra: m.ExtraColumns, Tables: len(m.Tables),
	}
	if m.Conversion != nil {
		f.Conversion = *m.Conversion
	}
	f.Conversion.API = ""
	if len(m.Tables[0].Files) > 0 {
		f.Names, _, _ = strings.Cut(m.Tables[0].Files[0].Name, "-")
	}
	return f
}

// TestKeptFlags checks that a lake keeps the form of its tables: flags of an earlier run,
// unless the command line, the environment or the configuration file say otherwise.
func TestKeptFlags(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 3)
	dir := t.TempDir()
	lake, columns, settings := filepath.Join(dir, "lake"), filepath.Join(dir, "columns"), filepath.Join(dir, "config.toml")
	for name, text := range map[string]string{columns: "cclf5 STATUS text status\n", settings: "[sync]\nsort = false\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(flags ...string) (form, string) {
		t.Helper()
		s.Change()
		s.Arrive()
		code, _, said := cclf(t.Context(), strings.NewReader("x"), append([]string{"sync", "-o", lake, "--api", "v2", "--allow-mixed"}, flags...)...)
		if code != exitcode.OK {
			t.Fatalf("exit code %d\n%s", code, said)
		}
		var notes []string
		for line := range strings.Lines(said) {
			if _, note, ok := strings.Cut(line, "note: "+lake+" changes "); ok {
				notes = append(notes, strings.TrimSpace(note))
			}
		}
		return formOf(t, lake), strings.Join(notes, "; ")
	}
	want := form{
		Format: dataset.Parquet, Versions: "all", Leavers: "drop", Partition: dataset.ServiceYear, Extra: []string{"cclf5 STATUS text status"},
		Conversion: dataset.Conversion{
			Tables: []string{"cclf1", "cclf5", "cclf8"}, Limits: map[string]int{"item": 900},
			FileSize: 5_000_000, Sort: true, BloomFilters: true, RowGroupRows: 7000,
		},
		Tables: 3,
	}
	check := func(what, wantNote string, flags ...string) {
		t.Helper()
		got, note := run(flags...)
		if want.Names == "" {
			got.Names = ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want (-), got (+):\n%s", what, diff)
		}
		if note != wantNote {
			t.Errorf("%s: it says %q, want %q", what, note, wantNote)
		}
	}
	check("the first run", "", "--versions", "all", "--leavers", "drop", "--partition-by", "service-year", "--extra-columns", columns,
		"--tables", "cclf1,cclf5", "--tables", "cclf8", "--limit", "item=900", "--file-size", "5MB", "--sort", "--bloom-filters", "--row-group-rows", "7000")
	check("no flags", "")

	// The environment, the configuration file and the command line come first, and are kept.
	t.Setenv("CCLF_SYNC_PARTITION_BY", "service-month")
	want.Partition = dataset.ServiceMonth
	check("the environment", "--partition-by from service-year to service-month: all files are rewritten")
	t.Setenv("CCLF_SYNC_PARTITION_BY", "")
	check("no flags again", "")
	t.Setenv("CCLF_CONFIG", settings)
	want.Conversion.Sort = false
	check("the configuration file", "--sort from true to false: all files are rewritten")
	t.Setenv("CCLF_CONFIG", "")
	want.Conversion.RowGroupRows, want.Conversion.Tables, want.Extra, want.Versions, want.Tables = 122880, nil, nil, "final", 0
	got, note := run("--row-group-rows", "122880", "--tables", "all", "--extra-columns", "", "--versions", "final")
	if want.Tables, want.Names, got.Names = got.Tables, "", ""; cmp.Diff(want, got) != "" || got.Tables < 15 {
		t.Errorf("other flags: %s", cmp.Diff(want, got))
	}
	if want := "--row-group-rows from 7000 to 122880: all files are rewritten; " +
		"--tables from cclf1,cclf5,cclf8 to all, --versions from all to final, --extra-columns: tables and rows of earlier runs change, too"; note != want {
		t.Errorf("other flags: it says %q, want %q", note, want)
	}

	// What the new format does not have is left out.
	want.Format, want.Conversion.BloomFilters, want.Conversion.RowGroupRows = dataset.CSV, false, 0
	check("another format", "--format from parquet to csv, --bloom-filters from true to false: all files are rewritten", "--format", "csv")
	check("no flags after that", "")

	// Another profile has other tables.
	want.Profile, want.Partition, want.Tables = dataset.TuvaProfile, "", 1
	want.Conversion.Tables = []string{"beneficiary_demographics"}
	check("another profile",
		"--partition-by from service-month to none: all files are rewritten; --profile from none to tuva, --tables from all to beneficiary_demographics: tables and rows of earlier runs change, too",
		"--profile", "tuva", "--tables", "beneficiary_demographics", "--partition-by", "none")
	check("no flags with a profile", "")
}

// TestKeptNames checks that fixed-width files keep their names.
func TestKeptNames(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 3)
	lake := filepath.Join(t.TempDir(), "lake")
	for i, flags := range []string{"--format fixed --aco A1234 --layout v43 --runout --run-date 2026-01-05 --performance-year 2025", "", "--runout=false"} {
		s.Change()
		if code, _, said := cclf(t.Context(), strings.NewReader("x"), append([]string{"sync", "-o", lake, "--api", "v2"}, strings.Fields(flags)...)...); !isPublished(code) { // some values of the feed are too long for fixed widths
			t.Fatalf("%s: exit code %d\n%s", flags, code, said)
		}
		m := manifestOf(t, lake)
		if m.Format != dataset.Fixed || m.Layout != "v43" || m.Conversion.ACO != "A1234" || m.Conversion.Runout != (i < 2) {
			t.Errorf("%s: format %s, layout %s, %+v", flags, m.Format, m.Layout, m.Conversion)
		}
		names, err := filepath.Glob(filepath.Join(lake, "P.A1234.ACO.ZC*"))
		if want := i == 0; err != nil || len(names) != 1 || strings.Contains(names[0], ".D260105.") != want {
			t.Errorf("%s: %v, %v", flags, names, err)
		}
	}
}
