//go:build !race

package synthtest

// raceEnabled reports whether the race detector is on.
const raceEnabled = false
