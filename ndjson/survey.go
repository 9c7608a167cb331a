package ndjson

import (
	"slices"
)

// survey prepares the nodes of a program for its census.
func (p *Program) survey(b *Builder) {
	if b.census == nil {
		return
	}
	p.census = b.census
	for i, n := range b.nodes { // children come after their parents
		p.nodes[i].walked = true
		p.census.place(&p.nodes[i])
		for name, child := range n.children {
			p.nodes[child].parent, p.nodes[child].name = &p.nodes[i], name
		}
	}
	for i := range b.nodes {
		n := &p.nodes[i]
		if n.member > 0 {
			chosen := &n.parent.chosen[n.member-1]
			for k := range n.tests {
				*chosen = append(*chosen, &n.tests[k])
			}
		}
		for up := n.parent; up != nil; up = up.parent {
			up.read = up.read || p.goesBeyond(n, up)
		}
	}
}

// goesBeyond reports whether values of node n leave the objects of a node around it,
// whatever the listed texts of those are.
func (p *Program) goesBeyond(n, up *node) bool {
	beyond := func(to slot) bool { return to.level < up.level }
	if slices.ContainsFunc(n.stores, beyond) || n.list != nil && beyond(*n.list) {
		return true
	}
	if n.scope >= 0 {
		for _, rules := range p.scopes[n.scope].rules {
			if slices.ContainsFunc(rules, func(r rule) bool { return beyond(r.dst) }) {
				return true
			}
		}
	}
	listed := n.member > 0 && n.parent == up
	return !listed && slices.ContainsFunc(n.tests, func(t test) bool { return t.level < up.level })
}

// use returns what the program does with an object that has these texts.
func (n *node) use(texts [2][]byte) Use {
	for i, tests := range n.chosen {
		for _, t := range tests {
			if _, asked := t.exact.find(texts[i]); asked && texts[i] != nil {
				return Chosen
			}
		}
	}
	if n.read {
		return Read
	}
	return Unused
}

// overflows reports whether a node was made after the limit of nodes. Such nodes share
// a number, and the memo has nothing of them.
func (p *Program) overflows(n *node) bool { return n.id == p.lastNode() }

// lastNode returns the highest number that a node of a record has.
func (p *Program) lastNode() int { return len(p.nodes) + censusGrown }

// place sets what the census wants of the objects of a node, and of it as a member.
func (c *Census) place(n *node) {
	if n.parent != nil && n.parent.rule != nil {
		if i := slices.Index(n.parent.rule.Members, n.name); i >= 0 {
			n.member = int8(i + 1)
			n.wanted = true
		}
	}
	for i := range c.Rules {
		if rule := &c.Rules[i]; rule.fits(n) {
			n.rule = rule
			return
		}
	}
}

func (r *CensusRule) fits(n *node) bool {
	for _, name := range slices.Backward(r.Under) {
		if n.parent == nil || n.name != name {
			return false
		}
		n = n.parent
	}
	return true
}

const (
	censusGrown = 1 << 10 // nodes for members that no path names
	censusSets  = 1 << 13 // entries and sets of a record
	censusName  = 1 << 7  // bytes of a member name that is kept
)
