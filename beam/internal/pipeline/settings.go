package pipeline

import (
	"io/fs"
	"strings"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// Options are those of a conversion.
type Options struct {
	// Inputs are files, archives, folders, export folders and lakes, or patterns of their
	// names, local or in an object store.
	Inputs []string
	Out    string // the data set
	// Temp is the folder of intermediate data, which all workers must see.
	Temp      string
	ShardSize int64 // bytes of a plain file that one task reads, about
	Overwrite bool
	Settings

	faults func(doFns) doFns // for tests: replaces the functions
}

// Settings are the options that workers need. They are those of convert.Options of the
// same names.
type Settings struct {
	Format       convert.Format
	Profile      convert.Profile
	Versions     convert.Versions
	Leavers      convert.Leavers
	Tables       []string
	ExtraColumns []string // lines for schema.ParseExtraColumns
	API          string   // empty for the detected one
	Limits       convert.Limits
	MaxRejects   int64

	AllowPartial, AllowShrink, AllowUnrelated, KeepRejectedLines bool

	FileMode     fs.FileMode
	RowGroupRows int
	FileSize     int64
	PartitionBy  convert.Partition
	Sort         bool
	BloomFilters bool

	Version string // of the program

	// Set by Build.
	Increment  bool
	HasRuns    bool
	Runs       []convert.FetchRun
	PassedOver []ndjson.PassedOver
	Key        []byte // of hashes
	Buckets    int    // of records
}

// options returns the options of package convert.
func (s *Settings) options() (convert.Options, error) {
	o := convert.Options{
		Format: s.Format, Profile: s.Profile, Versions: s.Versions, Leavers: s.Leavers, Tables: s.Tables, Limits: s.Limits, MaxRejects: s.MaxRejects,
		AllowPartial: s.AllowPartial, AllowShrink: s.AllowShrink, AllowUnrelated: s.AllowUnrelated, KeepRejectedLines: s.KeepRejectedLines,
		FileMode: s.FileMode, RowGroupRows: s.RowGroupRows, FileSize: s.FileSize, PartitionBy: s.PartitionBy, Sort: s.Sort, BloomFilters: s.BloomFilters,
		Increment: s.Increment, Version: s.Version, Jobs: 1,
	}
	var err error
	if o.ExtraColumns, err = schema.ParseExtraColumns(strings.NewReader(strings.Join(s.ExtraColumns, "\n")), "extra columns"); err != nil {
		return o, err
	}
	if s.API != "" {
		api, err := schema.ParseAPI(s.API)
		if err != nil {
			return o, err
		}
		o.API = &api
	}
	if s.HasRuns {
		o.Runs = func() ([]convert.FetchRun, error) { return s.Runs, nil }
	}
	return o, nil
}

// intermediate returns the options for the data set of a shard. Its files are read once,
// so those are the fastest ones.
func (s *Settings) intermediate() (convert.Options, error) {
	o, err := s.options()
	o.Format, o.FileMode, o.RowGroupRows, o.FileSize, o.PartitionBy, o.Sort, o.BloomFilters = convert.Arrow, 0, 0, 0, "", false, false
	return o, err
}

// useKey makes the hashes those of the pipeline.
func (s *Settings) useKey() { convert.ShareHashKey(s.Key) }

// shuffle returns a shuffle of no records.
func (s *Settings) shuffle() *shuffle { return &shuffle{buckets: s.Buckets} }
