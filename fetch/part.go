package fetch

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
)

const (
	partSuffix = ".part"      // of a file that is not whole
	infoSuffix = ".part.json" // of what is known about it
	plainTemp  = ".plain.part"
)

// A partInfo is what must be known of a part to continue it.
type partInfo struct {
	Validator string `json:"validator,omitempty"` // for If-Range
	Encoding  string `json:"encoding,omitempty"`
	Total     int64  `json:"total"`           // as far as the server said, else -1
	Whole     int64  `json:"whole,omitempty"` // size of the part, when all is there
}

// A part is a file on its way.
type part struct {
	folder *folder
	name   string // of the finished file, without .gz
	file   *os.File
	size   int64
	info   partInfo
	saved  bool // there is a file of the info
	whole  bool // all is there
}

// openPart opens what is there of a file. What cannot be continued is thrown
// away.
func (f *folder) openPart(name string) (*part, error) {
	p := &part{folder: f, name: name, info: partInfo{Total: -1}}
	for _, suffix := range []string{partSuffix, infoSuffix} {
		if err := f.mustBeFile(name + suffix); err != nil {
			return nil, err
		}
	}
	text, err := f.root.ReadFile(name + infoSuffix)
	p.saved = !errors.Is(err, fs.ErrNotExist)
	if err == nil && json.Unmarshal(text, &p.info) == nil {
		if p.file, err = f.root.OpenFile(name+partSuffix, os.O_RDWR, 0); err == nil {
			p.size, err = p.file.Seek(0, io.SeekEnd)
			// After a crash of the machine there may be less than was written.
			p.whole = p.info.Whole > 0 && p.info.Whole == p.size
			return p, err
		}
	}
	p.info = partInfo{Total: -1}
	p.file, err = f.create(name + partSuffix)
	return p, err
}

// restart throws away what is there, because another reply begins.
func (p *part) restart(resp *http.Response) error {
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
	p.info = partInfo{Total: -1}
	if resp != nil {
		p.info = partInfo{Validator: validator(resp.Header), Encoding: resp.Header.Get("Content-Encoding"), Total: resp.ContentLength}
	}
	return nil
}

// Write adds to what is there. What is known of the part is written down once
// it is worth to be continued, so that small files are not held up.
func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	if err == nil && !p.saved && p.size >= resumeFrom {
		err = p.saveInfo()
	}
	return n, err
}

// setWhole writes down that all is there.
func (p *part) setWhole() error {
	p.whole, p.info.Whole = true, p.size
	if !p.saved {
		return nil
	}
	return p.saveInfo()
}

// saveInfo writes what is known of the part. It need not survive a crash of
// the machine: the part may not, either.
func (p *part) saveInfo() error {
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

// remove throws the part away.
func (p *part) remove() error {
	p.file.Close()
	return p.folder.removeParts(p.name)
}

// removeParts throws away what there may be of a file that is not whole.
func (f *folder) removeParts(name string) error {
	var errs []error
	for _, suffix := range []string{partSuffix, infoSuffix, plainTemp} {
		errs = append(errs, f.remove(name+suffix))
	}
	return errors.Join(errs...)
}

func (p *part) removeInfo() error {
	if !p.saved {
		return nil
	}
	p.saved = false
	return p.folder.remove(p.name + infoSuffix)
}

// finish syncs a file and gives it its name. Nothing else is left.
func (p *part) finish(file *os.File, temp, name string) error {
	if err := p.folder.mustBeFile(name); err != nil {
		return err
	}
	err := file.Sync()
	if err = errors.Join(err, file.Close()); err == nil {
		err = p.folder.root.Rename(temp, name)
	}
	if err != nil {
		return err
	}
	if part := p.name + partSuffix; temp != part {
		err = errors.Join(p.file.Close(), p.folder.remove(part))
	}
	return errors.Join(err, p.removeInfo())
}

// validator is what tells one version of a file from another: a strong entity
// tag, or the time of its last change.
func validator(h http.Header) string {
	if tag := h.Get("ETag"); len(tag) > 2 && tag[0] == '"' {
		return tag
	}
	return h.Get("Last-Modified")
}

// isThere tells whether a finished file is in the folder, and its name.
func (f *folder) isThere(name string) (found string, size int64, ok bool) {
	for _, found := range []string{name + ".gz", name} {
		if info, err := f.root.Lstat(found); err == nil && info.Mode().IsRegular() {
			return found, info.Size(), true
		}
	}
	return "", 0, false
}
