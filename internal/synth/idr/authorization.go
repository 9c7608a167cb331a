package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// An Authorization is a prior authorization: services requested before they are
// given, with a decision on each.
type Authorization struct {
	Beneficiary *Beneficiary

	LastUpdated       column.Instant
	UniqueTrackingNum string
	IcnDcn            string
	DtAdded           column.Date
	EfctvDt           column.Date // of the reference period
	ExprtnDt          column.Date
	ClmType           string // A or B
	CntrctrNum        string
	BillType          string
	Provider          *life.Provider // nil if the provider history lacks the provider
	Rfrg              string         // NPIs
	Atndg             string
	Oprtg             string
	Rndrg             string
	Items             []AuthorizedItem
}

// An AuthorizedItem is a requested service.
type AuthorizedItem struct {
	HcpcsCd       string
	MdfrCd        [4]string
	Decision      string // A affirmed, N not affirmed
	DtUpdated     column.Date
	ReqSubDt      column.Date
	ReqRecDt      column.Date
	DecisionDt    column.Date
	DecisionExpDt column.Date
	ServiceCnts   int // units
	SvcRenderSt   string
	MrCountInd    int // number of claims reviewed
	MrCountStDt   column.Date
	MrCountEndDt  column.Date
	PosCd         string
	RevCtrCd      string
	RrbExclInd    bool
}
