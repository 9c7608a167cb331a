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
	"io"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"github.com/cclf-tools/cclf/internal/gunzip"
	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// A content is what a file was found to hold.
type content struct {
	gzip   bool
	lines  int64          // resources of the expected type
	issues map[string]int // of OperationOutcomes, by severity
	// systemTypes reports BCDA's message that the export is limited to some
	// system types because the request named none.
	systemTypes bool

	badLines int64  // lines that are not a resource of the expected type
	firstBad string // what is wrong with the first of them

	// Sizes in bytes, and SHA-256 in hexadecimal if it was requested, of the
	// text and of the file as it is stored.
	textSize, storedSize int64
	textSum, storedSum   string
}

// A contentError says why a file is not what the manifest announced. It holds
// nothing of the file.
type contentError struct{ msg string }

func (e *contentError) Error() string { return e.msg }

// A contentReader says how to read a file.
type contentReader struct {
	resourceType string
	copyTo       io.Writer // receives the text, if it is not nil
	sums         bool      // compute checksums
}

// newContentReader returns the reader of a file.
func newContentReader(f *fileState) contentReader {
	return contentReader{resourceType: f.Type, sums: f.Integrity.SHA256 != ""}
}

// isGzip reports whether a file that begins so is a gzip stream.
func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

// read reads a file to its end. If it begins with a gzip stream, all members
// are read, the last of which may be empty. Lines that are not a JSON object of
// the expected type are counted, but if there are no others, the error is a
// contentError.
//
// A goroutine decompresses the text ahead of the one that checks the lines, so
// that a large file uses two processors.
func (v contentReader) read(ctx context.Context, file io.Reader) (content, error) {
	var (
		c          content
		storedHash = sha256.New()
		textHash   = sha256.New()
		stored     = file
	)
	if v.sums {
		stored = io.TeeReader(file, storedHash)
	}
	counter := &countingReader{r: stored}
	buffered := bufio.NewReaderSize(counter, 1<<18)
	text := io.Reader(buffered)
	if magic, _ := buffered.Peek(2); isGzip(magic) {
		z, err := gunzip.NewReader(buffered)
		if err != nil {
			return c, &contentError{"incomplete gzip stream: " + err.Error()}
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
	c.storedSize = counter.n
	if c.badLines > 0 && c.lines == 0 {
		return c, &contentError{c.firstBad}
	}
	if v.sums {
		c.textSum, c.storedSum = hex.EncodeToString(textHash.Sum(nil)), hex.EncodeToString(storedHash.Sum(nil))
	}
	return c, nil
}

type countingReader struct {
	r io.Reader
	n int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n += int64(n)
	return n, err
}

func (c *content) readLines(ctx context.Context, text io.Reader, resourceType string) error {
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
		c.textSize += int64(len(line))
		line = line[jsonscan.SkipBOM(line, 0):]
		if jsonscan.SkipSpace(line, 0) == len(line) {
			continue
		}
		found, _, err := checkLine(line)
		switch {
		case err != nil:
			c.addBad(fmt.Sprintf("line %d is %v", n, err))
		case found != resourceType:
			if !typeName().MatchString(found) {
				found = "of no resource type"
			}
			c.addBad(fmt.Sprintf("line %d is %s, not %s", n, found, resourceType))
		default:
			c.lines++
			if resourceType == outcomeType {
				c.countIssues(line)
			}
		}
	}
}

func (c *content) addBad(problem string) {
	if c.badLines == 0 {
		c.firstBad = problem
	}
	c.badLines++
}

// flaw says what is wrong with a whole file, or is empty: bad lines, or a
// difference from the manifest.
func (c *content) flaw(f *fileState) string {
	var flaws []string
	switch {
	case c.badLines == 1:
		flaws = append(flaws, c.firstBad)
	case c.badLines > 1:
		flaws = append(flaws, fmt.Sprintf("%s, and %d more bad lines", c.firstBad, c.badLines-1))
	}
	if f.Kind == KindOutput && f.Count != nil && *f.Count != c.lines+c.badLines {
		flaws = append(flaws, fmt.Sprintf("%d resources, but the manifest announces %d", c.lines+c.badLines, *f.Count))
	}
	return strings.Join(append(flaws, c.mismatches(f)...), "; ")
}

// mismatches compares the file with the size and the checksum in the manifest.
// They are those of the text, as AB2D and DPC define them, or of the stored
// file, if the server compresses files before it measures them.
func (c *content) mismatches(f *fileState) (flaws []string) {
	if n := f.Integrity.Length; n != nil && *n != c.textSize && *n != c.storedSize {
		flaws = append(flaws, fmt.Sprintf("%d bytes, but the manifest announces %d", c.textSize, *n))
	}
	if sum := f.Integrity.SHA256; sum != "" && sum != c.textSum && sum != c.storedSum {
		flaws = append(flaws, "the checksum differs from the manifest")
	}
	return flaws
}

func (c *content) countIssues(line []byte) {
	var doc operationOutcome
	if c.issues == nil {
		c.issues = map[string]int{}
	}
	if json.Unmarshal(line, &doc) != nil || len(doc.Issue) == 0 {
		c.issues["error"]++ // a message in an unknown form
		return
	}
	for _, issue := range doc.Issue {
		if isSystemTypesMessage(issue.Severity, issue.Details.Text+" "+issue.Diagnostics) {
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

// isSystemTypesMessage recognizes the message that BCDA v3 adds to every export
// without a System-Type tag in its filter: that it has the claims of some
// systems only.
func isSystemTypesMessage(severity, text string) bool {
	return (severity == "information" || severity == "warning") &&
		(strings.Contains(text, "System-Type") || strings.Contains(text, "NationalClaimsHistory"))
}

// readError makes a contentError of an error that the content caused. Others,
// of the disk, stay as they are.
func readError(err error, compressed bool) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, errLongLine):
		return &contentError{err.Error()}
	case compressed && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader)):
		return &contentError{"incomplete gzip stream: " + err.Error()}
	case compressed && errors.As(err, &corrupt):
		return &contentError{"corrupt gzip stream"}
	default:
		return err
	}
}

// maxLine is the size limit of a resource, in bytes.
const maxLine = 1 << 30

var errLongLine = fmt.Errorf("a line is longer than %d bytes", maxLine)

// A lineReader reads lines of any length. It buffers only the longest one.
type lineReader struct {
	r    *bufio.Reader
	long []byte
}

// next returns a line with its end, valid until the next call.
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
