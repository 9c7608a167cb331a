package convert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth"
)

// TestShards converts exports of every API version by shards, cut at random lines, and
// compares all rows with those of Run.
func TestShards(t *testing.T) {
	t.Parallel()
	for n, opts := range []synth.Options{
		{API: "v1", Beneficiaries: 4, Seed: 1, Traps: true},
		{API: "v2", Beneficiaries: 5, Seed: 2, EdgeCases: true},
		{API: "v3", Beneficiaries: 5, Seed: 3, EdgeCases: true},
		{API: "v3", Beneficiaries: 3, Seed: 4, ServerDate: "2026-03"},
	} {
		if withRace && n%2 == 1 {
			continue
		}
		t.Run(fmt.Sprintf("%s-%d", opts.API, opts.Seed), func(t *testing.T) {
			t.Parallel()
			opts.Dir = t.TempDir()
			if _, err := synth.Write(t.Context(), opts); err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(opts.Seed, 1))
			addVersions(t, rng, opts.Dir)
			m := compareShards(t, rng, Options{Inputs: []string{opts.Dir}, MaxRejects: -1})
			if m.Counts.Replaced == 0 || m.Counts.Deleted == 0 {
				t.Errorf("the export shows too little: %+v", m.Counts)
			}
			if n == 1 {
				compareShards(t, rng, Options{Inputs: []string{opts.Dir}, MaxRejects: -1, Versions: AllVersions})
			}
		})
	}
}

// TestShardsOfOne has each resource in a shard of its own.
func TestShardsOfOne(t *testing.T) {
	t.Parallel()
	const now, before, first = "1S00A00AA01", "1S00A00AA02", "1S00A00AA03"
	hospice := func(id, start, day, status string) object {
		return with(someClaim("HOSPICE", id, "p"), object{
			"meta": updated(day + "T00:00:00Z"), "status": status,
			"supportingInfo": list{object{
				"category":     coding("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType", "admissionperiod"),
				"timingPeriod": object{"start": start, "end": "2024-12-01"},
			}},
		})
	}
	renamed := somePatient("1", now)
	renamed["identifier"] = append(renamed["identifier"].(list), mbiOf(before, "historic"))
	for _, tt := range []struct {
		name      string
		resources []object
	}{
		{"MBIs that only claims show", []object{
			withMBIs(someClaim("CARRIER", "1", "1"), now, before, first), withMBIs(someClaim("INPATIENT", "2", "1"), now, before), somePatient("3", "1S00A00AA09"),
		}},
		{"an MBI that another beneficiary's Patient calls former", []object{
			renamed, withMBIs(someClaim("CARRIER", "1", "2"), before), someClaim("CARRIER", "3", "2"), someClaim("CARRIER", "4", "1"),
		}},
		{"a hospice claim that was corrected", []object{
			hospice("1", "2024-05-01", "2024-06-01", "active"), somePatient("p", now), hospice("1", "2024-03-01", "2024-06-02", "active"),
		}},
		{"a hospice claim that was canceled, and one that was not", []object{
			hospice("1", "2024-05-01", "2024-06-01", "active"), hospice("2", "2024-02-01", "2024-06-01", "active"),
			hospice("1", "2024-05-01", "2024-06-02", "cancelled"), somePatient("p", now),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := export{}
			for i, r := range tt.resources {
				e[fmt.Sprintf("%d.ndjson", i)] = lines(r)
			}
			compareShards(t, rand.New(rand.NewPCG(1, 1)), Options{Inputs: []string{e.save(t)}, MaxRejects: -1})
		})
	}
}

// addVersions makes one file of an export, and adds others: lines of it again, with
// other times, and Bundles that delete resources, some of which come again.
func addVersions(t *testing.T, rng *rand.Rand, dir string) {
	t.Helper()
	var all, again, more, deletions bytes.Buffer
	names, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		all.Write(text)
		for line := range bytes.Lines(text) {
			var r struct{ ResourceType, ID string }
			if err := json.Unmarshal(line, &r); err != nil {
				continue // an edge case
			}
			switch rng.IntN(12) {
			case 0:
				again.Write(line)
			case 1:
				again.Write(bytes.Replace(line, []byte(`"lastUpdated":"20`), []byte(`"lastUpdated":"21`), 1))
			case 2:
				again.Write(bytes.Replace(line, []byte(`"lastUpdated":"20`), []byte(`"lastUpdated":"19`), 1))
			case 3:
				fmt.Fprintf(&deletions, `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"%s/%s"}}]}`+"\n", r.ResourceType, r.ID)
				if rng.IntN(2) == 0 {
					more.Write(line)
				}
			}
		}
	}
	for name, text := range map[string]*bytes.Buffer{"x.ndjson": &all, "y1.ndjson": &again, "y2.ndjson": &deletions, "z.ndjson": &more} {
		if err := os.WriteFile(filepath.Join(dir, name), text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// compareShards converts inputs by Run and by shards, and returns the manifest of Run.
func compareShards(t *testing.T, rng *rand.Rand, opts Options) *Manifest {
	t.Helper()
	opts.Format, opts.Out = CSV, t.TempDir()
	m, err := Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, in := range m.Inputs {
		names = append(names, in.Name)
	}
	want := rowsOfSets(t, opts.Out)
	opts.Inputs = nil
	dirs := convertShards(t, rng, opts, names)
	opts.Out = t.TempDir()
	combined, err := CombineShards(t.Context(), opts, dirs)
	if err != nil {
		t.Fatal(err)
	}
	got := rowsOfSets(t, opts.Out)
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if diff := cmp.Diff(want[table], got[table]); diff != "" {
			t.Errorf("%s differs (-run +shards):\n%.2000s", table, diff)
		}
	}
	// What no column uses is not reported.
	m.Tables, m.Unmapped, m.UnlistedElements, m.Missing, m.Rejects = nil, nil, 0, nil, nil
	combined.Tables, combined.Rejects = nil, nil
	for i := range m.Inputs {
		m.Inputs[i].Size = -1
	}
	if diff := cmp.Diff(m, combined); diff != "" {
		t.Errorf("the manifests differ (-run +shards):\n%s", diff)
	}
	return m
}

// convertShards converts inputs by shards, and returns the folders of their data sets.
func convertShards(t *testing.T, rng *rand.Rand, opts Options, names []string) (dirs []string) {
	t.Helper()
	shards, texts := cutShards(t, rng, opts, names)
	byKey := [WriteRows + 1]map[string][][]byte{}
	for i := range byKey {
		byKey[i] = map[string][][]byte{}
	}
	emit := func(r ShardRecord) error {
		group := byKey[r.Stage()]
		group[string(r.Key)] = append(group[string(r.Key)], bytes.Clone(r.Value))
		return nil
	}
	for _, i := range rng.Perm(len(shards)) {
		for range 1 + rng.IntN(2) { // what is emitted by a bundle that fails is not seen
			scanned := []ShardRecord{}
			err := ScanShard(t.Context(), opts, shards[i], strings.NewReader(texts[i]), func(r ShardRecord) error {
				scanned = append(scanned, r)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if rng.IntN(2) == 0 {
				continue
			}
			for _, r := range scanned {
				_ = emit(r)
			}
			scanned = nil
			break
		}
		if len(byKey[WriteRows][string(ShardKey(i))]) == 0 {
			if err := ScanShard(t.Context(), opts, shards[i], strings.NewReader(texts[i]), emit); err != nil {
				t.Fatal(err)
			}
		}
	}
	stats := NoShardStats
	for _, stage := range []ShardStage{ReduceResources, ReduceRelated} {
		for key, values := range byKey[stage] {
			rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
			s, err := ReduceShardRecords([]byte(key), values, emit)
			if err != nil {
				t.Fatal(err)
			}
			stats = stats.Combine(s)
		}
	}
	var all [][]byte
	for _, values := range byKey[MergeTotals] {
		all = append(all, values...)
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	totals, err := MergeShardTotals(all, stats)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range shards {
		opts.Out = t.TempDir()
		_, err := WriteShard(t.Context(), opts, s, strings.NewReader(texts[i]), totals, byKey[WriteRows][string(ShardKey(i))])
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, opts.Out)
	}
	return dirs
}

// cutShards cuts inputs into shards at random lines, and returns the texts of those.
func cutShards(t *testing.T, rng *rand.Rand, opts Options, names []string) (shards []Shard, texts []string) {
	t.Helper()
	open := func(name string) (io.ReadCloser, error) { return os.Open(name) }
	whole, err := DetectShards(t.Context(), opts, names, open)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range whole {
		text, err := os.ReadFile(s.Name)
		if err != nil {
			t.Fatal(err)
		}
		lines := slices.Collect(strings.Lines(string(text)))
		parts := min(1+rng.IntN(4), len(lines))
		s.Part = parts > 1
		at := 0
		for i := range parts {
			to := len(lines)
			if i < parts-1 {
				to = at + rng.IntN(len(lines)-at+1) // may be none
			}
			s.Number = len(shards)
			shards = append(shards, s)
			texts = append(texts, strings.Join(lines[at:to], ""))
			s.Offset += int64(len(texts[len(texts)-1]))
			at = to
		}
	}
	return shards, texts
}

// rowsOfSets returns the rows of all tables of data sets, sorted.
func rowsOfSets(t *testing.T, dirs ...string) map[string][]string {
	t.Helper()
	rows := map[string][]string{}
	for _, dir := range dirs {
		names, err := filepath.Glob(filepath.Join(dir, "*", "*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		partial, err := filepath.Glob(filepath.Join(dir, "*", "*", "*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range append(names, partial...) {
			table, err := filepath.Rel(dir, filepath.Dir(name))
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range sortedRows(t, name) {
				rows[table] = append(rows[table], strings.Join(row, "|"))
			}
		}
	}
	for _, list := range rows {
		slices.Sort(list)
	}
	return rows
}

// TestShardLines checks that an input which is not made of lines is not divided.
func TestShardLines(t *testing.T) {
	t.Parallel()
	none := func(ShardRecord) error { return nil }
	for _, text := range []string{"{\n\"resourceType\":\"Patient\",\"id\":\"1\"}\n", "\"id\":\"1\"}\n{}\n"} {
		s := Shard{Part: true, Compatible: 7}
		if err := ScanShard(t.Context(), Options{}, s, strings.NewReader(text), none); !errors.Is(err, ErrShardLines) {
			t.Errorf("%q: %v", text, err)
		}
		s.Part = false
		if err := ScanShard(t.Context(), Options{}, s, strings.NewReader(text), none); err != nil {
			t.Errorf("%q, whole: %v", text, err)
		}
	}
	if err := ScanShard(t.Context(), Options{Profile: Tuva}, Shard{}, strings.NewReader(""), none); !errors.Is(err, ErrOptions) {
		t.Errorf("a profile: %v", err)
	}
}
