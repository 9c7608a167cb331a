package codebook

// Names and places of beneficiaries and providers.

var GivenNames = []string{
	"MARY", "JAMES", "PATRICIA", "ROBERT", "LINDA", "JOHN", "BARBARA", "WILLIAM", "ELIZABETH", "RICHARD", "MARÍA", "JOSÉ", "ZOË",
	"ANNE-MARIE", "JEAN", "LUÍS", "HELEN", "GEORGE", "DOROTHY", "FRANK", "RUTH", "RAYMOND", "BETTY JO", "ÁNGEL", "YOLANDA", "KENJI",
	"O'DELL", "SØREN", "NGUYỄN", "WALTER", "ROSE", "HAROLD",
}

var Surnames = []string{
	"SMITH", "JOHNSON", "WILLIAMS", "BROWN", "GARCIA", "NUÑEZ", "O'BRIEN", "D'ANGELO", "MÜLLER", "ÅKESSON", "LEE", "SAINT-JOHN", "VAN DER BERG",
	"McDONALD", "ŁUKASIEWICZ", "THOMPSON", "RODRÍGUEZ", "KIM", "TRẦN", "DAVIS", "MILLER", "WASHINGTON", "PEREZ JR.", "ČERNÝ", "BAKER", "HILL",
}

var Streets = []string{"MAIN ST", "ELM AVE", "2ND ST NW", "COUNTY ROAD 7", "CALLE PEÑA", "MARTIN LUTHER KING JR BLVD", "P&O PLACE", "OLD MILL RD"}

// SecondLines are address lines below the street. Some need escapes in JSON, quotes
// in CSV, or both.
var SecondLines = []string{"APT 3B", "C/O JONES & PARTNERS", "UNIT <B>", `BLDG "C"`, "RR 1, BOX 12", `REAR \ UPSTAIRS`, "LOT 7,\tGATE 2", "SUITE 100 – WEST"}
