//go:build cgo

package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// browser starts a headless Chromium, which all tests share.
var browser = sync.OnceValues(func() (context.Context, error) {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, exec.ErrNotFound
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	closers = append(closers, cancel)
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	closers = append(closers, cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	closers = append(closers, cancel)
	return ctx, chromedp.Do(ctx)
})

// closers end the browser.
var closers []func()

func closeBrowser() {
	for _, end := range slices.Backward(closers) {
		end()
	}
}

// startBrowser returns the browser, or skips the test if there is none.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	ctx, err := browser()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("there is no Chromium")
	}
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

// A view is a page in a window of the browser.
type view struct {
	t       *testing.T
	ctx     context.Context
	address string

	mu       sync.Mutex
	problems []string // messages of the console, errors, and requests
}

// note records an event that should not happen.
func (v *view) note(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		v.problems = append(v.problems, fmt.Sprintf("console: %s %s", e.Type, e.Args[0].Value))
	case *runtime.EventExceptionThrown:
		v.problems = append(v.problems, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		v.problems = append(v.problems, "log: "+e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if e.Request.URL != v.address {
			v.problems = append(v.problems, "request: "+e.Request.URL)
		}
	}
}

// checkQuiet checks that nothing was noted.
func (v *view) checkQuiet() {
	v.t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.problems) > 0 {
		v.t.Errorf("%q", v.problems)
	}
}

// openView opens a file and waits until its charts are drawn.
func openView(t *testing.T, browser context.Context, file string, width int64, scheme string) *view {
	t.Helper()
	v := &view{t: t, address: (&url.URL{Scheme: "file", Path: file}).String()}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithListener(v.note))
	t.Cleanup(cancel)
	v.ctx = ctx
	v.do(chromedp.EmulateViewport(width, 900))
	v.emulate(emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	v.do(chromedp.Navigate(v.address), chromedp.WaitReady(chromedp.CSS("html[data-charts=drawn]")))
	return v
}

func (v *view) do(actions ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, actions...); err != nil {
		v.checkQuiet()
		v.t.Fatal(err)
	}
}

func (v *view) emulate(media emulation.SetEmulatedMediaParams) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, media); err != nil {
		v.t.Fatal(err)
	}
}

// eval evaluates an expression.
func eval[T any](v *view, expression string) T {
	v.t.Helper()
	value, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%.200s: %v", expression, err)
	}
	return value
}

// screenshot writes a picture of the whole page if CCLF_SCREENSHOTS names a folder.
func (v *view) screenshot(name string) {
	dir := os.Getenv("CCLF_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		v.t.Error(err)
	}
}

// writePage writes the report of the shared data set to a file.
func writePage(t *testing.T, db *query.DB, opts Options) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "report.html")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(context.Background(), file, db, opts); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestBrowser opens a report in Chromium: nothing is reported or requested, all charts
// are drawn, and the page fits the window.
func TestBrowser(t *testing.T) {
	browser := startBrowser(t)
	file := writePage(t, openShared(t), Options{Title: "Hostile </script><!-- \u2028 & \"title\"", Program: "test"})
	for _, tt := range []struct {
		name   string
		width  int64
		scheme string
	}{{"desktop", 1280, "light"}, {"dark", 1280, "dark"}, {"phone", 390, "light"}} {
		t.Run(tt.name, func(t *testing.T) {
			v := openView(t, browser, file, tt.width, tt.scheme)
			v.screenshot(tt.name)
			if charts, drawn := eval[int](v, `document.querySelectorAll(".chart").length`), eval[int](v, `document.querySelectorAll(".chart.drawn svg").length`); charts < 6 || drawn != charts {
				t.Errorf("%d of %d charts are drawn", drawn, charts)
			}
			if wide := eval[int](v, `document.documentElement.scrollWidth`); int64(wide) > tt.width {
				t.Errorf("the page is %d wide in a window of %d", wide, tt.width)
			}
			if title := eval[string](v, `document.querySelector("h1").textContent`); !strings.HasPrefix(title, "Hostile </script><!--") {
				t.Errorf("title %q", title)
			}
			checkAccessible(t, v)
			v.checkQuiet()
		})
	}
}

// TestPage compares the numbers of a page in the browser with those of the metrics, and
// then uses the page.
func TestPage(t *testing.T) {
	browser := startBrowser(t)
	db := openShared(t)
	v := openView(t, browser, writePage(t, db, Options{Program: "test", ShowSmallCells: true, Metrics: query.MetricOptions{By: []string{"enrollment_type"}}}), 1280, "light")
	t.Run("numbers", func(t *testing.T) { testNumbers(t, v, db) })
	t.Run("interaction", func(t *testing.T) { testInteraction(t, v) })
}

// testInteraction sorts a table, changes the colors, with the mouse and the keyboard, and
// prints the page, which is light then.
func testInteraction(t *testing.T, v *view) {
	const table = `#spending_by_claim_type table`
	values := func() []float64 {
		return eval[[]float64](v, `[...document.querySelectorAll("`+table+` tbody tr td:last-child")].map((c) => Number(c.dataset.value ?? c.textContent))`)
	}
	const head = chromedp.CSS(table + ` thead th:last-child button`)
	eval[bool](v, `document.querySelector("#spending_by_claim_type details").open = true`)
	v.do(chromedp.Click(head))
	got := values()
	if slices.Reverse(got); !slices.IsSorted(got) || len(got) < 5 {
		t.Errorf("not sorted, highest first: %v", got)
	}
	v.do(chromedp.Focus(head), chromedp.KeyEvent("\r"))
	if got := values(); !slices.IsSorted(got) {
		t.Errorf("not sorted, lowest first: %v", got)
	}
	if order := eval[string](v, `document.querySelector("`+table+` th:last-child").getAttribute("aria-sort")`); order != "ascending" {
		t.Errorf("aria-sort is %s", order)
	}
	const color = `getComputedStyle(document.body).backgroundColor`
	before := eval[string](v, color)
	v.do(chromedp.Click(chromedp.CSS("button.theme")))
	if dark := eval[string](v, color); dark == before {
		t.Errorf("still %s after the switch", dark)
	}
	v.emulate(emulation.SetEmulatedMediaParams{Media: "print"})
	if printed := eval[string](v, color); printed != before {
		t.Errorf("printed on %s", printed)
	}
	if _, err := chromedp.Run(v.ctx, chromedp.PrintToPDF()); err != nil {
		t.Error(err)
	}
	v.checkQuiet()
}

// A shownTable is a table as the browser shows it.
type shownTable struct {
	Metric string
	By     string
	Rows   [][]*string // data-value or text; nil if there is no value
}

// testNumbers compares the numbers of the page in the browser with those of the metrics.
func testNumbers(t *testing.T, v *view, db *query.DB) {
	tables := eval[[]shownTable](v, `[...document.querySelectorAll("figure[data-metric] table")].map((table) => ({
		Metric: table.closest("figure").dataset.metric,
		By: table.closest("figure").dataset.by ?? "",
		Rows: [...table.tBodies[0].rows].map((row) => [...row.cells].map((c) => c.matches(".none") ? null : (c.dataset.value ?? c.textContent))),
	}))`)
	if len(tables) < 6 {
		t.Fatalf("%d tables", len(tables))
	}
	for _, shown := range tables {
		if want := metricRows(t, db, shown); asText(t, shown.Rows) != asText(t, want) {
			t.Errorf("%s by %q:\n%s\nwant\n%s", shown.Metric, shown.By, asText(t, shown.Rows), asText(t, want))
		}
	}
}

func asText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "],[", "],\n[")
}

// metricRows computes a metric as cclf metrics does.
func metricRows(t *testing.T, db *query.DB, shown shownTable) [][]*string {
	t.Helper()
	var opts query.MetricOptions
	if shown.By != "" {
		opts.By = strings.Split(shown.By, ",")
	}
	if strings.HasSuffix(shown.Metric, "_scorecard") {
		opts.Top = mostProviders
	}
	run, err := db.StartMetrics(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := run.Query(context.Background(), query.LookupMetric(shown.Metric))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list [][]*string
	for rows.Next() {
		var row []*string
		for _, v := range rows.Values() {
			var cell *string
			if v != nil {
				text := render.Text(v)
				cell = &text
			}
			row = append(row, cell)
		}
		list = append(list, row)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return list
}

// checkAccessible runs axe-core, if CCLF_AXE is the path of axe.min.js.
func checkAccessible(t *testing.T, v *view) {
	t.Helper()
	path := os.Getenv("CCLF_AXE")
	if path == "" {
		return
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	eval[int](v, string(axe)+";0")
	for _, violation := range eval[[]string](v, `axe.run().then((r) => r.violations.map((v) => v.id + ": " + v.help + ": " +
		v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + n.failureSummary).join(" ; ")))`) {
		t.Error(violation)
	}
}
