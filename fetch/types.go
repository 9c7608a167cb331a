package fetch

import (
	"regexp"
	"sync"
)

// bcdaTypes are the resource types that BCDA exports, by API version.
var bcdaTypes = map[string][]string{
	"v1": {"Patient", "Coverage", "ExplanationOfBenefit"},
	"v2": {"Patient", "Coverage", "ExplanationOfBenefit", "Claim", "ClaimResponse"},
	"v3": {"Patient", "Coverage", "ExplanationOfBenefit"},
}

// typeName is the form of a resource type. It is safe in file names.
var typeName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z][A-Za-z]{1,63}$`) })
