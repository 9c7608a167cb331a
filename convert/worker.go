package convert

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// A result is what one chunk of the input gives.
type result struct {
	seq      int64
	tokens   int           // of the chunk
	taken    chan struct{} // of a part that is not the last: closed when it was taken in
	err      error         // that ended the reading; all else is empty
	input    int           // that the chunk is of
	size     int64         // of its text
	pages    []outputPage  // in the order of their rows
	keys     []resourceKey
	claims   []resourceKey // of versions of claims
	places   placeLog
	people   []personUpdate
	bad      []causedReject
	more     []*rejectCount   // of which bad has the first ones only
	foreign  map[string]int64 // rejects of another kind of server, by type
	broke    bool             // the input broke off: bad says where
	counts   Counts
	adjusted adjustedCount
	apis     [len(schema.APIs)]bool // generations that occur
	strays   int64                  // rejects of an API version that does not go with the export's
	newest   int64                  // the newest update of a resource
}

// A resourceKey tells versions of a resource from one another.
type resourceKey struct {
	id      [2]uint64 // hash of type and id; of the text when the resource has no id
	updated int64     // nanoseconds since 1970
	line    int64     // number of the resource in the input
}

// A worker makes results of chunks. Each goroutine has its own.
type worker struct {
	pages   table.PagePools
	plans   *plans
	opts    *Options
	sources *sources
	records map[*plan]*ndjson.Record
	causes  rejectCounter // of the chunk
	guess   *plan         // that of the line before
	family  bcda.APISet   // the versions whose resources go together in the export
	claim   claim
	out     *result
	open    []*table.Page // of the result, by output, nil where it has no rows
	marks   []pageMark
	cells   int         // in full pages of the result
	most    int         // cells of a part of a result
	listed  []yearMonth // of a Coverage
	seen    *inventory
	chunks  int // since the records told what they counted
}

func newWorker(p *plans, opts *Options, opened *sources, pages table.PagePools) *worker {
	w := &worker{causes: rejectCounter{all: opts.KeepRejectedLines}, plans: p, opts: opts, sources: opened, pages: pages, records: map[*plan]*ndjson.Record{}, open: make([]*table.Page, len(outputs)), seen: newInventory()}
	w.claim.text = make([]byte, 0, 256)
	w.claim.scratch = make([]byte, 0, 256)
	w.claim.limits = p.limits
	w.most = cmp.Or(opts.resultCells, resultCells)
	return w
}

// resultCells is how many cells, some 8 MB, a result may hold before a part of it
// is handed on. A chunk of claims gives some ten thousand.
const resultCells = 1 << 20

// rejectCells is what a reject counts for among them.
const rejectCells = 32

// chunk reads all lines of a chunk. A resource without a version marker inherits
// the version of the previous one; the first one uses that of the job. Parts of
// the result go to pass when it grows large.
func (w *worker) chunk(j job, pass func(*result) error) (*result, error) {
	chunk := j.chunk
	w.guess, w.family = w.plans.of(j.api, eobType), j.family
	w.begin(j)
	w.out.size = chunk.TextSize()
	if chunk.Err != nil {
		w.out.counts.Lines++
		w.out.broke = chunk.Err.Fatal
		w.reject(ndjson.Position{Line: chunk.Line, Offset: chunk.Offset}, nil, chunk.Err.Reason)
		return w.out, nil
	}
	w.claim.file = []byte(w.sources.name(chunk.Input))
	for pos, text := range chunk.Lines {
		if err := w.resource(j, pos, text, 0, pass); err != nil {
			return nil, err
		}
	}
	w.end()
	if w.chunks++; w.chunks == tallyChunks {
		w.tally()
	}
	return w.out, nil
}

// begin starts a result, or the next part of one.
func (w *worker) begin(j job) {
	w.out = &result{seq: j.seq, input: j.chunk.Input, newest: math.MinInt64}
	w.cells = 0
	clear(w.open)
	w.causes.reset()
}

// end completes a result.
func (w *worker) end() {
	for _, c := range w.causes.order {
		if c.more > 0 {
			w.out.more = append(w.out.more, c)
		}
	}
}

// resource takes the text of a resource, wrapped in others on its line or not.
// Its errors are those of pass.
func (w *worker) resource(j job, pos ndjson.Position, text []byte, wrapped int, pass func(*result) error) error {
	if w.cells+rejectCells*len(w.out.bad) > w.most {
		w.end()
		if err := pass(w.out); err != nil {
			return err
		}
		w.begin(j)
	}
	w.out.counts.Lines++
	w.claim.line = pos.Line
	w.out.places.note(int64(len(w.out.keys)), j.chunk.Input, pos.Line)
	err := w.line(text)
	if err == nil {
		return nil
	}
	pieces := apart(text, pos)
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
		if err := w.resource(j, p.Position, p.Text, wrapped+1, pass); err != nil {
			return err
		}
	}
	return nil
}

// tallyChunks is after how many chunks the records tell what they counted. It
// takes some time, and until then new elements take memory.
const tallyChunks = 32

// tally collects what the records have counted.
func (w *worker) tally() {
	w.chunks = 0
	for _, rec := range w.records {
		rec.Tallied(w.seen.add)
	}
}

func (w *worker) reject(pos ndjson.Position, text []byte, reason string) {
	w.rejectAs(pos, text, reason, "")
}

// rejectAs rejects text, as a resource of another kind of server if that is
// foreign.
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

// line reads one resource. What it gives is added to the result only when all
// of it is good.
func (w *worker) line(text []byte) error {
	if len(text) > w.claim.limits.bytes {
		return reject("a resource of more than %d bytes", w.claim.limits.bytes)
	}
	rec, err := w.walk(text)
	if err != nil {
		return err
	}
	p := w.guess
	common := &p.common
	key := resourceKey{line: int64(len(w.out.keys)), updated: math.MinInt64}
	if id := w.text(rec, common.id); len(id) > 0 {
		key.id = hash128(p.resource, id)
	} else {
		// Without an id, the same text is the same resource: it comes again with
		// each full export of a folder.
		key.id = hash128("text of "+p.resource, text)
	}
	if t, err := time.Parse(time.RFC3339Nano, string(w.text(rec, common.updated))); err == nil {
		key.updated = instant(t)
	}
	if rec.Duplicates {
		w.out.counts.DuplicateKeys++
	}
	w.claim.plan, w.claim.rec = p, rec
	w.claim.serial++
	w.claim.steps = 0
	w.claim.adjusted = w.claim.adjusted[:0]
	w.claim.updated = key.updated
	switch p.resource {
	case eobType:
		err = w.eob(key)
	case priorType:
		err = w.priorAuthorization(key)
	case patientType:
		err = w.patient(key)
	case coverageType:
		err = w.coverage(key)
	case claimType, responseType:
		err = w.partial(key)
	}
	// What another kind of server sends has none of the marks of this one.
	if err == nil || !isForeign(text, err) {
		w.seen.note(p, rec)
	}
	if err != nil {
		return err
	}
	for _, a := range w.claim.adjusted {
		w.out.adjusted = w.out.adjusted.one(a)
	}
	w.out.apis[p.api] = true
	w.out.keys = append(w.out.keys, key)
	w.out.newest = max(w.out.newest, key.updated)
	w.out.counts.Resources++
	return nil
}

func (w *worker) text(rec *ndjson.Record, reg int) []byte {
	s := rec.Reg(reg)
	if s.IsZero() {
		return nil
	}
	return rec.Text(w.claim.text, s)
}

// instant is a time in nanoseconds since 1970, or of what cannot be told in
// them the nearest.
func instant(t time.Time) int64 {
	switch year := t.UTC().Year(); {
	case year < 1678:
		return minTime + 1
	case year > 2261:
		return math.MaxInt64
	}
	return t.UnixNano()
}

// walk reads the line with the plan of the line before. When that was the
// wrong one it reads the line again with the right one, which becomes the
// guess.
func (w *worker) walk(text []byte) (*ndjson.Record, error) {
	p := w.guess
	rec := w.record(p)
	if err := p.program.Walk(rec, text); err != nil {
		return nil, plain(err)
	}
	right, err := w.plans.choose(w.text(rec, p.common.resourceType), p, rec)
	if err != nil {
		return nil, err
	}
	if !w.family.Has(right.api) {
		w.out.strays++
		return nil, reject("a resource of %s in an export of %s, where the same ids mean other people and claims", right.api, strings.ReplaceAll(w.family.String(), ", ", " or "))
	}
	w.guess = right
	if right == p {
		return rec, nil
	}
	rec = w.record(right)
	return rec, plain(right.program.Walk(rec, text))
}

// plain turns a syntax error into a reason.
func plain(err error) error {
	var syntax *ndjson.SyntaxError
	var rows *ndjson.RowsError
	switch {
	case errors.As(err, &syntax):
		return reject("%v", syntax)
	case errors.As(err, &rows):
		return reject("%v", rows)
	}
	return err
}

func (w *worker) record(p *plan) *ndjson.Record {
	r := w.records[p]
	if r == nil {
		r = &ndjson.Record{}
		w.records[p] = r
	}
	return r
}

func (w *worker) eob(key resourceKey) error {
	c := &w.claim
	c.typ = w.claimTypeOf()
	partial := string(w.text(c.rec, c.plan.common.system)) == bcda.SharedSystem
	if c.typ == schema.UnknownClaim {
		return reject(unknownClaimType+" (%s)", typeCodes(c.rec.Line))
	}
	who, ok := patientHash(w.text(c.rec, c.plan.common.patient))
	if !ok {
		return reject("an ExplanationOfBenefit without a patient")
	}
	c.dx.sortOut(c.plan, c.rec, c.typ)
	wanted := finalRows
	switch {
	case w.opts.Versions == FinalVersions && !w.active():
		w.countStatus()
		wanted = claimRowOnly
	case partial:
		w.out.counts.PartlyAdjudicated++
		wanted = partialRows
	case w.opts.Versions == FinalVersions && w.notFinal(), w.opts.Profile == Tuva && c.cancels():
		w.out.counts.Cancelled++
		wanted = claimRowOnly
	}
	mbis, hasMBIs, err := c.readClaimMBIs(who, key.updated)
	if err != nil {
		return err
	}
	if err := w.rows(key, who, wanted); err != nil {
		return err
	}
	if hasMBIs {
		w.out.people = append(w.out.people, mbis)
	}
	if partial {
		return nil
	}
	if w.opts.Versions == FinalVersions {
		if v := c.versionKey(c.plan.related, who, key, wanted == finalRows); v.id != ([2]uint64{}) {
			w.out.claims = append(w.out.claims, v)
		}
	}
	if wanted != finalRows {
		return nil
	}
	if c.typ == schema.Hospice {
		u := personUpdate{id: who, part: hospice, line: key.line}
		if err := w.personValues(&u); err != nil {
			return err
		}
		for _, v := range u.values {
			if start, ok := table.EarliestDay(v); ok {
				u.rank = int64(start) // the first of the values is the start
				w.out.people = append(w.out.people, u)
				break
			}
		}
	}
	return nil
}

// claimTypeOf tells the claim type of an ExplanationOfBenefit.
func (w *worker) claimTypeOf() schema.ClaimType {
	rec, common := w.claim.rec, &w.claim.plan.common
	if c := bcda.ParseClaimType(w.text(rec, common.claimType)); c != schema.UnknownClaim {
		return c
	}
	if c := bcda.ParseClaimTypeNumber(w.text(rec, common.typeNumber)); c != schema.UnknownClaim {
		return c
	}
	return bcda.ParseClaimTypeKind(w.text(rec, common.typeKind))
}

// priorAuthorization makes the rows of a prior authorization.
func (w *worker) priorAuthorization(key resourceKey) error {
	c := &w.claim
	c.typ = schema.PriorAuthorization
	who, ok := patientHash(w.text(c.rec, c.plan.common.patient))
	if !ok {
		return reject("a prior authorization without a patient")
	}
	if w.opts.Versions == FinalVersions && !w.active() {
		w.countStatus()
		return nil
	}
	if err := w.rows(key, who, finalRows); err != nil {
		return err
	}
	w.out.counts.PriorAuthorizations++
	return nil
}

// partial makes the rows of a partially adjudicated claim of v2, or of the
// response to one. It names its beneficiary by MBI itself.
func (w *worker) partial(key resourceKey) error {
	c := &w.claim
	system, typ := bcda.ParseClaimSystem(w.text(c.rec, c.plan.common.claimSystem))
	if typ == schema.UnknownClaim {
		return reject("a %s"+unknownSystem, c.plan.resource)
	}
	c.typ, c.system = typ, []byte(system)
	if w.opts.Versions == FinalVersions && !w.active() {
		w.countStatus()
		return w.rows(key, 0, claimRowOnly)
	}
	if c.plan.resource == claimType {
		w.out.counts.PartlyAdjudicated++
		c.dx.sortOut(c.plan, c.rec, typ)
	}
	return w.rows(key, 0, partialRows)
}

func (w *worker) patient(key resourceKey) error {
	c := &w.claim
	who, ok := patientHash(w.text(c.rec, c.plan.common.patient))
	if !ok {
		return reject("a Patient without an id")
	}
	if len(w.text(c.rec, c.plan.common.replacedBy)) > 0 {
		w.out.counts.Skipped++ // merged into another Patient, and nothing left of it but the id
		return nil
	}
	c.mbi = bytes.Clone(c.currentMBI())
	if len(c.mbi) > len(person{}.mbi) {
		return reject("a Patient with an MBI of more than %d characters", len(person{}.mbi))
	}
	c.choose(key.updated)
	c.typ = schema.UnknownClaim
	if err := w.rows(key, who, finalRows); err != nil {
		return err
	}
	w.out.people = append(w.out.people, c.patientUpdate(who, key.updated))
	return nil
}

func (w *worker) coverage(key resourceKey) error {
	c := &w.claim
	who, ok := patientHash(w.text(c.rec, c.plan.common.patient))
	if !ok {
		return reject("a Coverage without a beneficiary")
	}
	u := personUpdate{id: who, rank: key.updated, open: w.openCoverage(key.updated), part: partOf(w.text(c.rec, c.plan.common.part))}
	if year, err := strconv.ParseInt(string(w.text(c.rec, c.plan.common.year)), 10, 16); err == nil {
		u.year = int16(year)
	}
	if w.retracted() {
		// What it said before is taken back: the update has no values.
		w.countStatus()
		w.out.people = append(w.out.people, u)
		return nil
	}
	if err := w.personValues(&u); err != nil {
		return err
	}
	for _, tp := range c.plan.tables {
		if err := w.memberMonths(tp, key, who); err != nil {
			return err
		}
	}
	w.out.people = append(w.out.people, u)
	return nil
}

// personValues evaluates what the resource says of columns of CCLF8.
func (w *worker) personValues(u *personUpdate) error {
	for i := range w.claim.plan.people {
		g := &w.claim.plan.people[i]
		v, ok := w.claim.value(&g.getter, 0)
		if !ok {
			continue
		}
		if len(v) > mostPersonText {
			return reject("cclf8.%s: a text of more than %d bytes", g.field.Label, mostPersonText)
		}
		u.values[g.slot] = bytes.Clone(v)
	}
	return nil
}

// notFinal reports whether the tag of a claim of v3 says that it is not the
// final action.
func (w *worker) notFinal() bool {
	c := &w.claim
	return string(w.text(c.rec, c.plan.common.finalAction)) == tagNotFinal
}

// active reports whether the status of the resource is active, or missing.
func (w *worker) active() bool {
	switch string(w.text(w.claim.rec, w.claim.plan.common.status)) {
	case "", statusActive:
		return true
	}
	return false
}

// retracted reports whether a Coverage was none: one that is cancelled was.
func (w *worker) retracted() bool {
	return !w.active() && string(w.text(w.claim.rec, w.claim.plan.common.status)) != statusCancelled
}

// countStatus counts a resource that its status keeps out of the tables.
func (w *worker) countStatus() {
	switch string(w.text(w.claim.rec, w.claim.plan.common.status)) {
	case statusCancelled:
		w.out.counts.Cancelled++
	case statusEnteredInError:
		w.out.counts.EnteredInError++
	case statusDraft:
		w.out.counts.Draft++
	default:
		w.out.counts.OtherStatus++
	}
}

// wantedRows says in which outputs a claim has rows.
type wantedRows uint8

const (
	finalRows    wantedRows = iota // in the CCLF tables and those beside them
	partialRows                    // in those of partially adjudicated claims, and in the list of claims
	claimRowOnly                   // in the list of claims
)

// output is where the resource's rows of a table go, or -1.
func (w *worker) output(tp *tablePlan, wanted wantedRows) int {
	switch {
	case !takes(tp.table, w.claim.typ):
		return -1
	case wanted == finalRows, tp.table.Name == wellknown.ClaimsTable:
		return tp.final
	case wanted == partialRows:
		return tp.partial
	}
	return -1
}

// rows makes the resource's rows in all tables, or none when a value is bad.
func (w *worker) rows(key resourceKey, who personID, wanted wantedRows) error {
	c := &w.claim
	w.marks = w.marks[:0]
	for _, tp := range c.plan.tables {
		at := w.output(tp, wanted)
		if at < 0 {
			continue
		}
		out := w.page(at)
		c.output = at
		w.marks = append(w.marks, pageMark{out, out.Rows()})
		if err := c.rows(tp, out, key.line, who); err != nil {
			for _, m := range w.marks {
				m.page.Truncate(m.rows)
			}
			return err
		}
	}
	return nil
}

// page is where rows of a resource go that an output has.
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

// An outputPage has rows of an output.
type outputPage struct {
	output int
	page   *table.Page
}

// A pageMark is how long a page was before a resource's rows.
type pageMark struct {
	page *table.Page
	rows int
}

// takes reports whether claims of a type have rows in a table.
func takes(t *schema.Table, typ schema.ClaimType) bool {
	if len(t.Claims) == 0 {
		return true
	}
	for _, c := range t.Claims {
		if c == typ {
			return true
		}
	}
	return false
}
