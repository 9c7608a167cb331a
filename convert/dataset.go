package convert

import (
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
)

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

// A partFile is a file with rows of a table while it is being written.
type partFile struct {
	*dataset.StagedFile
	limit  int64  // how many rows it may hold
	home   string // the file of the data set that will hold it, unless that is itself
	member string // its name there, when that is a zip file
	sink   sink
}

// with gives the file its sink, unless there is an error.
func (p *partFile) with(s sink, err error) (*partFile, error) {
	if err != nil {
		p.Discard()
		return nil, err
	}
	p.sink = s
	return p, nil
}

// finish ends the file, which has so many rows, and describes it.
func (p *partFile) finish(rows int64) (ManifestFiles, error) {
	if err := p.sink.Close(); err != nil {
		p.Discard()
		return ManifestFiles{}, err
	}
	file, err := p.Finish(rows)
	if p.home != "" { // which describes itself when it is made
		file = ManifestFiles{Name: p.home, Member: p.member, Rows: rows}
	}
	return file, err
}
