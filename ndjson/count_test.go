package ndjson

// count returns how many random cases a test runs: full, or a part of them with the
// race detector. Each test checks that it still reaches what it is for.
func count(full, withRace uint64) uint64 {
	if raceEnabled {
		return withRace
	}
	return full
}
