package convert

import (
	"maps"
	"reflect"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// Restore sets the options on which the rows of a data set depend to those of the
// conversion that made it. So an earlier state of its log gives the rows of that time.
func (o *Options) Restore(m *Manifest) error {
	extra, err := schema.ParseExtraColumns(strings.NewReader(strings.Join(m.ExtraColumns, "\n")), ManifestFile)
	if err != nil {
		return err
	}
	o.Profile, o.Versions, o.Leavers = Profile(m.Profile), Versions(m.Versions), Leavers(m.Leavers)
	if o.ExtraColumns = extra; m.Conversion == nil {
		o.API, o.Tables, o.Limits, o.AllowPartial = nil, nil, nil, false
		return nil
	}
	c := m.Conversion
	o.Tables, o.Limits, o.AllowPartial, o.API = c.Tables, c.Limits, c.AllowPartial, nil
	if c.API != "" {
		api, err := schema.ParseAPI(c.API)
		if err != nil {
			return err
		}
		o.API = &api
	}
	return nil
}

// RestoreFiles sets the options on which the files of a data set depend, besides the
// rows, to those of the conversion that made it. Names of fixed-width files keep neither a
// run date nor a performance year, since these move on.
func (o *Options) RestoreFiles(m *Manifest) error {
	c := m.Conversion
	if c == nil {
		c = &dataset.Conversion{}
	}
	o.Format, o.PartitionBy = m.Format, m.PartitionBy
	o.FileSize, o.Sort, o.BloomFilters, o.RowGroupRows = c.FileSize, c.Sort, c.BloomFilters, c.RowGroupRows
	o.Fixed = FixedOptions{}
	if m.Format != Fixed {
		return nil
	}
	o.Fixed = FixedOptions{ACO: c.ACO, Program: c.Program, Runout: c.Runout}
	var err error
	o.Fixed.Layout, err = schema.ParseLayout(m.Layout)
	return err
}

// recorded returns the options that Restore and RestoreFiles need besides the other fields
// of the manifest, or nil if they are the usual ones. Inputs that break off are allowed if
// some did.
func (o *Options) recorded(brokenOff int64) *dataset.Conversion {
	c := &dataset.Conversion{
		Tables: o.Tables, Limits: maps.Clone(o.Limits), AllowPartial: brokenOff > 0,
		FileSize: o.FileSize, Sort: o.Sort, BloomFilters: o.BloomFilters, RowGroupRows: o.RowGroupRows,
		ACO: o.Fixed.ACO, Program: o.Fixed.Program, Runout: o.Fixed.Runout,
	}
	if o.API != nil {
		c.API = o.API.String()
	}
	// Empty lists are those that are not given.
	if len(c.Tables) == 0 {
		c.Tables = nil
	}
	if len(c.Limits) == 0 {
		c.Limits = nil
	}
	if reflect.ValueOf(*c).IsZero() {
		return nil
	}
	return c
}
