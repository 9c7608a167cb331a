package convert

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

func (r *run) manifest() *Manifest {
	m := &Manifest{
		Version:  r.opts.Version,
		Format:   r.opts.Format,
		Profile:  string(r.opts.Profile),
		Versions: string(r.opts.Versions),
		Counts:   r.counts,

		Increment: r.opts.Increment,
		TextSize:  r.text.Load(),

		PartialDates: r.adjusted.byName(r.plans.outputs, table.PartialDate),
		Rounded:      r.adjusted.byName(r.plans.outputs, table.Rounded),
		UnknownState: r.adjusted.byName(r.plans.outputs, table.UnknownCode),
	}
	if m.Format == Fixed {
		m.Layout = r.opts.Fixed.Layout.String()
	}
	for _, api := range schema.APIs {
		if r.apis[api] {
			m.APIs = append(m.APIs, api.String())
		}
	}
	for _, p := range r.sources.passed {
		m.PassedOver = append(m.PassedOver, dataset.PassedOver(p))
	}
	for i, in := range r.sources.list {
		var state inputState
		if i < len(r.sizes) {
			state = r.sizes[i]
		}
		m.Inputs = append(m.Inputs, ManifestInput{
			Name: in.Name, Size: in.Size, TextSize: state.text, Lines: state.lines, Rejects: state.rejects, BrokenOff: state.broke, Foreign: state.foreign,
		})
	}
	whole, alone := map[string]ManifestFiles{}, map[string]bool{} // files that hold several tables, and those that hold none
	for _, f := range r.others {
		whole[f.Name], alone[f.Name] = f, true
	}
	for i, o := range outputs {
		if len(r.files[i]) == 0 {
			continue
		}
		files := r.files[i]
		for k := range files {
			if f, ok := whole[files[k].Name]; ok {
				files[k].Size, files[k].SHA256 = f.Size, f.SHA256
				delete(alone, f.Name)
			}
		}
		m.Tables = append(m.Tables, ManifestTable{Name: o.dir, Rows: r.written[i], Files: files})
	}
	for _, f := range r.others {
		if alone[f.Name] {
			m.Files = append(m.Files, f)
		}
	}
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

// A rejectFile writes a file of rejects, once there is something to write.
type rejectFile struct {
	path string
	file *os.File
	buf  *bufio.Writer
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

// finish ends the writing. It reports whether there is a file.
func (f *rejectFile) finish() (bool, error) {
	if f.file == nil {
		return false, nil
	}
	return true, errors.Join(f.buf.Flush(), f.file.Close())
}
