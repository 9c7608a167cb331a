// Package ndjson reads lines of JSON fast and strictly. It knows nothing of
// what they mean.
//
// [Expand] and [Input] find and open files, decompressing them, and [Chunks]
// cuts them into runs of whole lines with their positions. A [Builder] takes
// the paths of the values that are wanted and compiles them into a [Program];
// [Program.Walk] goes over a line once, keeps those values as spans of the line
// in a [Record], and checks all of it, also what it skips. The order of the
// members of an object makes no difference, and nothing is allocated for a
// line.
package ndjson
