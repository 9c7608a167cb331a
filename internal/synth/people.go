package synth

// Names and places, for beneficiaries and providers alike.

var givenNames = []string{
	"MARY", "JAMES", "PATRICIA", "ROBERT", "LINDA", "JOHN", "BARBARA", "WILLIAM", "ELIZABETH", "RICHARD", "MARÍA", "JOSÉ", "ZOË",
	"ANNE-MARIE", "JEAN", "LUÍS", "HELEN", "GEORGE", "DOROTHY", "FRANK", "RUTH", "RAYMOND", "BETTY JO", "ÁNGEL", "YOLANDA", "KENJI",
	"O'DELL", "SØREN", "NGUYỄN", "WALTER", "ROSE", "HAROLD",
}

var surnames = []string{
	"SMITH", "JOHNSON", "WILLIAMS", "BROWN", "GARCIA", "NUÑEZ", "O'BRIEN", "D'ANGELO", "MÜLLER", "ÅKESSON", "LEE", "SAINT-JOHN", "VAN DER BERG",
	"McDONALD", "ŁUKASIEWICZ", "THOMPSON", "RODRÍGUEZ", "KIM", "TRẦN", "DAVIS", "MILLER", "WASHINGTON", "PEREZ JR.", "ČERNÝ", "BAKER", "HILL",
}

type city struct{ name, zip string }

var cities = []city{
	{"SPRINGFIELD", "01103"}, {"BOSTON", "02115"}, {"HOLTSVILLE", "00501"}, {"SAN JUAN", "00907"}, {"PORTLAND", "04101"}, {"ALBANY", "12207"},
	{"CHICAGO", "60614"}, {"HOUSTON", "77002"}, {"SAINT LOUIS", "63103"}, {"LA CAÑADA", "91011"}, {"MIAMI", "33130"}, {"FARGO", "58102"},
	{"COEUR D'ALENE", "83814"}, {"TRUTH OR CONSEQUENCES", "87901"}, {"HONOLULU", "96813"}, {"ANCHORAGE", "99501"},
}

var streets = []string{"MAIN ST", "ELM AVE", "2ND ST NW", "COUNTY ROAD 7", "CALLE PEÑA", "MARTIN LUTHER KING JR BLVD", "P&O PLACE", "OLD MILL RD"}

// secondLines are what an address may have besides the street; some need
// escapes in JSON, quotes in CSV, or both.
var secondLines = []string{"APT 3B", "C/O JONES & PARTNERS", "UNIT <B>", `BLDG "C"`, "RR 1, BOX 12", `REAR \ UPSTAIRS`, "LOT 7,\tGATE 2", "SUITE 100 – WEST"}

// A state has a number of two digits in Medicare's records (SSA), and letters.
type state struct{ ssa, usps string }

var states = []state{
	{"22", "MA"}, {"05", "CA"}, {"10", "FL"}, {"45", "TX"}, {"33", "NY"}, {"14", "IL"}, {"39", "PA"}, {"36", "OH"}, {"01", "AL"}, {"50", "WA"},
	{"26", "MO"}, {"40", "PR"}, {"16", "IA"}, {"46", "UT"}, {"03", "AZ"}, {"11", "GA"}, {"09", "DC"}, {"53", "WY"},
}
