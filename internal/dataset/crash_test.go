package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// torture makes the tests of this file try everything; see make torture.
var torture = os.Getenv("CCLF_TORTURE") != ""

// tried counts the disturbed publications by test.
var tried = map[string]*atomic.Int64{"killed once": {}, "killed twice": {}, "one call failed": {}, "all calls of a kind failed": {}}

func TestMain(m *testing.M) {
	code := m.Run()
	if torture {
		for _, what := range slices.Sorted(maps.Keys(tried)) {
			fmt.Printf("%s: %d publications\n", what, tried[what].Load())
		}
	}
	os.Exit(code)
}

// A content is a data set in memory: the text of each file by the table that
// it is of, or by its own name.
type content struct {
	format  Format
	parts   map[string][]string
	files   map[string]string
	rejects string
	run     int // whose changes are published too, if it is not 0
}

// contents are data sets of each shape, two of each. They differ in the number
// of parts, have some in common, and some that the other one lacks.
func contents() map[string][2]content {
	return map[string][2]content{
		"parts": {
			{CSV, map[string][]string{"cclf1": {"a1", "b1"}, "cclf5": {"same"}, "cclf9": {"x", "y"}, "partially_adjudicated/cclf1": {"p1"}}, nil, "r1", 0},
			{CSV, map[string][]string{"cclf1": {"a2"}, "cclf5": {"same"}, "cclf9": {"x"}, "cclf8": {"z2"}, "partially_adjudicated/cclf5": {"p2"}}, nil, "r2!", 0},
		},
		"appears": {
			{CSV, map[string][]string{"cclf1": {"a"}}, nil, "", 0},
			{CSV, map[string][]string{"cclf1": {"a", "b"}, "partially_adjudicated/cclf1": {"p"}}, nil, "r", 0},
		},
		"partitions": {
			{CSV, map[string][]string{"cclf1/service_year=2023": {"gone"}, "cclf1/service_year=2024": {"same", "x"}, "cclf1/service_year=2025": {"o"}, "cclf8": {"z"}}, nil, "r1", 0},
			{CSV, map[string][]string{"cclf1/service_year=2024": {"same"}, "cclf1/service_year=2025": {"n"}, "cclf1/service_year=2026": {"new"}, "cclf8": {"z"}}, nil, "r2", 0},
		},
		"divided": {
			{CSV, map[string][]string{"cclf1": {"a", "b"}, "partially_adjudicated/cclf1": {"p"}}, nil, "", 0},
			{CSV, map[string][]string{"cclf1/service_month=2024-12": {"a"}, "cclf1/service_month=" + NoPartition: {"b"}, "partially_adjudicated/cclf1/service_month=2024-12": {"p"}}, nil, "", 0},
		},
		"changes": {
			{CSV, map[string][]string{"cclf1": {"x\n1\n", "x\n2\n"}, "cclf2": {"x\n"}}, nil, "", 1},
			{CSV, map[string][]string{"cclf1": {"x\n1\n", "x\n3\n"}, "cclf8": {"x\n1\n"}}, nil, "", 2},
		},
		"same": {
			{CSV, map[string][]string{"cclf1": {"a", "b"}, "cclf2": {"c"}}, nil, "r", 0},
			{CSV, map[string][]string{"cclf1": {"a", "b"}, "cclf2": {"c"}}, nil, "r", 0},
		},
		"fixed": {
			{Fixed, map[string][]string{"claims": {"c1"}}, map[string]string{"CCLF0": "0.1", "CCLF1": "1.1", "CCLF5": "same", "partially_adjudicated/CCLF1": "p"}, "r", 0},
			{Fixed, map[string][]string{"claims": {"c2"}}, map[string]string{"CCLF0": "0.2", "CCLF1": "1.longer", "CCLF5": "same"}, "r", 0},
		},
		"zip": {
			{Fixed, nil, map[string]string{"P.A.D260101.zip": "1", "partially_adjudicated/P.A.D260101.zip": "1p"}, "", 0},
			{Fixed, nil, map[string]string{"P.A.D260201.zip": "2", "partially_adjudicated/P.A.D260201.zip": "2p"}, "", 0},
		},
		"database": {
			{DuckDB, nil, map[string]string{DatabaseFile: "1"}, "r", 0},
			{DuckDB, nil, map[string]string{DatabaseFile: "2"}, "", 0},
		},
		"one file": {
			{DuckDB, nil, map[string]string{"x.duckdb": "1"}, "r", 0},
			{DuckDB, nil, map[string]string{"x.duckdb": "2"}, "s", 0},
		},
		"other format": {
			{CSV, map[string][]string{"cclf1": {"a1"}, "cclf2": {"b"}}, nil, "r", 0},
			{DuckDB, nil, map[string]string{DatabaseFile: "2"}, "", 0},
		},
	}
}

// write publishes a data set.
func (c content) write(out string, opts Options) error {
	opts.Changes = c.run > 0
	w, err := Create(out, c.format, opts)
	if err != nil {
		return err
	}
	defer w.Close()
	m := &Manifest{Format: c.format}
	put := func(f *StagedFile, err error, text string) (File, error) {
		if err != nil {
			return File{}, err
		}
		if _, err := f.Write([]byte(text)); err != nil {
			f.Discard()
			return File{}, err
		}
		return f.Finish(1)
	}
	for _, folder := range slices.Sorted(maps.Keys(c.parts)) {
		table, partition, divided := strings.Cut(folder, "/service_")
		column, value, _ := strings.Cut(partition, "=")
		if n := len(m.Tables); n == 0 || m.Tables[n-1].Name != table {
			m.Tables = append(m.Tables, Table{Name: table})
		}
		t := &m.Tables[len(m.Tables)-1]
		for i, text := range c.parts[folder] {
			format := c.format
			if format == Fixed {
				format = CSV
			}
			f, err := w.CreatePart(folder, i, format)
			file, err := put(f, err, text)
			if err != nil {
				return err
			}
			if divided {
				file.Partition = map[string]string{"service_" + column: value}
			}
			t.Files, t.Rows = append(t.Files, file), t.Rows+1
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		f, err := w.CreateFile(name)
		file, err := put(f, err, c.files[name])
		if err != nil {
			return err
		}
		m.Files = append(m.Files, file)
	}
	if c.rejects != "" {
		if err := os.WriteFile(w.Target(w.Layout().Rejects), []byte(c.rejects), 0o600); err != nil {
			return err
		}
		file, err := w.Adopt(w.Layout().Rejects, 1)
		if err != nil {
			return err
		}
		m.Rejects = &file
	}
	if c.run > 0 {
		m.Runs = []Run{{Number: c.run}}
		if _, err := w.WriteChanges(context.Background(), m, ChangeOptions{Run: c.run}); err != nil {
			return err
		}
	}
	return w.Commit(m)
}

// checkChanges checks that a data set has its changes, if it has replaced another, and
// no others. Before the commit, they may be there already.
func (tr *trial) checkChanges(what string, isNew bool) {
	tr.t.Helper()
	if tr.new.run == 0 || tr.old == nil {
		return
	}
	s, err := Open(tr.out)
	if err != nil {
		tr.t.Fatalf("%s: %v", what, err)
	}
	sets, err := s.Changes("")
	if err != nil {
		tr.t.Fatalf("%s: changes: %v", what, err)
	}
	if !isNew && len(sets) == 0 {
		return
	}
	if !isNew || len(sets) != 1 || sets[0].Folder != "_changes/2" {
		tr.t.Fatalf("%s: %d sets of changes", what, len(sets))
	}
	for _, t := range sets[0].Tables {
		want := map[string]string{"cclf1": "x,_op,_run,_transaction_time\n2,delete,2,\n3,insert,2,\n", "cclf8": "x,_op,_run,_transaction_time\n1,insert,2,\n"}[t.Name]
		var got string
		for _, f := range t.Files {
			text, err := os.ReadFile(filepath.Join(tr.out, f.Name))
			if err != nil || sumOf(text) != f.SHA256 {
				tr.t.Fatalf("%s: %s: %v", what, f.Name, err)
			}
			got += string(text)
		}
		if got != want {
			tr.t.Fatalf("%s: changes of %s: %q, want %q", what, t.Name, got, want)
		}
	}
}

// listing is what readers find of a content: the texts by the folder of a table, or of a
// partition of it, or by name.
func (c content) listing() map[string]string {
	list := map[string]string{}
	for table, parts := range c.parts {
		list[table] = strings.Join(parts, "|")
	}
	maps.Copy(list, c.files)
	if c.rejects != "" {
		list["rejects"] = c.rejects
	}
	return list
}

// read reads a data set by its manifest.
func read(out string) (map[string]string, error) {
	s, err := Open(out)
	if err != nil {
		return nil, err
	}
	return s.texts()
}

func (s *Set) texts() (map[string]string, error) {
	list := map[string]string{}
	text := func(f File) (string, error) {
		b, err := os.ReadFile(s.Path(f.Name))
		if err == nil && sumOf(b) != f.SHA256 {
			err = fmt.Errorf("%s has another content", f.Name)
			if !isPart(path.Base(f.Name)) {
				err = errFixedName
			}
		}
		return string(b), err
	}
	for _, t := range s.Manifest.Tables {
		texts := map[string][]string{}
		for _, f := range t.Files {
			b, err := text(f)
			if err != nil {
				return nil, err
			}
			folder := f.folderOf(t.Name)
			texts[folder] = append(texts[folder], b)
		}
		for folder, parts := range texts {
			list[folder] = strings.Join(parts, "|")
		}
	}
	files := s.Manifest.Files
	if r := s.Manifest.Rejects; r != nil {
		files = append(slices.Clone(files), *r)
	}
	for _, f := range files {
		b, err := text(f)
		if err != nil {
			return nil, err
		}
		name := f.Name
		if s.Manifest.Rejects != nil && name == s.Manifest.Rejects.Name {
			name = "rejects"
		}
		list[name] = b
	}
	return list, nil
}

// glob reads the tables and files that a reader of plain files finds.
func glob(t *testing.T, out string) map[string]string {
	t.Helper()
	list := map[string]string{}
	dir := layoutToWrite(out, DuckDB).Dir
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if name != dir && (base[0] == '.' || base[0] == '_' && d.IsDir()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || base == lockFile || strings.HasSuffix(base, "manifest.json") || base == "notes.txt" {
			return nil
		}
		b, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		rel = filepath.ToSlash(rel)
		switch {
		case isPart(base):
			table := path.Dir(rel)
			if old, ok := list[table]; ok {
				b = []byte(old + "|" + string(b))
			}
			rel = table
		case strings.HasSuffix(base, "rejects.ndjson"):
			rel = "rejects"
		}
		list[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// errFixedName reports a file that has the content of another data set, which
// may be while there is a publication: its name tells nothing of its content.
var errFixedName = errors.New("a file has another content")

var errKilled = errors.New("killed")

// A faultHook makes operations fail.
type faultHook struct {
	mu         sync.Mutex
	n          int                          // operations so far
	fail       func(n int, op string) error // of the n-th one
	noExchange bool                         // as on a file system that cannot
	log        []string
}

func (h *faultHook) hook(op, name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.log = append(h.log, op+" "+name)
	n := h.n
	h.n++
	if h.fail != nil {
		if err := h.fail(n, op); err != nil {
			return err
		}
	}
	if h.noExchange && op == "exchange" {
		return errNoExchange
	}
	return nil
}

// killAt ends the process, as far as files are concerned, at the n-th operation.
func killAt(n int) func(int, string) error {
	return func(i int, _ string) error {
		if i >= n {
			return errKilled
		}
		return nil
	}
}

// tempDir is a folder in memory, where there is such a thing: the trials make
// many small files and never need them after a crash of the machine.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "cclf-dataset-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// A trial is one publication that is disturbed.
type trial struct {
	t          *testing.T
	out        string
	old, new   *content // old is nil for a fresh one
	noExchange bool
}

// begin makes the place with the old data set.
func begin(t *testing.T, shape string, pair [2]content, fresh, noExchange bool) *trial {
	t.Helper()
	tr := &trial{t: t, out: filepath.Join(tempDir(t), "out"), new: &pair[1], noExchange: noExchange}
	if shape == "one file" {
		tr.out = filepath.Join(tr.out, "x.duckdb")
	}
	if !fresh {
		tr.old = &pair[0]
		if err := tr.old.write(tr.out, Options{noSync: true}); err != nil {
			t.Fatal(err)
		}
		if notes := tr.notes(); notes != "" { // which must stay where it is
			if err := os.WriteFile(notes, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return tr
}

// notes is the name of a file of the user in the folder of a table, or of a partition
// of it, of the old data set, or empty if there is no such folder.
func (tr *trial) notes() string {
	if tr.old != nil {
		for _, folder := range slices.Sorted(maps.Keys(tr.old.parts)) {
			if strings.HasPrefix(folder, "cclf1") {
				return filepath.Join(tr.out, folder, "notes.txt")
			}
		}
	}
	return ""
}

func (tr *trial) run(h *faultHook) error {
	h.noExchange = tr.noExchange
	return tr.new.write(tr.out, Options{Overwrite: tr.old != nil, FileMode: 0o640, Hook: h.hook, noSync: true})
}

// check reads what is there after a disturbed publication, and reports whether
// it is the new data set. Whole is true when readers of plain files must find
// it too.
func (tr *trial) check(what string, whole bool) (isNew bool) {
	tr.t.Helper()
	got, err := read(tr.out)
	newList := tr.new.listing()
	var oldList map[string]string
	if tr.old != nil {
		oldList = tr.old.listing()
	}
	switch {
	case err == nil && maps.Equal(got, newList):
		isNew = !maps.Equal(newList, oldList)
	case err == nil && tr.old != nil && maps.Equal(got, oldList):
	case tr.old == nil && (errors.Is(err, ErrNoManifest) || errors.Is(err, fs.ErrNotExist)):
		if _, gone := errors.AsType[*Error](err); gone && !errors.Is(err, ErrNoManifest) {
			tr.t.Fatalf("%s: %v", what, err)
		}
	default:
		tr.t.Fatalf("%s: neither the old data set nor the new one: %v, %v", what, got, err)
	}
	tr.checkChanges(what, isNew)
	if _, err := os.Stat(filepath.Dir(tr.out)); errors.Is(err, fs.ErrNotExist) {
		return isNew
	}
	if _, err := os.Stat(layoutToWrite(tr.out, DuckDB).Dir); errors.Is(err, fs.ErrNotExist) {
		return isNew
	}
	plain := glob(tr.t, tr.out)
	if whole {
		want := oldList
		if isNew {
			want = newList
		}
		if !maps.Equal(plain, want) && (len(plain) > 0 || len(want) > 0) {
			tr.t.Fatalf("%s: readers of plain files find %v, want %v", what, plain, want)
		}
		return isNew
	}
	for name, text := range plain {
		if text != oldList[name] && text != newList[name] {
			tr.t.Fatalf("%s: readers of plain files find %s: %q", what, name, text)
		}
	}
	if !tr.noExchange {
		for name, text := range newList {
			if _, both := oldList[name]; both && plain[name] == "" {
				tr.t.Fatalf("%s: readers of plain files do not find %s: %q", what, name, text)
			}
		}
	}
	return isNew
}

// again runs the same command again, and checks that it leaves the new data
// set and nothing else.
func (tr *trial) again(what string, isNew bool) {
	tr.t.Helper()
	err := tr.run(&faultHook{})
	if err != nil && !(isNew && tr.old == nil && strings.Contains(err.Error(), "not empty") || strings.Contains(err.Error(), "exists already")) {
		tr.t.Fatalf("%s: the same again: %v", what, err)
	}
	got, err := read(tr.out)
	if err != nil || !maps.Equal(got, tr.new.listing()) {
		tr.t.Fatalf("%s: after the same again: %v, %v", what, got, err)
	}
	if plain := glob(tr.t, tr.out); !maps.Equal(plain, tr.new.listing()) {
		tr.t.Fatalf("%s: after the same again readers of plain files find %v", what, plain)
	}
	tr.checkChanges(what+", after the same again", true)
	l := layoutToWrite(tr.out, tr.new.format)
	if _, err := os.Stat(filepath.Join(l.Dir, l.work)); !errors.Is(err, fs.ErrNotExist) {
		tr.t.Fatalf("%s: %s is left over", what, l.work)
	}
	if notes := tr.notes(); notes != "" {
		if text, err := os.ReadFile(notes); string(text) != "mine" {
			tr.t.Fatalf("%s: notes.txt: %q, %v", what, text, err)
		}
	}
}

// A reach records the kinds of operations that a test disturbs. A kind is what an
// operation does, and in which phase of a publication.
type reach struct {
	mu  sync.Mutex
	all map[string]int // how often each kind was disturbed
}

// enough is how often a kind is disturbed per test, unless in torture.
const enough = 8

// wanted reports whether operations of a kind are to be disturbed once more, and
// counts that.
func (r *reach) wanted(kind string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !torture && r.all[kind] >= enough {
		return false
	}
	r.all[kind]++
	return true
}

// kinds names the kind of each operation in a log.
func kinds(log []string) []string {
	phase, list := "staging", make([]string, len(log))
	for i, s := range log {
		op, name, _ := strings.Cut(s, " ")
		list[i] = op + " while " + phase
		switch {
		case op == "rename" && path.Base(name) == "journal.json":
			phase = "publishing"
		case op == "rename" && phase == "publishing" && strings.HasSuffix(name, "manifest.json"):
			phase = "clearing up"
		}
	}
	return list
}

// shapes calls test for all shapes, fresh and over an old data set, on file
// systems that can exchange files and on those that cannot.
func shapes(t *testing.T, test func(t *testing.T, start func(t *testing.T) *trial)) {
	for shape, pair := range contents() {
		for _, fresh := range []bool{true, false} {
			for _, noExchange := range []bool{false, true} {
				if fresh && noExchange {
					continue // nothing is exchanged
				}
				name := fmt.Sprintf("%s/over=%t/exchange=%t", shape, !fresh, !noExchange)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, func(t *testing.T) *trial { return begin(t, shape, pair, fresh, noExchange) })
				})
			}
		}
	}
}

// disturb calls test for all shapes. At the end it logs which kinds of operations
// were disturbed, and fails if one of those that there must be is missing.
func disturb(t *testing.T, test func(t *testing.T, r *reach, start func(t *testing.T) *trial)) {
	r := &reach{all: map[string]int{}}
	t.Cleanup(func() {
		var list []string
		for _, kind := range slices.Sorted(maps.Keys(r.all)) {
			list = append(list, fmt.Sprintf("%s: %d", kind, r.all[kind]))
		}
		t.Logf("disturbed operations: %s", strings.Join(list, ", "))
		for _, kind := range []string{
			"lock while staging", "mkdir while staging", "open while staging", "write while staging", "sync while staging", "rename while staging",
			"exchange while publishing", "rename while publishing", "mkdir while publishing", "sync while publishing",
			"rename while clearing up", "remove while clearing up", "sync while clearing up",
		} {
			if r.all[kind] == 0 {
				t.Errorf("no %s was disturbed", kind)
			}
		}
	})
	shapes(t, func(t *testing.T, start func(t *testing.T) *trial) { test(t, r, start) })
}

// undisturbed returns the operations of a publication.
func undisturbed(t *testing.T, start func(t *testing.T) *trial) []string {
	t.Helper()
	tr, h := start(t), &faultHook{}
	if err := tr.run(h); err != nil {
		t.Fatal(err)
	}
	tr.again("undisturbed", true)
	return h.log
}

// steps returns operations at which to disturb a publication: all of them in
// torture, else some of each kind, in random order.
func steps(t *testing.T, r *reach, start func(t *testing.T) *trial) (list []int) {
	t.Helper()
	kinds := kinds(undisturbed(t, start))
	for _, n := range rand.New(rand.NewPCG(1, uint64(len(kinds)))).Perm(len(kinds)) {
		if r.wanted(kinds[n]) {
			list = append(list, n)
		}
	}
	return list
}

// TestKilledAnywhere ends a publication at operations of every kind, and then runs
// the same again.
func TestKilledAnywhere(t *testing.T) {
	synthtest.WithoutRace(t)
	disturb(t, func(t *testing.T, r *reach, start func(t *testing.T) *trial) {
		for _, n := range steps(t, r, start) {
			tried["killed once"].Add(1)
			tr, h := start(t), &faultHook{fail: killAt(n)}
			what := fmt.Sprintf("killed at operation %d", n)
			if err := tr.run(h); err != nil && !errors.Is(err, errKilled) {
				t.Fatalf("%s: %v", what, err)
			}
			isNew := tr.check(what, false)
			tr.again(what+", "+h.log[min(n, len(h.log)-1)], isNew)
		}
	})
}

// TestKilledTwice ends a publication, and then what takes up after it.
func TestKilledTwice(t *testing.T) {
	synthtest.WithoutRace(t)
	disturb(t, func(t *testing.T, r *reach, start func(t *testing.T) *trial) {
		random := rand.New(rand.NewPCG(1, 2))
		last := len(undisturbed(t, start))
		for _, first := range steps(t, r, start) {
			tried["killed twice"].Add(1)
			second := random.IntN(last)
			tr := start(t)
			what := fmt.Sprintf("killed at operations %d and then %d", first, second)
			_ = tr.run(&faultHook{fail: killAt(first)})
			tr.check(what, false)
			_ = tr.run(&faultHook{fail: killAt(second)})
			tr.again(what, tr.check(what, false))
		}
	})
}

// TestFailingCalls makes operations of every kind fail once. The old data set is there
// as it was, or the new one.
func TestFailingCalls(t *testing.T) {
	synthtest.WithoutRace(t)
	errnos := []error{syscall.EIO}
	if torture {
		errnos = []error{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EACCES, syscall.EMFILE}
	}
	disturb(t, func(t *testing.T, r *reach, start func(t *testing.T) *trial) {
		for _, n := range steps(t, r, start) {
			for _, errno := range errnos {
				tried["one call failed"].Add(1)
				tr := start(t)
				h := &faultHook{fail: func(i int, _ string) error {
					if i == n {
						return errno
					}
					return nil
				}}
				err := tr.run(h)
				what := fmt.Sprintf("operation %d fails (%s): %v", n, h.log[n], errno)
				if err != nil && !errors.Is(err, errno) {
					t.Fatalf("%s: error %v", what, err)
				}
				isNew := tr.check(what, true)
				if err == nil && !isNew && !(tr.old != nil && maps.Equal(tr.old.listing(), tr.new.listing())) {
					t.Fatalf("%s: no error, but nothing is published", what)
				}
				tr.again(what, isNew)
			}
		}
	})
}

// TestFailingFrom lets all operations of a kind fail from some point on: a disk
// that is full, or broken.
func TestFailingFrom(t *testing.T) {
	synthtest.WithoutRace(t)
	disturb(t, func(t *testing.T, r *reach, start func(t *testing.T) *trial) {
		for _, n := range steps(t, r, start) {
			for i, ops := range []string{"sync", "rename exchange", "remove", "mkdir open write", "sync rename exchange remove mkdir open write"} {
				if !torture && n%5 != i {
					continue
				}
				tried["all calls of a kind failed"].Add(1)
				tr := start(t)
				err := tr.run(&faultHook{fail: func(i int, op string) error {
					if i >= n && slices.Contains(strings.Fields(ops), op) {
						return syscall.EIO
					}
					return nil
				}})
				what := fmt.Sprintf("%s fail from operation %d on: %v", ops, n, err)
				tr.again(what, tr.check(what, false))
			}
		}
	})
}
