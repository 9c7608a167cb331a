package synth

// A generator makes the records of one beneficiary after the other. What it
// hands out is valid until the next record of the kind: the slices in it are
// used again.
type generator struct {
	random     random
	ids        ids
	seed       uint64
	calendar   calendar
	taxNumbers bool // whether this export has the tax numbers of physicians
	providers  *providers
	person     *Beneficiary

	stay          stay      // the newest of the beneficiary's hospice claims
	order         [64]uint8 // of the codes that distinct picks
	picked        [32]term
	institutional Institutional
	professional  Professional
	event         PartDEvent
}

func newGenerator(seed uint64, c calendar) *generator {
	return &generator{seed: seed, calendar: c, taxNumbers: seed%4 != 3, providers: registry()}
}

// start turns to a beneficiary. What follows depends on the seed and the
// index, and on nothing that was made before.
func (g *generator) start(index int) {
	g.random.seed(g.seed, index, 0)
	g.ids = ids{index: int64(index), negative: g.random.chance(300)}
	g.stay = stay{}
	for i := range g.order {
		g.order[i] = uint8(i)
	}
}

// ids are the numbers of a beneficiary and of the claims. Some are negative,
// as in the synthetic data of CMS.
type ids struct {
	index    int64
	negative bool
	claims   int64
}

const claimsPerBeneficiary = 4096 // at most

func (n *ids) beneficiary() int64 {
	if n.negative {
		return -10_000_010_000_000 - n.index
	}
	return 20_000_000 + n.index
}

// claim is the number of a new claim.
func (n *ids) claim() int64 {
	n.claims++
	id := n.index*claimsPerBeneficiary + n.claims
	if n.negative {
		return -10_000_930_000_000 - id
	}
	return 100_000_000 + id
}

// group is the number that the versions of a claim have in common.
func (n *ids) group() int64 {
	id := 60_000_000_000 + n.index*claimsPerBeneficiary + n.claims
	if n.negative {
		return -id
	}
	return id
}

// updated is when the server learned what happened on a day.
func (g *generator) updated(day date) instant {
	r := &g.random
	day = min(max(day+date(1+r.intn(20)), firstUpdate), g.calendar.lastUpdate)
	t := day.at(int64(r.intn(86_400_000)))
	if r.chance(120) {
		t.west = int8(4 + r.intn(2))
	}
	return t
}

// before is when the server had sent the same resource an earlier time. Now
// and then that is so little before that the zones matter.
func (t instant) before(r *random) instant {
	if r.chance(100) {
		return instant{t.millis - int64(r.between(1, 3_000_000)), int8(r.intn(6))}
	}
	return instant{millis: t.millis - int64(r.between(1, 200))*86_400_000 - int64(r.intn(86_400_000))}
}

// claim starts a claim.
func (g *generator) claim(kind claimType, from, thru date) claim {
	return claim{
		Type: kind, Beneficiary: g.person, FinalAction: "F",
		ClmID: g.ids.claim(), ClmGrpID: g.ids.group(),
		ClmFromDt: from, ClmThruDt: thru,
	}
}

// practitioner is one of the few that a beneficiary sees.
func (g *generator) practitioner() *provider {
	base := int(g.ids.index * 7919)
	return &g.providers.practitioners[(base+g.random.skewed(24)*131)%len(g.providers.practitioners)]
}

func (g *generator) organization() *provider {
	base := int(g.ids.index * 104_729)
	return &g.providers.organizations[(base+g.random.skewed(8)*37)%len(g.providers.organizations)]
}

// upin is an identifier of physicians from before there were NPIs.
func (g *generator) upin() string {
	return string(rune('A'+g.random.intn(26))) + g.random.number(5)
}

// physician is the two identifiers of one in a claim's header, which may or
// may not be there.
func (g *generator) physician(perMille int) (npi, upin string) {
	r := &g.random
	if r.chance(perMille) {
		npi = r.optional(g.practitioner().npi)
	}
	return npi, r.seldom(25, g.upin())
}

// distinct picks n terms, no two the same. They are good until it picks
// again.
func (g *generator) distinct(list []term, n int) []term {
	n = min(n, len(list))
	picked := g.picked[:0]
	order := g.order[:]
	// A number in order may be above the length of the list: then the next
	// ones are looked at.
	for i := 0; len(picked) < n; i++ {
		j := i + g.random.intn(len(order)-i)
		order[i], order[j] = order[j], order[i]
		if int(order[i]) < len(list) {
			picked = append(picked, list[order[i]])
		}
	}
	return picked
}

// icdOn is the version of ICD that claims used on a day, and how their raw
// columns have it: old claims may lack the version.
func (g *generator) icdOn(day date) (v *icd, version string) {
	if day >= firstICD10 {
		return icd10, "0"
	}
	if g.random.chance(150) {
		return icd9, ""
	}
	return icd9, "9"
}
