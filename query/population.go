//go:build cgo

package query

import (
	"context"
	"strings"
)

// AssignmentTable is the table of assigned beneficiaries, which cclf import writes.
const AssignmentTable = "assignment"

// A Population says whom metrics are restricted to, and what is outside.
type Population struct {
	Name         string `json:"name"`
	Listed       int64  `json:"listed"`    // beneficiaries in the list, each once
	Found        int64  `json:"found"`     // of these, those that the data set has
	NotFound     int64  `json:"not_found"` // the others
	MemberMonths Split  `json:"member_months"`
	Paid         Split  `json:"paid"` // US dollars
}

// A Split is a number for the population, and for all others.
type Split struct {
	Inside  any `json:"inside"`
	Outside any `json:"outside"`
}

// listSQL returns the SELECT of the people in the population, each once, or once per
// month if the list has months. mbi is the most recent one.
func (s *scope) listSQL() string {
	month, from := "NULL::DATE", quoteName(s.Population)
	if s.months {
		month = "try_cast(left(trim(month::VARCHAR), 7) || '-01' AS DATE)"
	}
	if s.Population == AssignmentTable {
		from = "(SELECT bene_mbi_id AS mbi, month FROM main.assignment WHERE assigned = 1)"
	}
	return "SELECT DISTINCT coalesce(mr_mbi, listed.mbi) AS mbi, month\nFROM (SELECT " + cleanMBI + " AS mbi, " + month + " AS month FROM " + from +
		") AS listed\nLEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = listed.mbi\nWHERE listed.mbi <> ''"
}

// preparePopulation makes the table of the people in the population.
func (r *MetricRun) preparePopulation(ctx context.Context) error {
	s := &r.scope
	if s.Population == AssignmentTable {
		s.months = true
		if err := r.db.createViewsFor(ctx, AssignmentTable); err != nil {
			return err
		}
		if _, err := r.db.columnsOf(ctx, "main.assignment"); err != nil {
			return &MetricOptionError{
				Option: "Population", Value: s.Population, Reason: "the data set has no table " + AssignmentTable,
				hint: "cclf import writes it from assignment reports; or give a file with the column mbi",
			}
		}
	} else {
		columns, err := r.tableColumns(ctx, "Population", s.Population, s.Population)
		if err != nil {
			return err
		}
		if !hasColumn(columns, "mbi") {
			return &MetricOptionError{Option: "Population", Value: s.Population, Reason: "the file has no column mbi", hint: "its first line must name the columns: mbi, and possibly month"}
		}
		s.months = hasColumn(columns, "month")
	}
	if err := r.checkPopulationMonths(ctx); err != nil {
		return err
	}
	sql := s.listSQL()
	if err := r.db.ensureViews(ctx, sql); err != nil {
		return err
	}
	return r.db.exec(ctx, "CREATE OR REPLACE TEMP TABLE _people AS\n"+sql)
}

// checkPopulationMonths reports months of the list that are none.
func (r *MetricRun) checkPopulationMonths(ctx context.Context) error {
	if !r.scope.months || r.scope.Population == AssignmentTable {
		return nil
	}
	var wrong int64
	err := r.db.conn.QueryRowContext(ctx, "SELECT count(*) FROM temp."+quoteName(r.scope.Population)+
		" WHERE trim(month::VARCHAR) <> '' AND NOT regexp_full_match(trim(month::VARCHAR), '[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2}.*)?')").Scan(&wrong)
	if err == nil && wrong > 0 {
		return &MetricOptionError{Option: "Population", Value: r.scope.Population, Reason: "a month of the list is none", hint: "months are YYYY-MM, such as 2025-01"}
	}
	return err
}

// Population returns what metrics are restricted to, or nil.
func (r *MetricRun) Population(ctx context.Context) (*Population, error) {
	if r.scope.Population == "" || r.population != nil {
		return r.population, nil
	}
	s := r.scope
	inside := func(name string) string {
		return strings.Join(append((&scope{MetricOptions: MetricOptions{Population: s.Population}, months: s.months}).conditions(lookupRelation(name)), "true"), " AND ")
	}
	period := func(name string) string {
		return strings.Join(append((&scope{MetricOptions: MetricOptions{From: s.From, To: s.To}}).conditions(lookupRelation(name)), "true"), " AND ")
	}
	people := func(name string) string {
		return "count(DISTINCT mbi) FILTER (WHERE " + inside(name) + ") AS people_inside, count(DISTINCT mbi) FILTER (WHERE (" + inside(name) + ") IS NOT TRUE) AS people_outside"
	}
	p := &Population{Name: s.Population}
	rows, err := r.query(ctx, `WITH
  people AS (FROM temp._people),
  known AS (SELECT mbi FROM metrics.beneficiaries UNION SELECT mbi FROM metrics.member_months UNION SELECT mbi FROM metrics.payments),
  listed AS (SELECT DISTINCT mbi FROM people)
SELECT
  (SELECT count(*) FROM listed), (SELECT count(*) FROM listed SEMI JOIN known USING (mbi)),
  m.inside, m.outside, p.inside, p.outside, m.people_inside, m.people_outside, p.people_inside, p.people_outside
FROM (SELECT count(*) FILTER (WHERE `+inside("member_months")+`) AS inside, count(*) - inside AS outside,
    `+people("member_months")+`
  FROM metrics.member_months AS x WHERE fee_for_service AND `+period("member_months")+`) AS m,
  (SELECT coalesce(sum(paid) FILTER (WHERE `+inside("payments")+`), 0) AS inside, coalesce(sum(paid), 0) - inside AS outside,
    `+people("payments")+`
  FROM metrics.payments AS x WHERE `+period("payments")+") AS p")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if rows.Next() {
		v := rows.Values()
		p.Listed, p.Found = v[0].(int64), v[1].(int64)
		p.NotFound = p.Listed - p.Found
		p.MemberMonths, p.Paid = Split{v[2], v[3]}, Split{v[4], v[5]}
		r.population = p
		r.peopleOfMonths = [2]int64{v[6].(int64), v[7].(int64)}
		r.peopleOfPaid = [2]int64{v[8].(int64), v[9].(int64)}
	}
	return r.population, rows.Err()
}

// SmallPopulation reports whether the member months, or the payments, that Population
// returned are of fewer beneficiaries than least, inside or outside of the population.
func (r *MetricRun) SmallPopulation(least int64) (memberMonths, paid bool) {
	few := func(people [2]int64) bool {
		return people[0] > 0 && people[0] < least || people[1] > 0 && people[1] < least
	}
	return few(r.peopleOfMonths), few(r.peopleOfPaid)
}
