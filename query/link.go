//go:build cgo

package query

// DuckDB's bindings export all symbols of DuckDB, for extensions that are loaded at run
// time. None are loaded here, and the names are 7 MB of the program file, all of which
// the dynamic linker reads when the program starts.

// #cgo linux LDFLAGS: -Wl,--no-export-dynamic
import "C"
