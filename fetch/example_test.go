package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
)

// exampleServer stands for BCDA in the examples. A program would use
// fetch.Sandbox or fetch.Production, and the credentials of its organization.
func exampleServer(opts bcdatest.Options) *httptest.Server {
	opts.Files = []bcdatest.File{
		bcdatest.Text("Patient", []byte(`{"resourceType":"Patient","id":"1"}`+"\n"+`{"resourceType":"Patient","id":"2"}`+"\n")),
		bcdatest.Text("Coverage", []byte(`{"resourceType":"Coverage","id":"1"}`+"\n")),
	}
	return httptest.NewServer(bcdatest.New(opts))
}

func exampleClient(server *httptest.Server) (*fetch.Client, error) {
	return fetch.New(fetch.Options{
		BaseURL: server.URL,
		API:     "v2",
		Auth:    fetch.BasicAuth{ClientID: bcdatest.ClientID, ClientSecret: bcdatest.ClientSecret},
		Waits:   fetch.Waits{PollInterval: 20 * time.Millisecond},
	})
}

func ExampleClient_Export() {
	server := exampleServer(bcdatest.Options{})
	defer server.Close()
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	client, err := fetch.New(fetch.Options{
		BaseURL: server.URL, // or fetch.Production
		API:     "v2",
		Auth:    fetch.BasicAuth{ClientID: bcdatest.ClientID, ClientSecret: bcdatest.ClientSecret},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.Export(context.Background(), fetch.ExportOptions{
		Dir:     dir,
		Request: fetch.Request{Types: []string{"Patient", "Coverage"}, Since: fetch.SinceAuto},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range result.Files {
		fmt.Println(filepath.Base(f.Path), f.Resources)
	}
	// Output:
	// 001-Patient-00001.ndjson.gz 2
	// 001-Coverage-00001.ndjson.gz 1
}

// An export that was interrupted continues with its job and its files.
func ExampleClient_Resume() {
	server := exampleServer(bcdatest.Options{})
	defer server.Close()
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	client, err := exampleClient(server)
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx, cancel := context.WithCancel(context.Background())
	_, err = client.Export(ctx, fetch.ExportOptions{Dir: dir, Jobs: 1, File: func(fetch.File) { cancel() }})
	fmt.Println("interrupted:", errors.Is(err, context.Canceled))

	result, err := client.Resume(context.Background(), fetch.ExportOptions{Dir: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(result.Files), "files,", result.Missing, "missing")
	// Output:
	// interrupted: true
	// 2 files, 0 missing
}

func ExampleClient_Jobs() {
	server := exampleServer(bcdatest.Options{JobTime: time.Hour})
	defer server.Close()
	client, err := exampleClient(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithCancel(context.Background())
	_, err = client.Export(ctx, fetch.ExportOptions{Dir: dir, Progress: func(fetch.Progress) { cancel() }})
	fmt.Println(err)

	jobs, err := client.Jobs(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, job := range jobs {
		fmt.Println(job.ID, job.Status)
		if err := client.CancelJob(context.Background(), job.ID); err != nil {
			fmt.Println(err)
		}
		status, err := client.JobStatus(context.Background(), job.ID)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(job.ID, status.State)
	}
	// Output:
	// context canceled
	// 1 accepted
	// 1 cancelled
}

func ExampleClient_Token() {
	server := exampleServer(bcdatest.Options{})
	defer server.Close()
	client, err := exampleClient(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := client.Token(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(token, "expires in", time.Until(token.Expires).Round(time.Minute))
	// Output:
	// [redacted] expires in 20m0s
}

func ExampleError() {
	server := exampleServer(bcdatest.Options{})
	defer server.Close()
	client, err := fetch.New(fetch.Options{BaseURL: server.URL, Auth: fetch.BasicAuth{ClientID: "me", ClientSecret: "wrong"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Attribution(context.Background())
	fmt.Println(err)
	var e *fetch.Error
	if errors.As(err, &e) {
		fmt.Println(e.Kind, e.Status, errors.Is(err, fetch.ErrAuth))
	}
	// Output:
	// get a token: the server returned 401 (Unauthorized): Unauthorized
	// not authorized 401 true
}

func ExampleCompleteRuns() {
	server := exampleServer(bcdatest.Options{})
	defer server.Close()
	client, err := exampleClient(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for range 2 { // a full export, then an increment
		if _, err := client.Export(context.Background(), fetch.ExportOptions{Dir: dir, Request: fetch.Request{Since: fetch.SinceAuto}}); err != nil {
			fmt.Println(err)
			return
		}
	}
	runs, err := fetch.CompleteRuns(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, run := range runs {
		types := []string{}
		for _, f := range run.Files {
			types = append(types, f.Type)
		}
		slices.Sort(types)
		fmt.Println(run.Number, "full:", run.Since == "", types)
	}
	// Output:
	// 1 full: true [Coverage Patient]
	// 2 full: false [Coverage Patient]
}
