//go:build race

package ndjson

// raceEnabled reports that the tests run with the race detector, which slows the
// walker some twenty times.
const raceEnabled = true
