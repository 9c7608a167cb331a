package schema

import "testing"

// TestDescriptions checks that a label has the same description in every table.
func TestDescriptions(t *testing.T) {
	about := map[string]string{}
	for _, table := range AllTables() {
		for _, f := range table.Fields {
			if known, seen := about[f.Label]; seen && known != f.Description {
				t.Errorf("%s is %q and %q", f.Label, known, f.Description)
			}
			about[f.Label] = f.Description
		}
	}
}

func TestBut(t *testing.T) {
	base := row{label: "A", about: "a", typ: text(1), all: at("x"), partial: at("p")}
	for _, tt := range []struct {
		name    string
		other   row
		typ     Type
		cells   [apis]Cell
		partial Cell
	}{
		{"nothing", row{}, text(1), [apis]Cell{at("x"), at("x"), at("x")}, at("p")},
		{"type", row{typ: digits(2)}, digits(2), [apis]Cell{at("x"), at("x"), at("x")}, at("p")},
		{"v1 and v2", row{ccw: at("y")}, text(1), [apis]Cell{at("y"), at("y"), at("x")}, at("p")},
		{"v2 and v3", row{r4: at("y"), v2: at("z")}, text(1), [apis]Cell{at("x"), at("z"), at("y")}, at("p")},
		{"partial", row{partial: notPartial}, text(1), [apis]Cell{at("x"), at("x"), at("x")}, notPartial},
	} {
		got := base.but(tt.other)
		if got.label != "A" || got.about != "a" || got.typ != tt.typ || got.cells() != tt.cells || got.partial != tt.partial {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}
