package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// DisplayMember writes the name of a provider as the display of a reference, if the
// registry has the name.
func DisplayMember(b []byte, p *life.Provider) []byte {
	return fhirjson.Member(b, "display", p.Name)
}

// TaxonomyCoding writes the Coding of a provider's taxonomy with a comma after it, if
// the registry has the taxonomy.
func TaxonomyCoding(b []byte, p *life.Provider) []byte {
	if p == nil || p.Taxonomy.Code == "" {
		return b
	}
	return append(Coding(b, taxonomy, p.Taxonomy.Code, p.Taxonomy.Title), ',')
}
