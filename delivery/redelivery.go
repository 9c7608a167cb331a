package delivery

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"path/filepath"
	"slices"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A rowKey stands for the values of a row.
type rowKey struct {
	identity uint64    // hash of the columns that identify the row
	all      [2]uint64 // hash of all columns of CCLF
}

// identityLabels are the columns that tell rows of claims apart: the claim, the
// line or the sequence in it, and its version.
var identityLabels = []string{
	"CUR_CLM_UNIQ_ID", "CLM_LINE_NUM", "CLM_PROD_TYPE_CD", "CLM_VAL_SQNC_NUM", "CLM_ADJSMT_TYPE_CD", "CLM_EFCTV_DT",
}

// isCumulative reports whether each delivery repeats the rows of a table as they
// are at the time: the beneficiaries and their MBIs.
func isCumulative(t *schema.Table) bool { return t.File == "CCLF8" || t.File == "CCLF9" }

// A keyer makes the keys of the rows of a table. Hashes are of this process.
type keyer struct {
	seeds    [2]maphash.Seed
	identity []int // columns
	columns  int   // those of CCLF, which are the first of the page
}

func newKeyer(t *schema.Table, columns int, seeds [2]maphash.Seed) *keyer {
	k := &keyer{seeds: seeds, columns: columns}
	for i := range t.Fields[:columns] {
		if slices.Contains(identityLabels, t.Fields[i].Label) {
			k.identity = append(k.identity, i)
		}
	}
	return k
}

// key is the key of a row. Buf is for its use and comes back, grown.
func (k *keyer) key(p *table.Page, row []table.Cell, buf []byte) (rowKey, []byte) {
	buf = buf[:0]
	for _, col := range k.identity {
		buf = p.AppendKey(buf, row[col])
	}
	key := rowKey{identity: maphash.Bytes(k.seeds[0], buf)}
	buf = buf[:0]
	for _, cell := range row[:k.columns] {
		buf = p.AppendKey(buf, cell)
	}
	key.all = [2]uint64{maphash.Bytes(k.seeds[0], buf), maphash.Bytes(k.seeds[1], buf)}
	return key, buf
}

// A rowEntry is a row among those of all deliveries.
type rowEntry struct {
	rowKey
	table    uint8
	delivery uint32 // its ID; once it is read back, its rank
	row      int64  // in the table
}

const entryBytes = 8 + 16 + 1 + 4 + 8

func (e *rowEntry) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, e.identity)
	dst = binary.LittleEndian.AppendUint64(dst, e.all[0])
	dst = binary.LittleEndian.AppendUint64(dst, e.all[1])
	dst = append(dst, e.table)
	dst = binary.LittleEndian.AppendUint32(dst, e.delivery)
	return binary.LittleEndian.AppendUint64(dst, uint64(e.row))
}

func (e *rowEntry) read(b []byte) {
	e.identity = binary.LittleEndian.Uint64(b)
	e.all = [2]uint64{binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])}
	e.table = b[24]
	e.delivery = binary.LittleEndian.Uint32(b[25:])
	e.row = int64(binary.LittleEndian.Uint64(b[29:]))
}

// compare orders entries by table and values, then by delivery and row.
func (e rowEntry) compare(o rowEntry) int {
	return cmp.Or(
		cmp.Compare(e.table, o.table), cmp.Compare(e.identity, o.identity),
		cmp.Compare(e.all[0], o.all[0]), cmp.Compare(e.all[1], o.all[1]),
		cmp.Compare(e.delivery, o.delivery), cmp.Compare(e.row, o.row),
	)
}

// entryParts is the number of files among which the entries are divided by their
// identities. One of them is in memory at a time: 1 GB of claims has some 2.5
// million rows, which are 1.5 MB a file.
const entryParts = 64

// A redeliveryLog finds rows that are equal in deliveries of different times.
type redeliveryLog struct {
	parts [entryParts]*table.Spool
	dir   string
	buf   []byte
}

func newRedeliveryLog(dir string) *redeliveryLog { return &redeliveryLog{dir: dir} }

// add takes the key of a row.
func (l *redeliveryLog) add(e rowEntry) error {
	i := e.identity % entryParts
	if l.parts[i] == nil {
		s := table.NewSpool(filepath.Join(l.dir, fmt.Sprintf("rows-%02d", i)))
		l.parts[i] = &s
	}
	l.buf = e.append(l.buf[:0])
	_, err := l.parts[i].Write(l.buf)
	return err
}

// A ranking is what is known of the times of deliveries, by rank.
type ranking struct {
	times []int  // their places in the order of their times
	dated []bool // whether their names tell a time; others come first
}

// verdicts take what is found of rows of several deliveries.
type verdicts struct {
	// redelivered is called for each row that only repeats an equal one: that of a
	// delivery of lower rank, with no other values of their identity delivered between
	// the two. revised is called for each other row whose identity a delivery of lower
	// rank has.
	redelivered, revised func(*rowEntry)
	// older is called for each row of a delivery without a time that one with a time
	// revises, and undecided for the first rows of two deliveries without a time that
	// have other values of one identity, if none with a time has it.
	older     func(*rowEntry)
	undecided func(a, b *rowEntry)
}

// each judges all rows, except those that skip wants to pass over.
func (l *redeliveryLog) each(r ranking, skip func(*rowEntry) bool, v verdicts) error {
	for _, part := range l.parts {
		if part == nil {
			continue
		}
		entries, err := readEntries(part, skip)
		if err != nil {
			return err
		}
		slices.SortFunc(entries, rowEntry.compare)
		for from := 0; from < len(entries); {
			to := from + 1
			for to < len(entries) && entries[to].table == entries[from].table && entries[to].identity == entries[from].identity {
				to++
			}
			eachOfIdentity(entries[from:to], r, v)
			from = to
		}
	}
	return nil
}

// eachOfIdentity judges the rows of one identity.
func eachOfIdentity(entries []rowEntry, r ranking, v verdicts) {
	earliest := entries[0].delivery
	for i := range entries {
		earliest = min(earliest, entries[i].delivery)
	}
	if entries[0].all != entries[len(entries)-1].all {
		slices.SortStableFunc(entries, func(a, b rowEntry) int { return cmp.Compare(r.times[a.delivery], r.times[b.delivery]) })
		eachOfRevised(entries, earliest, v)
		eachUndated(entries, r.dated, v)
		return
	}
	for i := range entries {
		if entries[i].delivery > earliest {
			v.redelivered(&entries[i])
		}
	}
}

// eachOfRevised is eachOfIdentity for rows, in the order of their times, of which some
// have other values. Values that come back after others are not a repetition: the newest
// row tells what holds.
func eachOfRevised(entries []rowEntry, earliest uint32, v verdicts) {
	type stretch struct { // of deliveries, one after another, that have the values
		until int    // the last one, among those with the identity
		first uint32 // the lowest rank
		rows  []*rowEntry
	}
	stretches := map[[2]uint64]*stretch{}
	end := func(s *stretch) {
		for _, e := range s.rows {
			switch {
			case e.delivery > s.first:
				v.redelivered(e)
			case e.delivery > earliest:
				v.revised(e)
			}
		}
	}
	nth := 0
	for i := range entries {
		e := &entries[i]
		if i > 0 && e.delivery != entries[i-1].delivery {
			nth++
		}
		s := stretches[e.all]
		if s == nil || s.until < nth-1 {
			if s != nil {
				end(s)
			}
			s = &stretch{first: e.delivery}
			stretches[e.all] = s
		}
		s.until, s.first, s.rows = nth, min(s.first, e.delivery), append(s.rows, e)
	}
	for _, s := range stretches {
		end(s)
	}
}

// eachUndated looks at the rows, in the order of their times, that deliveries without one
// have of an identity.
func eachUndated(entries []rowEntry, dated []bool, v verdicts) {
	if last := entries[len(entries)-1]; dated[last.delivery] {
		for i := range entries {
			if e := &entries[i]; !dated[e.delivery] && e.all != last.all {
				v.older(e)
			}
		}
		return
	}
	sameAll := func(a, b rowEntry) bool { return a.all == b.all }
	var first []rowEntry
	for from := 0; from < len(entries); {
		to := from + 1
		for to < len(entries) && entries[to].delivery == entries[from].delivery {
			to++
		}
		switch {
		case first == nil:
			first = entries[from:to]
		case !slices.EqualFunc(first, entries[from:to], sameAll):
			v.undecided(&first[0], &entries[from])
		}
		from = to
	}
}

func readEntries(part *table.Spool, skip func(*rowEntry) bool) (entries []rowEntry, err error) {
	if err := part.End(); err != nil {
		return nil, err
	}
	r, err := part.Rewind()
	if err != nil {
		return nil, err
	}
	var b [entryBytes]byte
	for {
		switch _, err := io.ReadFull(r, b[:]); {
		case errors.Is(err, io.EOF):
			return entries, part.Remove()
		case err != nil:
			return nil, err
		}
		var e rowEntry
		e.read(b[:])
		if !skip(&e) {
			entries = append(entries, e)
		}
	}
}
