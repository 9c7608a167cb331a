package confine

import (
	"fmt"
	"os"

	"github.com/landlock-lsm/go-landlock/landlock"
	access "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

const (
	readFile = landlock.AccessFSSet(access.AccessFSReadFile)
	readDir  = landlock.AccessFSSet(access.AccessFSReadDir)
	write    = readFile | readDir | access.AccessFSWriteFile | access.AccessFSTruncate |
		access.AccessFSMakeReg | access.AccessFSMakeDir | access.AccessFSRemoveFile | access.AccessFSRemoveDir
)

// To leaves the process, for good and with all its threads, no more than reading
// in the folders of read, or of files, and working in those of write, which must exist. Files
// that are open stay usable. It cannot start programs, open network connections
// or send signals to others. The kernel does this, with Landlock: as much of it
// as it knows. Where it knows nothing of it, the error is ErrUnsupported.
func To(read, writable []string) error {
	if version, err := access.LandlockGetABIVersion(); err != nil || version < 1 {
		return ErrUnsupported
	}
	var folders, files []string
	for _, name := range read {
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			files = append(files, name)
		} else {
			folders = append(folders, name)
		}
	}
	rules := []landlock.Rule{
		landlock.PathAccess(readFile|readDir, folders...),
		landlock.PathAccess(readFile, files...),
		landlock.PathAccess(write, writable...),
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
	if err := landlock.V7.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("confine the process: %w", err)
	}
	return nil
}
