//go:build cgo

package query

import (
	"context"
	"slices"
	"strings"
)

// A MetricRun computes metrics of a data set with the same options.
type MetricRun struct {
	db         *DB
	scope      scope
	population *Population
	titles     []string // kinds of codes whose titles DuckDB has

	peopleOfMonths, peopleOfPaid [2]int64 // beneficiaries inside and outside of population
}

// metricMacros are the macros that metrics call. per divides an amount by a number,
// rounded to the cent, half a cent away from zero; share divides two amounts, rounded
// to four decimals. The division of DuckDB would return a DOUBLE.
var metricMacros = []cte{
	{name: "per", sql: `CREATE OR REPLACE TEMP MACRO per(amount, n) AS CASE WHEN n > 0 THEN sign(amount)::DECIMAL(1, 0) * ((abs((amount * 200)::HUGEINT) + n) // (2 * n))::DECIMAL(30, 0) * 0.01::DECIMAL(2, 2) END`},
	{name: "share", sql: `CREATE OR REPLACE TEMP MACRO share(part, whole) AS CASE WHEN whole > 0 THEN sign(part)::DECIMAL(1, 0) * ((abs((part * 2000000)::HUGEINT) + (whole * 100)::HUGEINT) // (whole * 200)::HUGEINT)::DECIMAL(26, 0) * 0.0001::DECIMAL(4, 4) END`},
}

// ensureBasis chooses the basis of the SQL schema metrics, whose views are created when
// they are needed. Views of another basis are dropped.
func (db *DB) ensureBasis(ctx context.Context, b Basis) error {
	if db.basis != "" && (b == AutoBasis || b == db.basis) {
		return nil
	}
	if db.basis != "" {
		if err := db.exec(ctx, "DROP SCHEMA metrics CASCADE"); err != nil {
			return sqlError(err)
		}
		db.basis = ""
	}
	base, err := db.inspectBase(ctx, "main", b)
	if err != nil {
		return sqlError(err)
	}
	if err := db.exec(ctx, "CREATE SCHEMA metrics"); err != nil {
		return sqlError(err)
	}
	db.basis, db.base, db.views = base.basis(), base, map[string]viewState{}
	return nil
}

// A viewState says what a view of the SQL schema metrics is.
type viewState int

const (
	missing viewState = iota
	computed
	stored // reads a table
)

// ensureViews creates the views of the SQL schema metrics that SQL names, and those
// that they need.
func (db *DB) ensureViews(ctx context.Context, sql string) error {
	views := baseViews(db.base.variant)
	named := map[string]bool{}
	for _, v := range slices.Backward(views) {
		if named[v.name] = strings.Contains(sql, "metrics."+v.name); named[v.name] {
			sql += v.sql
		}
	}
	for i := range views {
		v := &views[i]
		if !named[v.name] || db.views[v.name] != missing {
			continue
		}
		if err := db.exec(ctx, db.base.createView(v, "main", "metrics")...); err != nil {
			return sqlError(err)
		}
		db.views[v.name] = computed
	}
	return nil
}

// viewLists are words of statements that list the views of all SQL schemas.
var viewLists = []string{"information_schema", "duckdb_views", "all tables"}

// viewsFor creates the views of the SQL schema metrics if a statement mentions it, or
// lists all views, so that others do not wait for them. With several data sets, these are
// NAME_metrics.
func (db *DB) viewsFor(ctx context.Context, stmt statement) error {
	lower := strings.ToLower(stmt.text)
	lists := slices.ContainsFunc(viewLists, func(word string) bool { return strings.Contains(lower, word) })
	if !lists && !strings.Contains(lower, "metrics") {
		return nil
	}
	for _, f := range db.tables {
		switch {
		case f.name != "cclf1":
		case f.group == "":
			return db.allViews(ctx)
		case db.isSet(f.group) && !db.measured[f.group] && (lists || strings.Contains(lower, strings.ToLower(f.group)+"_metrics")):
			base, err := db.inspectBase(ctx, f.group, AutoBasis)
			if err == nil {
				err = db.createViews(ctx, &base, f.group, f.group+"_metrics")
			}
			if err != nil {
				return sqlError(err)
			}
			db.measured[f.group] = true
		}
	}
	return nil
}

// allViews creates the views of the SQL schema metrics.
func (db *DB) allViews(ctx context.Context) error {
	if err := db.ensureBasis(ctx, AutoBasis); err != nil {
		return err
	}
	var names strings.Builder
	for _, v := range baseViews(db.base.variant) {
		names.WriteString("metrics." + v.name + " ")
	}
	return db.ensureViews(ctx, names.String())
}

// isSet reports whether an SQL schema has the tables of one of several data sets.
func (db *DB) isSet(group string) bool {
	return slices.ContainsFunc(db.sources, func(src namedSource) bool { return src.name != "" && src.name == group })
}

// StartMetrics prepares the computation of metrics. The error is a
// *MetricOptionError, an *Error, or the error of the context.
func (db *DB) StartMetrics(ctx context.Context, opts MetricOptions) (*MetricRun, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	if err := db.ensureBasis(ctx, opts.Basis); err != nil {
		return nil, db.replaced(err)
	}
	opts.Basis = db.basis
	r := &MetricRun{db: db, scope: scope{MetricOptions: opts}}
	for _, macro := range metricMacros {
		if err := db.exec(ctx, macro.sql); err != nil {
			return nil, sqlError(err)
		}
	}
	if err := r.checkTables(ctx); err != nil {
		return nil, err
	}
	if opts.Population != "" {
		if err := r.preparePopulation(ctx); err != nil {
			return nil, db.replaced(sqlError(err))
		}
	}
	return r, nil
}

// Basis returns the basis of the metrics, which is not AutoBasis.
func (r *MetricRun) Basis() Basis { return r.scope.Basis }

// Check reports an option that a metric cannot have, or a table that it lacks, as a
// *MetricOptionError.
func (r *MetricRun) Check(ctx context.Context, m *Metric) error {
	if err := r.checkTable(ctx, m); err != nil {
		return err
	}
	_, err := r.scope.forMetric(m)
	return err
}

// checkTable reports that the table of a metric is not there, or has no column of
// use.
func (r *MetricRun) checkTable(ctx context.Context, m *Metric) error {
	if m.Table == "" {
		return nil
	}
	wrong := &MetricOptionError{
		Option: "Table", Value: m.Table, Reason: "metric " + m.Name + " needs this table",
		hint: "add it with --table " + m.Table + "=FILE, a file with the columns " + strings.Join(m.TableColumns, ", "),
	}
	if !r.db.HasTableFile(m.Table) {
		return wrong
	}
	columns, err := r.tableColumns(ctx, wrong.Option, wrong.Value, m.Table)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(m.TableColumns, func(name string) bool { return hasColumn(columns, name) }) {
		wrong.Reason = "the file has none of the columns " + strings.Join(m.TableColumns, ", ")
		return wrong
	}
	return nil
}

// SQL returns the statement that computes a metric, from the views of the SQL schema
// metrics. It has no column of titles.
func (r *MetricRun) SQL(m *Metric) (string, error) {
	s, err := r.scope.forMetric(m)
	if err != nil {
		return "", err
	}
	return withClause(s.render(m)), nil
}

// Query computes a metric. The Rows must be closed.
func (r *MetricRun) Query(ctx context.Context, m *Metric) (*Rows, error) {
	sql, err := r.SQL(m)
	if err == nil {
		sql, err = r.titled(ctx, m, sql)
	}
	if err != nil {
		return nil, err
	}
	return r.query(ctx, sql)
}

// query runs a SELECT from the views of the SQL schema metrics.
func (r *MetricRun) query(ctx context.Context, sql string) (*Rows, error) {
	if err := r.db.ensureViews(ctx, sql); err != nil {
		return nil, r.db.replaced(err)
	}
	return r.db.queryOwn(ctx, sql)
}

// checkTables reports a table of the options that is not there, or lacks a column.
func (r *MetricRun) checkTables(ctx context.Context) error {
	dims, err := dimensions(r.scope.By)
	if err != nil {
		return err
	}
	for _, d := range dims {
		if d.table == "" {
			continue
		}
		if strings.EqualFold(d.name, "mbi") {
			return &MetricOptionError{
				Option: "By", Value: d.table + "." + d.name, Reason: "this column joins the table, and is no group",
				hint: "spending_by_beneficiary has a row per beneficiary",
			}
		}
		columns, err := r.tableColumns(ctx, "By", d.table+"."+d.name, d.table)
		if err != nil {
			return err
		}
		for _, name := range []string{"mbi", d.name} {
			if !hasColumn(columns, name) {
				return &MetricOptionError{Option: "By", Value: d.table + "." + d.name, Reason: "table " + d.table + " has no column " + name}
			}
		}
	}
	return nil
}

func hasColumn(columns []string, name string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, name) })
}

// HasTableFile reports whether one of Options.TableFiles has a name.
func (db *DB) HasTableFile(name string) bool {
	return slices.ContainsFunc(db.loaded, func(f TableFile) bool { return strings.EqualFold(f.Name, name) })
}

// tableColumns returns the columns of a table file.
func (r *MetricRun) tableColumns(ctx context.Context, option, value, table string) ([]string, error) {
	if !r.db.HasTableFile(table) {
		return nil, &MetricOptionError{Option: option, Value: value, Reason: "no table " + table, hint: "add it with --table " + table + "=FILE"}
	}
	columns, err := r.db.columnsOf(ctx, "temp."+quoteName(table))
	return columns, sqlError(err)
}
