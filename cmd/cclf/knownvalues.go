package main

import (
	"slices"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/schema"
)

// knownValues are usual values of flags that take others too.
var knownValues = map[string]func() []string{
	"type":   func() []string { return []string{"ExplanationOfBenefit", "Patient", "Coverage"} },
	"since":  func() []string { return []string{"auto"} },
	"group":  func() []string { return []string{"all", "runout"} },
	"tables": func() []string { return convert.TableNames(convert.PlainCCLF) },
	"fault":  bcdatest.Presets,
	"status": func() []string {
		return []string{"Pending", "In Progress", "Completed", "Failed", "Cancelled", "Expired"}
	},
	"field": func() []string {
		var labels []string
		for _, t := range schema.AllTables() {
			labels = append(labels, fieldLabels(t)...)
		}
		slices.Sort(labels)
		return slices.Compact(labels)
	},
}

// tableNames lists the tables as the first argument of a command.
func tableNames(args []string) []string {
	if len(args) > 0 {
		return nil
	}
	var names []string
	for _, t := range schema.AllTables() {
		names = append(names, t.Name)
	}
	return names
}

func fieldLabels(t *schema.Table) []string {
	var labels []string
	for _, f := range t.Fields {
		labels = append(labels, f.Label)
	}
	return labels
}
