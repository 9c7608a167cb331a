package delivery

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A participant is a TIN with an NPI, of which one can be empty.
type participant struct{ tin, npi string }

func (p participant) compare(o participant) int {
	return cmp.Or(cmp.Compare(p.tin, o.tin), cmp.Compare(p.npi, o.npi))
}

// tinNames and npiNames are the names of columns of lists of participants in
// capitals, without blanks and the like. The first of them in a row that has a
// value counts as its TIN; all NPIs count.
var (
	tinNames = []string{
		"TIN", "PARTICIPANTTIN", "ACOPARTICIPANTTIN", "BASEPROVIDERTIN", "PROVIDERTIN", "BILLINGTIN", "PRACTICETIN",
		"GROUPTIN", "ORGANIZATIONTIN", "LEGACYTIN", "TINNUMBER", "TAXID", "TAXIDNUMBER", "TAXPAYERIDENTIFICATIONNUMBER", "ENTITYTIN",
	}
	npiNames = []string{
		"NPI", "INDIVIDUALNPI", "PROVIDERNPI", "PARTICIPANTNPI", "RENDERINGNPI", "BILLINGNPI", "ORGANIZATIONNPI", "ORGNPI",
		"GROUPNPI", "NPINUMBER", "NATIONALPROVIDERIDENTIFIER",
	}
)

// plainName is the name of a column without blanks, underscores and other marks.
func plainName(label string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, label)
}

// isParticipants reports whether a header is that of a list of participants.
func isParticipants(header []string) bool {
	return slices.ContainsFunc(header, func(label string) bool {
		name := plainName(label)
		return slices.Contains(tinNames, name) || slices.Contains(npiNames, name)
	})
}

// columnsNamed returns the columns with some names, in the order of the names.
func columnsNamed(header, names []string) (labels []string) {
	for _, name := range names {
		for _, label := range header {
			if plainName(label) == name {
				labels = append(labels, label)
			}
		}
	}
	return labels
}

// identifier returns an identifier of so many digits, such as 12-3456789.
func identifier(v []byte, digits int) (string, error) {
	id := strings.ReplaceAll(string(v), "-", "")
	if id != "" && (len(id) != digits || strings.Trim(id, "0123456789") != "") {
		return "", errDigits
	}
	return id, nil
}

// readParticipants reads a list of participants.
func (i *importer) readParticipants(ctx context.Context, f *listFile) error {
	l, err := i.openList(ctx, f, nil)
	if err != nil {
		return err
	}
	defer l.close()
	tins, npis := columnsNamed(l.header(), tinNames), columnsNamed(l.header(), npiNames)
	return i.eachRow(ctx, f, l, func() error {
		ids := func(labels []string, digits int) (list []string, err error) {
			for _, label := range labels {
				id, bad := identifier(l.text(label), digits)
				if bad != nil {
					if err := i.rejectValue(f, l.row, label, bad); err != nil {
						return nil, err
					}
				}
				if id != "" {
					list = append(list, id)
				}
			}
			return list, nil
		}
		of, err := ids(tins, len("123456789"))
		if err != nil {
			return err
		}
		by, err := ids(npis, len("1234567890"))
		if err != nil {
			return err
		}
		var p participant
		if len(of) > 0 {
			p.tin = of[0]
		}
		for _, p.npi = range by {
			i.lists.participants = append(i.lists.participants, p)
		}
		if len(by) == 0 && p.tin != "" {
			i.lists.participants = append(i.lists.participants, p)
		}
		return nil
	})
}

// writeParticipants writes all participants, each once.
func (i *importer) writeParticipants(ctx context.Context, to *dataset.TableWriter) error {
	list := i.lists.participants
	err := i.old.eachText(ctx, schema.ParticipantsTable, func(text func(string) string) {
		list = append(list, participant{text("TIN"), text("NPI")})
	})
	if err != nil {
		return err
	}
	slices.SortFunc(list, participant.compare)
	rows := table.NewRows(to.Table)
	for _, p := range slices.Compact(list) {
		rows.Text("TIN", p.tin)
		rows.Text("NPI", p.npi)
		rows.End()
	}
	return writeRows(to, rows)
}
