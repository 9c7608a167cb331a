package convert

import (
	"cmp"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/convert/internal/drift"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
)

// A worker makes results of chunks. Each goroutine has its own.
type worker struct {
	opts      *Options
	limits    *crosswalk.Limits
	profile   profile
	sources   *sources
	pages     table.PagePools
	reader    *crosswalk.Reader
	evaluator *crosswalk.Evaluator
	inventory *drift.Inventory
	causes    rejectCounter // of the chunk

	out   *result
	open  []*table.Page // of the result, by output, nil if it has no rows
	marks []pageMark    // of the resource at hand
	cells int           // in full pages of the result
	most  int           // limit for cells, see maxResultCells
	since int           // chunks since the last tally
}

func newWorker(r *run) *worker {
	return &worker{
		opts: r.opts, limits: r.limits, profile: r.profile, sources: r.sources, pages: r.pages,
		reader:    crosswalk.NewReader(r.plans),
		evaluator: crosswalk.NewEvaluator(r.limits),
		inventory: drift.NewInventory(),
		causes:    rejectCounter{all: r.opts.KeepRejectedLines},
		open:      make([]*table.Page, len(r.outputs)),
		most:      cmp.Or(r.opts.resultCells, maxResultCells),
	}
}

// maxResultCells is the number of cells, about 8 MB, of a result before a part of
// it is passed on. A chunk of claims has some ten thousand.
const maxResultCells = 1 << 20

// rejectCells is the number of cells that a reject counts for.
const rejectCells = 32

// tallyChunks is the number of chunks after which the counts of new elements are
// collected. Collecting takes time, and until then new elements take memory.
const tallyChunks = 32

// chunk reads all lines of a chunk. It calls pass with parts of the result when
// the result grows large, and returns the last part.
func (w *worker) chunk(j job, pass func(*result) error) (*result, error) {
	chunk := j.chunk
	w.reader.Begin(j.api, j.compatible)
	w.begin(j)
	w.out.size = chunk.TextSize()
	if chunk.Err != nil {
		w.out.counts.Lines++
		w.out.broke = chunk.Err.Fatal
		w.reject(ndjson.Position{Line: chunk.Line, Offset: chunk.Offset}, nil, chunk.Err.Reason)
		return w.out, nil
	}
	w.evaluator.File = []byte(w.sources.name(chunk.Input))
	for pos, text := range chunk.Lines {
		if err := w.text(j, pos, text, 0, pass); err != nil {
			return nil, err
		}
	}
	w.end()
	if w.since++; w.since == tallyChunks {
		w.tally()
	}
	return w.out, nil
}

// begin starts a result, or the next part of one.
func (w *worker) begin(j job) {
	w.out = newResult(j)
	w.cells = 0
	clear(w.open)
	w.causes.reset()
}

// end completes a result.
func (w *worker) end() {
	w.out.strays, w.reader.Strays = w.reader.Strays, 0
	for _, c := range w.causes.order {
		if c.more > 0 {
			w.out.more = append(w.out.more, c)
		}
	}
}

// tally collects the counts of elements.
func (w *worker) tally() {
	w.since = 0
	w.reader.Tallied(w.inventory.Add)
}

// text reads the text of a resource, or of several that are wrapped in Bundles
// or arrays, wrapped levels deep. It returns errors of pass only.
func (w *worker) text(j job, pos ndjson.Position, text []byte, wrapped int, pass func(*result) error) error {
	if w.cells+rejectCells*len(w.out.bad) > w.most {
		w.end()
		if err := pass(w.out); err != nil {
			return err
		}
		w.begin(j)
	}
	w.out.counts.Lines++
	w.evaluator.Line = pos.Line
	w.out.lines.note(int64(len(w.out.keys)), j.chunk.Input, pos.Line)
	err := w.resource(text)
	if err == nil {
		return nil
	}
	pieces := unwrap(text, pos)
	switch {
	case pieces == nil:
		w.refuse(pos, text, err)
	case wrapped == maxWrapped:
		w.reject(pos, text, "resources wrapped in too many Bundles or arrays")
	default:
		w.out.counts.Lines-- // its pieces are counted
	}
	if wrapped == maxWrapped {
		return nil
	}
	for _, p := range pieces {
		if err := w.text(j, p.Position, p.Text, wrapped+1, pass); err != nil {
			return err
		}
	}
	return nil
}

// resource reads one resource. It adds to the result only if all of the resource
// is good.
func (w *worker) resource(text []byte) error {
	if len(text) > w.limits.Bytes {
		return crosswalk.Reject("a resource of more than %d bytes", w.limits.Bytes)
	}
	plan, rec, err := w.reader.Read(text)
	if err != nil {
		return err
	}
	e := w.evaluator
	e.Begin(plan, rec)
	key := dedup.Key{Resource: int64(len(w.out.keys)), Updated: e.Updated()}
	if id := e.ID(); len(id) > 0 {
		key.ID = dedup.Hash(plan.Resource, id)
	} else {
		// A resource without an id is the same if its text is: it comes again with
		// each full export of a folder.
		key.ID = dedup.Hash("text of "+plan.Resource, text)
	}
	if w.opts.Runs != nil {
		key.Text = dedup.HashText(text)
	}
	if rec.Duplicates {
		w.out.counts.DuplicateKeys++
	}
	err = w.rowsOf(plan, key)
	// Resources of another kind of server have none of the expected marks.
	if err == nil || !isForeign(text, err) {
		w.inventory.Note(&plan.Expected, rec)
	}
	if err != nil {
		return err
	}
	for _, a := range e.Adjusted {
		w.out.adjusted = w.out.adjusted.add(a, 1)
	}
	w.out.counts.BrokenLinks += e.BrokenLinks()
	if e.TrimmedMBI {
		w.out.counts.TrimmedMBIs++
	}
	w.out.apis[plan.API] = true
	w.out.keys = append(w.out.keys, key)
	if w.opts.Leavers == DropLeavers {
		if id, ok := e.Beneficiary(); ok {
			w.out.updates = append(w.out.updates, latestUpdate{id, key.Updated})
		}
	}
	w.out.newest = max(w.out.newest, key.Updated)
	w.out.counts.Resources++
	return nil
}

func (w *worker) reject(pos ndjson.Position, text []byte, reason string) {
	w.rejectAs(pos, text, reason, "")
}

// rejectAs rejects text. If foreign is set, it is a resource of that type from
// another kind of server.
func (w *worker) rejectAs(pos ndjson.Position, text []byte, reason, foreign string) {
	w.out.counts.Rejected++
	bad := Reject{File: w.sources.name(w.out.input), Line: pos.Line, Offset: pos.Offset, Reason: reason}
	cause := causeOf(reason)
	if foreign != "" {
		cause = foreignCause
		if w.out.foreign == nil {
			w.out.foreign = map[string]int64{}
		}
		w.out.foreign[foreign]++
	}
	if w.opts.KeepRejectedLines {
		bad.Raw = string(text)
	}
	if rejected := (causedReject{bad, cause}); w.causes.count(&rejected) {
		w.out.bad = append(w.out.bad, rejected)
	}
}

// A pageMark is the number of rows of a page before those of a resource.
type pageMark struct {
	page *table.Page
	rows int
}

// page returns the page for rows of an output.
func (w *worker) page(output int) *table.Page {
	last := w.open[output]
	if last != nil && !last.Full() {
		return last
	}
	p := w.pages.Get(output)
	if last != nil {
		w.cells += last.Cells()
		p.Reserve() // it will be full too
	}
	w.open[output] = p
	w.out.pages = append(w.out.pages, outputPage{output, p})
	return p
}
