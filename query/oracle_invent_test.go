//go:build cgo

package query_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// An inventor makes up a data set in which what the rules of the metrics tell apart
// is common: stays that touch, continue and overlap, deaths soon after a discharge,
// gaps of enrollment, claims that come late, blanks.
type inventor struct {
	*rand.Rand
	tables map[string][]row
	claims int
}

// invent makes up a data set of some people.
func invent(seed uint64, people int) map[string][]row {
	v := &inventor{Rand: rand.New(rand.NewPCG(seed, 18)), tables: map[string][]row{}}
	for i := range people {
		v.person(fmt.Sprintf("1A%03dAA0", i))
	}
	return v.tables
}

func (v *inventor) add(table string, r row) { v.tables[table] = append(v.tables[table], r) }

// one returns one of the words in a text, where - is a blank.
func (v *inventor) one(words string) string {
	list := strings.Fields(words)
	return strings.Replace(list[v.IntN(len(list))], "-", "", 1)
}

func (v *inventor) often(percent int) bool { return v.IntN(100) < percent }

// The period of the data: two years.
var (
	firstDay = day(time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	length   = 731
)

func date(d day) string { return d.time().Format(time.DateOnly) }

func (v *inventor) someDay() day { return firstDay + day(v.IntN(length)) }

func (v *inventor) amount() string {
	n := v.IntN(1_000_000)
	sign := ""
	if v.often(3) {
		sign = "-"
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

func (v *inventor) person(mbi string) {
	death := none
	if v.often(30) {
		death = v.someDay()
	}
	former := ""
	if v.often(20) {
		former = mbi + "F"
		v.add("cclf9", row{"HICN_MBI_XREF_IND": "M", "CRNT_NUM": mbi, "PRVS_NUM": former})
	}
	name := func() string {
		if former != "" && v.often(50) {
			return former
		}
		return mbi
	}
	r := row{
		"BENE_MBI_ID": mbi, "BENE_MDCR_STUS_CD": v.one("10 10 20 11 31 -"), "BENE_DUAL_STUS_CD": v.one("02 NA 09 -"),
		"GEO_USPS_STATE_CD": v.one("OH PA -"),
	}
	if death != none {
		r["BENE_DEATH_DT"] = date(death)
	}
	v.add("cclf8", r)
	v.enroll(mbi, death)
	v.inpatient(name)
	for range v.IntN(8) {
		v.outpatient(name())
	}
	for range v.IntN(12) {
		v.professional(name())
	}
	for range v.IntN(10) {
		v.drug(name())
	}
	if death != none && v.often(60) {
		start := death - day(v.IntN(70))
		v.institutional(name(), "50", "011500", start, death, row{"BENE_PTNT_STUS_CD": "40"})
	}
}

// enroll gives most months.
func (v *inventor) enroll(mbi string, death day) {
	gap, advantage := v.IntN(60), v.IntN(60)
	for m := firstDay.month(); m < firstDay.month()+24; m++ {
		n := int(m - firstDay.month())
		if n == gap || death != none && m > death.month() {
			continue
		}
		for _, part := range []string{"A", "B", "C", "D"} {
			switch {
			case part == "B" && v.often(2),
				part == "C" && (n < advantage || n > advantage+1),
				part == "D" && len(mbi)%2 == 0:
				continue
			}
			v.add("enrollment", row{"BENE_MBI_ID": mbi, "PART": part, "MONTH": m.String()})
		}
	}
}

// institutional adds a claim of CCLF1 and returns its number.
func (v *inventor) institutional(mbi, kind, ccn string, from, thru day, more row) string {
	v.claims++
	id := fmt.Sprint(v.claims)
	r := row{
		"CUR_CLM_UNIQ_ID": id, "BENE_MBI_ID": mbi, "CLM_TYPE_CD": kind, "CLM_BLG_PRVDR_OSCAR_NUM": ccn, "PRVDR_OSCAR_NUM": ccn,
		"CLM_FROM_DT": date(from), "CLM_THRU_DT": date(thru), "CLM_PMT_AMT": v.amount(),
		"CLM_EFCTV_DT": date(thru + day(v.IntN(40)*v.IntN(6)-3)), "CLM_ADJSMT_TYPE_CD": v.one("0 0 0 0 0 0 0 0 0 0 0 0 0 0 2 1"),
		"PRNCPL_DGNS_CD": v.one("I5023 I5023 A419 J189 I509 -"), "DGNS_PRCDR_ICD_IND": v.one("0 0 0 0 9 -"),
		"CLM_MDCR_NPMT_RSN_CD": v.one("- - - - - - - - - - - - - - - N"),
	}
	if v.often(50) {
		r["CLM_IDR_LD_DT"] = date(thru + day(v.IntN(200)))
	}
	if v.often(5) {
		r["CLM_BLG_PRVDR_OSCAR_NUM"] = ""
	}
	if v.often(5) {
		r["PRVDR_OSCAR_NUM"] = ""
	}
	for label, value := range more {
		r[label] = value
	}
	v.add("cclf1", r)
	v.add("claims", row{"CUR_CLM_UNIQ_ID": id, "CLAIM_TYPE": "INPATIENT", "FINAL_ACTION": v.one("Y Y Y Y Y Y Y Y Y Y Y Y Y Y Y N")})
	return id
}

// inpatient adds stays, most of them soon after the one before.
func (v *inventor) inpatient(name func() string) {
	if v.often(20) {
		return
	}
	at := firstDay + day(v.IntN(length-90))
	ccn := "010001"
	for range 1 + v.IntN(8) {
		from := at
		thru := from + day(v.IntN(9))
		if !v.often(50) {
			ccn = v.one("010001 010002 010001 010002 010001 010002 011301 010879 010880 013025 01T001 01S001 012001 01000A - 01")
		}
		kind := v.one("60 60 60 60 60 60 60 60 60 60 60 60 60 20 30 61 10")
		id := v.institutional(name(), kind, ccn, from, thru, row{
			"BENE_PTNT_STUS_CD": v.one("01 01 01 01 01 01 30 30 62 20 07 41 -"), "DGNS_DRG_CD": v.one("291 291 871 871 885 945 001 847 470 -"),
			"CLM_ADMSN_TYPE_CD":            v.one("1 1 1 2 3 -"),
			"CLM_MDCR_IP_PPS_CPTL_IME_AMT": v.one("1.10 - -"), "CLM_OPRTNL_IME_AMT": v.one("20.02 - -"),
			"CLM_MDCR_IP_PPS_DSPRPRTNT_AMT": v.one("3.30 - -"), "CLM_OPRTNL_DSPRPRTNT_AMT": v.one("0.04 - -"),
			"CLM_HIPPS_UNCOMPD_CARE_AMT": v.one("5.55 - -"),
		})
		v.center(id, v.one("0450 0120 0762"), "", from, from)
		at = thru + day(v.number(0, 0, 0, 1, 1, 2, -1, -4, 5, 10, 20, 29, 30, 31, 45))
	}
}

func (v *inventor) number(numbers ...int) int { return numbers[v.IntN(len(numbers))] }

// center adds a line of a claim that begins on the day from. Some have no day of
// their own.
func (v *inventor) center(id, code, hcpcs string, from, on day) {
	r := row{
		"CUR_CLM_UNIQ_ID": id, "CLM_FROM_DT": date(from), "CLM_LINE_NUM": fmt.Sprint(1 + v.IntN(90)), "CLM_LINE_PROD_REV_CTR_CD": code, "CLM_LINE_HCPCS_CD": hcpcs,
	}
	if label := v.one("CLM_LINE_FROM_DT CLM_LINE_FROM_DT CLM_LINE_INSTNL_REV_CTR_DT -"); label != "" {
		r[label] = date(on)
	}
	v.add("cclf2", r)
}

func (v *inventor) outpatient(mbi string) {
	from := v.someDay()
	id := v.institutional(mbi, "40", v.one("010001 010002 011301 -"), from, from+day(v.IntN(3)), row{})
	for range 1 + v.IntN(3) {
		v.center(id, v.one("0450 0459 981 0762 0300 0510 -"), v.one("G0439 99495 G0463 99490 80053 99497 -"), from, from+day(v.IntN(3)))
	}
}

func (v *inventor) professional(mbi string) {
	v.claims++
	id := fmt.Sprint(v.claims)
	from := v.someDay()
	equipment := v.often(15)
	v.add("claims", row{"CUR_CLM_UNIQ_ID": id, "CLAIM_TYPE": "CARRIER", "FINAL_ACTION": "Y"})
	for number := range 1 + v.IntN(4) {
		on := from + day(v.IntN(20))
		r := row{
			"CUR_CLM_UNIQ_ID": id, "CLM_LINE_NUM": fmt.Sprint(number + 1), "BENE_MBI_ID": mbi, "CLM_CNTL_NUM": "C" + id,
			"CLM_FROM_DT": date(from), "CLM_THRU_DT": date(from + 20), "CLM_LINE_FROM_DT": date(on), "CLM_LINE_THRU_DT": date(on + day(v.IntN(5))),
			"CLM_LINE_CVRD_PD_AMT": v.amount(), "CLM_EFCTV_DT": date(on + day(v.IntN(90))), "CLM_ADJSMT_TYPE_CD": "0",
			"CLM_CARR_PMT_DNL_CD": v.one("1 1 1 1 1 1 1 0 -"), "CLM_PRCSG_IND_CD": v.one("A A A A S R I -"),
		}
		if v.often(10) {
			r["CLM_LINE_FROM_DT"], r["CLM_LINE_THRU_DT"] = "", "9999-12-31"
		}
		if equipment {
			r["CLM_TYPE_CD"], r["CLM_LINE_HCPCS_CD"] = "82", v.one("E1390 A4253 K0001 -")
			r["PAYTO_PRVDR_NPI_NUM"], r["CLM_BLG_PRVDR_NPI_NUM"] = v.one("1000000004 -"), v.one("1000000004 1000000005 -")
			v.add("cclf6", r)
			continue
		}
		r["CLM_TYPE_CD"] = "71"
		r["CLM_LINE_HCPCS_CD"] = v.one("99213 99214 99285 G0438 G0439 G0402 99495 99496 99490 99439 99487 99497 99498 A0427 A0425 A0999 A1000 J1745 -")
		r["CLM_RNDRG_PRVDR_TAX_NUM"], r["RNDRG_PRVDR_NPI_NUM"] = v.one("010000001 010000002 010000003 -"), v.one("1000000001 1000000002 1000000003 -")
		r["CLM_PRVDR_SPCLTY_CD"], r["CLM_POS_CD"] = v.one("01 08 11 38 06 50 97 -"), v.one("11 11 22 23 24")
		r["CLM_LINE_DGNS_CD"], r["CLM_DGNS_1_CD"], r["DGNS_PRCDR_ICD_IND"] = v.one("I10 E119 I5023 -"), v.one("I10 Z0000 -"), v.one("0 0 0 9 U -")
		v.add("cclf5", r)
	}
}

func (v *inventor) drug(mbi string) {
	v.claims++
	id := fmt.Sprint(v.claims)
	on := v.someDay()
	v.add("cclf7", row{
		"CUR_CLM_UNIQ_ID": id, "BENE_MBI_ID": mbi, "CLM_TYPE_CD": v.one("01 01 01 02 03"), "CLM_LINE_NDC_CD": v.one("00002143380 00071015523 -"),
		"CLM_LINE_FROM_DT": date(on), "CLM_LINE_DAYS_SUPLY_QTY": v.one("30 90 14 60 -"), "CLM_LINE_BENE_PMT_AMT": v.amount(),
		"CLM_EFCTV_DT": date(on + day(v.IntN(60))), "CLM_LINE_RX_SRVC_RFRNC_NUM": v.one("1 2 3 -"), "CLM_LINE_RX_FILL_NUM": v.one("0 1"),
		"CLM_SRVC_PRVDR_GNRC_ID_NUM": "9",
	})
	if v.often(80) {
		v.add("part_d_costs", row{
			"CUR_CLM_UNIQ_ID": id, "TOT_RX_CST_AMT": v.amount(), "BRND_GNRC_CD": v.one("G G G B -"), "ADJSTMT_DLTN_CD": v.one("- - - - D A"),
		})
	}
}
