package fhirjson_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

func TestKeyOrders(t *testing.T) {
	t.Parallel()
	beneficiaries := synthtest.UnlessRace(12, 3)
	alphabetical, _ := synthtest.Write(t, synth.Options{API: "v2", Traps: true, Beneficiaries: beneficiaries})
	want := map[[sha256.Size]byte]int{}
	for _, line := range synthtest.Lines(t, alphabetical) {
		var value any
		if err := json.Unmarshal(line, &value); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		canonical, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(canonical, line) {
			t.Fatalf("Go would write\n%s\nnot\n%s", canonical, line)
		}
		want[sha256.Sum256(canonical)]++
	}
	for _, order := range []synth.KeyOrder{synth.Model, synth.Shuffle} {
		dir, _ := synthtest.Write(t, synth.Options{API: "v2", Traps: true, Beneficiaries: beneficiaries, KeyOrder: order})
		got := map[[sha256.Size]byte]int{}
		for _, line := range synthtest.Lines(t, dir) {
			var value any
			if err := json.Unmarshal(line, &value); err != nil {
				t.Fatalf("%s: %v in %s", order, err, line)
			}
			canonical, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(canonical, line) {
				t.Fatalf("%s: the order is alphabetical in %s", order, line)
			}
			got[sha256.Sum256(canonical)]++
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the values are not those of the alphabetical export", order)
		}
	}
}

func TestModelOrder(t *testing.T) {
	t.Parallel()
	dir, _ := synthtest.Write(t, synth.Options{API: "v2", Traps: true, Beneficiaries: synthtest.UnlessRace(20, 3), KeyOrder: synth.Model})
	unknown := map[string]bool{}
	for _, line := range synthtest.Lines(t, dir) {
		if !bytes.HasPrefix(line, []byte(`{"resourceType":"`)) {
			t.Fatalf("the resource type does not come first in %s", line)
		}
		var value any
		if err := json.Unmarshal(line, &value); err != nil {
			t.Fatal(err)
		}
		collectUnranked(value, "", unknown)
	}
	if len(unknown) > 0 {
		t.Errorf("keys without a place: %v", unknown)
	}
}

// collectUnranked collects keys without a place in the order that share an object
// with another such key.
func collectUnranked(value any, holder string, unknown map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		var last []string
		for key, v := range value {
			if !fhirjson.HasRank(holder, key) {
				last = append(last, key)
			}
			collectUnranked(v, key, unknown)
		}
		if len(last) > 1 {
			sort.Strings(last)
			unknown[fmt.Sprintf("%s: %v", holder, last)] = true
		}
	case []any:
		for _, v := range value {
			collectUnranked(v, holder, unknown)
		}
	}
}

// TestAPIVersionsInModelOrder checks that all keys have a place in the order of the
// model, in every API version.
func TestAPIVersionsInModelOrder(t *testing.T) {
	t.Parallel()
	for _, api := range synth.APIs() {
		dir, _ := synthtest.Write(t, synth.Options{API: api, Traps: true, Beneficiaries: synthtest.UnlessRace(20, 3), KeyOrder: synth.Model})
		unknown := map[string]bool{}
		for _, line := range synthtest.Lines(t, dir) {
			var value any
			if err := json.Unmarshal(line, &value); err != nil {
				t.Fatal(err)
			}
			collectUnranked(value, "", unknown)
		}
		if len(unknown) > 0 {
			t.Errorf("%s: keys without a place: %v", api, unknown)
		}
	}
}
