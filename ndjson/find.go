package ndjson

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/blob"
)

// Find turns arguments into inputs: a file is itself, "-" is standard input, and a
// folder, which can be one of an object store (s3://BUCKET/FOLDER), is all files in it and below it whose names end in .ndjson, .jsonl or
// .json, optionally followed by .gz, .zst or .bz2, and all archives (.zip, .tar,
// .tar.gz and the like), in the order of their paths. A file named twice is read
// once.
//
// Other entries of a folder are passed over and returned: hidden files and folders,
// links to folders, pipes, files of other names, and .json files and archives
// without resources. Files that programs keep in folders, cclf's own among them,
// are not mentioned.
//
// The error is a [*FormError] if an input is not JSON, and wraps [ErrNoInput] if
// there is nothing to read.
func (o *Opener) Find(ctx context.Context, args []string) ([]Input, []PassedOver, error) {
	all, passed, err := expand(ctx, args)
	if err != nil {
		return nil, nil, err
	}
	var inputs []Input
	for _, in := range all {
		var other *FormError
		err := o.check(ctx, in)
		switch {
		case err == nil:
			inputs = append(inputs, in)
		case errors.As(err, &other) && in.Folder && (isJSON(in.Name) || isArchive(in.Name)):
			passed = append(passed, PassedOver{other.Name, other.What})
		default:
			return nil, nil, err
		}
	}
	if len(inputs) == 0 && len(passed) > 0 {
		first := passed[0]
		return nil, nil, fmt.Errorf("%w: everything was passed over, for example %s (%s)", ErrNoInput, first.Name, first.Reason)
	}
	return inputs, passed, nil
}

// expand turns arguments into inputs, and returns what it passes over in folders.
func expand(ctx context.Context, args []string) ([]Input, []PassedOver, error) {
	e := expander{ctx: ctx, seen: map[string]bool{}}
	found := statObjects(ctx, args)
	for _, arg := range args {
		if arg == Stdin {
			e.add(Input{Name: Stdin, Size: -1})
			continue
		}
		stat := found[arg]
		if stat == nil {
			stat = func() (fs.FileInfo, error) { return blob.Stat(ctx, arg) }
		}
		info, err := stat()
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrNoInput, err)
		}
		if !info.IsDir() {
			e.add(Input{Name: blob.Clean(arg), Size: fileSize(info)})
			continue
		}
		if err := e.folder(arg); err != nil {
			return nil, nil, err
		}
	}
	return e.inputs, e.passed, nil
}

// objectsAtATime is the number of objects that are looked for at a time.
const objectsAtATime = 16

// statObjects describes those of the arguments that are in object stores, where each
// takes a request, several at a time.
func statObjects(ctx context.Context, args []string) map[string]func() (fs.FileInfo, error) {
	found := map[string]func() (fs.FileInfo, error){}
	var group errgroup.Group
	group.SetLimit(objectsAtATime)
	for _, arg := range args {
		if !blob.IsURL(arg) || found[arg] != nil {
			continue
		}
		var info fs.FileInfo
		var err error
		found[arg] = func() (fs.FileInfo, error) { return info, err }
		group.Go(func() error {
			info, err = blob.Stat(ctx, arg)
			return nil
		})
	}
	_ = group.Wait() // each argument has its own error
	return found
}

type expander struct {
	ctx    context.Context
	inputs []Input
	passed []PassedOver
	seen   map[string]bool
}

func (e *expander) add(in Input) {
	key := in.Name
	if key != Stdin {
		key = "./" + filepath.Clean(key)
	}
	if !e.seen[key] {
		e.seen[key] = true
		e.inputs = append(e.inputs, in)
	}
}

func (e *expander) pass(name, reason string) {
	if key := "passed over ./" + filepath.Clean(name); !e.seen[key] {
		e.seen[key] = true
		e.passed = append(e.passed, PassedOver{name, reason})
	}
}

// folder adds what is in a folder.
func (e *expander) folder(arg string) error {
	found := false
	root := arg
	if !blob.IsURL(arg) {
		root += string(filepath.Separator) // follows a link
	}
	err := blob.Walk(e.ctx, root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || name == root || name == blob.Clean(root):
			return err
		case d.IsDir() && isHidden(d.Name()):
			if !slices.Contains(systemFolders, d.Name()) {
				e.pass(name, "a hidden folder")
			}
			return fs.SkipDir
		case d.IsDir():
			return nil
		case unmentioned(d.Name()):
			return nil
		case isHidden(d.Name()):
			e.pass(name, "a hidden file")
			return nil
		}
		in, why, err := candidate(name, d)
		switch {
		case err != nil:
			return err
		case why != "":
			e.pass(name, why)
		default:
			e.add(in)
			found = true
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoInput, err)
	}
	if !found {
		return fmt.Errorf("%w: no .ndjson, .jsonl or .json file (also .gz, .zst, .bz2) and no archive (.zip, .tar) in folder %s", ErrNoInput, arg)
	}
	return nil
}

// candidate returns the input that a file in a folder is, or why it is not read.
func candidate(name string, d fs.DirEntry) (in Input, why string, err error) {
	wanted := isText(name) || isArchive(name)
	stat := os.Stat // follows links
	if blob.IsURL(name) {
		stat = func(string) (fs.FileInfo, error) { return d.Info() }
	}
	info, err := stat(name)
	switch {
	case err != nil && wanted && !isJSON(name):
		return in, "", err
	case err != nil:
		return in, "unreadable", nil
	case info.IsDir():
		return in, "a link to a folder", nil
	case !info.Mode().IsRegular():
		return in, "not a regular file", nil
	case !wanted:
		return in, otherName(name), nil
	}
	return Input{Name: name, Size: info.Size(), Folder: true}, "", nil
}

func fileSize(info fs.FileInfo) int64 {
	if info.Mode().IsRegular() {
		return info.Size()
	}
	return -1
}
