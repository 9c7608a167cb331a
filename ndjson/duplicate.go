package ndjson

import (
	"errors"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// JSON does not define what several members of the same name in an object mean. Most
// readers take the last one: encoding/json, Python, JavaScript, DuckDB. A walk stores
// values as it meets them, so when a name comes again it stops, the earlier members
// are removed from the line, and the rest is walked. Other lines pay nothing.
//
// Only names on the paths of the program are compared. Others may come twice: no value
// is stored of them.

// errDuplicate ends a walk that met the name of a child twice in one object.
var errDuplicate = errors.New("ndjson: internal error: duplicate member")

// An objectMember is a member of an object.
type objectMember struct {
	jsonscan.Member
	replaced bool // a later member has the same name
}

// membersOf lists the members of the valid object at offset at, and returns where
// it ends.
func membersOf(b []byte, at int) (members []objectMember, end int) {
	last := map[string]int{}
	end, _ = jsonscan.SkipMembers(b, at, 0, func(m jsonscan.Member) {
		name := string(m.Name(b))
		if i, twice := last[name]; twice {
			members[i].replaced = true
		}
		last[name] = len(members)
		members = append(members, objectMember{Member: m})
	})
	return members, end
}

// lastMembers appends the value at offset at of a valid text to dst, without the
// members of objects that later ones of the same name replace. It returns where
// the value ends.
func lastMembers(dst, b []byte, at int) ([]byte, int) {
	switch b[at] {
	case '{':
		members, end := membersOf(b, at)
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
			dst = append(dst, b[m.Start-1:m.Value]...)
			dst, _ = lastMembers(dst, b, m.Value)
		}
		return append(dst, '}'), end
	case '[':
		dst = append(dst, '[')
		at = jsonscan.SkipSpace(b, at+1)
		for b[at] != ']' {
			dst, at = lastMembers(dst, b, at)
			if at = jsonscan.SkipSpace(b, at); b[at] == ',' {
				dst = append(dst, ',')
				at = jsonscan.SkipSpace(b, at+1)
			}
		}
		return append(dst, ']'), at + 1
	}
	end, _ := jsonscan.SkipValue(b, at, 0)
	return append(dst, b[at:end]...), end
}
