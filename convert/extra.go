package convert

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// checkExtra finds what is wrong with the extra columns, before anything is
// read: each is compiled by itself, so that the error can name its line.
func (o *Options) checkExtra() error {
	switch {
	case len(o.ExtraColumns) == 0:
		return nil
	case o.Format == Fixed:
		return fmt.Errorf("%w: no extra columns in the format %s: CMS's layouts have no room for them", ErrOptions, Fixed)
	case o.Profile != PlainCCLF:
		return fmt.Errorf("%w: no extra columns in the profile %s: its columns are those that the connector expects",
			ErrOptions, o.Profile)
	}
	var bad []error
	for _, x := range o.ExtraColumns {
		if err := compileExtra(x); err != nil {
			bad = append(bad, x.Errorf("%w", err))
		}
	}
	if bad != nil {
		return fmt.Errorf("%w: %w", ErrOptions, errors.Join(bad...))
	}
	return nil
}

func compileExtra(x schema.ExtraColumn) error {
	for _, cell := range append(x.Field.Cells[:], x.Field.Partial) {
		if cell.Source == schema.Undeclared {
			continue
		}
		expr, err := schema.ParseExpr(cell.Expr)
		if err != nil {
			return err
		}
		for _, alt := range expr {
			if names := extraFunctions(); alt.Func != "" && !slices.Contains(names, alt.Func) {
				return fmt.Errorf("there is no function %q for extra columns: want one of %s", alt.Func, strings.Join(names, ", "))
			}
		}
	}
	table := *schema.Extend([]*schema.Table{schema.Lookup(x.Table)}, []schema.ExtraColumn{x})[0]
	table.Fields = table.Fields[len(table.Base.Fields):]
	return newPlans(nil, []*schema.Table{&table}, defaultLimits()).check()
}

// extraFunctions are the functions of the crosswalk that work in every table.
// The others are rules for one field, and look at more than the value.
func extraFunctions() []string {
	names := slices.Collect(maps.Keys(transforms))
	names = append(names, "only", "source-file", "source-line")
	slices.Sort(names)
	return names
}
