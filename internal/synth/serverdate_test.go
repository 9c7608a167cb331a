package synth_test

import (
	"bytes"
	"errors"
	"regexp"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/server"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestDialects checks what servers of other dates send and do not send.
func TestDialects(t *testing.T) {
	t.Parallel()
	const (
		eobType       = `"system":"https://bluebutton.cms.gov/[^"]*(EOB-TYPE|eob-type)"`
		units         = `rev_cntr_unit_cnt`
		use           = `eob-type"\},\{[^{}]*\}\]\},"use":"claim"`
		oneDigit      = `\{"code":"\d","system":"[^"]*(Place_of_Service_Code_Set|CLM-DISP-CD)"\}`
		principalLast = `"code":"principal"[^{}]*\}\]\}\]\}\],` // at the end of the list
	)
	tests := []struct {
		api, date    string
		sent, unsent []string
	}{
		{"v2", "", []string{use, units, eobType}, nil},
		{"v2", "2022-06", []string{use, units, eobType}, nil},
		{"v2", "2022-05-23", []string{use, units}, nil},
		{"v2", "2022-05-22", []string{use}, []string{units}},
		{"v2", "2021-12", []string{eobType}, []string{use, units}},
		{"v3", "", []string{eobType}, []string{oneDigit}},
		{"v3", "2026-08", []string{eobType}, []string{oneDigit}},
		{"v3", "2026-06", nil, []string{eobType, oneDigit}},
		{"v3", "2026-05", []string{oneDigit}, []string{eobType}},
		{"v3", "2026-04", []string{oneDigit, principalLast}, []string{eobType}},
	}
	for _, tt := range tests {
		dir, _ := synthtest.Write(t, synth.Options{API: tt.api, Beneficiaries: synthtest.UnlessRace(12, 5), ServerDate: tt.date, Traps: true})
		text := bytes.Join(synthtest.Lines(t, dir), []byte("\n"))
		for _, pattern := range tt.sent {
			if !regexp.MustCompile(pattern).Match(text) {
				t.Errorf("%s of %s does not send %s", tt.api, tt.date, pattern)
			}
		}
		for _, pattern := range tt.unsent {
			if found := regexp.MustCompile(pattern).Find(text); found != nil {
				t.Errorf("%s of %s sends %s", tt.api, tt.date, found)
			}
		}
	}
}

func TestServerDates(t *testing.T) {
	t.Parallel()
	for _, opts := range []synth.Options{
		{Dir: "x", ServerDate: "May 2026"},
		{Dir: "x", ServerDate: "2026-13"},
		{Dir: "x", ServerDate: "2020-12"},
		{Dir: "x", API: "v1", ServerDate: "2020-02"},
		{Dir: "x", API: "v3", ServerDate: "2026-02-28"},
		{Dir: "x", API: "v3", ServerDate: "2100-01"},
	} {
		if _, err := synth.Write(t.Context(), opts); !errors.Is(err, synth.ErrOptions) {
			t.Errorf("%s: got %v", opts.ServerDate, err)
		}
	}
	// The first day of each API version.
	for _, api := range synth.APIs() {
		first := server.FirstDay(api)
		dir, _ := synthtest.Write(t, synth.Options{API: api, Beneficiaries: synthtest.UnlessRace(6, 2), ServerDate: string(first.Append(nil)), EdgeCases: true, Truth: true})
		if after := regexp.MustCompile(`"lastUpdated":"(20[3-9]|202[7-9])`).Find(bytes.Join(synthtest.Lines(t, dir), nil)); after != nil {
			t.Errorf("%s: %s", api, after)
		}
	}
}

// TestStatesOfPlaces checks that the state of an ordinary beneficiary of v2 is a
// known code and that the ZIP code is one of its cities.
func TestStatesOfPlaces(t *testing.T) {
	t.Parallel()
	n := synthtest.UnlessRace(80, 24)
	dir, _ := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: n})
	re := regexp.MustCompile(`"address":\[\{(?:"city":"[^"]*",)?(?:"line":\[[^]]*\],)?"postalCode":"(\d{5})\d*","state":"([^"]*)"`)
	found := 0
	for _, line := range synthtest.Lines(t, dir) {
		m := re.FindSubmatch(line)
		if m == nil {
			continue
		}
		found++
		s, ok := codebook.StateOf(string(m[2])), false
		if s == nil {
			t.Fatalf("no state has the code %s", m[2])
		}
		for _, c := range s.Cities {
			ok = ok || c.ZIP == string(m[1])
		}
		if !ok {
			t.Errorf("ZIP code %s in state %s", m[1], m[2])
		}
	}
	if found < n*3/4 {
		t.Errorf("%d addresses", found)
	}
}
