package ndjson

// Compile assigns the registers and returns the program. The error is that of too many
// conditions on one array, of too many members of one object, or of an array asked for
// in two scopes.
func (b *Builder) Compile() (*Program, error) {
	if b.err != nil {
		return nil, b.err
	}
	p := &Program{rowSets: len(b.rowSets), arrays: b.rowSets}
	for _, array := range b.rowSets {
		most := 0
		if b.most != nil {
			most = b.most(array)
		}
		p.most = append(p.most, most)
	}
	for _, sc := range b.scopes {
		sc.base = p.regs
		width := 0
		for _, r := range sc.regs {
			r.offset = width
			width += r.count
		}
		p.regs += width
	}
	levels := b.levels()
	scopeLevel := make([]int16, len(b.scopes))
	scopeLevel[recordScope] = -1
	for i, n := range b.nodes {
		if n.scope >= 0 {
			scopeLevel[n.scope] = levels[i]
		}
	}
	place := func(r *buildReg) slot {
		return slot{int32(b.scopes[r.scope].base + r.offset), int16(r.count), scopeLevel[r.scope]}
	}
	for _, sc := range b.scopes {
		out := scope{lo: sc.base, hi: sc.base, rowSet: sc.rowSet}
		for _, r := range sc.regs {
			out.hi += r.count
		}
		out.rules = make([][]rule, len(sc.conds))
		for _, r := range sc.rules {
			out.rules[r.first] = append(out.rules[r.first], rule{r.need, place(r.src), place(r.dst)})
		}
		p.scopes = append(p.scopes, out)
	}
	ordinals := b.ordinals()
	for i, n := range b.nodes {
		out := node{id: i, level: levels[i], ordinal: ordinals[i], scope: n.scope, rowSet: -1, forget: i == 0}
		if n.scope >= 0 {
			out.rowSet = b.scopes[n.scope].rowSet
		}
		for _, name := range n.names {
			out.members.add(name, int32(n.children[name]))
		}
		for _, r := range n.stores {
			out.stores = append(out.stores, place(r))
		}
		if n.list != nil {
			list := place(n.list)
			list.count = 0
			out.list = &list
		}
		for _, t := range n.tests {
			built := test{scope: int32(t.scope), level: scopeLevel[t.scope], prefixes: t.prefixes}
			for _, v := range t.names {
				built.exact.add(v, t.exact[v])
			}
			out.tests = append(out.tests, built)
		}
		out.walked = out.inner()
		out.wanted = len(out.stores) > 0 || len(out.tests) > 0 || out.list != nil
		p.nodes = append(p.nodes, out)
	}
	p.nodes = append(p.nodes, node{id: len(b.nodes), scope: -1, rowSet: -1})
	p.unknown = &p.nodes[len(b.nodes)]
	p.survey(b)
	return p, nil
}

// ordinals returns the ordinal of each node among the children of its parent, from 1.
func (b *Builder) ordinals() []uint8 {
	ordinals := make([]uint8, len(b.nodes))
	for _, n := range b.nodes {
		for i, name := range n.names {
			ordinals[n.children[name]] = uint8(i + 1)
		}
	}
	return ordinals
}

// levels returns the distance of each node from the root.
func (b *Builder) levels() []int16 {
	levels := make([]int16, len(b.nodes))
	for i, n := range b.nodes { // children come after their parents
		for _, child := range n.children {
			levels[child] = levels[i] + 1
		}
	}
	return levels
}
