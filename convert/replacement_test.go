package convert

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

const controlNumbers = "https://bluebutton.cms.gov/identifiers/CLM-CNTL-NUM"

// numbered is a claim of v3 with a control number, which names others as its prior
// versions.
func numbered(id, number string, prior ...string) object {
	c := someIDRClaim("OUTPATIENT", "40")
	c["id"] = id
	identifiers := list{idrClaimID(id)}
	if number != "" {
		identifiers = append(identifiers, object{"system": controlNumbers, "value": number})
	}
	c["identifier"] = identifiers
	var related list
	for _, p := range prior {
		related = append(related, object{
			"reference":    object{"system": controlNumbers, "value": p},
			"relationship": coding("http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship", "prior"),
		})
	}
	if related != nil {
		c["related"] = related
	}
	return c
}

// tagged is a claim with tags in place of its own.
func tagged(c object, system, action string) object {
	tags := list{object{"system": idrSystem + "System-Type", "code": system}}
	if action != "" {
		tags = append(tags, object{"system": idrSystem + "Final-Action", "code": action})
	}
	return with(c, object{"meta": with(c["meta"].(object), object{"tag": tags})})
}

// ofType is a claim of another type.
func ofType(c object, claimType, number string) object {
	return with(c, object{"type": someIDRClaim(claimType, number)["type"]})
}

// updatedLater is a resource with a newer update.
func updatedLater(c object) object {
	return with(c, object{"meta": with(c["meta"].(object), updated(later))})
}

// related is a claim with a related one as servers of other versions may write it.
func related(c object, members object) object { return with(c, object{"related": list{members}}) }

const later = "2025-06-01T00:00:00Z"

// TestSilentReplacement checks which claims another claim supersedes that names
// their control number, in any order of the input.
func TestSilentReplacement(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, tt := range []struct {
		name    string
		claims  []object
		want    string // ids that are left
		partly  string // ids of partially adjudicated claims that are left
		circles int64
	}{
		{name: "one", claims: []object{numbered("1", "A"), numbered("2", "B", "A")}, want: "2"},
		{name: "a chain", claims: []object{numbered("1", "A"), numbered("2", "B", "A"), numbered("3", "C", "B")}, want: "3"},
		{name: "its middle is not there", claims: []object{numbered("1", "A"), numbered("3", "C", "B")}, want: "1 3"},
		{name: "its middle is no final action", claims: []object{
			numbered("1", "A"), tagged(numbered("2", "B", "A"), "NationalClaimsHistory", "NotFinalAction"), numbered("3", "C", "B")}, want: "3"},
		{name: "the old one was updated later", claims: []object{updatedLater(numbered("1", "A")), numbered("2", "B", "A")}, want: "2"},
		{name: "several", claims: []object{numbered("1", "A"), numbered("2", "B"), numbered("3", "C", "A", "B")}, want: "3"},
		{name: "two claims have the number", claims: []object{numbered("1", "A"), numbered("2", "A"), numbered("3", "B", "A")}, want: "3"},
		{name: "the number alone", claims: []object{numbered("1", "A"), numbered("2", "A")}, want: "1 2"},
		{name: "another beneficiary", claims: []object{
			numbered("1", "A"), with(numbered("2", "B", "A"), object{"patient": object{"reference": "Patient/q"}})}, want: "1 2"},
		{name: "numbers of another system", claims: []object{ofType(numbered("1", "A"), "CARRIER", "71"), numbered("2", "B", "A")}, want: "1 2"},
		{name: "another type of the same system", claims: []object{ofType(numbered("1", "A"), "HHA", "10"), numbered("2", "B", "A")}, want: "2"},
		{name: "carrier", claims: []object{ofType(numbered("1", "A"), "CARRIER", "71"), ofType(numbered("2", "B", "A"), "CARRIER", "72")}, want: "2"},
		{name: "itself", claims: []object{numbered("1", "A", "A")}, want: "1"},
		{name: "the same number again", claims: []object{numbered("1", "A"), numbered("2", "A", "A")}, want: "2"},
		{name: "both name their number", claims: []object{numbered("1", "A", "A"), updatedLater(numbered("2", "A", "A"))}, want: "2", circles: 1},
		{name: "each other", claims: []object{updatedLater(numbered("1", "A", "B")), numbered("2", "B", "A")}, want: "1", circles: 1},
		{name: "a circle", claims: []object{numbered("1", "A", "C"), updatedLater(numbered("2", "B", "A")), numbered("3", "C", "B")}, want: "2", circles: 1},
		{name: "a circle of four", claims: []object{
			numbered("1", "A", "D"), numbered("2", "B", "A"), numbered("3", "C", "B"), updatedLater(numbered("4", "D", "C"))}, want: "4", circles: 1},
		{name: "a circle and its prior version", claims: []object{
			numbered("0", "Z"), numbered("1", "A", "C", "Z"), updatedLater(numbered("2", "B", "A")), numbered("3", "C", "B")}, want: "2", circles: 1},
		{name: "a circle that another claim ends", claims: []object{
			numbered("1", "A", "C"), updatedLater(numbered("2", "B", "A")), numbered("3", "C", "B"), numbered("4", "D", "A")}, want: "4"},
		{name: "a circle with a claim that is no final action", claims: []object{
			numbered("1", "A", "C"), tagged(updatedLater(numbered("2", "B", "A")), "NationalClaimsHistory", "NotFinalAction"),
			updatedLater(numbered("3", "C", "B"))}, want: "3", circles: 1},
		{name: "two circles", claims: []object{
			numbered("1", "A", "B"), updatedLater(numbered("2", "B", "A")), numbered("3", "C", "D"), updatedLater(numbered("4", "D", "C"))}, want: "2 4", circles: 2},
		{name: "two circles in a row", claims: []object{
			numbered("1", "A", "B"), updatedLater(numbered("2", "B", "A")), updatedLater(numbered("3", "C", "D", "B")), numbered("4", "D", "C")}, want: "3", circles: 1},
		{name: "a claim without a number", claims: []object{numbered("1", "A"), numbered("2", "", "A")}, want: "2"},
		{name: "no prior claim", claims: []object{numbered("1", "A"), related(numbered("2", "B"), object{
			"reference":    object{"system": controlNumbers, "value": "A"},
			"relationship": coding("http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship", "associated"),
		})}, want: "1 2"},
		{name: "no relationship", claims: []object{numbered("1", "A"), related(numbered("2", "B"), object{
			"reference": object{"system": controlNumbers, "value": "A"}})}, want: "2"},
		{name: "an identifier", claims: []object{numbered("1", "A"), related(numbered("2", "B"), object{
			"reference":    object{"identifier": object{"system": controlNumbers, "value": "A"}},
			"relationship": coding("http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship", "prior"),
		})}, want: "2"},
		{name: "another version of it does not", claims: []object{
			numbered("1", "A"), numbered("2", "B", "A"), updatedLater(numbered("2", "B"))}, want: "1 2"},
		{name: "only a newer version of it does", claims: []object{
			numbered("1", "A"), numbered("2", "B"), updatedLater(numbered("2", "B", "A"))}, want: "2"},
		{name: "paid", claims: []object{tagged(numbered("1", "A"), "SharedSystem", "FinalAction"), numbered("2", "B", "A")}, want: "2"},
		{name: "not yet paid", claims: []object{numbered("1", "A"), tagged(numbered("2", "B", "A"), "SharedSystem", "")}, want: "1", partly: "2"},
		{name: "neither paid", claims: []object{
			tagged(numbered("1", "A"), "SharedSystem", ""), tagged(numbered("2", "B", "A"), "SharedSystem", "")}, partly: "2"},
		{name: "paid, and no final action before", claims: []object{tagged(numbered("1", "A"), "SharedSystem", "NotFinalAction"), numbered("2", "B", "A")}, want: "2"},
		{name: "neither paid, and the first no final action", claims: []object{
			tagged(numbered("1", "A"), "SharedSystem", "NotFinalAction"), tagged(numbered("2", "B", "A"), "SharedSystem", "")}, partly: "2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			backward := slices.Clone(tt.claims)
			slices.Reverse(backward)
			for _, claims := range [][]object{tt.claims, backward} {
				for _, files := range []export{{"a.ndjson": lines(claims...)}, inFiles(claims)} {
					c := files.convert(t)
					checkReplacement(t, c, tt.want, tt.partly)
					if c.Counts.PriorCircles != tt.circles {
						t.Errorf("%d circles, want %d", c.Counts.PriorCircles, tt.circles)
					}
				}
			}
		})
	}
}

// inFiles is an export with one file per resource.
func inFiles(resources []object) export {
	e := export{}
	for i, r := range resources {
		e[fmt.Sprintf("%03d.ndjson", i)] = lines(r)
	}
	return e
}

// checkReplacement compares the claims that have rows with those that are wanted.
func checkReplacement(t *testing.T, c *converted, want, partly string) {
	t.Helper()
	ids := func(folder string) string {
		seen := map[string]bool{}
		for _, name := range []string{"cclf1", "cclf2", "cclf5", "cclfa", "cclfb"} {
			for _, id := range c.column(t, folder+name, "CUR_CLM_UNIQ_ID") {
				seen[id] = true
			}
		}
		return strings.Join(slices.Sorted(maps.Keys(seen)), " ")
	}
	if got := ids(""); got != want {
		t.Errorf("rows of claims %q, want %q", got, want)
	}
	if got := ids("partially_adjudicated/"); got != partly {
		t.Errorf("rows of partially adjudicated claims %q, want %q", got, partly)
	}
	living := map[string]bool{}
	for _, id := range strings.Fields(want + " " + partly) {
		living[id] = true
	}
	for _, row := range c.table(t, "claims") {
		if final := row["FINAL_ACTION"] == "Y"; final != living[row["RESOURCE_ID"]] {
			t.Errorf("FINAL_ACTION of claim %s is %s", row["RESOURCE_ID"], row["FINAL_ACTION"])
		}
	}
	all := int64(len(c.table(t, "claims")))
	if n := int64(len(living)) + c.Counts.Cancelled + c.Counts.Superseded; n != all {
		t.Errorf("%d living, %d canceled and %d superseded are %d claims, there are %d", len(living), c.Counts.Cancelled, c.Counts.Superseded, n, all)
	}
}

// TestSilentReplacementOfAllVersions checks that all versions keep their rows on
// request, and that the list of claims marks the old ones.
func TestSilentReplacementOfAllVersions(t *testing.T) {
	e := export{"a.ndjson": lines(numbered("1", "A"), numbered("2", "B", "A"))}
	c := e.convert(t, func(o *Options) { o.Versions = AllVersions })
	if got := c.column(t, "cclf1", "CUR_CLM_UNIQ_ID"); !cmp.Equal(got, []string{"1", "2"}) {
		t.Errorf("rows of claims %q", got)
	}
	if got := c.column(t, "claims", "FINAL_ACTION"); !cmp.Equal(got, []string{"N", "Y"}) {
		t.Errorf("final action %q", got)
	}
}

// TestSilentReplacementSpilled makes long chains among many claims, so that links
// are sorted on disk, and compares the outcome with a map's.
func TestSilentReplacementSpilled(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 1))
	var claims []object
	named := map[string]bool{}
	n := synthtest.UnlessRace(3000, 300)
	for i := range n {
		c := numbered(fmt.Sprint(i), fmt.Sprint("N", i))
		if i > 0 && random.IntN(3) == 0 {
			prior := fmt.Sprint("N", random.IntN(i))
			named[prior] = true
			c = numbered(fmt.Sprint(i), fmt.Sprint("N", i), prior)
		}
		claims = append(claims, c)
	}
	random.Shuffle(len(claims), func(i, j int) { claims[i], claims[j] = claims[j], claims[i] })
	c := export{"a.ndjson": lines(claims...)}.convert(t, func(o *Options) { o.Jobs = 3 })
	if got := c.Counts.Superseded; got != int64(len(named)) {
		t.Errorf("%d claims superseded, want %d", got, len(named))
	}
}
