package dataset

import (
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/internal/table"
)

// A Partition says by what the part files of tables are divided. Each file holds one
// value of it, in a folder in the form of Hive, such as cclf1/service_year=2025. Tables
// without Table.Partition are not divided.
type Partition string

// The partitions.
const (
	NotPartitioned Partition = "none" // as is the empty one
	ServiceYear    Partition = "service-year"
	ServiceMonth   Partition = "service-month"
)

// Partitions returns all partitions.
func Partitions() []Partition { return []Partition{ServiceYear, ServiceMonth, NotPartitioned} }

// divides reports whether files are divided.
func (p Partition) divides() bool { return p == ServiceYear || p == ServiceMonth }

// NoPartition is the value of rows without a date, as Hive writes it.
const NoPartition = "__HIVE_DEFAULT_PARTITION__"

// column is the name of the partition in folders and in the manifest.
func (p Partition) column() string { return strings.ReplaceAll(string(p), "-", "_") }

// undated is the number of the value of rows without a date. It comes last.
const undated = math.MaxInt32

// value is the value with a number.
func (p Partition) value(number int32) string {
	switch {
	case number == undated:
		return NoPartition
	case p == ServiceYear:
		return fmt.Sprintf("%04d", number)
	}
	return fmt.Sprintf("%04d-%02d", number/12, number%12+1)
}

// number is the number of the value of a month, from 1, of a year. Numbers are in the
// order of time.
func (p Partition) number(year, month int) int32 {
	if p == ServiceYear {
		return int32(year)
	}
	return int32(year*12 + month - 1)
}

// numbers returns the number of the value of each row, given the column of dates.
func (p Partition) numbers(dates arrow.Array) []int32 {
	list := make([]int32, dates.Len())
	days, ok := dates.(*array.Date32)
	if !ok {
		texts := table.TextsOf(dates)
		for row := range list {
			list[row] = p.numberOf(texts.Value(row))
		}
		return list
	}
	last := arrow.Date32(math.MinInt32) // rows of one day are often adjacent
	for row, day := range days.Date32Values() {
		switch {
		case days.IsNull(row):
			list[row] = undated
		case row > 0 && day == last && list[row-1] != undated:
			list[row] = list[row-1]
		default:
			last = day
			year, month, _ := table.Civil(int32(day))
			list[row] = p.number(year, month)
		}
	}
	return list
}

// numberOf returns the number of the value of a date such as 2025-01-31.
func (p Partition) numberOf(date string) int32 {
	if len(date) != len("2025-01-31") || date[4] != '-' || date[7] != '-' {
		return undated
	}
	year, err := strconv.Atoi(date[:4])
	month, monthErr := strconv.Atoi(date[5:7])
	if err != nil || monthErr != nil || year < 0 || month < 1 || month > 12 {
		return undated
	}
	return p.number(year, month)
}

// folder is the folder of the files of a table with a value.
func (p Partition) folder(table string, number int32) string {
	return path.Join(table, p.column()+"="+p.value(number))
}

// folderOf is the folder of a file of a table, by its entry in the manifest.
func (f *File) folderOf(table string) string {
	for column, value := range f.Partition { // there is one at most
		table = path.Join(table, column+"="+value)
	}
	return table
}

// isPartition reports whether the name of a folder is that of a partition.
func isPartition(name string) bool { return strings.Contains(path.Base(name), "=") }
