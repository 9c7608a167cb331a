//go:build cgo

package report

import (
	"context"
	"encoding/json"
	"math/big"
	"slices"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/query"
)

// keyColumns are the columns that metrics need, by table. Their fill rates show how
// far the numbers can be relied on.
var keyColumns = []struct {
	table   string
	columns []string
}{
	{"cclf1", []string{"BENE_MBI_ID", "CLM_TYPE_CD", "CLM_THRU_DT", "PRNCPL_DGNS_CD", "CLM_PMT_AMT", "PRVDR_OSCAR_NUM", "FAC_PRVDR_NPI_NUM", "CLM_IDR_LD_DT"}},
	{"cclf5", []string{"BENE_MBI_ID", "CLM_LINE_THRU_DT", "CLM_LINE_HCPCS_CD", "CLM_LINE_DGNS_CD", "CLM_LINE_CVRD_PD_AMT", "CLM_RNDRG_PRVDR_TAX_NUM", "RNDRG_PRVDR_NPI_NUM", "CLM_IDR_LD_DT"}},
	{"cclf6", []string{"BENE_MBI_ID", "CLM_LINE_THRU_DT", "CLM_LINE_HCPCS_CD", "CLM_LINE_CVRD_PD_AMT", "CLM_IDR_LD_DT"}},
	{"cclf7", []string{"BENE_MBI_ID", "CLM_LINE_FROM_DT", "CLM_LINE_NDC_CD", "CLM_LINE_DAYS_SUPLY_QTY", "CLM_IDR_LD_DT"}},
	{"cclf8", []string{"BENE_MBI_ID", "BENE_DOB", "BENE_SEX_CD", "BENE_MDCR_STUS_CD", "BENE_DUAL_STUS_CD", "GEO_ZIP_PLC_NAME", "BENE_FIPS_STATE_CD"}},
}

// addQuality adds the section about the quality of the data.
func (b *builder) addQuality(ctx context.Context) error {
	s := &section{
		ID: "quality", Title: "Data quality",
		Intro: "What was read, what was not understood, and how full the columns are that the numbers depend on. cclf inspect shows all columns.",
	}
	if m := b.db.Manifest(); m != nil {
		s.Figures = append(s.Figures, readFigure(m))
		rejects, err := b.rejectFigure(m)
		if err != nil {
			return err
		}
		s.Figures = append(s.Figures, rejects)
	} else {
		s.Figures = append(s.Figures, &figure{ID: "resources", Title: "What was read", Missing: "The data set has no manifest, which tells what was read and rejected."})
	}
	missing, fill, err := b.fillFigures(ctx)
	if err != nil {
		return err
	}
	s.Figures = append(s.Figures, missing, fill)
	b.page.Sections = append(b.page.Sections, s)
	return nil
}

// newTable returns a result that is not that of a metric.
func newTable(title string, columns []query.Column, meanings ...string) *result {
	m := &query.Metric{Title: title}
	for i, meaning := range meanings {
		m.Columns = append(m.Columns, query.MetricColumn{Name: columns[i].Name, Meaning: meaning})
	}
	return &result{metric: m, columns: columns}
}

// readFigure shows what became of the resources.
func readFigure(m *dataset.Manifest) *figure {
	c := m.Counts
	r := newTable("What was read", []query.Column{{Name: "what", Type: "VARCHAR"}, {Name: "count", Type: "BIGINT"}})
	for _, n := range []struct {
		what   string
		count  int64
		always bool
	}{
		{"input files", int64(len(m.Inputs)), true},
		{"lines", c.Lines, true},
		{"lines rejected", c.Rejected, true},
		{"inputs that ended early", c.BrokenOff, false},
		{"resources", c.Resources, false},
		{"older versions, replaced by newer ones", c.Replaced, false},
		{"resources sent again unchanged", c.Repeated, false},
		{"claims canceled", c.Cancelled, false},
		{"claims superseded by a newer related one", c.Superseded, false},
		{"claims entered in error", c.EnteredInError, false},
		{"drafts", c.Draft, false},
		{"resources with an unknown status", c.OtherStatus, false},
		{"claims only partially adjudicated, in tables of their own", c.PartiallyAdjudicated, false},
		{"claims of beneficiaries without a Patient resource", c.Orphans, false},
		{"Patients without a current MBI", c.NoMBI, false},
		{"links of service lines to elements that their claim does not have", c.BrokenLinks, false},
		{"resources without a CCLF equivalent", c.Skipped, false},
		{"lines with a key that occurs twice", c.DuplicateKeys, false},
		{"values that did not fit their field", c.Misfits, false},
		{"kinds of elements that no column uses, new ones only", int64(len(m.New())), false},
	} {
		if n.always || n.count > 0 {
			r.rows = append(r.rows, []any{n.what, n.count})
		}
	}
	return &figure{
		ID: "resources", Title: r.metric.Title, Text: "From the manifest of the data set.",
		Table: r.table(r.metric.Title, nil), Open: true,
	}
}

// mostReasons is how many reasons of rejects are shown.
const mostReasons = 20

// rejectFigure shows why lines were rejected.
func (b *builder) rejectFigure(m *dataset.Manifest) (*figure, error) {
	f := &figure{ID: "rejects", Title: "Rejected lines"}
	reasons, err := b.db.RejectReasons()
	if err != nil {
		return nil, err
	}
	if len(reasons) == 0 {
		f.Text = "No line was rejected."
		return f, nil
	}
	r := newTable(f.Title, []query.Column{{Name: "reason", Type: "VARCHAR"}, {Name: "lines", Type: "BIGINT"}})
	for i, reason := range reasons {
		if i == mostReasons {
			f.Notes = append(f.Notes, plural(len(reasons)-i, "other reason")+" left out.")
			break
		}
		r.rows = append(r.rows, []any{reason.Reason, reason.Count})
	}
	f.Text = "From " + m.Rejects.Name + ", which has the place of each line."
	f.Table, f.Open = r.table(f.Title, nil), true
	return f, nil
}

// fillFigures shows how many rows have no MBI, and how full the key columns are.
func (b *builder) fillFigures(ctx context.Context) (missing, fill *figure, err error) {
	none := newTable("Rows without an MBI", []query.Column{
		{Name: "table", Type: "VARCHAR"}, {Name: "rows", Type: "BIGINT"}, {Name: "without_mbi", Type: "BIGINT"}, {Name: "share", Type: "DECIMAL(5,4)"},
	}, "", "", "rows that belong to no known beneficiary", "without_mbi / rows")
	full := newTable("Columns with values", []query.Column{
		{Name: "table", Type: "VARCHAR"}, {Name: "column", Type: "VARCHAR"}, {Name: "rows", Type: "BIGINT"}, {Name: "filled", Type: "BIGINT"}, {Name: "share", Type: "DECIMAL(5,4)"},
	}, "", "", "", "rows with a value that is not blank", "filled / rows")
	for _, t := range keyColumns {
		if !slices.Contains(b.db.TableNames(), t.table) {
			continue
		}
		profile, err := b.db.Inspect(ctx, t.table, t.columns...)
		if err != nil {
			return nil, nil, err
		}
		if profile.Rows == 0 {
			continue
		}
		for _, c := range profile.Columns {
			if c.Name == "BENE_MBI_ID" {
				without := profile.Rows - c.Filled
				none.rows = append(none.rows, []any{t.table, profile.Rows, without, shareOf(without, profile.Rows)})
			}
			full.rows = append(full.rows, []any{t.table, c.Name, profile.Rows, c.Filled, shareOf(c.Filled, profile.Rows)})
		}
	}
	missing = &figure{ID: "missing-mbi", Title: none.metric.Title}
	none.apart, full.apart = "table", "column"
	if !b.options.ShowSmallCells {
		hideSmall(none)
		hideSmall(full)
	}
	missing.show(none, nil)
	fill = &figure{ID: "fill", Title: full.metric.Title}
	fill.show(full, bars(unitShare, "share", "table", "column"))
	fill.Open = false
	return missing, fill, nil
}

// shareOf returns n / whole with four decimals.
func shareOf(n, whole int64) json.Number {
	return json.Number(big.NewRat(n, whole).FloatString(4))
}
