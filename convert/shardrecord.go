package convert

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/convert/internal/drift"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// The kinds of records: the first byte of their key. The rest of the key is the hash of
// what is meant, the id of the beneficiary, or the number of the shard.
const (
	ofResource    = 'r' // versions of a resource, and its deletion
	ofNumber      = 'n' // links by control numbers of a beneficiary
	ofVersions    = 'v' // claims whose versions are matched
	ofBeneficiary = 'b' // updates of a beneficiary, and shards with its rows
	ofElement     = 'e' // counts of an element that no column uses, or of expected marks
	ofTotals      = 't' // for MergeShardTotals
	ofShard       = 's' // for WriteShard
)

// A ShardStage is the reader of a record.
type ShardStage int

// The stages, in their order.
const (
	ReduceResources ShardStage = iota // the first call of ReduceShardRecords
	ReduceRelated                     // the second one
	MergeTotals
	WriteRows
)

// Stage returns the reader of the record.
func (r ShardRecord) Stage() ShardStage {
	switch r.Key[0] {
	case ofResource, ofElement:
		return ReduceResources
	case ofTotals:
		return MergeTotals
	case ofShard:
		return WriteRows
	}
	return ReduceRelated
}

// Bucket returns which of n buckets the record belongs to, by its key. For WriteRows that
// is the number of the shard.
func (r ShardRecord) Bucket(n int) int {
	switch r.Key[0] {
	case ofTotals:
		return 0
	case ofShard:
		return int(binary.BigEndian.Uint32(r.Key[1:]))
	}
	return int(binary.LittleEndian.Uint64(r.Key[1:]) % uint64(n)) // it is a hash
}

// ShardKey returns the key of the records for a shard.
func ShardKey(number int) []byte {
	return binary.BigEndian.AppendUint32([]byte{ofShard}, uint32(number))
}

// Tags of the records of a beneficiary and of a shard: the first byte of the value.
const (
	tagPresent    = 'p' // the shard has rows of the beneficiary
	tagUpdate     = 'u'
	tagSeen       = 'v' // a Patient of the beneficiary, with runs
	tagUpdated    = 'w' // time of the newest update in a shard, if leavers are dropped
	tagReplaced   = 'r' // a resource of the shard was replaced
	tagRepeated   = 'c' // came before as it is
	tagDeleted    = 'd'
	tagSuperseded = 's'
	tagCircle     = 'n' // a resource of the shard is the newest of a circle of claims
	tagPresence   = 'a' // of a beneficiary whose first Patient is in the shard
	tagMember     = 'm' // a beneficiary is in the newest list of Patients, if leavers are dropped
	tagSize       = 'z' // of totals: what a shard has
	tagLink       = 'l' // of totals: a former MBI
	tagStats      = 't' // of totals: see shardStats
	tagTally      = 'e' // of totals: counts of elements
	tagMemberMBI  = 'i' // of totals: the MBI of a member, if leavers are dropped
)

// Ordinals of resources among all shards: the number of the shard, and the ordinal in
// it.
const shardBits = 32

func globalOrdinal(shard int, ordinal int64) int64 { return int64(shard)<<shardBits | ordinal }

func shardOf(global int64) int { return int(global >> shardBits) }

func localOrdinal(global int64) int64 { return global & (1<<shardBits - 1) }

// A packer writes a record.
type packer []byte

func (p *packer) byte(b byte)    { *p = append(*p, b) }
func (p *packer) number(n int64) { *p = binary.LittleEndian.AppendUint64(*p, uint64(n)) }
func (p *packer) hash(h uint64)  { *p = binary.LittleEndian.AppendUint64(*p, h) }
func (p *packer) bytes(b []byte) { *p = append(binary.AppendUvarint(*p, uint64(len(b))), b...) }
func (p *packer) count(n int)    { *p = binary.AppendUvarint(*p, uint64(n)) }
func (p *packer) identity(h [2]uint64) {
	p.hash(h[0])
	p.hash(h[1])
}

// errShardRecord reports a record that this program did not make.
var errShardRecord = errors.New("convert: internal error: damaged record of a shard")

// An unpacker reads a record. It panics with errShardRecord if that is too short.
type unpacker []byte

func (u *unpacker) take(n int) []byte {
	if n < 0 || n > len(*u) {
		panic(errShardRecord)
	}
	b := (*u)[:n]
	*u = (*u)[n:]
	return b
}

func (u *unpacker) byte() byte          { return u.take(1)[0] }
func (u *unpacker) hash() uint64        { return binary.LittleEndian.Uint64(u.take(8)) }
func (u *unpacker) number() int64       { return int64(u.hash()) }
func (u *unpacker) identity() [2]uint64 { return [2]uint64{u.hash(), u.hash()} }
func (u *unpacker) bytes() []byte       { return u.take(u.count()) }

func (u *unpacker) count() int {
	n, size := binary.Uvarint(*u)
	if size <= 0 || n > uint64(len(*u)) {
		panic(errShardRecord)
	}
	*u = (*u)[size:]
	return int(n)
}

// catch makes an error of the panic of an unpacker.
func catch(err *error) {
	p := recover()
	if p == nil {
		return
	}
	if cause, ok := p.(error); !ok || !errors.Is(cause, errShardRecord) {
		panic(p)
	}
	*err = errShardRecord
}

// A sharedUpdate is an update of a beneficiary for other shards.
type sharedUpdate struct {
	beneficiary.Update
	replaced bool // its resource was replaced
}

func (p *packer) update(u *sharedUpdate) {
	p.number(u.Resource)
	p.flag(u.replaced)
	p.bytes(beneficiary.AppendUpdate(nil, &u.Update))
}

func (p *packer) flag(on bool) {
	if on {
		p.byte(1)
	} else {
		p.byte(0)
	}
}

func (u *unpacker) flag() bool { return u.byte() != 0 }

func (u *unpacker) update() (s sharedUpdate) {
	resource, replaced := u.number(), u.flag()
	var err error
	if s.Update, err = beneficiary.ParseUpdate(u.bytes()); err != nil {
		panic(errShardRecord)
	}
	s.Resource, s.replaced = resource, replaced
	return s
}

func sortUpdates(list []sharedUpdate) {
	slices.SortStableFunc(list, func(a, b sharedUpdate) int { return cmp.Compare(a.Resource, b.Resource) })
}

// A resourceVersion is the record of a resource, with what depends on whether it stays.
type resourceVersion struct {
	dedup.Key
	links   []dedup.Link
	claims  []dedup.Key
	updates []sharedUpdate
	seen    []sighting
}

// A sighting is a Patient in a run of an export folder.
type sighting struct {
	id        beneficiary.ID
	patientID string
	resource  int64 // ordinal
	run       int
	deleted   bool
}

func (p *packer) sighting(x *sighting) {
	p.hash(uint64(x.id))
	p.bytes([]byte(x.patientID))
	p.number(x.resource)
	p.count(x.run)
	p.flag(x.deleted)
}

func (u *unpacker) sighting() sighting {
	x := sighting{id: beneficiary.ID(u.hash()), patientID: string(u.bytes()), resource: u.number()}
	run, size := binary.Uvarint(*u)
	if size <= 0 {
		panic(errShardRecord)
	}
	u.take(size)
	x.run, x.deleted = int(run), u.flag()
	return x
}

// A sharedPresence is a presence, with the ordinal of the first Patient.
type sharedPresence struct {
	beneficiary.Presence
	resource int64
}

func (v *resourceVersion) pack() []byte {
	var p packer
	p.number(v.Resource)
	p.number(v.Updated)
	p.hash(v.Text)
	p.flag(v.Deletion)
	p.count(len(v.links))
	for i := range v.links {
		p.link(&v.links[i])
	}
	p.count(len(v.claims))
	for _, c := range v.claims {
		p.identity(c.ID)
		p.number(c.Updated)
	}
	p.count(len(v.updates))
	for i := range v.updates {
		p.update(&v.updates[i])
	}
	p.count(len(v.seen))
	for i := range v.seen {
		p.sighting(&v.seen[i])
	}
	return p
}

func (p *packer) link(l *dedup.Link) {
	p.identity(l.Number)
	p.flag(l.Names)
	p.flag(l.Partial)
	p.flag(l.Counts)
	p.number(l.Updated)
}

func (u *unpacker) link() dedup.Link {
	return dedup.Link{Number: u.identity(), Names: u.flag(), Partial: u.flag(), Counts: u.flag(), Updated: u.number()}
}

func unpackVersion(id [2]uint64, value []byte) (v resourceVersion) {
	u := unpacker(value)
	v.Key = dedup.Key{ID: id, Resource: u.number(), Updated: u.number(), Text: u.hash(), Deletion: u.flag()}
	for range u.count() {
		v.links = append(v.links, u.link())
	}
	for range u.count() {
		v.claims = append(v.claims, dedup.Key{ID: u.identity(), Updated: u.number()})
	}
	for range u.count() {
		v.updates = append(v.updates, u.update())
	}
	for range u.count() {
		v.seen = append(v.seen, u.sighting())
	}
	return v
}

// A shardScan emits what other shards must know of a shard.
type shardScan struct {
	shard   *Shard
	emit    func(ShardRecord) error
	present map[int64]bool           // beneficiaries with rows
	newest  map[beneficiary.ID]int64 // time of the newest update, if leavers are dropped
}

func newShardScan(s *Shard, emit func(ShardRecord) error) *shardScan {
	return &shardScan{shard: s, emit: emit, present: map[int64]bool{}, newest: map[beneficiary.ID]int64{}}
}

// note notes the beneficiaries of a page.
func (s *shardScan) note(p *table.Page) {
	for _, id := range p.Beneficiaries() {
		s.present[id] = true
	}
}

// collect emits the records of a result.
func (s *shardScan) collect(r *run, res *result) error {
	global := func(ordinal int64) int64 { return globalOrdinal(s.shard.Number, r.resources+ordinal) }
	links, claims, updates, seen := res.links, res.claims, res.beneficiaries, res.sightings
	for i, k := range res.keys {
		v := resourceVersion{Key: k}
		v.Resource = global(int64(i))
		for ; len(links) > 0 && links[0].Resource == int64(i); links = links[1:] {
			v.links = append(v.links, links[0])
		}
		for ; len(claims) > 0 && claims[0].Resource == int64(i); claims = claims[1:] {
			v.claims = append(v.claims, claims[0])
		}
		for ; len(updates) > 0 && updates[0].Resource == int64(i); updates = updates[1:] {
			u := sharedUpdate{Update: updates[0]}
			u.Resource = v.Resource
			v.updates = append(v.updates, u)
		}
		for ; len(seen) > 0 && seen[0].Resource == int64(i); seen = seen[1:] {
			if s.shard.HasRun {
				v.seen = append(v.seen, sighting{id: seen[0].ID, patientID: seen[0].PatientID, resource: v.Resource, run: s.shard.Run})
			}
		}
		if err := s.record(ofResource, k.ID, v.pack()); err != nil {
			return err
		}
	}
	for _, u := range res.updates {
		if at, known := s.newest[u.id]; !known || u.at > at {
			s.newest[u.id] = u.at
		}
	}
	for _, d := range res.deletions {
		v := resourceVersion{Key: dedup.Key{ID: d.ID, Updated: dedup.NoTime, Resource: global(d.Resource), Deletion: true}}
		if s.shard.HasRun { // it comes before all resources of its run
			v.Resource = globalOrdinal(s.shard.Begin, 0)
		}
		if err := s.record(ofResource, d.ID, v.pack()); err != nil {
			return err
		}
	}
	if r.resources+int64(len(res.keys)) >= 1<<shardBits {
		return fmt.Errorf("%w: more than %d resources in a shard", ErrOptions, int64(1)<<shardBits)
	}
	return nil
}

func (s *shardScan) record(kind byte, id [2]uint64, value []byte) error {
	key := packer{kind}
	key.identity(id)
	return s.emit(ShardRecord{key, value})
}

// end emits what is known when all of the shard was read.
func (s *shardScan) end(r *run, lines int64) error {
	for id := range s.present {
		if id == 0 {
			continue // rows of v2's partially adjudicated claims show no beneficiary
		}
		value := packer{tagPresent}
		value.number(int64(s.shard.Number))
		if err := s.emit(ShardRecord{beneficiaryKey(beneficiary.ID(id)), value}); err != nil {
			return err
		}
	}
	for id, at := range s.newest {
		value := packer{tagUpdated}
		value.number(at)
		if err := s.emit(ShardRecord{beneficiaryKey(id), value}); err != nil {
			return err
		}
	}
	if err := s.endTally(r.inventory.Tally()); err != nil {
		return err
	}
	size, err := encodeRecord(tagSize, shardSize{
		Shard: s.shard.Number, Input: s.shard.Input, Lines: lines, APIs: r.apis, Units: r.units,
		Strays: r.strays, Resources: r.counts.Resources, Rejected: r.counts.Rejected,
	})
	if err != nil {
		return err
	}
	return s.emit(ShardRecord{[]byte{ofTotals}, size})
}

// endTally emits the counts of elements and marks, each by itself: there are some hundreds
// in a shard, the same ones in all.
func (s *shardScan) endTally(t drift.Tally) (err error) {
	one := func(x *countedElement) {
		x.shard = s.shard.Number
		hash := fnv.New64a()
		_, _ = fmt.Fprint(hash, x.name, x.mark)
		key := packer{ofElement}
		key.hash(hash.Sum64())
		err = cmp.Or(err, s.emit(ShardRecord{key, x.pack()}))
	}
	for _, counts := range []map[string]int64{t.Known, t.Fresh} {
		for name, n := range counts {
			one(&countedElement{name: name, count: n})
		}
	}
	if t.Unlisted > 0 {
		one(&countedElement{count: t.Unlisted})
	}
	for mark, n := range t.Marks {
		one(&countedElement{mark: mark, count: n.Expected, had: n.Had})
	}
	return err
}

// A countedElement is the count of an element in a shard, by its drift.Key, or of a mark,
// if its resource is set, or else of elements that are not listed.
type countedElement struct {
	shard      int // so that the records of all shards differ
	name       string
	mark       drift.Expectation
	count, had int64
}

func (x *countedElement) pack() []byte {
	var p packer
	p.number(int64(x.shard))
	p.number(x.count)
	p.number(x.had)
	p.bytes([]byte(x.name))
	p.bytes([]byte(x.mark.Resource))
	p.number(int64(x.mark.API))
	p.number(int64(x.mark.Index))
	return p
}

// addTo adds the count to a tally.
func (x *countedElement) addTo(t *drift.Tally) {
	one := drift.Tally{}
	switch {
	case x.mark.Resource != "":
		one.Marks = map[drift.Expectation]drift.MarkCount{x.mark: {Expected: x.count, Had: x.had}}
	case x.name != "":
		one.Known = map[string]int64{x.name: x.count} // or new: its key says that
	default:
		one.Unlisted = x.count
	}
	t.Add(&one)
}

func unpackElement(value []byte) *countedElement {
	u := unpacker(value)
	return &countedElement{
		shard: int(u.number()), count: u.number(), had: u.number(), name: string(u.bytes()),
		mark: drift.Expectation{Resource: string(u.bytes()), API: schema.API(u.number()), Index: int(u.number())},
	}
}

// encodeRecord returns a record with a tag and a value by gob.
func encodeRecord(tag byte, value any) ([]byte, error) {
	b := bytes.NewBuffer([]byte{tag})
	err := gob.NewEncoder(b).Encode(value)
	return b.Bytes(), err
}

func beneficiaryKey(id beneficiary.ID) []byte {
	key := packer{ofBeneficiary}
	key.hash(uint64(id))
	return key
}

// A shardSize is what a shard has.
type shardSize struct {
	Shard, Input int
	Lines        int64
	APIs         [len(schema.APIs)]bool
	Units        bool

	Strays, Resources, Rejected int64
}

// shardStats is what is known about the records of a stage: a record of the totals.
type shardStats struct {
	Newest  int64 // time of the newest update
	Month   int64 // last month that a Coverage tells
	Members int64 // time of the newest update of a member, if leavers are dropped
	Overlap overlap
}

// overlap says whether there are beneficiaries who are only in the newest list of
// Patients, only in earlier ones, and in both.
type overlap struct{ OnlyNewest, OnlyEarlier, Both bool }

// with adds a beneficiary. Newest is the index of the run with the newest list.
func (r overlap) with(p *beneficiary.Presence, newest int) overlap {
	switch {
	case p.First < newest && p.Last >= newest:
		r.Both = true
	case p.First < newest:
		r.OnlyEarlier = true
	default:
		r.OnlyNewest = true
	}
	return r
}

// combine returns what is so for the beneficiaries of both.
func (r overlap) combine(other overlap) overlap {
	return overlap{r.OnlyNewest || other.OnlyNewest, r.OnlyEarlier || other.OnlyEarlier, r.Both || other.Both}
}

// unrelated reports whether there are beneficiaries in the newest list of Patients and
// in earlier ones, but not the same ones.
func (r overlap) unrelated() bool { return !r.Both && r.OnlyEarlier && r.OnlyNewest }

// noStats are the stats of no records.
var noStats = shardStats{Newest: dedup.NoTime, Members: dedup.NoTime}

// combine returns the stats of both.
func (s shardStats) combine(other shardStats) shardStats {
	return shardStats{max(s.Newest, other.Newest), max(s.Month, other.Month), max(s.Members, other.Members), s.Overlap.combine(other.Overlap)}
}

// A reducer reads the records of a stage.
type reducer struct {
	emit   func(ShardRecord) error
	stats  shardStats
	tally  drift.Tally
	newest int  // index of the run with the newest list of Patients, or -1
	drop   bool // leavers
}

// ReduceShardRecords reads all records with some keys, in any order, and emits others. A
// record that is there twice counts once: a framework may keep what several attempts to
// read a shard have emitted. It sorts the records.
func ReduceShardRecords(opts Options, records []ShardRecord, emit func(ShardRecord) error) (err error) {
	defer catch(&err)
	list, err := opts.runs()
	if err != nil {
		return err
	}
	r := &reducer{emit: emit, stats: noStats, tally: drift.NewTally(), newest: newestList(list), drop: opts.Leavers == DropLeavers}
	slices.SortFunc(records, func(a, b ShardRecord) int {
		return cmp.Or(bytes.Compare(a.Key, b.Key), bytes.Compare(a.Value, b.Value))
	})
	var values [][]byte
	for i, record := range records {
		if n := len(values); n == 0 || !bytes.Equal(values[n-1], record.Value) {
			values = append(values, record.Value)
		}
		if i+1 < len(records) && bytes.Equal(records[i+1].Key, record.Key) {
			continue
		}
		if err := r.reduce(record.Key, values); err != nil {
			return err
		}
		values = values[:0]
	}
	stats, err := encodeRecord(tagStats, r.stats)
	if err != nil {
		return err
	}
	if err := emit(ShardRecord{[]byte{ofTotals}, stats}); err != nil || r.tally.Empty() {
		return err
	}
	tally, err := encodeRecord(tagTally, shardTally{keysOf(records), r.tally})
	if err != nil {
		return err
	}
	return emit(ShardRecord{[]byte{ofTotals}, tally})
}

// reduce reads the records of a key, each once.
func (r *reducer) reduce(key []byte, values [][]byte) error {
	rest := unpacker(key[1:])
	switch key[0] {
	case ofResource:
		return r.resource(rest.identity(), values)
	case ofNumber:
		return r.numbers(values)
	case ofVersions:
		return r.versions(values)
	case ofBeneficiary:
		return r.beneficiary(values)
	case ofElement:
		for _, value := range values {
			unpackElement(value).addTo(&r.tally)
		}
		return nil
	}
	return errShardRecord
}

// A shardTally is what one call of ReduceShardRecords has counted.
type shardTally struct {
	Keys  uint64 // see keysOf
	Tally drift.Tally
}

// keysOf identifies the call by its records' keys.
func keysOf(records []ShardRecord) uint64 {
	hash := fnv.New64a()
	for _, r := range records {
		_, _ = hash.Write(r.Key)
	}
	return hash.Sum64()
}

// distinct returns the records that differ; see ReduceShardRecords.
func distinct(values [][]byte) [][]byte {
	list := slices.SortedFunc(slices.Values(values), bytes.Compare)
	return slices.CompactFunc(list, bytes.Equal)
}

// ranks replaces ordinals by their ranks, which are small, and returns the ordinals by
// rank.
func ranks(n int, at func(i int) *int64) []int64 {
	order := make([]int64, n)
	for i := range order {
		order[i] = *at(i)
	}
	slices.Sort(order)
	order = slices.Compact(order)
	for i := range n {
		rank, _ := slices.BinarySearch(order, *at(i))
		*at(i) = int64(rank)
	}
	return order
}

// tell emits a record that tells a shard about one of its resources.
func (r *reducer) tell(tag byte, global int64) error {
	value := packer{tag}
	value.number(localOrdinal(global))
	return r.emit(ShardRecord{ShardKey(shardOf(global)), value})
}

// resource finds out which versions of a resource stay.
func (r *reducer) resource(id [2]uint64, values [][]byte) error {
	versions, keys := make([]resourceVersion, len(values)), make([]dedup.Key, len(values))
	for i, value := range values {
		versions[i] = unpackVersion(id, value)
		keys[i] = versions[i].Key
	}
	order := ranks(len(keys), func(i int) *int64 { return &keys[i].Resource })
	found := dedup.OutcomeOf(keys)
	r.stats.Newest = max(r.stats.Newest, found.Newest)
	for i := range versions {
		v := &versions[i]
		if v.Deletion {
			continue
		}
		n, _ := slices.BinarySearch(order, v.Resource)
		rank := int64(n)
		if err := r.pass(v, found.Replaced.Has(rank), found.Repeats.Has(rank), found.Deleted.Has(rank)); err != nil {
			return err
		}
	}
	return nil
}

// pass emits what a version of a resource shows.
func (r *reducer) pass(v *resourceVersion, replaced, repeated, deleted bool) error {
	var err error
	switch {
	case repeated:
		err = r.tell(tagRepeated, v.Resource)
	case replaced:
		err = r.tell(tagReplaced, v.Resource)
	case deleted:
		err = r.tell(tagDeleted, v.Resource)
	}
	for i := range v.links {
		value := packer{}
		value.number(v.Resource)
		value.flag(replaced)
		value.flag(deleted)
		value.link(&v.links[i])
		key := packer{ofNumber}
		key.hash(v.links[i].Number[0])
		err = cmp.Or(err, r.emit(ShardRecord{key, value}))
	}
	if !replaced && !deleted {
		for _, c := range v.claims {
			value := packer{}
			value.number(v.Resource)
			value.number(c.Updated)
			key := packer{ofVersions}
			key.identity(c.ID)
			err = cmp.Or(err, r.emit(ShardRecord{key, value}))
		}
	}
	if !deleted {
		for i := range v.updates {
			u := &v.updates[i]
			u.replaced = replaced
			value := packer{tagUpdate}
			value.update(u)
			err = cmp.Or(err, r.emit(ShardRecord{beneficiaryKey(u.ID), value}))
		}
	}
	for i := range v.seen {
		x := &v.seen[i]
		x.deleted = deleted
		value := packer{tagSeen}
		value.sighting(x)
		err = cmp.Or(err, r.emit(ShardRecord{beneficiaryKey(x.id), value}))
	}
	return err
}

// numbers finds out which claims of a beneficiary are superseded by control numbers.
func (r *reducer) numbers(values [][]byte) error {
	links := make([]dedup.Link, len(values))
	var gone, deletedOnes []int
	for i, value := range values {
		u := unpacker(value)
		resource, replaced, deleted := u.number(), u.flag(), u.flag()
		links[i] = u.link()
		links[i].Resource = resource
		if replaced {
			gone = append(gone, i)
		}
		if deleted {
			deletedOnes = append(deletedOnes, i)
		}
	}
	order := ranks(len(links), func(i int) *int64 { return &links[i].Resource })
	var replaced, deleted table.OrdinalSet
	for _, i := range gone {
		replaced.Add(links[i].Resource)
	}
	for _, i := range deletedOnes {
		deleted.Add(links[i].Resource)
	}
	found := dedup.SupersededOf(links, replaced, deleted)
	return cmp.Or(r.tellAll(tagSuperseded, found.Superseded, order), r.tellAll(tagCircle, found.Newest, order))
}

// versions finds out which of the claims whose versions are matched are superseded.
func (r *reducer) versions(values [][]byte) error {
	keys := make([]dedup.Key, len(values))
	for i, value := range values {
		u := unpacker(value)
		keys[i] = dedup.Key{Resource: u.number(), Updated: u.number()}
	}
	order := ranks(len(keys), func(i int) *int64 { return &keys[i].Resource })
	return r.tellAll(tagSuperseded, dedup.OutcomeOf(keys).Replaced, order)
}

// tellAll tells shards about the resources of a set of ranks.
func (r *reducer) tellAll(tag byte, set table.OrdinalSet, order []int64) error {
	for rank, global := range order {
		if set.Has(int64(rank)) {
			if err := r.tell(tag, global); err != nil {
				return err
			}
		}
	}
	return nil
}

// A sharedBeneficiary is what the records of a beneficiary say.
type sharedBeneficiary struct {
	id      beneficiary.ID
	updates []sharedUpdate
	seen    []sighting
	shards  map[int]bool // with rows
	newest  int64        // time of the newest update, if leavers are dropped
}

func unpackBeneficiary(values [][]byte) sharedBeneficiary {
	b := sharedBeneficiary{shards: map[int]bool{}, newest: dedup.NoTime}
	for _, value := range values {
		u := unpacker(value)
		switch u.byte() {
		case tagPresent:
			b.shards[int(u.number())] = true
		case tagUpdate:
			b.updates = append(b.updates, u.update())
		case tagSeen:
			b.seen = append(b.seen, u.sighting())
		case tagUpdated:
			b.newest = max(b.newest, u.number())
		default:
			panic(errShardRecord)
		}
	}
	sortUpdates(b.updates)
	slices.SortFunc(b.seen, func(x, y sighting) int { return cmp.Compare(x.resource, y.resource) })
	return b
}

// presence says in which runs the beneficiary was seen.
func (b *sharedBeneficiary) presence() (p sharedPresence, ok bool) {
	if len(b.seen) == 0 {
		return p, false
	}
	first := &b.seen[0]
	p.Presence = beneficiary.NewPresence(first.id, first.patientID)
	p.resource = first.resource
	for i := range b.seen {
		p.See(b.seen[i].run, b.seen[i].deleted)
	}
	return p, true
}

// beneficiary passes the updates of a beneficiary to the shards with its rows, its former
// MBIs to all, and with runs where it was seen to the shard of its first Patient.
func (r *reducer) beneficiary(values [][]byte) error {
	b := unpackBeneficiary(values)
	member, err := r.present(&b)
	if err != nil || r.drop && !member {
		return err // leavers have no rows
	}
	known := beneficiary.NewRegistry()
	plain := make([]beneficiary.Update, 0, len(b.updates))
	for i := range b.updates {
		if b.updates[i].Part != beneficiary.Hospice {
			known.Apply(&b.updates[i].Update)
		}
		plain = append(plain, b.updates[i].Update)
	}
	for _, u := range effective(b.updates) {
		value := packer{tagUpdate}
		value.update(u)
		for shard := range b.shards {
			if err := r.emit(ShardRecord{ShardKey(shard), value}); err != nil {
				return err
			}
		}
	}
	for _, link := range known.MBILinks(plain) {
		value := bytes.NewBuffer([]byte{tagLink})
		if err := binary.Write(value, binary.LittleEndian, &link); err != nil {
			return err
		}
		if err := r.emit(ShardRecord{[]byte{ofTotals}, value.Bytes()}); err != nil {
			return err
		}
	}
	r.stats.Month = max(r.stats.Month, int64(known.LatestMonth()))
	if !r.drop {
		return nil
	}
	mbi := known.OwnMBI(b.id)
	return r.emit(ShardRecord{[]byte{ofTotals}, append([]byte{tagMemberMBI}, mbi[:]...)})
}

// present emits in which runs a beneficiary was seen, and if leavers are dropped reports
// whether it is in the newest list of Patients.
func (r *reducer) present(b *sharedBeneficiary) (member bool, err error) {
	p, ok := b.presence()
	if !ok {
		return false, nil
	}
	b.id = p.ID
	r.stats.Overlap = r.stats.Overlap.with(&p.Presence, r.newest)
	value := packer{tagPresence}
	value.number(localOrdinal(p.resource))
	value.hash(uint64(p.ID))
	value.number(int64(p.First))
	value.number(int64(p.Last))
	value.number(int64(p.Living))
	value.bytes([]byte(p.PatientID))
	err = r.emit(ShardRecord{ShardKey(shardOf(p.resource)), value})
	if !r.drop || p.Living < r.newest {
		return false, err
	}
	r.stats.Members = max(r.stats.Members, b.newest)
	value = packer{tagMember}
	value.hash(uint64(p.ID))
	for shard := range b.shards {
		err = cmp.Or(err, r.emit(ShardRecord{ShardKey(shard), value}))
	}
	return true, err
}

// effective returns the updates of a beneficiary that shards need to know what all of
// them say, without former MBIs, which are in the totals. There are few, however many
// claims the beneficiary has: of hospice stays the latest, and of claims between two
// Patients the newest.
func effective(updates []sharedUpdate) []*sharedUpdate {
	var list []*sharedUpdate
	stay, claim := -1, -1 // in list
	// supersede keeps the later one of two, unless the earlier one ranks higher.
	supersede := func(at *int, u *sharedUpdate) {
		switch {
		case *at < 0:
			*at = len(list)
			list = append(list, u)
		case u.Rank >= list[*at].Rank:
			list[*at] = u
		}
	}
	for i := range updates {
		u := &updates[i]
		u.Former = nil
		switch {
		case u.Kind == beneficiary.FromClaim:
			supersede(&claim, u)
		case u.Part == beneficiary.Hospice && u.Kind == beneficiary.FromCoverage:
			if !u.replaced {
				supersede(&stay, u)
			}
		default:
			if u.Kind == beneficiary.FromPatient {
				claim = -1
			}
			list = append(list, u)
		}
	}
	return list
}

// shardTotals is what all shards must know.
type shardTotals struct {
	Newest     int64
	Month      int
	APIs       [len(schema.APIs)]bool
	Units      bool
	Sizes      []shardSize
	Successors []beneficiary.Link // former MBIs
	Claimed    []beneficiary.Link // those of them that only claims show
	Members    []beneficiary.MBI  // of beneficiaries in the newest list of Patients, if leavers are dropped
}

// MergeShardTotals merges the values of the records for it, for all shards and for the
// data set of all of them. It reports ErrMixed, ErrUnrelated and ErrTooManyRejects.
func MergeShardTotals(opts Options, values [][]byte) (forShards, forSet []byte, err error) {
	defer catch(&err)
	m := totalsMerge{stats: noStats, tally: drift.NewTally(), sized: map[int]bool{}, tallied: map[uint64]bool{}}
	for _, value := range distinct(values) {
		if err := m.add(value); err != nil {
			return nil, nil, err
		}
	}
	t := &m.totals
	switch {
	case isMixed(t.APIs, m.strays, m.resources):
		return nil, nil, crosswalk.ErrMixed
	case !opts.AllowUnrelated && m.stats.Overlap.unrelated():
		return nil, nil, ErrUnrelated
	case opts.MaxRejects >= 0 && m.rejected > opts.MaxRejects:
		return nil, nil, fmt.Errorf("%w: more than %d in all shards", ErrTooManyRejects, opts.MaxRejects)
	}
	t.Newest, t.Month = m.stats.Newest, int(m.stats.Month)
	if opts.Leavers == DropLeavers {
		t.Newest = min(t.Newest, m.stats.Members)
	}
	t.Successors, t.Claimed = beneficiary.Successors(m.links)
	var out bytes.Buffer
	if err := gob.NewEncoder(&out).Encode(t); err != nil {
		return nil, nil, err
	}
	var set bytes.Buffer
	err = gob.NewEncoder(&set).Encode(setTotals{t.Newest, m.tally})
	return out.Bytes(), set.Bytes(), err
}

// setTotals is what the data set of all shards must know.
type setTotals struct {
	Newest int64
	Tally  drift.Tally
}

// A totalsMerge merges records of totals.
type totalsMerge struct {
	totals  shardTotals
	stats   shardStats
	tally   drift.Tally
	links   []beneficiary.MBILink
	sized   map[int]bool    // shards
	tallied map[uint64]bool // by shardTally.Keys

	strays, resources, rejected int64
}

// add adds a record.
func (m *totalsMerge) add(value []byte) error {
	t := &m.totals
	u := unpacker(value)
	switch tag := u.byte(); tag {
	case tagSize:
		var size shardSize
		if err := decodeRecord(u, &size); err != nil || m.sized[size.Shard] {
			return err
		}
		m.sized[size.Shard] = true
		t.Sizes = append(t.Sizes, size)
		t.Units = t.Units || size.Units
		m.strays, m.resources, m.rejected = m.strays+size.Strays, m.resources+size.Resources, m.rejected+size.Rejected
		for api, seen := range size.APIs {
			t.APIs[api] = t.APIs[api] || seen
		}
	case tagTally:
		var tally shardTally
		if err := decodeRecord(u, &tally); err != nil || m.tallied[tally.Keys] {
			return err
		}
		m.tallied[tally.Keys] = true
		m.tally.Add(&tally.Tally)
	case tagStats:
		var stats shardStats
		if err := decodeRecord(u, &stats); err != nil {
			return err
		}
		m.stats = m.stats.combine(stats)
	case tagLink:
		var link beneficiary.MBILink
		if err := binary.Read(bytes.NewReader(u), binary.LittleEndian, &link); err != nil {
			return err
		}
		m.links = append(m.links, link)
	case tagMemberMBI:
		t.Members = append(t.Members, beneficiary.MBI(u.take(len(beneficiary.MBI{}))))
	default:
		return errShardRecord
	}
	return nil
}

// decodeRecord reads a value of encodeRecord.
func decodeRecord(u unpacker, value any) error {
	return gob.NewDecoder(bytes.NewReader(u)).Decode(value)
}

// add reads a record of a shard.
func (v *verdict) add(s *Shard, record []byte) (err error) {
	defer catch(&err)
	u := unpacker(record)
	switch u.byte() {
	case tagReplaced:
		v.replaced.Add(u.number())
	case tagRepeated:
		v.repeated.Add(u.number())
	case tagDeleted:
		v.deleted.Add(u.number())
	case tagSuperseded:
		v.superseded.Add(u.number())
	case tagCircle:
		v.circles++
	case tagUpdate:
		update := u.update()
		update.Resource -= globalOrdinal(s.Number, 0) // as in the rows of the shard
		v.updates = append(v.updates, update)
	case tagMember:
		v.members[beneficiary.ID(u.hash())] = true
	case tagPresence:
		p := sharedPresence{resource: u.number()}
		p.ID, p.First, p.Last, p.Living = beneficiary.ID(u.hash()), int(u.number()), int(u.number()), int(u.number())
		p.PatientID = string(u.bytes())
		v.presence = append(v.presence, p)
	default:
		return errShardRecord
	}
	return nil
}
