package tuva

import (
	"context"
	"fmt"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
)

// A Delivery is an export as the connector sees it: a delivery of CCLF files with
// a name and a date.
type Delivery struct {
	members
	name  string
	date  int32 // in days since 1970
	month int   // that of the date
}

// NewDelivery returns the delivery that an export makes. It reads the spills.
func NewDelivery(ctx context.Context, x Export) (*Delivery, error) {
	d := &Delivery{members: members{export: &x, byID: map[string]*member{}}}
	if err := d.scan(ctx); err != nil {
		return nil, err
	}
	if x.Newest != dedup.NoTime {
		d.date = int32(dedup.Day(x.Newest))
	} else { // the export does not show when it was updated
		d.date = table.LastDay(d.newest)
	}
	d.month = table.Month(d.date)
	d.name = fmt.Sprintf("bcda-%s-%s", x.API, table.AppendDate(nil, d.date))
	return d, nil
}

// dated returns the date of a beneficiary's demographics for a run of months:
// that of the delivery, or if the enrollment ended in an earlier month, the end of
// that month, as if the beneficiary had not been delivered since.
func (d *Delivery) dated(r monthRun) int32 {
	if r.last == d.month {
		return d.date
	}
	return table.LastDay(r.last)
}

// cancellation is CLM_ADJSMT_TYPE_CD of a claim that cancels another.
const cancellation = "1"

// Excludes reports whether a claim only cancels another one. The server sends the
// last version of a claim, so of a canceled one the cancellation alone, which the
// connector would set against some other claim.
func Excludes(claim *crosswalk.Evaluator) bool {
	v, ok := claim.Value(wellknown.AdjustmentLabel)
	return ok && string(v) == cancellation
}
