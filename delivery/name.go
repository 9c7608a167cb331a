package delivery

import (
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// Kind says for which claims a delivery is made.
type Kind string

// The kinds of deliveries.
const (
	Monthly Kind = "monthly"
	Runout  Kind = "runout" // claims of a performance year that were loaded after it
	Weekly  Kind = "weekly" // made on request, and superseded by the month's
)

// Name is what the name of a delivery, or of one of its files, says.
type Name struct {
	Test    bool   // made by CMS's test system: the name begins with T
	ACO     string // the ID, in capitals, such as A1234
	Program string // of the ID, such as mssp; empty if the ID is of none that is known
	File    string // CCLF0 to CCLF9, CCLFA or CCLFB; empty in the name of a zip file
	Kind    Kind
	Year    int // performance year
	Made    time.Time
}

// namePattern is the form of CMS's names, in capitals:
//
//	P.A1234.ACO.ZCY25.D250121.T0912345           a zip file
//	P.A1234.ACO.ZC1Y25.D250121.T0912345          a file in it
//	P.A1234.ACO.ZCWY26.S260101.E260217.D260218.T0912345.ZIP
//
// What comes after the time are suffixes, of which CMS's own is ".zip".
var namePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([PT])\.(?:BCD\.)?([A-Z]+[0-9A-Z]*)(?:\.(?:ACO|PRT))?` +
		`\.ZC([0-9AB])?(WY|Y|R)?(\d\d)(?:\.S\d{6,8})?(?:\.E\d{6,8})?\.D(\d{8}|\d{6})\.T(\d{6,7})(?:\..*)?$`)
})

// ParseName reads the name of a file as CMS names it, in any case and with any
// suffix. ok is false for other names.
func ParseName(file string) (n Name, ok bool) {
	m := namePattern().FindStringSubmatch(strings.ToUpper(path.Base(file)))
	if m == nil || m[3] != "" && m[4] == "" {
		return Name{}, false
	}
	n = Name{Test: m[1] == "T", ACO: m[2], Program: ProgramOf(m[2]), Kind: Monthly, Year: 2000 + int(m[5][0]-'0')*10 + int(m[5][1]-'0')}
	switch m[4] {
	case "R":
		n.Kind = Runout
	case "WY":
		n.Kind = Weekly
	}
	if m[3] != "" {
		n.File = "CCLF" + m[3]
	}
	made, err := time.Parse("060102150405", m[6][len(m[6])-6:]+m[7][:6])
	if err != nil {
		return Name{}, false
	}
	if len(m[7]) == 7 {
		made = made.Add(time.Duration(m[7][6]-'0') * 100 * time.Millisecond)
	}
	n.Made = made
	return n, true
}

// oldPrograms are the forms of IDs of programs that cclf reads deliveries of, and
// writes none.
var oldPrograms = []struct {
	program, prefix string
	digits          int
}{
	{"ngaco", "V", 3},
	{"cec", "E", 4},
	{"cec", "CEC", 0},
	{"iota", "IOTA", 3},
}

// ProgramOf returns the program of an ID, or "" for an ID of no known form.
func ProgramOf(id string) string {
	if p := dataset.ProgramOf(id); p != "" {
		return string(p)
	}
	for _, p := range oldPrograms {
		rest, ok := strings.CutPrefix(id, p.prefix)
		if ok && len(rest) == p.digits && strings.Trim(rest, "0123456789") == "" {
			return p.program
		}
	}
	return ""
}
