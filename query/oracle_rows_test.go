//go:build cgo

package query_test

// The files oracle_*_test.go compute metrics a second time: in plain Go, from the rows of
// the tables, by the rules that the headers of the metrics state. They share nothing with
// their SQL, not even the views. Only final action is covered: the rows of claims as cclf
// convert writes them.

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A row is a row of a table, by label.
type row map[string]string

// code returns a value without padding, "" for what does not apply.
func (r row) code(label string) string {
	if s := strings.TrimSpace(r[label]); s != "~" {
		return s
	}
	return ""
}

// A day counts days since 1970, none is a missing one.
type day int

const none day = -1 << 40

func (r row) day(label string) day {
	s := r[label]
	if s == "" || s == "1000-01-01" || s == "9999-12-31" {
		return none
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return day(t.Unix() / 86400)
}

func (d day) time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// A month counts months since the year 0, noMonth is a missing one.
type month int

const noMonth month = -1 << 40

func (d day) month() month {
	if d == none {
		return noMonth
	}
	return month(d.time().Year()*12 + int(d.time().Month()) - 1)
}

func (m month) String() string {
	if m == noMonth {
		return "-"
	}
	return fmt.Sprintf("%04d-%02d-01", m/12, m%12+1)
}

// cents is an amount of money.
type cents int64

func (r row) cents(label string) cents {
	s := r[label]
	if s == "" {
		return 0
	}
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if err != nil || len(strings.TrimRight(fraction, "0")) > 2 {
		panic("not an amount in cents: " + s)
	}
	return cents(n)
}

func (r row) int(label string) int {
	n, err := strconv.Atoi(r[label])
	if err != nil {
		return 0
	}
	return n
}

func (c cents) String() string { return decimal(big.NewRat(int64(c), 100), 2) }

// decimal rounds half away from zero.
func decimal(r *big.Rat, places int) string { return r.FloatString(places) }

// ratio returns n / d with a number of decimal places, - without a denominator.
func ratio(n, d int64, places int) string {
	if d <= 0 {
		return "-"
	}
	return decimal(big.NewRat(n, d), places)
}

// A claim is a row of CCLF1 that is final action.
type claim struct {
	id, mbi, kind       string
	ccn, status, drg    string
	diagnosis, icd      string
	admission           string
	denied              bool
	from, thru, entered day
	amount, addons      cents
}

// A line is a row of CCLF5 or CCLF6 that is final action.
type line struct {
	file, id, number, mbi, kind string
	tin, npi                    string
	specialty, place            string
	hcpcs, diagnosis, icd       string
	claimDenied, denied         bool
	from, thru, entered         day
	amount                      cents
}

// A center is a row of CCLF2. Its code has no leading zeros.
type center struct {
	code, hcpcs string
	day         day
}

// A drug is a row of CCLF7 that is final action.
type drug struct {
	mbi, ndc   string
	from       day
	supply     int
	paid, cost cents
	known      bool // whether the cost is
	brand      string
}

// A person is a beneficiary in CCLF8.
type person struct{ death day }

// An enrollment has the parts of a month.
type enrollment struct{ a, b, c, d bool }

func (e enrollment) member() bool { return e.a && e.b && !e.c }

// A world is a data set.
type world struct {
	claims  []*claim
	lines   []*line
	centers map[string][]center // of CCLF2, by claim
	drugs   []drug
	people  map[string]person
	months  map[string]map[month]enrollment
	last    day // of CCLF1
}

// newWorld reads the rows of tables.
func newWorld(tables map[string][]row) *world {
	w := &world{
		centers: map[string][]center{}, people: map[string]person{},
		months: map[string]map[month]enrollment{}, last: none,
	}
	current := recent(tables["cclf9"])
	mbi := func(r row) string { return cmp.Or(current[r["BENE_MBI_ID"]], r["BENE_MBI_ID"]) }
	superseded := supersededClaims(tables["claims"])
	headers := map[string]row{}
	for _, r := range tables["cclf1"] {
		headers[r["CUR_CLM_UNIQ_ID"]] = r
	}
	w.readCenters(tables["cclf2"], headers)
	for _, r := range tables["cclf1"] {
		w.last = max(w.last, r.day("CLM_THRU_DT"))
		if r.code("CLM_ADJSMT_TYPE_CD") != "1" && !superseded["A"+r["CUR_CLM_UNIQ_ID"]] {
			w.claims = append(w.claims, w.newClaim(r, mbi(r)))
		}
	}
	for _, file := range []string{"cclf5", "cclf6"} {
		for _, r := range tables[file] {
			if r.code("CLM_ADJSMT_TYPE_CD") != "1" && !superseded["A"+r["CUR_CLM_UNIQ_ID"]] {
				w.lines = append(w.lines, newLine(file, r, mbi(r)))
			}
		}
	}
	w.readDrugs(tables["cclf7"], tables["part_d_costs"], superseded, mbi)
	for _, r := range tables["cclf8"] {
		if p, ok := w.people[mbi(r)]; !ok || p.death == none {
			w.people[mbi(r)] = person{death: r.day("BENE_DEATH_DT")}
		}
	}
	for _, r := range tables["enrollment"] {
		who := mbi(r)
		if w.months[who] == nil {
			w.months[who] = map[month]enrollment{}
		}
		m := r.day("MONTH").month()
		e := w.months[who][m]
		switch r["PART"] {
		case "A":
			e.a = true
		case "B":
			e.b = true
		case "C":
			e.c = true
		case "D":
			e.d = true
		}
		w.months[who][m] = e
	}
	return w
}

// recent returns the most recent MBI of former ones. The data sets of these tests
// have chains, but neither forks nor cycles.
func recent(xref []row) map[string]string {
	next := map[string]string{}
	for _, r := range xref {
		if r["PRVS_NUM"] != "" && r["CRNT_NUM"] != "" && r["PRVS_NUM"] != r["CRNT_NUM"] {
			next[r["PRVS_NUM"]] = r["CRNT_NUM"]
		}
	}
	last := map[string]string{}
	for former := range next {
		at := former
		for range next {
			if next[at] != "" {
				at = next[at]
			}
		}
		last[former] = at
	}
	return last
}

// supersededClaims returns the numbers of claims of which no version is final, with
// A for Parts A and B and D for Part D before them.
func supersededClaims(claims []row) map[string]bool {
	found, final := map[string]bool{}, map[string]bool{}
	for _, r := range claims {
		key := "A" + r["CUR_CLM_UNIQ_ID"]
		if r["CLAIM_TYPE"] == "PDE" {
			key = "D" + r["CUR_CLM_UNIQ_ID"]
		}
		if len(key) == 1 || r["SYSTEM_TYPE"] == "SharedSystem" {
			continue
		}
		switch r["FINAL_ACTION"] {
		case "N":
			found[key] = true
		case "Y":
			final[key] = true
		}
	}
	for key := range final {
		delete(found, key)
	}
	return found
}

// readCenters reads CCLF2, whose lines may have no date but that of their claim.
func (w *world) readCenters(lines []row, headers map[string]row) {
	for _, r := range lines {
		id := r["CUR_CLM_UNIQ_ID"]
		on := r.day("CLM_LINE_FROM_DT")
		if on == none {
			on = r.day("CLM_LINE_INSTNL_REV_CTR_DT")
		}
		if on == none {
			on = r.day("CLM_FROM_DT")
		}
		if on == none && headers[id] != nil {
			on = headers[id].day("CLM_FROM_DT")
		}
		w.centers[id] = append(w.centers[id], center{
			code: strings.TrimLeft(r.code("CLM_LINE_PROD_REV_CTR_CD"), "0"), hcpcs: r.code("CLM_LINE_HCPCS_CD"), day: on,
		})
	}
}

// first returns the first day of lines of a claim in some revenue centers, and
// whether there is such a line.
func (w *world) first(id string, centers ...string) (day, bool) {
	first, found := none, false
	for _, c := range w.centers[id] {
		if !slices.Contains(centers, c.code) {
			continue
		}
		found = true
		if c.day != none && (first == none || c.day < first) {
			first = c.day
		}
	}
	return first, found
}

func (w *world) newClaim(r row, mbi string) *claim {
	c := &claim{
		id: r["CUR_CLM_UNIQ_ID"], mbi: mbi,
		kind: r.code("CLM_TYPE_CD"),
		ccn:  cmp.Or(r.code("CLM_BLG_PRVDR_OSCAR_NUM"), r.code("PRVDR_OSCAR_NUM")),
		from: r.day("CLM_FROM_DT"), thru: r.day("CLM_THRU_DT"), entered: entered(r),
		status: r.code("BENE_PTNT_STUS_CD"), drg: r.code("DGNS_DRG_CD"),
		diagnosis: r.code("PRNCPL_DGNS_CD"), icd: r.code("DGNS_PRCDR_ICD_IND"),
		admission: r.code("CLM_ADMSN_TYPE_CD"),
		denied:    r.code("CLM_MDCR_NPMT_RSN_CD") != "",
		amount:    r.cents("CLM_PMT_AMT"),
	}
	for _, label := range []string{
		"CLM_MDCR_IP_PPS_CPTL_IME_AMT", "CLM_OPRTNL_IME_AMT", "CLM_MDCR_IP_PPS_DSPRPRTNT_AMT",
		"CLM_OPRTNL_DSPRPRTNT_AMT", "CLM_HIPPS_UNCOMPD_CARE_AMT",
	} {
		c.addons += r.cents(label)
	}
	return c
}

// entered returns the day on which a claim entered the warehouse.
func entered(r row) day {
	if d := r.day("CLM_IDR_LD_DT"); d != none {
		return d
	}
	return r.day("CLM_EFCTV_DT")
}

func newLine(file string, r row, mbi string) *line {
	l := &line{
		file: file, id: r["CUR_CLM_UNIQ_ID"], number: r["CLM_LINE_NUM"], mbi: mbi, kind: r.code("CLM_TYPE_CD"),
		specialty: r.code("CLM_PRVDR_SPCLTY_CD"), place: r.code("CLM_POS_CD"),
		hcpcs: r.code("CLM_LINE_HCPCS_CD"),
		from:  r.day("CLM_LINE_FROM_DT"), thru: r.day("CLM_LINE_THRU_DT"), entered: entered(r),
		amount: r.cents("CLM_LINE_CVRD_PD_AMT"),
	}
	if l.from == none {
		l.from = r.day("CLM_FROM_DT")
	}
	if l.thru == none {
		l.thru = r.day("CLM_THRU_DT")
	}
	if file == "cclf5" {
		l.diagnosis = cmp.Or(r.code("CLM_LINE_DGNS_CD"), r.code("CLM_DGNS_1_CD"))
		l.icd = r.code("DGNS_PRCDR_ICD_IND")
		l.tin = r.code("CLM_RNDRG_PRVDR_TAX_NUM")
		l.npi = cmp.Or(r.code("RNDRG_PRVDR_NPI_NUM"), r.code("CLM_RNDRG_PRVDR_NPI_NUM"))
	} else {
		l.npi = cmp.Or(r.code("PAYTO_PRVDR_NPI_NUM"), r.code("CLM_BLG_PRVDR_NPI_NUM"))
	}
	processing := r.code("CLM_PRCSG_IND_CD")
	l.claimDenied = r.code("CLM_CARR_PMT_DNL_CD") == "0"
	l.denied = l.claimDenied || processing != "" && !strings.Contains("AORS", processing)
	return l
}

// readDrugs keeps the newest of related events, unless it is a deletion.
func (w *world) readDrugs(rows, costs []row, superseded map[string]bool, mbi func(row) string) {
	cost := map[string]row{}
	deleted := map[string]bool{}
	for _, r := range costs {
		cost[r["CUR_CLM_UNIQ_ID"]] = r
		deleted[r["CUR_CLM_UNIQ_ID"]] = deleted[r["CUR_CLM_UNIQ_ID"]] || r.code("ADJSTMT_DLTN_CD") == "D"
	}
	newest := map[string]row{}
	var kept []row
	for _, r := range rows {
		if superseded["D"+r["CUR_CLM_UNIQ_ID"]] {
			continue
		}
		if r.day("CLM_LINE_FROM_DT") == none || r.code("CLM_LINE_RX_SRVC_RFRNC_NUM") == "" || entered(r) == none {
			kept = append(kept, r)
			continue
		}
		key := mbi(r)
		for _, label := range []string{
			"CLM_LINE_FROM_DT", "PRVDR_SRVC_ID_QLFYR_CD", "CLM_SRVC_PRVDR_GNRC_ID_NUM",
			"CLM_DSPNSNG_STUS_CD", "CLM_LINE_RX_SRVC_RFRNC_NUM", "CLM_LINE_RX_FILL_NUM",
		} {
			key += "|" + r[label]
		}
		if old := newest[key]; old == nil || newer(r, old) {
			newest[key] = r
		}
	}
	for _, r := range newest {
		kept = append(kept, r)
	}
	for _, r := range kept {
		id := r["CUR_CLM_UNIQ_ID"]
		if r.code("CLM_TYPE_CD") == "03" || deleted[id] {
			continue
		}
		d := drug{
			mbi: mbi(r), ndc: r.code("CLM_LINE_NDC_CD"), from: r.day("CLM_LINE_FROM_DT"),
			supply: r.int("CLM_LINE_DAYS_SUPLY_QTY"), paid: r.cents("CLM_LINE_BENE_PMT_AMT"),
		}
		if c := cost[id]; c != nil {
			d.brand, d.known, d.cost = c.code("BRND_GNRC_CD"), c["TOT_RX_CST_AMT"] != "", c.cents("TOT_RX_CST_AMT")
		}
		w.drugs = append(w.drugs, d)
	}
}

// newer tells which of two related events is the newer one.
func newer(a, b row) bool {
	return cmp.Or(
		cmp.Compare(a.day("CLM_IDR_LD_DT"), b.day("CLM_IDR_LD_DT")),
		cmp.Compare(a.day("CLM_EFCTV_DT"), b.day("CLM_EFCTV_DT")),
		cmp.Compare(a["CUR_CLM_UNIQ_ID"], b["CUR_CLM_UNIQ_ID"])) > 0
}
