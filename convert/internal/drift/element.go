package drift

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/dataset"
)

// The kinds of elements that are counted.
const (
	ExtensionElement = "extension"
	CategoryElement  = "category" // of an array of named values
	SystemElement    = "system"   // of codes or identifiers
)

// NewElement describes an element that was counted at a path, by the texts of its
// members: a URL or code system, and for a category its code. Names of new
// elements are withheld if they may be values.
func NewElement(path []string, texts [2][]byte, known *bcda.Elements) dataset.Unmapped {
	u := dataset.Unmapped{Kind: SystemElement, Path: strings.Join(path, "."), Name: string(texts[0])}
	isKnown := known.HasSystem
	switch last := path[max(0, len(path)-1)]; {
	case last == "extension" || last == "modifierExtension":
		u.Kind, isKnown = ExtensionElement, known.HasExtension
	case texts[1] != nil:
		u.Kind, u.System, u.Name = CategoryElement, u.Name, string(texts[1])
		if known.HasCategory(u.Path, u.System, u.Name) {
			return u
		}
		u.New = true
		u.Path, u.Name = shownPath(path), shownName(u.Name)
		if u.System != "" {
			u.System = shownURL(u.System)
		}
		return u
	}
	if isKnown(u.Path, u.Name) {
		return u
	}
	u.New = true
	u.Path = shownPath(path)
	// An extension within another one has a plain name.
	if u.Kind == ExtensionElement && len(path) > 1 && path[len(path)-2] == "extension" {
		u.Name = shownName(u.Name)
	} else {
		u.Name = shownURL(u.Name)
	}
	return u
}

// newMark ends the key of a new element.
const newMark = "\x00new"

// Key returns a text that identifies an element, without its count.
func Key(u *dataset.Unmapped) string {
	mark := "\x00known"
	if u.New {
		mark = newMark
	}
	return strings.Join([]string{u.API, u.Resource, u.Kind, u.Path, u.System, u.Name}, "\x00") + mark
}

// elementOf is the inverse of Key.
func elementOf(key string, count int64) dataset.Unmapped {
	p := strings.Split(key, "\x00")
	return dataset.Unmapped{
		API: p[0], Resource: p[1], Kind: p[2], Path: p[3], System: p[4], Name: p[5], New: p[6] == newMark[1:], Count: count,
	}
}
