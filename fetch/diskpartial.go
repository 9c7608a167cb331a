package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
)

// A diskPartial is a partialFile on a disk. It is a file of its own, which another
// process can continue.
type diskPartial struct {
	received
	disk       *diskStorage
	reader     contentReader
	decompress bool
	file       *os.File
	plain      *os.File // the decompressed copy, or nil
	saved      bool     // info has been written
}

func (d *diskStorage) openPartial(_ context.Context, name string, reader contentReader, decompress bool) (partialFile, error) {
	p := &diskPartial{disk: d, reader: reader, decompress: decompress}
	p.name = name
	p.reset(nil)
	for _, suffix := range []string{partialSuffix, infoSuffix} {
		if err := d.checkRegular(name + suffix); err != nil {
			return nil, err
		}
	}
	text, err := d.root.ReadFile(name + infoSuffix)
	p.saved = !errors.Is(err, fs.ErrNotExist)
	if err == nil && json.Unmarshal(text, &p.info) == nil {
		if p.file, err = d.root.OpenFile(name+partialSuffix, os.O_RDWR, 0); err == nil {
			if p.size, err = p.file.Seek(0, io.SeekEnd); err != nil {
				p.file.Close()
				return nil, err
			}
			// After a crash of the machine, part of it may be lost.
			p.whole = p.info.Whole > 0 && p.info.Whole == p.size
			return p, nil
		}
	}
	p.reset(nil)
	if p.file, err = d.createFile(name + partialSuffix); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *diskPartial) restart(resp *http.Response) error {
	p.dropPlain()
	if err := p.removeInfo(); err != nil {
		return err
	}
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	p.reset(resp)
	return nil
}

// Write implements partialFile. The info is written only once the file is large enough
// to be continued, which saves time for small files.
func (p *diskPartial) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	if err == nil && !p.saved && p.size >= minResume {
		err = p.saveInfo()
	}
	return n, err
}

func (p *diskPartial) setWhole() error {
	p.whole, p.info.Whole = true, p.size
	if !p.saved {
		return nil
	}
	return p.saveInfo()
}

// saveInfo writes the info. It is not synced: after a crash of the machine the
// partial file may be lost as well.
func (p *diskPartial) saveInfo() error {
	p.saved = true
	text, err := json.Marshal(p.info)
	if err != nil {
		return err
	}
	file, err := p.disk.createFile(p.name + infoSuffix)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

func (p *diskPartial) removeInfo() error {
	if !p.saved {
		return nil
	}
	p.saved = false
	return p.disk.remove(p.name + infoSuffix)
}

func (p *diskPartial) check(ctx context.Context) (content, error) {
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return content{}, err
	}
	reader := p.reader
	if p.decompress {
		var err error
		if p.plain, err = p.disk.createFile(p.name + plainTempSuffix); err != nil {
			return content{}, err
		}
		reader.copyTo = p.plain
	}
	return reader.read(ctx, p.file)
}

// dropPlain removes the decompressed copy.
func (p *diskPartial) dropPlain() {
	if p.plain == nil {
		return
	}
	p.plain.Close()
	p.plain = nil
	_ = p.disk.remove(p.name + plainTempSuffix) // the next download of the file does it
}

// publish syncs the file, or its decompressed copy, and renames it.
func (p *diskPartial) publish(name string) (int64, error) {
	file, temp := p.file, p.name+partialSuffix
	if p.plain != nil {
		file, temp = p.plain, p.name+plainTempSuffix
	}
	info, err := file.Stat()
	if err == nil {
		err = p.disk.checkRegular(name)
	}
	if err != nil {
		return 0, err
	}
	err = file.Sync()
	if err = errors.Join(err, file.Close()); err == nil {
		err = p.disk.root.Rename(temp, name)
	}
	if err != nil {
		return 0, err
	}
	if p.plain != nil {
		p.plain = nil
		err = errors.Join(p.file.Close(), p.disk.remove(p.name+partialSuffix))
	}
	return info.Size(), errors.Join(err, p.removeInfo())
}

func (p *diskPartial) remove() error {
	p.close()
	return p.disk.removePartial(p.name)
}

func (p *diskPartial) close() {
	p.dropPlain()
	p.file.Close()
}
