package bcdatest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"
)

// A File is a data file of an export. The server stores it compressed, as BCDA
// does.
type File struct {
	Type string // resource type
	load func() ([]byte, error)
}

// Text makes a file of NDJSON text.
func Text(resourceType string, text []byte) File {
	return File{resourceType, sync.OnceValues(func() ([]byte, error) { return compress(text), nil })}
}

// Compressed makes a file of compressed NDJSON text.
func Compressed(resourceType string, stored []byte) File {
	return File{resourceType, func() ([]byte, error) { return stored, nil }}
}

// FromFS makes files of all files in fsys whose names end in .ndjson or
// .ndjson.gz, in lexical order of their paths. A file is read when it is first
// requested, and then kept in memory.
func FromFS(fsys fs.FS) ([]File, error) {
	var files []File
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		packed := strings.HasSuffix(name, ".ndjson.gz")
		if !packed && !strings.HasSuffix(name, ".ndjson") {
			return nil
		}
		resourceType, err := typeOf(fsys, name, packed)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, File{resourceType, sync.OnceValues(func() ([]byte, error) {
			stored, err := fs.ReadFile(fsys, name)
			if err != nil || packed {
				return stored, err
			}
			return compress(stored), nil
		})})
		return nil
	})
	return files, err
}

// typeOf reads the resource type of the first line of a file.
func typeOf(fsys fs.FS, name string, packed bool) (string, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text := io.Reader(file)
	if packed {
		if text, err = gzip.NewReader(file); err != nil {
			return "", err
		}
	}
	var resource struct{ ResourceType string }
	if err := json.NewDecoder(text).Decode(&resource); err != nil {
		return "", err
	}
	if resource.ResourceType == "" {
		return "", errors.New("does not begin with a FHIR resource")
	}
	return resource.ResourceType, nil
}

// compressors are kept, because each has a megabyte of tables.
var compressors = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return z
}}

func compress(text []byte) []byte {
	var b bytes.Buffer
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(&b)
	_, _ = z.Write(text) // to memory
	_ = z.Close()
	return b.Bytes()
}

// A filter selects resources by the parameters of a request.
type filter struct {
	since time.Time
	tags  []string               // an ExplanationOfBenefit must have one of them
	must  []func(*resource) bool // conditions on an ExplanationOfBenefit
}

// A resource is what a filter needs of a resource.
type resource struct {
	Outcome string
	Meta    struct {
		LastUpdated time.Time
		Tag         []struct{ System, Code string }
	}
	BillablePeriod struct{ Start string }
}

// apply returns the file with the selected resources, and whether there are
// any.
func (f filter) apply(file File) (File, bool, error) {
	explanation := file.Type == "ExplanationOfBenefit"
	if f.since.IsZero() && (!explanation || len(f.tags) == 0 && len(f.must) == 0) {
		return file, true, nil
	}
	stored, err := file.load()
	if err != nil {
		return File{}, false, err
	}
	z, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		return File{}, false, err
	}
	var kept bytes.Buffer
	all := true
	for lines := bufio.NewReader(z); ; {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var r resource
			// A line that is not a resource is not selected.
			if json.Unmarshal(line, &r) == nil && f.keeps(&r, explanation) {
				kept.Write(line)
			} else {
				all = false
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return File{}, false, err
		}
	}
	if all && kept.Len() > 0 {
		return file, true, nil
	}
	return Text(file.Type, kept.Bytes()), kept.Len() > 0, nil
}

func (f filter) keeps(r *resource, explanation bool) bool {
	if !f.since.IsZero() && !r.Meta.LastUpdated.IsZero() && !r.Meta.LastUpdated.After(f.since) {
		return false
	}
	if !explanation {
		return true
	}
	tagged := len(f.tags) == 0
	for _, tag := range r.Meta.Tag {
		for _, want := range f.tags {
			tagged = tagged || want == tag.System+"|"+tag.Code
		}
	}
	for _, ok := range f.must {
		tagged = tagged && ok(r)
	}
	return tagged
}
