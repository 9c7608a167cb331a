package convert

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/tuva"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// A profile decides which tables a run makes, and what becomes of their rows in
// the merge pass.
type profile interface {
	// tables returns the tables that are filled.
	tables() []*schema.Table
	// excludes reports whether a final claim has a row in the list of claims only.
	excludes(claim *crosswalk.Evaluator) bool
	// begin begins the merge pass. It returns the stage for each table.
	begin(ctx context.Context, x tuva.Export) (func(t *schema.Table) stage, error)
}

// A stage turns complete rows of a table into those that are written. It is for
// one goroutine.
type stage interface {
	// Schema returns the schema of the rows that are written, nil for that of the
	// table.
	Schema() *arrow.Schema
	// Write passes on rows, with the resource and the beneficiary of each. It calls
	// emit with the rows to be written and their resources.
	Write(cols []arrow.Array, resources, beneficiaries []int64, emit func([]arrow.Array, []int64) error) error
	// Finish emits what comes after all rows.
	Finish(ctx context.Context, emit func([]arrow.Array, []int64) error) error
	// Months counts the months of enrollment that were emitted: those that the
	// export shows, and those that it only implies.
	Months() (told, inferred int64)
}

// profiles are the profiles by name.
var profiles = map[Profile]profile{
	PlainCCLF: plainProfile{},
	Tuva:      tuvaProfile{},
}

// plainProfile writes the rows of all tables as they are.
type plainProfile struct{}

func (plainProfile) tables() []*schema.Table            { return schema.AllTables() }
func (plainProfile) excludes(*crosswalk.Evaluator) bool { return false }

func (plainProfile) begin(context.Context, tuva.Export) (func(t *schema.Table) stage, error) {
	return func(t *schema.Table) stage { return &plainStage{inferredColumn: t.Index(wellknown.InferredLabel)} }, nil
}

// plainStage passes rows on. It counts those of enrollment.
type plainStage struct {
	inferredColumn int // -1 in other tables
	told, inferred int64
}

func (*plainStage) Schema() *arrow.Schema { return nil }

func (s *plainStage) Write(cols []arrow.Array, resources, _ []int64, emit func([]arrow.Array, []int64) error) error {
	if s.inferredColumn >= 0 {
		for _, flag := range cols[s.inferredColumn].(*array.Int64).Int64Values() {
			s.inferred += flag
			s.told += 1 - flag
		}
	}
	return emit(cols, resources)
}

func (*plainStage) Finish(context.Context, func([]arrow.Array, []int64) error) error { return nil }

func (s *plainStage) Months() (told, inferred int64) { return s.told, s.inferred }

// tuvaProfile makes the tables of the Tuva connector.
type tuvaProfile struct{}

func (tuvaProfile) tables() []*schema.Table                  { return tuvaschema.Tables() }
func (tuvaProfile) excludes(claim *crosswalk.Evaluator) bool { return tuva.Excludes(claim) }

func (tuvaProfile) begin(ctx context.Context, x tuva.Export) (func(t *schema.Table) stage, error) {
	d, err := tuva.NewDelivery(ctx, x)
	if err != nil {
		return nil, err
	}
	return func(t *schema.Table) stage { return d.Writer(t) }, nil
}
