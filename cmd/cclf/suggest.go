package main

import "strings"

// didYouMean is " (did you mean X?)" with the choice nearest to word, or empty
// if none is near.
func didYouMean(word string, choices []string) string {
	near := nearest(word, choices)
	if near == "" {
		return ""
	}
	return " (did you mean " + near + "?)"
}

// nearest is the choice that word is most likely a misspelling of, regardless of
// case, or empty if none is near. Of equals the first wins.
func nearest(word string, choices []string) string {
	word = strings.ToLower(word)
	best, least := "", (len(word)+1)/3
	if len(word) < 3 {
		least = 0
	}
	for _, choice := range choices {
		if d := editDistance(word, strings.ToLower(choice)); d < least || d == least && best == "" {
			best, least = choice, d
		}
	}
	return best
}

// editDistance counts the bytes to insert, delete, replace, or swap with the next
// to turn a into b.
func editDistance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
