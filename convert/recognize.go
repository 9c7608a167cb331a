package convert

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/cclf-tools/cclf/schema"
)

// cclfTodo is what to do with CCLF files.
const cclfTodo = "it is in the form that cclf convert makes from FHIR: there is nothing to convert"

// olderLengths are the lengths of records before layout v36, each a beginning
// of the later one (CCLF Information Packets v25 to v35).
var olderLengths = map[string][]int{
	"cclf1": {292, 352}, "cclf2": {179}, "cclf3": {94}, "cclf4": {92}, "cclf5": {363, 383},
	"cclf6": {227}, "cclfa": {101}, "cclfb": {93},
}

// A recordShape is what the records of a table look like.
type recordShape struct {
	name  string
	dates []schema.Slot
}

// recordShapes are those of all layouts, by the length of the record.
var recordShapes = sync.OnceValue(func() map[int][]recordShape {
	shapes := map[int][]recordShape{}
	for _, t := range schema.Tables() {
		if t.Side {
			continue
		}
		lengths := map[int]bool{}
		for _, n := range olderLengths[t.Name] {
			lengths[n] = true
		}
		for _, layout := range schema.Layouts() {
			slots := t.Record(layout)
			lengths[slots[len(slots)-1].End] = true
		}
		var dates []schema.Slot
		for _, s := range t.Record(schema.LayoutV36) {
			if s.Type.Kind == schema.Date {
				dates = append(dates, s)
			}
		}
		for n := range lengths {
			shapes[n] = append(shapes[n], recordShape{t.Name, dates})
		}
	}
	return shapes
})

// recognizeCCLF tells a fixed-width file of CMS by its first records: their
// length, and dates at their places.
func recognizeCCLF(head []byte) (what, todo string) {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	line, rest, _ := bytes.Cut(head, []byte{'\n'})
	line = bytes.TrimSuffix(line, []byte{'\r'})
	if bytes.HasPrefix(line, []byte("File Number")) && bytes.IndexByte(line, '|') > 0 {
		return "a CCLF0 file of CMS (the list of a delivery of CCLF files)", cclfTodo
	}
	if second, _, whole := bytes.Cut(rest, []byte{'\n'}); whole && len(bytes.TrimSuffix(second, []byte{'\r'})) != len(line) {
		return "", ""
	}
	for _, c := range line {
		if c < ' ' || c > '~' {
			return "", ""
		}
	}
	for _, shape := range recordShapes()[len(line)] {
		if shape.fits(line) {
			return fmt.Sprintf("a %s file of CMS (fixed-width CCLF records of %d bytes)", bytes.ToUpper([]byte(shape.name)), len(line)), cclfTodo
		}
	}
	return "", ""
}

// fits reports whether dates, or nothing, are where the record has dates, and a
// date somewhere.
func (s recordShape) fits(line []byte) bool {
	seen := false
	for _, d := range s.dates {
		if d.End > len(line) {
			continue
		}
		text := line[d.Start-1 : d.End]
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		for i, c := range text {
			dash := i == 4 || i == 7
			if dash != (c == '-') || !dash && (c < '0' || c > '9') {
				return false
			}
		}
		seen = true
	}
	return seen
}
