package convert

import (
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

func (r *run) manifest() *Manifest {
	m := &Manifest{
		Version:  r.opts.Version,
		Format:   r.opts.Format,
		Profile:  string(r.opts.Profile),
		Versions: string(r.opts.Versions),
		Counts:   r.counts,

		Increment: r.opts.Increment,
		TextSize:  r.text.Load(),
		Tables:    r.tables,
		Files:     r.others,

		PartialDates: r.adjusted.byName(r.plans.outputs, table.PartialDate),
		Rounded:      r.adjusted.byName(r.plans.outputs, table.Rounded),
		UnknownState: r.adjusted.byName(r.plans.outputs, table.UnknownCode),
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
		m.PassedOver = append(m.PassedOver, dataset.PassedOver(p))
	}
	for i, in := range r.sources.list {
		var state inputState
		if i < len(r.sizes) {
			state = r.sizes[i]
		}
		m.Inputs = append(m.Inputs, ManifestInput{
			Name: in.Name, Size: in.Size, TextSize: state.text, Lines: state.lines, Rejects: state.rejects, BrokenOff: state.broke, Foreign: state.foreign,
		})
	}
	for _, x := range r.opts.ExtraColumns {
		m.ExtraColumns = append(m.ExtraColumns, x.String())
	}
	r.seen.report(m)
	return m
}
