package main

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// fileModeFlag is the mode of the files of a data set. Its value goes through
// parseFileMode.
func fileModeFlag(mode *string) cli.Flag {
	return &cli.StringFlag{
		Name: "file-mode", Usage: "octal `MODE` of published files, such as 0640 to let a group read them; folders get x where r is",
		Value: "0600", Destination: mode,
		Validator: func(s string) error { _, err := parseFileMode(s); return err },
	}
}

// parseFileMode returns a mode that published files may have.
func parseFileMode(s string) (fs.FileMode, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "0o"), 8, 32)
	mode := fs.FileMode(n)
	if err != nil || mode&^fs.ModePerm != 0 {
		return 0, errors.New("expected an octal mode such as 0640")
	}
	return mode, dataset.CheckFileMode(mode)
}
