package delivery

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A Promise is what CCLF0 says of a file.
type Promise struct {
	File   string // such as CCLF1
	Rows   int64
	Length int // of a record, without the line end
}

// maxSummary is the size of a CCLF0 beyond which it is none: it has twelve lines.
const maxSummary = 1 << 16

// readSummary reads CCLF0: a heading, and a line per file with the number and
// the length of its records. Its fields are found by their positions, or by the
// bars between them where blanks were cut off.
func readSummary(r io.Reader) ([]Promise, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSummary+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSummary {
		return nil, errors.New("larger than any CCLF0")
	}
	var promises []Promise
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(text, bom)))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), " ")
		if line == "" || len(promises) == 0 && strings.HasPrefix(line, "File Number") {
			continue
		}
		p, err := parsePromise(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		for _, other := range promises {
			if other.File == p.File {
				return nil, fmt.Errorf("line %d: %s is listed twice", n, p.File)
			}
		}
		promises = append(promises, p)
	}
	return promises, lines.Err()
}

// parsePromise reads a line of CCLF0.
func parsePromise(line string) (p Promise, err error) {
	fields := strings.Split(line, "|")
	if len(fields) != 4 {
		return p, fmt.Errorf("%d fields between bars, and a line of CCLF0 has 4", len(fields))
	}
	p.File = strings.ToUpper(strings.TrimSpace(fields[0]))
	if tableOf(p.File) == nil {
		return p, errors.New("it names no CCLF file")
	}
	if p.Rows, err = strconv.ParseInt(strings.TrimSpace(fields[2]), 10, 64); err != nil || p.Rows < 0 {
		return p, errors.New("the count of records is not a number")
	}
	if p.Length, err = strconv.Atoi(strings.TrimSpace(fields[3])); err != nil || p.Length < 0 {
		return p, errors.New("the record length is not a number")
	}
	return p, nil
}
