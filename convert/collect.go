package convert

import (
	"cmp"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// collect adds a result to what was collected so far.
func (r *run) collect(res *result) error {
	if res.err != nil {
		return res.err
	}
	if err := r.collectRows(res); err != nil {
		return err
	}
	if r.scan != nil {
		if err := r.scan.collect(r, res); err != nil {
			return err
		}
	} else if err := cmp.Or(r.collectKeys(res), r.collectUpdates(res)); err != nil {
		return err
	}
	r.lines.addAll(res.lines, r.resources)
	r.resources += int64(len(res.keys))
	r.newest = max(r.newest, res.newest)
	for api, seen := range res.apis {
		r.apis[api] = r.apis[api] || seen
	}
	if err := r.checkStrays(res); err != nil {
		return err
	}
	r.counts.Add(res.counts)
	r.adjusted = r.adjusted.addAll(res.adjusted)
	if err := r.collectSizes(res); err != nil {
		return err
	}
	if err := r.rejects.add(res); err != nil {
		return err
	}
	if r.opts.MaxRejects >= 0 && r.counts.Rejected > r.opts.MaxRejects {
		last := &res.bad[len(res.bad)-1]
		return fmt.Errorf("%w: more than %d, the last in %s line %d: %s", ErrTooManyRejects,
			r.opts.MaxRejects, last.File, last.Line, last.Reason)
	}
	r.report("read", r.inputs.done.Load(), r.inputs.total.Load())
	return nil
}

// collectRows collects the rows of a result.
func (r *run) collectRows(res *result) error {
	for _, p := range res.pages {
		r.noteUnits(p)
		if r.scan != nil {
			r.scan.note(p.page)
		}
		if err := r.spills[p.output].Add(p.page, r.resources); err != nil {
			return err
		}
	}
	r.lineless.AddAll(res.lineless, r.resources)
	r.partial.AddAll(res.partial, r.resources)
	r.prior.AddAll(res.prior, r.resources)
	return nil
}

// collectKeys collects the keys of the resources of a result, and what else is known of
// them.
func (r *run) collectKeys(res *result) error {
	for _, k := range res.keys {
		k.Resource += r.resources
		if err := r.keys.Add(k); err != nil {
			return err
		}
	}
	for _, k := range res.claims {
		k.Resource += r.resources
		if err := r.claims.Add(k); err != nil {
			return err
		}
	}
	for _, k := range res.links {
		k.Resource += r.resources
		if k.Names && r.held != nil {
			r.held.Add(k.Resource)
		}
		if err := r.links.Add(k); err != nil {
			return err
		}
	}
	for i := range res.sightings {
		x := &res.sightings[i]
		x.Resource += r.resources
		if err := r.sightings.Add(x); err != nil {
			return err
		}
	}
	for _, u := range res.updates {
		if at, known := r.newestOf[u.id]; !known || u.at > at {
			r.newestOf[u.id] = u.at
		}
	}
	for _, d := range res.deletions {
		d.Resource += r.resources
		if err := r.deletions.add(&d); err != nil {
			return err
		}
	}
	return nil
}

// collectUpdates collects the updates of beneficiaries.
func (r *run) collectUpdates(res *result) error {
	for i := range res.beneficiaries {
		u := &res.beneficiaries[i]
		u.Resource += r.resources
		if r.held != nil && len(u.Former) > 0 {
			r.held.Add(u.Resource)
		}
		if u.Part != beneficiary.Hospice {
			r.beneficiaries.Apply(u)
			if err := r.journal.Add(u); err != nil {
				return err
			}
			continue
		}
		if err := r.hospice.Add(r.beneficiaries, u); err != nil {
			return err
		}
	}
	return nil
}

// collectSizes collects the size of a result, and reports an input that broke
// off unless that is allowed.
func (r *run) collectSizes(res *result) error {
	for len(r.sizes) <= res.input {
		r.sizes = append(r.sizes, inputSize{})
	}
	in := &r.sizes[res.input]
	in.text += res.size
	in.lines += res.counts.Lines
	in.rejects += res.counts.Rejected
	r.text += res.size
	if res.broke {
		if !r.opts.AllowPartial {
			return newBreakOffError(&res.bad[0].Reject)
		}
		r.counts.BrokenOff++
		in.broke = res.bad[0].Line
	}
	return nil
}

// noteUnits notes whether rows have unit counts. See crosswalk.UnitsSent.
func (r *run) noteUnits(p outputPage) {
	if o := &r.outputs[p.output]; o.table.File == "CCLF2" && !o.partial {
		r.units = r.units || p.page.HasValues(o.table.Index(wellknown.RevenueUnitsLabel))
	}
}

// fewStrays is the number of resources of another API version that are rejected
// one by one, however small the export.
const fewStrays = 100

// checkStrays reports ErrMixed for an export that has both kinds of API versions,
// or more than some strays of the other kind.
func (r *run) checkStrays(res *result) error {
	r.strays += res.strays
	if r.scan == nil && isMixed(r.apis, r.strays, r.counts.Resources) {
		return fmt.Errorf("%w (in %s)", ErrMixed, r.sources.name(res.input))
	}
	return nil
}

// isMixed reports whether resources are of both kinds of API versions.
func isMixed(apis [len(schema.APIs)]bool, strays, resources int64) bool {
	both := apis[schema.V3] && (apis[schema.V1] || apis[schema.V2])
	return both || strays > fewStrays && strays > resources/10
}

// endReading ends the collection when all input has been read: it writes all rows
// to disk, and finds the resources of which there are newer versions.
func (r *run) endReading() error {
	if err := r.rejects.endInput(); err != nil {
		return err
	}
	if err := r.findOlder(); err != nil {
		return err
	}
	if err := r.addClaimedXref(); err != nil {
		return err
	}
	r.beneficiaries.SettleExport(r.newest)
	if r.verdict != nil && r.newest == dedup.NoTime {
		r.beneficiaries.SetExport(r.verdict.Month)
	}
	if r.members != nil && r.members.mbis == nil {
		r.members.settle(r.beneficiaries)
	}
	var group errgroup.Group
	group.SetLimit(r.opts.Jobs)
	for _, s := range r.spills {
		if s != nil {
			group.Go(s.End)
		}
	}
	err := group.Wait()
	r.pages, r.keys, r.claims, r.links = nil, nil, nil, nil // the merge pass uses their memory
	return err
}

// findOlder finds the resources that were deleted or of which there is a newer
// version, and the claims that a related one supersedes.
func (r *run) findOlder() error {
	if r.verdict != nil {
		return r.verdict.apply(r)
	}
	if err := cmp.Or(r.findRuns(), r.applyDeletions()); err != nil {
		return err
	}
	found, err := r.keys.Outcome(nil)
	if err != nil {
		return err
	}
	r.counts.Repeated = found.Repeated
	r.counts.Replaced, r.counts.Deleted = found.Replaced.Len()-found.Repeated, found.Deleted.Len()
	r.replaced, r.newest = found.Replaced.With(found.Deleted), found.Newest
	if err := r.findAttribution(found.Deleted); err != nil {
		return err
	}
	if r.members != nil {
		r.newest = min(r.newest, r.newestOfMembers())
	}
	if !found.Deleted.Empty() || r.members != nil {
		gone := func(u *beneficiary.Update) bool {
			return found.Deleted.Has(u.Resource) || r.members != nil && !r.members.ids[u.ID]
		}
		if r.beneficiaries, err = r.journal.Replay(r.beneficiaries, gone); err != nil {
			return err
		}
	}
	if err := r.journal.Remove(); err != nil {
		return err
	}
	related, err := r.claims.Replaced(r.replaced)
	if err != nil {
		return err
	}
	prior, err := r.links.Superseded(found.Replaced, found.Deleted)
	r.superseded, r.counts.PriorCircles = related.With(prior.Superseded), prior.Newest.Len()
	return err
}

// newestOfMembers returns the time of the newest update of a member's resources.
func (r *run) newestOfMembers() int64 {
	newest := int64(dedup.NoTime)
	for id := range r.members.ids {
		if at, known := r.newestOf[id]; known {
			newest = max(newest, at)
		}
	}
	return newest
}

// addClaimedXref makes the rows of former MBIs that only claims show. They are of
// no resource: their ordinal comes after those of all.
func (r *run) addClaimedXref() error {
	links := r.beneficiaries.SettleClaims()
	if r.verdict != nil {
		links = r.verdict.links
	}
	if len(links) == 0 {
		return nil
	}
	for i, s := range r.spills {
		if s == nil || s.out.table.Grain != schema.PerIdentifier {
			continue
		}
		t := s.out.table
		page := r.pages.Get(i)
		for _, link := range links {
			row := page.Add(0, 0, false)
			for label, v := range map[string][]byte{
				wellknown.XrefKindLabel: []byte(wellknown.XrefMBI),
				wellknown.CurrentLabel:  link.Current.Text(),
				wellknown.FormerLabel:   link.Former.Text(),
			} {
				if err := page.Set(row, t.Index(label), v); err != nil {
					return err
				}
			}
		}
		if err := s.Add(page, r.resources); err != nil {
			return err
		}
	}
	return nil
}
