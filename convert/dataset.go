package convert

import (
	"cmp"
	"time"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// Names in the folder of a data set.
const (
	ManifestFile = dataset.ManifestFile
	RejectsFile  = dataset.RejectsFile
	// PartialFolder holds the tables of partially adjudicated claims.
	PartialFolder = dataset.PartialFolder
)

// What package dataset says of a data set.
type (
	Format        = dataset.Format
	Manifest      = dataset.Manifest
	ManifestInput = dataset.Input
	ManifestTable = dataset.Table
	ManifestFiles = dataset.File
	Counts        = dataset.Counts
	Unmapped      = dataset.Unmapped
	MissingMark   = dataset.MissingMark
	Reject        = dataset.Reject
	MoreRejects   = dataset.MoreRejects
	Misfit        = dataset.Misfit
)

// What package dataset says of the format Fixed.
type (
	FixedOptions = dataset.FixedOptions
	Program      = dataset.Program
)

// The programs.
const (
	MSSP  = dataset.MSSP  // Medicare Shared Savings Program
	VTAPM = dataset.VTAPM // Vermont All-Payer Model
	REACH = dataset.REACH // ACO REACH
	KCF   = dataset.KCF   // Kidney Care Choices, KCF option
	CKCC  = dataset.CKCC  // Kidney Care Choices, CKCC options
	PCF   = dataset.PCF   // Primary Care First
)

// Programs returns all programs.
func Programs() []Program { return dataset.Programs() }

// ErrOptions reports options that do not go together.
var ErrOptions = dataset.ErrOptions

// The formats.
const (
	Parquet = dataset.Parquet
	CSV     = dataset.CSV
	Arrow   = dataset.Arrow
	Fixed   = dataset.Fixed
	DuckDB  = dataset.DuckDB
)

// Formats returns all formats.
func Formats() []Format { return dataset.Formats() }

// ErrOutput reports a folder that the data set cannot be written to.
var ErrOutput = dataset.ErrOutput

// tableOptions are the options of the format.
func (o *Options) tableOptions() dataset.TableOptions {
	return dataset.TableOptions{PartRows: o.fileRows, Fixed: o.Fixed, Export: o.Export}
}

// checkFormat finds what is wrong with the options of the format and the profile
// before anything is read.
func (o *Options) checkFormat() error {
	tables := o.tableOptions()
	return cmp.Or(tables.Check(o.Format), o.checkProfile(), o.checkExtra())
}

// createTables begins to write the tables, when all input has been read.
func (r *run) createTables() (*dataset.Tables, error) {
	opts := r.opts.tableOptions()
	opts.Memory = r.memory
	if r.newest != minTime {
		opts.Newest = time.Unix(0, r.newest).UTC()
	}
	return r.set.Tables(opts)
}
