package main

import "testing"

func TestPlural(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 lines", 1: "1 line", 999: "999 lines", 1000: "1,000 lines", 22594: "22,594 lines", 1234567: "1,234,567 lines", -1234: "-1,234 lines",
	} {
		if got := plural(n, "line"); got != want {
			t.Errorf("plural(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestShellWord(t *testing.T) {
	for word, want := range map[string]string{"": "''", "a/b-1.csv": "a/b-1.csv", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'"} {
		if got := shellWord(word); got != want {
			t.Errorf("shellWord(%q) = %s, want %s", word, got, want)
		}
	}
}
