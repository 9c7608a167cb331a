package render

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestPage(t *testing.T) {
	p := Page{
		Title: `<Title> & "more"`, Program: "cclf <dev>", Style: "p { color: red }", Scripts: []string{"f('<p>')"},
		Body: func(w io.Writer) error { _, err := io.WriteString(w, "<p>body</p>\n"); return err },
	}
	var b strings.Builder
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"<title>&lt;Title&gt; &amp; &#34;more&#34;</title>", `content="cclf &lt;dev&gt;"`, "<p>body</p>", "<script>f('<p>')</script>",
		"default-src 'none'",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	inline := regexp.MustCompile(`(?s)<(?:style|script)>(.*?)</(?:style|script)>`).FindAllStringSubmatch(page, -1)
	if len(inline) != 3 {
		t.Fatalf("%d styles and scripts, want 3", len(inline))
	}
	for _, m := range inline {
		sum := sha256.Sum256([]byte(m[1]))
		if !strings.Contains(page, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("the policy does not allow %.40q", m[1])
		}
	}
}

func TestPageErrors(t *testing.T) {
	full, lost := errors.New("disk full"), errors.New("connection lost")
	body := func(err error) func(io.Writer) error { return func(io.Writer) error { return err } }
	if err := (&Page{Body: body(lost)}).Write(io.Discard); !errors.Is(err, lost) {
		t.Errorf("%v, want the error of the body", err)
	}
	if err := (&Page{Body: body(nil)}).Write(failing{full}); !errors.Is(err, full) {
		t.Errorf("%v, want the writer's error", err)
	}
}

func TestHTMLTable(t *testing.T) {
	table := HTMLTable{
		Caption: "Costs & <more>",
		Columns: []HTMLColumn{{Name: "name"}, {Name: "paid", Meaning: `"paid"`, Number: true}, {Name: "people", Number: true}},
		Rows: [][]HTMLCell{
			{NewHTMLCell("<b>\x1b"), NewHTMLCell(json.Number("-1234.50")), {Hidden: true, Text: "7", Value: "7"}},
			{NewHTMLCell(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)), NewHTMLCell(nil), NewHTMLCell(int64(999))},
		},
	}
	got, err := table.HTML()
	if err != nil {
		t.Fatal(err)
	}
	want := `<div class="wide" tabindex="0" role="region" aria-label="Table: Costs &amp; &lt;more&gt;"><table class="sortable">
<caption>Costs &amp; &lt;more&gt;</caption>
<thead><tr><th scope="col">name</th><th scope="col" class="n" title="&#34;paid&#34;">paid</th><th scope="col" class="n">people</th></tr></thead>
<tbody>
<tr><th scope="row">&lt;b&gt;` + "\ufffd" + `</th><td class="n" data-value="-1234.50">-1,234.50</td><td class="n hidden">hidden</td></tr>
<tr><th scope="row">2024-02-29</th><td class="n none"><span aria-hidden="true">–</span><span class="sr">no value</span></td><td class="n">999</td></tr>
</tbody>
</table></div>`
	if strings.TrimSpace(string(got)) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestGrouped(t *testing.T) {
	for want, in := range map[string]any{
		"": nil, "12": int64(12), "123": int64(123), "1,234": int64(1234), "-123": int64(-123), "-1,234,567": int64(-1234567),
		"1,234.5678": json.Number("1234.5678"), "12,345.5": 12345.5, "1e+30": 1e30, "12345": "12345", "true": true,
	} {
		if got := Grouped(in); got != want {
			t.Errorf("Grouped(%v) = %q, want %q", in, got, want)
		}
	}
}
