package bcdatest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"time"
)

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	switch {
	case !ok:
		http.Error(w, "Bad Request", http.StatusBadRequest)
	case s.opts.Scope != "" && (r.PostFormValue("scope") != s.opts.Scope || r.PostFormValue("grant_type") != "client_credentials"):
		http.Error(w, `{"error":"invalid_scope"}`, http.StatusBadRequest)
	case id != s.opts.ClientID || secret != s.opts.ClientSecret:
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
	default:
		token := "e30." + rand.Text() + "." + rand.Text()
		s.mu.Lock()
		s.tokens[token] = time.Now().Add(s.opts.TokenLife)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		// BCDA sends expires_in as a string.
		fmt.Fprintf(w, `{"access_token":%q,"expires_in":"%d","token_type":"bearer"}`, token, int(s.opts.TokenLife.Seconds()))
	}
}

func (s *Server) authorized(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		api := apiOf(r)
		if s.opts.Storage != "" && "http://"+r.Host == s.opts.Storage {
			serve(w, r)
			return
		}
		// BCDA compares the scheme with case.
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case !ok:
			fail(w, api, http.StatusUnauthorized, "forbidden", "Invalid Token")
			return
		case strings.Count(token, ".") != 2:
			fail(w, api, http.StatusBadRequest, "structure", "token contains an invalid number of segments")
			return
		}
		s.mu.Lock()
		until, known := s.tokens[token]
		s.mu.Unlock()
		if !known || time.Now().After(until) {
			fail(w, api, http.StatusUnauthorized, "forbidden", "Invalid Token")
			return
		}
		serve(w, r)
	}
}
