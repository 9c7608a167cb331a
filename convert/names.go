package convert

import "github.com/cclf-tools/cclf/internal/dataset"

// Names of files and folders in a data set.
const (
	ManifestFile = dataset.ManifestFile
	RejectsFile  = dataset.RejectsFile
	// PartialFolder holds the tables of partially adjudicated claims.
	PartialFolder = dataset.PartialFolder
)

// Types that describe a data set.
type (
	Format        = dataset.Format
	Partition     = dataset.Partition
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

// Types for the options of the format Fixed.
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

// ErrOptions reports options that are invalid or cannot be combined.
var ErrOptions = dataset.ErrOptions

// The formats.
const (
	Parquet = dataset.Parquet
	CSV     = dataset.CSV
	Arrow   = dataset.Arrow
	Fixed   = dataset.Fixed
	DuckDB  = dataset.DuckDB
)

// The partitions.
const (
	NotPartitioned = dataset.NotPartitioned
	ServiceYear    = dataset.ServiceYear
	ServiceMonth   = dataset.ServiceMonth
)

// Partitions returns all partitions.
func Partitions() []Partition { return dataset.Partitions() }

// Formats returns all formats.
func Formats() []Format { return dataset.Formats() }

// ErrOutput reports an output folder that cannot be written to, or is not empty.
var ErrOutput = dataset.ErrOutput
