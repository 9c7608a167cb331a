package idr

import (
	"sync"

	"github.com/cclf-tools/cclf/internal/synth/life"
)

// claimTypeCodes are the codes of the claim types: of final claims, and of shared
// systems, whose codes are 1000 or 2000 more.
var claimTypeCodes = [life.ClaimTypes]struct{ final, shared []int }{
	life.Inpatient:  {final: []int{60, 61, 62, 63, 64}, shared: []int{11, 41, 69}},
	life.SNF:        {final: []int{20, 30}, shared: []int{18, 21}},
	life.Outpatient: {final: []int{40}, shared: outpatientTypes},
	life.HHA:        {final: []int{10}, shared: []int{32, 33, 39, 42, 66, 92}},
	life.Hospice:    {final: []int{50}, shared: []int{81, 82, 91, 98, 900}},
	life.Carrier:    {final: []int{71, 72}, shared: []int{700}},
	life.DME:        {final: []int{81, 82}, shared: []int{800}},
	life.PartD:      {final: []int{1, 2, 4}}, // not 3, a deletion: see drugVersions
}

// outpatientTypes includes four that the server does not know: see package v3.
var outpatientTypes = []int{
	0, 12, 13, 14, 19, 22, 23, 28, 29, 34, 43, 49, 65, 71, 72, 73, 74, 75, 76, 77, 78, 79, 83, 84, 85, 86, 87, 88, 89, 93, 94, 95, 96, 97, 99,
}

// A TypedCode is a claim type code with its claim type and system.
type TypedCode struct {
	Code   int
	kind   life.ClaimType
	system System
}

var TypedCodes = sync.OnceValue(func() []TypedCode {
	var list []TypedCode
	for kind, codes := range claimTypeCodes {
		for _, code := range codes.final {
			list = append(list, TypedCode{code, life.ClaimType(kind), FinalSystem})
		}
		for _, code := range codes.shared {
			list = append(list, TypedCode{1000 + code, life.ClaimType(kind), SharedSystem}, TypedCode{2000 + code, life.ClaimType(kind), SharedSystem})
		}
	}
	return list
})
