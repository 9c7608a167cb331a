package delivery

import (
	"context"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// writeDeliveries writes the table of the files that were imported.
func (i *importer) writeDeliveries(to *dataset.TableWriter) error {
	defer to.Discard()
	row := table.NewRows(to.Table)
	for _, g := range i.groups {
		for _, t := range i.tables {
			f := g.file(t.File)
			if f == nil || f.around && f.rows == 0 {
				continue
			}
			row.Text(schema.FileNameLabel, string(f.fileName))
			row.Text("CCLF_FILE", t.File)
			row.Int("ROWS_READ", f.rows)
			row.Int("ROWS_REJECTED", f.rejects)
			row.Int("ROWS_REDELIVERED", f.redelivered)
			row.Int("ROWS_REVISED", f.revised)
			row.Int("SUPERSEDED", flag(g.superseded))
			if p := g.promise(t.File); p != nil {
				row.Int("ROWS_PROMISED", p.Rows)
			}
			if g.name.ACO != "" {
				row.Text("KIND", string(g.name.Kind))
				row.Text("PROGRAM", g.name.Program)
				row.Text("ACO_ID", g.name.ACO)
				row.Int("PERFORMANCE_YEAR", int64(g.name.Year))
			}
			if !g.name.Made.IsZero() {
				row.Int(schema.FileDateLabel, f.fileDate)
			}
			row.End()
		}
	}
	cols := row.Arrays()
	defer table.Release(cols)
	if len(cols) > 0 && cols[0].Len() > 0 {
		if err := to.Write(cols); err != nil {
			return err
		}
	}
	return to.Close()
}

// describe completes the manifest.
func (i *importer) describe(ctx context.Context, tables *dataset.Tables) (err error) {
	m := &dataset.Manifest{Version: i.opts.Version, Format: i.opts.Format, Source: dataset.SourceCCLF, Profile: i.opts.Profile}
	if m.Tables, m.Files, err = tables.Finish(ctx); err != nil {
		return err
	}
	m.PartitionBy = tables.PartitionBy()
	i.old.count(m)
	for _, g := range i.groups {
		for _, f := range g.files {
			if f.old {
				continue
			}
			m.Inputs = append(m.Inputs, dataset.Input{Name: f.Path, Size: f.Size, TextSize: f.text, Lines: f.lines, Rejects: f.rejects})
			m.Counts.Lines += f.rows
			m.TextSize += f.text
		}
	}
	for _, f := range i.lists.files {
		m.Inputs = append(m.Inputs, dataset.Input{Name: f.Path, Size: f.Size, TextSize: f.Size, Lines: f.rows, Rejects: f.rejects})
		m.Counts.Lines += f.rows
		m.TextSize += max(f.Size, 0)
	}
	m.Counts.Rejected += i.report.Rejected
	m.Counts.Misfits = i.misfits
	if m.Format == dataset.Fixed {
		m.Layout = i.fixed().Layout.String()
	}
	for _, p := range i.report.PassedOver {
		m.PassedOver = append(m.PassedOver, dataset.PassedOver{Name: p.Name, Reason: p.Reason})
	}
	m.Rejects, err = i.set.FinishRejects(i.rejects, m.Counts.Rejected+m.Counts.Misfits)
	i.report.Manifest = m
	return err
}
