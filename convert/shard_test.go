package convert

import (
	"archive/tar"
	"archive/zip"
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
	"github.com/klauspost/compress/zstd"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/internal/feed"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// TestShards converts exports of every API version by shards, cut at random lines, and
// compares all rows with those of Run.
func TestShards(t *testing.T) {
	t.Parallel()
	for n, opts := range []synth.Options{
		{API: "v1", Beneficiaries: 2, Seed: 1, Traps: true},
		{API: "v2", Beneficiaries: 2, Seed: 2, EdgeCases: true},
		{API: "v3", Beneficiaries: 2, Seed: 3, EdgeCases: true},
		{API: "v3", Beneficiaries: 1, Seed: 4, ServerDate: "2026-03"},
	}[:synthtest.UnlessRace(4, 1)] {
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
	synthtest.WithoutRace(t)
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

// TestShardsOfLog converts runs of an export folder, with changes, deletions and people
// who leave and come back.
func TestShardsOfLog(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	for _, api := range schema.APIs {
		for seed := range seeds(2, 1) {
			t.Run(fmt.Sprint(api, "/", seed), func(t *testing.T) {
				t.Parallel()
				inputs, runs := runsOf(t, feed.New(api, seed), 2+int(seed%4))
				opts := Options{Inputs: inputs, Runs: func() ([]FetchRun, error) { return runs, nil }, AllowUnrelated: true, MaxRejects: -1, Leavers: KeepLeavers}
				if seed%2 == 1 {
					opts.Leavers = DropLeavers
				}
				compareShards(t, rand.New(rand.NewPCG(seed, 7)), opts)
			})
		}
	}
}

// TestShardTotals checks what is found out about all shards together.
func TestShardTotals(t *testing.T) {
	t.Parallel()
	newest := func(o overlap, rejected int64) [][]byte {
		stats, err := encodeRecord(tagStats, shardStats{Overlap: o})
		if err != nil {
			t.Fatal(err)
		}
		values := [][]byte{stats}
		for shard := range 2 {
			size, err := encodeRecord(tagSize, shardSize{Shard: shard, Resources: 1000, Rejected: rejected, APIs: [3]bool{shard == 0, false, shard == 1 && rejected == 0}})
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, size, size)
		}
		return values
	}
	for _, tt := range []struct {
		opts     Options
		overlap  overlap
		rejected int64
		want     error
	}{
		{Options{MaxRejects: 9}, overlap{}, 5, ErrTooManyRejects},
		{Options{MaxRejects: 10}, overlap{}, 5, nil},
		{Options{MaxRejects: -1}, overlap{OnlyNewest: true, OnlyEarlier: true}, 1, ErrUnrelated},
		{Options{MaxRejects: -1}, overlap{OnlyNewest: true, OnlyEarlier: true, Both: true}, 1, nil},
		{Options{MaxRejects: -1, AllowUnrelated: true}, overlap{OnlyNewest: true, OnlyEarlier: true}, 1, nil},
		{Options{MaxRejects: -1}, overlap{}, 0, ErrMixed},
	} {
		if _, _, err := MergeShardTotals(tt.opts, newest(tt.overlap, tt.rejected)); !errors.Is(err, tt.want) {
			t.Errorf("%+v: %v, want %v", tt, err, tt.want)
		}
	}
}

// TestShardsOfArchives converts a folder with archives, compressed files and other things.
func TestShardsOfArchives(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	e := export{
		"a.ndjson": lines(somePatient("1", "1S00A00AA01"), someClaim("CARRIER", "1", "1")), "b.ndjson": lines(someClaim("CARRIER", "2", "1")),
		"c.ndjson": lines(someClaim("INPATIENT", "3", "1"), someClaim("CARRIER", "1", "1")),
	}
	dir := e.save(t)
	var zipped, tarred, squeezed bytes.Buffer
	z, tw, zs := zip.NewWriter(&zipped), tar.NewWriter(&tarred), must(zstd.NewWriter(&squeezed))
	for _, name := range []string{"x/1.ndjson", "x/2.txt", "3.ndjson"} {
		text := lines(someClaim("CARRIER", name, "1"), someClaim("HOSPICE", name+"h", "1"))
		_, err := must(z.Create(name)).Write([]byte(text))
		err = errors.Join(err, tw.WriteHeader(&tar.Header{Name: "t" + name, Mode: 0o600, Size: int64(len(text))}))
		_, err2 := tw.Write([]byte(text))
		_, err3 := zs.Write([]byte(strings.ReplaceAll(text, name, name+"z")))
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), tw.Close(), zs.Close()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"e.zip": zipped.Bytes(), "f.tar": tarred.Bytes(), "g.ndjson.zst": squeezed.Bytes(), "notes.txt": []byte("no")} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := compareShards(t, rand.New(rand.NewPCG(3, 3)), Options{Inputs: []string{dir}})
	if len(m.Inputs) != 8 || len(m.PassedOver) != 3 {
		t.Errorf("%d inputs, passed over %v", len(m.Inputs), m.PassedOver)
	}
	if _, _, err := DetectShards(t.Context(), Options{Inputs: []string{ndjson.Stdin}, Stdin: strings.NewReader("")}); !errors.Is(err, ErrOptions) {
		t.Errorf("standard input: %v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestShardsOptions converts an export with options that change the tables.
func TestShardsOptions(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	dir := t.TempDir()
	if _, err := synth.Write(t.Context(), synth.Options{API: "v2", Beneficiaries: 1, Seed: 21, EdgeCases: true, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(21, 1))
	addVersions(t, rng, dir)
	api := schema.V2
	for name, set := range map[string]func(o *Options){
		"extra columns": extraColumns(t, "cclf5 CREATED date v2: created\ncclf8 PATIENT text Patient.id"),
		"tables":        func(o *Options) { o.Tables = []string{"cclf8", "CCLF1"} },
		"api":           func(o *Options) { o.API = &api },
		"limits":        func(o *Options) { o.Limits = Limits{"item": 3} },
		"sorted":        func(o *Options) { o.Sort, o.PartitionBy = true, "service-year" },
		"increment":     func(o *Options) { o.Increment = true },
	} {
		t.Run(name, func(t *testing.T) {
			opts := Options{Inputs: []string{dir}, MaxRejects: -1}
			set(&opts)
			compareShards(t, rand.New(rand.NewPCG(21, 2)), opts)
		})
	}
}

// TestShardsHotKeys has one beneficiary with all claims, in many shards, and a claim with
// hundreds of versions.
func TestShardsHotKeys(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	shards, each := 12, 40
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
	err := ReduceShardRecords(Options{}, records, func(r ShardRecord) error {
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
			t.Errorf("a shard gets %d updates, want the newest claim and the latest stay", n)
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
	want := rowsOfSets(t, opts.Out)
	intermediate := opts
	intermediate.Format = []Format{CSV, Arrow, Parquet}[rng.IntN(3)]
	sets := convertShards(t, rng, intermediate)
	opts.Out = t.TempDir()
	combined, err := CombineShards(t.Context(), opts, sets)
	if err != nil {
		t.Fatal(err)
	}
	got := rowsOfSets(t, opts.Out)
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if diff := difference(want[table], got[table]); diff != "" {
			t.Errorf("%s differs (-run +shards):\n%.2000s", table, diff)
		}
	}
	for _, m := range []*Manifest{m, combined} {
		m.Tables, m.TablesSHA256, m.Rejects = nil, "", nil
	}
	if diff := cmp.Diff(m, combined); diff != "" {
		t.Errorf("the manifests differ (-run +shards):\n%s", diff)
	}
	return m
}

// convertShards converts inputs by shards, and returns the data sets of those.
func convertShards(t *testing.T, rng *rand.Rand, opts Options) *ShardSets {
	t.Helper()
	shards, texts, passed := cutShards(t, rng, opts)
	const buckets = 7
	var records [WriteRows + 1]map[int][]ShardRecord
	for i := range records {
		records[i] = map[int][]ShardRecord{}
	}
	emit := func(r ShardRecord) error { //nolint:unparam // the type that shards take
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
	kept := make([]bytes.Buffer, len(shards))
	scratch := t.TempDir()
	for _, i := range rng.Perm(len(shards)) {
		attempts(func(emit func(ShardRecord) error) error {
			kept[i].Reset()
			return ScanShard(t.Context(), opts, shards[i], strings.NewReader(texts[i]), scratch, &kept[i], emit)
		})
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v %v", left, err)
	}
	for _, stage := range []ShardStage{ReduceResources, ReduceRelated} {
		for _, list := range records[stage] {
			attempts(func(emit func(ShardRecord) error) error {
				rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
				return ReduceShardRecords(opts, list, emit)
			})
		}
	}
	forShards, forSet, err := MergeShardTotals(opts, valuesOf(MergeTotals, 0))
	if err != nil {
		t.Fatal(err)
	}
	sets := &ShardSets{Totals: forSet, PassedOver: passed}
	for i := range shards {
		opts.Out = t.TempDir()
		_, err := WriteShard(t.Context(), opts, &kept[i], forShards, valuesOf(WriteRows, i))
		if err != nil {
			t.Fatal(err)
		}
		sets.Dirs = append(sets.Dirs, opts.Out)
	}
	return sets
}

// cutShards cuts inputs into shards at random lines, and returns the texts of those.
func cutShards(t *testing.T, rng *rand.Rand, opts Options) (shards []Shard, texts []string, passed []ndjson.PassedOver) {
	t.Helper()
	whole, passed, err := DetectShards(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	first := map[int]int{} // shard by input
	for _, s := range whole {
		first[s.Input] = len(shards)
		in, err := OpenShard(t.Context(), &s)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err := errors.Join(err, in.Close()); err != nil {
			t.Fatal(err)
		}
		lines := slices.Collect(strings.Lines(string(text)))
		parts := max(1, min(1+rng.IntN(3), len(lines)))
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
	first[len(whole)] = len(shards)
	for i := range shards {
		shards[i].Begin = first[shards[i].Begin]
	}
	return shards, texts, passed
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
		if err := ScanShard(t.Context(), Options{MaxRejects: -1}, s, strings.NewReader(text), t.TempDir(), io.Discard, none); !errors.Is(err, ErrShardLines) {
			t.Errorf("%q: %v", text, err)
		}
		s.Part = false
		if err := ScanShard(t.Context(), Options{MaxRejects: -1}, s, strings.NewReader(text), t.TempDir(), io.Discard, none); err != nil {
			t.Errorf("%q, whole: %v", text, err)
		}
	}
	for _, opts := range []Options{{Profile: Tuva}, {Format: Fixed}, {Format: DuckDB}, {Changes: true}} {
		if err := ScanShard(t.Context(), opts, Shard{}, strings.NewReader(""), t.TempDir(), io.Discard, none); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: %v", opts, err)
		}
	}
}
