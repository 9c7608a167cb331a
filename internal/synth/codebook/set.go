package codebook

import (
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A Term is a code with its title.
type Term struct{ Code, Title string }

// Title is that of a code, empty if the list does not have it.
func Title(list []Term, code string) string {
	for i := range list {
		if list[i].Code == code {
			return list[i].Title
		}
	}
	return ""
}

// Set is the value set of a coded column, the frequent codes first. A title is
// empty where the servers' codebook lacks the code.
type Set struct {
	Variable string // the name of the column in the codebook
	System   string // of the codes, unless it is that of the variable
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

// Numbered is the value set of a column that exists several times, with a number
// at the end of its name: dual_01 to dual_12.
type Numbered struct {
	Variable string
	Terms    []Term
}

// Column is the name of the nth column.
func (c *Numbered) Column(n int) string { return c.Variable + strconv.Itoa(n) }

// MonthNumbers end the names of columns by month.
var MonthNumbers = [12]string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"}
