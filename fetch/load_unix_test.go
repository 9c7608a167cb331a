//go:build unix

package fetch_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
)

// loadServer is an environment variable that makes the test program the server
// of BenchmarkLoad.
const loadServer = "CCLF_TEST_LOAD_SERVER"

// The size of what BenchmarkLoad downloads.
const (
	loadFiles = 2000
	loadBytes = 5_000_000_000 // as sent
)

func init() {
	if os.Getenv(loadServer) != "" {
		serveLoad()
	}
}

// serveLoad serves one file under many names. It does not return.
func serveLoad() {
	text := lines("ExplanationOfBenefit", 1, 1500)
	var stored bytes.Buffer
	for stored.Len() < loadBytes/loadFiles { // a file may have several gzip members
		stored.WriteString(packed(text))
	}
	files := make([]bcdatest.File, loadFiles)
	for i := range files {
		files[i] = bcdatest.Compressed("ExplanationOfBenefit", stored.Bytes())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("http://" + listener.Addr().String())
	fmt.Fprintln(os.Stderr, http.Serve(listener, bcdatest.New(bcdatest.Options{Files: files})))
	os.Exit(1)
}

// BenchmarkLoad downloads 2,000 files and 5 GB from another process. It runs
// only on request:
//
//	CCLF_LOAD=1 go test -run '^$' -bench Load -benchtime 1x ./fetch
//
// It reports the time, the CPU time of this process, and its memory in the
// middle and at the end.
func BenchmarkLoad(b *testing.B) {
	if os.Getenv("CCLF_LOAD") == "" {
		b.Skip("set CCLF_LOAD=1 to run it")
	}
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	server := exec.CommandContext(ctx, program)
	server.Env = append(os.Environ(), loadServer+"=1")
	stdout, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	url, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c := client(b, strings.TrimSpace(url), func(o *fetch.Options) { o.API, o.Waits = "v2", fetch.Waits{PollInterval: 10 * time.Millisecond} })
		middle, before := 0, cpuTime()
		start := time.Now()
		result, err := c.Export(ctx, fetch.ExportOptions{Dir: b.TempDir(), Progress: func(p fetch.Progress) {
			if middle == 0 && p.FilesDone >= loadFiles/2 {
				middle = residentMB()
			}
		}})
		if err != nil {
			b.Fatal(err)
		}
		var size int64
		for _, f := range result.Files {
			size += f.Size
		}
		b.ReportMetric(float64(len(result.Files)), "files")
		b.ReportMetric(float64(size)/1e9, "GB")
		b.ReportMetric(float64(size)/1e6/time.Since(start).Seconds(), "MB/s")
		b.ReportMetric((cpuTime() - before).Seconds(), "cpu-s")
		b.ReportMetric(float64(middle), "MB-middle")
		b.ReportMetric(float64(residentMB()), "MB-end")
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// residentMB is the resident memory of the process in megabytes, or its peak on
// systems that do not report it.
func residentMB() int {
	var size, resident int
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if _, err := fmt.Sscan(string(text), &size, &resident); err == nil {
			return resident * os.Getpagesize() / 1e6
		}
	}
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return int(u.Maxrss / 1000)
}
