package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/schema"
)

// release is set by the linker: -ldflags "-X main.release=v1.2.3".
var release = ""

// A buildInfo describes this build of cclf.
type buildInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"` // the commit, by changes in the working tree
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	DuckDB   string `json:"duckdb,omitempty"` // empty in a build without it

	APIs    []string `json:"apis"`    // versions of BCDA's API that it reads
	Layouts []string `json:"layouts"` // versions of CCLF's record layouts
}

func newVersionCommand(e *env) *cli.Command {
	var result resultFlags
	return &cli.Command{
		Name:        "version",
		Usage:       "print the versions of cclf, DuckDB, and the formats it knows",
		UsageText:   "cclf version [options]",
		Description: cmdline.Describe("Prints the version of cclf, the commit it was built from, the versions of Go and\nDuckDB, and the versions that it knows of BCDA's API and of the CCLF layouts.", "cclf version", "cclf version -f json"),
		Flags:       result.flags("text", "json"),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			info := readBuildInfo()
			if duckDBVersion != nil {
				var err error
				if info.DuckDB, err = duckDBVersion(ctx); err != nil {
					return fmt.Errorf("version: %w", err)
				}
			}
			return result.write(ctx, e, func(e *env) error {
				if result.format == "json" {
					return writeJSON(e, info)
				}
				_, err := fmt.Fprint(e.stdout, info.text())
				return err
			})
		},
	}
}

// readBuildInfo describes the build, but for DuckDB.
func readBuildInfo() buildInfo {
	b := buildInfo{Version: release, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	for _, api := range schema.APIs {
		b.APIs = append(b.APIs, api.String())
	}
	for _, layout := range schema.Layouts() {
		b.Layouts = append(b.Layouts, layout.String())
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		if b.Version == "" {
			b.Version = info.Main.Version
		}
		b.readSettings(info.Settings)
	}
	if b.Version == "" || b.Version == "(devel)" {
		b.Version = "dev"
	}
	return b
}

func (b *buildInfo) readSettings(settings []debug.BuildSetting) {
	for _, s := range settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
}

// commit is the commit with a note if the working tree had changes, or empty.
func (b buildInfo) commit() string {
	if b.Commit != "" && b.Modified {
		return b.Commit + " with changes"
	}
	return b.Commit
}

func (b buildInfo) text() string {
	var text strings.Builder
	for _, line := range [][2]string{
		{"cclf", b.Version}, {"commit", b.commit()}, {"go", b.Go}, {"platform", b.OS + "/" + b.Arch}, {"duckdb", b.DuckDB},
		{"apis", strings.Join(b.APIs, ", ")}, {"layouts", strings.Join(b.Layouts, ", ")},
	} {
		if line[1] == "" {
			line[1] = "none"
		}
		fmt.Fprintf(&text, "%-9s %s\n", line[0], line[1])
	}
	return text.String()
}

// version is the build in one line, as --version prints it and manifests have it.
func version() string {
	b := readBuildInfo()
	commit := b.commit()
	if commit != "" {
		commit += ", "
	}
	return fmt.Sprintf("%s (%s%s %s/%s)", b.Version, commit, b.Go, b.OS, b.Arch)
}
