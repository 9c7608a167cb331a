package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

// A Balance is an entry of benefitBalance, named by its variable.
type Balance string

func balanceType(b []byte, kind Balance) []byte {
	b = append(b, `{"type":{"coding":[`...)
	b = VariableCoding(b, "benefit-balance", string(kind))
	return append(b, `]},"used`...)
}

func BalanceEntry(b []byte, kind Balance, a column.Amount) []byte {
	if a == column.NoAmount {
		return b
	}
	b = balanceType(b, kind)
	b = append(b, `Money":`+MoneyStart...)
	b = a.AppendJSON(b)
	return append(b, `}},`...)
}

func DaysEntry(b []byte, kind Balance, n int) []byte {
	b = balanceType(b, kind)
	b = append(b, `UnsignedInt":`...)
	b = fhirjson.AppendInt(b, n)
	return append(b, `},`...)
}

// UtilizationDaysBalance is the one entry that v1 sends.
const UtilizationDaysBalance Balance = "clm_utlztn_day_cnt"
