package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/fetch"
)

// TestExportHints checks what is suggested about exports that fail.
func TestExportHints(t *testing.T) {
	full := &fetch.Result{Run: 3, Files: make([]fetch.File, 2)}
	for _, tt := range []struct {
		name   string
		opts   fetchOptions
		err    fetch.Error
		result fetch.Result
		want   string
	}{
		{"missing", fetchOptions{}, fetch.Error{Kind: fetch.ErrPartial}, fetch.Result{Missing: 1}, "try again with cclf fetch --resume dir"},
		{"some missing", fetchOptions{}, fetch.Error{Kind: fetch.ErrPartial}, fetch.Result{Missing: 1, Files: full.Files}, "the other files are kept. Try the missing ones again with cclf fetch --resume dir"},
		{"foreign", fetchOptions{}, fetch.Error{Kind: fetch.ErrPartial, Origin: "https://s"}, fetch.Result{Missing: 1}, "to download files from there, add --allow-origin https://s; then run cclf fetch --resume dir"},
		{"bad lines", fetchOptions{}, fetch.Error{Kind: fetch.ErrPartial}, fetch.Result{Flawed: 1, BadLines: 1}, "all files are kept, and cclf convert rejects the bad lines one by one. The next --since auto starts from the same time as before, unless you add --allow-flawed"},
		{"flawed without bad lines", fetchOptions{}, fetch.Error{Kind: fetch.ErrPartial}, fetch.Result{Flawed: 1}, "all files are kept. The next"},
		{"errors", fetchOptions{}, fetch.Error{Kind: fetch.ErrPartial}, fetch.Result{Run: 3, Issues: map[string]int{"error": 1}}, "the error files (_003-error-*) have the details"},
		{"errors of flawed files that are allowed", fetchOptions{flawed: true}, fetch.Error{Kind: fetch.ErrPartial}, fetch.Result{Run: 3, Flawed: 1}, "the error files (_003-error-*)"},
		{"expired", fetchOptions{}, fetch.Error{Kind: fetch.ErrExpired}, fetch.Result{}, "the same command starts a new export (--new does so at once)"},
		{"some expired", fetchOptions{}, fetch.Error{Kind: fetch.ErrExpired}, *full, "the other files are kept. The same command starts a new export (--new does so at once)"},
		{"expired, resumed", fetchOptions{resume: "dir"}, fetch.Error{Kind: fetch.ErrExpired}, *full, "start the export again with -o"},
		{"failed", fetchOptions{}, fetch.Error{Kind: fetch.ErrJobFailed}, fetch.Result{}, "the same command starts the export again"},
		{"failed, resumed", fetchOptions{resume: "dir"}, fetch.Error{Kind: fetch.ErrJobFailed}, fetch.Result{}, "start the export again with -o"},
		{"rejected before", fetchOptions{resume: "dir"}, fetch.Error{Kind: fetch.ErrRejected}, fetch.Result{}, "start the export again with -o and another request"},
		{"blocked by a job", fetchOptions{}, fetch.Error{Kind: fetch.ErrDuplicate, Job: "7"}, fetch.Result{}, "--wait waits for it to end; cclf jobs cancel 7 cancels it"},
		{"blocked", fetchOptions{}, fetch.Error{Kind: fetch.ErrDuplicate}, fetch.Result{}, "cclf jobs lists the jobs of your organization; --wait"},
	} {
		tt.opts.out = "dir"
		if got := tt.opts.exportHint(&tt.err, &tt.result); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestServerHints checks the hints for errors that any command of a server can
// end with.
func TestServerHints(t *testing.T) {
	for kind, want := range map[fetch.Kind]string{
		fetch.ErrProxy: "HTTPS_PROXY", fetch.ErrNoTokenURL: "--token-url", fetch.ErrNoExport: "-o", fetch.ErrRetryBudget: "CCLF_RETRY_BUDGET",
	} {
		if got := hintOf(errors.Join(errors.New("x"), kind)); !strings.Contains(got, want) {
			t.Errorf("%s: %q", kind, got)
		}
	}
}
