package synth

// v3Export hands the records of the IDR to an export.
type v3Export struct {
	*export
	v3    v3
	truth *v3Truth
	// partial is the truth of partially adjudicated claims.
	partial *v3Truth
}

// startV3 makes what makes the beneficiaries of an export of v3.
func startV3(e *export) func(index int) {
	x := &v3Export{export: e, v3: v3{dialect: e.opts.dialect}}
	if e.truth != nil {
		x.truth, x.partial = newV3Truth(e.truth.tables), newV3Truth(e.truth.partial)
	}
	m := &idrMaker{generator: newGenerator(e.opts.Seed, e.opts.calendar), to: x}
	if e.edges != nil {
		m.to, m.edges = &edgeIDRVisitor{idrVisitor: x, edgeCases: e.edges}, true
	}
	return m.visit
}

func (x *v3Export) person(p *idrPerson, late bool) {
	if !p.noPatient {
		x.stats.Patients++
		x.write(&x.patients, late, func(b []byte) []byte { return x.v3.patient(b, p) })
	}
	if p.mergedID != 0 && !p.noPatient {
		x.stats.Patients++
		x.write(&x.patients, late, func(b []byte) []byte { return x.v3.merged(b, p) })
	}
	if p.noCoverage {
		return
	}
	for n := range x.v3.coverages(p) {
		x.stats.Coverages++
		x.write(&x.coverages, late, func(b []byte) []byte { return x.v3.coverage(b, p, n) })
	}
}

func (x *v3Export) event(c *idrClaim, late bool) {
	x.stats.Claims++
	x.write(&x.claims, late, func(b []byte) []byte { return x.v3.event(b, c) })
	if t := x.export.truth; t != nil {
		t.idrClaim(c, x.sent)
		if c.system == sharedSystem {
			x.partial.partialClaim(c)
		}
	}
}

func (x *v3Export) authorization(a *idrAuthorization, late bool) {
	x.stats.Claims++
	x.write(&x.claims, late, func(b []byte) []byte { return x.v3.priorAuthorization(b, a) })
}

func (x *v3Export) newestAuthorization(a *idrAuthorization) {
	if t := x.export.truth; t != nil {
		for i := range a.Items {
			t.prior.write(priorRow{a, i, x.sent})
		}
	}
}

func (x *v3Export) newestPerson(p *idrPerson) {
	if x.truth != nil {
		x.truth.person(p)
		if !p.noCoverage {
			x.export.truth.idrMonths(p)
		}
		x.export.truth.claims.write()
		if err := x.export.truth.flush(flushSize); x.err == nil {
			x.err = err
		}
	}
}

func (x *v3Export) newestEvent(c *idrClaim) {
	if x.truth != nil {
		x.truth.event(c)
		if c.kind == partD {
			x.export.truth.idrCosts.write(*c)
			x.export.truth.newestDrug(c)
		}
		x.export.truth.claims.drugs = len(x.export.truth.claims.rows)
	}
}
