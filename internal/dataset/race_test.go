//go:build race

package dataset

import "testing"

// withoutRace leaves a test to the pass of make test without the race detector: it
// publishes hundreds of times, by one goroutine.
func withoutRace(t *testing.T) {
	t.Helper()
	t.Skip("make test runs it without the race detector")
}
