package lake

import (
	"context"
	"strconv"
	"time"

	"github.com/apache/iceberg-go/table"
)

// A Snapshot is a state of a table.
type Snapshot struct {
	Table           string    `json:"table"`
	Name            string    `json:"name"` // in the catalog, with its namespace
	ID              int64     `json:"snapshot"`
	Time            time.Time `json:"time"` // of the publication
	Run             int       `json:"run,omitempty"`
	TransactionTime string    `json:"transaction_time,omitempty"`
	Rows            int64     `json:"rows"`
	Files           int64     `json:"files"`
	Current         bool      `json:"current"`
}

// Snapshots lists the snapshots of all tables, the oldest first.
func Snapshots(ctx context.Context, o Options) ([]Snapshot, error) {
	l, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer l.close()
	tables, err := l.ours(ctx)
	if err != nil {
		return nil, err
	}
	var list []Snapshot
	for _, t := range tables {
		for _, s := range t.Metadata().Snapshots() {
			list = append(list, describe(t, s))
		}
	}
	return list, nil
}

func describe(t *table.Table, s table.Snapshot) Snapshot {
	d := Snapshot{
		Table: t.Properties()[propTable], Name: t.Identifier()[0] + "." + t.Identifier()[1],
		ID: s.SnapshotID, Time: time.UnixMilli(s.TimestampMs).UTC(),
	}
	if now := t.CurrentSnapshot(); now != nil {
		d.Current = now.SnapshotID == s.SnapshotID
	}
	if s.Summary != nil {
		props := s.Summary.Properties
		d.Run, _ = strconv.Atoi(props[propRun])
		d.TransactionTime = props[propTime]
		d.Rows, _ = strconv.ParseInt(props["total-records"], 10, 64)
		d.Files, _ = strconv.ParseInt(props["total-data-files"], 10, 64)
	}
	return d
}
