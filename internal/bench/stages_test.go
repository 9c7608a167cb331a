package main

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTrace(t *testing.T) {
	seconds, stack := parseTrace(`-------
      20ms   runtime.memmove
             github.com/cclf-tools/cclf/ndjson.(*Program).Walk (inline)
             main.main
`)
	want := []string{"runtime.memmove", "github.com/cclf-tools/cclf/ndjson.(*Program).Walk", "main.main"}
	if diff := cmp.Diff(want, stack); seconds != 0.02 || diff != "" {
		t.Errorf("%v seconds, stack differs (-want +got):\n%s", seconds, diff)
	}
}

func TestSharesOf(t *testing.T) {
	shares := sharesOf(`File: bench
-----------+-------
      30ms   runtime.memmove
             github.com/cclf-tools/cclf/ndjson.(*Program).Walk
             github.com/cclf-tools/cclf/convert.(*worker).line
-----------+-------
      10ms   runtime.futex
`)
	for i, share := range shares {
		want := 0.0
		switch i {
		case 0:
			want = 0.75
		case len(stages):
			want = 0.25
		}
		if math.Abs(share-want) > 1e-9 {
			t.Errorf("share %d is %v, want %v", i, share, want)
		}
	}
}
