package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A page that lets a name of its own resolve to the loopback must get nothing.
func TestLoopbackOnly(t *testing.T) {
	h := loopbackOnly(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for host, want := range map[string]int{
		"localhost:8000": 204, "LOCALHOST": 204, "127.0.0.1:80": 204, "127.1.2.3": 204, "[::1]:8000": 204, "[::1]": 204,
		"evil.example:8000": 421, "evil.example": 421, "localhost.evil.example": 421, "10.0.0.1:80": 421, "0.0.0.0:80": 421, "": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "/_version", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("Host %q: status %d, want %d", host, w.Code, want)
		}
	}
}
