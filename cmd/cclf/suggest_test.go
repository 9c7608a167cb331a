package main

import "testing"

func TestNearest(t *testing.T) {
	commands := []string{"fetch", "convert", "run", "synth", "query", "inspect", "metrics", "verify", "schema"}
	for word, want := range map[string]string{
		"conver": "convert", "covnert": "convert", "CONVERT": "convert", "qurey": "query", "metric": "metrics",
		"rnu": "run", "nonsense": "", "x": "", "": "", "compare": "",
	} {
		if got := nearest(word, commands); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1},
		{"kitten", "sitting", 3}, {"ab", "ba", 1}, {"abcd", "badc", 2},
	} {
		if got := editDistance(tt.a, tt.b); got != tt.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
