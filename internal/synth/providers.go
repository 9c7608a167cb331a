package synth

import (
	"strconv"
	"sync"
)

// A practitioner or organisation, as the registry of national provider
// identifiers (NPI) knows it.
type provider struct {
	npi           string
	name          string // a JSON string, empty if the registry lacks it
	display       string // the name as a member with a comma behind
	qualification string // the Coding of the taxonomy, empty if the registry lacks it
	providerType  string
	specialty     string
	participating string
	taxNumber     string
	state         string
	zip           string
	oscar         string // the CCN of an institution
}

// providers are those that all claims of all beneficiaries take theirs from.
type providers struct {
	practitioners []provider
	suppliers     []provider
	organizations []provider
	byNPI         map[string]*provider
}

// registry is made once. The numbers have wrong check digits, so that nobody
// has them.
var registry = sync.OnceValue(func() *providers {
	p := &providers{byNPI: map[string]*provider{}}
	var r random
	r.seed(0, 0, 0)
	add := func(list *[]provider, first byte, n int, name func(*random) string, specialty *codes) {
		*list = make([]provider, n)
		for i := range *list {
			q := &(*list)[i]
			where := anyOf(&r, states)
			*q = provider{
				npi:           invalidNPI(first, len(p.byNPI)),
				providerType:  providerTypes.pick(&r),
				specialty:     specialty.pick(&r),
				participating: participations.pick(&r),
				taxNumber:     r.number(9),
				state:         where.ssa,
				zip:           where.cities[i%len(where.cities)].zip,
				oscar:         where.ssa + strconv.Itoa(1000 + i)[:4],
			}
			if i%9 == 0 {
				q.oscar = where.ssa + string("STUZ"[i/9%4]) + strconv.Itoa(100+i%900)
			}
			if r.chance(60) {
				q.state = where.usps
			}
			if r.chance(850) {
				q.name = quoted(name(&r))
				q.display = `"display":` + q.name + `,`
			}
			if r.chance(800) {
				t := anyOf(&r, taxonomies)
				q.qualification = coding(taxonomy, t.code, t.title)
			}
			p.byNPI[q.npi] = q
		}
	}
	add(&p.practitioners, '1', 3000, practitionerName, specialties)
	add(&p.suppliers, '1', 300, organizationName, supplierSpecialties)
	add(&p.organizations, '1', 700, organizationName, specialties)
	return p
})

// invalidNPI makes a number of ten digits that fails the check of NPIs.
func invalidNPI(first byte, n int) string {
	digits := make([]byte, 0, 10)
	digits = append(digits, first)
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

func practitionerName(r *random) string {
	suffix := anyOf(r, []string{" MD", " M.D.", " DO", " NP", " PA-C", " DPM", " III MD", ""})
	return "DR. " + anyOf(r, givenNames) + " " + anyOf(r, surnames) + suffix
}

func organizationName(r *random) string {
	place := anyOf(r, anyOf(r, states).cities).name
	switch r.intn(6) {
	case 0:
		return place + " HOSPITAL & MEDICAL CENTER"
	case 1:
		return "ST. " + anyOf(r, givenNames) + "'S HEALTH, INC."
	case 2:
		return place + " HOME CARE <" + anyOf(r, []string{"NORTH", "SOUTH", "EAST"}) + ">"
	case 3:
		return anyOf(r, surnames) + " & SONS MEDICAL SUPPLY LLC"
	case 4:
		return place + " REGIONAL \"MERCY\" CAMPUS"
	}
	return place + " CLINIC"
}

var taxonomies = []term{
	{"207R00000X", "Internal Medicine Physician"}, {"207Q00000X", "Family Medicine Physician"}, {"208600000X", "Surgery Physician"},
	{"2085R0202X", "Diagnostic Radiology Physician"}, {"207RC0000X", "Cardiovascular Disease Physician"}, {"363L00000X", "Nurse Practitioner"},
	{"207ZP0102X", "Anatomic Pathology & Clinical Pathology Physician"}, {"225100000X", "Physical Therapist"}, {"282N00000X", "General Acute Care Hospital"},
	{"332B00000X", "Durable Medical Equipment & Medical Supplies"}, {"3336C0003X", "Community/Retail Pharmacy"}, {"251E00000X", "Home Health Agency"},
}
