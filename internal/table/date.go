package table

import "errors"

// ParseDate parses YYYY-MM-DD, which a T and a time may follow, into days since
// 1970-01-01. ok is false for the days that stand for "no date", and for a date
// without its day, YYYY or YYYY-MM, for which err is PartialDate.
func ParseDate(s []byte) (days int32, ok bool, err error) {
	if isPartialDate(s) {
		if _, ok, err := ParseDate(withDay(s, "-01-01")); err != nil || !ok {
			return 0, false, err
		}
		return 0, false, PartialDate
	}
	if len(s) < 10 || s[4] != '-' || s[7] != '-' || len(s) > 10 && s[10] != 'T' {
		return 0, false, errNotDate
	}
	y, e1 := ParseDigits(s[:4])
	m, e2 := ParseDigits(s[5:7])
	d, e3 := ParseDigits(s[8:10])
	if e1 != nil || e2 != nil || e3 != nil || m < 1 || m > 12 || d < 1 || d > DaysIn(y, m) {
		return 0, false, errNotDate
	}
	if (y <= 1000 || y == 9999) && meansNoDate(y, m, d) {
		return 0, false, nil
	}
	return CivilDays(y, m, d), true, nil
}

// meansNoDate reports whether a day stands for "no date". CMS's databases use
// 1000-01-01, 0001-01-01 and 9999-12-31. The server of v3 prints the first two in
// the Julian calendar, which Java uses for that time.
func meansNoDate(y, m, d int) bool {
	switch [3]int{y, m, d} {
	case [3]int{1, 1, 1}, [3]int{1, 1, 3}, [3]int{999, 12, 27}, [3]int{1000, 1, 1}, [3]int{9999, 12, 31}:
		return true
	}
	return false
}

// isPartialDate reports whether a text has the length of a year, or of a year and
// a month.
func isPartialDate(s []byte) bool { return len(s) == len("2025") || len(s) == len("2025-01") }

// withDay completes a partial date with the end of rest, which is -MM-DD.
func withDay(s []byte, rest string) []byte {
	return append(append(make([]byte, 0, 10), s...), rest[len(s)-4:]...)
}

// EarliestDay is like ParseDate, but returns the first possible day of a date
// without its day.
func EarliestDay(s []byte) (days int32, ok bool) {
	days, ok, err := ParseDate(s)
	if errors.Is(err, PartialDate) {
		days, ok, err = ParseDate(withDay(s, "-01-01"))
	}
	return days, ok && err == nil
}

// LatestDay is like ParseDate, but returns the last possible day of a date without
// its day: a period that ends in 2024-02 includes all of that month.
func LatestDay(s []byte) (days int32, ok bool) {
	days, ok, err := ParseDate(s)
	if errors.Is(err, PartialDate) {
		y, _ := ParseDigits(s[:4])
		m := 12
		if len(s) > 4 {
			m, _ = ParseDigits(s[5:7])
		}
		return CivilDays(y, m, DaysIn(y, m)), true
	}
	return days, ok && err == nil
}

// DaysIn is the number of days of a month of the Gregorian calendar.
func DaysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// CivilDays is the number of days from 1970-01-01 to a day of the Gregorian
// calendar. It counts in eras of 400 years that begin in March.
func CivilDays(y, m, d int) int32 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yearOfEra := y - era*400
	dayOfYear := (153*(m-3)+2)/5 + d - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return int32(era*146097 + dayOfEra - 719468)
}

// Civil is the inverse of CivilDays.
func Civil(days int32) (y, m, d int) {
	z := int(days) + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	dayOfEra := z - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	mp := (5*dayOfYear + 2) / 153
	d = dayOfYear - (153*mp+2)/5 + 1
	m = mp + 3
	y = yearOfEra + era*400
	if m > 12 {
		m -= 12
		y++
	}
	return y, m, d
}

// AppendDate appends a day, given in days since 1970, as YYYY-MM-DD. It appends
// nothing if the year does not have four digits.
func AppendDate(dst []byte, days int32) []byte {
	y, m, d := Civil(days)
	if y < 0 || y > 9999 {
		return dst
	}
	dst = append(dst, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	return append(dst, byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10))
}
