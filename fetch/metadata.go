package fetch

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

const opMetadata = "get the metadata"

// Metadata returns the server's CapabilityStatement. It needs no token.
func (c *Client) Metadata(ctx context.Context) (json.RawMessage, error) {
	body, err := c.session.get(ctx, opMetadata, c.session.server.fhir.JoinPath("metadata"), call{accept: fhirJSON})
	if err != nil {
		return nil, err
	}
	if !json.Valid(body) {
		return nil, &Error{Kind: ErrUnavailable, Op: opMetadata, Status: http.StatusOK, Msg: "the reply is not JSON", hint: "check the base URL"}
	}
	return body, nil
}

// readSoftware asks the server what it is, once. Without an answer, the result
// is empty.
func readSoftware(ctx context.Context, s *session) software {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	resp, err := s.do(ctx, opMetadata, s.server.fhir.JoinPath("metadata"), call{accept: fhirJSON})
	if err != nil {
		return software{}
	}
	body, err := readBody(resp, smallBody)
	var statement struct {
		FHIRVersion *string
		Software    struct{ Name, Version, ReleaseDate *string }
	}
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(body, &statement) != nil {
		return software{}
	}
	clean := func(text *string) *string {
		if text == nil {
			return nil
		}
		line := s.redactor.oneLine(*text)
		return &line
	}
	return software{
		Name: clean(statement.Software.Name), Version: clean(statement.Software.Version),
		Release: clean(statement.Software.ReleaseDate), FHIRVersion: clean(statement.FHIRVersion),
	}
}

// An AttributionTime is when BCDA last updated part of an organization's
// attribution: the list of its beneficiaries.
type AttributionTime struct {
	Type string    `json:"type"` // last_attribution_update or last_runout_update
	Time time.Time `json:"timestamp"`
}

// Attribution returns when BCDA last updated the organization's attribution.
func (c *Client) Attribution(ctx context.Context) ([]AttributionTime, error) {
	const op = "get the attribution status"
	s := c.session
	body, err := s.get(ctx, op, s.server.fhir.JoinPath("attribution_status"), call{accept: "application/json", bearer: true})
	if err != nil {
		return nil, err
	}
	var reply struct {
		Dates []AttributionTime `json:"ingestion_dates"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, &Error{Kind: ErrUnavailable, Op: op, Status: http.StatusOK, Msg: "the reply is not an attribution status"}
	}
	for i, d := range reply.Dates {
		reply.Dates[i].Type = s.redactor.printable(d.Type)
	}
	return reply.Dates, nil
}
