package tuvaschema

import (
	"testing"

	"github.com/cclf-tools/cclf/schema"
)

// TestFiles makes sure that the tables that are written are those that are
// filled, as text, with the delivery at their ends.
func TestFiles(t *testing.T) {
	for i, written := range Files() {
		filled := Tables()[i]
		labels := EnrollmentLabels()
		if filled.Name != Enrollment {
			labels = nil
			for _, f := range filled.Fields {
				labels = append(labels, f.Label)
			}
		}
		labels = append(labels, FileNameLabel, FileDateLabel)
		if written.Name != filled.Name || len(written.Fields) != len(labels) {
			t.Errorf("%s has %d columns, want %s with %d", written.Name, len(written.Fields), filled.Name, len(labels))
			continue
		}
		for k, f := range written.Fields {
			if f.Label != labels[k] || f.Kind != schema.Text || f.Description == "" {
				t.Errorf("%s column %d is %+v, want %s", written.Name, k+1, f, labels[k])
			}
		}
	}
}
