package bcdatest

import (
	"net/http"
	"net/url"
	"time"
)

// The credentials that a Server accepts by default.
const (
	ClientID     = "sandbox-client"
	ClientSecret = "sandbox-secret"
)

// An ExportRequest is a request that starts a job.
type ExportRequest struct {
	API, Group string // Group is empty for other endpoints
	Query      url.Values
	Time       time.Time // transaction time of the job
}

// Options configure a Server. The zero value is a server without data that
// never fails.
type Options struct {
	// ClientID and ClientSecret are the credentials to accept. The defaults are
	// the constants of the same names.
	ClientID, ClientSecret string
	// TokenLife is how long tokens are valid, 20 minutes by default.
	TokenLife time.Duration
	// Files are the files to export. FilesOf replaces them for an API version
	// (v1, v2 or v3).
	Files   []File
	FilesOf map[string][]File
	// Export, if it is not nil, has the files of each job in place of Files, as they are
	// then; it applies _since itself. A file of the type Bundle has deletions.
	Export func(ExportRequest) []File
	// Errors is the text of the error file of every job, one OperationOutcome
	// per line. If it is empty, jobs have no error file.
	Errors []byte
	// JobTime is how long a job runs.
	JobTime time.Duration
	// KeepTime is how long files are kept, 24 hours by default.
	KeepTime time.Duration
	// NoV3 denies the organization API v3.
	NoV3 bool
	// PartialClaims lets the organization export Claim and ClaimResponse in v2.
	PartialClaims bool
	// Faults are injected into replies.
	Faults []Fault
	// Manifest, if it is not nil, may change the manifest of a job, and
	// RawManifest its text.
	Manifest    func(*Manifest)
	RawManifest func([]byte) []byte

	// The fields below make the server differ from BCDA.

	// Base is the path of another FHIR API, such as /fhir, besides BCDA's.
	Base string
	// NoJobList removes the job list.
	NoJobList bool
	// Accepted is the status of the reply to a kick-off, 202 by default.
	// Location is the header with the address of the job, Content-Location by
	// default, or "-" for none.
	Accepted int
	Location string
	// Scope is required in token requests, with the OAuth 2 client credentials
	// grant.
	Scope string
	// SignedUses, if it is not 0, adds a signature to the address of each file
	// in a manifest, which is valid for this number of requests. Later ones get
	// the status SignedStatus, 403 by default.
	SignedUses   int
	SignedStatus int
	// Storage is the origin at which files are served by StorageHandler, or ""
	// for the server's own.
	Storage string
	// Integrity adds length and checksum to manifest entries, as AB2D does.
	Integrity bool
	// Observe, if it is not nil, is called with every request.
	Observe func(*http.Request)
}
