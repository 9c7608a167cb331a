//go:build cgo

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// MapOptions say where the map of IDs is written.
type MapOptions struct {
	Out       string // folder
	Overwrite bool
	Version   string // of the program, for the manifest
}

// WriteMap writes the map of old to new IDs as a data set with the tables
// patient_map, claim_map and unpaired.
func (m *Migration) WriteMap(ctx context.Context, opts MapOptions) error {
	set, err := dataset.Create(opts.Out, dataset.Parquet, dataset.Options{Overwrite: opts.Overwrite, Context: ctx})
	if err != nil {
		return err
	}
	defer set.Close()
	tables, err := set.Tables(dataset.TableOptions{})
	if err != nil {
		return err
	}
	for _, t := range schema.MigrationTables() {
		if err := m.writeTable(ctx, t, tables.Add(dataset.Target{Name: t.Name, Table: t})); err != nil {
			return fmt.Errorf("write %s: %w", t.Name, err)
		}
	}
	manifest := &dataset.Manifest{
		SchemaVersion: dataset.SchemaVersion, Version: opts.Version, Format: dataset.Parquet, Source: dataset.SourceMigration,
		APIs: []string{}, Inputs: []dataset.Input{},
	}
	if manifest.Tables, manifest.Files, err = tables.Finish(ctx); err != nil {
		return err
	}
	return set.Commit(manifest)
}

// mapRows is how many rows of a map are in memory at once.
const mapRows = 1 << 16

// writeTable writes a table, all of whose columns are text.
func (m *Migration) writeTable(ctx context.Context, t *schema.Table, w *dataset.TableWriter) error {
	defer w.Discard()
	labels := make([]string, len(t.Fields))
	for i := range t.Fields {
		labels[i] = t.Fields[i].Label
	}
	rows, n := table.NewRows(t), 0
	flush := func() error {
		arrays := rows.Arrays()
		n = 0
		err := w.Write(arrays)
		for _, a := range arrays {
			a.Release()
		}
		return err
	}
	var failed error
	err := eachRow(ctx, m.pair, "SELECT "+strings.Join(labels, ", ")+" FROM "+t.Name, func(values []any) {
		if failed != nil {
			return
		}
		for i, v := range values {
			rows.Text(labels[i], text(v))
		}
		rows.End()
		if n++; n == mapRows {
			failed = flush()
		}
	})
	if err := errors.Join(failed, err); err != nil {
		return err
	}
	if n > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	return w.Close()
}

// WriteTable writes the report as text.
func (r *MigrationReport) WriteTable(w io.Writer) error {
	var b strings.Builder
	for _, p := range []struct {
		name     string
		old, new int64
		pairing  *Pairing
	}{
		{"patients", r.Old.Patients, r.New.Patients, &r.Patients},
		{"claims", r.Old.Claims, r.New.Claims, &r.Claims},
	} {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%-40s %12s\n", p.name, "count")
		row := func(name string, n int64) { fmt.Fprintf(&b, "%-40s %12d\n", name, n) }
		row("old", p.old)
		row("new", p.new)
		row("paired", p.pairing.Paired)
		for _, by := range p.pairing.By {
			row("  by "+strings.ReplaceAll(by.How, "_", " "), by.Pairs)
		}
		for _, u := range p.pairing.Unpaired {
			row("unpaired, "+u.Side+": "+strings.ReplaceAll(u.Reason, "_", " "), u.Count)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
