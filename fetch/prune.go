package fetch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/gunzip"
)

const (
	// pruneFile is the journal of a rewriting of files. It exists from before there are new
	// files until the old ones are gone.
	pruneFile = "_prune.json"
)

// exportName matches the names of data files of runs: the run, the type of the resources,
// a number, and the extension.
var exportName = regexp.MustCompile(`^(\d{3,9})-([A-Za-z]+)-(\d{5,})(\.ndjson(?:\.gz)?)$`)

// A pruneJournal is the content of pruneFile.
type pruneJournal struct {
	Format int      `json:"format"`
	Old    []string `json:"old"` // files that may be replaced or dropped
	New    []string `json:"new"` // files that may replace them
}

// PruneOptions are the options of [Prune].
type PruneOptions struct {
	// Obsolete yields the numbers of the lines of a file that may be dropped, in ascending
	// order, counted from 1. Repeated says that the resource came before as it is; other
	// lines are dropped only if they are claims.
	Obsolete func(path string) iter.Seq2[int64, bool]
	DryRun   bool // change nothing

	step func(name string) error // called before each change; for tests
}

// A Pruned says what [Prune] did.
type Pruned struct {
	Files     int   `json:"files"`     // of all runs
	Rewritten int   `json:"rewritten"` // files that lost lines
	Removed   int   `json:"removed"`   // files that lost all of their lines
	Lines     int64 `json:"lines"`     // of the files that lost some
	Dropped   int64 `json:"dropped_lines"`
	Before    int64 `json:"bytes_before"` // of all files, as stored
	After     int64 `json:"bytes_after"`
}

// Prune rewrites the files of the runs of an export folder without obsolete lines. Other
// lines stay as they are, and in their order. Runs, their numbers and their transaction
// times stay too, so that the next run is an increment to the last one.
//
// If it is interrupted, the next use of the folder that locks it finishes or undoes it.
// Until then, [StaleFiles] are to be ignored.
func Prune(ctx context.Context, dir string, o PruneOptions) (*Pruned, error) {
	f, err := lockFolder(ctx, dir, noLog)
	if err != nil {
		return nil, err
	}
	defer f.close()
	if o.step == nil {
		o.step = func(string) error { return nil }
	}
	p := &pruning{folder: f, options: &o, journal: pruneJournal{Format: stateFormat}}
	if p.list, err = f.runList(); err != nil {
		return nil, err
	}
	if p.present, err = f.sizes(); err != nil {
		return nil, f.writeError(err)
	}
	if err := p.prepare(); err != nil {
		return nil, f.writeError(err)
	}
	err = p.rewrite(ctx)
	if err == nil && !o.DryRun && p.result.Dropped > 0 {
		return &p.result, f.writeError(p.commit())
	}
	return &p.result, f.writeError(errors.Join(err, p.discard()))
}

// A pruning is a call of Prune.
type pruning struct {
	*folder
	options *PruneOptions
	list    runList
	present map[string]int64  // sizes of the files before
	names   map[string]string // of new files, by those of the files that may lose lines
	journal pruneJournal
	result  Pruned
}

// prepare names the new files, and writes the journal, so that nobody takes them for files
// of the folder before the list of runs has them.
func (p *pruning) prepare() error {
	p.names = map[string]string{}
	for _, run := range p.list.Runs {
		for _, record := range run.Files {
			if _, there := p.present[record.Name]; !there || !p.hasObsolete(record.Name) {
				continue
			}
			name, err := p.freeName(record.Name)
			if err != nil {
				return err
			}
			p.names[record.Name] = name
			p.journal.Old = append(p.journal.Old, record.Name)
			p.journal.New = append(p.journal.New, name)
		}
	}
	if p.options.DryRun || len(p.names) == 0 {
		return nil
	}
	if err := p.options.step("journal"); err != nil {
		return err
	}
	return p.replaceJSON(pruneFile, p.journal)
}

func (p *pruning) hasObsolete(name string) bool {
	for range p.options.Obsolete(blob.Join(p.dir, name)) {
		return true
	}
	return false
}

// rewrite writes the new files, and changes the list of runs in memory.
func (p *pruning) rewrite(ctx context.Context) error {
	for i := range p.list.Runs {
		run := &p.list.Runs[i]
		p.list.PrunedTo = max(p.list.PrunedTo, run.Number)
		kept := make([]fileRecord, 0, len(run.Files))
		for _, record := range run.Files {
			after, err := p.file(ctx, record)
			if err != nil {
				return err
			}
			if after != nil {
				kept = append(kept, *after)
			}
		}
		run.Files = kept
	}
	return nil
}

// file rewrites a file. It returns nil if no line is left.
func (p *pruning) file(ctx context.Context, record fileRecord) (*fileRecord, error) {
	size, there := p.present[record.Name]
	if !there { // data files may be moved away
		return &record, nil
	}
	p.result.Files++
	p.result.Before += size
	after := record
	if after.Name = p.names[record.Name]; after.Name == "" {
		p.result.After += size
		return &record, nil
	}
	n, err := p.copy(ctx, &record, &after)
	if err != nil {
		return nil, fmt.Errorf("prune %s: %w", record.Name, err)
	}
	if n.dropped == 0 {
		p.result.After += size
		return &record, nil
	}
	p.result.Lines += n.lines
	p.result.Dropped += n.dropped
	if n.kept == 0 {
		p.result.Removed++
		return nil, nil
	}
	p.result.Rewritten++
	p.result.After += after.Size
	return &after, nil
}

// freeName returns a name for a new file: that of the old one with another number.
func (p *pruning) freeName(name string) (string, error) {
	m := exportName.FindStringSubmatch(name)
	if m == nil {
		return "", fmt.Errorf("%s is not named like a file of a run", name)
	}
	last := 0
	note := func(other string) {
		if o := exportName.FindStringSubmatch(other); o != nil && o[1] == m[1] && o[2] == m[2] {
			n, _ := strconv.Atoi(o[3])
			last = max(last, n)
		}
	}
	for other := range p.present {
		note(other)
	}
	for _, other := range p.names {
		note(other)
	}
	for _, r := range p.list.Runs { // files that were moved away
		for _, file := range r.Files {
			note(file.Name)
		}
	}
	return fmt.Sprintf("%s-%s-%05d%s", m[1], m[2], last+1, m[4]), nil
}

// lineCounts are the lines of a file without blank ones.
type lineCounts struct{ lines, dropped, kept int64 }

// copy copies the lines of a file that are to be kept. If lines are dropped, and some are
// kept, they are a new file.
func (p *pruning) copy(ctx context.Context, from, to *fileRecord) (n lineCounts, err error) {
	in, err := p.open(from.Name)
	if err != nil {
		return n, err
	}
	defer in.Close()
	size := &counter{to: io.Discard}
	var out blob.Upload
	if !p.options.DryRun {
		if err := p.options.step("create " + to.Name); err != nil {
			return n, err
		}
		if out, err = p.create(to.Name); err != nil {
			return n, err
		}
		defer func() { err = errors.Join(err, out.Abort()) }() // after Commit it does nothing
		size.to = out
	}
	buffered := bufio.NewWriterSize(size, 1<<20)
	stored := bufio.NewReaderSize(in, 1<<18)
	var source io.Reader = stored
	var sink io.Writer = buffered
	compressed := strings.HasSuffix(from.Name, ".gz")
	if compressed {
		if source, err = gunzip.NewReader(stored); err != nil {
			return n, err
		}
		sink = gzip.NewWriter(buffered)
	}
	if n, err = p.copyLines(ctx, blob.Join(p.dir, from.Name), source, sink); err != nil {
		return n, err
	}
	if z, ok := sink.(*gzip.Writer); ok {
		if err := z.Close(); err != nil {
			return n, err
		}
	}
	if err := buffered.Flush(); err != nil {
		return n, err
	}
	to.Size, to.Resources = size.n, max(0, from.Resources-n.dropped)
	if out == nil || n.dropped == 0 || n.kept == 0 {
		return n, nil
	}
	if err := p.options.step("commit " + to.Name); err != nil {
		return n, err
	}
	return n, out.Commit()
}

// A counter counts the bytes that go to a writer.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	c.n += int64(n)
	return n, err
}

func (p *pruning) copyLines(ctx context.Context, path string, from io.Reader, to io.Writer) (n lineCounts, err error) {
	next, stop := iter.Pull2(p.options.Obsolete(path))
	defer stop()
	obsolete, repeated, more := next()
	lines := bufio.NewReaderSize(from, 1<<20)
	for number := int64(1); ; number++ {
		line, err := readLine(lines)
		if len(line) > 0 {
			if number%1000 == 0 && ctx.Err() != nil {
				return n, ctx.Err()
			}
			drop := false
			for more && obsolete <= number {
				if obsolete == number && mayDrop(line, repeated) {
					drop = true
				}
				obsolete, repeated, more = next()
			}
			blank := len(bytes.TrimSpace(line)) == 0
			switch {
			case drop:
				n.dropped++
				n.lines++
			case !blank:
				n.kept++
				n.lines++
			}
			if !drop {
				if _, err := to.Write(line); err != nil {
					return n, err
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// readLine returns a line of any length, with its end.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	long := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.ReadSlice('\n')
		long = append(long, line...)
	}
	return long, err
}

// mayDrop reports whether a line is one resource that may be dropped.
func mayDrop(line []byte, repeated bool) bool {
	resourceType, id, err := checkLine(line)
	if err != nil || id == "" {
		return false
	}
	switch resourceType {
	case "ExplanationOfBenefit", "Claim", "ClaimResponse":
		return true
	case "Patient", "Coverage":
		return repeated
	}
	return false
}

// commit puts the new files in the place of the old ones. The list of runs decides which
// are valid.
func (p *pruning) commit() error {
	if err := p.sync(); err != nil {
		return err
	}
	if err := p.options.step("list"); err != nil {
		return err
	}
	if err := p.replaceJSON(runsFile, p.list); err != nil {
		return err
	}
	return p.finish(&p.journal, p.options.step)
}

// discard removes new files that are not to be used, and the journal.
func (p *pruning) discard() error {
	if p.options.DryRun || len(p.names) == 0 {
		return nil
	}
	return p.finish(&p.journal, p.options.step)
}

// finishPrune finishes a rewriting that was interrupted, if the list of runs has the new
// files, and undoes it otherwise. It is called under the lock.
func (f *folder) finishPrune() error {
	j, err := f.pruneJournal()
	if err != nil {
		return err
	}
	if err := f.removeNew(); err != nil || j == nil {
		return f.writeError(err)
	}
	return f.writeError(f.finish(j, func(string) error { return nil }))
}

// finish removes stale files, and then the journal.
func (f *folder) finish(j *pruneJournal, step func(string) error) error {
	stale, err := f.stale(j)
	if err != nil {
		return err
	}
	for _, name := range stale {
		if err := step("remove " + name); err != nil {
			return err
		}
		if err := f.remove(name); err != nil {
			return err
		}
	}
	if err := f.sync(); err != nil {
		return err
	}
	if err := step("remove journal"); err != nil {
		return err
	}
	return errors.Join(f.remove(pruneFile), f.sync())
}

// pruneJournal reads the journal. It is nil if there is none.
func (f *folder) pruneJournal() (*pruneJournal, error) {
	var j pruneJournal
	if err := f.readJSON(pruneFile, &j, &j.Format); err != nil {
		return nil, err
	}
	if j.Format == 0 {
		return nil, nil
	}
	for _, name := range slices.Concat(j.Old, j.New) {
		if !exportName.MatchString(name) {
			return nil, &Error{Kind: ErrFolder, Msg: fmt.Sprintf("%s: %q is not the name of a file of a run", blob.Join(f.dir, pruneFile), name), hint: "restore the folder from a copy"}
		}
	}
	return &j, nil
}

// stale returns the files of a journal that the list of runs does not have.
func (f *folder) stale(j *pruneJournal) ([]string, error) {
	runs, err := f.arrivedRuns()
	if err != nil {
		return nil, err
	}
	valid := map[string]bool{}
	for _, run := range runs {
		for _, file := range run.Files {
			valid[file.Name] = true
		}
	}
	return slices.DeleteFunc(slices.Concat(j.Old, j.New), func(name string) bool { return valid[name] }), nil
}

// StaleFiles returns the paths of files of an export folder that are not part of it: what
// an interrupted [Prune] left. The next use of the folder that locks it removes them.
func StaleFiles(dir string) ([]string, error) {
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.close()
	j, err := f.pruneJournal()
	if j == nil || err != nil {
		return nil, err
	}
	names, err := f.stale(j)
	for i, name := range names {
		names[i] = blob.Join(dir, name)
	}
	return names, err
}

// PrunedTo returns the number of the run to which an export folder was pruned, or 0. What
// the log was after an earlier run is not known any more.
func PrunedTo(dir string) (int, error) {
	f, err := readFolder(dir)
	if err != nil {
		return 0, err
	}
	defer f.close()
	list, err := f.runList()
	return list.PrunedTo, err
}
