package ndjson

import (
	"archive/tar"
	"archive/zip"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

var errNoDirectory = errors.New("the directory at the end of the archive is missing or damaged")

// zipMembers returns the members to read and those passed over, from the
// directory.
func (o *Opener) zipMembers(s *stream, in Input) (members []*zip.File, passed []PassedOver, err error) {
	z, err := zip.NewReader(&countingReaderAt{s.file, o.Stored}, in.Size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, nil, fmt.Errorf("%w (%w)", errNoDirectory, err)
	}
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderConcurrency(1)))
	z.RegisterDecompressor(zipBzip2, func(r io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(r)) })
	for _, f := range z.File {
		name := in.Name + "!" + shown(f.Name)
		why, mention := memberReason(f.Name)
		switch {
		case f.Mode().IsDir() || strings.HasSuffix(f.Name, "/"):
		case isArchive(f.Name):
			return nil, nil, nestedArchive(name)
		case why == "" && !f.Mode().IsRegular():
			passed = append(passed, PassedOver{name, "not a regular file"})
		case why != "":
			if mention {
				passed = append(passed, PassedOver{name, why})
			}
		case f.Flags&1 != 0:
			return nil, nil, &FormError{name, "encrypted", "unpack the archive with its password"}
		case f.Method != zip.Store && f.Method != zip.Deflate && f.Method != zstd.ZipMethodWinZip && f.Method != zipBzip2:
			return nil, nil, &FormError{name, fmt.Sprintf("compressed with method %d, which is not supported", f.Method), "unpack the archive"}
		default:
			members = append(members, f)
		}
	}
	if len(members) > 0 {
		return members, passed, nil
	}
	for i, f := range z.File {
		if i == 20 || o.Recognize == nil {
			break
		}
		if r, err := f.Open(); err == nil {
			head, _ := io.ReadAll(io.LimitReader(r, formHead))
			r.Close()
			if what, todo := o.Recognize(head); what != "" {
				return nil, nil, &FormError{in.Name, "an archive with " + what + " (" + shown(f.Name) + ")", todo}
			}
		}
	}
	return nil, nil, emptyArchive(in)
}

const zipBzip2 = 12

func nestedArchive(name string) error {
	return &FormError{name, "an archive in an archive", "unpack the outer archive"}
}

func emptyArchive(in Input) error {
	return &FormError{in.Name, "an archive without .ndjson, .jsonl or .json files that contain FHIR resources", ""}
}

// eachZip is Each for a zip archive.
func (o *Opener) eachZip(s *stream, in Input, yield func(Input, io.Reader) error, passedOver func(PassedOver)) error {
	members, passed, err := o.zipMembers(s, in)
	if errors.Is(err, errNoDirectory) {
		return yield(in, failing{err})
	} else if err != nil {
		return err
	}
	before, err := s.file.Stat()
	if err != nil {
		return yield(in, failing{err})
	}
	for _, p := range passed {
		passedOver(p)
	}
	found := false
	var total, stored atomic.Int64
	stored.Store(in.Size)
	for _, f := range members {
		member := Input{in.Name + "!" + shown(f.Name), int64(f.CompressedSize64), in.Folder}
		var text io.Reader
		r, err := f.Open()
		if err != nil {
			text = failing{err}
		} else {
			text = &expanding{r: r, text: &total, stored: &stored}
		}
		read, err := o.member(member, text, f.Name, yield, passedOver)
		if r != nil {
			r.Close()
		}
		if err != nil {
			return err
		}
		found = found || read
	}
	after, err := s.file.Stat()
	if err == nil && (after.Size() != in.Size || !after.ModTime().Equal(before.ModTime())) {
		err = errors.New("the file changed while it was being read")
	}
	switch {
	case err != nil:
		return yield(in, failing{err})
	case !found:
		return emptyArchive(in)
	}
	return nil
}

// longestPath is the length in bytes of the longest member name of a tar archive: the
// longest path of common systems. Names are kept until the end, and a few hundred
// bytes of gzip can expand to a name of a megabyte.
const longestPath = 4096

// eachTar is Each for a tar archive.
func (o *Opener) eachTar(s *stream, in Input, yield func(Input, io.Reader) error, passedOver func(PassedOver)) error {
	ending := &zeroTail{r: s.Reader}
	t := tar.NewReader(ending)
	found := false
	var total atomic.Int64 // a sparse member is larger than its stored data
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			// Read on, to see whether the file is complete.
			if _, err = io.Copy(io.Discard, ending); err == nil && ending.zeros < tarHeader {
				err = errors.New("the end-of-archive marker is missing")
			}
			switch {
			case err != nil:
				return yield(in, failing{err})
			case !found:
				return emptyArchive(in)
			}
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return yield(in, failing{fmt.Errorf("the archive is damaged: %w", err)})
		}
		if len(h.Name) > longestPath {
			return yield(in, failing{fmt.Errorf("a member name of %d bytes, longer than the limit of %d", len(h.Name), longestPath)})
		}
		name := in.Name + "!" + shown(h.Name)
		why, mention := memberReason(h.Name)
		switch {
		case h.Typeflag == tar.TypeDir, h.Typeflag == tar.TypeXGlobalHeader:
		case isArchive(h.Name):
			return nestedArchive(name)
		case h.Typeflag == tar.TypeSymlink, h.Typeflag == tar.TypeLink:
			passedOver(PassedOver{name, "a link"})
		case h.Typeflag != tar.TypeReg:
			passedOver(PassedOver{name, "not a regular file"})
		case why != "":
			if mention {
				passedOver(PassedOver{name, why})
			}
		default:
			read, err := o.member(Input{name, h.Size, in.Folder}, &expanding{t, &total, s.stored}, h.Name, yield, passedOver)
			if err != nil {
				return err
			}
			found = found || read
		}
	}
}

// member passes the text of a member of an archive to yield, unless it is passed
// over.
func (o *Opener) member(in Input, text io.Reader, name string, yield func(Input, io.Reader) error, passedOver func(PassedOver)) (read bool, err error) {
	s := &stream{}
	defer func() { s.Close() }()
	err = o.decode(s, Input{Name: in.Name, Size: -1}, text)
	var other *FormError
	switch {
	case errors.As(err, &other) && isJSON(name):
		passedOver(PassedOver{in.Name, other.What})
		return false, nil
	case err != nil:
		return false, err
	case s.kind == tarArchive:
		return false, nestedArchive(in.Name)
	}
	if isJSON(name) && s.isOther() {
		passedOver(PassedOver{in.Name, otherJSON})
		return false, nil
	}
	return true, yield(in, s)
}
