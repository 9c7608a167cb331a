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

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
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
		if withRace && n != 0 {
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
		{"claims that name each other in circles", []object{
			numbered("1", "A", "C"), updatedLater(numbered("2", "B", "A")), numbered("3", "C", "B"), numbered("4", "D", "E"), numbered("5", "E", "D"),
			numbered("6", "F", "E"), numbered("7", "G", "H"), numbered("8", "H", "G"),
		}},
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
			m := compareShards(t, rand.New(rand.NewPCG(1, 1)), Options{Inputs: []string{e.save(t)}, MaxRejects: -1})
			if strings.Contains(tt.name, "circles") && (m.Counts.PriorCircles != 2 || m.Counts.Superseded != 5) {
				t.Errorf("%d circles and %d superseded claims, want 2 and 5", m.Counts.PriorCircles, m.Counts.Superseded)
			}
		})
	}
}

// TestShardsHotKeys has one beneficiary with all claims, in many shards, and a claim with
// hundreds of versions.
func TestShardsHotKeys(t *testing.T) {
	t.Parallel()
	shards, each := unlessRace(12, 4), unlessRace(40, 10)
	e := export{"z-patient.ndjson": lines(somePatient("hot", "1S00A00AA01"), someCoverage("Part A", "hot", "active"))}
	day := func(n int) string { return fmt.Sprintf("2024-%02d-%02dT00:00:00Z", 1+n/28%12, 1+n%28) }
	for i := range shards {
		var text strings.Builder
		for j := range each {
			n := i*each + j
			claim := withMBIs(someClaim("CARRIER", fmt.Sprint(n), "hot"), "1S00A00AA01", "1S00A00AA02")
			stay := with(someClaim("HOSPICE", fmt.Sprint("h", n), "hot"), object{"supportingInfo": list{object{
				"category":     coding("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBSupportingInfoType", "admissionperiod"),
				"timingPeriod": object{"start": day(n)[:10], "end": "2025-12-01"},
			}}})
			version := with(someClaim("CARRIER", "hot", "hot"), object{"meta": updated(day(7 * n % 300))})
			text.WriteString(lines(claim, stay, version))
		}
		e[fmt.Sprintf("%02d.ndjson", i)] = text.String()
	}
	m := compareShards(t, rand.New(rand.NewPCG(5, 5)), Options{Inputs: []string{e.save(t)}, MaxRejects: -1})
	if m.Counts.Replaced != int64(shards*each-1) {
		t.Errorf("%d versions of a claim are replaced", m.Counts.Replaced)
	}

	// What a shard learns of the beneficiary does not grow with the claims.
	var records []ShardRecord
	for n := range shards * each {
		u := sharedUpdate{Update: beneficiary.Update{Kind: beneficiary.FromClaim, ID: 1, Rank: int64(n % 50), Resource: globalOrdinal(n%shards, int64(n))}}
		if n%2 == 0 {
			u.Kind, u.Part, u.replaced = beneficiary.FromCoverage, beneficiary.Hospice, n%3 == 0
		}
		value := packer{tagUpdate}
		value.update(&u)
		present := packer{tagPresent}
		present.number(int64(n % shards))
		records = append(records, ShardRecord{beneficiaryKey(1), value}, ShardRecord{beneficiaryKey(1), present})
	}
	told := map[string]int{}
	err := ReduceShardRecords(records, func(r ShardRecord) error {
		if r.Stage() == WriteRows {
			told[string(r.Key)]++
		}
		return nil
	})
	if err != nil || len(told) != shards {
		t.Fatal(len(told), err)
	}
	for _, n := range told {
		if n != 2 {
			t.Errorf("a shard is told %d updates, want the newest claim and the latest stay", n)
		}
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
		if diff := difference(want[table], got[table]); diff != "" {
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
	const buckets = 7
	var records [WriteRows + 1]map[int][]ShardRecord
	for i := range records {
		records[i] = map[int][]ShardRecord{}
	}
	emit := func(r ShardRecord) error {
		bucket := r.Bucket(buckets)
		records[r.Stage()][bucket] = append(records[r.Stage()][bucket], ShardRecord{bytes.Clone(r.Key), bytes.Clone(r.Value)})
		return nil
	}
	valuesOf := func(stage ShardStage, bucket int) (values [][]byte) {
		for _, r := range records[stage][bucket] {
			values = append(values, r.Value)
		}
		rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		return values
	}
	// An attempt that fails emits a part of its records, which nobody sees. Of several
	// that succeed, all may be seen.
	errFailed := errors.New("the attempt failed")
	attempts := func(try func(emit func(ShardRecord) error) error) {
		fails := rng.IntN(3)
		if err := try(func(ShardRecord) error {
			if fails--; fails < 0 {
				return errFailed
			}
			return nil
		}); err != nil && !errors.Is(err, errFailed) {
			t.Fatal(err)
		}
		for range 1 + rng.IntN(2) {
			if err := try(emit); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, i := range rng.Perm(len(shards)) {
		attempts(func(emit func(ShardRecord) error) error {
			return ScanShard(t.Context(), opts, shards[i], strings.NewReader(texts[i]), emit)
		})
	}
	for _, stage := range []ShardStage{ReduceResources, ReduceRelated} {
		for _, list := range records[stage] {
			attempts(func(emit func(ShardRecord) error) error {
				rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
				return ReduceShardRecords(list, emit)
			})
		}
	}
	totals, err := MergeShardTotals(valuesOf(MergeTotals, 0))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range shards {
		opts.Out = t.TempDir()
		_, err := WriteShard(t.Context(), opts, s, strings.NewReader(texts[i]), totals, valuesOf(WriteRows, i))
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
