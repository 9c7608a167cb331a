package fetch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// contents are what a file was found to hold.
type contents struct {
	gzip   bool
	lines  int64
	issues map[string]int // of OperationOutcomes, by severity
}

// A contentError says why a file is not what was announced. It holds nothing
// of the file.
type contentError struct{ msg string }

func (e *contentError) Error() string { return e.msg }

// maxLine is the longest line that is taken for a resource.
const maxLine = 1 << 30

// verify reads a file to its end: through its gzip stream, if it is one, also
// of several members, the last of which may be empty; every line must be a
// JSON object of the type. The text is also written to copyTo, unless that is
// nil.
func verify(ctx context.Context, file io.Reader, resourceType string, copyTo io.Writer) (contents, error) {
	var c contents
	stored := bufio.NewReaderSize(file, 1<<16)
	text := io.Reader(stored)
	if magic, _ := stored.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(stored)
		if err != nil {
			return c, &contentError{"it is not a whole gzip stream: " + err.Error()}
		}
		defer z.Close()
		c.gzip, text = true, z
	}
	if copyTo != nil {
		text = io.TeeReader(text, copyTo)
	}
	lines := lineReader{r: bufio.NewReaderSize(text, 1<<18)}
	for n := int64(1); ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return c, ctx.Err()
		}
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, readError(err, c.gzip)
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")) // a byte order mark
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		found, err := checkLine(line)
		if err != nil {
			return c, &contentError{fmt.Sprintf("line %d is %v", n, err)}
		}
		if found != resourceType {
			if !typeName.MatchString(found) {
				found = "of no resource type"
			}
			return c, &contentError{fmt.Sprintf("line %d is %s, not %s", n, found, resourceType)}
		}
		c.lines++
		if resourceType == outcomeType {
			c.countIssues(line)
		}
	}
}

const outcomeType = "OperationOutcome"

func (c *contents) countIssues(line []byte) {
	var doc operationOutcome
	if c.issues == nil {
		c.issues = map[string]int{}
	}
	if json.Unmarshal(line, &doc) != nil || len(doc.Issue) == 0 {
		c.issues["error"]++ // it says something that we do not understand
		return
	}
	for _, issue := range doc.Issue {
		switch issue.Severity {
		case "information", "warning", "fatal":
			c.issues[issue.Severity]++
		default:
			c.issues["error"]++
		}
	}
}

// readError tells a file that is broken from one that cannot be read.
func readError(err error, compressed bool) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, errLongLine):
		return &contentError{err.Error()}
	case compressed && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader)):
		return &contentError{"it is not a whole gzip stream: " + err.Error()}
	case compressed && errors.As(err, &corrupt):
		return &contentError{"it is not a sound gzip stream"}
	default:
		return err
	}
}

var errLongLine = fmt.Errorf("a line is longer than %d bytes", maxLine)

// A lineReader reads lines of any length, and needs memory for the longest
// only.
type lineReader struct {
	r    *bufio.Reader
	long []byte
}

// next returns a line, which is valid until the next call.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == nil || errors.Is(err, io.EOF) && len(line) > 0 {
		return line, nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	l.long = append(l.long[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.r.ReadSlice('\n')
		if l.long = append(l.long, line...); len(l.long) > maxLine {
			return nil, errLongLine
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return l.long, nil
}
