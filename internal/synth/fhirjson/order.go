package fhirjson

import (
	"cmp"
	"slices"
	"sync"

	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A Reorderer changes the order of keys in the objects of a resource. Resources are
// written with their keys in alphabetical order, as BCDA sends them.
type Reorderer struct {
	Shuffle bool // else use the order of the FHIR model
	Random  random.Source
	src     []byte
	nodes   []node
	open    []int // members of the objects being written
}

// A node is a value of a resource, and its key if it is a member of an object. The
// values in it are a linked list from child through next. Zero ends the list: node 0
// is the resource itself.
type node struct {
	key, keyEnd int // within the quotes
	start, end  int
	child, next int
	rank        int // of the key in the order of the model
}

// Resource appends a JSON object without white space in the other order.
func (o *Reorderer) Resource(b, src []byte) []byte {
	o.src, o.nodes = src, o.nodes[:0]
	o.parse(0, 0, 0)
	return o.append(b, 0, nil)
}

// AddElements adds elements, each with a comma after it, to the front of an array
// member of an object, or adds the member. The keys of the object must be in
// alphabetical order.
func (o *Reorderer) AddElements(b []byte, array string, elements []byte) []byte {
	o.src, o.nodes = b, o.nodes[:0]
	o.parse(0, 0, 0)
	for child := o.nodes[0].child; child != 0; child = o.nodes[child].next {
		n := &o.nodes[child]
		switch key := string(b[n.key:n.keyEnd]); {
		case key == array:
			return Insert(b, n.start+1, elements)
		case key > array:
			member := append([]byte(`"`+array+`":[`), elements...)
			return Insert(b, n.key-1, append(CloseWith(member, ']'), ','))
		}
	}
	panic("synth: internal error: no key after " + array)
}

// Insert returns a copy of b with text inserted at an offset.
func Insert(b []byte, at int, text []byte) []byte {
	out := make([]byte, 0, len(b)+len(text))
	return append(append(append(out, b[:at]...), text...), b[at:]...)
}

// parse adds the node of the value at i and the nodes below it.
func (o *Reorderer) parse(i, key, keyEnd int) int {
	src := o.src
	n := len(o.nodes)
	o.nodes = append(o.nodes, node{key: key, keyEnd: keyEnd, start: i})
	first := src[i]
	if first != '{' && first != '[' {
		o.nodes[n].end = scalarEnd(src, i)
		return n
	}
	last := 0
	for i++; src[i] != '}' && src[i] != ']'; {
		if src[i] == ',' {
			i++
		}
		key, keyEnd := 0, 0
		if first == '{' {
			key, keyEnd = i+1, scalarEnd(src, i)-1
			i = keyEnd + 2
		}
		child := o.parse(i, key, keyEnd)
		i = o.nodes[child].end
		if last == 0 {
			o.nodes[n].child = child
		} else {
			o.nodes[last].next = child
		}
		last = child
	}
	o.nodes[n].end = i + 1
	return n
}

// append appends a node. holder is the key of the node, or of the array that it is
// in.
func (o *Reorderer) append(b []byte, n int, holder []byte) []byte {
	v := &o.nodes[n]
	switch o.src[v.start] {
	case '{':
		return o.appendObject(b, v, holder)
	case '[':
		b = append(b, '[')
		for child := v.child; child != 0; child = o.nodes[child].next {
			b = append(o.append(b, child, holder), ',')
		}
		return CloseWith(b, ']')
	}
	return append(b, o.src[v.start:v.end]...)
}

func (o *Reorderer) appendObject(b []byte, v *node, holder []byte) []byte {
	first := len(o.open)
	rank := ranks(holder)
	for child := v.child; child != 0; child = o.nodes[child].next {
		m := &o.nodes[child]
		m.rank = rank[string(o.src[m.key:m.keyEnd])]
		o.open = append(o.open, child)
	}
	members := o.open[first:]
	if o.Shuffle {
		for n := len(members) - 1; n > 0; n-- {
			k := o.Random.Intn(n + 1)
			members[n], members[k] = members[k], members[n]
		}
	} else {
		slices.SortFunc(members, func(x, y int) int { return cmp.Compare(o.nodes[x].rank, o.nodes[y].rank) })
	}
	b = append(b, '{')
	for i := range members {
		m := &o.nodes[o.open[first+i]] // nested objects append to the list, and may move it
		b = append(b, o.src[m.key-1:m.start]...)
		b = append(o.append(b, o.open[first+i], o.src[m.key:m.keyEnd]), ',')
	}
	o.open = o.open[:first]
	return CloseObject(b)
}

// scalarEnd returns the end of the string, number or literal at i.
func scalarEnd(src []byte, i int) int {
	if src[i] != '"' {
		for src[i] != ',' && src[i] != ']' && src[i] != '}' {
			i++
		}
		return i
	}
	for i++; src[i] != '"'; i++ {
		if src[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// modelOrder returns the order in which FHIR defines the elements of all types, where
// the types agree.
var modelOrder = sync.OnceValue(func() map[string]int {
	return rankOf(
		"resourceType", "id", "meta", "lastUpdated", "source", "profile", "tag", "contained", "url", "extension", "use",
		"identifier", "active", "status", "sequence", "careTeamSequence", "careTeamLinkId", "diagnosisSequence", "diagnosisLinkId", "informationSequence",
		"date", "category", "type", "system", "version", "code", "display", "subType", "subscriberId", "beneficiary",
		"relationship", "focal", "reference", "patient", "period", "payor", "class", "billablePeriod", "created",
		"insurer", "provider", "organization", "referral", "facility", "responsible", "role", "qualification", "outcome", "disposition",
		"information", "careTeam", "hospitalization", "supportingInfo", "diagnosis", "procedure", "insurance", "coverage", "grouping", "subGroup", "subPlan", "item", "totalCost", "total", "payment",
		"benefitBalance", "revenue", "service", "productOrService", "modifier", "servicedDate", "servicedPeriod",
		"locationCodeableConcept", "locationAddress", "quantity", "adjudication", "reason", "amount", "financial",
		"coding", "text", "name", "family", "given", "gender", "birthDate", "deceasedBoolean", "deceasedDateTime",
		"address", "line", "city", "state", "postalCode", "start", "end", "value", "currency",
	)
})

// holderOrders returns the orders that differ, by the key of the object.
var holderOrders = sync.OnceValue(func() map[string]map[string]int {
	quantity := rankOf("value", "unit", "system", "code")
	return map[string]map[string]int{
		"valueQuantity": quantity,
		"quantity":      quantity,
		"provider":      rankOf("reference", "type", "identifier", "display"),
		"facility":      rankOf("extension", "reference", "type", "identifier", "display"),
		"diagnosis":     rankOf("extension", "sequence", "diagnosisCodeableConcept", "type"),
		"contained":     rankOf("resourceType", "id", "meta", "identifier", "active", "status", "code", "name", "subject", "requester", "recipient"),
		"coding":        rankOf("extension", "system", "version", "code", "display"),
	}
})

func rankOf(keys ...string) map[string]int {
	m := make(map[string]int, len(keys))
	for i, key := range keys {
		m[key] = i - len(keys) // other keys come last
	}
	return m
}

func ranks(holder []byte) map[string]int {
	if m, ok := holderOrders()[string(holder)]; ok {
		return m
	}
	return modelOrder()
}
