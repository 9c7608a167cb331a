package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A File is a file or an object that is open for reading. Read reads ahead; ReadAt
// may be called by several goroutines.
type File interface {
	io.Reader
	io.ReaderAt
	io.Seeker
	io.Closer
	Stat() (fs.FileInfo, error)
}

// Open opens a file or an object.
func Open(ctx context.Context, name string) (File, error) {
	if !IsURL(name) {
		return os.Open(name)
	}
	b, key, err := Resolve(name)
	if err != nil {
		return nil, err
	}
	info, err := b.Stat(ctx, key)
	if err != nil {
		return nil, pathError("open", Clean(name), err)
	}
	return newRemoteFile(ctx, b, Clean(name), info), nil
}

// ReadFile returns the content of a small file or object.
func ReadFile(ctx context.Context, name string) ([]byte, error) {
	if !IsURL(name) {
		return os.ReadFile(name)
	}
	f, err := Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// Stat describes a file, a folder, an object, or what object stores have for folders:
// the objects whose keys begin with the name and a slash. A bucket is a folder.
func Stat(ctx context.Context, name string) (fs.FileInfo, error) {
	if !IsURL(name) {
		return os.Stat(name)
	}
	b, key, err := Resolve(name)
	if err != nil {
		return nil, err
	}
	if l, _ := parse(name); key != "" && !strings.HasSuffix(l.key, "/") {
		info, err := b.Stat(ctx, key)
		if err == nil {
			return objectInfo{info}, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, pathError("stat", Clean(name), err)
		}
	}
	for _, err := range b.List(ctx, folderPrefix(key)) {
		if err != nil {
			return nil, pathError("stat", Clean(name), err)
		}
		return folderInfo(path.Base(key)), nil
	}
	if key == "" {
		return folderInfo("."), nil // an empty bucket
	}
	return nil, &fs.PathError{Op: "stat", Path: Clean(name), Err: fs.ErrNotExist}
}

// folderPrefix is how the keys of the objects in a folder begin.
func folderPrefix(key string) string {
	if key == "" {
		return ""
	}
	return key + "/"
}

// Walk calls fn for a folder and all in it, like filepath.WalkDir and in its order.
// The entries of object stores have their FileInfo at hand.
func Walk(ctx context.Context, root string, fn fs.WalkDirFunc) error {
	if !IsURL(root) {
		return filepath.WalkDir(root, fn)
	}
	b, key, err := Resolve(root)
	if err != nil {
		return fn(root, nil, err)
	}
	top := &node{info: folderInfo(path.Base(key))}
	prefix := folderPrefix(key)
	for info, err := range b.List(ctx, prefix) {
		if err != nil {
			return fn(root, nil, pathError("list", Clean(root), err))
		}
		if rel := strings.TrimPrefix(info.Key, prefix); rel != "" && !strings.HasSuffix(rel, "/") {
			top.add(rel, info)
		}
	}
	err = top.walk(Clean(root), fn)
	if errors.Is(err, fs.SkipDir) || errors.Is(err, fs.SkipAll) {
		return nil
	}
	return err
}

// A node is a file or a folder of a tree made from keys.
type node struct {
	info     fs.FileInfo
	children map[string]*node // of a folder, by name
}

// add adds an object. If the name of an object is also that of a folder, the folder
// has the name with a slash.
func (n *node) add(rel string, info Info) {
	first, rest, deeper := strings.Cut(rel, "/")
	if n.children == nil {
		n.children = map[string]*node{}
	}
	if !deeper {
		n.children[first] = &node{info: objectInfo{info}}
		return
	}
	child := n.children[first+"/"]
	if child == nil {
		child = &node{info: folderInfo(first)}
		n.children[first+"/"] = child
	}
	child.add(rest, info)
}

func (n *node) walk(name string, fn fs.WalkDirFunc) error {
	err := fn(name, fs.FileInfoToDirEntry(n.info), nil)
	if err != nil || !n.info.IsDir() {
		return err
	}
	children := make([]*node, 0, len(n.children))
	for _, child := range n.children {
		children = append(children, child)
	}
	slices.SortFunc(children, func(a, b *node) int { return strings.Compare(a.info.Name(), b.info.Name()) })
	for _, child := range children {
		err := child.walk(name+"/"+child.info.Name(), fn)
		switch {
		case errors.Is(err, fs.SkipDir) && child.info.IsDir():
		case errors.Is(err, fs.SkipDir):
			return nil // the rest of the folder
		case err != nil:
			return err
		}
	}
	return nil
}

// Entries returns the sizes of what is directly in a folder, by name. Folders have the size
// -1.
func Entries(ctx context.Context, dir string) (map[string]int64, error) {
	found := map[string]int64{}
	if !IsURL(dir) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			info, err := os.Stat(filepath.Join(dir, entry.Name()))
			switch {
			case errors.Is(err, fs.ErrNotExist): // just removed, or a link to nowhere
			case err != nil:
				return nil, err
			case info.IsDir():
				found[entry.Name()] = -1
			default:
				found[entry.Name()] = info.Size()
			}
		}
		return found, nil
	}
	b, key, err := Resolve(dir)
	if err != nil {
		return nil, err
	}
	prefix := folderPrefix(key)
	for info, err := range b.List(ctx, prefix) {
		if err != nil {
			return nil, pathError("list", Clean(dir), err)
		}
		name, _, deeper := strings.Cut(strings.TrimPrefix(info.Key, prefix), "/")
		if deeper {
			found[name] = -1
		} else if name != "" {
			found[name] = info.Size
		}
	}
	return found, nil
}

// objectInfo is the FileInfo of an object.
type objectInfo struct{ Info }

func (i objectInfo) Name() string       { return path.Base(i.Key) }
func (i objectInfo) Size() int64        { return i.Info.Size }
func (i objectInfo) Mode() fs.FileMode  { return 0o444 }
func (i objectInfo) ModTime() time.Time { return i.Time }
func (i objectInfo) IsDir() bool        { return false }
func (i objectInfo) Sys() any           { return i.Info }

// folderInfo is the FileInfo of a folder of an object store; its value is the name.
type folderInfo string

func (i folderInfo) Name() string       { return string(i) }
func (i folderInfo) Size() int64        { return 0 }
func (i folderInfo) Mode() fs.FileMode  { return fs.ModeDir | 0o555 }
func (i folderInfo) ModTime() time.Time { return time.Time{} }
func (i folderInfo) IsDir() bool        { return true }
func (i folderInfo) Sys() any           { return nil }
