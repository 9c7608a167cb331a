package convert

import (
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// relatedGetters are the cells by which versions of a claim are known to
// belong together, for claims of which the server sends every version: the
// Part D events of v3.
type relatedGetters struct {
	cols  []int // of the table's plan
	order int   // the date by which the newest version is told
	table *tablePlan
}

// related finds the getters for a table that names labels of related claims.
func related(p *plan) relatedGetters {
	for _, tp := range p.tables {
		if len(tp.table.Related) == 0 || p.api != schema.V3 {
			continue
		}
		r := relatedGetters{table: tp}
		for i := range tp.table.Fields {
			for _, label := range tp.table.Related {
				if tp.table.Fields[i].Label == label {
					r.cols = append(r.cols, i)
				}
			}
			if tp.table.Fields[i].Label == wellknown.LoadDateLabel {
				r.order = i
			}
		}
		return r
	}
	return relatedGetters{}
}

// versionKey is the key that the versions of the claim at hand share. It is
// zero, which makes the claim the only one of its kind, when the service date
// or the number of the prescription is missing. A version that is not final,
// as a deletion, takes the place of those before it, but none of the same day.
func (c *claim) versionKey(r relatedGetters, who personID, key resourceKey, final bool) resourceKey {
	if r.table == nil || !takes(r.table.table, c.typ) {
		return resourceKey{}
	}
	id := make([]byte, 0, 128)
	for i := range 8 {
		id = append(id, byte(who>>(8*i)))
	}
	for _, col := range r.cols {
		g := &r.table.cols[col]
		v, ok := c.value(g, 0)
		if !ok && (g.field.Label == wellknown.ServiceDateLabel || g.field.Label == wellknown.PrescriptionLabel) {
			return resourceKey{}
		}
		id = append(append(id, v...), 0)
	}
	out := resourceKey{id: hash128("related", id), line: key.line}
	// Newest by load date, then by update of the resource.
	if v, ok := c.value(&r.table.cols[r.order], 0); ok {
		if days, ok := table.EarliestDay(v); ok {
			out.updated = int64(days) << 40
		}
	}
	if seconds := key.updated / 1e9; seconds > 0 && final {
		out.updated += seconds & (1<<40 - 1)
	}
	return out
}
