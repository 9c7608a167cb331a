package confine

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	access "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

const (
	readFile = landlock.AccessFSSet(access.AccessFSReadFile)
	readDir  = landlock.AccessFSSet(access.AccessFSReadDir)
	write    = readFile | readDir | access.AccessFSWriteFile | access.AccessFSTruncate |
		access.AccessFSMakeReg | access.AccessFSMakeDir | access.AccessFSRemoveFile | access.AccessFSRemoveDir
	replace = landlock.AccessFSSet(access.AccessFSMakeReg | access.AccessFSRemoveFile)
)

// ownThreads is the version of Landlock from which on the kernel finds the threads of a
// process itself.
const ownThreads = 8

// To restricts the process, for good and in all its threads, to reading in the
// folders or files of read, and to working in the folders of writable, or writing its
// files, which must exist. Open files stay usable. The process can no longer start programs, open
// network connections, or send signals to other processes. The kernel enforces
// this with Landlock, as far as its version supports it. Without Landlock, or without
// /proc where Landlock needs it, the error is an ErrUnsupported that says so.
func To(read, writable []string) error { return ToReplacing(read, writable, nil) }

// ToReplacing is To, and also allows renaming and removing files in the folders of
// replaceable, but not opening them for writing.
func ToReplacing(read, writable, replaceable []string) error {
	return restrict(read, writable, replaceable, false)
}

// ToNetwork is ToReplacing, and also allows network connections, and reading what they
// need: names, certificates, and the settings and credentials of AWS.
func ToNetwork(read, writable, replaceable []string) error {
	return restrict(read, writable, replaceable, true)
}

func restrict(read, writable, replaceable []string, network bool) error {
	version, err := access.LandlockGetABIVersion()
	if err != nil || version < 1 {
		return fmt.Errorf("%w: this kernel has no Landlock", ErrUnsupported)
	}
	if version < ownThreads {
		if _, err := os.Stat(fmt.Sprintf("/proc/%d/task", os.Getpid())); err != nil {
			return fmt.Errorf("%w: /proc, which lists its threads, is not mounted", ErrUnsupported)
		}
	}
	folders, files := byKind(read)
	writableFolders, writableFiles := byKind(writable)
	rules := []landlock.Rule{
		landlock.PathAccess(readFile|readDir, folders...),
		landlock.PathAccess(readFile, files...),
		landlock.PathAccess(write, writableFolders...),
		landlock.PathAccess(readFile|access.AccessFSWriteFile|access.AccessFSTruncate, writableFiles...),
		landlock.PathAccess(replace, replaceable...),
		// What the runtimes of Go and C++ look at: memory, processors, limits.
		landlock.PathAccess(readFile|readDir, "/proc/self", "/sys/devices/system/cpu", "/sys/fs/cgroup",
			"/sys/kernel/mm/transparent_hugepage", "/usr/share/zoneinfo").IgnoreIfMissing(),
		landlock.PathAccess(readFile, "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/proc/sys/vm/overcommit_memory",
			"/dev/urandom", "/etc/localtime").IgnoreIfMissing(),
		landlock.PathAccess(readFile|access.AccessFSWriteFile, "/dev/null").IgnoreIfMissing(),
	}
	if dir := os.Getenv("GOCOVERDIR"); dir != "" { // a build that measures its coverage writes there when it ends
		rules = append(rules, landlock.PathAccess(write, dir).IgnoreIfMissing())
	}
	config, apply := landlock.V7.BestEffort(), landlock.Config.Restrict
	if network {
		folders, files := byKind(networkPaths())
		rules = append(rules, landlock.PathAccess(readFile|readDir, folders...).IgnoreIfMissing(), landlock.PathAccess(readFile, files...).IgnoreIfMissing())
		apply = landlock.Config.RestrictPaths
	}
	if err := apply(config, rules...); err != nil {
		return fmt.Errorf("confine the process: %w", err)
	}
	return nil
}

// networkPaths are the files and folders that connections and credentials need.
func networkPaths() []string {
	paths := []string{"/etc", "/usr", "/lib", "/lib64", "/run/systemd/resolve", "/run/nscd"}
	if home, err := os.UserHomeDir(); err == nil {
		paths = append(paths, filepath.Join(home, ".aws"), filepath.Join(home, ".config", "gcloud"))
	}
	for _, name := range []string{
		"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "GOOGLE_APPLICATION_CREDENTIALS",
		"AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_CERTIFICATE_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
	} {
		if path := os.Getenv(name); path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

// byKind separates folders from files. What does not exist counts as a folder.
func byKind(names []string) (folders, files []string) {
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			files = append(files, name)
		} else {
			folders = append(folders, name)
		}
	}
	return folders, files
}
