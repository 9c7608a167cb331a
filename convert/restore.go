package convert

import (
	"maps"
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

// recorded returns the options that Restore needs besides the other fields of the
// manifest, or nil if they are the usual ones. Inputs that break off are allowed if some
// did.
func (o *Options) recorded(brokenOff int64) *dataset.Conversion {
	c := &dataset.Conversion{Tables: o.Tables, Limits: maps.Clone(o.Limits), AllowPartial: brokenOff > 0}
	if o.API != nil {
		c.API = o.API.String()
	}
	if c.API == "" && len(c.Tables) == 0 && len(c.Limits) == 0 && !c.AllowPartial {
		return nil
	}
	return c
}
