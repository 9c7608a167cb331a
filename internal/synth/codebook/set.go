// Package codebook has the codes that claims use, with the titles that the servers
// send: value sets of columns, ICD, services and drugs, states, and names.
package codebook

import (
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A Term is a code with its title.
type Term struct{ Code, Title string }

// Title returns the title of a code, or "" if the list does not have it.
func Title(list []Term, code string) string {
	for i := range list {
		if list[i].Code == code {
			return list[i].Title
		}
	}
	return ""
}

// A Set is the value set of a coded column, the most frequent codes first. A title is
// empty where the servers' codebook lacks the code.
type Set struct {
	Variable string // the name of the column in the codebook
	System   string // of the codes; empty for the system of the variable
	Terms    []Term
}

// Pick returns one of the codes, the first ones more often.
func (c *Set) Pick(r *random.Source) string { return random.OneOf(r, c.Terms).Code }

func (c *Set) Title(code string) string { return Title(c.Terms, code) }

func (c *Set) Has(code string) bool {
	for i := range c.Terms {
		if c.Terms[i].Code == code {
			return true
		}
	}
	return false
}

// A Numbered is the value set of numbered columns, such as dual_01 to dual_12.
type Numbered struct {
	Variable string
	Terms    []Term
}

// Column returns the name of the nth column.
func (c *Numbered) Column(n int) string { return c.Variable + strconv.Itoa(n) }

// MonthNumbers end the names of columns by month.
var MonthNumbers = [12]string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"}
