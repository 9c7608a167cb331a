package convert

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// A Manifest describes a finished data set. It is the last file of a data set
// to be written: where there is one, the data set is whole. It says nothing
// of the time or the machine, so that equal inputs give equal manifests.
type Manifest struct {
	Version  string          `json:"version"` // of the program that wrote it
	Format   Format          `json:"format"`
	Profile  Profile         `json:"profile,omitempty"`
	Layout   string          `json:"layout,omitempty"` // of the fixed-width files
	Versions Versions        `json:"versions"`
	APIs     []string        `json:"apis"` // generations of BCDA in the inputs
	Inputs   []ManifestInput `json:"inputs"`
	// PassedOver is what folders and archives hold and was not read.
	PassedOver []ndjson.PassedOver `json:"passed_over,omitempty"`
	Counts     Counts              `json:"counts"`
	// PartialDates counts dates without their days, whose cells are null, and
	// Rounded numbers with more decimals than their columns, which are rounded,
	// both by table and column, such as "cclf1.CLM_FROM_DT". Values of
	// resources that newer versions replace count too.
	PartialDates map[string]int64 `json:"partial_dates,omitempty"`
	Rounded      map[string]int64 `json:"rounded,omitempty"`
	Tables       []ManifestTable  `json:"tables"`
	Files        []ManifestFiles  `json:"files,omitempty"` // of no table
	// ExtraColumns are the lines for schema.ParseExtraColumns.
	ExtraColumns []string `json:"extra_columns,omitempty"`
	TextSize     int64    `json:"text_bytes"` // of all inputs, decompressed
	// Unmapped are the elements of the inputs that no column is made from.
	Unmapped []Unmapped `json:"unmapped,omitempty"`
	// UnlistedElements is how often new elements were seen that are not among
	// them, because there are too many.
	UnlistedElements int64         `json:"unlisted_elements,omitempty"`
	Missing          []MissingMark `json:"missing,omitempty"`
}

// A ManifestInput is one file that was read.
type ManifestInput struct {
	Name     string `json:"name"`
	Size     int64  `json:"bytes"`      // as stored; -1 when unknown
	TextSize int64  `json:"text_bytes"` // decompressed
	Lines    int64  `json:"lines"`
	Rejects  int64  `json:"rejected"`
	// BrokenOff is the line where the input broke off, which was allowed.
	BrokenOff int64 `json:"broken_off_at_line,omitempty"`
}

// A ManifestTable is one table of the data set.
type ManifestTable struct {
	Name  string          `json:"name"`
	Rows  int64           `json:"rows"`
	Files []ManifestFiles `json:"files"`
}

// ManifestFiles is one file of a table, or one that holds several.
type ManifestFiles struct {
	Name   string `json:"name"`             // relative to the data set
	Member string `json:"member,omitempty"` // of a zip file
	Size   int64  `json:"bytes"`
}

func (r *run) manifest() *Manifest {
	m := &Manifest{
		Version:  r.opts.Version,
		Format:   r.opts.Format,
		Profile:  r.opts.Profile,
		Versions: r.opts.Versions,
		Counts:   r.counts,
		TextSize: r.text.Load(),

		PartialDates: r.adjusted.byName(r.plans.outputs, adjustedPartialDate),
		Rounded:      r.adjusted.byName(r.plans.outputs, adjustedRounded),
	}
	if m.Format == Fixed {
		m.Layout = r.opts.Fixed.Layout.String()
	}
	for _, api := range schema.APIs {
		if r.apis[api] {
			m.APIs = append(m.APIs, api.String())
		}
	}
	m.PassedOver = r.opts.sources.passed
	for i, in := range r.opts.sources.list {
		var state inputState
		if i < len(r.sizes) {
			state = r.sizes[i]
		}
		m.Inputs = append(m.Inputs, ManifestInput{in.Name, in.Size, state.text, state.lines, state.rejects, state.broke})
	}
	for i, o := range outputs {
		if len(r.files[i]) == 0 {
			continue
		}
		m.Tables = append(m.Tables, ManifestTable{o.dir, r.written[i], r.describe(r.files[i])})
	}
	m.Files = r.describe(r.others)
	for _, x := range r.opts.ExtraColumns {
		m.ExtraColumns = append(m.ExtraColumns, x.String())
	}
	r.seen.report(m)
	return m
}

// A Misfit is a value that does not fit its field in a fixed-width file. The
// field is blank.
type Misfit struct {
	File   string `json:"file"` // the input that the resource came from
	Line   int64  `json:"line"`
	Table  string `json:"table"`
	Row    int64  `json:"row"` // of the table, counted from 1
	Label  string `json:"label"`
	Reason string `json:"reason"`
	Raw    string `json:"raw,omitempty"` // the value itself, when asked for
}

// describe completes the entries of files.
func (r *run) describe(files []ManifestFiles) []ManifestFiles {
	for i := range files {
		files[i].Size = r.set.size(files[i].Name)
	}
	return files
}

// size of a finished file, before it is moved into place.
func (d *dataset) size(name string) int64 {
	info, err := os.Stat(d.tempPath(name))
	if err != nil {
		return -1
	}
	return info.Size()
}

// A rejectFile writes a file of rejects, once there is something to write.
type rejectFile struct {
	path string
	file *os.File
	buf  *bufio.Writer
}

// add writes what was rejected of the input.
func (f *rejectFile) add(bad []Reject) error {
	for _, b := range bad {
		if err := f.encode(b); err != nil {
			return err
		}
	}
	return nil
}

// encode writes a record.
func (f *rejectFile) encode(record any) error {
	if err := f.open(); err != nil {
		return err
	}
	enc := json.NewEncoder(f.buf)
	enc.SetEscapeHTML(false)
	return enc.Encode(record)
}

func (f *rejectFile) open() (err error) {
	if f.file != nil {
		return nil
	}
	if f.file, err = os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return err
	}
	f.buf = bufio.NewWriter(f.file)
	return nil
}

// take moves the records of another file to the end of this one.
func (f *rejectFile) take(other *rejectFile) error {
	if other.file == nil {
		return nil
	}
	err := f.open()
	if err == nil {
		err = other.buf.Flush()
	}
	if err == nil {
		_, err = other.file.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(f.buf, other.file)
	}
	return errors.Join(err, other.file.Close())
}

// finish makes the file a part of the data set.
func (f *rejectFile) finish(set *dataset) error {
	if f.file == nil {
		return nil
	}
	err := f.buf.Flush()
	if err == nil {
		err = f.file.Sync()
	}
	if err = errors.Join(err, f.file.Close()); err == nil {
		set.add(RejectsFile)
	}
	return err
}
