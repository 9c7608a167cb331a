package convert

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
)

// Servers change. What an export holds that no cell of the crosswalk asks for is
// counted while it is walked (ndjson.Census), and told apart by whether it is
// known that servers send it (bcda.KnownElements). Marks that all resources
// used to have are counted too (bcda.Expectations).

// The kinds of elements that are counted.
const (
	ExtensionElement = "extension"
	CategoryElement  = "category" // of an array of named values
	SystemElement    = "system"   // of codes or identifiers
)

// namedValues are the arrays of FHIR whose elements are named by a category: its
// code is a name. Elsewhere it is a value.
var namedValues = []string{"supportingInfo", "information", "adjudication", "total"}

const (
	extensionMember = "extension"
	modifierMember  = "modifierExtension"
	urlMember       = "url"
	systemMember    = "system"
	codeMember      = "code"
)

// census asks the program of a plan to count the elements that no cell asks for.
func (c *compiler) census() {
	rules := []ndjson.CensusRule{
		{Under: []string{extensionMember}, Members: []string{urlMember}},
		{Under: []string{modifierMember}, Members: []string{urlMember}},
	}
	for _, array := range namedValues {
		rules = append(rules, ndjson.CensusRule{
			Under: []string{array, "category", "coding"}, Members: []string{systemMember, codeMember},
		})
	}
	rules = append(rules, ndjson.CensusRule{Members: []string{systemMember}})
	api, resource := c.p.api, fhirType(c.p.resource)
	known := sync.OnceValue(func() *bcda.Elements { return bcda.KnownElements(api, resource) })
	c.b.Census(&ndjson.Census{
		Rules: rules,
		Name: func(path []string, texts [2][]byte, use ndjson.Use) (string, bool) {
			if use == ndjson.Chosen {
				return "", false
			}
			u := unmapped(path, texts, known())
			if use == ndjson.Read && !u.New {
				return "", false
			}
			u.API, u.Resource = api.String(), resource
			return unmappedKey(&u), true
		},
	})
}

// fhirType is the resource type of what a plan is for.
func fhirType(resource string) string {
	if resource == priorType {
		return eobType
	}
	return resource
}

// unmapped tells what an element is that was seen at a path.
func unmapped(path []string, texts [2][]byte, known *bcda.Elements) Unmapped {
	u := Unmapped{Kind: SystemElement, Path: strings.Join(path, "."), Name: string(texts[0])}
	isKnown := known.HasSystem
	switch last := path[max(0, len(path)-1)]; {
	case last == extensionMember || last == modifierMember:
		u.Kind, isKnown = ExtensionElement, known.HasExtension
	case texts[1] != nil:
		u.Kind, u.System, u.Name = CategoryElement, u.Name, string(texts[1])
		if known.HasCategory(u.Path, u.System, u.Name) {
			return u
		}
		u.New = true
		u.Path, u.Name = shownPath(path), shownName(u.Name)
		if u.System != "" {
			u.System = shownURL(u.System)
		}
		return u
	}
	if isKnown(u.Path, u.Name) {
		return u
	}
	u.New = true
	u.Path = shownPath(path)
	// An extension within another one has a plain name.
	if u.Kind == ExtensionElement && len(path) > 1 && path[len(path)-2] == extensionMember {
		u.Name = shownName(u.Name)
	} else {
		u.Name = shownURL(u.Name)
	}
	return u
}

// unmappedKey makes one text of an element, without its count.
func unmappedKey(u *Unmapped) string {
	mark := "known"
	if u.New {
		mark = "new"
	}
	return strings.Join([]string{u.API, u.Resource, u.Kind, u.Path, u.System, u.Name, mark}, "\x00")
}

func unmappedOf(key string, count int64) Unmapped {
	p := strings.Split(key, "\x00")
	return Unmapped{
		API: p[0], Resource: p[1], Kind: p[2], Path: p[3], System: p[4], Name: p[5], New: p[6] == "new", Count: count,
	}
}

// mostNew is how many new elements are listed. There are that many only if a
// server puts values where names belong.
const mostNew = 1000

// A inventory is what was counted of the elements and marks of an input. Of the
// new elements it keeps those that come first in order, so that which they are
// does not depend on the order of the input.
type inventory struct {
	mu       sync.Mutex
	known    map[string]int64
	fresh    map[string]int64
	unlisted int64 // how often other new elements were seen
	marks    map[*plan]*markCounts
}

// markCounts are how many resources were expected to have a mark, and how many
// had it, by expectation.
type markCounts [][2]int64

func newInventory() *inventory {
	return &inventory{known: map[string]int64{}, fresh: map[string]int64{}, marks: map[*plan]*markCounts{}}
}

func (v *inventory) add(key string, count int64) {
	if !strings.HasSuffix(key, "\x00new") {
		v.known[key] += count
		return
	}
	if v.fresh[key] += count; len(v.fresh) > 2*mostNew {
		v.prune()
	}
}

// prune drops the new elements that will not be listed.
func (v *inventory) prune() {
	if len(v.fresh) <= mostNew {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(v.fresh))[mostNew:] {
		v.unlisted += v.fresh[key]
		delete(v.fresh, key)
	}
}

// marksOf returns the counts of a plan's expectations.
func (v *inventory) marksOf(p *plan) *markCounts {
	counts := v.marks[p]
	if counts == nil {
		list := make(markCounts, len(p.expected))
		counts = &list
		v.marks[p] = counts
	}
	return counts
}

// take adds what another inventory has counted.
func (v *inventory) take(other *inventory) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, counts := range []map[string]int64{other.known, other.fresh} {
		for key, count := range counts {
			v.add(key, count)
		}
	}
	v.unlisted += other.unlisted
	for p, counts := range other.marks {
		mine := *v.marksOf(p)
		for i, c := range *counts {
			mine[i][0] += c[0]
			mine[i][1] += c[1]
		}
	}
}

// report puts what was counted into a manifest.
func (v *inventory) report(m *Manifest) {
	v.prune()
	m.UnlistedElements = v.unlisted
	for _, counts := range []map[string]int64{v.known, v.fresh} {
		for key, count := range counts {
			m.Unmapped = append(m.Unmapped, unmappedOf(key, count))
		}
	}
	slices.SortFunc(m.Unmapped, func(a, b Unmapped) int { return cmp.Compare(unmappedKey(&a), unmappedKey(&b)) })
	for p, counts := range v.marks {
		for i, e := range bcda.Expectations(p.api) {
			if e.Resource != fhirType(p.resource) {
				continue
			}
			if c := (*counts)[i]; c[0] >= e.Least && c[1] == 0 {
				m.Missing = append(m.Missing, MissingMark{API: p.api.String(), Resource: p.resource, Mark: e.Words, Expr: e.Expr, Resources: c[0]})
			}
		}
	}
	slices.SortFunc(m.Missing, func(a, b MissingMark) int {
		return cmp.Or(cmp.Compare(a.API, b.API), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Expr, b.Expr))
	})
}

// An expectedMark has the registers of an expectation of the plan's version, or
// -1 where it has none.
type expectedMark struct{ reg, among int }

func (c *compiler) expectations() error {
	list := bcda.Expectations(c.p.api)
	c.p.expected = make([]expectedMark, len(list))
	for i, e := range list {
		mark := &c.p.expected[i]
		mark.reg, mark.among = -1, -1
		if e.Resource != fhirType(c.p.resource) {
			continue
		}
		for _, v := range []struct {
			to   *int
			text string
		}{{&mark.reg, e.Expr}, {&mark.among, e.Among}} {
			if v.text == "" {
				continue
			}
			expr, err := c.parse(v.text)
			if err != nil {
				return err
			}
			c.reg(v.to, c.b.Value(stepsOf(expr[0].Path), 1))
		}
	}
	return nil
}

// note counts a resource that was read with the plan p.
func (v *inventory) note(p *plan, rec *ndjson.Record) {
	rec.Tally()
	counts := *v.marksOf(p)
	for i, mark := range p.expected {
		if mark.reg < 0 || mark.among >= 0 && rec.Reg(mark.among).IsZero() {
			continue
		}
		counts[i][0]++
		if !rec.Reg(mark.reg).IsZero() {
			counts[i][1]++
		}
	}
}
