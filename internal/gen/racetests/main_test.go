package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestReduced finds tests that mention the race detector themselves, by a function, by a
// method, or by a variable. Others do everything with it.
func TestReduced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a_test.go": `package a
func TestMain(m *testing.M) { withRace() }
func TestItself(t *testing.T) { synthtest.WithoutRace(t) }
func TestSubtest(t *testing.T) { t.Run("a", func(t *testing.T) { for range unlessRace(3, 1) {} }) }
func TestByFunction(t *testing.T) { one() }
func TestByMethod(t *testing.T) { x{}.many() }
func TestByVariable(t *testing.T) { for range seeds {} }
func FuzzItself(f *testing.F) { synthtest.WithoutRace(f) }
func ExampleItself() { _ = raceEnabled }
func BenchmarkItself(b *testing.B) { synthtest.WithoutRace(b) }
func TestComplete(t *testing.T) { three() }
func TestCircle(t *testing.T) { circle() }
`,
		"helpers_test.go": `package a_test
var seeds = unlessRace(4, 2)
type x struct{}
func (x) many() { two() }
func one() { two() }
func two() { synthtest.WithoutRace(nil) }
func three() {}
func circle() { circle() }
`,
		"a.go": "package a\n\nfunc three() { withRace() }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := readMentions(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := m.reduced()
	slices.Sort(got)
	want := []string{"ExampleItself", "FuzzItself", "TestByFunction", "TestByMethod", "TestByVariable", "TestItself", "TestSubtest"}
	if !slices.Equal(got, want) {
		t.Errorf("tests %q, want %q", got, want)
	}
}

func TestReducedErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a_test.go"), []byte("package"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readMentions(dir); err == nil {
		t.Error("a file that is no Go is read")
	}
}
