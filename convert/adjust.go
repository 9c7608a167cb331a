package convert

import (
	"maps"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/internal/table"
)

// An adjustedCount counts the values that columns could not hold as they were,
// by output and column. A value that all rows of a resource share counts once.
type adjustedCount map[crosswalk.Adjusted]int64

// add returns the counts with n more.
func (a adjustedCount) add(k crosswalk.Adjusted, n int64) adjustedCount {
	if a == nil {
		a = adjustedCount{}
	}
	a[k] += n
	return a
}

// addAll returns the counts with those of b. It may share the memory of a.
func (a adjustedCount) addAll(b adjustedCount) adjustedCount {
	if a == nil {
		return maps.Clone(b)
	}
	for k, n := range b {
		a[k] += n
	}
	return a
}

// byName returns the counts of one kind by table and column, such as
// "cclf1.CLM_FROM_DT", nil if there are none. Tables that are not written have none.
func (a adjustedCount) byName(outputs []output, kind table.Adjustment) map[string]int64 {
	var named map[string]int64
	for k, n := range a {
		o := &outputs[k.Output]
		if k.Kind != kind || o.unwritten {
			continue
		}
		if named == nil {
			named = map[string]int64{}
		}
		named[o.dir+"."+o.table.Fields[k.Col].Label] += n
	}
	return named
}
