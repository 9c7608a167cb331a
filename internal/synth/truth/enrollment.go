package truth

import (
	"time"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// A monthRow is a month of enrollment in a part of Medicare.
type monthRow struct {
	beneficiary                *records.Beneficiary
	part                       byte // a to d
	first                      column.Date
	buyIn, dual, contract, pbp string
}

func enrollmentColumns() map[string]cell[monthRow] {
	return map[string]cell[monthRow]{
		"BENE_MBI_ID":           text(func(r *monthRow) string { return r.beneficiary.SentMBI() }),
		"PATIENT_ID":            number(func(r *monthRow) int64 { return r.beneficiary.BeneID }),
		"PART":                  text(func(r *monthRow) string { return string(r.part - 'a' + 'A') }),
		"MONTH":                 day(func(r *monthRow) column.Date { return r.first }),
		"BENE_ENTLMT_BUYIN_IND": text(func(r *monthRow) string { return r.buyIn }),
		"BENE_DUAL_STUS_CD":     text(func(r *monthRow) string { return r.dual }),
		"CONTRACT_ID":           text(func(r *monthRow) string { return r.contract }),
		"PBP_ID":                text(func(r *monthRow) string { return r.pbp }),
	}
}

// writeMonths writes the months of the reference year. v1 does not send the benefit
// packages of plans.
func writeMonths(s *sheet[monthRow], b *records.Beneficiary, packages bool) {
	if b.RfrncYr == 0 {
		return
	}
	for i := range 12 {
		for _, part := range records.MedicareParts {
			row := monthRow{beneficiary: b, part: part, first: column.NewDate(b.RfrncYr, time.Month(i+1), 1), dual: b.MetaDualElgblStus[i]}
			enrolled := false
			switch part {
			case 'a', 'b':
				row.buyIn = b.MdcrEntlmtBuyinInd[i]
				enrolled = buysPart(row.buyIn, part)
			case 'c':
				row.contract, row.pbp = b.PtcCntrctID[i], b.PtcPbpID[i]
				enrolled = len(row.contract) == contractLength
			case 'd':
				row.contract, row.pbp = b.PtdCntrctID[i], b.PtdPbpID[i]
				enrolled = len(row.contract) == contractLength
			}
			if !packages {
				row.pbp = ""
			}
			if enrolled {
				s.write(row)
			}
		}
	}
}

// contractLength is the length of a contract number; N and 0 stand for none.
const contractLength = 5

// buysPart reports whether a buy-in code includes Part A or B: 1 and A are Part A
// alone, 2 and B Part B alone, 3 and C both. The letters mean that the state pays.
func buysPart(code string, part byte) bool {
	switch code {
	case "3", "C":
		return true
	case "1", "A":
		return part == 'a'
	case "2", "B":
		return part == 'b'
	}
	return false
}

// listedMonths is how many months back an enrollment of v3 is listed.
const listedMonths = 36

// writeIDRMonths writes the months of the coverage periods of v3, up to the day on
// which each Coverage was updated.
func writeIDRMonths(s *sheet[monthRow], p *idr.Beneficiary) {
	for n, part := range records.MedicareParts {
		row := monthRow{beneficiary: p.Beneficiary, part: part}
		var from, thru column.Date
		switch part {
		case 'a':
			from, thru, row.buyIn = p.PartA.Begin, p.PartA.End, idr.Stored(p.PartA.BeneBuyinCd)
		case 'b':
			from, thru, row.buyIn = p.PartB.Begin, p.PartB.End, idr.Stored(p.PartB.BeneBuyinCd)
		default:
			from, row.contract = p.PtdCvrgStrtDt, p.Contract[n-2]
		}
		if from == 0 {
			continue
		}
		last := column.Date(p.CoverageUpdate(n).Millis / 86_400_000)
		if thru != 0 {
			last = min(last, thru)
		}
		month := last.FirstOfMonth()
		for range listedMonths {
			if month < from.FirstOfMonth() {
				break
			}
			row.first = month
			s.write(row)
			month = (month - 1).FirstOfMonth()
		}
	}
}
