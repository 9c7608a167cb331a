package dataset

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
	"sync"

	"github.com/klauspost/compress/flate"

	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/schema"
)

// cclfFiles packs tables as CMS delivers them: one file for each CCLF table, and
// CCLF0, which counts their records, side by side or in one zip file. Partially
// adjudicated claims are a set of their own, in their folder. Side tables, which
// CMS does not have, are part files in CSV.
type cclfFiles struct {
	tables  *Tables
	names   cclfNames
	sides   partFiles
	members map[*TableWriter]*zipMember
	mu      sync.Mutex // guards members
}

func packCCLF(t *Tables) (packing, error) {
	names, err := t.opts.Fixed.names(t.opts.Newest)
	if err != nil {
		return nil, err
	}
	return &cclfFiles{
		tables: t, names: names, sides: partFiles{t, CSV},
		members: map[*TableWriter]*zipMember{},
	}, nil
}

// slots returns the fields of a record of a table, or nil for a side table.
func (p *cclfFiles) slots(w *TableWriter) []schema.Slot {
	return w.Table.Record(p.tables.opts.Fixed.Layout)
}

func (p *cclfFiles) open(w *TableWriter) (*tableFile, error) {
	slots := p.slots(w)
	if slots == nil {
		return p.sides.open(w)
	}
	folder, name := path.Dir(w.Name), p.names.file(w.Table.File)
	if p.names.zip() == "" {
		staged, err := p.tables.w.CreateFile(path.Join(folder, name))
		if err != nil {
			return nil, err
		}
		f := &tableFile{StagedFile: staged, limit: math.MaxInt64}
		return f.encoded(encode.NewFixed, f, w, slots)
	}
	staged, err := p.tables.w.Stage(path.Join(folder, name))
	if err != nil {
		return nil, err
	}
	f := &tableFile{StagedFile: staged, limit: math.MaxInt64, home: path.Join(folder, p.names.zip()), member: name}
	m, err := newZipMember(f, name, f.Path())
	if err != nil {
		f.Discard()
		return nil, err
	}
	p.mu.Lock()
	p.members[w] = m
	p.mu.Unlock()
	if f, err = f.encoded(encode.NewFixed, m, w, slots); err == nil {
		f.encoder = memberEncoder{f.encoder, m}
	}
	return f, err
}

// A cclfSet is a set of CCLF files in one folder.
type cclfSet struct {
	folder  string
	summary []byte // the text of CCLF0
	members []*zipMember
}

// finish writes CCLF0 and, for an ACO, the zip file, once for each folder with
// CCLF files.
func (p *cclfFiles) finish(context.Context) ([]File, error) {
	var sets []*cclfSet
	byFolder := map[string]*cclfSet{}
	for _, w := range p.tables.list {
		slots := p.slots(w)
		if slots == nil {
			continue
		}
		folder := path.Dir(w.Name)
		set := byFolder[folder]
		if set == nil {
			set = &cclfSet{folder: folder, summary: []byte(summaryHeader())}
			byFolder[folder] = set
			sets = append(sets, set)
		}
		set.summary = appendSummary(set.summary, w.Table, w.rows, slots[len(slots)-1].End)
		set.members = append(set.members, p.members[w])
	}
	var files []File
	for _, set := range sets {
		file, err := p.complete(set)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// complete writes what a set has beside the files of its tables.
func (p *cclfFiles) complete(set *cclfSet) (File, error) {
	name, write := p.names.file("CCLF0"), func(w io.Writer) error {
		_, err := w.Write(set.summary)
		return err
	}
	if zip := p.names.zip(); zip != "" {
		name, write = zip, func(w io.Writer) error { return p.writeZip(w, set) }
	}
	name = path.Join(set.folder, name)
	file, err := p.tables.w.CreateFile(name)
	if err != nil {
		return File{}, err
	}
	if err := write(file); err != nil {
		file.Discard()
		return File{}, fmt.Errorf("make %s: %w", name, err)
	}
	return file.Finish(int64(bytes.Count(set.summary, []byte("\n"))))
}

// summaryHeader is the first record of CCLF0.
func summaryHeader() string {
	return fmt.Sprintf("%-13s|%-20s|%-20s|%-13s\n", "File Number", "File Description", "Total Records Count", "Record Length")
}

// appendSummary appends the record of CCLF0 for a file, whose records have length
// bytes.
func appendSummary(dst []byte, t *schema.Table, records int64, length int) []byte {
	return fmt.Appendf(dst, "%-7s|%-43s|%11d|%5d \n", t.File, t.Title, records, length)
}

// writeZip writes a zip file of CCLF0 and the members, which are compressed
// already.
func (p *cclfFiles) writeZip(to io.Writer, set *cclfSet) error {
	w := zip.NewWriter(to)
	header := p.zipHeader(p.names.file("CCLF0"))
	out, err := w.CreateHeader(&header)
	if err == nil {
		_, err = out.Write(set.summary)
	}
	for _, m := range set.members {
		if err == nil {
			err = p.copyMember(w, m)
		}
	}
	if err != nil {
		return err
	}
	return w.Close()
}

func (p *cclfFiles) copyMember(w *zip.Writer, m *zipMember) error {
	header := p.zipHeader(m.name)
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

// zipHeader describes a member, which has the date of the delivery.
func (p *cclfFiles) zipHeader(name string) zip.FileHeader {
	const sizesFollow = 1 << 3 // the sizes, which may be 64-bit, follow the member
	h := zip.FileHeader{Name: name, Method: zip.Deflate, Flags: sizesFollow}
	h.SetModTime(p.names.at) // CreateRaw takes the date from no other field
	h.SetMode(0o600)
	return h
}

// A zipMember compresses a file of a zip file. Each member is first written to a
// file of its own, so that several can be written at once.
type zipMember struct {
	name    string // in the zip file
	path    string // of its own file
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

// A memberEncoder encodes into a zipMember, and ends it.
type memberEncoder struct {
	encode.Encoder
	member *zipMember
}

func (e memberEncoder) Close() error {
	return errors.Join(e.Encoder.Close(), e.member.deflate.Close())
}

// A countingWriter counts the bytes that it passes on.
type countingWriter struct {
	w io.Writer
	n uint64
}

func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += uint64(n)
	return n, err
}
