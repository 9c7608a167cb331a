// Package ndjson reads newline-delimited JSON, fast and strictly. It knows nothing
// about what the objects mean.
//
// # Inputs
//
// [Opener.Find] turns arguments into inputs: files, folders, archives, standard
// input. [Opener.Open] and [Opener.Each] open them. Compression (gzip, zstd, bzip2)
// and archives (zip, tar) are detected from the content, not from the name. What is
// not JSON is a [FormError] that says what it is.
//
// # Chunks
//
// [Chunks] cuts a text into chunks of whole lines with their positions, 1 MiB each.
// Where it cuts depends on the text alone, so work that is shared among goroutines
// chunk by chunk has the same result for any number of them. A text that is not one
// object per line (pretty-printed, a JSON array, a Bundle) is taken apart into its
// objects.
//
// # Walking
//
// A [Builder] takes the paths of the wanted values and compiles them into a
// [Program]. [Program.Walk] goes over a line once, leaves those values as spans of
// the line in a [Record], and checks all of the line, including what it skips: it is
// one JSON object in valid UTF-8, or the error is a [SyntaxError]. The order of the
// members of an object makes no difference, and nothing is allocated per line.
//
// # Promises
//
// A Program is immutable and safe for concurrent use; a Record and an Opener are
// used by one goroutine at a time. A Record remembers some objects of earlier lines,
// which changes nothing but its speed. No error contains text of the
// input, which may be protected health information. No input makes the package
// panic, recurse without bound, or hold more than [MaxLine] bytes of a line.
//
// # Stability
//
// The package is used by cclf and follows its version. Before version 1 exported
// names may change in a minor release; CHANGELOG.md lists such changes.
package ndjson
