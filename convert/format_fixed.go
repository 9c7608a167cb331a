package convert

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path"
	"time"

	"github.com/klauspost/compress/flate"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// fixedFormat has the files as CMS delivers them: one for each CCLF table and
// CCLF0, which counts their records, side by side or in one zip file. The
// partially adjudicated claims are a set of their own, in their folder. Side
// tables, which CMS knows nothing of, are CSV.
type fixedFormat struct {
	set      *dataset.Writer
	layout   schema.Layout
	delivery delivery
	sides    partFormat
	members  []*zipMember // by output
}

func newFixedFormat(r *run) (*fixedFormat, error) {
	var newest time.Time
	if r.newest != minTime {
		newest = time.Unix(0, r.newest).UTC()
	}
	d, err := r.opts.Fixed.newDelivery(newest)
	if err != nil {
		return nil, err
	}
	return &fixedFormat{
		set:      r.set,
		layout:   r.opts.Fixed.Layout,
		delivery: d,
		sides:    partFormat{r.set, CSV},
		members:  make([]*zipMember, len(outputs)),
	}, nil
}

// fileOf is the name of the file with an output's records, or within the zip
// file in its folder.
func (f *fixedFormat) fileOf(o output) string {
	return path.Join(path.Dir(o.dir), f.delivery.file(o.table.File))
}

func (f *fixedFormat) create(t *tableWriter, part int) (*partFile, error) {
	o := t.spill.out
	slots := o.table.Record(f.layout)
	if slots == nil {
		return f.sides.create(t, part)
	}
	name := f.fileOf(o)
	if f.delivery.zip() == "" {
		file, err := f.set.CreateFile(name)
		if err != nil {
			return nil, err
		}
		p := &partFile{StagedFile: file, limit: math.MaxInt64}
		return p.with(newFixedSink(p, slots, t.misfit), nil)
	}
	file, err := f.set.Stage(name)
	if err != nil {
		return nil, err
	}
	p := &partFile{
		StagedFile: file, limit: math.MaxInt64,
		home: path.Join(path.Dir(o.dir), f.delivery.zip()), member: path.Base(name),
	}
	m, err := newZipMember(p, p.member, p.Path())
	if err != nil {
		p.Discard()
		return nil, err
	}
	f.members[t.index] = m
	return p.with(memberSink{newFixedSink(m, slots, t.misfit), m}, nil)
}

// finish writes CCLF0 and, for an ACO, the zip file, once for each folder that
// has CCLF files.
func (f *fixedFormat) finish(_ context.Context, r *run) ([]ManifestFiles, error) {
	type group struct {
		text    []byte
		members []*zipMember
	}
	groups := map[string]*group{}
	var folders []string // in the order of the outputs
	for i, o := range outputs {
		if o.table.Side || len(r.files[i]) == 0 {
			continue
		}
		folder := path.Dir(o.dir)
		g := groups[folder]
		if g == nil {
			g = &group{text: []byte(summaryHeader)}
			groups[folder] = g
			folders = append(folders, folder)
		}
		slots := o.table.Record(f.layout)
		g.text = appendSummary(g.text, o.table, r.written[i], slots[len(slots)-1].End)
		g.members = append(g.members, f.members[i])
	}
	var files []ManifestFiles
	for _, folder := range folders {
		g := groups[folder]
		summary := f.delivery.file("CCLF0")
		if f.delivery.zip() == "" {
			file, err := f.summary(path.Join(folder, summary), g.text)
			if err != nil {
				return nil, err
			}
			files = append(files, file)
			continue
		}
		name := path.Join(folder, f.delivery.zip())
		file, err := f.zip(name, summary, g.text, g.members)
		if err != nil {
			return nil, fmt.Errorf("make %s: %w", name, err)
		}
		files = append(files, file)
	}
	return files, nil
}

// summary writes CCLF0.
func (f *fixedFormat) summary(name string, text []byte) (ManifestFiles, error) {
	file, err := f.set.CreateFile(name)
	if err != nil {
		return ManifestFiles{}, err
	}
	if _, err := file.Write(text); err != nil {
		file.Discard()
		return ManifestFiles{}, err
	}
	return file.Finish(int64(bytes.Count(text, []byte("\n"))))
}

// summaryHeader is the first record of CCLF0.
var summaryHeader = fmt.Sprintf("%-13s|%-20s|%-20s|%-13s\n",
	"File Number", "File Description", "Total Records Count", "Record Length")

// appendSummary appends the record of CCLF0 for a file.
func appendSummary(dst []byte, t *schema.Table, records int64, length int) []byte {
	return fmt.Appendf(dst, "%-7s|%-43s|%11d|%5d \n", t.File, t.Title, records, length)
}

// zip puts the summary and the members, which are compressed already, into a
// zip file.
func (f *fixedFormat) zip(name, summary string, text []byte, members []*zipMember) (ManifestFiles, error) {
	file, err := f.set.CreateFile(name)
	if err != nil {
		return ManifestFiles{}, err
	}
	w := zip.NewWriter(file)
	header := f.header(summary)
	out, err := w.CreateHeader(&header)
	if err == nil {
		_, err = out.Write(text)
	}
	for _, m := range members {
		if err == nil {
			err = f.copyMember(w, m)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		file.Discard()
		return ManifestFiles{}, err
	}
	return file.Finish(int64(bytes.Count(text, []byte("\n"))))
}

func (f *fixedFormat) copyMember(w *zip.Writer, m *zipMember) error {
	header := f.header(m.name)
	header.CRC32 = m.sum.Sum32()
	header.UncompressedSize64 = m.size
	header.CompressedSize64 = m.packed.n
	out, err := w.CreateRaw(&header)
	if err != nil {
		return err
	}
	in, err := os.Open(m.path)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(out, in)
	return err
}

// header describes a member, dated as the delivery is.
func (f *fixedFormat) header(name string) zip.FileHeader {
	const sizesFollow = 1 << 3 // the sizes, which may be large ones, stand behind the member
	h := zip.FileHeader{Name: name, Method: zip.Deflate, Flags: sizesFollow}
	h.SetModTime(f.delivery.at) // CreateRaw takes the date from no other field
	h.SetMode(0o600)
	return h
}

// A zipMember compresses what is to be a file in a zip file. Each member goes
// to a file of its own first, so that all can be written at a time.
type zipMember struct {
	name    string // in the zip file
	path    string // where it is until then
	sum     hash.Hash32
	size    uint64
	deflate *flate.Writer
	packed  *countingWriter
}

func newZipMember(w io.Writer, name, path string) (*zipMember, error) {
	m := &zipMember{name: name, path: path, sum: crc32.NewIEEE(), packed: &countingWriter{w: w}}
	var err error
	m.deflate, err = flate.NewWriter(m.packed, flate.DefaultCompression)
	return m, err
}

func (m *zipMember) Write(b []byte) (int, error) {
	m.size += uint64(len(b))
	m.sum.Write(b)
	return m.deflate.Write(b)
}

// memberSink writes to a zipMember, which ends with it.
type memberSink struct {
	sink
	member *zipMember
}

func (s memberSink) Close() error {
	return errors.Join(s.sink.Close(), s.member.deflate.Close())
}

type countingWriter struct {
	w io.Writer
	n uint64
}

func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += uint64(n)
	return n, err
}
