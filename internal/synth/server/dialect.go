// Package server has the history of the servers: when each API version began, and what
// the servers of a date sent in another way than today's.
package server

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
)

// A Dialect is how the servers of a date differ from today's. The zero value is
// today's servers.
type Dialect struct {
	NoUse         bool // claims of v2 have no use
	NoUnits       bool // revenue lines of v2 have no unit counts
	PrincipalLast bool // v3 lists the principal diagnosis after the others
	Unpadded      bool // two-digit codes of professional claims of v3 have no leading zero
	NoEOBType     bool // claim types of v3 have no EOB-TYPE coding
}

// The days on which the servers changed, and the first days of the API versions.
const (
	useSent        column.Date = 18993 // 2022-01-01
	unitsSent      column.Date = 19135 // 2022-05-23
	principalMoved column.Date = 20570 // 2026-04-27
	codesPadded    column.Date = 20585 // 2026-05-12
	eobTypeSent    column.Date = 20655 // 2026-07-21

	firstV1 column.Date = 18322 // 2020-03-01: all resources were updated the month before
	firstV2 column.Date = 18628 // 2021-01-01
	firstV3 column.Date = 20513 // 2026-03-01
)

// FirstDay returns the first day on which there was a server of an API version.
func FirstDay(api string) column.Date {
	switch api {
	case "v1":
		return firstV1
	case "v2":
		return firstV2
	}
	return firstV3
}

// DialectOn returns the dialect of the servers on a day.
func DialectOn(day column.Date) Dialect {
	return Dialect{
		NoUse: day < useSent, NoUnits: day < unitsSent,
		PrincipalLast: day < principalMoved, Unpadded: day < codesPadded, NoEOBType: day < eobTypeSent,
	}
}
