package crosswalk

import (
	"sync"

	"github.com/cclf-tools/cclf/convert/internal/drift"
	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
)

// namedValues are the arrays of FHIR whose elements have a category whose code
// is a name. Elsewhere the code is a value.
var namedValues = []string{"supportingInfo", "information", "adjudication", "total"}

// census makes the program count the elements that no cell reads. See package
// drift.
func (r *registers) census() {
	rules := []ndjson.CensusRule{
		{Under: []string{"extension"}, Members: []string{"url"}},
		{Under: []string{"modifierExtension"}, Members: []string{"url"}},
	}
	for _, array := range namedValues {
		rules = append(rules, ndjson.CensusRule{
			Under: []string{array, "category", "coding"}, Members: []string{"system", "code"},
		})
	}
	rules = append(rules, ndjson.CensusRule{Members: []string{"system"}})
	api, resource := r.plan.API, fhirType(r.plan.Resource)
	known := sync.OnceValue(func() *bcda.Elements { return bcda.KnownElements(api, resource) })
	r.Census(&ndjson.Census{
		Rules: rules,
		Name: func(path []string, texts [2][]byte, use ndjson.Use) (string, bool) {
			if use == ndjson.Chosen {
				return "", false
			}
			e := drift.NewElement(path, texts, known())
			if use == ndjson.Read && !e.New {
				return "", false
			}
			e.API, e.Resource = api.String(), resource
			return drift.Key(&e), true
		},
	})
}

// expectations allocates the registers of the marks that the resources are
// expected to have.
func (r *registers) expectations() {
	list := bcda.Expectations(r.plan.API)
	x := &r.plan.Expected
	x.API, x.Resource = r.plan.API, r.plan.Resource
	x.Marks = make([]drift.Mark, len(list))
	for i, e := range list {
		mark := &x.Marks[i]
		mark.Reg, mark.Among = -1, -1
		if e.Resource != fhirType(r.plan.Resource) {
			continue
		}
		r.path(&mark.Reg, e.Expr, 1)
		if e.Among != "" {
			r.path(&mark.Among, e.Among, 1)
		}
	}
}
