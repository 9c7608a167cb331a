package fetch

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// checkFilters checks the type filters of a request for some resource types, and
// returns them decoded.
func checkFilters(server *endpoint, types, filters []string) ([]string, error) {
	if server.isBCDA() && len(filters) > 0 {
		switch {
		case server.api != "v3":
			return nil, optionsErrorf("use API v3", "API %s ignores type filters: the export would have everything", server.api)
		case len(filters) > 1:
			return nil, optionsErrorf("join the conditions with &", "BCDA accepts only one type filter")
		case len(types) > 0 && !slices.Contains(types, "ExplanationOfBenefit"):
			return nil, optionsErrorf("request ExplanationOfBenefit too, or leave the filter out", "the type filter is for ExplanationOfBenefit, which is not requested")
		}
	}
	var decoded []string
	for _, filter := range filters {
		if !strings.Contains(filter, "?") {
			if text, err := url.QueryUnescape(filter); err == nil {
				filter = text
			}
		}
		resource, query, ok := strings.Cut(filter, "?")
		if !ok || query == "" || !typeName().MatchString(resource) {
			return nil, optionsErrorf("write it as ExplanationOfBenefit?key=value", "type filter: %q is not of the form Type?key=value", filter)
		}
		if server.isBCDA() {
			if err := checkBCDAFilter(resource, query); err != nil {
				return nil, err
			}
		}
		decoded = append(decoded, filter)
	}
	return decoded, nil
}

var (
	tagToken    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[^|\s]+\|[^|\s]+$`) })
	serviceDate = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([a-z]{2})?(\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?)?)?)?)$`)
	})
	systemTypes = []string{"SharedSystem", "NationalClaimsHistory", "DDPS"}
)

func checkBCDAFilter(resource, query string) error {
	if resource != "ExplanationOfBenefit" {
		return optionsErrorf("", "type filter: BCDA filters only ExplanationOfBenefit, not %s", resource)
	}
	for pair := range strings.SplitSeq(query, "&") {
		key, list, ok := strings.Cut(pair, "=")
		if !ok {
			return optionsErrorf("write it as key=value", "type filter: %q has no value", pair)
		}
		for value := range strings.SplitSeq(list, ",") {
			if err := checkBCDACondition(key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkBCDACondition(key, value string) error {
	switch key {
	case "_tag":
		system, code, _ := strings.Cut(value, "|")
		if !tagToken().MatchString(value) {
			return optionsErrorf("write system and code, as in https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|SharedSystem", "type filter: the tag %q is not of the form system|code", value)
		}
		if strings.HasSuffix(system, "/System-Type") && !slices.Contains(systemTypes, code) {
			return optionsErrorf("use one of "+strings.Join(systemTypes, ", "), "type filter: unknown System-Type %q", code)
		}
	case "outcome":
		if value != "complete" && value != "partial" {
			return optionsErrorf("use complete or partial", "type filter: unknown outcome %q", value)
		}
	case "service-date":
		m := serviceDate().FindStringSubmatch(value)
		if m == nil || !isDate(m[2]) {
			return optionsErrorf("write it as ge2026-01-31", "type filter: invalid service date %q", value)
		}
		if m[1] != "" && !slices.Contains([]string{"eq", "lt", "gt", "le", "ge"}, m[1]) {
			return optionsErrorf("use one of eq, lt, gt, le, ge", "type filter: unknown prefix %q of a service date", m[1])
		}
	default:
		return optionsErrorf("use one of _tag, outcome, service-date", "type filter: BCDA does not support the condition %q", key)
	}
	return nil
}

func isDate(s string) bool {
	for _, layout := range []string{"2006", "2006-01", time.DateOnly, "2006-01-02T15:04:05", time.RFC3339} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
