package fetch

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"github.com/cclf-tools/cclf/internal/jsonscan"
	"io"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// contents are what a file was found to hold.
type contents struct {
	gzip   bool
	lines  int64          // resources of the announced type
	issues map[string]int // of OperationOutcomes, by severity
	// systemTypes is BCDA's remark on claims of system types that nobody asked
	// for, and that are not in the export.
	systemTypes bool

	badLines int64  // that are no resource of the announced type
	firstBad string // what is wrong with the first of them

	// What the file may be compared with; the sums only if they were asked for.
	length            int64 // of the text, in bytes
	stored            int64 // bytes as they came
	textSum, storeSum string
}

// A contentError says why a file is not what was announced. It holds nothing
// of the file.
type contentError struct{ msg string }

func (e *contentError) Error() string { return e.msg }

// maxLine is the longest line that is taken for a resource.
const maxLine = 1 << 30

// A verifying says how a file is to be read.
type verifying struct {
	resourceType string
	copyTo       io.Writer // for the text, unless it is nil
	sums         bool
}

// verify reads a file to its end: through its gzip stream, if it is one, also
// of several members, the last of which may be empty. Lines that are no JSON
// object of the type are counted; a file of nothing but such lines is not what
// was announced.
//
// The text is decompressed in a goroutine of its own, ahead of the check of the
// lines, so that a large file keeps two processors busy.
func verify(ctx context.Context, file io.Reader, v verifying) (contents, error) {
	var (
		c              contents
		stored, hashed = file, sha256.New()
		textHash       = sha256.New()
	)
	if v.sums {
		stored = io.TeeReader(file, hashed)
	}
	counted := &countingReader{r: stored}
	stored = counted
	buffered := bufio.NewReaderSize(stored, 1<<18)
	text := io.Reader(buffered)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return c, &contentError{"it is not a whole gzip stream: " + err.Error()}
		}
		c.gzip = true
		ahead := readAhead(z)
		defer ahead.close()
		text = ahead
	}
	if v.copyTo != nil {
		text = io.TeeReader(text, v.copyTo)
	}
	if v.sums {
		text = io.TeeReader(text, textHash)
	}
	if err := c.readLines(ctx, text, v.resourceType); err != nil {
		return c, err
	}
	c.stored = counted.n
	if c.badLines > 0 && c.lines == 0 {
		return c, &contentError{c.firstBad}
	}
	if v.sums {
		c.textSum, c.storeSum = hex.EncodeToString(textHash.Sum(nil)), hex.EncodeToString(hashed.Sum(nil))
	}
	return c, nil
}

// A countingReader counts what is read.
type countingReader struct {
	r io.Reader
	n int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n += int64(n)
	return n, err
}

func (c *contents) readLines(ctx context.Context, text io.Reader, resourceType string) error {
	lines := lineReader{r: bufio.NewReaderSize(text, 1<<18)}
	for n := int64(1); ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return readError(err, c.gzip)
		}
		c.length += int64(len(line))
		line = line[jsonscan.SkipBOM(line, 0):]
		if jsonscan.SkipSpace(line, 0) == len(line) {
			continue
		}
		found, err := checkLine(line)
		switch {
		case err != nil:
			c.bad(fmt.Sprintf("line %d is %v", n, err))
		case found != resourceType:
			if !typeName.MatchString(found) {
				found = "of no resource type"
			}
			c.bad(fmt.Sprintf("line %d is %s, not %s", n, found, resourceType))
		default:
			c.lines++
			if resourceType == outcomeType {
				c.countIssues(line)
			}
		}
	}
}

func (c *contents) bad(says string) {
	if c.badLines == 0 {
		c.firstBad = says
	}
	c.badLines++
}

// flaw is what is wrong with a file that is whole, or empty: lines of it, or
// that it is not what the manifest says of it.
func (c *contents) flaw(f *fileState) string {
	var flaws []string
	switch {
	case c.badLines == 1:
		flaws = append(flaws, c.firstBad)
	case c.badLines > 1:
		flaws = append(flaws, fmt.Sprintf("%s, and %d more lines are no such resources", c.firstBad, c.badLines-1))
	}
	if f.Kind == KindOutput && f.Count != nil && *f.Count != c.lines+c.badLines {
		flaws = append(flaws, fmt.Sprintf("it has %d resources, the manifest announces %d", c.lines+c.badLines, *f.Count))
	}
	return strings.Join(append(flaws, c.mismatch(f)...), "; ")
}

// mismatch compares a file with the length and the checksum in the manifest.
// They are those of the text, as AB2D and DPC write them, or of the file as it
// is stored, if the server compresses its files before it measures them.
func (c *contents) mismatch(f *fileState) (flaws []string) {
	if n := f.Integrity.Length; n != nil && *n != c.length && *n != c.stored {
		flaws = append(flaws, fmt.Sprintf("it has %d bytes, the manifest announces %d", c.length, *n))
	}
	if sum := f.Integrity.SHA256; sum != "" && sum != c.textSum && sum != c.storeSum {
		flaws = append(flaws, "its checksum is not that of the manifest")
	}
	return flaws
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
		if isSystemTypesRemark(issue.Severity, issue.Details.Text+" "+issue.Diagnostics) {
			c.systemTypes = true
		}
		switch issue.Severity {
		case "information", "warning", "fatal":
			c.issues[issue.Severity]++
		default:
			c.issues["error"]++
		}
	}
}

// isSystemTypesRemark recognizes what BCDA's v3 writes into each export for
// which no System-Type tag was asked: that claims of some systems only are in
// it. Nothing of the text is shown.
func isSystemTypesRemark(severity, text string) bool {
	return (severity == "information" || severity == "warning") &&
		(strings.Contains(text, "System-Type") || strings.Contains(text, "NationalClaimsHistory"))
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
