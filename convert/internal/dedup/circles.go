package dedup

// A claimGraph has an arrow from each claim to the numbers that it names, and from each
// number to the claims that have it. So it is as large as the links, also if many claims
// have and name one number.
type claimGraph struct {
	next   [][]int       // arrows by node
	claims map[int64]int // nodes of claims by their ordinals
}

// newClaimGraph returns the graph of the claims that name numbers, and of those that have
// them.
func newClaimGraph(names, has []Link) *claimGraph {
	g := &claimGraph{claims: map[int64]int{}}
	// Partially adjudicated claims lead only to those of their kind.
	type number struct {
		hash    uint64
		partial bool
	}
	numbers := map[number]int{}
	for i := range names {
		k := &names[i]
		n := number{k.Number[1], k.Partial}
		if _, known := numbers[n]; !known {
			numbers[n] = g.add()
		}
		from := g.claim(k.Resource)
		g.next[from] = append(g.next[from], numbers[n])
	}
	for i := range has {
		k := &has[i]
		to := g.claim(k.Resource)
		for _, partial := range []bool{false, true} {
			if from, named := numbers[number{k.Number[1], partial}]; named && (k.Partial || !partial) {
				g.next[from] = append(g.next[from], to)
			}
		}
	}
	return g
}

func (g *claimGraph) add() int {
	g.next = append(g.next, nil)
	return len(g.next) - 1
}

func (g *claimGraph) claim(resource int64) int {
	node, known := g.claims[resource]
	if !known {
		node = g.add()
		g.claims[resource] = node
	}
	return node
}

// circles returns a number for each node, which is the same for nodes that lead to each
// other. It is Tarjan's algorithm, with a stack of its own: a chain can be as long as an
// input.
func (g *claimGraph) circles() []int {
	n := len(g.next)
	const unknown = -1
	circle, order, low := make([]int, n), make([]int, n), make([]int, n)
	for i := range n {
		circle[i], order[i] = unknown, unknown
	}
	type visit struct{ node, arrow int }
	var path []visit // from where the search began to where it is
	var open []int   // nodes whose circle is not known yet
	seen, found := 0, 0
	for root := range n {
		if order[root] != unknown {
			continue
		}
		path = append(path, visit{node: root})
		for len(path) > 0 {
			at := &path[len(path)-1]
			node := at.node
			if at.arrow == 0 {
				order[node], low[node] = seen, seen
				seen++
				open = append(open, node)
			}
			if at.arrow < len(g.next[node]) {
				to := g.next[node][at.arrow]
				at.arrow++
				switch {
				case order[to] == unknown:
					path = append(path, visit{node: to})
				case circle[to] == unknown:
					low[node] = min(low[node], order[to])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				before := path[len(path)-1].node
				low[before] = min(low[before], low[node])
			}
			if low[node] < order[node] {
				continue
			}
			for {
				last := open[len(open)-1]
				open = open[:len(open)-1]
				circle[last] = found
				if last == node {
					break
				}
			}
			found++
		}
	}
	return circle
}
