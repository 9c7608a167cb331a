// Package jsonscan consumes JSON text at the byte level: syntax as RFC 8259 has
// it, and UTF-8. Both ndjson and fetch read through it, so that a download is
// checked for exactly what a conversion rejects.
//
// Each function is named for what it consumes. It takes a text b and an offset
// into it, and returns the offset of the first byte that it did not consume. On an
// error the offset is that of the offending byte. No function allocates, panics on
// any input, or keeps a reference to b.
//
// The text must be UTF-8 throughout its strings; outside of strings no byte beyond
// ASCII is valid JSON. As in encoding/json, a \u escape of a lone surrogate is
// valid and decodes to U+FFFD. Objects and arrays may be nested [MaxDepth] deep.
// Members of the same name are not looked for.
package jsonscan
