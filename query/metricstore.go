//go:build cgo

package query

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// storedViews are the views that Materialize computes. Those that are true have a row
// for each claim, line or event.
var storedViews = map[string]bool{
	"most_recent_mbi": false, "superseded": false, "pairing": false, "undone": false, "beneficiaries": false, "member_months": false,
	"payments": true, "listed_claims": true, "hospital_lines": false, "stays": false, "visits": false, "episodes": false,
	"services": true, "part_d": true,
}

// storedRow is what a row of the tables of claims takes in memory, in bytes, once the
// views that have a row for it are stored: 297 in a synthetic data set.
const storedRow = 320

// Materialize computes what several of the metrics need once, in temporary space. It
// makes a run of many metrics faster, and changes no result. The larger views are
// computed once if a quarter of DuckDB's memory is enough for them.
func (r *MetricRun) Materialize(ctx context.Context, list []*Metric) error {
	uses := r.usesOfViews(list)
	roomy, err := r.db.canStoreClaims(ctx)
	if err != nil {
		return r.db.replaced(sqlError(err))
	}
	for _, v := range baseViews(r.db.base.variant) {
		if large, ok := storedViews[v.name]; ok && uses[v.name] > 1 && (roomy || !large) && r.db.views[v.name] != stored {
			if err := r.db.store(ctx, &v); err != nil {
				return r.db.replaced(sqlError(err))
			}
		}
	}
	return nil
}

// usesOfViews counts how often metrics, and what is said of them, read each view.
func (r *MetricRun) usesOfViews(list []*Metric) map[string]int {
	needs := map[string][]string{}
	for _, v := range baseViews(r.db.base.variant) {
		needs[v.name] = v.needs
	}
	uses := map[string]int{}
	var count func(name string)
	count = func(name string) {
		uses[name]++
		for _, needed := range needs[name] {
			count(needed)
		}
	}
	for _, m := range list {
		for _, rel := range m.reads.relations {
			count(rel.name)
		}
		if m.readsMonths() { // for Warnings
			count("member_months")
			count("payments")
		}
	}
	return uses
}

// store computes a view, and makes it read the result.
func (db *DB) store(ctx context.Context, v *baseView) error {
	if err := db.ensureViews(ctx, v.sql); err != nil {
		return err
	}
	err := db.exec(ctx, append([]string{
		fmt.Sprintf("CREATE TABLE metrics._%s AS\n%s", v.name, db.base.viewSQL(v.sql, "main", "metrics")),
		fmt.Sprintf("CREATE OR REPLACE VIEW metrics.%s AS FROM metrics._%[1]s", v.name),
	}, v.commentOn("metrics")...)...)
	if err == nil {
		db.views[v.name] = stored
	}
	return err
}

// canStoreClaims reports whether there is memory for views with a row for each claim.
func (db *DB) canStoreClaims(ctx context.Context) (bool, error) {
	var counts []string
	for _, table := range []string{"cclf1", "cclf2", "cclf5", "cclf6", "cclf7", "claims"} {
		counts = append(counts, "(SELECT count(*) FROM main."+table+")")
	}
	var rows int64
	var limit string
	err := db.conn.QueryRowContext(ctx, "SELECT "+strings.Join(counts, " + ")+", current_setting('memory_limit')").Scan(&rows, &limit)
	return rows <= bytesOf(limit)/4/storedRow, err
}

// bytesOf returns the number of bytes of a size as DuckDB prints it: "1.5 GiB".
func bytesOf(size string) int64 {
	number, unit, _ := strings.Cut(size, " ")
	n, _ := strconv.ParseFloat(number, 64)
	return int64(n * map[string]float64{"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "PiB": 1 << 50}[unit])
}
