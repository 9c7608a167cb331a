package codebook

import (
	"maps"
	"slices"
	"sync"
)

// A State has a two-digit number of the Social Security Administration (SSA), which
// Medicare's records use, another one of the Census Bureau (FIPS), and the letters of
// the Postal Service. Any of them may be missing.
type state struct {
	SSA, FIPS, USPS string
	Cities          []city
}

type city struct{ Name, ZIP string }

// States are the states of beneficiaries and providers.
var States = []state{
	{"22", "25", "MA", []city{{"SPRINGFIELD", "01103"}, {"BOSTON", "02115"}}},
	{"05", "06", "CA", []city{{"LA CAÑADA", "91011"}, {"SACRAMENTO", "95814"}}},
	{"10", "12", "FL", []city{{"MIAMI", "33130"}}},
	{"45", "48", "TX", []city{{"HOUSTON", "77002"}}},
	{"33", "36", "NY", []city{{"HOLTSVILLE", "00501"}, {"ALBANY", "12207"}}},
	{"14", "17", "IL", []city{{"CHICAGO", "60614"}}},
	{"39", "42", "PA", []city{{"KING OF PRUSSIA", "19406"}}},
	{"36", "39", "OH", []city{{"COLUMBUS", "43215"}}},
	{"01", "01", "AL", []city{{"BIRMINGHAM", "35203"}}},
	{"50", "53", "WA", []city{{"SPOKANE", "99201"}}},
	{"26", "29", "MO", []city{{"SAINT LOUIS", "63103"}}},
	{"40", "72", "PR", []city{{"SAN JUAN", "00907"}}},
	{"16", "19", "IA", []city{{"WHAT CHEER", "50268"}}},
	{"46", "49", "UT", []city{{"OGDEN", "84401"}}},
	{"03", "04", "AZ", []city{{"WHY", "85321"}}},
	{"11", "13", "GA", []city{{"ATLANTA", "30303"}}},
	{"09", "11", "DC", []city{{"WASHINGTON", "20001"}}},
	{"53", "56", "WY", []city{{"CHEYENNE", "82001"}}},
}

// otherStates are the other codes that occur: more states, territories, second
// numbers of a state, foreign countries, and letters without a number.
var otherStates = []state{
	{"02", "02", "AK", []city{{"ANCHORAGE", "99501"}}},
	{"04", "05", "AR", []city{{"LITTLE ROCK", "72201"}}},
	{"06", "08", "CO", []city{{"DENVER", "80202"}}},
	{"07", "09", "CT", []city{{"HARTFORD", "06103"}}},
	{"08", "10", "DE", []city{{"DOVER", "19901"}}},
	{"12", "15", "HI", []city{{"HONOLULU", "96813"}}},
	{"13", "16", "ID", []city{{"COEUR D'ALENE", "83814"}}},
	{"15", "18", "IN", []city{{"SANTA CLAUS", "47579"}}},
	{"17", "20", "KS", []city{{"TOPEKA", "66603"}}},
	{"18", "21", "KY", []city{{"FRANKFORT", "40601"}}},
	{"19", "22", "LA", []city{{"NEW ORLEANS", "70112"}}},
	{"20", "23", "ME", []city{{"PORTLAND", "04101"}}},
	{"21", "24", "MD", []city{{"BALTIMORE", "21201"}}},
	{"23", "26", "MI", []city{{"HELL", "48169"}}},
	{"24", "27", "MN", []city{{"SAINT PAUL", "55101"}}},
	{"25", "28", "MS", []city{{"JACKSON", "39201"}}},
	{"27", "30", "MT", []city{{"HELENA", "59601"}}},
	{"28", "31", "NE", []city{{"OMAHA", "68102"}}},
	{"29", "32", "NV", []city{{"RENO", "89501"}}},
	{"30", "33", "NH", []city{{"CONCORD", "03301"}}},
	{"31", "34", "NJ", []city{{"NEWARK", "07102"}}},
	{"32", "35", "NM", []city{{"TRUTH OR CONSEQUENCES", "87901"}}},
	{"34", "37", "NC", []city{{"RALEIGH", "27601"}}},
	{"35", "38", "ND", []city{{"FARGO", "58102"}}},
	{"37", "40", "OK", []city{{"TULSA", "74103"}}},
	{"38", "41", "OR", []city{{"SALEM", "97301"}}},
	{"41", "44", "RI", []city{{"PROVIDENCE", "02903"}}},
	{"42", "45", "SC", []city{{"DUE WEST", "29639"}}},
	{"43", "46", "SD", []city{{"PIERRE", "57501"}}},
	{"44", "47", "TN", []city{{"NASHVILLE", "37203"}}},
	{"47", "50", "VT", []city{{"MONTPELIER", "05602"}}},
	{"48", "78", "VI", []city{{"CHARLOTTE AMALIE", "00802"}}},
	{"49", "51", "VA", []city{{"RICHMOND", "23219"}}},
	{"51", "54", "WV", []city{{"CHARLESTON", "25301"}}},
	{"52", "55", "WI", []city{{"FOND DU LAC", "54935"}}},
	{"64", "60", "AS", []city{{"PAGO PAGO", "96799"}}},
	{"65", "66", "GU", []city{{"HAGÅTÑA", "96910"}}},
	{"97", "69", "MP", []city{{"SAIPAN", "96950"}}},
	{"98", "66", "GU", []city{{"HAGÅTÑA", "96910"}}},
	{"99", "60", "AS", []city{{"PAGO PAGO", "96799"}}},
	{"67", "48", "TX", []city{{"HOUSTON", "77002"}}},
	{"80", "24", "MD", []city{{"BALTIMORE", "21201"}}},
	{"54", "", "", []city{{"NAIROBI", ""}}},
	{"56", "", "", []city{{"TORONTO", ""}}},
	{"57", "", "", []city{{"KINGSTON", ""}}},
	{"58", "", "", []city{{"KRAKÓW", ""}}},
	{"59", "", "", []city{{"MÉRIDA", ""}}},
	{"60", "", "", []city{{"SUVA", ""}}},
	{"61", "", "", []city{{"QUEZON CITY", ""}}},
	{"62", "", "", []city{{"CALI", ""}}},
	{"", "", "AE", []city{{"APO", "09012"}}},
}

// stateCodes indexes the states by the codes in the records, numbers and letters.
var stateCodes = sync.OnceValue(func() map[string]*state {
	m := map[string]*state{}
	for _, list := range [][]state{States, otherStates} {
		for i := range list {
			s := &list[i]
			if s.SSA != "" {
				m[s.SSA] = s
			}
			if s.USPS != "" && m[s.USPS] == nil {
				m[s.USPS] = s
			}
		}
	}
	return m
})

// FIPSState returns the census number of a state code of the records.
func FIPSState(code string) string {
	if s := StateOf(code); s != nil {
		return s.FIPS
	}
	return ""
}

// USPSState returns the letters of a state code of the records.
func USPSState(code string) string {
	if s := StateOf(code); s != nil {
		return s.USPS
	}
	return ""
}

// StateOf returns the state with a number or letters, or nil.
func StateOf(code string) *state { return stateCodes()[code] }

// AllStateCodes returns the numbers and letters of all states, sorted.
var AllStateCodes = sync.OnceValue(func() []string { return slices.Sorted(maps.Keys(stateCodes())) })
