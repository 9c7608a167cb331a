//go:build cgo

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// A Migration pairs the IDs of a data set with those of a newer API version. It
// must be closed.
type Migration struct {
	pair   *query.Pair
	report MigrationReport
}

// A MigrationReport counts what was paired.
type MigrationReport struct {
	Old      MigrationSide `json:"old"`
	New      MigrationSide `json:"new"`
	Patients Pairing       `json:"patients"`
	Claims   Pairing       `json:"claims"`
}

// A MigrationSide is one of the data sets.
type MigrationSide struct {
	APIs     []string `json:"apis,omitempty"`
	Patients int64    `json:"patients"` // distinct Patient IDs
	Claims   int64    `json:"claims"`   // claim resources
}

// A Pairing counts the pairs of patients or claims, and what has no counterpart.
type Pairing struct {
	Paired   int64      `json:"paired"` // rows of the map
	By       []PairedBy `json:"matched_by"`
	Unpaired []Unpaired `json:"unpaired"`
}

// A PairedBy counts the pairs that were found in one way.
type PairedBy struct {
	How   string `json:"matched_by"`
	Pairs int64  `json:"pairs"`
}

// An Unpaired counts what has no counterpart, for one reason.
type Unpaired struct {
	Side   string `json:"side"` // old or new
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

// Migrate pairs beneficiaries and claims of two data sets of BCDA, of which the
// first is of an older API version. The error is ErrIncomparable, or one of
// query.Open.
func Migrate(ctx context.Context, first, second string, opts query.Options) (*Migration, error) {
	pair, err := openPair(ctx, first, second, opts)
	if err != nil {
		return nil, err
	}
	m := &Migration{pair: pair}
	if err := m.migrate(ctx); err != nil {
		return nil, errors.Join(err, pair.Close())
	}
	return m, nil
}

// Report returns what was paired.
func (m *Migration) Report() *MigrationReport { return &m.report }

// Close closes the data sets.
func (m *Migration) Close() error { return m.pair.Close() }

// migratable returns ErrIncomparable with the reason if one data set is not the
// successor of the other.
func migratable(manifests [2]*dataset.Manifest) error {
	for _, m := range manifests {
		switch {
		case m == nil:
		case m.Source != "":
			return fmt.Errorf("%w: one of them is not made from an export of BCDA", ErrIncomparable)
		case m.Profile != "":
			return fmt.Errorf("%w: one of them has the profile %s, whose tables are not those of CCLF", ErrIncomparable, m.Profile)
		}
	}
	x, y := manifests[0], manifests[1]
	if x == nil || y == nil || len(x.APIs) == 0 || len(y.APIs) == 0 {
		return nil
	}
	if slices.Max(x.APIs) >= slices.Min(y.APIs) {
		return fmt.Errorf("%w: the first is of API version %s, which is not older than %s of the second",
			ErrIncomparable, strings.Join(x.APIs, " and "), strings.Join(y.APIs, " and "))
	}
	return nil
}

// migrationPasses are the keys by which claims are paired, in order.
var migrationPasses = []struct{ key, usable, allowed, how string }{
	{"control, person", "control IS NOT NULL", "true", "control_number"},
	{"control, person, from_day, thru_day", "control IS NOT NULL", "true", "control_number"},
	{"natural_key, owner", "natural_key IS NOT NULL AND owner IS NOT NULL", "x.number IS NULL OR y.number IS NULL", "natural_key"},
}

func (m *Migration) migrate(ctx context.Context) error {
	if err := migratable(m.pair.Manifests); err != nil {
		return err
	}
	if _, err := m.pair.PrepareMetrics(ctx); err != nil {
		return err
	}
	if err := m.run(ctx, "persons"); err != nil {
		return err
	}
	for i, side := range sides {
		if err := m.run(ctx, "claims", "SIDE_old", fmt.Sprint(i == 0), "SIDE", side); err != nil {
			return err
		}
	}
	if err := m.pair.Exec(ctx, "CREATE TABLE pairs (a_id BIGINT, b_id BIGINT, how VARCHAR)"); err != nil {
		return err
	}
	for _, which := range []string{"final_action AND ", ""} { // versions in force first
		for _, p := range migrationPasses {
			if err := m.run(ctx, "pass", "KEY", p.key, "USABLE", which+p.usable, "ALLOWED", p.allowed, "HOW", p.how); err != nil {
				return err
			}
		}
	}
	if err := m.run(ctx, "result"); err != nil {
		return err
	}
	return m.summarize(ctx)
}

// run runs a script, in which names are replaced by others.
func (m *Migration) run(ctx context.Context, name string, replaced ...string) error {
	text, err := scripts.ReadFile("sql/migrate_" + name + ".sql")
	if err != nil {
		return fmt.Errorf("reconcile: internal error: %w", err)
	}
	if err := m.pair.Exec(ctx, strings.NewReplacer(replaced...).Replace(string(text))); err != nil {
		return fmt.Errorf("pair %s: %w", name, err)
	}
	return nil
}

// summarize reads the report.
func (m *Migration) summarize(ctx context.Context) error {
	for i, s := range []*MigrationSide{&m.report.Old, &m.report.New} {
		if manifest := m.pair.Manifests[i]; manifest != nil {
			s.APIs = manifest.APIs
		}
		sql := "SELECT (SELECT count(DISTINCT patient_id) FROM " + sides[i] + "_patients), (SELECT count(*) FROM " + sides[i] + "_resources)"
		if err := eachRow(ctx, m.pair, sql, func(v []any) { s.Patients, s.Claims = integer(v[0]), integer(v[1]) }); err != nil {
			return err
		}
	}
	for _, p := range []struct {
		pairing     *Pairing
		table, kind string
	}{
		{&m.report.Patients, schema.PatientMapTable, "patient"},
		{&m.report.Claims, schema.ClaimMapTable, "claim"},
	} {
		p.pairing.By, p.pairing.Unpaired = []PairedBy{}, []Unpaired{}
		err := eachRow(ctx, m.pair, "SELECT matched_by, count(*) FROM "+p.table+" GROUP BY ALL ORDER BY 2 DESC, 1", func(v []any) {
			p.pairing.Paired += integer(v[1])
			p.pairing.By = append(p.pairing.By, PairedBy{text(v[0]), integer(v[1])})
		})
		if err != nil {
			return err
		}
		sql := "SELECT side, reason, count(*) FROM unpaired WHERE kind = '" + p.kind + "' GROUP BY ALL ORDER BY side DESC, 3 DESC, reason"
		err = eachRow(ctx, m.pair, sql, func(v []any) {
			p.pairing.Unpaired = append(p.pairing.Unpaired, Unpaired{text(v[0]), text(v[1]), integer(v[2])})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
