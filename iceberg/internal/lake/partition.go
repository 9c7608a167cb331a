package lake

import (
	"fmt"
	"strings"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// A partitioning is how the rows of a table are divided: by the year or the month of a
// date. Iceberg derives the value of a file from the column, since the column of
// a Hive folder is not in the file.
type partitioning struct {
	column    string // of dates; empty if the table is not partitioned
	transform iceberg.Transform
	name      string
}

// hiveNull is the value in the name of a folder whose rows have none.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// The keys of Hive folders that a transform of a date expresses, with the length of the
// beginning of a date that is their value.
var partitionKeys = map[string]struct {
	transform iceberg.Transform
	digits    int
}{
	"service_year":  {iceberg.YearTransform{}, len("2025")},
	"service_month": {iceberg.MonthTransform{}, len("2025-01")},
}

// partitioningOf returns how the files of a table are divided, and if they are in
// folders that Iceberg cannot express, the reason.
func partitioningOf(t dataset.Table) (p partitioning, reason string) {
	keys := map[string]bool{}
	for _, f := range t.Files {
		if f.Rows == 0 {
			continue
		}
		key, value := hiveFolder(strings.TrimPrefix(f.Name, t.Name+"/"))
		keys[key] = true
		known, ok := partitionKeys[key]
		switch {
		case key == "":
			continue
		case !ok:
			return partitioning{}, fmt.Sprintf("the files are divided by %q, which is no transform of a date", key)
		case t.DateColumn == "":
			return partitioning{}, "the manifest does not name a column of dates"
		case !inPartition(f, value, known.digits):
			return partitioning{}, fmt.Sprintf("%s has dates of %s outside of its folder", f.Name, t.DateColumn)
		}
		p = partitioning{t.DateColumn, known.transform, key}
	}
	if len(keys) > 1 {
		return partitioning{}, "the files are divided in several ways"
	}
	return p, ""
}

// hiveFolder returns the key and the value of the first folder of a name.
func hiveFolder(name string) (key, value string) {
	folder, _, ok := strings.Cut(name, "/")
	if !ok {
		return "", ""
	}
	key, value, _ = strings.Cut(folder, "=")
	return key, value
}

// inPartition reports whether all dates of a file begin with the value.
func inPartition(f dataset.File, value string, digits int) bool {
	if value == hiveNull {
		return f.MinDate == "" && f.MaxDate == ""
	}
	return len(value) == digits && strings.HasPrefix(f.MinDate, value) && strings.HasPrefix(f.MaxDate, value)
}

// spec returns the partition spec of a new table.
func (p partitioning) spec(s *iceberg.Schema) (*iceberg.PartitionSpec, error) {
	if p.column == "" {
		return iceberg.UnpartitionedSpec, nil
	}
	f, ok := s.FindFieldByName(p.column)
	if !ok {
		return nil, fmt.Errorf("%w: there is no column %s", ErrInput, p.column)
	}
	spec := iceberg.NewPartitionSpec(iceberg.PartitionField{
		SourceIDs: []int{f.ID}, FieldID: iceberg.PartitionDataIDStart, Name: p.name, Transform: p.transform,
	})
	return &spec, nil
}

// matches reports whether a table is divided in this way.
func (p partitioning) matches(t *table.Table) bool {
	spec := t.Spec()
	if p.column == "" {
		return spec.IsUnpartitioned()
	}
	if spec.NumFields() != 1 {
		return false
	}
	for _, f := range spec.Fields() {
		source, ok := t.Schema().FindFieldByID(f.SourceID())
		return ok && source.Name == p.column && f.Transform.Equals(p.transform)
	}
	return false
}

// apply adds the change of a table's partition spec to a transaction.
func (p partitioning) apply(tx *table.Transaction, t *table.Table) error {
	if p.matches(t) {
		return nil
	}
	u := tx.UpdateSpec(true)
	spec := t.Spec()
	for _, f := range spec.Fields() {
		u.RemoveField(f.Name)
	}
	if p.column != "" {
		u.AddField(p.column, p.transform, p.name)
	}
	return u.Commit()
}
