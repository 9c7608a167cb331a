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

// The orders of keys.
const (
	Alphabetical KeyOrder = "alphabetical" // as BCDA sends them
	Model        KeyOrder = "model"        // as FHIR defines the elements, and other servers send them
	Shuffle      KeyOrder = "shuffle"      // another one in each object
)

// KeyOrders are the orders there are.
func KeyOrders() []string { return []string{string(Alphabetical), string(Model), string(Shuffle)} }

// APIs are the API versions of which exports can be made.
func APIs() []string { return []string{"v1", "v2", "v3"} }

// DefaultBeneficiaries is how many beneficiaries an export has, unless Options
// say otherwise.
const DefaultBeneficiaries = 100

// Options say what export to make.
type Options struct {
	Dir           string   // where to; it is made if it is not there
	API           string   // one of APIs; empty means v2
	Beneficiaries int      // how many; 0 means DefaultBeneficiaries, unless there is a Size
	Size          int64    // stop after the beneficiary with whom the NDJSON has this many bytes
	Seed          uint64   // exports of a seed are the same
	KeyOrder      KeyOrder // empty means Alphabetical
	Truth         bool     // write the CCLF rows too, as CSV files in Dir/truth
	Gzip          bool     // compress the NDJSON
	Overwrite     bool     // replace an export that is in Dir
	// ServerDate is the month (2026-05) or day whose server the export is of.
	// Empty means today's server, and an export that is made on a fixed day.
	ServerDate string
	// EdgeCases brings in what is rare and hard to read.
	EdgeCases bool

	calendar records.Calendar
	dialect  server.Dialect
}

// ErrOptions is wrapped by the errors about Options that make no sense, and
// ErrNotEmpty by that about a folder with something in it.
var (
	ErrOptions  = errors.New("synth")
	ErrNotEmpty = errors.New("not empty")
)

func (o *Options) complete() error {
	if o.API == "" {
		o.API = "v2"
	}
	if o.KeyOrder == "" {
		o.KeyOrder = Alphabetical
	}
	if o.Beneficiaries == 0 && o.Size == 0 {
		o.Beneficiaries = DefaultBeneficiaries
	}
	known := slices.Contains(APIs(), o.API)
	switch {
	case o.Dir == "":
		return fmt.Errorf("%w: no folder to write to", ErrOptions)
	case !known:
		return fmt.Errorf("%w: no exports of API %q", ErrOptions, o.API)
	case o.KeyOrder != Alphabetical && o.KeyOrder != Model && o.KeyOrder != Shuffle:
		return fmt.Errorf("%w: no key order %q", ErrOptions, o.KeyOrder)
	case o.Beneficiaries < 0 || o.Size < 0:
		return fmt.Errorf("%w: a negative number of beneficiaries or bytes", ErrOptions)
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

// parseServerDate reads a day, or a month, which stands for its first day.
func parseServerDate(s, api string) (column.Date, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		t, err = time.Parse(time.DateOnly, s)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: the server date %q is neither a month (2026-05) nor a day (2026-05-12)", ErrOptions, s)
	}
	day := column.NewDate(t.Year(), t.Month(), t.Day())
	if first := server.FirstDay(api); day < first {
		return 0, fmt.Errorf("%w: no server of %s before %s", ErrOptions, api, first.Append(nil))
	}
	if t.Year() > lastServerYear {
		return 0, fmt.Errorf("%w: the server date %q is too far ahead", ErrOptions, s)
	}
	return day, nil
}

// lastServerYear bounds server dates, so that ages and years stay plausible.
const lastServerYear = 2099
