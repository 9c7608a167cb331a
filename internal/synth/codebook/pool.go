package codebook

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// The pools are as large as what a server sends for many beneficiaries: some 4,000
// diagnoses, 6,000 procedure codes and 8,000 drugs. The first codes of a pool are
// common in life; the others are made from the code ranges below, look like valid
// codes, and come in an order that mixes the ranges. Claims take codes from a pool
// with random.Zipf, so that the first ones are frequent and the last ones rare.

const (
	diagnosisCodes = 4000
	procedureCodes = 6000
	drugCodes      = 8000
)

// A chapter is a range of ICD-10-CM categories.
type chapter struct {
	letter      byte
	first, last int
	title       string
}

// chapters are the chapters of ICD-10-CM that Medicare's claims take diagnoses from.
var chapters = []chapter{
	{'A', 15, 49, "BACTERIAL DISEASE"}, {'B', 0, 49, "VIRAL OR FUNGAL DISEASE"},
	{'C', 15, 96, "MALIGNANT NEOPLASM"}, {'D', 0, 49, "OTHER NEOPLASM"}, {'D', 50, 89, "DISEASE OF THE BLOOD"},
	{'E', 3, 88, "ENDOCRINE OR METABOLIC DISEASE"}, {'F', 1, 69, "MENTAL DISORDER"}, {'G', 20, 98, "DISEASE OF THE NERVOUS SYSTEM"},
	{'H', 0, 59, "DISEASE OF THE EYE"}, {'H', 60, 95, "DISEASE OF THE EAR"}, {'I', 5, 99, "DISEASE OF THE CIRCULATORY SYSTEM"},
	{'J', 0, 99, "DISEASE OF THE RESPIRATORY SYSTEM"}, {'K', 0, 95, "DISEASE OF THE DIGESTIVE SYSTEM"}, {'L', 0, 99, "DISEASE OF THE SKIN"},
	{'M', 0, 99, "DISEASE OF THE MUSCULOSKELETAL SYSTEM"}, {'N', 0, 99, "DISEASE OF THE GENITOURINARY SYSTEM"},
	{'R', 0, 99, "SYMPTOM OR ABNORMAL FINDING"}, {'S', 0, 99, "INJURY"}, {'T', 14, 88, "POISONING OR COMPLICATION"}, {'Z', 0, 99, "FACTOR INFLUENCING HEALTH STATUS"},
}

// A codeRange is a range of HCPCS codes, which a format makes from numbers.
type codeRange struct {
	format      string
	first, last int
	Service     // of all codes of the range; Charge is the middle one
}

// codeRanges are the ranges of procedure codes that physicians and hospitals bill.
var codeRanges = []codeRange{
	{"%05d", 10021, 69990, Service{"", "2", "P6C", 620}}, {"%05d", 70010, 76499, Service{"", "4", "I1F", 260}},
	{"%05d", 76506, 79999, Service{"", "4", "I3F", 340}}, {"%05d", 80047, 89356, Service{"", "5", "T1H", 42}},
	{"%05d", 90460, 96999, Service{"", "1", "T2D", 150}}, {"%05d", 97010, 97799, Service{"", "W", "P6C", 62}},
	{"%05d", 99221, 99499, Service{"", "1", "M2B", 190}}, {"G%04d", 101, 999, Service{"", "1", "M5D", 90}},
	{"J%04d", 120, 9999, Service{"", "9", "O1E", 310}}, {"Q%04d", 138, 9999, Service{"", "9", "O1E", 420}},
}

// DiagnosisPool returns the diagnoses of ICD-10-CM, the common ones first.
var DiagnosisPool = sync.OnceValue(func() []Term {
	pool := slices.Clone(Icd10Diagnoses)
	seen := map[string]bool{}
	for i := range pool {
		seen[pool[i].Code] = true
	}
	for n := 0; len(pool) < diagnosisCodes; n++ {
		c := chapters[n%len(chapters)]
		round := n / len(chapters)
		category := c.first + round*7%(c.last-c.first+1)
		t := Term{fmt.Sprintf("%c%02d%d", c.letter, category, round%9), fmt.Sprintf("%s, TYPE %d, UNSPECIFIED", c.title, round+1)}
		if c.letter == 'S' || c.letter == 'T' {
			t.Code, t.Title = t.Code+strconv.Itoa(10+round%90)+"A", t.Title+", INITIAL ENCOUNTER"
		}
		if !seen[t.Code] {
			seen[t.Code] = true
			pool = append(pool, t)
		}
	}
	return pool
})

// ProcedurePool returns the services that physicians and hospitals bill, the common
// ones first.
var ProcedurePool = sync.OnceValue(func() []Service {
	pool := slices.Clone(OfficeServices)
	seen := map[string]bool{}
	for i := range pool {
		seen[pool[i].HCPCS] = true
	}
	for n := 0; len(pool) < procedureCodes; n++ {
		c := codeRanges[n%len(codeRanges)]
		round := n / len(codeRanges)
		s := c.Service
		s.HCPCS = fmt.Sprintf(c.format, c.first+round*stride%(c.last-c.first+1))
		s.Charge = s.Charge*(20+round*37%181)/100 + 1
		if !seen[s.HCPCS] {
			seen[s.HCPCS] = true
			pool = append(pool, s)
		}
	}
	return pool
})

// stride walks through a range of codes in steps, so that neighbors in the pool are
// no neighbors in the range.
const stride = 17

// labelers are the first five digits of NDC codes.
var labelers = []string{
	"00093", "68180", "00378", "65862", "16729", "31722", "67877", "00781", "59762", "13668", "29300", "68382", "43547", "00591", "60505", "65162",
}

// DrugPool returns the drugs that pharmacies dispense, the common ones first. Each of
// the others is a package of a common substance.
var DrugPool = sync.OnceValue(func() []Term {
	pool := slices.Clone(Drugs)
	for n := 0; len(pool) < drugCodes; n++ {
		code := fmt.Sprintf("%s%04d%02d", labelers[n%len(labelers)], 1000+n*7%9000, 1+n%9)
		pool = append(pool, Term{code, Drugs[n%len(Drugs)].Title})
	}
	return pool
})

// titles indexes the titles of a pool by code.
func titles(pool []Term) map[string]string {
	m := make(map[string]string, len(pool))
	for i := range pool {
		m[pool[i].Code] = pool[i].Title
	}
	return m
}

var (
	drugTitles  = sync.OnceValue(func() map[string]string { return titles(DrugPool()) })
	icd10Titles = sync.OnceValue(func() map[string]string {
		return titles(slices.Concat(Icd10Procedures, icd10External, DiagnosisPool()))
	})
)

// DrugTitle returns the name of a drug, or "" if the servers do not know it.
func DrugTitle(code string) string { return drugTitles()[code] }
