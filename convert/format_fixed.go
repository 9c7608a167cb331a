package convert

import (
	"archive/zip"
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

	"github.com/cclf-tools/cclf/schema"
)

// fixedFormat has the files as CMS delivers them: one for each CCLF table and
// CCLF0, which counts their records, side by side or in one zip file. The
// partially adjudicated claims are a set of their own, in their folder. Side
// tables, which CMS knows nothing of, are CSV.
type fixedFormat struct {
	set      *dataset
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
		p, err := f.set.create(name)
		if err != nil {
			return nil, err
		}
		p.limit = math.MaxInt64
		return p.with(newFixedSink(p.buf, slots, t.misfit), nil)
	}
	p, err := f.set.stage(name, path.Join(path.Dir(o.dir), f.delivery.zip()))
	if err != nil {
		return nil, err
	}
	p.limit, p.member = math.MaxInt64, path.Base(name)
	m, err := newZipMember(p.buf, p.member, p.path())
	if err != nil {
		return nil, errors.Join(err, p.file.Close())
	}
	f.members[t.index] = m
	return p.with(memberSink{newFixedSink(m, slots, t.misfit), m}, nil)
}

// finish writes CCLF0 and, for an ACO, the zip file, once for each folder that
// has CCLF files.
func (f *fixedFormat) finish(_ context.Context, r *run) ([]string, error) {
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
	var names []string
	for _, folder := range folders {
		g := groups[folder]
		summary := f.delivery.file("CCLF0")
		if f.delivery.zip() == "" {
			name := path.Join(folder, summary)
			if err := writeFile(f.set.tempPath(name), g.text); err != nil {
				return nil, err
			}
			f.set.add(name)
			names = append(names, name)
			continue
		}
		name := path.Join(folder, f.delivery.zip())
		if err := f.zip(name, summary, g.text, g.members); err != nil {
			return nil, fmt.Errorf("make %s: %w", name, err)
		}
	}
	return names, nil
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
func (f *fixedFormat) zip(name, summary string, text []byte, members []*zipMember) error {
	p, err := f.set.create(name)
	if err != nil {
		return err
	}
	w := zip.NewWriter(p.buf)
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
		p.discard()
		return err
	}
	return p.finish()
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
