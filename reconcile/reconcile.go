//go:build cgo

package reconcile

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/query"
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
// Errors are ErrIncomparable and those of query.Open.
func Compare(ctx context.Context, left, right string, opts query.Options) (*Comparison, error) {
	pair, err := openPair(ctx, left, right, opts)
	if err != nil {
		return nil, err
	}
	c := &Comparison{pair: pair}
	if err := c.compare(ctx); err != nil {
		return nil, errors.Join(err, pair.Close())
	}
	return c, nil
}

// openPair opens two data sets. One that is a database file is ErrIncomparable.
func openPair(ctx context.Context, left, right string, opts query.Options) (*query.Pair, error) {
	pair, err := query.OpenPair(ctx, left, right, opts)
	if errors.Is(err, query.ErrDatabase) {
		err = fmt.Errorf("%w: %w", ErrIncomparable, err)
	}
	return pair, err
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
	for _, side := range sides {
		if err := c.run(ctx, "tables", "SIDE", side); err != nil {
			return err
		}
	}
	if err := c.run(ctx, "persons"); err != nil {
		return err
	}
	for i, side := range sides {
		if err := c.prepare(ctx, side); err != nil {
			return err
		}
		if err := c.run(ctx, "claims", "SIDE", side); err != nil {
			return err
		}
		if err := c.setNewest(ctx, side, c.pair.Manifests[i]); err != nil {
			return err
		}
	}
	if err := c.match(ctx); err != nil {
		return err
	}
	for _, name := range []string{"evidence", "reasons"} {
		for i, side := range sides {
			if err := c.run(ctx, name, "SIDE", side, "OTHER", sides[1-i]); err != nil {
				return err
			}
		}
	}
	if err := c.run(ctx, "differences"); err != nil {
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
			return fmt.Errorf("%w: one of them has the profile %s, whose tables are not those of CCLF", ErrIncomparable, m.Profile)
		case m.Increment:
			return fmt.Errorf("%w: one of them has only what changed since a time; convert it together with the full export", ErrIncomparable)
		case m.Source != "" && m.Source != dataset.SourceCCLF:
			return fmt.Errorf("%w: one of them is the result of a comparison, not claims", ErrIncomparable)
		}
	}
	return nil
}

// run runs a script, in which names are replaced by others.
func (c *Comparison) run(ctx context.Context, name string, replaced ...string) error {
	text, err := scripts.ReadFile("sql/" + name + ".sql")
	if err != nil {
		return fmt.Errorf("reconcile: internal error: %w", err)
	}
	if err := c.pair.Exec(ctx, strings.NewReplacer(replaced...).Replace(string(text))); err != nil {
		return fmt.Errorf("compare: %s: %w", name, err)
	}
	return nil
}

// prepare creates what a data set may lack: the tables of partially adjudicated
// claims, and the list of exclusions.
func (c *Comparison) prepare(ctx context.Context, side string) error {
	have := map[string]bool{}
	err := c.each(ctx, "SELECT lower(table_schema || '.' || table_name) FROM information_schema.tables", func(v []any) { have[text(v[0])] = true })
	if err != nil {
		return err
	}
	script := "CREATE SCHEMA IF NOT EXISTS " + side + "_partial;\n"
	for _, t := range []string{"cclf1", "cclf5", "cclf6"} {
		if !have[side+"_partial."+t] {
			script += "CREATE VIEW " + side + "_partial." + t + " AS FROM " + side + "." + t + " WHERE false;\n"
		}
	}
	exclusions := "SELECT NULL::VARCHAR AS bene_mbi_id, NULL::VARCHAR AS reason WHERE false"
	if have[side+".exclusions"] {
		exclusions = "SELECT bene_mbi_id::VARCHAR AS bene_mbi_id, reason::VARCHAR AS reason FROM " + side + ".exclusions"
	}
	script += "CREATE VIEW " + side + "_exclusions AS " + exclusions + ";\n"
	return c.pair.Exec(ctx, script)
}

// setNewest sets the day of the newest data of a side: that of the newest
// delivery, or of the last update of a claim.
func (c *Comparison) setNewest(ctx context.Context, side string, m *dataset.Manifest) error {
	newest := "SELECT max(last_updated)::DATE FROM " + side + ".claims"
	if m != nil && m.Source == dataset.SourceCCLF {
		newest = "SELECT max(file_date) FROM " + side + ".deliveries"
	}
	return c.pair.Exec(ctx, "SET VARIABLE "+side+"_newest = coalesce(("+newest+"), (SELECT max(loaded) FROM "+side+"_rows));")
}

// A pass matches claims with equal keys.
type pass struct {
	how         string
	key         string // columns
	left, right string // conditions
}

// passes are tried in order. A claim is matched once.
var passes = []pass{
	{"control number", "file, control, person, claim", "control IS NOT NULL", "control IS NOT NULL"},
	{"control number", "file, control, person, dollars", "control IS NOT NULL", "control IS NOT NULL"},
	{"control number", "file, control, person", "control IS NOT NULL", "control IS NOT NULL"},
	{"claim ID", "file, claim, person", "claim IS NOT NULL", "claim IS NOT NULL"},
	{"natural key", "file, natural_key, owner, dollars", "control IS NULL", "true"},
	{"natural key", "file, natural_key, owner, dollars", "true", "control IS NULL"},
	{"natural key", "file, natural_key, owner", "control IS NULL", "true"},
	{"natural key", "file, natural_key, owner", "true", "control IS NULL"},
}

// match matches the claims of both sides.
func (c *Comparison) match(ctx context.Context) error {
	if err := c.run(ctx, "matched"); err != nil {
		return err
	}
	for _, p := range passes {
		if err := c.run(ctx, "pass", "KEY", p.key, "HOW", p.how, "LEFT_CONDITION", p.left, "RIGHT_CONDITION", p.right); err != nil {
			return err
		}
	}
	return nil
}
