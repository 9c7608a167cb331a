package synth

// v2 writes the resources of API v2, the way the server does from the same
// records: FHIR R4 of the CARIN profiles, keys in alphabetical order.
type v2 struct {
	team      careTeam
	diagnoses diagnosisList
	lines     []links
	infos     int // entries of supportingInfo so far

	dialect dialect
	created instant
}

func newV2(opts *Options) *v2 { return &v2{dialect: opts.dialect, created: opts.calendar.created()} }

// A kind is what the claims of a type have in common in v2.
type v2Kind struct {
	id       string // in the id of the resource
	coverage string // part of Medicare
	meta     string // what follows lastUpdated
	eobType  string // the coding of the claim type
	types    string // the coding after it
	subType  string
}

func newV2Kind(id, part, profile, eobType, claimType, subType string) v2Kind {
	k := v2Kind{
		id:       id,
		coverage: part,
		meta:     `,"profile":[` + quoted(carinDef+"C4BB-ExplanationOfBenefit-"+profile) + `]},"outcome":"complete",`,
		eobType:  coding(blueButton+"eob-type", eobType, "") + ",",
		types:    claimType,
	}
	if subType != "" {
		text := string(subType[0]-'a'+'A') + subType[1:]
		k.subType = `"subType":{"coding":[` + coding(carin+"C4BBInstitutionalClaimSubType", subType, "") + `],"text":"` + text + `"},`
	}
	return k
}

var v2Kinds = func() [claimTypes]v2Kind {
	institutional := coding(terminology+"claim-type", "institutional", "Institutional")
	professional := coding(terminology+"claim-type", "professional", "Professional")
	pharmacy := coding(terminology+"claim-type", "pharmacy", "Pharmacy")
	const inpatientProfile, nonClinician = "Inpatient-Institutional", "Professional-NonClinician"
	return [claimTypes]v2Kind{
		inpatient:  newV2Kind("inpatient", "part-a", inpatientProfile, "INPATIENT", institutional, "inpatient"),
		snf:        newV2Kind("snf", "part-a", inpatientProfile, "SNF", institutional, "inpatient"),
		outpatient: newV2Kind("outpatient", "part-b", "Outpatient-Institutional", "OUTPATIENT", institutional, "outpatient"),
		hha:        newV2Kind("hha", "part-b", nonClinician, "HHA", professional, "inpatient"),
		hospice:    newV2Kind("hospice", "part-a", inpatientProfile, "HOSPICE", institutional, "inpatient"),
		carrier:    newV2Kind("carrier", "part-b", nonClinician, "CARRIER", professional, ""),
		dme:        newV2Kind("dme", "part-a", inpatientProfile, "DME", institutional, ""),
		partD:      newV2Kind("pde", "part-d", "Pharmacy", "PDE", pharmacy, ""),
	}
}()

// uniqueID is the type of the identifiers of claims.
var uniqueID = `"type":` + concept(coding(carin+"C4BBIdentifierType", "uc", "Unique Claim ID")) + `,"value":`

// The members of a claim that all types have are written by the following,
// each for a run of keys.

func (w *v2) idMembers(b []byte, c *claim) []byte {
	b = append(b, `"id":"`...)
	b = append(b, v2Kinds[c.Type].id...)
	b = append(b, '-')
	b = appendInt(b, int(c.ClmID))
	b = append(b, `","identifier":[{"system":"`+variables...)
	if c.Type == partD {
		b = append(b, `pde_id",`...)
	} else {
		b = append(b, `clm_id",`...)
	}
	b = append(b, uniqueID...)
	b = appendID(b, c.ClmID)
	b = append(b, `},{"system":"`+identifiers+`claim-group",`...)
	b = append(b, uniqueID...)
	b = appendID(b, c.ClmGrpID)
	return append(b, `}`...)
}

func (w *v2) insuranceMembers(b []byte, c *claim) []byte {
	b = append(b, `"insurance":[{"coverage":{"reference":"Coverage/`...)
	b = append(b, v2Kinds[c.Type].coverage...)
	b = append(b, '-')
	b = appendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"},"focal":true}],"insurer":{"identifier":{"value":"CMS"}},`...)
}

func (w *v2) metaMembers(b []byte, c *claim) []byte {
	b = append(b, `"meta":{"lastUpdated":`...)
	b = appendInstant(b, c.LastUpdated)
	b = append(b, v2Kinds[c.Type].meta...)
	b = append(b, `"patient":{"reference":"Patient/`...)
	b = appendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"},`...)
}

func (w *v2) statusMembers(b []byte, c *claim) []byte {
	b = append(b, `"resourceType":"ExplanationOfBenefit","status":"`...)
	b = append(b, c.status()...)
	b = append(b, `",`...)
	return append(b, v2Kinds[c.Type].subType...)
}

// typeMembers ends the resource.
func (w *v2) typeMembers(b []byte, c *claim, nchClmTypeCd string) []byte {
	b = append(b, `"type":{"coding":[`...)
	if nchClmTypeCd != "" {
		b = claimTypeCodes.append(b, nchClmTypeCd)
		b = append(b, ',')
	}
	if !c.noEOBType {
		b = append(b, v2Kinds[c.Type].eobType...)
	}
	b = append(b, v2Kinds[c.Type].types...)
	if w.dialect.noUse {
		return append(b, `]}}`...)
	}
	return append(b, `]},"use":"claim"}`...)
}

func (w *v2) createdMember(b []byte) []byte {
	b = append(b, `"created":`...)
	b = appendInstant(b, w.created)
	return append(b, ',')
}

// Supporting information.

func (w *v2) infoSequence(b []byte) []byte {
	w.infos++
	b = append(b, `,"sequence":`...)
	return appendInt(b, w.infos)
}

// infoCode writes an entry with a code, if the column is not empty.
func (w *v2) infoCode(b []byte, category string, set *codes, code string) []byte {
	if code == "" {
		return b
	}
	b = append(b, `{"category":`...)
	b = append(b, category...)
	b = append(b, `,"code":{"coding":[`...)
	b = set.append(b, code)
	b = append(b, `]}`...)
	return append(w.infoSequence(b), `},`...)
}

func (w *v2) infoDate(b []byte, category string, d date) []byte {
	if d == 0 {
		return b
	}
	b = append(b, `{"category":`...)
	b = append(b, category...)
	b = w.infoSequence(b)
	b = append(b, `,"timingDate":`...)
	b = appendDate(b, d)
	return append(b, `},`...)
}

func (w *v2) infoPeriod(b []byte, category string, from, thru date) []byte {
	if from == 0 && thru == 0 {
		return b
	}
	b = append(b, `{"category":`...)
	b = append(b, category...)
	b = w.infoSequence(b)
	b = append(b, `,"timingPeriod":`...)
	b = appendPeriod(b, from, thru)
	return append(b, `},`...)
}

func (w *v2) infoCount(b []byte, category string, n int) []byte {
	b = append(b, `{"category":`...)
	b = append(b, category...)
	b = w.infoSequence(b)
	b = append(b, `,"valueQuantity":{"value":`...)
	b = appendInt(b, n)
	return append(b, `}},`...)
}

// appendPeriod writes a period, of which one end may be missing.
func appendPeriod(b []byte, from, thru date) []byte {
	b = append(b, '{')
	if thru != 0 {
		b = append(b, `"end":`...)
		b = appendDate(b, thru)
		b = append(b, ',')
	}
	if from != 0 {
		b = append(b, `"start":`...)
		b = appendDate(b, from)
		b = append(b, ',')
	}
	return closeObject(b)
}

// Extensions, each with a comma behind.

func codeExtension(b []byte, set *codes, code string) []byte {
	if code == "" {
		return b
	}
	return append(set.appendExtension(b, code), ',')
}

func plainExtension(b []byte, variable, code string) []byte {
	if code == "" {
		return b
	}
	return append(appendCodeExtension(b, variable, code), ',')
}

func identifierExtension(b []byte, variable, value string) []byte {
	if value == "" {
		return b
	}
	return append(appendIdentifierExtension(b, variable, value), ',')
}

func quantityExtension(b []byte, variable string, q quantity) []byte {
	b = append(b, `{"url":"`+variables...)
	b = append(b, variable...)
	b = append(b, `","valueQuantity":{"value":`...)
	b = q.appendJSON(b)
	return append(b, `}},`...)
}

func moneyExtension(b []byte, variable string, a amount) []byte {
	if a == noAmount {
		return b
	}
	b = append(b, `{"url":"`+variables...)
	b = append(b, variable...)
	b = append(b, `","valueMoney":`+moneyStart...)
	b = a.appendJSON(b)
	return append(b, `}},`...)
}
