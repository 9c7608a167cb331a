package dataset

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/parquet/file"
)

// A Verified is what Verify has found.
type Verified struct {
	Manifest *Manifest
	Files    int
	Bytes    int64
	Problems []error // each names a file

	set *Set
}

// Replaced reports whether the data set has another manifest than the one that
// it was compared with.
func (v *Verified) Replaced() bool { return v.set.Replaced() }

// Verify reads all of a data set and compares it with the manifest: the files,
// their SHA-256, and the rows of tables that are not in a DuckDB file. When a
// writer replaces it meanwhile, it starts again. The error is that of a data set
// without a manifest that can be read.
func Verify(ctx context.Context, name string) (*Verified, error) {
	layout := layoutToRead(name)
	root, err := os.OpenRoot(layout.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	o := &ops{root: root}
	for attempt := 1; ; attempt++ {
		// A writer that is at work ends soon. One that was ended does not.
		left, err := o.journalStays(ctx, &layout)
		if err != nil {
			return nil, err
		}
		s := &Set{Layout: layout}
		v, err := s.verify(ctx, o)
		if attempt < attempts && (err != nil || len(v.Problems) > 0) && ctx.Err() == nil && !left && s.inMotion(o) {
			continue
		}
		if err == nil && left {
			v.Problems = append(v.Problems, errJournal)
		}
		return v, err
	}
}

// errJournal is the problem of a data set whose writer has left its journal.
var errJournal = &Error{
	Msg: "a run is replacing this data set, or was ended while it did: if none is at work, run the same cclf convert again",
}

// publishing is how long Verify waits for a writer to publish, which takes the time
// of some dozens of renames and synced folders.
const publishing = time.Second

// journalStays waits for a writer to end what it publishes, and reports whether
// its journal stays.
func (o *ops) journalStays(ctx context.Context, l *Layout) (bool, error) {
	const pause = 20 * time.Millisecond
	for waited := time.Duration(0); ; waited += pause {
		err := o.mustBeFolder(l.work)
		there := false
		if err == nil {
			there, err = o.exists(l.journal())
		}
		if !there || err != nil {
			return false, err
		}
		if waited >= publishing {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// verify compares what is there with the manifest.
func (s *Set) verify(ctx context.Context, o *ops) (*Verified, error) {
	if err := s.readManifest(o); err != nil {
		return nil, err
	}
	v := &Verified{Manifest: s.Manifest, set: s}
	bad := map[string]bool{}
	problem := func(name string, err error) {
		bad[name] = true
		v.Problems = append(v.Problems, err)
	}
	files := s.Manifest.List()
	for _, f := range files {
		v.Files++
		if err := o.verifyFile(ctx, f); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			problem(f.Name, err)
		}
		v.Bytes += f.Size
	}
	for _, t := range s.Manifest.Tables {
		var total int64
		for _, f := range t.Files {
			total += f.Rows
			if bad[f.Name] || path.Ext(f.Name) == singleFile {
				continue
			}
			rows, err := o.countRows(f)
			if err == nil && rows != f.Rows {
				err = fmt.Errorf("%s has %d rows, and the manifest says %d", path.Join(f.Name, f.Member), rows, f.Rows)
			}
			if err != nil {
				problem(f.Name, err)
			}
		}
		if total != t.Rows {
			problem(s.Layout.Manifest, fmt.Errorf("%s says that %s has %d rows, and that its files have %d", s.Layout.Manifest, t.Name, t.Rows, total))
		}
	}
	if !s.Layout.single {
		for err := range o.foreignParts(files) {
			v.Problems = append(v.Problems, err)
		}
	}
	return v, nil
}

// verifyFile compares the size and the content of a file with the manifest.
func (o *ops) verifyFile(ctx context.Context, f File) error {
	info, err := o.root.Lstat(f.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is missing", f.Name)
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", f.Name)
	case info.Size() != f.Size:
		return fmt.Errorf("%s has %d bytes, and the manifest says %d", f.Name, info.Size(), f.Size)
	}
	in, err := o.open(f.Name, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer in.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, &contextReader{ctx, in}); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("%s has another content than when it was written (SHA-256 %s, and the manifest says %s)", f.Name, got, f.SHA256)
	}
	return nil
}

// A contextReader reads until a context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// countRows counts the rows of a table in a file.
func (o *ops) countRows(f File) (int64, error) {
	in, err := o.open(f.Name, os.O_RDONLY)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	var rows int64
	switch ext := path.Ext(f.Name); {
	case f.Member != "":
		rows, err = countMember(in, f)
	case ext == "."+string(Parquet):
		rows, err = countParquet(in)
	case ext == "."+string(CSV):
		rows, err = countCSV(in)
	case ext == "."+string(Arrow):
		rows, err = countArrow(in)
	default:
		rows, err = countLines(in)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", f.Name, err)
	}
	return rows, err
}

func countMember(in *os.File, f File) (int64, error) {
	z, err := zip.NewReader(in, f.Size)
	if err != nil {
		return 0, err
	}
	member, err := z.Open(f.Member)
	if err != nil {
		return 0, err
	}
	defer member.Close()
	return countLines(member)
}

func countParquet(in *os.File) (int64, error) {
	r, err := file.NewParquetReader(in)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return r.NumRows(), nil
}

// countCSV counts the records after the header.
func countCSV(in io.Reader) (int64, error) {
	r := csv.NewReader(bufio.NewReaderSize(in, 1<<20))
	r.ReuseRecord = true
	for rows := int64(-1); ; rows++ {
		_, err := r.Read()
		if errors.Is(err, io.EOF) {
			return max(rows, 0), nil
		}
		// What the package says of a record that it cannot read is a place.
		if err != nil {
			return 0, err
		}
	}
}

func countArrow(in *os.File) (int64, error) {
	r, err := ipc.NewFileReader(in)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	var rows int64
	for i := range r.NumRecords() {
		rec, err := r.RecordBatch(i)
		if err != nil {
			return 0, err
		}
		rows += rec.NumRows()
		rec.Release()
	}
	return rows, nil
}

func countLines(in io.Reader) (int64, error) {
	buf := make([]byte, 1<<16)
	var rows int64
	for {
		n, err := in.Read(buf)
		rows += int64(bytes.Count(buf[:n], []byte("\n")))
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// Summary says in a line what was verified.
func (v *Verified) Summary() string {
	return fmt.Sprintf("%d tables, %d rows, %d files, %d bytes", len(v.Manifest.Tables), v.Manifest.TotalRows(), v.Files, v.Bytes)
}
