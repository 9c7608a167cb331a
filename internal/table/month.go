package table

// Month returns the number of the month of a day, which is in days since 1970.
// Consecutive months have consecutive numbers.
func Month(days int32) int {
	y, m, _ := Civil(days)
	return YearMonth(y, m)
}

// YearMonth returns the number of a month, from 1, of a year. See [Month].
func YearMonth(year, month int) int { return year*12 + month - 1 }

// FirstDay returns the first day of a Month, in days since 1970.
func FirstDay(month int) int32 { return CivilDays(month/12, month%12+1, 1) }

// LastDay returns the last day of a Month, in days since 1970.
func LastDay(month int) int32 { return FirstDay(month+1) - 1 }
