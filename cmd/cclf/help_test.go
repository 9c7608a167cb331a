package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestHelp checks that every command explains itself, with examples.
func TestHelp(t *testing.T) {
	for _, c := range newApp(newEnv(nil, nil, nil, nil)).Commands {
		for _, args := range [][]string{{c.Name, "--help"}, {"help", c.Name}} {
			code, out, errOut := cclf(t.Context(), strings.NewReader(""), args...)
			if code != 0 || errOut != "" {
				t.Errorf("%v: exit code %d, %s", args, code, errOut)
			}
			for _, want := range []string{"cclf " + c.Name + " - ", "USAGE:", "Examples:\n     ", "cclf " + c.Name, "--quiet"} {
				if !strings.Contains(out, want) {
					t.Errorf("%v lacks %q:\n%s", args, want, out)
				}
			}
		}
	}
}

// TestHelpWidth checks that help fits its width, but for words that are longer.
func TestHelpWidth(t *testing.T) {
	synthtest.WithoutRace(t)
	for columns, width := range map[string]int{"": 80, "50": 50, "5": 40, "72": 72, "200": 100, "wide": 80} {
		t.Setenv("COLUMNS", columns)
		for _, c := range newApp(newEnv(nil, nil, nil, nil)).Commands {
			_, out, _ := cclf(t.Context(), strings.NewReader(""), "help", c.Name)
			for line := range strings.Lines(out) {
				line = strings.TrimRight(line, "\n")
				words := strings.Fields(strings.TrimSuffix(line, ` \`))
				if len(line) > width && len(words) > 1 && !slices.ContainsFunc(words, func(w string) bool { return len(w) > width/2 }) {
					t.Errorf("help %s in %q columns has a line of %d:\n%s", c.Name, columns, len(line), line)
				}
				if strings.HasSuffix(line, " ") {
					t.Errorf("help %s has blanks at the end of %q", c.Name, line)
				}
			}
		}
	}
}

// TestRootHelp checks the order of sections: commands before exit codes.
func TestRootHelp(t *testing.T) {
	_, out, _ := cclf(t.Context(), strings.NewReader(""))
	last := -1
	for _, section := range []string{"NAME:", "USAGE:", "DESCRIPTION:", "COMMANDS:", "GLOBAL OPTIONS:", "Exit codes:"} {
		at := strings.Index(out, "\n"+section+"\n")
		if section == "NAME:" {
			at = strings.Index(out, section)
		}
		if at <= last {
			t.Errorf("%s is at %d, after %d", section, at, last)
		}
		last = at
	}
}

// TestFlagTexts checks that flags have texts, and metavars that are nouns in
// capitals.
func TestFlagTexts(t *testing.T) {
	_ = newApp(newEnv(nil, nil, nil, nil)).Walk(func(c *cli.Command) error {
		for _, flag := range c.Flags {
			row := cmdline.FlagRow(flag)
			if row[1] == "" {
				t.Errorf("%s %s has no text", c.FullName(), row[0])
			}
			doc, _ := flag.(cli.DocGenerationFlag)
			if doc.TakesValue() != strings.Contains(doc.GetUsage(), "`") {
				t.Errorf("%s %s: a metavar is missing, or too much", c.FullName(), row[0])
			}
			for _, odd := range []string{" SO", " WHOM", " HOW", " WHICH", " FORM", " GENERATION"} {
				if strings.HasSuffix(row[0], odd) {
					t.Errorf("%s %s has a metavar that is no noun", c.FullName(), row[0])
				}
			}
		}
		return nil
	})
}

// TestExitCodeTable checks that README.md has the table that is declared.
func TestExitCodeTable(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := exitCodeMarkdown(); !strings.Contains(string(readme), want) {
		t.Errorf("README.md lacks the table of exit codes:\n%s", want)
	}
}

// exitCodeMarkdown returns the table of README.md.
func exitCodeMarkdown() string {
	var b strings.Builder
	b.WriteString("| code | name | meaning | commands |\n|---|---|---|---|\n")
	for _, c := range exitcode.All {
		text := c.Text
		for _, flag := range []string{"--max-rejects", "--new", "--allow-partial", "--allow-shrink", "--strict-schema", "--memory-limit"} {
			text = strings.ReplaceAll(text, flag, "`"+flag+"`")
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", c.Number, c.Name, text, c.From)
	}
	return b.String()
}

// TestReadmeLinks checks that README.md links every page of docs.
func TestReadmeLinks(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	for _, page := range pages {
		if link := "- [docs/" + filepath.Base(page) + "](docs/" + filepath.Base(page) + "): "; !strings.Contains(string(readme), link) {
			t.Errorf("README.md lacks a line that begins with %q", link)
		}
	}
}
