package main

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/render"
)

// plural returns a count of things: "1 line", "22,594 lines".
func plural[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(int64(n)) + " " + thing + "s"
}

// counted is plural for things with an irregular plural.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(int64(n)) + " " + many
}

// thousands formats n with a comma between each three digits.
func thousands(n int64) string { return render.Grouped(n) }

// isOrAre returns the verb for a count.
func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// wasOrWere returns the verb for a count.
func wasOrWere(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// orList joins words: "a, b or c".
func orList(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}

// shellWord quotes a word for the shell if necessary.
func shellWord(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:=@%", r)
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
