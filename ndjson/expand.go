package ndjson

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	slashpath "path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// PassedOver is something that was found in a folder or an archive and is not
// read.
type PassedOver struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

var (
	textSuffixes     = []string{".ndjson", ".jsonl", ".json"}
	packedSuffixes   = []string{"", ".gz", ".zst", ".bz2"}
	archiveSuffixes  = []string{".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2"}
	foreignArchives  = []string{".7z", ".rar", ".tar.xz", ".txz"}
	nothingToMention = []string{"readme", "license", "licence", "notice", "changelog", "copying"}
)

var (
	systemFolders = []string{".incomplete", ".git", ".Trashes", ".Spotlight-V100", "__MACOSX"}
	// Names of the files that fetch and convert write about an export or a data
	// set, and of the part files of a data set.
	ownFile = regexp.MustCompile(`^_(fetch|manifest|rejects)\b|^_\d+-`)
	ownPart = regexp.MustCompile(`^part-\d+\.(parquet|csv|arrow)$`)
)

// isText reports whether a file's name says that it has resources, or may
// have.
func isText(name string) bool { return hasSuffix(name, textSuffixes, packedSuffixes) }

// isJSON reports whether a file's name says that it has JSON of some kind.
func isJSON(name string) bool { return hasSuffix(name, []string{".json"}, packedSuffixes) }

func isArchive(name string) bool { return hasSuffix(name, archiveSuffixes, []string{""}) }

func hasSuffix(name string, suffixes, packed []string) bool {
	name = strings.ToLower(name)
	for _, p := range packed {
		bare, ok := strings.CutSuffix(name, p)
		if ok && slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(bare, s) && len(bare) > len(s) }) {
			return true
		}
	}
	return false
}

// isHidden reports whether a name is one of unfinished downloads, of what
// programs say about a folder, or of what systems keep in it.
func isHidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") }

// unmentioned reports whether a file that is not read is not worth mentioning.
func unmentioned(name string) bool {
	name = strings.ToLower(name)
	if isHidden(name) {
		return ownFile.MatchString(name) || !isText(name) && !isArchive(name)
	}
	return ownPart.MatchString(name) || slices.ContainsFunc(nothingToMention, func(s string) bool { return strings.HasPrefix(name, s) }) ||
		strings.HasSuffix(name, ".part") || strings.HasSuffix(name, ".md")
}

// Expand turns arguments into inputs: a file stands for itself, "-" for
// standard input, a folder for all files in it and below it whose names end in
// .ndjson, .jsonl or .json, also with .gz, .zst or .bz2 after that, and archives
// (.zip, .tar, .tar.gz and the like), in the order of their paths. A file named
// twice is read once.
//
// What a folder holds beside that is passed over, and returned: hidden files
// and folders, links to folders, pipes, and files of other names. Files that
// programs keep in folders, cclf's own among them, are not mentioned.
func Expand(args []string) ([]Input, []PassedOver, error) {
	e := expander{seen: map[string]bool{}}
	for _, arg := range args {
		if arg == Stdin {
			e.add(Input{Name: Stdin, Size: -1})
			continue
		}
		info, err := os.Stat(arg)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrNoInput, err)
		}
		if !info.IsDir() {
			e.add(Input{Name: arg, Size: fileSize(info)})
			continue
		}
		if err := e.folder(arg); err != nil {
			return nil, nil, err
		}
	}
	return e.inputs, e.passed, nil
}

type expander struct {
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
	root := arg + string(filepath.Separator) // so that a link is followed
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || name == root:
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
		in, why, err := candidate(name)
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

// candidate looks at a file in a folder, and says why it is not read.
func candidate(name string) (in Input, why string, err error) {
	wanted := isText(name) || isArchive(name)
	info, err := os.Stat(name) // follows links
	switch {
	case err != nil && wanted && !isJSON(name):
		return in, "", err
	case err != nil:
		return in, "it cannot be read", nil
	case info.IsDir():
		return in, "a link to a folder", nil
	case !info.Mode().IsRegular():
		return in, "no regular file", nil
	case !wanted:
		return in, otherName(name), nil
	}
	return Input{Name: name, Size: info.Size(), Folder: true}, "", nil
}

// otherName says why a file is not read because of its name.
func otherName(name string) string {
	switch {
	case hasSuffix(name, foreignArchives, []string{""}):
		return "an archive of a kind that is not read"
	case strings.HasSuffix(strings.ToLower(name), ".xz"):
		return "compressed with xz: decompress it with xz -d"
	}
	return "its name does not end in .ndjson, .jsonl or .json"
}

func fileSize(info fs.FileInfo) int64 {
	if info.Mode().IsRegular() {
		return info.Size()
	}
	return -1
}

// memberReason says why a member of an archive is not read, because of its
// name: nothing if it is, and mention says whether it is worth mentioning.
func memberReason(name string) (why string, mention bool) {
	for part := range strings.SplitSeq(slashpath.Dir(name), "/") {
		if isHidden(part) && part != "." && part != ".." {
			return "in a hidden folder", !slices.Contains(systemFolders, part)
		}
	}
	base := slashpath.Base(name)
	switch {
	case unmentioned(base):
		return "not worth mentioning", false
	case isHidden(base):
		return "a hidden file", true
	case !isText(base):
		return otherName(base), true
	}
	return "", false
}

// Find expands arguments and checks the inputs. What a folder holds and is no
// export by its content is passed over; what is named, or named like an export,
// is a *FormError. Nothing at all to read is an error too.
func (o *Opener) Find(ctx context.Context, args []string) ([]Input, []PassedOver, error) {
	all, passed, err := Expand(args)
	if err != nil {
		return nil, nil, err
	}
	var inputs []Input
	for _, in := range all {
		var other *FormError
		err := o.Check(ctx, in)
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
		return nil, nil, fmt.Errorf("%w: all that there is was passed over, such as %s (%s)", ErrNoInput, first.Name, first.Reason)
	}
	return inputs, passed, nil
}
