//go:build race

package convert

// withRace says that the tests run with the race detector, where a conversion
// takes some ten times as long.
const withRace = true
