package convert

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/schema"
)

// A feed is a server whose population changes from run to run.
type feed struct {
	api     schema.API
	random  *rand.Rand
	day     time.Time
	serial  int
	living  map[string]object // resources by type and id
	changed map[string]bool   // of living, since the last run
	deleted []string          // since the last run
	people  map[string]*person
}

// A person is a beneficiary of a feed.
type person struct {
	id         string
	mbis       []string // the current one last
	attributed bool
}

func newFeed(api schema.API, seed uint64) *feed {
	return &feed{
		api: api, random: rand.New(rand.NewPCG(seed, uint64(api))), day: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		living: map[string]object{}, changed: map[string]bool{}, people: map[string]*person{},
	}
}

// put makes a resource new or changes it.
func (f *feed) put(resource object) {
	f.day = f.day.Add(time.Hour)
	meta := object{}
	if m, ok := resource["meta"].(object); ok {
		meta = m
	}
	resource["meta"] = with(meta, updated(f.day.Format(time.RFC3339)))
	f.putAsItIs(resource)
}

func (f *feed) putAsItIs(resource object) {
	key := fmt.Sprint(resource["resourceType"], "/", resource["id"])
	f.living[key], f.changed[key] = resource, true
}

// drop removes a resource, so that no export has it again.
func (f *feed) drop(key string) {
	delete(f.living, key)
	delete(f.changed, key)
}

// arrive adds a person with Coverages and claims.
func (f *feed) arrive() {
	f.serial++
	p := &person{id: fmt.Sprint("p", f.serial), attributed: true}
	f.people[p.id] = p
	f.changeMBI(p)
	if f.api != schema.V3 { // where an earlier export tells more about months than a later one
		for _, part := range []string{"A", "B"} {
			f.put(with(someCoverage(part, p.id, "10"), object{"grouping": object{"subPlan": "Part " + part}}))
		}
	}
	for range 1 + f.random.IntN(4) {
		f.bill(p)
	}
}

// changeMBI gives a person another MBI, or the first.
func (f *feed) changeMBI(p *person) {
	p.mbis = append(p.mbis, fmt.Sprintf("1EG4TE%05d", f.serial*100+len(p.mbis)))
	var identifiers list
	for i, mbi := range p.mbis {
		currency, period := "historic", object{"start": "2010-01-01", "end": "2020-01-01"}
		if i == len(p.mbis)-1 {
			currency, period = "current", object{"start": "2020-01-02"}
		}
		id := mbiOf(mbi, currency)
		switch f.api {
		case schema.V1:
			id = with(id, object{"type": nil, "extension": list{object{"url": codesystems + "identifier-currency", "valueCoding": object{"code": currency}}}})
		case schema.V3:
			id = object{"system": usMBI, "value": mbi, "period": period}
		}
		identifiers = append(identifiers, id)
	}
	f.put(object{"resourceType": "Patient", "id": p.id, "identifier": identifiers, "birthDate": "1940-02-29", "gender": "female"})
}

// bill adds a claim of a person.
func (f *feed) bill(p *person) {
	f.serial++
	id := fmt.Sprint("c", f.serial)
	types := [][2]string{{"INPATIENT", "60"}, {"OUTPATIENT", "40"}, {"CARRIER", "71"}, {"DME", "82"}, {"PDE", "01"}}
	kind := types[f.random.IntN(len(types))]
	claim := someClaim(kind[0], id, p.id)
	switch f.api {
	case schema.V1:
		delete(claim, "use")
	case schema.V3:
		claim = ofType(numbered(id, "N"+id), kind[0], kind[1])
		claim["patient"] = object{"reference": "Patient/" + p.id}
	}
	claim["billablePeriod"] = f.period()
	f.put(claim)
}

// period is some days of the last months.
func (f *feed) period() object {
	from := f.day.AddDate(0, 0, -f.random.IntN(90))
	return object{"start": from.Format(time.DateOnly), "end": from.AddDate(0, 0, 2).Format(time.DateOnly)}
}

// pick returns a living claim, or nil.
func (f *feed) pick() (key string, claim object) {
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(f.living)), func(k string) bool { return !strings.HasPrefix(k, "Expl") })
	if len(keys) == 0 {
		return "", nil
	}
	key = keys[f.random.IntN(len(keys))]
	return key, f.living[key]
}

// change makes one change.
func (f *feed) change() {
	ids := slices.Sorted(maps.Keys(f.people))
	p := f.people[ids[f.random.IntN(len(ids))]]
	key, claim := f.pick()
	switch what := f.random.IntN(10); {
	case what == 0:
		f.arrive()
	case what == 1:
		f.changeMBI(p)
	case what == 2: // leaves, or comes back with all that there is
		p.attributed = !p.attributed
		for key, r := range f.living {
			if p.attributed && ownerOf(r) == p.id {
				f.changed[key] = true
			}
		}
	case what < 5 || claim == nil:
		f.bill(p)
	case what == 5: // a claim moves to another month
		f.put(with(claim, object{"billablePeriod": f.period()}))
	case what == 6 && f.api != schema.V3: // Part D deletions too
		f.put(with(claim, object{"status": "cancelled"}))
	case what == 6: // another takes its place, and nothing says so
		f.replace(key, claim)
	case what == 7 && (claim["related"] == nil || f.wasSent(key, claim)):
		f.drop(key)
		f.deleted = append(f.deleted, key)
	case what == 8 && f.random.IntN(2) == 0: // deleted and put back as it was
		f.deleted = append(f.deleted, key)
		f.putAsItIs(claim)
	default:
		f.put(with(claim, object{"payment": object{"amount": object{"value": f.random.IntN(1000)}}}))
	}
}

// wasSent reports whether an export has the claim. If another takes its place before
// that, no log can tell which one it replaced itself.
func (f *feed) wasSent(key string, claim object) bool {
	return !f.changed[key] && f.people[ownerOf(claim)].attributed
}

// replace replaces a claim of v3 by one with another id and control number.
func (f *feed) replace(key string, old object) {
	if strings.Contains(asJSON(old), "PDE") || !f.wasSent(key, old) {
		return
	}
	f.serial++
	id := fmt.Sprint("c", f.serial)
	number := "N" + fmt.Sprint(old["id"])
	claim := with(numbered(id, "N"+id, number), object{"type": old["type"], "patient": old["patient"], "billablePeriod": f.period()})
	f.drop(key)
	f.put(claim)
}

// ownerOf returns the id of the person of a resource.
func ownerOf(r object) string {
	for _, member := range []string{"patient", "beneficiary"} {
		if ref, ok := r[member].(object); ok {
			return strings.TrimPrefix(ref["reference"].(string), "Patient/")
		}
	}
	return r["id"].(string)
}

// export returns the resources of attributed people: those that changed and all
// Patients, or all.
func (f *feed) export(full bool) []object {
	var out []object
	for _, key := range slices.Sorted(maps.Keys(f.living)) {
		r := f.living[key]
		if f.people[ownerOf(r)].attributed && (full || f.changed[key] || r["resourceType"] == "Patient") {
			out = append(out, r)
		}
	}
	f.random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// run writes the files of a run to a folder.
func (f *feed) run(t *testing.T, dir string, number int) FetchRun {
	t.Helper()
	r := FetchRun{Number: number, TransactionTime: f.day.Format(time.RFC3339), FullList: true}
	write := func(name, text string) {
		r.Files = append(r.Files, filepath.Join(dir, fmt.Sprintf(name, number)))
		if err := os.WriteFile(r.Files[len(r.Files)-1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("%03d-all.ndjson", lines(f.export(number == 1)...))
	if len(f.deleted) > 0 {
		write("_%03d-deleted.ndjson", lines(deleted(f.deleted...)))
	}
	// What changed for people who are away comes when they are back.
	f.changed, f.deleted = map[string]bool{}, nil
	return r
}

// rowsOf returns the rows of a table as sorted texts, without where they are from and,
// in the list of claims of v3, without claims that are no final action: an export of one
// moment has no superseded ones.
func rowsOf(t *testing.T, c *converted, name string, api schema.API) []string {
	t.Helper()
	var rows []string
	for _, row := range withoutLines(c.table(t, name)) {
		if name == "claims" && api == schema.V3 && row["FINAL_ACTION"] != "Y" {
			continue
		}
		var b strings.Builder
		w := csv.NewWriter(&b)
		for _, label := range slices.Sorted(maps.Keys(row)) {
			_ = w.Write([]string{label, row[label]})
		}
		w.Flush()
		rows = append(rows, b.String())
	}
	slices.Sort(rows)
	return rows
}

// TestLogEqualsExport lets a population change from run to run: claims are updated,
// canceled, moved, replaced, deleted and put back, MBIs change, people leave and come
// back. The tables of all runs are those of one full export of the end.
func TestLogEqualsExport(t *testing.T) {
	for _, api := range schema.APIs {
		for seed := range uint64(unlessRace(12, 2)) {
			t.Run(fmt.Sprint(api, "/", seed), func(t *testing.T) {
				f, dir := newFeed(api, seed), t.TempDir()
				for range 3 {
					f.arrive()
				}
				var runs []FetchRun
				var data, deletions []string
				for number := 1; number <= 2+int(seed%4); number++ {
					for range f.random.IntN(12) {
						f.change()
					}
					f.arrive() // so that somebody is there, and the newest update is of a living resource
					runs = append(runs, f.run(t, dir, number))
					data = append(data, runs[number-1].Files[0])
					deletions = append(deletions, runs[number-1].Files[1:]...)
				}
				set := func(o *Options) { o.API = &api }
				want := export{"all.ndjson": lines(f.export(true)...)}.convert(t, set)
				opts := Options{
					Inputs: append(data, deletions...), Out: t.TempDir(), Format: CSV, API: &api, Jobs: 2,
					Runs: func() ([]FetchRun, error) { return runs, nil }, Leavers: DropLeavers,
				}
				m, err := Run(t.Context(), opts)
				if err != nil {
					t.Fatal(err)
				}
				got := &converted{Manifest: m, dir: opts.Out}
				if m.Counts.Rejected+want.Counts.Rejected > 0 || want.TotalRows() == 0 {
					t.Fatalf("%d and %d lines rejected, %d rows", m.Counts.Rejected, want.Counts.Rejected, want.TotalRows())
				}
				for _, table := range want.Tables {
					if diff := cmp.Diff(rowsOf(t, want, table.Name, api), rowsOf(t, got, table.Name, api)); diff != "" {
						t.Errorf("%s of a full export (-) and of %d runs (+):\n%s", table.Name, len(runs), diff)
					}
				}
			})
		}
	}
}

// TestSentAgain sends everything again as it is. The tables keep their bytes, with the
// files and lines of the first time.
func TestSentAgain(t *testing.T) {
	for _, api := range schema.APIs {
		t.Run(api.String(), func(t *testing.T) {
			f, dir := newFeed(api, 1), t.TempDir()
			var runs []FetchRun
			var data []string
			convertAll := func() *converted {
				runs = append(runs, f.run(t, dir, len(runs)+1))
				data = append(data, runs[len(runs)-1].Files[0])
				// Deletions would come before what is sent again.
				opts := Options{
					Inputs: data, Out: t.TempDir(), Format: CSV, API: &api, Jobs: 2,
					Runs: func() ([]FetchRun, error) { return runs, nil },
				}
				m, err := Run(t.Context(), opts)
				if err != nil {
					t.Fatal(err)
				}
				return &converted{Manifest: m, dir: opts.Out}
			}
			for range 8 {
				f.arrive()
			}
			f.changeMBI(f.people["p1"])
			convertAll()
			f.bill(f.people["p1"])
			before := convertAll()
			for key := range f.living {
				f.changed[key] = true
			}
			again := convertAll()
			if n := int64(len(f.living)); again.Counts.Repeated < n || again.Counts.Replaced != before.Counts.Replaced {
				t.Errorf("%d repeated of %d resources, %d replaced, before %d", again.Counts.Repeated, n, again.Counts.Replaced, before.Counts.Replaced)
			}
			for i, table := range before.Tables {
				if diff := cmp.Diff(table.Files, again.Tables[i].Files); diff != "" && table.Name != schema.AttributionTable {
					t.Errorf("%s: %s", table.Name, diff)
				}
			}
		})
	}
}
