// Package feed is a population whose resources change from run to run, as a server
// would export them: claims are updated, canceled, moved to other months, replaced,
// deleted and put back, MBIs change, people arrive, leave and come back. Tests compare
// the tables of many increments with those of one full export.
package feed

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/schema"
)

// A Feed is a server's data. Its state is a number that grows with each change.
type Feed struct {
	Random *rand.Rand
	// Sent is the state of the last run. What no run has sent is not replaced without a
	// word: no log could tell.
	Sent int

	api     schema.API
	day     time.Time
	serial  int
	state   int
	living  map[string]Object // by type and id
	changed map[string]int    // state at the last change of living
	deleted []deletion
	people  map[string]*person
}

// A deletion is a resource that was deleted.
type deletion struct {
	key   string
	state int
}

// A person is a beneficiary.
type person struct {
	id         string
	mbis       []string // the current one last
	attributed bool
}

// New returns a feed without people.
func New(api schema.API, seed uint64) *Feed {
	return &Feed{
		Random: rand.New(rand.NewPCG(seed, uint64(api))),
		api:    api, day: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		living: map[string]Object{}, changed: map[string]int{}, people: map[string]*person{},
	}
}

// State returns the current state.
func (f *Feed) State() int { return f.state }

// Day returns the time of the last update.
func (f *Feed) Day() string { return f.day.Format(time.RFC3339) }

// Len returns the number of living resources.
func (f *Feed) Len() int { return len(f.living) }

// put makes a resource new or changes it.
func (f *Feed) put(resource Object) {
	f.day = f.day.Add(time.Hour)
	meta, _ := resource["meta"].(Object)
	if meta == nil {
		meta = Object{}
	}
	resource["meta"] = with(meta, Object{"lastUpdated": f.Day()})
	f.putAsItIs(resource)
}

func (f *Feed) putAsItIs(resource Object) {
	f.state++
	key := keyOf(resource)
	f.living[key], f.changed[key] = resource, f.state
}

// drop removes a resource, so that no export has it again.
func (f *Feed) drop(key string) {
	f.state++
	delete(f.living, key)
	delete(f.changed, key)
}

// Arrive adds a person with Coverages and claims, and returns the id.
func (f *Feed) Arrive() string {
	f.serial++
	p := &person{id: fmt.Sprint("p", f.serial), attributed: true}
	f.people[p.id] = p
	f.changeMBI(p)
	if f.api != schema.V3 { // where an earlier export tells more about months than a later one
		for _, part := range []string{"A", "B"} {
			f.put(coverage(part, p.id))
		}
	}
	for range 1 + f.Random.IntN(4) {
		f.bill(p)
	}
	return p.id
}

// ChangeMBI gives a person another MBI.
func (f *Feed) ChangeMBI(id string) { f.changeMBI(f.people[id]) }

func (f *Feed) changeMBI(p *person) {
	p.mbis = append(p.mbis, fmt.Sprintf("1EG4TE%05d", f.serial*100+len(p.mbis)))
	f.put(f.patient(p))
}

// Bill adds a claim of a person.
func (f *Feed) Bill(id string) { f.bill(f.people[id]) }

func (f *Feed) bill(p *person) {
	f.serial++
	f.put(f.claim(kinds[f.Random.IntN(len(kinds))], fmt.Sprint("c", f.serial), p.id))
}

// Move makes a person leave, or come back with all that there is.
func (f *Feed) Move(id string) {
	f.state++
	p := f.people[id]
	p.attributed = !p.attributed
	for key, r := range f.living {
		if p.attributed && ownerOf(r) == id {
			f.changed[key] = f.state
		}
	}
}

// period is some days of the last months.
func (f *Feed) period() Object {
	from := f.day.AddDate(0, 0, -f.Random.IntN(90))
	return Object{"start": from.Format(time.DateOnly), "end": from.AddDate(0, 0, 2).Format(time.DateOnly)}
}

// pick returns a living claim, or nil.
func (f *Feed) pick() (key string, claim Object) {
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(f.living)), func(k string) bool { return !strings.HasPrefix(k, "Expl") })
	if len(keys) == 0 {
		return "", nil
	}
	key = keys[f.Random.IntN(len(keys))]
	return key, f.living[key]
}

// Change makes one change.
func (f *Feed) Change() {
	ids := f.People()
	p := f.people[ids[f.Random.IntN(len(ids))]]
	key, claim := f.pick()
	switch what := f.Random.IntN(10); {
	case what == 0:
		f.Arrive()
	case what == 1:
		f.changeMBI(p)
	case what == 2:
		f.Move(p.id)
	case what < 5 || claim == nil:
		f.bill(p)
	case what == 5: // a claim moves to another month
		f.put(with(claim, Object{"billablePeriod": f.period()}))
	case what == 6 && f.api != schema.V3: // Part D deletions too
		f.put(with(claim, Object{"status": "cancelled"}))
	case what == 6: // another takes its place, and nothing says so
		f.replace(key, claim)
	case what == 7 && (claim["related"] == nil || f.wasSent(key, claim)):
		f.drop(key)
		f.deleted = append(f.deleted, deletion{key, f.state})
	case what == 8 && f.Random.IntN(2) == 0: // deleted and put back as it was
		f.deleted = append(f.deleted, deletion{key, f.state + 1})
		f.putAsItIs(claim)
	default:
		f.put(with(claim, Object{"payment": Object{"amount": Object{"value": f.Random.IntN(1000)}}}))
	}
}

// Lose drops a claim without a word, and Delete drops one and says so. Both return the id
// of its person.
func (f *Feed) Lose() (id string) {
	key, claim := f.pick()
	f.drop(key)
	return ownerOf(claim)
}

// Delete deletes a claim.
func (f *Feed) Delete() (id string) {
	key, claim := f.pick()
	f.drop(key)
	f.deleted = append(f.deleted, deletion{key, f.state})
	return ownerOf(claim)
}

// wasSent reports whether a run has the claim. If another takes its place before that,
// no log can tell which one it replaced itself.
func (f *Feed) wasSent(key string, claim Object) bool {
	return f.changed[key] <= f.Sent && f.people[ownerOf(claim)].attributed
}

// replace replaces a claim of v3 by one with another id and control number.
func (f *Feed) replace(key string, old Object) {
	if strings.Contains(Lines(old), "PDE") || !f.wasSent(key, old) {
		return
	}
	f.serial++
	claim := f.claim(kinds[0], fmt.Sprint("c", f.serial), ownerOf(old), "N"+fmt.Sprint(old["id"]))
	claim["type"] = old["type"]
	f.drop(key)
	f.put(claim)
}

// Changed returns the resources of attributed people that changed after a state, or
// that are new in their list, in a random order, and the URLs of what was deleted. After
// a state before 0 it is everything.
func (f *Feed) Changed(after int) (resources []Object, deleted []string) {
	for _, key := range slices.Sorted(maps.Keys(f.living)) {
		if r := f.living[key]; f.people[ownerOf(r)].attributed && f.changed[key] > after {
			resources = append(resources, r)
		}
	}
	f.Random.Shuffle(len(resources), func(i, j int) { resources[i], resources[j] = resources[j], resources[i] })
	for _, d := range f.deleted {
		if after >= 0 && d.state > after {
			deleted = append(deleted, d.key)
		}
	}
	return resources, deleted
}

// All returns all resources of attributed people, in a random order.
func (f *Feed) All() []Object {
	all, _ := f.Changed(-1)
	return all
}

// Patients returns the Patients of all attributed people.
func (f *Feed) Patients() []Object {
	var list []Object
	for _, id := range slices.Sorted(maps.Keys(f.people)) {
		if f.people[id].attributed {
			list = append(list, f.living["Patient/"+id])
		}
	}
	return list
}

// People returns the ids of all people who ever arrived.
func (f *Feed) People() []string { return slices.Sorted(maps.Keys(f.people)) }
