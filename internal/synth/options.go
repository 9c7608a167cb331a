package synth

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/server"
)

// A KeyOrder is the order of keys in JSON objects.
type KeyOrder string

// Key orders.
const (
	Alphabetical KeyOrder = "alphabetical" // as BCDA sends them
	Model        KeyOrder = "model"        // the order of the FHIR model, as other servers send them
	Shuffle      KeyOrder = "shuffle"      // a random order per object
)

// KeyOrders returns all key orders.
func KeyOrders() []string { return []string{string(Alphabetical), string(Model), string(Shuffle)} }

// APIs returns the API versions of which exports can be made.
func APIs() []string { return []string{"v1", "v2", "v3"} }

// DefaultBeneficiaries is the default number of beneficiaries of an export.
const DefaultBeneficiaries = 100

// Options are the options of an export. Only Dir is required.
type Options struct {
	Dir           string   // the folder of the export; created if it does not exist
	API           string   // one of APIs; default v3
	Beneficiaries int      // number of beneficiaries; default DefaultBeneficiaries, or as many as Size takes
	Size          int64    // stop after the beneficiary that brings the NDJSON to this many bytes
	Seed          uint64   // the same seed and options make the same bytes
	KeyOrder      KeyOrder // default Alphabetical
	Truth         bool     // write the CCLF rows to CSV files in Dir/truth
	Gzip          bool     // compress the NDJSON files
	Overwrite     bool     // replace an export in Dir
	// ServerDate is the month (2026-05) or day (2026-05-12) of the server that sent
	// the export. Default: today's server, and an export made on a fixed day.
	ServerDate string
	// Traps makes claims that are as hard to read as a server's can be, instead of
	// believable ones: random codes and amounts, blanks, gaps, old codes.
	Traps bool
	// EdgeCases adds to Traps, which it implies, what real exports have rarely, or had
	// only for a time.
	EdgeCases bool

	calendar records.Calendar
	dialect  server.Dialect
}

// ErrOptions is wrapped by errors about invalid Options, ErrNotEmpty by the error
// about a folder that is not empty.
var (
	ErrOptions  = errors.New("synth")
	ErrNotEmpty = errors.New("not empty")
)

func (o *Options) complete() error {
	if o.API == "" {
		o.API = "v3"
	}
	o.Traps = o.Traps || o.EdgeCases
	if o.KeyOrder == "" {
		o.KeyOrder = Alphabetical
	}
	if o.Beneficiaries == 0 && o.Size == 0 {
		o.Beneficiaries = DefaultBeneficiaries
	}
	known := slices.Contains(APIs(), o.API)
	switch {
	case o.Dir == "":
		return fmt.Errorf("%w: no output folder", ErrOptions)
	case !known:
		return fmt.Errorf("%w: unknown API version %q", ErrOptions, o.API)
	case o.KeyOrder != Alphabetical && o.KeyOrder != Model && o.KeyOrder != Shuffle:
		return fmt.Errorf("%w: unknown key order %q", ErrOptions, o.KeyOrder)
	case o.Beneficiaries < 0 || o.Size < 0:
		return fmt.Errorf("%w: negative number of beneficiaries or bytes", ErrOptions)
	case o.Beneficiaries > 0 && o.Size > 0:
		return fmt.Errorf("%w: both a number of beneficiaries and a size", ErrOptions)
	}
	o.calendar = records.NewCalendar(records.DefaultExport)
	if o.ServerDate != "" {
		day, err := parseServerDate(o.ServerDate, o.API)
		if err != nil {
			return err
		}
		o.calendar, o.dialect = records.NewCalendar(day), server.DialectOn(day)
	}
	return nil
}

// parseServerDate parses a day, or a month, which means its first day.
func parseServerDate(s, api string) (column.Date, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		t, err = time.Parse(time.DateOnly, s)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: invalid server date %q: expected a month (2026-05) or a day (2026-05-12)", ErrOptions, s)
	}
	day := column.NewDate(t.Year(), t.Month(), t.Day())
	if first := server.FirstDay(api); day < first {
		return 0, fmt.Errorf("%w: API %s has no servers before %s", ErrOptions, api, first.Append(nil))
	}
	if t.Year() > lastServerYear {
		return 0, fmt.Errorf("%w: invalid server date %q: too far in the future", ErrOptions, s)
	}
	return day, nil
}

// lastServerYear bounds server dates, so that ages and years are plausible.
const lastServerYear = 2099
