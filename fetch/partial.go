package fetch

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
)

// minResume is the size in bytes from which a partial file is continued.
// Smaller ones are downloaded again: BCDA sends invalid ranges of some small
// files.
const minResume = 4 << 10

// A partialInfo is what must be known about a partial file to continue it.
type partialInfo struct {
	Validator string `json:"validator,omitempty"` // for If-Range
	Encoding  string `json:"encoding,omitempty"`
	Total     int64  `json:"total"`           // size of the whole file, or -1
	Whole     int64  `json:"whole,omitempty"` // size of the partial file once it is whole
}

// A partialFile is a file that is being downloaded.
type partialFile struct {
	folder *folder
	name   string // of the finished file, without .gz
	file   *os.File
	size   int64
	info   partialInfo
	saved  bool // info has been written
	whole  bool // every byte has arrived
}

// openPartial opens what has been received of a file. If that cannot be
// continued, the file is empty.
func (f *folder) openPartial(name string) (*partialFile, error) {
	p := &partialFile{folder: f, name: name, info: partialInfo{Total: -1}}
	for _, suffix := range []string{partialSuffix, infoSuffix} {
		if err := f.checkRegular(name + suffix); err != nil {
			return nil, err
		}
	}
	text, err := f.root.ReadFile(name + infoSuffix)
	p.saved = !errors.Is(err, fs.ErrNotExist)
	if err == nil && json.Unmarshal(text, &p.info) == nil {
		if p.file, err = f.root.OpenFile(name+partialSuffix, os.O_RDWR, 0); err == nil {
			p.size, err = p.file.Seek(0, io.SeekEnd)
			// After a crash of the machine, part of it may be lost.
			p.whole = p.info.Whole > 0 && p.info.Whole == p.size
			return p, err
		}
	}
	p.info = partialInfo{Total: -1}
	p.file, err = f.create(name + partialSuffix)
	return p, err
}

// restart empties the file. Resp is the reply whose body will be written, or
// nil.
func (p *partialFile) restart(resp *http.Response) error {
	p.size, p.whole = 0, false
	if err := p.removeInfo(); err != nil {
		return err
	}
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	p.info = partialInfo{Total: -1}
	if resp != nil {
		p.info = partialInfo{Validator: validator(resp.Header), Encoding: resp.Header.Get("Content-Encoding"), Total: resp.ContentLength}
	}
	return nil
}

// Write appends to the file. The caller has added len(b) to size. The info is
// written only once the file is large enough to be continued, which saves time
// for small files.
func (p *partialFile) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	if err == nil && !p.saved && p.size >= minResume {
		err = p.saveInfo()
	}
	return n, err
}

// setWhole records that every byte has arrived.
func (p *partialFile) setWhole() error {
	p.whole, p.info.Whole = true, p.size
	if !p.saved {
		return nil
	}
	return p.saveInfo()
}

// saveInfo writes the info. It is not synced: after a crash of the machine the
// partial file may be lost as well.
func (p *partialFile) saveInfo() error {
	p.saved = true
	text, err := json.Marshal(p.info)
	if err != nil {
		return err
	}
	file, err := p.folder.create(p.name + infoSuffix)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

func (p *partialFile) removeInfo() error {
	if !p.saved {
		return nil
	}
	p.saved = false
	return p.folder.remove(p.name + infoSuffix)
}

// remove closes and removes the file.
func (p *partialFile) remove() error {
	p.file.Close()
	return p.folder.removePartial(p.name)
}

// publish syncs a file, called temp, and renames it to its final name. File is
// either the partial file or its decompressed copy.
func (p *partialFile) publish(file *os.File, temp, name string) error {
	if err := p.folder.checkRegular(name); err != nil {
		return err
	}
	err := file.Sync()
	if err = errors.Join(err, file.Close()); err == nil {
		err = p.folder.root.Rename(temp, name)
	}
	if err != nil {
		return err
	}
	if own := p.name + partialSuffix; temp != own {
		err = errors.Join(p.file.Close(), p.folder.remove(own))
	}
	return errors.Join(err, p.removeInfo())
}

// validator identifies a version of a file: a strong entity tag, or the time of
// its last change.
func validator(h http.Header) string {
	if tag := h.Get("ETag"); len(tag) > 2 && tag[0] == '"' {
		return tag
	}
	return h.Get("Last-Modified")
}
