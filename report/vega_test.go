package report

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// TestSums checks that the libraries are those that SHA256SUMS lists.
func TestSums(t *testing.T) {
	list, err := os.ReadFile("vega/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(list)) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		text, err := scriptFiles.ReadFile("vega/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s is not what SHA256SUMS lists", name)
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d libraries, want 3", n)
	}
}

// TestScripts checks that no script ends its element, or makes a browser look for a map.
func TestScripts(t *testing.T) {
	for i, s := range scripts() {
		for _, bad := range []string{"</script", "<!--", "sourceMappingURL"} {
			if strings.Contains(s, bad) {
				t.Errorf("script %d has %s", i, bad)
			}
		}
	}
}
