package lake

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	icebergio "github.com/apache/iceberg-go/io"
)

// durableFS is the local file system, with files that are on disk when they are
// closed: a catalog must not name metadata that a power loss can take away.
type durableFS struct{ icebergio.LocalFS }

// beforeWrite, if set, is called before each change of the local warehouse, which fails
// if it does. Tests set it.
var beforeWrite func(name string) error

func mayWrite(name string) error {
	if beforeWrite == nil {
		return nil
	}
	return beforeWrite(name)
}

var useDurableFS = sync.OnceFunc(func() {
	for _, scheme := range []string{"file", ""} {
		icebergio.Unregister(scheme)
		icebergio.Register(scheme, func(context.Context, *url.URL, map[string]string) (icebergio.IO, error) {
			return durableFS{}, nil
		})
	}
})

func (f durableFS) Create(name string) (icebergio.FileWriter, error) {
	if err := mayWrite(name); err != nil {
		return nil, err
	}
	w, err := f.LocalFS.Create(name)
	if file, ok := w.(*os.File); ok && err == nil {
		return &durableFile{file}, nil
	}
	return w, err
}

func (f durableFS) Remove(name string) error {
	if err := mayWrite(name); err != nil {
		return err
	}
	return f.LocalFS.Remove(name)
}

func (f durableFS) WriteFile(name string, content []byte) error {
	w, err := f.Create(name)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

type durableFile struct{ *os.File }

func (f *durableFile) Close() error {
	if err := errors.Join(mayWrite(f.Name()), f.Sync()); err != nil {
		f.File.Close()
		return err
	}
	if err := f.File.Close(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(f.Name()))
}

// syncFolder makes the names in a folder durable. Windows has no way to do that.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
