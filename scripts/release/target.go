package main

import (
	"bytes"
	"debug/elf"
	_ "embed" // for arc4random
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// A product is a program in one of its forms: what an archive has.
type product struct {
	name     string // of archives and packages
	program  string
	module   string // folder of its module
	profile  string // of its program, for the compiler; a path in the module
	tags     string // of the build
	full     bool   // with DuckDB, which needs a C++ compiler; without, programs are static on Linux
	packaged bool   // as deb and rpm
	summary  string
	page     string // in docs
	options  bool   // has man and completion as options, not as commands
}

var (
	cclf = &product{
		name: "cclf", program: "cclf", module: ".", profile: "cmd/cclf/convert.pgo", full: true, packaged: true,
		summary: "Medicare claims of BCDA as CCLF tables, with SQL, metrics and reports",
	}
	// lite has all commands but those that need SQL.
	lite = &product{name: "cclf-lite", program: "cclf", module: ".", profile: cclf.profile}
	// Iceberg and Beam have large libraries that few users need.
	iceberg = &product{
		name: "cclf-iceberg", program: "cclf-iceberg", module: "iceberg", tags: "gcs,azure", packaged: true,
		summary: "Publishes data sets of cclf as Apache Iceberg tables", page: "iceberg.md",
	}
	beam = &product{
		name: "cclf-beam", program: "cclf-beam", module: "beam", packaged: true,
		summary: "Converts Medicare claims to CCLF tables on Apache Beam", page: "scale.md", options: true,
	}
)

// A target is a product for a system and a processor.
type target struct {
	*product
	os, arch string
	cc, cxx  string // compilers of full ones: on Debian, and on macOS
}

// allTargets are the targets of a release.
var allTargets = []target{
	{product: cclf, os: "linux", arch: "amd64", cc: "x86_64-linux-gnu-gcc", cxx: "x86_64-linux-gnu-g++"},
	{product: cclf, os: "linux", arch: "arm64", cc: "aarch64-linux-gnu-gcc", cxx: "aarch64-linux-gnu-g++"},
	{product: cclf, os: "windows", arch: "amd64", cc: "x86_64-w64-mingw32ucrt-gcc", cxx: "x86_64-w64-mingw32ucrt-g++"},
	{product: cclf, os: "darwin", arch: "amd64", cc: "clang", cxx: "clang++"},
	{product: cclf, os: "darwin", arch: "arm64", cc: "clang", cxx: "clang++"},
	{product: lite, os: "linux", arch: "amd64"},
	{product: lite, os: "linux", arch: "arm64"},
	{product: lite, os: "windows", arch: "amd64"},
	{product: lite, os: "darwin", arch: "amd64"},
	{product: lite, os: "darwin", arch: "arm64"},
	{product: iceberg, os: "linux", arch: "amd64"},
	{product: iceberg, os: "linux", arch: "arm64"},
	{product: iceberg, os: "windows", arch: "amd64"},
	{product: iceberg, os: "darwin", arch: "amd64"},
	{product: iceberg, os: "darwin", arch: "arm64"},
	{product: beam, os: "linux", arch: "amd64"},
	{product: beam, os: "linux", arch: "arm64"},
	{product: beam, os: "windows", arch: "amd64"},
	{product: beam, os: "darwin", arch: "amd64"},
	{product: beam, os: "darwin", arch: "arm64"},
}

// label is the name of a target in the option -targets, and of its folder.
func (t target) label() string {
	return t.os + "-" + t.arch + strings.TrimPrefix(t.name, "cclf")
}

// unavailable returns why a target cannot be built on this machine, or nothing. For
// Windows, it takes a compiler with the C library and the threads that DuckDB was built
// with, which Debian has since version 13.
func (t target) unavailable() string {
	if !t.full {
		return ""
	}
	if t.os != runtime.GOOS && t.os != "windows" {
		return "with DuckDB it needs " + t.os
	}
	for _, tool := range []string{t.cc, t.cxx} {
		if _, err := exec.LookPath(tool); err != nil {
			return "needs " + tool
		}
	}
	return ""
}

// file is the path of the program of a target.
func (r *release) file(t target) string {
	name := t.program
	if t.os == "windows" {
		name += ".exe"
	}
	return r.path("work", t.label(), name)
}

// compile builds the program of a target.
func (r *release) compile(t target) error {
	static, err := r.compileCXX(t)
	if err != nil {
		return err
	}
	args, env := t.buildArgs(r.version, static)
	cmd := exec.Command("go", append(args, "-o", r.file(t), "./cmd/"+t.program)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Join(r.root, t.module), os.Stderr, os.Stderr
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	return nil
}

// arc4random is linked into full programs for Linux.
//
//go:embed c/arc4random.c
var arc4random []byte

// compileCXX makes a folder with nothing but the static C++ library and arc4random.o.
// The linker looks there first, and so does not take the shared library.
func (r *release) compileCXX(t target) (string, error) {
	if !t.full || t.os != "linux" {
		return "", nil
	}
	const library = "libstdc++.a"
	out, err := exec.Command(t.cxx, "-print-file-name="+library).Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", t.cxx, err)
	}
	dir := r.path("work", t.label(), "lib")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if err := os.Symlink(strings.TrimSpace(string(out)), filepath.Join(dir, library)); err != nil {
		return "", err
	}
	cmd := exec.Command(t.cc, "-c", "-O2", "-fPIC", "-Wall", "-Werror", "-x", "c", "-", "-o", filepath.Join(dir, "arc4random.o"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(arc4random), os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w", t.cc, err)
	}
	return dir, nil
}

// buildArgs returns the arguments of go and its environment. On Linux, full programs
// are position independent, with library addresses bound at start and then read-only,
// so that an attacker can neither guess nor overwrite them, and have the C++ library.
// That costs 4 ms and 6 MB at each start, and 7 MB of file: DuckDB is C++, and security
// teams look for it. A conversion is as fast. Relative relocations in the compact form
// (-z pack-relative-relocs) would save the 7 MB of file, but need glibc 2.36.
func (t target) buildArgs(version, static string) (args, env []string) {
	flags := "-s -w -X main.release=" + version
	if t.os != "darwin" { // there, it gives each program its UUID, by which the system knows it
		flags += " -buildid="
	}
	args = []string{"build", "-trimpath", "-buildvcs=true", "-tags=" + t.tags}
	if t.profile != "" {
		args = append(args, "-pgo="+t.profile)
	}
	env = []string{"GOOS=" + t.os, "GOARCH=" + t.arch, "CGO_ENABLED=0", "GOAMD64=v1", "GOARM64=v8.0"}
	if t.full {
		env[2] = "CGO_ENABLED=1"
		env = append(env, "CC="+t.cc, "CXX="+t.cxx)
	}
	switch {
	case t.full && t.os == "linux":
		args = append(args, "-buildmode=pie")
		flags += ` -linkmode external -extldflags "-Wl,-z,relro,-z,now -Wl,--build-id=none -L` + static + ` ` + static + `/arc4random.o"`
	case t.full && t.os == "windows":
		flags += ` -linkmode external -extldflags "-static -Wl,--no-insert-timestamp"`
	}
	return append(args, "-ldflags", flags), env
}

// checkPaths checks that a program names no folder of this machine: that of the repository,
// of its own file, or of modules.
func (r *release) checkPaths(t target) error {
	cache, err := moduleCache()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(r.file(t))
	if err != nil {
		return err
	}
	for _, dir := range []string{r.root, r.out, cache} {
		if bytes.Contains(data, []byte(dir+string(filepath.Separator))) {
			return fmt.Errorf("it names %s, a folder of this machine", dir)
		}
	}
	return nil
}

// newestGLIBC is the newest version of glibc that a full program may need: that of
// Red Hat Enterprise Linux 9.
const newestGLIBC = "2.34"

// systemLibraries are the libraries that a full program may need: those of glibc, and
// the one of GCC that comes with every glibc.
var systemLibraries = []string{"libgcc_s.so.1", "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libresolv.so.2", "librt.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}

// checkELF checks that a program is hardened, and that it needs no other libraries
// than it should.
func checkELF(path string, full bool) error {
	f, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return err
	}
	if !full {
		if len(libraries) > 0 {
			return fmt.Errorf("it is not static: it needs %s", strings.Join(libraries, ", "))
		}
		return nil
	}
	for _, name := range libraries {
		if !slices.Contains(systemLibraries, name) {
			return fmt.Errorf("it needs %s, which a system may not have", name)
		}
	}
	if flags, err := f.DynValue(elf.DT_FLAGS); err != nil || len(flags) == 0 || flags[0]&uint64(elf.DF_BIND_NOW) == 0 || f.Type != elf.ET_DYN {
		return errors.New("it is not position independent with addresses bound at start")
	}
	if !slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_GNU_RELRO }) {
		return errors.New("it has no addresses that are read-only after the start")
	}
	symbols, err := f.ImportedSymbols()
	if err != nil {
		return err
	}
	for _, s := range symbols {
		if v, ok := strings.CutPrefix(s.Version, "GLIBC_"); ok && newer(v, newestGLIBC) {
			return fmt.Errorf("it needs glibc %s for %s: build it on Debian 12", v, s.Name)
		}
	}
	return nil
}

// newer compares versions of numbers.
func newer(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m > n
		}
	}
	return len(x) > len(y)
}

// docs is the folder with the manual pages and completion scripts of a program.
func (r *release) docs(p *product) string { return r.path("work", "docs", p.program) }

// completionFile is the name of the completion script of a program for a shell.
func completionFile(program, shell string) string {
	switch shell {
	case "zsh":
		return "_" + program
	case "pwsh":
		return program + ".ps1"
	}
	return program + "." + shell
}

// writeDocs makes a program write its manual pages and completion scripts.
func (r *release) writeDocs(t target) error {
	man, completions := filepath.Join(r.docs(t.product), "man"), filepath.Join(r.docs(t.product), "completions")
	for _, dir := range []string{man, completions} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if t.options {
		if err := writeOutput(filepath.Join(man, t.program+".1"), r.file(t), "--man"); err != nil {
			return err
		}
	} else if err := exec.Command(r.file(t), "man", "--all", man).Run(); err != nil {
		return fmt.Errorf("%s man: %w", t.program, err)
	}
	command := "completion"
	if t.options {
		command = "--completion"
	}
	for _, shell := range []string{"bash", "zsh", "fish", "pwsh"} {
		if err := writeOutput(filepath.Join(completions, completionFile(t.program, shell)), r.file(t), command, shell); err != nil {
			return err
		}
	}
	return nil
}

// writeOutput writes what a program prints to a file.
func writeOutput(name, program string, args ...string) error {
	text, err := exec.Command(program, args...).Output()
	if err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(program), strings.Join(args, " "), err)
	}
	return os.WriteFile(name, text, 0o644)
}

// askVersion checks the version that a program says it has. That of cclf says that of
// DuckDB too.
func (r *release) askVersion(t target) error {
	if t.product != cclf {
		out, err := exec.Command(r.file(t), "--version").Output()
		if err != nil {
			return fmt.Errorf("%s --version: %w", t.program, err)
		}
		if !slices.Contains(strings.Fields(string(out)), r.version) {
			return fmt.Errorf("%s --version: %q", t.program, out)
		}
		return nil
	}
	out, err := exec.Command(r.file(t), "version", "--format", "json").Output()
	if err != nil {
		return fmt.Errorf("cclf version: %w", err)
	}
	var v struct{ Version, DuckDB string }
	if err := json.Unmarshal(out, &v); err != nil {
		return fmt.Errorf("cclf version: %w", err)
	}
	if v.Version != r.version || v.DuckDB == "" {
		return fmt.Errorf("cclf version: version %q, DuckDB %q", v.Version, v.DuckDB)
	}
	r.duckDB = v.DuckDB
	return nil
}
