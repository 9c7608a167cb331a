//go:build cgo

package reconcile

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

//go:embed sql/*.sql
var scripts embed.FS

// sides are the SQL names of the left and the right data set.
var sides = [2]string{"a", "b"}

// A Comparison is two data sets whose claims have been compared.
type Comparison struct {
	pair   *query.Pair
	report Report
}

// Compare compares the claims of two data sets. The Comparison must be closed.
func Compare(ctx context.Context, left, right string, opts query.Options) (*Comparison, error) {
	pair, err := query.OpenPair(ctx, left, right, opts)
	if err != nil {
		return nil, err
	}
	c := &Comparison{pair: pair}
	if err := c.compare(ctx); err != nil {
		return nil, errors.Join(err, pair.Close())
	}
	return c, nil
}

// Report returns what was found.
func (c *Comparison) Report() *Report { return &c.report }

// Close closes the data sets.
func (c *Comparison) Close() error { return c.pair.Close() }

func (c *Comparison) compare(ctx context.Context) error {
	if err := comparable(c.pair.Manifests); err != nil {
		return err
	}
	bases, err := c.pair.PrepareMetrics(ctx)
	if err != nil {
		return err
	}
	if err := c.run(ctx, "persons", ""); err != nil {
		return err
	}
	for i, side := range sides {
		if err := c.prepare(ctx, side, c.pair.Manifests[i]); err != nil {
			return err
		}
		if err := c.run(ctx, "claims", side); err != nil {
			return err
		}
	}
	if err := c.run(ctx, "match", ""); err != nil {
		return err
	}
	return c.summarize(ctx, bases)
}

// comparable reports why two data sets cannot be compared.
func comparable(manifests [2]*dataset.Manifest) error {
	for _, m := range manifests {
		switch {
		case m == nil:
		case m.Profile != "":
			return fmt.Errorf("%w: one of them has the profile %s", ErrIncomparable, m.Profile)
		case m.Increment:
			return fmt.Errorf("%w: one of them has only what changed since some time", ErrIncomparable)
		}
	}
	return nil
}

// run runs a script for one side, or for both.
func (c *Comparison) run(ctx context.Context, name, side string) error {
	text, err := scripts.ReadFile("sql/" + name + ".sql")
	if err != nil {
		return fmt.Errorf("reconcile: internal error: %w", err)
	}
	script := strings.NewReplacer("SIDE_partial_tables", side+"_partial", "SIDE", side).Replace(string(text))
	if err := c.pair.Exec(ctx, script); err != nil {
		return fmt.Errorf("compare: %s: %w", name, err)
	}
	return nil
}

// prepare makes what a data set may lack: the tables of partially adjudicated
// claims, the list of exclusions, and the day of its newest data.
func (c *Comparison) prepare(ctx context.Context, side string, m *dataset.Manifest) error {
	script := "CREATE SCHEMA IF NOT EXISTS " + side + "_partial;\n"
	for _, t := range []string{"cclf1", "cclf5", "cclf6"} {
		if !has(m, dataset.PartialFolder+"/"+t) {
			script += "CREATE VIEW " + side + "_partial." + t + " AS FROM " + side + "." + t + " WHERE false;\n"
		}
	}
	exclusions := "SELECT NULL::VARCHAR AS bene_mbi_id, NULL::VARCHAR AS reason WHERE false"
	if has(m, "exclusions") {
		exclusions = "SELECT bene_mbi_id, reason FROM " + side + ".exclusions"
	}
	script += "CREATE VIEW " + side + "_exclusions AS " + exclusions + ";\n"
	newest := "SELECT max(last_updated)::DATE FROM " + side + ".claims"
	if m != nil && m.Source == dataset.SourceCCLF {
		newest = "SELECT max(file_date) FROM " + side + ".deliveries"
	}
	script += "SET VARIABLE " + side + "_newest = (" + newest + ");\n"
	return c.pair.Exec(ctx, script)
}

// has reports whether a data set has a table.
func has(m *dataset.Manifest, table string) bool {
	return m != nil && slices.ContainsFunc(m.Tables, func(t dataset.Table) bool { return t.Name == table })
}

// A Report says how the claims of two data sets differ.
type Report struct {
	Left      Side     `json:"left"`
	Right     Side     `json:"right"`
	Matched   Matches  `json:"matched"`
	Waterfall []Step   `json:"waterfall"`
	Groups    []Group  `json:"groups"`
	Columns   []Column `json:"columns"`
}

// A Side is one of the data sets.
type Side struct {
	Source  string      `json:"source"` // bcda or cclf
	APIs    []string    `json:"apis,omitempty"`
	Basis   string      `json:"basis"` // how claims were brought to final action
	Newest  string      `json:"newest,omitempty"`
	Claims  int64       `json:"claims"`
	Dollars json.Number `json:"dollars"`
}

// Matches counts the claims that are on both sides, by what matched them.
type Matches struct {
	Claims        int64 `json:"claims"`
	ControlNumber int64 `json:"by_control_number"`
	ClaimID       int64 `json:"by_claim_id"`
	NaturalKey    int64 `json:"by_natural_key"`
}

// A Step is what one reason adds on the way from the dollars of the left to those
// of the right.
type Step struct {
	Reason  string      `json:"reason"`
	Claims  int64       `json:"claims"`
	Dollars json.Number `json:"dollars"`
}

// A Group is the claims of a file, claim type and month of the last service.
type Group struct {
	File         string      `json:"file"`
	ClaimType    string      `json:"claim_type"`
	Month        string      `json:"month"`
	Both         int64       `json:"both"`
	LeftOnly     int64       `json:"left_only"`
	RightOnly    int64       `json:"right_only"`
	LeftDollars  json.Number `json:"left_dollars"`
	RightDollars json.Number `json:"right_dollars"`
	Difference   json.Number `json:"difference"`
}

// A Column says how many values of matched claims agree.
type Column struct {
	Table    string `json:"table"`
	Column   string `json:"column"`
	Compared int64  `json:"compared"`
	Equal    int64  `json:"equal"`
	Reason   string `json:"reason,omitempty"` // of the values that differ
}

// Unexplained is the reason of differences that none of the known causes has.
const Unexplained = "unexplained"

// Explained reports whether every difference has a reason.
func (r *Report) Explained() bool {
	for _, s := range r.Waterfall {
		if s.Reason == Unexplained && s.Claims > 0 {
			return false
		}
	}
	return true
}

// Reasons are the reasons for differences, in the order in which they are tried.
func Reasons() []string {
	return []string{
		"opted_out", "not_in_feed", "outside_history", "partially_adjudicated", "substance_use",
		"not_yet_arrived", "newer_load", "hicn", "other_system_id", Unexplained,
	}
}

// summarize reads the report.
func (c *Comparison) summarize(ctx context.Context, bases [2]query.Basis) error {
	for i, s := range []*Side{&c.report.Left, &c.report.Right} {
		s.Source, s.Basis = "bcda", string(bases[i])
		if m := c.pair.Manifests[i]; m != nil {
			s.APIs = m.APIs
			if m.Source != "" {
				s.Source = m.Source
			}
		}
		err := c.each(ctx, "SELECT count(*), coalesce(sum(dollars), 0)::DECIMAL(18, 2), getvariable('"+sides[i]+"_newest')::VARCHAR FROM "+sides[i]+"_claims", func(v []any) {
			s.Claims, s.Dollars, s.Newest = integer(v[0]), decimal(v[1]), text(v[2])
		})
		if err != nil {
			return err
		}
	}
	m := &c.report.Matched
	err := c.each(ctx, `SELECT count(*), count(*) FILTER (WHERE how = 'control number'), count(*) FILTER (WHERE how = 'claim ID'),
		count(*) FILTER (WHERE how = 'natural key') FROM matched`, func(v []any) {
		m.Claims, m.ControlNumber, m.ClaimID, m.NaturalKey = integer(v[0]), integer(v[1]), integer(v[2]), integer(v[3])
	})
	if err != nil {
		return err
	}
	steps := map[string]Step{}
	err = c.each(ctx, "SELECT reason, count(*), sum(dollars)::DECIMAL(18, 2) FROM differences GROUP BY reason", func(v []any) {
		steps[text(v[0])] = Step{text(v[0]), integer(v[1]), decimal(v[2])}
	})
	if err != nil {
		return err
	}
	err = c.each(ctx, groupsSQL, func(v []any) {
		c.report.Groups = append(c.report.Groups, Group{
			text(v[0]), text(v[1]), text(v[2]), integer(v[3]), integer(v[4]), integer(v[5]), decimal(v[6]), decimal(v[7]), decimal(v[8]),
		})
	})
	if err != nil {
		return err
	}
	if err := c.compareColumns(ctx); err != nil {
		return err
	}
	for _, col := range c.report.Columns {
		if differing := col.Compared - col.Equal; differing > 0 && (col.Reason == "hicn" || col.Reason == "other_system_id") {
			s := steps[col.Reason]
			steps[col.Reason] = Step{col.Reason, max(s.Claims, differing), "0.00"}
		}
	}
	for _, reason := range Reasons() {
		if s, ok := steps[reason]; ok {
			c.report.Waterfall = append(c.report.Waterfall, s)
		}
	}
	return nil
}

// groupsSQL counts claims and dollars by file, claim type and month.
const groupsSQL = `
WITH
  counted AS (
    SELECT x.file, x.claim_type, x.month, 1 AS in_both, 0 AS left_only, 0 AS right_only, x.dollars AS left_dollars, 0 AS right_dollars
    FROM matched JOIN a_claims AS x ON x.id = a_id
    UNION ALL
    SELECT x.file, x.claim_type, x.month, 0, 0, 0, 0, y.dollars
    FROM matched JOIN a_claims AS x ON x.id = a_id JOIN b_claims AS y ON y.id = b_id
    UNION ALL
    SELECT file, claim_type, month, 0, 1, 0, dollars, 0 FROM a_claims WHERE id NOT IN (SELECT a_id FROM matched)
    UNION ALL
    SELECT file, claim_type, month, 0, 0, 1, 0, dollars FROM b_claims WHERE id NOT IN (SELECT b_id FROM matched)
  )
SELECT
  file, coalesce(claim_type, ''), coalesce(strftime(month, '%Y-%m'), ''),
  sum(in_both)::BIGINT, sum(left_only)::BIGINT, sum(right_only)::BIGINT,
  sum(left_dollars)::DECIMAL(18, 2), sum(right_dollars)::DECIMAL(18, 2),
  (sum(right_dollars) - sum(left_dollars))::DECIMAL(18, 2)
FROM counted
GROUP BY ALL
ORDER BY ALL`

// comparedTables are the tables whose columns are compared.
var comparedTables = []string{"cclf1", "cclf5", "cclf6", "cclf7"}

// compareColumns counts, column by column, the values that agree in matched
// claims.
func (c *Comparison) compareColumns(ctx context.Context) error {
	for _, t := range comparedTables {
		table := schema.Lookup(t)
		var counts []string
		for i := range table.Fields {
			f := &table.Fields[i]
			counts = append(counts, fmt.Sprintf("count(*) FILTER (WHERE %s IS NOT DISTINCT FROM %s)", comparedValue(f, "x"), comparedValue(f, "y")))
		}
		sql := "SELECT count(*), " + strings.Join(counts, ", ") + " FROM row_pairs AS p JOIN a_" + t + " AS x ON x.ordinal = p.a_ordinal JOIN b_" +
			t + " AS y ON y.ordinal = p.b_ordinal WHERE p.file = '" + t + "'"
		err := c.each(ctx, sql, func(v []any) {
			for i := range table.Fields {
				col := Column{Table: t, Column: table.Fields[i].Label, Compared: integer(v[0]), Equal: integer(v[i+1])}
				if col.Equal < col.Compared {
					col.Reason = c.columnReason(&table.Fields[i])
				}
				c.report.Columns = append(c.report.Columns, col)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// comparedValue is the SQL of a value in a form that does not depend on how
// numbers are padded, or on the tilde for what does not apply.
func comparedValue(f *schema.Field, side string) string {
	column := side + "." + f.Label
	switch {
	case f.Kind == schema.Text && f.Digits:
		return "nullif(ltrim(trim(" + column + "), '0'), '')"
	case f.Kind == schema.Text:
		return "nullif(nullif(trim(" + column + "), ''), '~')"
	}
	return column
}

// columnReason is the reason of values that differ in a column.
func (c *Comparison) columnReason(f *schema.Field) string {
	switch f.Label {
	case "BENE_HIC_NUM", "BENE_EQTBL_BIC_HICN_NUM", "BENE_RRB_NUM":
		return "hicn"
	}
	for _, m := range c.pair.Manifests {
		if m == nil || m.Source == dataset.SourceCCLF {
			continue
		}
		for _, name := range m.APIs {
			api, err := schema.ParseAPI(name)
			if err != nil {
				continue
			}
			if f.Label == "CUR_CLM_UNIQ_ID" && api != schema.V3 {
				return "other_system_id"
			}
			if f.Cells[api].Source == schema.Absent {
				return "not_mapped"
			}
		}
	}
	return Unexplained
}

// each calls yield for each row of a query.
func (c *Comparison) each(ctx context.Context, sql string, yield func([]any)) error {
	rows, err := c.pair.Query(ctx, sql)
	if err != nil {
		return err
	}
	for rows.Next() {
		yield(rows.Values())
	}
	return errors.Join(rows.Err(), rows.Close())
}

func integer(v any) int64 {
	n, _ := v.(int64)
	return n
}

func decimal(v any) json.Number {
	n, ok := v.(json.Number)
	if !ok {
		return "0.00"
	}
	return n
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
