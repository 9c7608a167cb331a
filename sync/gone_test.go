package sync

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/cclf-tools/cclf/fetch"
)

// TestGone compares a full export with the runs before it.
func TestGone(t *testing.T) {
	patient := func(id, mbi string) string {
		return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"identifier":[{"system":"http://hl7.org/fhir/sid/us-mbi","value":%q}]}`, id, mbi)
	}
	claim := func(id, patient string) string {
		return fmt.Sprintf(`{"resourceType":"ExplanationOfBenefit","id":%q,"patient":{"reference":"Patient/%s"}}`, id, patient)
	}
	partial := func(kind, id, mbi string) string {
		return fmt.Sprintf(`{"resourceType":%q,"id":%q,"patient":{"reference":"#p"},"contained":[{"identifier":[{"system":"http://hl7.org/fhir/sid/us-mbi","value":%q}]}]}`, kind, id, mbi)
	}
	deletion := `{"resourceType":"Bundle","entry":[{"request":{"method":"DELETE","url":"ExplanationOfBenefit/told"}}]}`
	files := map[string][]string{
		"001-Patient-00001.ndjson.gz": {patient("p", "M1"), patient("left", "M2")},
		"001-ExplanationOfBenefit-00001.ndjson.gz": {
			claim("stays", "p"), claim("lost", "p"), claim("told", "p"), claim("of-left", "left"), claim("of-nobody", "none"), "{",
		},
		"001-Claim-00001.ndjson.gz":                {partial("Claim", "f-1", "M1"), partial("Claim", "f-2", "M2"), partial("Claim", "f-3", "M1")},
		"002-ExplanationOfBenefit-00001.ndjson.gz": {claim("lost", "p"), claim("late", "p")},
		"_002-deleted-00001.ndjson":                {deletion},
		"003-Patient-00001.ndjson.gz":              {patient("p", "M1")},
		"003-ExplanationOfBenefit-00001.ndjson.gz": {claim("stays", "p")},
		"003-Claim-00001.ndjson.gz":                {partial("Claim", "f-3", "M1")},
		"004-ExplanationOfBenefit-00001.ndjson.gz": {claim("late", "p")},
	}
	content := func(name string) string {
		text := strings.Join(files[name], "\n") + "\n"
		if !strings.HasSuffix(name, ".gz") {
			return text
		}
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(text))
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	run := func(number int, members string) string {
		var list []string
		for name := range files {
			if strings.HasPrefix(name, fmt.Sprintf("%03d-", number)) {
				list = append(list, fmt.Sprintf(`{"name":%q,"type":%q,"bytes":%d}`, name, strings.Split(name, "-")[1], len(content(name))))
			}
		}
		return fmt.Sprintf(`{"number":%d,"transaction_time":"2026-01-0%dT00:00:00Z",%s,"files":[%s]}`, number, number, members, strings.Join(list, ","))
	}
	full, since := `"request":{"endpoint":"group","group":"all"}`, `"request":{"endpoint":"group","group":"all","since":"auto"},"since":"x"`
	write := func(runs ...string) string {
		dir := t.TempDir()
		put := func(name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for name := range files {
			put(name, content(name))
		}
		put("_fetch.json", `{"format":1,"run":{"number":4,"phase":"complete"}}`)
		put("_fetch_runs.json", `{"format":1,"runs":[`+strings.Join(runs, ",")+`]}`)
		return dir
	}
	deleted := since + fmt.Sprintf(`,"deleted":[{"name":"_002-deleted-00001.ndjson","bytes":%d}]`, len(content("_002-deleted-00001.ndjson")))
	gone := func(dir string) *Gone {
		t.Helper()
		log, err := Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		g, err := log.Gone(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return g
	}

	dir := write(run(1, full), run(2, deleted), run(3, full), run(4, since))
	g := gone(dir)
	want := []string{"Claim/f-1", "ExplanationOfBenefit/late", "ExplanationOfBenefit/lost"}
	if g == nil || g.Run != 3 || g.Kept != 2 || !slices.Equal(g.URLs, want) {
		t.Fatalf("%+v", g)
	}
	if err := fetch.SetDeleted(t.Context(), dir, 3, g.URLs); err != nil {
		t.Fatal(err)
	}
	log, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if in, err := log.Inputs(); err != nil || len(log.Runs[2].Deleted) != 1 || !slices.Contains(in.Deletions, filepath.Join(dir, "_003-deleted-00001.ndjson")) {
		t.Errorf("%+v, %v", in, err)
	}
	if g := gone(dir); g != nil {
		t.Errorf("compared again: %+v", g)
	}

	for what, dir := range map[string]string{
		"the first run":             write(run(1, full), run(2, deleted)),
		"errors of the server":      write(run(1, full), run(3, full+`,"server_errors":1`)),
		"a filter":                  write(run(1, full), run(3, `"request":{"endpoint":"group","group":"all","type_filters":["ExplanationOfBenefit?outcome=complete"]}`)),
		"claims without Patients":   write(run(1, full), run(3, `"request":{"endpoint":"group","group":"all","types":["ExplanationOfBenefit"]}`)),
		"run-out":                   write(run(1, full), run(3, `"request":{"endpoint":"group","group":"runout"}`)),
		"only the list is complete": write(run(1, full), run(3, `"request":{"endpoint":"group","group":"all","full_types":["Patient"]},"since":"x"`)),
	} {
		if g := gone(dir); g != nil {
			t.Errorf("%s: %+v", what, g)
		}
	}

	// What cannot be read may be what seems to be gone.
	dir = write(run(1, full), run(3, full))
	if err := os.Remove(filepath.Join(dir, "003-ExplanationOfBenefit-00001.ndjson.gz")); err != nil {
		t.Fatal(err)
	}
	if g := gone(dir); g != nil {
		t.Errorf("a file is missing: %+v", g)
	}
	files["003-Patient-00001.ndjson.gz"] = append(files["003-Patient-00001.ndjson.gz"], "{")
	if g := gone(write(run(1, full), run(3, full))); g == nil || g.Unread != 1 || len(g.URLs) > 0 {
		t.Errorf("an invalid line: %+v", g)
	}
	name := "003-ExplanationOfBenefit-00001.ndjson.gz"
	files["003-Patient-00001.ndjson.gz"] = files["003-Patient-00001.ndjson.gz"][:1]
	dir = write(run(1, full), run(3, full))
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content(name))[:len(content(name))-10], 0o600); err != nil {
		t.Fatal(err)
	}
	if g := gone(dir); g == nil || g.Unread == 0 || len(g.URLs) > 0 {
		t.Errorf("a truncated file: %+v", g)
	}
}
