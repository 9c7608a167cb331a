//go:build !race

package dataset

import "testing"

func withoutRace(*testing.T) {}
