package convert

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// Leavers says what becomes of beneficiaries who were in an earlier list of Patients
// and are not in the newest one.
type Leavers string

// The choices for leavers.
const (
	KeepLeavers Leavers = "keep" // their rows stay
	DropLeavers Leavers = "drop" // as in a full export: all rows are of beneficiaries in the newest list
)

// ErrNoList reports that leavers are to be dropped, but no run has a full list of
// Patients.
var ErrNoList = errors.New("no run of the export folder has a full list of Patients, so nobody is known to have left")

// ErrUnrelated reports runs of one folder that seem to be of different organizations.
var ErrUnrelated = errors.New("next to nobody of the earlier lists of Patients is in a newer one: the runs seem to be of different organizations")

// members are the beneficiaries of the newest full list of Patients.
type members struct {
	ids  map[beneficiary.ID]bool
	mbis map[string]bool // current ones
}

// findAttribution finds who was seen in which runs. It is called when the deleted
// resources are known, and forgets what leavers told if they are dropped.
func (r *run) findAttribution(deleted table.OrdinalSet) (err error) {
	if r.sightings == nil {
		return nil
	}
	runOf := func(input int) (int, bool) {
		i, known := r.runs.ofInput[input]
		return i, known
	}
	known := r.knownList()
	if r.presence, err = r.sightings.Settle(runOf, deleted, known); err != nil {
		return err
	}
	if err := r.checkRelated(known); err != nil {
		return err
	}
	r.countLeavers()
	if r.opts.Leavers != DropLeavers {
		return nil
	}
	newest := newestList(r.runs.list)
	if newest < 0 {
		if slices.ContainsFunc(r.runs.list, func(f FetchRun) bool { return f.CutList }) {
			return nil // the next list shows who left
		}
		return fmt.Errorf("%w: %w", ErrOptions, ErrNoList)
	}
	m := &members{ids: map[beneficiary.ID]bool{}}
	for _, p := range r.presence {
		if p.Living >= newest {
			m.ids[p.ID] = true
		}
	}
	r.members = m
	return nil
}

// knownList returns the index of the run with the list of Patients to which the lists of
// later runs are compared, or -1. It is the newest one that the data set to be replaced has:
// runs that were refused do not become right by being there. Without such a data set, it is
// the last one before the newest.
func (r *run) knownList() int {
	list := r.runs.list
	for i := range slices.Backward(list) {
		if list[i].FullList && r.isPublished(&list[i]) {
			return i
		}
	}
	return newestList(list[:max(0, newestList(list))])
}

// checkRelated reports ErrUnrelated if a list of Patients after the known one is of other
// people.
func (r *run) checkRelated(known int) error {
	if r.opts.AllowUnrelated || known < 0 {
		return nil
	}
	for i := known + 1; i < len(r.runs.list); i++ {
		run := &r.runs.list[i]
		if !run.FullList && !run.CutList {
			continue
		}
		var people turnover
		for k := range r.presence {
			people.add(&r.presence[k], known, i)
		}
		if people.unrelated() {
			return fmt.Errorf("run %d (%s): %w", run.Number, run.TransactionTime, ErrUnrelated)
		}
	}
	return nil
}

// turnover counts the people of a list of Patients, and of those before it.
type turnover struct {
	stayed  int // in both
	arrived int // only in the list
	earlier int // only before it
	left    int // only before it, and in the known list
}

// add adds a beneficiary. Known and list are runs.
func (t *turnover) add(p *beneficiary.Presence, known, list int) {
	listed := slices.Contains(p.Later, list)
	switch before := p.First <= known; {
	case before && listed:
		t.stayed++
	case listed:
		t.arrived++
	case before:
		t.earlier++
		if p.Last >= known {
			t.left++
		}
	}
}

// Organizations can have some people in common, who went from one to the other. In each of
// their own lists, most stay.
const fewStay = 10

// unrelated reports whether the list is of other people than those before: nobody stayed,
// or less than a tenth both of those who left and of those who arrived.
func (t *turnover) unrelated() bool {
	if t.stayed == 0 {
		return t.earlier > 0 && t.arrived > 0
	}
	return t.stayed*fewStay < min(t.left, t.arrived)
}

// countLeavers counts those who are not in the newest list of Patients.
func (r *run) countLeavers() {
	newest := newestList(r.runs.list)
	for _, p := range r.presence {
		if newest >= 0 && p.Living < newest {
			r.counts.Leavers++
		}
	}
}

// newestList returns the index of the last run that has a full list of Patients, or -1.
func newestList(list []FetchRun) int {
	newest := -1
	for i := range list {
		if list[i].FullList {
			newest = i
		}
	}
	return newest
}

// settle finds the MBIs of the members, when those of all beneficiaries are known.
func (m *members) settle(known *beneficiary.Registry) {
	m.mbis = map[string]bool{}
	for id := range m.ids {
		m.mbis[string(known.MBI(id))] = true
	}
}

// has reports whether a row is of a member. Rows of v2's partially adjudicated claims
// show their beneficiary only by the MBI.
func (m *members) has(id beneficiary.ID, known *beneficiary.Registry, mbi []byte) bool {
	if id == 0 {
		return m.mbis[string(known.CurrentMBI(mbi))]
	}
	return m.ids[id]
}

// writeAttribution writes the table of attribution.
func (r *run) writeAttribution(tables *dataset.Tables) error {
	if r.opts.Runs == nil || r.opts.Profile != PlainCCLF || r.opts.Format == Fixed || !r.opts.wantsTable(schema.AttributionTable) {
		return nil
	}
	t := schema.Lookup(schema.AttributionTable)
	w := tables.Add(dataset.Target{Name: t.Name, Table: t})
	defer w.Discard()
	newest := newestList(r.runs.list)
	rows, n := table.NewRows(t), 0
	flush := func() error {
		arrays := rows.Arrays()
		defer table.Release(arrays)
		n = 0
		return w.Write(arrays)
	}
	for i := range r.presence {
		p := &r.presence[i]
		first, last := &r.runs.list[p.First], &r.runs.list[p.Last]
		rows.Text(wellknown.PatientLabel, p.PatientID)
		rows.Text(wellknown.BeneficiaryLabel, string(r.beneficiaries.MBI(p.ID)))
		rows.Int("FIRST_RUN", int64(first.Number))
		rows.Text("FIRST_SEEN", first.TransactionTime)
		rows.Int("LAST_RUN", int64(last.Number))
		rows.Text("LAST_SEEN", last.TransactionTime)
		switch {
		case newest < 0:
		case p.Living >= newest:
			rows.Text("CURRENT", "Y")
		default:
			rows.Text("CURRENT", "N")
		}
		rows.End()
		if n++; n == table.BatchRows {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if n > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	return w.Close()
}
