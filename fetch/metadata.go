package fetch

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
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
		return nil, noStatement()
	}
	return body, nil
}

// A ServerInfo is what a server says about itself.
type ServerInfo struct {
	Software    string // name and version
	FHIRVersion string
	// Ahead is how far the server's clock is ahead of that of this machine, to a
	// second or so. It is 0 if the server does not say what time it is.
	Ahead time.Duration
}

// Probe asks the server what it is, with one request that needs no token and is not
// repeated.
func (c *Client) Probe(ctx context.Context) (*ServerInfo, error) {
	found, err := probe(ctx, c.session)
	if err != nil {
		return nil, err
	}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return &ServerInfo{
		Software:    strings.TrimSpace(text(found.Name) + " " + text(found.Version)),
		FHIRVersion: text(found.FHIRVersion),
		Ahead:       time.Duration(c.session.ahead.Load()),
	}, nil
}

// readSoftware asks the server what it is, once. Without an answer, the result
// is empty.
func readSoftware(ctx context.Context, s *session) software {
	found, err := probe(ctx, s)
	if err != nil {
		return software{}
	}
	return found
}

// probe reads the server's CapabilityStatement, or gives up soon.
func probe(ctx context.Context, s *session) (software, error) {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	resp, err := s.do(ctx, opMetadata, s.server.fhir.JoinPath("metadata"), call{accept: fhirJSON})
	if err != nil {
		return software{}, err
	}
	body, err := readBody(resp, smallBody)
	var statement struct {
		FHIRVersion *string
		Software    struct{ Name, Version, ReleaseDate *string }
	}
	switch {
	case err != nil:
		return software{}, s.interrupted(opMetadata, err)
	case resp.StatusCode != http.StatusOK:
		return software{}, s.replyError(opMetadata, resp, body).as(ErrUnavailable, "")
	case json.Unmarshal(body, &statement) != nil:
		return software{}, noStatement()
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
	}, nil
}

// noStatement is the error of a reply that is no CapabilityStatement.
func noStatement() *Error {
	return &Error{Kind: ErrUnavailable, Op: opMetadata, Status: http.StatusOK, Msg: "the reply is not JSON", hint: "check the base URL"}
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
