// Package bcdatest is a server that behaves like CMS's Beneficiary Claims Data
// API (BCDA), for tests and for learning. It includes BCDA's quirks: strings in
// place of numbers, two JSON documents in one body, an empty member at the end
// of gzip streams. It serves the export it is given, and injects the faults
// you ask for.
//
// A [Server] is an [net/http.Handler]. Use it with net/http/httptest, or listen
// on a loopback address:
//
//	s := bcdatest.New(bcdatest.Options{Files: files})
//	ts := httptest.NewServer(s)
//
// Serve synthetic data only: the server is not secure.
package bcdatest
