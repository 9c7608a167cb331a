package truth

import (
	"bytes"
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Cells by kind. A blank column is a missing value.

func text[R any](value func(*R) string) cell[R] {
	return func(b []byte, row *R) []byte { return appendText(b, value(row)) }
}

func appendText(b []byte, s string) []byte {
	if column.Blank(s) {
		return b
	}
	start := len(b)
	b = append(b, s...)
	if !bytes.ContainsAny(b[start:], ",\"\n\r") {
		return b
	}
	quoted := bytes.ReplaceAll(b[start:], []byte{'"'}, []byte(`""`))
	b = append(b[:start], '"')
	b = append(b, quoted...)
	return append(b, '"')
}

func number[R any](value func(*R) int64) cell[R] {
	return func(b []byte, row *R) []byte { return strconv.AppendInt(b, value(row), 10) }
}

func day[R any](value func(*R) column.Date) cell[R] {
	return func(b []byte, row *R) []byte {
		if d := value(row); d != 0 && d.IsDay() {
			return d.Append(b)
		}
		return b
	}
}

func money[R any](value func(*R) column.Amount) cell[R] {
	return func(b []byte, row *R) []byte {
		if a := value(row); a != column.NoAmount {
			return a.Append(b)
		}
		return b
	}
}

func count[R any](value func(*R) column.Quantity) cell[R] {
	return func(b []byte, row *R) []byte {
		if q := value(row); q != column.NoQuantity {
			return q.Append(b)
		}
		return b
	}
}

// padded returns a number with leading zeros, or "" for zero.
func padded(n, width int) string {
	if n == 0 {
		return ""
	}
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}

// nth returns the nth value that is not missing.
func nth(values []string, n int) string {
	for _, v := range values {
		if idr.HasValue(v) {
			if n--; n == 0 {
				return v
			}
		}
	}
	return ""
}

// sent returns the cell of an amount that is sent unless it is zero.
func sent[R any](value func(*R) column.Amount) cell[R] {
	return money(func(r *R) column.Amount { return idr.Nonzero(value(r)) })
}

// code returns the cell of a code of the IDR, where a tilde stands for none.
func code[R any](value func(*R) string) cell[R] {
	return text(func(r *R) string { return idr.Stored(value(r)) })
}

// firstVersion returns the ICD version of a claim's first diagnosis.
func firstVersion(list []records.Diagnosis) string {
	if len(list) == 0 {
		return ""
	}
	return codebook.ICDOf(list[0].VrsnCd).Version
}

// appendAge appends the age in whole years on the day of the newest resource, or of
// death. Without a date of birth it appends nothing.
func appendAge(b []byte, p *records.Beneficiary) []byte {
	last := p.AsOf
	if p.DeathDt != 0 && p.DeathDt.IsDay() {
		last = p.DeathDt
	}
	if !p.BeneBirthDt.IsDay() {
		return b
	}
	return strconv.AppendInt(b, int64(column.YearsBetween(p.BeneBirthDt, last)), 10)
}
