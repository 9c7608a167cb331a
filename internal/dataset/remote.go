package dataset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/cclf-tools/cclf/internal/blob"
)

// Object stores have no rename, no folders and no locks, so data sets are published
// there in another way, with the same promise to readers of the manifest:
//
//   - Each finished file is uploaded under its final name, but not completed: until
//     Commit it is invisible, and costs nobody a look. A part file that the old data
//     set has is not uploaded.
//   - Commit writes a journal, completes the uploads, and replaces the manifest on the
//     condition that it is the one that was read when the writer began. That is the
//     commit: of two writers, one fails.
//   - Then the old files are removed. No name is used twice for different content:
//     files that are not part files have a hash in their names, too.
//
// A writer holds a lease, an object that it replaces from time to time; see blob.Lease.

// A remoteSet is the object-store half of a Writer.
type remoteSet struct {
	objects
	ctx     context.Context
	may     func(op, name string) error
	lease   *blob.Lease
	version string                 // of the manifest to be replaced, or "" if there is none
	present map[string]int64       // sizes of the objects when the writer began, by name
	dead    bool                   // the lease was lost: others clean up
	kept    map[string]bool        // files of the old data set that the new one has
	compare bool                   // files that are uploaded stay on the disk, to be compared
	mu      sync.Mutex             // guards staged and kept
	staged  map[string]blob.Staged // by name
}

// objects are the objects of a data set.
type objects struct {
	bucket blob.Bucket
	prefix string // of keys, with a slash at its end unless it is empty
	url    string // as users name the data set
}

// openObjects returns the objects of the data set at a URL.
func openObjects(url string) (objects, error) {
	bucket, key, err := blob.Resolve(url)
	if key != "" {
		key += "/"
	}
	return objects{bucket, key, blob.Clean(url)}, err
}

// named adds the name of an object to an error.
func (o *objects) named(op, name string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return &fs.PathError{Op: op, Path: blob.Join(o.url, name), Err: err}
}

// logFolder is the export folder in a lake. It may have many objects.
const logFolder = "export/"

// list returns the sizes of the objects of the data set, by name, without those of the
// log.
func (o *objects) list(ctx context.Context) (map[string]int64, error) {
	found := map[string]int64{}
	for info, err := range o.bucket.List(ctx, o.prefix) {
		if err != nil {
			return nil, o.named("list", "", err)
		}
		if name := strings.TrimPrefix(info.Key, o.prefix); name != "" && !strings.HasPrefix(name, logFolder) {
			found[name] = info.Size
		}
	}
	return found, nil
}

// read returns the content and the version of a small object.
func (o *objects) read(ctx context.Context, name string) (text []byte, version string, err error) {
	info, err := o.bucket.Stat(ctx, o.prefix+name)
	if err == nil {
		version = info.Version
		text, err = blob.ReadFile(ctx, blob.Join(o.url, name))
	}
	if errors.Is(err, blob.ErrChanged) { // between the two requests
		return o.read(ctx, name)
	}
	if _, ok := errors.AsType[*fs.PathError](err); !ok {
		err = o.named("read", name, err)
	}
	return text, version, err
}

// A remoteJournal lists what a publication adds and removes. It is in the store from
// before the first upload is completed until the old files are removed.
type remoteJournal struct {
	Manifest string   `json:"manifest_sha256"` // of the new manifest
	New      []string `json:"new"`             // names of files that the old data set does not have
	Old      []string `json:"old,omitempty"`   // names of files that the new one does not have
}

// remoteJournalFile is the name of the journal.
const remoteJournalFile = workFolder + "/journal.json"

func (o *objects) readJournal(ctx context.Context) (*remoteJournal, error) {
	text, _, err := o.read(ctx, remoteJournalFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j := &remoteJournal{}
	if err := json.Unmarshal(text, j); err != nil {
		return nil, o.named("read", remoteJournalFile, err)
	}
	return j, nil
}

// foreign returns an error for each part file in the folder of a table that is not
// listed.
func foreign(present map[string]int64, listed map[string]bool) []error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(present)) {
		if isPart(name) && !listed[name] && isTableFolder(path.Dir(name)) {
			problems = append(problems, unlistedPart(name))
		}
	}
	return problems
}

// isTableFolder reports whether readers take a folder, or one of its parents, for a
// table.
func isTableFolder(dir string) bool {
	dir = strings.TrimPrefix(dir, PartialFolder+"/")
	first, _, _ := strings.Cut(dir, "/")
	return isTable(first)
}

// namesOf returns the names of files as a set.
func namesOf(files []File) map[string]bool {
	names := map[string]bool{}
	for _, f := range files {
		names[f.Name] = true
	}
	return names
}

// CheckRemote reports what a data set in an object store cannot have. Local paths are fine.
func CheckRemote(out string, format Format, mode fs.FileMode) error {
	switch {
	case !blob.IsURL(out):
	case format == DuckDB:
		return fmt.Errorf("%w: a DuckDB file cannot be written in an object store, because DuckDB writes it in place: write it to a local path and copy it, or write Parquet", ErrOptions)
	case mode != 0 && mode != DefaultFileMode:
		return fmt.Errorf("%w: files in object stores have no mode: their policies say who may read them", ErrOptions)
	}
	return nil
}

// createRemote is Create for a URL. Files are made in a private folder of the system's
// folder for temporary files, and uploaded as they are finished.
func createRemote(url string, format Format, opts Options) (*Writer, error) {
	if err := CheckRemote(url, format, opts.FileMode); err != nil {
		return nil, err
	}
	w := &Writer{format: format}
	w.syncing.SetLimit(uploadsAtATime)
	w.ops.hook, w.ops.noSync, w.ops.mode = opts.Hook, true, DefaultFileMode
	if err := w.openRemote(url, opts); err != nil {
		w.release()
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return w, nil
}

// uploadsAtATime bounds the files that are uploaded, each in a few parts, at a time.
const uploadsAtATime = 2

func (w *Writer) openRemote(url string, opts Options) error {
	o, err := openObjects(url)
	if err != nil {
		return err
	}
	r := &remoteSet{objects: o, ctx: opts.Context, may: w.ops.may, staged: map[string]blob.Staged{}, kept: map[string]bool{}}
	if r.ctx == nil {
		r.ctx = context.Background()
	}
	if w.layout, err = w.scratchLayout(); err != nil {
		return err
	}
	w.remote = r
	if !opts.Overwrite {
		// What is not a data set gets no lease. This is checked again under it.
		if err := r.mustBeEmpty(); err != nil && !r.left() {
			return err
		}
	}
	if r.lease, err = r.acquire(); err != nil {
		return err
	}
	if w.redo, err = r.recover(); err != nil {
		return fmt.Errorf("recover from a run that was interrupted: %w", err)
	}
	if r.present, err = r.list(r.ctx); err != nil {
		return err
	}
	if !opts.Overwrite && !w.redo {
		if err := r.mustBeEmpty(); err != nil {
			return err
		}
	}
	if err := w.readOldRemote(); err != nil {
		return err
	}
	r.compare = opts.Changes && w.old != nil && CanCompare(w.old.Format)
	return nil
}

// scratchLayout makes the folder for files that are not uploaded yet.
func (w *Writer) scratchLayout() (Layout, error) {
	removeStaleScratch()
	dir, err := os.MkdirTemp("", scratchPattern)
	if err != nil {
		return Layout{}, err
	}
	w.layout = folderLayout(dir)
	w.layout.temporary = true
	if w.ops.root, err = os.OpenRoot(dir); err != nil {
		return w.layout, err
	}
	if err := w.lockIt(); err != nil {
		return w.layout, err
	}
	return w.layout, w.ops.mkdirAll(w.layout.set("."))
}

// mustBeEmpty returns an error if there is anything but the lease and the journal of a
// writer.
func (r *remoteSet) mustBeEmpty() error {
	for info, err := range r.bucket.List(r.ctx, r.prefix) {
		if err != nil {
			return r.named("list", "", err)
		}
		if name := strings.TrimPrefix(info.Key, r.prefix); name != "" && name != lockFile && name != remoteJournalFile {
			return &Error{Msg: r.url + " is not empty", hint: "use --overwrite to replace the data set in it"}
		}
	}
	return nil
}

// left reports whether a writer was killed while it published.
func (r *remoteSet) left() bool {
	j, err := r.readJournal(r.ctx)
	return j != nil || err != nil
}

// readOldRemote is readOld.
func (w *Writer) readOldRemote() error {
	r := w.remote
	text, version, err := r.read(r.ctx, ManifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.Join(foreign(r.present, nil)...)
	}
	if err == nil {
		r.version = version
		if w.old, err = decodeManifest(text); err != nil {
			err = fmt.Errorf("the manifest of the data set to replace: %w", err)
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(foreign(r.present, namesOf(w.old.List()))...)
}

// upload uploads a finished file, unless the old data set has it, and removes it from
// the disk.
func (w *Writer) upload(file *os.File, at string, f File) error {
	r := w.remote
	defer file.Close()
	if err := w.uploadFile(file, f); err != nil {
		return r.named("upload", f.Name, err)
	}
	if r.compare && isPart(f.Name) && !strings.HasPrefix(f.Name, ChangesFolder+"/") {
		return nil // see removeCompared
	}
	return w.ops.remove(at)
}

func (w *Writer) uploadFile(file *os.File, f File) error {
	r := w.remote
	size, there := r.present[f.Name]
	same := there && size == f.Size && w.oldFile(f.Name).SHA256 == f.SHA256
	if there && !same && !isPart(f.Name) {
		return &Error{Msg: "there is another file of this name, and object stores cannot replace several files at once", hint: "write to another folder, or remove the data set there first"}
	}
	if same {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.kept[f.Name] = true
		return nil
	}
	if err := r.may("upload", f.Name); err != nil {
		return err
	}
	staged, err := r.bucket.Stage(r.ctx, r.prefix+f.Name, file, f.Size)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.staged[f.Name] = staged
	return nil
}

// oldFile returns a file of the data set to be replaced.
func (w *Writer) oldFile(name string) File {
	if w.old == nil {
		return File{}
	}
	for _, f := range w.old.List() {
		if f.Name == name {
			return f
		}
	}
	return File{}
}

// hashedName puts the hash of a file into its name.
func hashedName(name, sum string) string {
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + sum[:hashDigits] + ext
}

// commitRemote is commit.
func (w *Writer) commitRemote(m *Manifest) error {
	r := w.remote
	if err := w.syncing.Wait(); err != nil {
		return err
	}
	if err := w.uploadRest(m); err != nil {
		return err
	}
	text, err := w.seal(m)
	if err != nil {
		return err
	}
	j := &remoteJournal{Manifest: sumOf(text), New: slices.Sorted(maps.Keys(r.staged))}
	listed := namesOf(m.List())
	for name := range listed {
		if r.staged[name] == nil && !r.kept[name] {
			panic("dataset: internal error: " + name + " was not uploaded")
		}
	}
	for _, f := range oldFiles(&w.layout, w.old) {
		if !listed[f.Name] {
			j.Old = append(j.Old, f.Name)
		}
	}
	if err := r.publish(j, text); err != nil {
		return err
	}
	return r.afterCommit(j)
}

// uploadRest uploads what is finished and was not uploaded yet: the rejects, and files
// that other code made.
func (w *Writer) uploadRest(m *Manifest) error {
	r := w.remote
	for _, f := range m.List() {
		at := w.layout.set(f.Name)
		if m.Rejects != nil && f.Name == m.Rejects.Name {
			f.Name = hashedName(f.Name, f.SHA256)
			m.Rejects.Name = f.Name
		}
		if r.kept[f.Name] || r.staged[f.Name] != nil {
			continue
		}
		file, err := w.ops.open(at, os.O_RDONLY)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = w.upload(file, at, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// publish makes the new files visible, and then the manifest.
func (r *remoteSet) publish(j *remoteJournal, manifest []byte) error {
	if err := r.lease.Renew(r.ctx); err != nil {
		r.dead = errors.Is(err, blob.ErrChanged)
		return r.named("write", lockFile, errLeaseLost(err))
	}
	record, err := json.MarshalIndent(j, "", " ")
	if err != nil {
		return err
	}
	if err := r.put(remoteJournalFile, record, blob.Condition{Absent: true}); err != nil {
		return err
	}
	for _, name := range j.New {
		err := r.may("publish", name)
		if err == nil {
			err = r.staged[name].Publish(r.ctx)
		}
		if err != nil {
			return errors.Join(r.named("publish", name, err), r.undo(j))
		}
		delete(r.staged, name)
	}
	// This is the commit.
	err = r.put(ManifestFile, manifest, blob.Condition{Absent: r.version == "", Version: r.version})
	if err == nil {
		return nil
	}
	if errors.Is(err, blob.ErrChanged) {
		err = &Error{Msg: "another program replaced the data set " + r.url + " in the meantime", hint: "run the same command again", err: err}
	}
	return errors.Join(err, r.undo(j))
}

func errLeaseLost(err error) error {
	if !errors.Is(err, blob.ErrChanged) {
		return err
	}
	return &Error{Msg: "another conversion took over, since this one did not answer for a while", hint: "run the same command again", err: err}
}

// put writes a small object.
func (r *remoteSet) put(name string, text []byte, cond blob.Condition) error {
	err := r.may("put", name)
	if err == nil {
		_, err = r.bucket.Put(r.ctx, r.prefix+name, text, cond)
	}
	return r.named("write", name, err)
}

// undo removes what a publication that failed has published. If that fails too, or if it
// is unknown whether the manifest was written, the next writer does it.
func (r *remoteSet) undo(j *remoteJournal) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), cleanUpTime)
	defer cancel()
	if _, err := r.settle(ctx, j); err != nil {
		return &Error{
			Msg:  fmt.Sprintf("and what was begun could not be undone: %v", err),
			hint: "run the same command again: it goes on from here, and no data are lost",
			err:  err,
		}
	}
	return nil
}

// settle completes or undoes a publication: what the manifest lists stays.
func (r *remoteSet) settle(ctx context.Context, j *remoteJournal) (committed bool, err error) {
	listed := map[string]bool{}
	text, _, err := r.read(ctx, ManifestFile)
	switch {
	case err == nil:
		m, err := decodeManifest(text)
		if err != nil {
			return false, fmt.Errorf("%s: %w", ManifestFile, err)
		}
		listed = namesOf(m.List())
		committed = sumOf(text) == j.Manifest
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	remove := j.New
	if committed {
		remove = j.Old
	}
	for _, name := range append(slices.Clone(remove), remoteJournalFile) {
		if listed[name] {
			continue
		}
		if err := r.remove(ctx, name); err != nil {
			return committed, err
		}
	}
	return committed, nil
}

func (r *remoteSet) remove(ctx context.Context, name string) error {
	err := r.may("remove", name)
	if err == nil {
		err = r.bucket.Delete(ctx, r.prefix+name)
	}
	return r.named("remove", name, err)
}

// afterCommit removes the old files.
func (r *remoteSet) afterCommit(j *remoteJournal) error {
	ctx := context.WithoutCancel(r.ctx)
	if _, err := r.settle(ctx, j); err != nil {
		return &Error{
			Msg:  fmt.Sprintf("the new data set is in place, but what it replaces could not be removed: %v", err),
			hint: "run the same command again",
			err:  err,
		}
	}
	return nil
}

// recover completes or undoes what a writer that was killed has begun, and removes its
// unfinished uploads.
func (r *remoteSet) recover() (redo bool, err error) {
	j, err := r.readJournal(r.ctx)
	if err == nil && j != nil {
		redo, err = r.settle(r.ctx, j)
	}
	if err != nil {
		return false, err
	}
	if err := r.may("sweep", ""); err != nil {
		return false, err
	}
	err = r.bucket.Sweep(r.ctx, r.prefix, func(key string) bool { return isOurs(strings.TrimPrefix(key, r.prefix)) })
	return redo, r.named("clean up", "", err)
}

// isOurs reports whether an unfinished upload can be one of a data set.
func isOurs(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return isPart(name) && isTableFolder(path.Dir(name)) || first == ChangesFolder || strings.HasPrefix(name, "_rejects-")
}

// close removes what was not committed, and gives back the lease.
func (r *remoteSet) close() {
	for _, staged := range r.staged {
		_ = staged.Discard() // the next writer does it
	}
	if r.lease != nil {
		r.lease.Release()
	}
}

// checkEmptyRemote is CheckEmpty.
func checkEmptyRemote(url string) error {
	o, err := openObjects(url)
	if err == nil {
		r := &remoteSet{objects: o, ctx: context.Background()}
		if err = r.mustBeEmpty(); err != nil && r.left() {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return nil
}

// scratchPattern is the name of folders for files that are not uploaded yet.
const scratchPattern = "cclf-upload-*"

// removeStaleScratch removes the folders of writers that were killed.
func removeStaleScratch() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), scratchPattern)) // the pattern is good
	for _, dir := range found {
		if scratchIsStale(dir) {
			_ = os.RemoveAll(dir)
		}
	}
}
