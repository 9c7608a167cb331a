package convert

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"

	"github.com/cclf-tools/cclf/schema"
)

// A Manifest describes a finished data set. It is the last file of a data set
// to be written: where there is one, the data set is whole. It says nothing
// of the time or the machine, so that equal inputs give equal manifests.
type Manifest struct {
	Version  string          `json:"version"` // of the program that wrote it
	Format   Format          `json:"format"`
	Versions Versions        `json:"versions"`
	APIs     []string        `json:"apis"` // generations of BCDA in the inputs
	Inputs   []ManifestInput `json:"inputs"`
	Counts   Counts          `json:"counts"`
	Tables   []ManifestTable `json:"tables"`
	TextSize int64           `json:"text_bytes"` // of all inputs, decompressed
}

// A ManifestInput is one file that was read.
type ManifestInput struct {
	Name     string `json:"name"`
	Size     int64  `json:"bytes"`      // as stored; -1 when unknown
	TextSize int64  `json:"text_bytes"` // decompressed
	Lines    int64  `json:"lines"`
	Rejects  int64  `json:"rejected"`
}

// A ManifestTable is one table of the data set.
type ManifestTable struct {
	Name  string          `json:"name"`
	Rows  int64           `json:"rows"`
	Files []ManifestFiles `json:"files"`
}

// ManifestFiles is one file of a table.
type ManifestFiles struct {
	Name string `json:"name"` // relative to the data set
	Size int64  `json:"bytes"`
}

func (r *run) manifest() *Manifest {
	m := &Manifest{
		Version:  r.opts.Version,
		Format:   r.opts.Format,
		Versions: r.opts.Versions,
		Counts:   r.counts,
		TextSize: r.text.Load(),
	}
	for _, api := range schema.APIs {
		if r.apis[api] {
			m.APIs = append(m.APIs, api.String())
		}
	}
	for i, in := range r.opts.inputs {
		state := &r.sizes[i]
		m.Inputs = append(m.Inputs, ManifestInput{in.Name, in.Size, state.text, state.lines, state.rejects})
	}
	for i, o := range outputs {
		table := ManifestTable{Name: o.dir, Rows: r.written[i]}
		for _, name := range r.set.parts {
			if path.Dir(filepath.ToSlash(name)) == o.dir {
				table.Files = append(table.Files, ManifestFiles{filepath.ToSlash(name), r.set.size(name)})
			}
		}
		if len(table.Files) > 0 {
			m.Tables = append(m.Tables, table)
		}
	}
	return m
}

// size of a finished file, before it is moved into place.
func (d *dataset) size(name string) int64 {
	info, err := os.Stat(filepath.Join(d.temp, name+partSuffix))
	if err != nil {
		return -1
	}
	return info.Size()
}

// rejectFile writes the file of rejects, once there is something to write.
type rejectFile struct {
	set  *dataset
	file *os.File
	buf  *bufio.Writer
}

func (f *rejectFile) add(bad []Reject) error {
	if len(bad) == 0 {
		return nil
	}
	if f.file == nil {
		var err error
		f.file, err = os.OpenFile(filepath.Join(f.set.temp, RejectsFile+partSuffix), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		f.buf = bufio.NewWriter(f.file)
	}
	enc := json.NewEncoder(f.buf)
	enc.SetEscapeHTML(false)
	for _, b := range bad {
		if err := enc.Encode(b); err != nil {
			return err
		}
	}
	return nil
}

// finish makes the file a part of the data set.
func (f *rejectFile) finish() error {
	if f.file == nil {
		return nil
	}
	err := f.buf.Flush()
	if err == nil {
		err = f.file.Sync()
	}
	if err = errors.Join(err, f.file.Close()); err == nil {
		f.set.parts = append(f.set.parts, RejectsFile)
	}
	return err
}
