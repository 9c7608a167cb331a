package ndjson

import (
	"errors"
	"slices"
)

// JSON does not say what a member that comes twice in an object means. Most
// readers take the last one: encoding/json, Python, JavaScript, DuckDB. A walk
// stores values as it meets them, so when it meets a name again it gives up, the
// earlier members are cut out of the line, and what is left is walked anew. A
// line without such members is not slowed by it.

// errDuplicate ends a walk that met a name twice in one object.
var errDuplicate = errors.New("ndjson: internal error: a member that comes twice")

// hasDuplicates reports whether two members of an object have the same name,
// given its text, which is valid.
func hasDuplicates(object []byte) bool {
	members, _ := membersOf(nil, object, 0)
	return slices.ContainsFunc(members, func(m jsonMember) bool { return m.replaced })
}

// A jsonMember is a member of an object by its places in the text.
type jsonMember struct {
	start, value, end int    // of the name, with its quote, and of the value
	name              string // decoded
	replaced          bool   // a later member has the same name
}

// membersOf lists the members of the object at offset at, and returns where
// it ends.
func membersOf(members []jsonMember, b []byte, at int) ([]jsonMember, int) {
	at = skipSpace(b, at+1)
	last := map[string]int{}
	for at < len(b) && b[at] != '}' {
		end, _, _ := skipString(b, at+1)
		m := jsonMember{start: at, name: string(Unescape(nil, b[at+1:end]))}
		m.value, _ = afterColon(b, end+1)
		m.end, _ = skipValue(b, m.value, 0)
		if i, twice := last[m.name]; twice {
			members[i].replaced = true
		}
		last[m.name] = len(members)
		members = append(members, m)
		at = skipSpace(b, m.end)
		if at < len(b) && b[at] == ',' {
			at = skipSpace(b, at+1)
		}
	}
	return members, at + 1
}

// lastMembers appends the value at offset at of a valid text to dst, without the
// members of objects that later ones of the same name replace. It returns where
// the value ends.
func lastMembers(dst, b []byte, at int) ([]byte, int) {
	switch b[at] {
	case '{':
		members, end := membersOf(nil, b, at)
		dst = append(dst, '{')
		first := true
		for _, m := range members {
			if m.replaced {
				continue
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(dst, b[m.start:m.value]...)
			dst, _ = lastMembers(dst, b, m.value)
		}
		return append(dst, '}'), end
	case '[':
		dst = append(dst, '[')
		at = skipSpace(b, at+1)
		for b[at] != ']' {
			dst, at = lastMembers(dst, b, at)
			if at = skipSpace(b, at); b[at] == ',' {
				dst = append(dst, ',')
				at = skipSpace(b, at+1)
			}
		}
		return append(dst, ']'), at + 1
	}
	end, _ := skipValue(b, at, 0)
	return append(dst, b[at:end]...), end
}
