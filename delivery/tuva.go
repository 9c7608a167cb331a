package delivery

import (
	"context"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/internal/tuvatext"
	"github.com/cclf-tools/cclf/schema"
)

// A tuvaTable writes the rows of a table of CCLF as the texts that the Tuva
// connector reads. The connector itself nets debits and credits, and takes the
// newest of rows that were revised.
type tuvaTable struct {
	from *schema.Table // with the columns of deliveries
	to   *dataset.TableWriter
	at   []int // column of from, by column of to; -1 for one that deliveries lack
}

// tuvaTargets adds the tables of the profile, by table of CCLF. That of enrollment,
// which deliveries lack, stays empty.
func (i *importer) tuvaTargets(tables *dataset.Tables) ([]target, error) {
	files := tuvaschema.Files()
	list := make([]target, len(i.tables))
	for k, of := range tuvaschema.Tables() {
		file := files[k]
		to := tables.Add(dataset.Target{Name: file.Name, Table: file, Schema: table.Schema(file)})
		at := slices.IndexFunc(i.tables, func(t *schema.Table) bool { return t.File == of.File })
		if at < 0 {
			if err := to.Close(); err != nil {
				return nil, err
			}
			continue
		}
		t := &tuvaTable{from: i.tables[at], to: to}
		for f := range file.Fields {
			t.at = append(t.at, t.from.Index(file.Fields[f].Label))
		}
		list[at] = target{to, t.write}
	}
	return list, nil
}

// write writes rows of the table of CCLF.
func (t *tuvaTable) write(ctx context.Context, cols []arrow.Array) error {
	for _, plain := range table.Dense(cols) {
		if err := ctx.Err(); err != nil {
			return err
		}
		out := make([]arrow.Array, len(t.at))
		for k, at := range t.at {
			var col table.Column
			var text tuvatext.Cell
			if at >= 0 {
				text = tuvatext.Plain(&t.from.Fields[at], plain[at])
			}
			var scratch []byte
			for row := range plain[0].Len() {
				if text == nil || plain[at].IsNull(row) {
					col.AppendNull()
					continue
				}
				scratch = text(scratch[:0], row)
				col.AppendText(scratch)
			}
			out[k] = col.Array()
		}
		err := t.to.Write(out)
		table.Release(out)
		if err != nil {
			return err
		}
	}
	return nil
}
