// Package config reads the configuration file: TOML with a section for each
// command, whose keys are the names of flags. It knows no commands or flags.
//
// Secrets are not in the file. A key that is one refers to it; see [Secret].
package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"
)

// A File is a configuration file.
type File struct {
	Name     string
	Settings []Setting // in the order of the file
	Sections []string  // with or without settings, in the order of the file
}

// A Setting is a key with its value.
type Setting struct {
	Section string   // such as convert or jobs.cancel; "" at the top of the file
	Key     string   // the name of a flag
	Values  []string // one, or those of an array
	Line    int      // from 1; 0 if unknown
}

// DefaultName returns where the file is if nothing else names it: config.toml in
// the folder cclf of XDG_CONFIG_HOME or ~/.config, on Windows of AppData. It
// returns "" if there is no home folder.
func DefaultName() string {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) { // the specification ignores relative ones
		var err error
		if runtime.GOOS == "windows" {
			dir, err = os.UserConfigDir()
		} else if dir, err = os.UserHomeDir(); err == nil {
			dir = filepath.Join(dir, ".config")
		}
		if err != nil {
			return ""
		}
	}
	return filepath.Join(dir, "cclf", "config.toml")
}

// Read reads a file. Its errors do not quote values.
func Read(name string) (*File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f.Name = name
	return f, nil
}

func parse(text string) (*File, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var tree map[string]any
	meta, err := toml.Decode(text, &tree)
	if err != nil {
		if bad, ok := errors.AsType[toml.ParseError](err); ok {
			return nil, fmt.Errorf("line %d: invalid TOML", bad.Position.Line)
		}
		return nil, errors.New("invalid TOML")
	}
	lines := keyLines(text)
	f := &File{}
	for _, key := range meta.Keys() {
		value := lookup(tree, key)
		path := strings.Join(key, ".")
		if _, ok := value.(map[string]any); ok {
			f.Sections = append(f.Sections, path)
			continue
		}
		s := Setting{Section: strings.Join(key[:len(key)-1], "."), Key: key[len(key)-1], Line: lines[path]}
		if s.Values, err = texts(value); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
			if s.Line > 0 {
				err = fmt.Errorf("line %d: %w", s.Line, err)
			}
			return nil, err
		}
		f.Settings = append(f.Settings, s)
	}
	return f, nil
}

// lookup returns the value of a key, or nil.
func lookup(tree map[string]any, key toml.Key) any {
	var value any = tree
	for _, name := range key {
		table, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = table[name]
	}
	return value
}

// texts returns a value as a flag takes it, or the values of an array.
func texts(value any) ([]string, error) {
	switch v := value.(type) {
	case string:
		return []string{v}, nil
	case bool:
		return []string{strconv.FormatBool(v)}, nil
	case int64:
		return []string{strconv.FormatInt(v, 10)}, nil
	case float64:
		return []string{strconv.FormatFloat(v, 'g', -1, 64)}, nil
	case time.Time:
		return []string{v.Format(time.RFC3339Nano)}, nil
	case []any:
		var list []string
		for _, item := range v {
			_, nested := item.([]any)
			one, err := texts(item)
			if err != nil || nested {
				return nil, errors.New("expected an array of texts or numbers")
			}
			list = append(list, one...)
		}
		return list, nil
	}
	return nil, errors.New("expected a text, a number, true or false, or an array of them")
}

var (
	header   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*\[\[?\s*([^\[\]#]+?)\s*\]\]?\s*(#.*)?$`) })
	keyStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*([A-Za-z0-9_."'-]+)\s*=`) })
)

// keyLines returns the lines of keys and headers, for messages. It finds those that begin a line,
// which is how people write them.
func keyLines(text string) map[string]int {
	lines := map[string]int{}
	quotes := strings.NewReplacer(`"`, "", `'`, "", " ", "")
	note := func(path string, n int) {
		if lines[path] == 0 {
			lines[path] = n
		}
	}
	section := ""
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if m := header().FindStringSubmatch(line); m != nil {
			section = quotes.Replace(m[1])
			note(section, n)
			section += "."
		} else if m := keyStart().FindStringSubmatch(line); m != nil {
			note(section+quotes.Replace(m[1]), n)
		}
	}
	return lines
}
