package convert

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"slices"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
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
	case ofResource:
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
	tagReplaced   = 'r' // a resource of the shard was replaced
	tagDeleted    = 'd'
	tagSuperseded = 's'
	tagNewest     = 'n' // of a circle of claims
	tagBegin      = 'b' // the shard exists
	tagSize       = 'z' // of totals: what a shard has
	tagLink       = 'l' // of totals: a former MBI
	tagStats      = 't' // of totals: see shardStats
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
}

func (v *resourceVersion) pack() []byte {
	var p packer
	p.number(v.Resource)
	p.number(v.Updated)
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
	v.Key = dedup.Key{ID: id, Resource: u.number(), Updated: u.number(), Deletion: u.flag()}
	for range u.count() {
		v.links = append(v.links, u.link())
	}
	for range u.count() {
		v.claims = append(v.claims, dedup.Key{ID: u.identity(), Updated: u.number()})
	}
	for range u.count() {
		v.updates = append(v.updates, u.update())
	}
	return v
}

// A shardScan emits what other shards must know of a shard.
type shardScan struct {
	shard   *Shard
	emit    func(ShardRecord) error
	present map[int64]bool // beneficiaries with rows
}

// collect emits the records of a result.
func (s *shardScan) collect(r *run, res *result) error {
	for _, p := range res.pages {
		r.noteUnits(p)
		for _, id := range p.page.Beneficiaries() {
			s.present[id] = true
		}
		r.pages.Put(p.output, p.page)
	}
	global := func(ordinal int64) int64 { return globalOrdinal(s.shard.Number, r.resources+ordinal) }
	links, claims, updates := res.links, res.claims, res.beneficiaries
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
		if err := s.record(ofResource, k.ID, v.pack()); err != nil {
			return err
		}
	}
	for _, d := range res.deletions {
		v := resourceVersion{Key: dedup.Key{ID: d.ID, Updated: dedup.NoTime, Resource: global(d.Resource), Deletion: true}}
		if err := s.record(ofResource, d.ID, v.pack()); err != nil {
			return err
		}
	}
	r.resources += int64(len(res.keys))
	if r.resources >= 1<<shardBits {
		return fmt.Errorf("%w: more than %d resources in a shard", ErrOptions, int64(1)<<shardBits)
	}
	for api, seen := range res.apis {
		r.apis[api] = r.apis[api] || seen
	}
	r.strays += res.strays
	r.counts.Add(res.counts)
	return r.collectSizes(res)
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
	var size bytes.Buffer
	size.WriteByte(tagSize)
	err := gob.NewEncoder(&size).Encode(shardSize{
		Shard: s.shard.Number, Input: s.shard.Input, Lines: lines, APIs: r.apis, Units: r.units,
		Strays: r.strays, Resources: r.counts.Resources, Rejected: r.counts.Rejected,
	})
	return errors.Join(err,
		s.emit(ShardRecord{[]byte{ofTotals}, size.Bytes()}),
		s.emit(ShardRecord{ShardKey(s.shard.Number), []byte{tagBegin}}))
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
	Newest int64 // time of the newest update
	Month  int64 // last month that a Coverage tells
}

// noStats are the stats of no records.
var noStats = shardStats{Newest: dedup.NoTime}

// combine returns the stats of both.
func (s shardStats) combine(other shardStats) shardStats {
	return shardStats{max(s.Newest, other.Newest), max(s.Month, other.Month)}
}

// ReduceShardRecords reads all records with some keys, in any order, and emits others. A
// record that is there twice counts once: a framework may keep what several attempts to
// read a shard have emitted. It sorts the records.
func ReduceShardRecords(records []ShardRecord, emit func(ShardRecord) error) (err error) {
	defer catch(&err)
	slices.SortFunc(records, func(a, b ShardRecord) int {
		return cmp.Or(bytes.Compare(a.Key, b.Key), bytes.Compare(a.Value, b.Value))
	})
	stats := noStats
	var values [][]byte
	for i, r := range records {
		if n := len(values); n == 0 || !bytes.Equal(values[n-1], r.Value) {
			values = append(values, r.Value)
		}
		if i+1 < len(records) && bytes.Equal(records[i+1].Key, r.Key) {
			continue
		}
		found, err := reduceKey(r.Key, values, emit)
		if err != nil {
			return err
		}
		stats, values = stats.combine(found), values[:0]
	}
	value := packer{tagStats}
	value.number(stats.Newest)
	value.number(stats.Month)
	return emit(ShardRecord{[]byte{ofTotals}, value})
}

// reduceKey reads the records of a key, each once.
func reduceKey(key []byte, values [][]byte, emit func(ShardRecord) error) (shardStats, error) {
	rest := unpacker(key[1:])
	switch key[0] {
	case ofResource:
		return reduceResource(rest.identity(), values, emit)
	case ofNumber:
		return noStats, reduceNumbers(values, emit)
	case ofVersions:
		return noStats, reduceVersions(values, emit)
	case ofBeneficiary:
		return reduceBeneficiary(values, emit)
	}
	return noStats, errShardRecord
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
func tell(emit func(ShardRecord) error, tag byte, global int64) error {
	value := packer{tag}
	value.number(localOrdinal(global))
	return emit(ShardRecord{ShardKey(shardOf(global)), value})
}

// reduceResource finds out which versions of a resource stay.
func reduceResource(id [2]uint64, values [][]byte, emit func(ShardRecord) error) (shardStats, error) {
	versions, keys := make([]resourceVersion, len(values)), make([]dedup.Key, len(values))
	for i, value := range values {
		versions[i] = unpackVersion(id, value)
		keys[i] = versions[i].Key
	}
	order := ranks(len(keys), func(i int) *int64 { return &keys[i].Resource })
	found := dedup.OutcomeOf(keys)
	for i := range versions {
		v := &versions[i]
		if v.Deletion {
			continue
		}
		rank, _ := slices.BinarySearch(order, v.Resource)
		if err := v.pass(found.Replaced.Has(int64(rank)), found.Deleted.Has(int64(rank)), emit); err != nil {
			return noStats, err
		}
	}
	return shardStats{Newest: found.Newest}, nil
}

// pass emits what a version of a resource shows.
func (v *resourceVersion) pass(replaced, deleted bool, emit func(ShardRecord) error) error {
	var err error
	switch {
	case replaced:
		err = tell(emit, tagReplaced, v.Resource)
	case deleted:
		err = tell(emit, tagDeleted, v.Resource)
	}
	for i := range v.links {
		value := packer{}
		value.number(v.Resource)
		value.flag(replaced)
		value.flag(deleted)
		value.link(&v.links[i])
		key := packer{ofNumber}
		key.hash(v.links[i].Number[0])
		err = cmp.Or(err, emit(ShardRecord{key, value}))
	}
	if !replaced && !deleted {
		for _, c := range v.claims {
			value := packer{}
			value.number(v.Resource)
			value.number(c.Updated)
			key := packer{ofVersions}
			key.identity(c.ID)
			err = cmp.Or(err, emit(ShardRecord{key, value}))
		}
	}
	if !deleted {
		for i := range v.updates {
			u := &v.updates[i]
			u.replaced = replaced
			value := packer{tagUpdate}
			value.update(u)
			err = cmp.Or(err, emit(ShardRecord{beneficiaryKey(u.ID), value}))
		}
	}
	return err
}

// reduceNumbers finds out which claims of a beneficiary are superseded by control numbers.
func reduceNumbers(values [][]byte, emit func(ShardRecord) error) error {
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
	return cmp.Or(tellAll(emit, tagSuperseded, found.Superseded, order), tellAll(emit, tagNewest, found.Newest, order))
}

// reduceVersions finds out which of the claims whose versions are matched are
// superseded.
func reduceVersions(values [][]byte, emit func(ShardRecord) error) error {
	keys := make([]dedup.Key, len(values))
	for i, value := range values {
		u := unpacker(value)
		keys[i] = dedup.Key{Resource: u.number(), Updated: u.number()}
	}
	order := ranks(len(keys), func(i int) *int64 { return &keys[i].Resource })
	return tellAll(emit, tagSuperseded, dedup.OutcomeOf(keys).Replaced, order)
}

// tellAll tells shards about the resources of a set of ranks.
func tellAll(emit func(ShardRecord) error, tag byte, set table.OrdinalSet, order []int64) error {
	for rank, global := range order {
		if set.Has(int64(rank)) {
			if err := tell(emit, tag, global); err != nil {
				return err
			}
		}
	}
	return nil
}

// reduceBeneficiary passes the updates of a beneficiary to the shards with its rows, and
// its former MBIs to all.
func reduceBeneficiary(values [][]byte, emit func(ShardRecord) error) (shardStats, error) {
	var updates []sharedUpdate
	shards := map[int]bool{}
	for _, value := range values {
		u := unpacker(value)
		switch u.byte() {
		case tagPresent:
			shards[int(u.number())] = true
		case tagUpdate:
			updates = append(updates, u.update())
		default:
			return noStats, errShardRecord
		}
	}
	sortUpdates(updates)
	known := beneficiary.NewRegistry()
	plain := make([]beneficiary.Update, 0, len(updates))
	for i := range updates {
		if updates[i].Part != beneficiary.Hospice {
			known.Apply(&updates[i].Update)
		}
		plain = append(plain, updates[i].Update)
	}
	for _, u := range effective(updates) {
		value := packer{tagUpdate}
		value.update(u)
		for shard := range shards {
			if err := emit(ShardRecord{ShardKey(shard), value}); err != nil {
				return noStats, err
			}
		}
	}
	for _, link := range known.MBILinks(plain) {
		value := bytes.NewBuffer([]byte{tagLink})
		if err := binary.Write(value, binary.LittleEndian, &link); err != nil {
			return noStats, err
		}
		if err := emit(ShardRecord{[]byte{ofTotals}, value.Bytes()}); err != nil {
			return noStats, err
		}
	}
	return shardStats{Newest: dedup.NoTime, Month: int64(known.LatestMonth())}, nil
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
}

// MergeShardTotals merges the values of the records for it. It reports ErrMixed.
func MergeShardTotals(values [][]byte) (totals []byte, err error) {
	defer catch(&err)
	var t shardTotals
	stats := noStats
	var links []beneficiary.MBILink
	var strays, resources int64
	sized := map[int]bool{}
	for _, value := range distinct(values) {
		u := unpacker(value)
		switch u.byte() {
		case tagSize:
			var size shardSize
			if err := gob.NewDecoder(bytes.NewReader(u)).Decode(&size); err != nil {
				return nil, err
			}
			if sized[size.Shard] {
				continue
			}
			sized[size.Shard] = true
			t.Sizes = append(t.Sizes, size)
			t.Units = t.Units || size.Units
			strays, resources = strays+size.Strays, resources+size.Resources
			for api, seen := range size.APIs {
				t.APIs[api] = t.APIs[api] || seen
			}
		case tagLink:
			var link beneficiary.MBILink
			if err := binary.Read(bytes.NewReader(u), binary.LittleEndian, &link); err != nil {
				return nil, err
			}
			links = append(links, link)
		case tagStats:
			stats = stats.combine(shardStats{u.number(), u.number()})
		default:
			return nil, errShardRecord
		}
	}
	t.Newest, t.Month = stats.Newest, int(stats.Month)
	if isMixed(t.APIs, strays, resources) {
		return nil, crosswalk.ErrMixed
	}
	t.Successors, t.Claimed = beneficiary.Successors(links)
	var out bytes.Buffer
	err = gob.NewEncoder(&out).Encode(&t)
	return out.Bytes(), err
}

// add reads a record of a shard.
func (v *verdict) add(s *Shard, record []byte) (err error) {
	defer catch(&err)
	u := unpacker(record)
	switch u.byte() {
	case tagBegin:
	case tagReplaced:
		v.replaced.Add(u.number())
	case tagDeleted:
		v.deleted.Add(u.number())
	case tagSuperseded:
		v.superseded.Add(u.number())
	case tagNewest:
		v.circles++
	case tagUpdate:
		update := u.update()
		update.Resource -= globalOrdinal(s.Number, 0) // as in the rows of the shard
		v.updates = append(v.updates, update)
	default:
		return errShardRecord
	}
	return nil
}
