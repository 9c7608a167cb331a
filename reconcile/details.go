//go:build cgo

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// Details is a data set to be written with the details of a comparison: the
// tables of schema.ComparisonTables. Its files have mode 0600, because they
// identify beneficiaries.
type Details struct {
	set *dataset.Writer
}

// CreateDetails begins a data set in a folder, which must not have files unless
// overwrite is set, and then only those of a data set. Close must be called.
func CreateDetails(ctx context.Context, dir string, overwrite bool) (*Details, error) {
	set, err := dataset.Create(dir, dataset.Parquet, dataset.Options{Overwrite: overwrite, Context: ctx})
	if err != nil {
		return nil, err
	}
	return &Details{set}, nil
}

// Close removes what Write did not publish.
func (d *Details) Close() { d.set.Close() }

// Write writes and publishes the details of a comparison. version is that of the
// program, for the manifest.
func (d *Details) Write(ctx context.Context, c *Comparison, version string) error {
	tables, err := d.set.Tables(dataset.TableOptions{})
	if err != nil {
		return err
	}
	for _, t := range schema.ComparisonTables() {
		if err := c.writeTable(ctx, tables.Add(dataset.Target{Name: t.Name, Table: t})); err != nil {
			return err
		}
	}
	m := &dataset.Manifest{Version: version, Format: dataset.Parquet, Source: dataset.SourceReconcile}
	if m.Tables, m.Files, err = tables.Finish(ctx); err != nil {
		return err
	}
	return d.set.Commit(m)
}

// detailRows is the number of rows that are written at a time.
const detailRows = 16384

// writeTable writes one of the tables.
func (c *Comparison) writeTable(ctx context.Context, to *dataset.TableWriter) error {
	defer to.Discard()
	rows, n := table.NewRows(to.Table), 0
	flush := func() error {
		cols := rows.Arrays()
		defer table.Release(cols)
		if n == 0 {
			return nil
		}
		n = 0
		return to.Write(cols)
	}
	add := func(values ...string) error {
		for i, v := range values {
			if err := rows.Set(to.Table.Fields[i].Label, v); err != nil {
				return fmt.Errorf("table %s: %s: %w", to.Table.Name, to.Table.Fields[i].Label, err)
			}
		}
		rows.End()
		if n++; n < detailRows {
			return nil
		}
		return flush()
	}
	var err error
	switch to.Table.Name {
	case "columns":
		for _, col := range c.report.Columns {
			err = errors.Join(err, add(col.Table, col.Column, count(col.Compared), count(col.Equal), col.Reason))
		}
	case "groups":
		for _, g := range c.report.Groups {
			month := g.Month
			if month != "" {
				month += "-01"
			}
			err = errors.Join(err, add(g.File, g.ClaimType, month, count(g.Both), count(g.LeftOnly), count(g.RightOnly),
				g.LeftDollars.String(), g.RightDollars.String(), g.Difference.String()))
		}
	default:
		err = c.eachDetail(ctx, to.Table, add)
	}
	if err := errors.Join(err, flush()); err != nil {
		return err
	}
	return to.Close()
}

// detailSQL selects the rows of tables, all columns in order.
var detailSQL = map[string]string{
	"differences": `
		SELECT
			d.side, d.file, x.claim, y.claim, d.control, nullif(d.person, ''), d.claim_type, d.from_day, d.thru_day, d.month,
			d.left_dollars, d.right_dollars, d.dollars, d.reason
		FROM differences AS d
		LEFT JOIN a_claims AS x ON x.id = a_id
		LEFT JOIN b_claims AS y ON y.id = b_id
		ORDER BY d.reason, d.file, abs(d.dollars) DESC, x.claim, y.claim`,
	"matches": `
		SELECT x.file, x.claim, y.claim, how
		FROM matched JOIN a_claims AS x ON x.id = a_id JOIN b_claims AS y ON y.id = b_id
		ORDER BY x.file, x.claim, y.claim`,
}

// eachDetail calls add for each row of a table.
func (c *Comparison) eachDetail(ctx context.Context, t *schema.Table, add func(...string) error) error {
	var failed error
	values := make([]string, len(t.Fields))
	err := c.each(ctx, "SELECT COLUMNS(*)::VARCHAR FROM ("+detailSQL[t.Name]+") AS d("+columnNames(t)+")", func(v []any) {
		for i := range v {
			values[i] = text(v[i])
		}
		if failed == nil {
			failed = add(values...)
		}
	})
	return errors.Join(err, failed)
}

func columnNames(t *schema.Table) string {
	var names []string
	for i := range t.Fields {
		names = append(names, t.Fields[i].Label)
	}
	return strings.Join(names, ", ")
}

func count(n int64) string { return strconv.FormatInt(n, 10) }
