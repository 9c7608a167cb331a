// Package disk measures disks.
package disk

import "golang.org/x/sys/windows"

// Free is the number of bytes that can be written to a folder, if it is known.
func Free(dir string) (free uint64, known bool) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil || windows.GetDiskFreeSpaceEx(name, &free, nil, nil) != nil {
		return 0, false
	}
	return free, true
}

// Writable is not known on this system.
func Writable(string) (writable, known bool) { return false, false }
