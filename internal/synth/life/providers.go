package life

import (
	"fmt"
	"strconv"
	"sync"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A Provider is a practitioner or organization of the national provider registry
// (NPPES).
type Provider struct {
	NPI           string
	Name          string        // empty if the registry lacks it
	Taxonomy      codebook.Term // empty if the registry lacks it
	Type          string
	Specialty     string
	Participating string
	TaxNumber     string
	State         string
	ZIP           string
	CCN           string // certification number of an institution (OSCAR)

	practice *Provider // that bills for a practitioner
}

// Providers are all providers that claims refer to.
type Providers struct {
	Practitioners []Provider
	Suppliers     []Provider
	Organizations []Provider
	ByNPI         map[string]*Provider

	bySpecialty map[string][]*Provider // practitioners
	facilities  [facilityKinds][]Provider
}

// A facilityKind is a kind of institution, which shows in the last four digits of its
// certification number.
type facilityKind int

const (
	hospital facilityKind = iota
	criticalAccess
	rehabilitationHospital
	psychiatricHospital
	longTermHospital
	nursingFacility
	homeHealthAgency
	hospice
	dialysisFacility
	facilityKinds
)

// facilityNumbers are the first certification number of each kind, and how many
// institutions of the kind there are.
var facilityNumbers = [facilityKinds]struct{ first, count int }{
	hospital: {1, 640}, criticalAccess: {1300, 90}, rehabilitationHospital: {3025, 70}, psychiatricHospital: {4000, 60}, longTermHospital: {2000, 30},
	nursingFacility: {5000, 900}, homeHealthAgency: {7000, 500}, hospice: {1500, 290}, dialysisFacility: {2500, 390},
}

// Registry returns the providers. Their NPIs have wrong check digits, so nobody has
// them.
var Registry = sync.OnceValue(func() *Providers {
	p := &Providers{ByNPI: map[string]*Provider{}}
	var r random.Source
	r.Seed(0, 0, 0)
	add := func(list *[]Provider, n int, name func(*random.Source) string, specialty *codebook.Set) {
		*list = make([]Provider, n)
		for i := range *list {
			q := &(*list)[i]
			where := random.AnyOf(&r, codebook.States)
			*q = Provider{
				NPI:           invalidNPI(len(p.ByNPI)),
				Type:          codebook.ProviderTypes.Pick(&r),
				Specialty:     specialty.Pick(&r),
				Participating: codebook.Participations.Pick(&r),
				TaxNumber:     r.Number(9),
				State:         where.SSA,
				ZIP:           where.Cities[i%len(where.Cities)].ZIP,
				CCN:           where.SSA + strconv.Itoa(1000+i),
			}
			if i%9 == 0 {
				q.CCN = where.SSA + string("STUZ"[i/9%4]) + strconv.Itoa(100+i%900)
			}
			if r.Chance(60) {
				q.State = where.USPS
			}
			if r.Chance(850) {
				q.Name = name(&r)
			}
			if r.Chance(800) {
				q.Taxonomy = random.AnyOf(&r, codebook.Taxonomies)
			}
			p.ByNPI[q.NPI] = q
		}
	}
	add(&p.Practitioners, 16_000, practitionerName, codebook.Specialties)
	add(&p.Suppliers, 1000, organizationName, codebook.SupplierSpecialties)
	add(&p.Organizations, 3000, organizationName, codebook.Specialties)
	for kind, numbers := range facilityNumbers {
		add(&p.facilities[kind], numbers.count, organizationName, codebook.Specialties)
	}
	p.organize()
	return p
})

// organize gives practitioners the tax numbers of their practices, and facilities the
// certification numbers of their kinds, and lists practitioners by specialty.
func (p *Providers) organize() {
	p.bySpecialty = map[string][]*Provider{}
	for i := range p.Practitioners {
		q := &p.Practitioners[i]
		q.TaxNumber = p.Practitioners[i-i%practiceSize].TaxNumber
		q.practice = &p.Organizations[i/practiceSize%len(p.Organizations)]
		p.bySpecialty[q.Specialty] = append(p.bySpecialty[q.Specialty], q)
	}
	for kind := range p.facilities {
		for i := range p.facilities[kind] {
			q := &p.facilities[kind][i]
			s := codebook.StateOf(q.State)
			q.State, q.CCN = s.SSA, fmt.Sprintf("%s%04d", s.SSA, facilityNumbers[kind].first+i)
		}
	}
}

// practiceSize is how many practitioners bill under a tax number.
const practiceSize = 7

// invalidNPI returns a number of ten digits that fails the check of NPIs.
func invalidNPI(n int) string {
	digits := make([]byte, 0, 10)
	digits = append(digits, '1')
	digits = strconv.AppendInt(digits, int64(10_000_000+(n*48_611+7_121)%90_000_000), 10)
	sum := 24 // of the prefix 80840
	for i, c := range digits {
		v := int(c - '0')
		if i%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	check := (10 - sum%10) % 10
	return string(append(digits, byte('0'+(check+1+n%8)%10)))
}

func practitionerName(r *random.Source) string {
	suffix := random.AnyOf(r, []string{" MD", " M.D.", " DO", " NP", " PA-C", " DPM", " III MD", ""})
	return "DR. " + random.AnyOf(r, codebook.GivenNames) + " " + random.AnyOf(r, codebook.Surnames) + suffix
}

func organizationName(r *random.Source) string {
	place := random.AnyOf(r, random.AnyOf(r, codebook.States).Cities).Name
	switch r.Intn(6) {
	case 0:
		return place + " HOSPITAL & MEDICAL CENTER"
	case 1:
		return "ST. " + random.AnyOf(r, codebook.GivenNames) + "'S HEALTH, INC."
	case 2:
		return place + " HOME CARE <" + random.AnyOf(r, []string{"NORTH", "SOUTH", "EAST"}) + ">"
	case 3:
		return random.AnyOf(r, codebook.Surnames) + " & SONS MEDICAL SUPPLY LLC"
	case 4:
		return place + " REGIONAL \"MERCY\" CAMPUS"
	}
	return place + " CLINIC"
}
