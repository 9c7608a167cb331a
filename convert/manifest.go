package convert

import (
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// manifest describes the data set.
func (r *run) manifest() *Manifest {
	m := &Manifest{
		Version:  r.opts.Version,
		Format:   r.opts.Format,
		Profile:  string(r.opts.Profile),
		Versions: string(r.opts.Versions),
		Counts:   r.counts,

		Increment:   r.opts.Increment,
		PartitionBy: r.partitionBy,
		TextSize:    r.text,
		Tables:      r.tables,
		Files:       r.others,

		PartialDates: r.adjusted.byName(r.outputs, table.PartialDate),
		Rounded:      r.adjusted.byName(r.outputs, table.Rounded),
		UnknownState: r.adjusted.byName(r.outputs, table.UnknownCode),
	}
	if r.opts.Leavers == DropLeavers {
		m.Leavers = string(DropLeavers)
	}
	if m.Format == Fixed {
		m.Layout = r.opts.Fixed.Layout.String()
	}
	for _, api := range schema.APIs {
		if r.apis[api] {
			m.APIs = append(m.APIs, api.String())
		}
	}
	for _, p := range r.sources.passed {
		m.PassedOver = append(m.PassedOver, dataset.PassedOver{Name: r.sources.shown(p.Name), Reason: p.Reason})
	}
	for i, in := range r.sources.list {
		var size inputSize
		if i < len(r.sizes) {
			size = r.sizes[i]
		}
		m.Inputs = append(m.Inputs, ManifestInput{
			Name: r.sources.shown(in.Name), Size: in.Size, TextSize: size.text, Lines: size.lines, Rejects: size.rejects, BrokenOff: size.broke,
			Foreign: r.rejects.foreignOf(i),
		})
	}
	m.Runs = r.runs.described()
	for _, x := range r.opts.ExtraColumns {
		m.ExtraColumns = append(m.ExtraColumns, x.String())
	}
	m.Conversion = r.opts.recorded(r.counts.BrokenOff)
	r.inventory.Report(m)
	return m
}
