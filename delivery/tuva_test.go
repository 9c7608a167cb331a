package delivery

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
)

// TestTuva writes a delivery as the tables of the Tuva connector.
func TestTuva(t *testing.T) {
	d := monthly(january,
		line(t, "1", map[string]string{"CLM_FROM_DT": "2025-01-02", "CLM_LINE_SRVC_UNIT_QTY": " 000000000000000003.0000", "CLM_LINE_HCPCS_CD": "~"}),
		line(t, "1", map[string]string{"CLM_ADJSMT_TYPE_CD": "1", "CLM_LINE_CVRD_PD_AMT": "-00000000010.00"}))
	_, out := importCSV(t, Options{Inputs: []string{d.zip(t, t.TempDir())}, Profile: dataset.TuvaProfile})
	equal(t, "partb_physicians", rows(t, out, "partb_physicians",
		"CUR_CLM_UNIQ_ID", "CLM_LINE_NUM", "CLM_FROM_DT", "CLM_LINE_SRVC_UNIT_QTY", "CLM_LINE_HCPCS_CD", "CLM_ADJSMT_TYPE_CD", "CLM_LINE_CVRD_PD_AMT", "FILE_NAME", "FILE_DATE"),
		"1|1|2025-01-02|3|~|0|10.00|P.A1234.ACO.ZC5Y25.D250121.T0912345|2025-01-21",
		"1|1||||1|-10.00|P.A1234.ACO.ZC5Y25.D250121.T0912345|2025-01-21")
	for _, table := range tuvaschema.Files() {
		var labels []string
		for i := range table.Fields {
			labels = append(labels, table.Fields[i].Label)
		}
		if n := len(rows(t, out, table.Name, labels...)); n != 0 && table.Name != "partb_physicians" {
			t.Errorf("%d rows in %s", n, table.Name)
		}
	}
	if paths, _ := filepath.Glob(filepath.Join(out, "*", "part-*")); len(paths) != len(tuvaschema.Files()) {
		t.Errorf("%d part files, want one per table: %v", len(paths), paths)
	}
	for _, f := range []dataset.Format{dataset.Fixed, dataset.DuckDB, dataset.Arrow} {
		_, err := Import(context.Background(), Options{Inputs: []string{out}, Out: filepath.Join(t.TempDir(), "out"), Profile: dataset.TuvaProfile, Format: f})
		if !errors.Is(err, dataset.ErrOptions) {
			t.Errorf("format %s: error %v", f, err)
		}
	}
}
