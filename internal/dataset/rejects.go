package dataset

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/cclf-tools/cclf/internal/blob"
)

// A Reject is the record in the reject file for a line of the input that gave no
// rows.
type Reject struct {
	File   string `json:"file"`
	Line   int64  `json:"line"`
	Offset int64  `json:"offset"` // of the line in the decompressed file, in bytes
	Reason string `json:"reason"`
	Raw    string `json:"raw,omitempty"` // the line itself, if requested
}

// MoreRejects is the record in the reject file for those of one cause in one
// input that are not written one by one.
type MoreRejects struct {
	File      string `json:"file"`
	Reason    string `json:"reason"`
	More      int64  `json:"more"`       // how many
	FirstLine int64  `json:"first_line"` // of these
	LastLine  int64  `json:"last_line"`
}

// A Misfit is the record in the reject file for a value that does not fit its
// field in a fixed-width file. The field is blank.
type Misfit struct {
	File   string `json:"file"` // the input that the resource came from
	Line   int64  `json:"line"`
	Table  string `json:"table"`
	Row    int64  `json:"row"` // of the table, counted from 1
	Label  string `json:"label"`
	Reason string `json:"reason"`
	Raw    string `json:"raw,omitempty"` // the value itself, if requested
}

// A RejectFile writes records of rejects as JSON, one per line. The file is made
// with the first record. It is for one goroutine at a time.
type RejectFile struct {
	path string
	file *os.File
	buf  *bufio.Writer
}

// NewRejectFile returns a reject file at path, without records yet.
func NewRejectFile(path string) *RejectFile { return &RejectFile{path: path} }

// Rejects returns the reject file of the data set, without records yet.
func (w *Writer) Rejects() *RejectFile {
	return NewRejectFile(w.Target(w.layout.Rejects))
}

// ScratchRejects returns a reject file that is to be appended to another one. Its
// name is unique among those of the data set.
func (w *Writer) ScratchRejects(name string) *RejectFile {
	return NewRejectFile(w.Scratch(name))
}

// Encode writes a record: a Reject, MoreRejects or a Misfit.
func (f *RejectFile) Encode(record any) error {
	if err := f.open(); err != nil {
		return err
	}
	enc := json.NewEncoder(f.buf)
	enc.SetEscapeHTML(false)
	return enc.Encode(record)
}

func (f *RejectFile) open() (err error) {
	if f.file != nil {
		return nil
	}
	if f.file, err = os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return err
	}
	f.buf = bufio.NewWriter(f.file)
	return nil
}

// Copy adds the records of the reject file of another data set.
func (f *RejectFile) Copy(records io.Reader) error {
	if err := f.open(); err != nil {
		return err
	}
	_, err := io.Copy(f.buf, records)
	return err
}

// Append moves the records of other to the end of f, and closes other.
func (f *RejectFile) Append(other *RejectFile) error {
	if other.file == nil {
		return nil
	}
	if err := f.open(); err != nil {
		return errors.Join(err, other.file.Close())
	}
	return other.MoveTo(f.buf)
}

// MoveTo writes the records to w, and closes f.
func (f *RejectFile) MoveTo(w io.Writer) error {
	file := f.file
	if file == nil {
		return nil
	}
	f.file = nil
	err := f.buf.Flush()
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(w, file)
	}
	return errors.Join(err, file.Close())
}

// close ends the writing. It reports whether there are records.
func (f *RejectFile) close() (bool, error) {
	if f.file == nil {
		return false, nil
	}
	return true, errors.Join(f.buf.Flush(), f.file.Close())
}

// FinishRejects makes f, which Rejects returned, a file of the data set, and
// describes it as one of so many rejects. It returns nil if there are no records.
func (w *Writer) FinishRejects(f *RejectFile, rejects int64) (*File, error) {
	some, err := f.close()
	if !some || err != nil {
		return nil, err
	}
	file, err := w.Adopt(w.layout.Rejects, rejects)
	return &file, err
}

// A RejectReason is a reason in the reject file, and how many lines it applies to.
type RejectReason struct {
	Reason string
	Count  int64
}

// RejectReasons reads the reject file of the data set, and returns its reasons, the
// most frequent first.
func (s *Set) RejectReasons() ([]RejectReason, error) {
	if s.Manifest.Rejects == nil {
		return nil, nil
	}
	file, err := blob.Open(context.Background(), s.Path(s.Manifest.Rejects.Name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	counts := map[string]int64{}
	for dec := json.NewDecoder(bufio.NewReader(file)); ; {
		var record struct {
			Label, Reason string
			More          int64
		}
		if err := dec.Decode(&record); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if record.Label != "" {
			record.Reason = record.Label + ": " + record.Reason
		}
		counts[record.Reason] += max(record.More, 1)
	}
	var list []RejectReason
	for reason, n := range counts {
		list = append(list, RejectReason{reason, n})
	}
	slices.SortFunc(list, func(a, b RejectReason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return list, nil
}
