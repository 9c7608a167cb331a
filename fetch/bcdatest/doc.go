// Package bcdatest is a server that behaves as CMS's Beneficiary Claims Data
// API (BCDA) does, for tests and for learning: with its strings where numbers
// are expected, its two JSON documents in one body, and the end of its gzip
// streams. It serves an export that it is given, and fails as it is told to.
//
// A [Server] is an http.Handler; put it behind net/http/httptest, or listen
// with it on a loopback address:
//
//	s := bcdatest.New(bcdatest.Options{Files: files})
//	ts := httptest.NewServer(s)
//
// What it serves must be synthetic.
package bcdatest
