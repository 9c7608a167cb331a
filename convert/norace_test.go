//go:build !race

package convert

const withRace = false
