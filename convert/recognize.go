package convert

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/cclf-tools/cclf/schema"
)

// cclfTodo is the hint for CCLF files.
const cclfTodo = "it is in the form that cclf convert makes from FHIR: there is nothing to convert"

// olderLengths are the lengths of records before layout v36, which are prefixes of
// the later ones (CCLF Information Packets v25 to v35).
var olderLengths = map[string][]int{
	"cclf1": {292, 352}, "cclf2": {179}, "cclf3": {94}, "cclf4": {92}, "cclf5": {363, 383},
	"cclf6": {227}, "cclfa": {101}, "cclfb": {93},
}

// A recordShape is the layout of the records of a table.
type recordShape struct {
	name  string
	slots []schema.Slot
}

// recordShapes are the shapes of all layouts, by the length of the record.
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
		for n := range lengths {
			shapes[n] = append(shapes[n], recordShape{t.Name, t.Record(schema.LayoutV36)})
		}
	}
	return shapes
})

// recognizeCCLF recognizes a fixed-width file of CMS by its first records: by their
// length, and by dates or an MBI in the right fields.
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

// fits reports whether all date fields of a record have dates or are blank, and at
// least one has a date. In a record without dates, an MBI does, if all number fields
// have numbers or are blank.
func (s recordShape) fits(line []byte) bool {
	dated, named, numbers := false, false, true
	for _, d := range s.slots {
		if d.End > len(line) {
			continue
		}
		text := bytes.TrimSpace(line[d.Start-1 : d.End])
		switch {
		case len(text) == 0:
		case d.Type.Kind == schema.Date:
			if !isDateText(text) {
				return false
			}
			dated = true
		case d.Type.Kind == schema.Decimal || d.Type.Digits:
			numbers = numbers && len(bytes.Trim(text, "-.0123456789")) == 0
		case d.Field.Label == "BENE_MBI_ID" || d.Field.Label == "CRNT_NUM":
			named = isMBIText(text)
		}
	}
	return dated || named && numbers
}

// isDateText reports whether text looks like a date: digits and dashes.
func isDateText(text []byte) bool {
	if len(text) != len("2006-01-02") {
		return false
	}
	for i, c := range text {
		dash := i == 4 || i == 7
		if dash != (c == '-') || !dash && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// isMBIText reports whether text looks like an MBI: eleven capitals and digits. The
// first and the fourth are digits, the second is a letter.
func isMBIText(text []byte) bool {
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	if len(text) != 11 || !digit(text[0]) || digit(text[1]) || !digit(text[3]) {
		return false
	}
	for _, c := range text {
		if !digit(c) && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
