package convert

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"runtime"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// Options are the options of [Run]. Only Out and Inputs, or Files, are required:
// the zero value of every other field is a sensible choice.
type Options struct {
	// Inputs are files, folders, or "-" for Stdin. They are read in this order;
	// the files of a folder in the order of their paths.
	Inputs []string
	// Ignore are files that are not read, although Inputs have them.
	Ignore []string
	// Files yields more files to read after Inputs, as they become available, such
	// as those of an export that is being downloaded. A file must be complete when
	// it is yielded. The outcome depends on the order of the files, as it does with
	// Inputs, and not on when they arrive; a file that was read before is not read
	// again. An error that Files yields ends the run.
	//
	// Run ranges over Files once, in a goroutine of its own, and is at most one
	// file behind. A run that fails does not wait for it: end it with the context.
	Files iter.Seq2[string, error]
	Stdin io.Reader
	// Root, if set, is a folder: inputs in it are named relative to it, in the manifest,
	// in rejects and in the tables, so that these do not depend on where it is.
	Root string
	// Runs, if set, is called when all input has been read, and returns the runs of
	// the export folder that the inputs are from, the oldest first. Deletions of a run
	// then come before its resources, wherever its files of deletions are among the
	// inputs. Without it they apply to the resources that were read before.
	// With runs, PlainCCLF has a table of attribution, in all formats but Fixed.
	Runs func() ([]FetchRun, error)
	// Leavers says what becomes of those who left the newest list of Patients. To drop
	// them takes Runs. Default: KeepLeavers.
	Leavers Leavers

	// Changes publishes the rows that were added, removed and changed since the data set
	// that is replaced, with the tables and as part of the same publication, for the last
	// of Runs, which it takes: see the folder _changes. Nothing is published if there is no
	// data set to replace, or if its files cannot be compared; then Manifest.Changes is
	// empty.
	Changes bool

	Out       string      // folder of the data set
	Overwrite bool        // replace the data set in Out
	FileMode  fs.FileMode // of published files; default: 0600
	Format    Format      // default: Parquet
	Profile   Profile     // the tables to make; default: PlainCCLF
	Versions  Versions    // default: FinalVersions
	// Tables are the tables to write, with names of TableNames in any case; all by
	// default. The others are made all the same, so that counts and rows do not depend
	// on the choice.
	Tables []string

	// API is the API version of the export. By default, it is detected.
	API *schema.API
	// Increment says that the inputs contain only what changed since some time.
	Increment bool
	// AllowShrink allows a data set without rows, and one of an increment in place
	// of one of a full export. Otherwise these are a *ShrinkError.
	AllowShrink bool
	// AllowUnrelated allows runs whose lists of Patients have next to nobody in common.
	// Otherwise these are ErrUnrelated.
	AllowUnrelated bool

	// ExtraColumns are added to tables of PlainCCLF, in all formats but Fixed.
	ExtraColumns []schema.ExtraColumn
	Fixed        FixedOptions // for the format Fixed
	// Export makes a database file of a folder of Parquet tables. The format DuckDB
	// requires it; package query has such a function.
	Export func(ctx context.Context, tables, file string) error

	// Limits replace some of DefaultLimits.
	Limits Limits
	// MaxRejects is the number of rejected lines, and of values that do not fit
	// their fixed-width fields, beyond which the run fails with ErrTooManyRejects.
	// If it is negative, any number is allowed.
	MaxRejects int64
	// AllowPartial converts what can be read of inputs that break off, which are a
	// *BreakOffError otherwise.
	AllowPartial bool
	// KeepRejectedLines writes the text of rejected lines, which is protected
	// health information, to the reject file.
	KeepRejectedLines bool

	// RowGroupRows is the number of rows from which on a row group of a Parquet file
	// is complete. The default, 122,880, is what query engines read fastest.
	RowGroupRows int
	// FileSize is about how many bytes a part file has at most; default: 256 MB.
	FileSize int64
	// PartitionBy divides the part files of tables of claims, so that each holds one
	// year or month of service; default: NotPartitioned.
	PartitionBy Partition
	// Sort sorts the rows of each file by beneficiary and date. Otherwise they are in
	// the order of the inputs.
	Sort bool
	// BloomFilters adds Bloom filters of the identifiers of beneficiaries and claims to
	// Parquet files.
	BloomFilters bool

	Jobs    int    // parallel workers; default: GOMAXPROCS
	Version string // of the program, for the manifest
	// Progress, if set, is called now and then, by one goroutine at a time. If the size of
	// the inputs is known, the first call is before they are read.
	Progress func(Progress)
	// Replaced, if set, is called with the manifest of the data set that was
	// replaced, if there was one.
	Replaced func(*Manifest)

	temporary bool // the data set is soon read and removed

	// For tests; zero values are the usual ones.
	fileRows    int64 // rows of a part file
	batchRows   int   // rows of a batch
	resultCells int   // see maxResultCells
	poison      bool  // overwrite pooled memory
	hook        func(op, name string) error
}

// Versions says which versions of a claim get rows.
type Versions string

// The choices of versions.
const (
	FinalVersions Versions = "final" // final action only
	AllVersions   Versions = "all"   // all, canceled claims too
)

// A Profile says which tables are made.
type Profile string

// The profiles.
const (
	PlainCCLF Profile = ""                  // CCLF, and the tables beside it
	Tuva      Profile = dataset.TuvaProfile // for the Tuva Project's Medicare CCLF connector
)

// Profiles returns the profiles that have a name.
func Profiles() []Profile { return []Profile{Tuva} }

// Progress is the state of a run.
type Progress struct {
	Phase     string // "read", "write", or "compare" if Changes are published
	Done      int64  // bytes of input read, or rows written or compared
	Total     int64  // -1 if unknown
	TextBytes int64  // bytes of decompressed text read so far
}

// resolve checks the options and fills in the defaults, before anything is read.
func (o *Options) resolve() (*crosswalk.Limits, error) {
	o.Format = cmp.Or(o.Format, Parquet)
	o.Versions = cmp.Or(o.Versions, FinalVersions)
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	o.Leavers = cmp.Or(o.Leavers, KeepLeavers)
	if o.Leavers != KeepLeavers && o.Leavers != DropLeavers {
		return nil, fmt.Errorf("%w: unknown choice %q for leavers", ErrOptions, o.Leavers)
	}
	if o.Leavers == DropLeavers && o.Runs == nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, ErrNoList)
	}
	if o.Changes && (o.Runs == nil || !dataset.CanCompare(o.Format)) {
		return nil, fmt.Errorf("%w: %w", ErrOptions, ErrChanges)
	}
	tables := o.tableOptions()
	if err := cmp.Or(tables.Check(o.Format), o.checkProfile(), o.checkTables(), o.checkExtra()); err != nil {
		return nil, err
	}
	return o.Limits.resolve()
}

// tableOptions returns the options of the format.
func (o *Options) tableOptions() dataset.TableOptions {
	return dataset.TableOptions{
		PartRows: o.fileRows, FileSize: o.FileSize, RowGroupRows: o.RowGroupRows, Partition: o.PartitionBy, Sorted: o.Sort, Bloom: o.BloomFilters,
		Temporary: o.temporary, Fixed: o.Fixed, Export: o.Export,
	}
}

// checkProfile reports options that the profile does not allow.
func (o *Options) checkProfile() error {
	switch {
	case o.Profile == PlainCCLF:
	case o.Profile != Tuva:
		return fmt.Errorf("%w: unknown profile %q", ErrOptions, o.Profile)
	case o.Format != Parquet && o.Format != CSV:
		return fmt.Errorf("%w: profile %s has the formats %s and %s: dbt reads its sources, columns of text, from files of these",
			ErrOptions, o.Profile, Parquet, CSV)
	case o.Versions != FinalVersions:
		return fmt.Errorf("%w: profile %s has final versions only: the connector would add up the others", ErrOptions, o.Profile)
	}
	return nil
}

// checkExtra compiles each extra column alone, so that errors name its line.
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
		if err := crosswalk.CheckExtra(x, defaultLimits()); err != nil {
			bad = append(bad, x.Errorf("%w", err))
		}
	}
	if bad != nil {
		return fmt.Errorf("%w: %w", ErrOptions, errors.Join(bad...))
	}
	return nil
}
