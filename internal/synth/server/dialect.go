package server

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
)

// A Dialect is what servers of other times send in another way. The zero
// value is what today's send.
type Dialect struct {
	// R4 without the use of a claim.
	NoUse bool
	// Revenue lines of v2 without their unit counts.
	NoUnits bool
	// v3 with the principal diagnosis after the others.
	PrincipalLast bool
	// v3 with the codes of professional claims that have two digits as
	// numbers: 2 for 02.
	Unpadded bool
	// v3 without the coding EOB-TYPE of the claim type.
	NoEOBType bool
}

// The days when the servers changed, and the first ones on which they served
// an API version.
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

// FirstDay is the first day on which there was a server of an API version.
func FirstDay(api string) column.Date {
	switch api {
	case "v1":
		return firstV1
	case "v2":
		return firstV2
	}
	return firstV3
}

// DialectOn is the dialect of the servers on a day.
func DialectOn(day column.Date) Dialect {
	return Dialect{
		NoUse: day < useSent, NoUnits: day < unitsSent,
		PrincipalLast: day < principalMoved, Unpadded: day < codesPadded, NoEOBType: day < eobTypeSent,
	}
}
