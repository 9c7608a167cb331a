package delivery

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/gunzip"
	"github.com/cclf-tools/cclf/schema"
)

// Stdin is the name of standard input among the inputs.
const Stdin = "-"

var bom = []byte("\xef\xbb\xbf")

// An input is a file with content of one kind: a file of a folder, or a member
// of a zip file.
type input struct {
	Path string // as given, or found; ARCHIVE!MEMBER in a zip file
	Size int64  // of the text in bytes; -1 if it is not known
	head []byte // how the text begins
	sum  uint32 // CRC-32 of a member of a zip file
	open func() (io.ReadCloser, error)
}

// base is the name of the file or the member without folders.
func (in *input) base() string {
	p := in.Path
	if i := strings.LastIndexByte(p, '!'); i >= 0 {
		p = p[i+1:]
	}
	return path.Base(filepath.ToSlash(p))
}

// containers are the names around the file, the innermost first: of the zip file
// and of the folders in it and of it.
func (in *input) containers() []string {
	var names []string
	p := filepath.ToSlash(strings.ReplaceAll(in.Path, "!", "/"))
	for dir := path.Dir(p); dir != "." && dir != "/"; dir = path.Dir(dir) {
		names = append(names, path.Base(dir))
	}
	return names
}

// An InputError says that an input cannot be read, and why.
type InputError struct {
	Path string // as given, or found; ARCHIVE!MEMBER in a zip file
	Err  error
}

func (e *InputError) Error() string { return e.Path + ": " + e.Err.Error() }

func (e *InputError) Unwrap() error { return e.Err }

// A PassedOver is a file that was not read, and the reason.
type PassedOver struct{ Name, Reason string }

// headSize is how much of a file is looked at to tell what it is. The longest
// header of a CSV file, that of table 1-1, takes 3 kB.
const headSize = 16 << 10

// A finder looks for inputs. Close closes the zip files that it opened.
type finder struct {
	stdin  io.Reader
	inputs []*input
	passed []PassedOver
	closer []io.Closer
}

func (f *finder) Close() {
	for _, c := range f.closer {
		c.Close()
	}
}

// find adds what an argument names.
func (f *finder) find(ctx context.Context, arg string) error {
	if arg == Stdin {
		return f.addStdin()
	}
	info, err := blob.Stat(ctx, arg)
	if err != nil {
		return err
	}
	arg = blob.Clean(arg)
	if !info.IsDir() {
		return f.addFile(ctx, arg, info, true)
	}
	return blob.Walk(ctx, arg, func(name string, entry fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if hidden(entry.Name()) && name != arg {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			if reason := besideCCLF(ctx, name); reason != "" && name != arg {
				f.pass(name, reason)
				return filepath.SkipDir
			}
			return nil
		}
		if dataset.IsCompanion(entry.Name()) {
			return nil
		}
		if strings.HasPrefix(entry.Name(), "_") {
			f.pass(name, underscored)
			return nil
		}
		info, err := statEntry(name, entry)
		if err != nil {
			return err
		}
		if info.IsDir() {
			f.pass(name, "a link to a folder")
			return nil
		}
		return f.addFile(ctx, name, info, false)
	})
}

// statEntry describes an entry of a folder. It follows links, which object stores do
// not have.
func statEntry(name string, entry fs.DirEntry) (fs.FileInfo, error) {
	if blob.IsURL(name) {
		return entry.Info()
	}
	return os.Stat(name)
}

// hidden reports whether a name is one that file managers and archivers leave
// behind. The elements . and .. of a path are not hidden.
func hidden(name string) bool {
	if name == "." || name == ".." {
		return false
	}
	return strings.HasPrefix(name, ".") || name == "__MACOSX" || strings.EqualFold(name, "Thumbs.db") || strings.EqualFold(name, "desktop.ini")
}

// underscored is the reason to pass over what is named as no part of a data set is.
const underscored = "not of a delivery: its name begins with _"

// besideCCLF is the reason to pass over a folder of a data set with what CMS's
// files do not have.
func besideCCLF(ctx context.Context, dir string) string {
	folder := filepath.Base(dir)
	if strings.HasPrefix(folder, "_") {
		return underscored // such as the changes of a data set, whose deleted rows would be back
	}
	if isListFolder(ctx, dir) {
		return "a list of a data set"
	}
	if folder == dataset.PartialFolder {
		return "claims that are partially adjudicated"
	}
	if t := schema.Lookup(folder); t != nil && t.Side && !slices.Contains(schema.DeliveryTables()[1:], t) {
		return "not a table of CCLF"
	}
	return ""
}

func (f *finder) pass(name, reason string) {
	f.passed = append(f.passed, PassedOver{name, reason})
}

// addStdin adds standard input, which is kept on disk: what it is decides when
// it is read.
func (f *finder) addStdin() error {
	file, err := os.CreateTemp("", "cclf-stdin-")
	if err != nil {
		return err
	}
	f.closer = append(f.closer, file, removal(file.Name()))
	size, err := io.Copy(file, f.stdin)
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	head, err := readHead(file, size)
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	if isZip(head) {
		return f.addZip(Stdin, file, size, 0)
	}
	return f.add(&input{Path: Stdin, Size: size, head: head, open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(file, 0, size)), nil
	}})
}

type removal string

func (r removal) Close() error { return os.Remove(string(r)) }

// addFile adds a file, or the members of a zip file.
func (f *finder) addFile(ctx context.Context, name string, info fs.FileInfo, named bool) error {
	if !info.Mode().IsRegular() {
		if named {
			return &InputError{name, errors.New("not a regular file")}
		}
		f.pass(name, "not a regular file")
		return nil
	}
	file, err := blob.Open(ctx, name)
	if err != nil {
		return err
	}
	head, err := readHead(file, info.Size())
	if err != nil {
		file.Close()
		return &InputError{name, err}
	}
	if isZip(head) {
		f.closer = append(f.closer, file)
		return f.addZip(name, file, info.Size(), 0)
	}
	file.Close()
	return f.add(&input{Path: name, Size: info.Size(), head: head, open: func() (io.ReadCloser, error) { return blob.Open(ctx, name) }})
}

// readHead reads how a file begins.
func readHead(file io.ReaderAt, size int64) ([]byte, error) {
	head := make([]byte, min(size, headSize))
	n, err := file.ReadAt(head, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return head[:n], err
}

// add adds an input that is not a zip file.
func (f *finder) add(in *input) error {
	if bytes.HasPrefix(in.head, []byte{0x1f, 0x8b}) {
		if err := in.decompress(); err != nil {
			return &InputError{in.Path, err}
		}
	}
	f.inputs = append(f.inputs, in)
	return nil
}

// decompress makes the input that of the text of a gzip file.
func (in *input) decompress() error {
	packed := in.open
	in.Size = -1
	in.open = func() (io.ReadCloser, error) {
		r, err := packed()
		if err != nil {
			return nil, err
		}
		z, err := gunzip.NewReader(bufio.NewReader(r))
		if err != nil {
			r.Close()
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{z, r}, nil
	}
	return in.peek()
}

// fill reads until buf is full, or to the end of a text, at which err is io.EOF. Unlike
// io.ReadFull, it tells the end from io.ErrUnexpectedEOF, which a cut zip or gzip file
// gives.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	return n, err
}

// peek reads how the text of an input begins.
func (in *input) peek() error {
	r, err := in.open()
	if err != nil {
		return err
	}
	defer r.Close()
	in.head, err = io.ReadAll(io.LimitReader(r, headSize))
	return err
}

func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// Bundles of reports have zip files in zip files. maxNested is the size in bytes
// up to which they are read, and maxDepth the number of zip files around one.
const (
	maxNested = 256 << 20
	maxDepth  = 2
)

// addZip adds the members of a zip file, which is in depth others.
func (f *finder) addZip(name string, file io.ReaderAt, size int64, depth int) error {
	z, err := zip.NewReader(file, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are shown, and never used as paths
		return &InputError{name, fmt.Errorf("a damaged zip file: %w", err)}
	}
	z.RegisterDecompressor(zip.Deflate, flate.NewReader)
	for _, m := range z.File {
		member := strings.ReplaceAll(m.Name, `\`, "/") // as some programs for Windows write it
		if slices.ContainsFunc(strings.Split(member, "/"), hidden) || m.Mode().IsDir() || strings.HasSuffix(member, "/") {
			continue
		}
		in := &input{Path: name + "!" + member, Size: int64(m.UncompressedSize64), sum: m.CRC32}
		switch {
		case m.Flags&1 != 0:
			return &InputError{in.Path, errors.New("encrypted; unpack it with its password")}
		case !m.Mode().IsRegular():
			f.pass(in.Path, "not a regular file")
			continue
		}
		in.open = m.Open
		if err := in.peek(); err != nil {
			return &InputError{in.Path, err}
		}
		if isZip(in.head) {
			if err := f.addNested(in, depth+1); err != nil {
				return err
			}
			continue
		}
		if err := f.add(in); err != nil {
			return err
		}
	}
	return nil
}

// addNested adds the members of a zip file in a zip file.
func (f *finder) addNested(in *input, depth int) error {
	if depth > maxDepth {
		return &InputError{in.Path, fmt.Errorf("more than %d zip files, one in another; unpack the outer ones", maxDepth)}
	}
	if in.Size > maxNested {
		return &InputError{in.Path, fmt.Errorf("a zip file of more than %d MiB in another; unpack the outer one", maxNested>>20)}
	}
	r, err := in.open()
	if err != nil {
		return &InputError{in.Path, err}
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, maxNested))
	if err != nil {
		return &InputError{in.Path, err}
	}
	return f.addZip(in.Path, bytes.NewReader(content), int64(len(content)), depth)
}
