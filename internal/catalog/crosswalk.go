package catalog

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

const crosswalkHead = `<!-- Made by "go generate ./schema" from the tables in package schema. Do not edit. -->

# Crosswalk

Every field of every table that cclf writes, and where the three generations of
the Beneficiary Claims Data API (BCDA) carry it: v1 (FHIR STU3), v2 (FHIR R4,
from the Chronic Conditions Warehouse) and v3 (FHIR R4, from the Integrated Data
Repository). A field of a generation is

- **mapped**: a path finds the value, and it goes into the column as it is;
- **derived**: a path finds what the value is made from, and the rule is given;
- **absent**: the generation does not carry it, and the reason is given. The
  column is there all the same, and empty.

Claims that are not yet fully adjudicated come from v3 as the others do, and go
to tables of the same form in a folder of their own. In v2 they are resources of
other types, Claim and ClaimResponse; **v2 partial** says where those carry a
field, if they do.

The converter works from the same tables as this document. So does
` + "`cclf schema`" + `, which prints parts of it, also as JSON and CSV, and
` + "`cclf inspect`" + `, which compares it with a data set.

## How to read a path

A path names the members to go through, from the resource down. The resource is
an ExplanationOfBenefit, in the table of member months a Coverage; in the other
tables of beneficiaries, which are made from several, the first step says which.
A path goes through arrays without saying so. In a table with a row for each
item, procedure or diagnosis, a path that begins with one means the one of that
row.

| Written | Means |
|---|---|
| ` + "`billablePeriod.start`" + ` | the member ` + "`start`" + ` of the member ` + "`billablePeriod`" + `; the first value, where arrays give several |
| ` + "`name.given#2`" + ` | the second value |
| ` + "`identifier[system=x].value`" + ` | only of elements in which ` + "`system`" + ` is ` + "`x`" + ` |
| ` + "`identifier[type.coding.code=x,y].value`" + ` | a condition may go down a path of its own, and allow several values |
| ` + "`extension[url^=x].valueCoding.code`" + ` | only of elements in which ` + "`url`" + ` begins with ` + "`x`" + ` |
| ` + "`careTeam[role.coding.code=x & responsible=true]`" + ` | both conditions hold for the element |
| ` + "`careTeam[sequence~item.careTeamSequence]`" + ` | only of elements in which ` + "`sequence`" + ` equals a value that the path behind ` + "`~`" + ` finds in the row |
| ` + "`a \\| b`" + ` | what ` + "`a`" + ` finds or, if it finds nothing, what ` + "`b`" + ` finds |
| ` + "`a > f`" + ` | what the function ` + "`f`" + ` makes of it, which the rule explains |
| ` + "`'M'`" + ` | this text, always |

A value in a condition may begin with one of these, for the URL that it stands
for:

| Prefix | URL |
|---|---|
`

const coverageHead = `
## Coverage

How many fields each generation maps (M), derives (D) and lacks (–), and how
many the resources of partially adjudicated claims of v2 carry (v2 partial).

`

const coverageNote = `
The tables below the sum are not files of CCLF but cclf's own, for what CCLF
lacks.

`

// WriteCrosswalk writes the document on where BCDA carries what: how to read
// it, a summary, and all fields of all tables.
func WriteCrosswalk(w io.Writer) error {
	bw := bufio.NewWriter(w)
	fmt.Fprint(bw, crosswalkHead)
	for _, p := range schema.Prefixes() {
		fmt.Fprintf(bw, "| `%s:` | `%s` |\n", p.Name, p.URL)
	}
	fmt.Fprint(bw, coverageHead)
	writeCoverage(bw)
	fmt.Fprint(bw, coverageNote)
	if err := bw.Flush(); err != nil {
		return err
	}
	return WriteFields(w, Markdown, schema.AllTables(), "", schema.APIs[:])
}

// writeCoverage writes how many fields of each table each generation carries.
func writeCoverage(w io.Writer) {
	head, rule := "| Table | Fields |", "|---|--:|"
	for _, api := range schema.APIs {
		head += fmt.Sprintf(" %s M | D | – |", api)
		rule += "--:|--:|--:|"
	}
	fmt.Fprintf(w, "%s %s |\n%s--:|\n", head, partialName, rule)

	for _, t := range schema.Tables() {
		writeCoverageRow(w, link(t), t)
	}
	writeCoverageRow(w, "**All of CCLF**", schema.Tables()...)
	for _, t := range schema.AllTables() {
		if t.Side {
			writeCoverageRow(w, link(t), t)
		}
	}
}

func writeCoverageRow(w io.Writer, name string, tables ...*schema.Table) {
	fields, partial := 0, 0
	for _, t := range tables {
		fields += len(t.Fields)
		for i := range t.Fields {
			if t.Fields[i].Partial.Source != schema.Absent {
				partial++
			}
		}
	}
	fmt.Fprintf(w, "| %s | %d |", name, fields)
	for _, api := range schema.APIs {
		n := count(api, tables...)
		fmt.Fprintf(w, " %d | %d | %d |", n[schema.Mapped], n[schema.Derived], n[schema.Absent])
	}
	fmt.Fprintf(w, " %d |\n", partial)
}

// link leads to the section of a table.
func link(t *schema.Table) string {
	return fmt.Sprintf("[%s](#%s)", title(t), strings.ToLower(title(t)))
}
