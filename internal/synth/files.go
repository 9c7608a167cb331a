package synth

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/gzip"

	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/truth"
)

// Names in an export.
const (
	extension   = ".ndjson"
	compressed  = ".gz"
	truthFolder = "truth"
)

// prepareFolder makes the folder of an export. An existing folder must be empty,
// unless the export in it may be overwritten.
func prepareFolder(dir string, overwrite bool) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(entries) > 0 && !overwrite {
		return fmt.Errorf("%s is %w", dir, ErrNotEmpty)
	}
	patterns := []string{"*" + extension, "*" + extension + compressed}
	for _, name := range truth.Files() {
		patterns = append(patterns, truthFolder+"/"+name)
	}
	for _, pattern := range patterns {
		old, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			return err
		}
		for _, name := range old {
			if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
				return err
			}
		}
	}
	return nil
}

// flushSize is the number of bytes collected before they are written.
const flushSize = 256 << 10

// A fileSet is a series of files, of which at most one is open.
type fileSet struct {
	opts          *Options
	kind          int // kind of resource, and whether they are later versions; part of the file names
	most          int // most beneficiaries per file
	beneficiaries int // in the open file
	files         int
	lines         int // of the open file, or of the next one
	file          *os.File
	zip           *gzip.Writer
	buf           []byte
}

// next begins the next beneficiary, and the next file if this one is full.
func (s *fileSet) next() error {
	if len(s.buf) == 0 && s.file == nil {
		return nil
	}
	if s.beneficiaries++; s.beneficiaries < s.most {
		return nil
	}
	return s.close()
}

// flush writes the collected bytes if there are at least size of them.
func (s *fileSet) flush(size int) error {
	if len(s.buf) < size || len(s.buf) == 0 {
		return nil
	}
	if s.file == nil {
		if err := s.open(); err != nil {
			return err
		}
	}
	var err error
	if s.zip != nil {
		_, err = s.zip.Write(s.buf)
	} else {
		_, err = s.file.Write(s.buf)
	}
	s.buf = s.buf[:0]
	return err
}

func (s *fileSet) open() error {
	name := filepath.Join(s.opts.Dir, s.name(s.files))
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	s.file = file
	s.files++
	if !s.opts.Gzip {
		return nil
	}
	if s.zip == nil {
		s.zip, err = gzip.NewWriterLevel(file, gzip.BestSpeed)
		return err
	}
	s.zip.Reset(file)
	return nil
}

// current returns the name of the open file, or of the next one.
func (s *fileSet) current() string {
	if s.file == nil {
		return s.name(s.files)
	}
	return s.name(s.files - 1)
}

// name returns a random UUID, as BCDA's files have, that depends only on the seed,
// the kind and the number of the file.
func (s *fileSet) name(number int) string {
	var r random.Source
	r.Seed(s.opts.Seed, number, 2+s.kind)
	high, low := r.Pcg.Uint64(), r.Pcg.Uint64()
	high = high&^0xf000 | 0x4000 // version 4
	low = low&^(3<<62) | 2<<62   // its variant
	name := fmt.Sprintf("%08x-%04x-%04x-%04x-%012x%s",
		high>>32, high>>16&0xffff, high&0xffff, low>>48, low&0xffff_ffff_ffff, extension)
	if s.opts.Gzip {
		name += compressed
	}
	return name
}

// emptyMember is the empty gzip member at the end of compressed files of the real
// server.
const emptyMember = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00"

// close ends the open file.
func (s *fileSet) close() error {
	err := s.flush(0)
	s.beneficiaries, s.lines = 0, 0
	if s.file == nil {
		return err
	}
	if s.zip != nil {
		if zipErr := s.zip.Close(); err == nil {
			err = zipErr
		}
		if _, writeErr := s.file.WriteString(emptyMember); err == nil {
			err = writeErr
		}
	}
	if closeErr := s.file.Close(); err == nil {
		err = closeErr
	}
	s.file = nil
	return err
}
