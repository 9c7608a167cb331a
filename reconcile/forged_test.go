//go:build cgo

package reconcile

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/delivery"
	"github.com/cclf-tools/cclf/schema"
)

// A forgedDelivery is a delivery of fixed-width files whose records a test
// changes.
type forgedDelivery struct {
	t       *testing.T
	name    string              // of the zip file
	records map[string][]string // by file, such as CCLF1
}

// readDelivery reads the zip file in a folder.
func readDelivery(t *testing.T, dir string) *forgedDelivery {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*.zip"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	d := &forgedDelivery{t: t, name: filepath.Base(found[0]), records: map[string][]string{}}
	z, err := zip.OpenReader(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, m := range z.File {
		r, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(m.Name, ".ZC")
		if text := strings.TrimSuffix(string(text), "\n"); text != "" {
			d.records["CCLF"+rest[:1]] = strings.Split(text, "\n")
		}
	}
	return d
}

// clone returns a copy whose records can be changed.
func (d *forgedDelivery) clone(t *testing.T) *forgedDelivery {
	c := &forgedDelivery{t: t, name: d.name, records: map[string][]string{}}
	for file, records := range d.records {
		c.records[file] = append([]string(nil), records...)
	}
	return c
}

// slot returns where a field is.
func (d *forgedDelivery) slot(file, label string) schema.Slot {
	d.t.Helper()
	for _, s := range schema.Lookup(strings.ToLower(file)).Record(schema.LayoutV36) {
		if s.Field != nil && s.Field.Label == label {
			return s
		}
	}
	d.t.Fatalf("%s has no %s", file, label)
	return schema.Slot{}
}

func (d *forgedDelivery) get(file, record, label string) string {
	s := d.slot(file, label)
	return strings.TrimSpace(record[s.Start-1 : s.End])
}

// set sets a field of a record of CCLF1.
func (d *forgedDelivery) set(record, label, value string) string {
	d.t.Helper()
	s := d.slot("CCLF1", label)
	width := s.End - s.Start + 1
	if len(value) > width {
		d.t.Fatalf("%s is too long for %s", value, label)
	}
	return record[:s.Start-1] + fmt.Sprintf("%-*s", width, value) + record[s.End:]
}

// claim returns the index of the record of a claim in CCLF1.
func (d *forgedDelivery) claim(id string) int {
	d.t.Helper()
	for i, r := range d.records["CCLF1"] {
		if strings.TrimLeft(d.get("CCLF1", r, "CUR_CLM_UNIQ_ID"), "0") == id {
			return i
		}
	}
	d.t.Fatalf("CCLF1 has no claim %s", id)
	return 0
}

// change sets fields of a claim of CCLF1.
func (d *forgedDelivery) change(id string, fields map[string]string) {
	d.t.Helper()
	i := d.claim(id)
	for label, value := range fields {
		d.records["CCLF1"][i] = d.set(d.records["CCLF1"][i], label, value)
	}
}

// add adds a claim: the record of another one, with a new ID and some other fields.
func (d *forgedDelivery) add(id string, fields map[string]string) {
	d.t.Helper()
	record := d.records["CCLF1"][d.claim(id)]
	n := fmt.Sprintf("%013d", 9900000000000+len(d.records["CCLF1"]))
	record = d.set(record, "CUR_CLM_UNIQ_ID", n)
	if _, ok := fields["CLM_CNTL_NUM"]; !ok {
		record = d.set(record, "CLM_CNTL_NUM", "NEW"+n)
	}
	for label, value := range fields {
		record = d.set(record, label, value)
	}
	d.records["CCLF1"] = append(d.records["CCLF1"], record)
}

// drop drops the records of a file in which a field has a value.
func (d *forgedDelivery) drop(file, label, value string) {
	var kept []string
	for _, r := range d.records[file] {
		if d.get(file, r, label) != value {
			kept = append(kept, r)
		}
	}
	d.records[file] = kept
}

// dropPerson drops the records of a beneficiary from files.
func (d *forgedDelivery) dropPerson(mbi string, files ...string) {
	for _, file := range files {
		d.drop(file, "BENE_MBI_ID", mbi)
	}
}

// importTo writes the delivery as a zip file, and imports it into a data set.
func (d *forgedDelivery) importTo(out string) {
	d.t.Helper()
	head, rest, _ := strings.Cut(strings.TrimSuffix(d.name, ".zip"), ".ZC")
	var text bytes.Buffer
	z := zip.NewWriter(&text)
	member := func(file, content string) {
		w, err := z.Create(head + ".ZC" + strings.TrimPrefix(file, "CCLF") + rest)
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	summary := fmt.Sprintf("%-13s|%-20s|%-20s|%-13s\n", "File Number", "File Description", "Total Records Count", "Record Length")
	for _, t := range schema.Tables() {
		summary += fmt.Sprintf("%-7s|%-43s|%11d|%5d \n", t.File, t.Title, len(d.records[t.File]), t.Length(schema.LayoutV36))
		content := ""
		if records := d.records[t.File]; len(records) > 0 {
			content = strings.Join(records, "\n") + "\n"
		}
		member(t.File, content)
	}
	member("CCLF0", summary)
	if err := z.Close(); err != nil {
		d.t.Fatal(err)
	}
	path := filepath.Join(d.t.TempDir(), d.name)
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		d.t.Fatal(err)
	}
	if _, err := delivery.Import(context.Background(), delivery.Options{Inputs: []string{path}, Out: out, MaxRejects: -1}); err != nil {
		d.t.Fatal(err)
	}
}
