package schema

import "slices"

// A row declares a field, with its cells by API version. Versions with equal
// cells share one declaration; a version's own cell goes before a shared one.
type row struct {
	label, about string
	typ          Type
	movedTo      Type // at the end of the record from LayoutV43 on

	v1, v2, v3 Cell
	all        Cell // v1, v2 and v3
	ccw        Cell // v1 and v2, which come from the Chronic Conditions Warehouse
	r4         Cell // v2 and v3, which are FHIR R4
	partial    Cell // partially adjudicated claims of v2
}

// cells resolves the declarations.
func (r *row) cells() [apis]Cell {
	return [apis]Cell{
		V1: firstDeclared(r.v1, r.ccw, r.all),
		V2: firstDeclared(r.v2, r.ccw, r.r4, r.all),
		V3: firstDeclared(r.v3, r.r4, r.all),
	}
}

func firstDeclared(cells ...Cell) Cell {
	for _, c := range cells {
		if c.Source != Undeclared {
			return c
		}
	}
	return Cell{}
}

// but returns the row with what another one declares instead: a type, or cells
// of some versions.
func (r row) but(other row) row {
	base, over := r.cells(), other.cells()
	r.v1 = firstDeclared(over[V1], base[V1])
	r.v2 = firstDeclared(over[V2], base[V2])
	r.v3 = firstDeclared(over[V3], base[V3])
	r.partial = firstDeclared(other.partial, r.partial)
	if other.typ != (Type{}) {
		r.typ = other.typ
	}
	return r
}

var notPartial = absent("Claim and ClaimResponse do not carry it")

// fields makes the fields of a table of some claims, in the order of the record.
func fields(claims []ClaimType, rows []row) []Field {
	// Partially adjudicated claims come from FISS and MCS and are taken for
	// inpatient and carrier claims.
	partial := slices.Contains(claims, Inpatient) || slices.Contains(claims, Carrier)
	out := make([]Field, len(rows))
	start := 1
	for i := range rows {
		r := &rows[i]
		out[i] = Field{
			Label:       r.label,
			Description: r.about,
			Type:        r.typ,
			Start:       start,
			End:         start + r.typ.Width - 1,
			Cells:       r.cells(),
			Partial:     notPartial,
			moved:       r.movedTo,
		}
		if partial && r.partial.Source != Undeclared {
			out[i].Partial = r.partial
		}
		start += r.typ.Width
	}
	return out
}
