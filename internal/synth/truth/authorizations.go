package truth

import (
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/idr"
)

// A priorRow is an item of a prior authorization.
type priorRow struct {
	*idr.Authorization
	n  int
	at Place
}

func (r *priorRow) item() *idr.AuthorizedItem { return &r.Items[r.n] }

// priorItem returns the cell of a date of the item.
func priorItem(value func(*idr.AuthorizedItem) column.Date) cell[priorRow] {
	return day(func(r *priorRow) column.Date { return value(r.item()) })
}

func priorColumns() map[string]cell[priorRow] {
	return map[string]cell[priorRow]{
		"UTN":         text(func(r *priorRow) string { return r.UniqueTrackingNum }),
		"LINE_NUM":    number(func(r *priorRow) int64 { return int64(r.n + 1) }),
		"BENE_MBI_ID": text(func(r *priorRow) string { return r.Beneficiary.SentMBI() }),
		"PATIENT_ID":  number(func(r *priorRow) int64 { return r.Beneficiary.BeneID }),
		"RESOURCE_ID": text(func(r *priorRow) string {
			if r.Beneficiary.MapShape {
				return ""
			}
			return r.UniqueTrackingNum
		}),
		"STATUS":     text(func(*priorRow) string { return "active" }),
		"OUTCOME":    text(func(*priorRow) string { return "complete" }),
		"PA_TYPE_CD": text(func(r *priorRow) string { return r.ClmType }),
		"PA_ICN_DCN": text(func(r *priorRow) string { return r.IcnDcn }),
		"UTN_BGN_DT": day(func(r *priorRow) column.Date { return r.EfctvDt }),
		"UTN_END_DT": day(func(r *priorRow) column.Date { return r.ExprtnDt }),
		"PRVDR_NPI_NUM": text(func(r *priorRow) string {
			if r.Provider == nil {
				return ""
			}
			return r.Provider.NPI
		}),
		"PRVDR_OSCAR_NUM": text(func(r *priorRow) string {
			if r.Provider == nil {
				return ""
			}
			return r.Provider.CCN
		}),
		"PRVDR_NAME": text(func(r *priorRow) string {
			if r.Provider == nil {
				return ""
			}
			return r.Provider.Name
		}),
		"RFRG_PRVDR_NPI_NUM":  text(func(r *priorRow) string { return r.Rfrg }),
		"RNDRG_PRVDR_NPI_NUM": text(func(r *priorRow) string { return r.Rndrg }),
		"ATNDG_PRVDR_NPI_NUM": text(func(r *priorRow) string { return r.Atndg }),
		"OPRTG_PRVDR_NPI_NUM": text(func(r *priorRow) string { return r.Oprtg }),
		"CLM_CNTRCTR_NUM":     text(func(r *priorRow) string { return r.CntrctrNum }),
		"BILL_TYPE_CD":        text(func(r *priorRow) string { return r.BillType }),
		"HCPCS_CD":            text(func(r *priorRow) string { return r.item().HcpcsCd }),
		"HCPCS_1_MDFR_CD":     text(func(r *priorRow) string { return r.item().MdfrCd[0] }),
		"HCPCS_2_MDFR_CD":     text(func(r *priorRow) string { return r.item().MdfrCd[1] }),
		"POS_CD":              text(func(r *priorRow) string { return r.item().PosCd }),
		"REV_CTR_CD":          text(func(r *priorRow) string { return r.item().RevCtrCd }),
		"PA_DECISION_CD":      text(func(r *priorRow) string { return r.item().Decision }),
		"PA_DECISION_DT":      priorItem(func(i *idr.AuthorizedItem) column.Date { return i.DecisionDt }),
		"PA_DECISION_EXP_DT":  priorItem(func(i *idr.AuthorizedItem) column.Date { return i.DecisionExpDt }),
		"PA_SUBMITTED_DT":     priorItem(func(i *idr.AuthorizedItem) column.Date { return i.ReqSubDt }),
		"PA_RECEIVED_DT":      priorItem(func(i *idr.AuthorizedItem) column.Date { return i.ReqRecDt }),
		"PA_ADDED_DT":         day(func(r *priorRow) column.Date { return r.DtAdded }),
		"PA_UPDATED_DT":       priorItem(func(i *idr.AuthorizedItem) column.Date { return i.DtUpdated }),
		"SRVC_CNT":            number(func(r *priorRow) int64 { return int64(r.item().ServiceCnts) }),
		"SRVC_STATE_CD":       text(func(r *priorRow) string { return r.item().SvcRenderSt }),
		"MR_CNT": func(b []byte, r *priorRow) []byte {
			if n := r.item().MrCountInd; n > 0 {
				b = strconv.AppendInt(b, int64(n), 10)
			}
			return b
		},
		"MR_CNT_BGN_DT": priorItem(func(i *idr.AuthorizedItem) column.Date { return i.MrCountStDt }),
		"MR_CNT_END_DT": priorItem(func(i *idr.AuthorizedItem) column.Date { return i.MrCountEndDt }),
		"RRB_EXCL_IND": text(func(r *priorRow) string {
			if r.item().RrbExclInd {
				return "Y"
			}
			return ""
		}),
		"CREATED_DT":   day(func(r *priorRow) column.Date { return r.DtAdded }),
		"LAST_UPDATED": func(b []byte, r *priorRow) []byte { return r.LastUpdated.Append(b) },
		"SOURCE_FILE":  text(func(r *priorRow) string { return r.at.File }),
		"SOURCE_LINE":  number(func(r *priorRow) int64 { return int64(r.at.Line) }),
	}
}
