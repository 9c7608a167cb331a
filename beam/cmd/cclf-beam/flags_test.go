package main

import (
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFlagsOfConvert goes over all flags of cclf convert: each is one of cclf-beam too, or
// refused with a reason.
func TestFlagsOfConvert(t *testing.T) {
	if testing.Short() {
		t.Skip("builds cclf")
	}
	cclf := filepath.Join(t.TempDir(), "cclf")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", cclf, "./cmd/cclf")
	build.Dir, build.Env = "../../..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	help, err := exec.Command(cclf, "convert", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	same := map[string]string{
		"out": "o", "overwrite": "true", "format": "csv", "versions": "all", "leavers": "drop", "api": "v2", "tables": "cclf1", "extra-columns": "x", "limit": "item=3",
		"max-rejects": "3", "keep-rejected-lines": "true", "allow-partial": "true", "allow-shrink": "true", "allow-mixed": "true", "strict-schema": "true",
		"file-mode": "0640", "row-group-rows": "5", "file-size": "5MB", "partition-by": "service-year", "sort": "true", "bloom-filters": "true",
		"profile": "tuva", // which convert refuses with reasons, as it does some formats
	}
	found := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+)`).FindAllStringSubmatch(string(help), -1) {
		name := m[1]
		if name == "help" || found[name] { // a line of words may begin with one
			continue
		}
		found[name] = true
		set := flag.NewFlagSet("cclf-beam", flag.ContinueOnError)
		set.SetOutput(io.Discard)
		newFlags(set)
		value, isSame := same[name]
		err := set.Parse([]string{"-" + name + "=" + value})
		why, refused := refusals[name]
		switch {
		case isSame == refused:
			t.Errorf("-%s is neither the same nor refused, or both", name)
		case isSame && err != nil:
			t.Errorf("-%s: %v", name, err)
		case refused && (err == nil || !strings.Contains(err.Error(), string(why)) || len(why) < 10):
			t.Errorf("-%s is refused as %v", name, err)
		}
	}
	for name := range same {
		if !found[name] {
			t.Errorf("cclf convert has no flag --%s", name)
		}
	}
	for name := range refusals {
		if !found[name] {
			t.Errorf("cclf convert has no flag --%s, which is refused", name)
		}
	}
}

func TestParse(t *testing.T) {
	for args, want := range map[string]string{
		"in":                                   "-out is missing",
		"-out o":                               "no input",
		"-out o -versions some in":             "expected final or all",
		"-out o -file-mode 0999 in":            "-file-mode",
		"-out o -shard-size 5x in":             "-shard-size",
		"-out o -file-size 0 in":               "-file-size",
		"-out o -extra-columns none in":        "-extra-columns",
		"-out o/ -shard-size 0 -tables A,b in": "",
	} {
		set := flag.NewFlagSet("cclf-beam", flag.ContinueOnError)
		c := newFlags(set)
		if err := set.Parse(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		err := c.parse(set.Args())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", args, err)
		}
		if want == "" && (c.options.Temp != "o-shards" || strings.Join(c.options.Tables, " ") != "a b") {
			t.Errorf("%s: %+v", args, c.options)
		}
	}
}
