package ndjson

import (
	slashpath "path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

var (
	textSuffixes     = []string{".ndjson", ".jsonl", ".json"}
	packedSuffixes   = []string{"", ".gz", ".zst", ".bz2"}
	archiveSuffixes  = []string{".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2"}
	foreignArchives  = []string{".7z", ".rar", ".tar.xz", ".txz"}
	nothingToMention = []string{"readme", "license", "licence", "notice", "changelog", "copying"}
)

var (
	systemFolders = []string{".incomplete", ".git", ".Trashes", ".Spotlight-V100", "__MACOSX"}
	// Files that fetch and convert write beside an export or into a data set.
	ownFile = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^_(fetch|fetch_runs|manifest|rejects)\b|^_\d+-`) })
	ownPart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^part-\d+\.(parquet|csv|arrow)$`) })
)

// isText reports whether the name is that of a file that may contain resources.
func isText(name string) bool { return hasSuffix(name, textSuffixes, packedSuffixes) }

// isJSON reports whether the name is that of a JSON file, with or without
// resources.
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

// isHidden reports whether the name is that of an unfinished download or of a
// program's own file.
func isHidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") }

// unmentioned reports whether a file that is not read is passed over silently.
func unmentioned(name string) bool {
	name = strings.ToLower(name)
	if isHidden(name) {
		return ownFile().MatchString(name) || !isText(name) && !isArchive(name)
	}
	return ownPart().MatchString(name) || slices.ContainsFunc(nothingToMention, func(s string) bool { return strings.HasPrefix(name, s) }) ||
		strings.HasSuffix(name, ".part") || strings.HasSuffix(name, ".md")
}

// otherName returns why a file of this name is not read.
func otherName(name string) string {
	switch {
	case hasSuffix(name, foreignArchives, []string{""}):
		return "an archive format that is not supported"
	case strings.HasSuffix(strings.ToLower(name), ".xz"):
		return "compressed with xz: decompress it with xz -d"
	}
	return "name does not end in .ndjson, .jsonl or .json"
}

// memberReason returns why a member of an archive of this name is not read, or "",
// and whether to mention that.
func memberReason(name string) (why string, mention bool) {
	for part := range strings.SplitSeq(slashpath.Dir(name), "/") {
		if isHidden(part) && part != "." && part != ".." {
			return "in a hidden folder", !slices.Contains(systemFolders, part)
		}
	}
	base := slashpath.Base(name)
	switch {
	case unmentioned(base):
		return "unmentioned", false
	case isHidden(base):
		return "a hidden file", true
	case !isText(base):
		return otherName(base), true
	}
	return "", false
}

// shown returns the name of a member of an archive with control characters and
// the like escaped, safe for a terminal.
func shown(name string) string {
	quoted := strconv.QuoteToGraphic(name)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
