package fetch

import "time"

// An Event is a row of the export log of the bulk data ecosystem. Its JSON is
// that of the convention. It holds neither secrets nor what servers write
// into error files.
type Event struct {
	ExportID  string    `json:"exportId"`
	Timestamp time.Time `json:"timestamp"`
	ID        string    `json:"eventId"`
	Detail    any       `json:"eventDetail"`
}

// The events.
const (
	eventKickoff          = "kickoff"
	eventProgress         = "status_progress"
	eventPageComplete     = "status_page_complete"
	eventStatusComplete   = "status_complete"
	eventManifestComplete = "manifest_complete"
	eventStatusError      = "status_error"
	eventDownloadRequest  = "download_request"
	eventDownloadComplete = "download_complete"
	eventDownloadError    = "download_error"
	eventExportComplete   = "export_complete"
)

type kickoffDetail struct {
	ExportURL string  `json:"exportUrl"`
	ErrorCode *int    `json:"errorCode"`
	ErrorBody *string `json:"errorBody"`
	softwareDetail
	Parameters map[string]string `json:"requestParameters"`
}

// A softwareDetail is what a server says of itself in its CapabilityStatement.
type softwareDetail struct {
	SoftwareName    *string `json:"softwareName"`
	SoftwareVersion *string `json:"softwareVersion"`
	SoftwareRelease *string `json:"softwareReleaseDate"`
	FHIRVersion     *string `json:"fhirVersion"`
}

type progressDetail struct {
	Body       *string `json:"body"`
	XProgress  string  `json:"xProgress"`
	RetryAfter string  `json:"retryAfter"`
}

type pageDetail struct {
	TransactionTime  string `json:"transactionTime"`
	OutputFileCount  int    `json:"outputFileCount"`
	DeletedFileCount int    `json:"deletedFileCount"`
	ErrorFileCount   int    `json:"errorFileCount"`
}

type statusCompleteDetail struct {
	TransactionTime string `json:"transactionTime"`
}

type manifestDetail struct {
	TransactionTime  string `json:"transactionTime"`
	OutputFileCount  int    `json:"totalOutputFileCount"`
	DeletedFileCount int    `json:"totalDeletedFileCount"`
	ErrorFileCount   int    `json:"totalErrorFileCount"`
	Manifests        int    `json:"totalManifests"`
}

type errorDetail struct {
	FileURL string  `json:"fileUrl,omitempty"`
	Body    *string `json:"body"`
	Code    *int    `json:"code"`
	Message string  `json:"message"`
}

type downloadRequestDetail struct {
	FileURL      string `json:"fileUrl"`
	ItemType     string `json:"itemType"`
	ResourceType string `json:"resourceType"`
}

type downloadCompleteDetail struct {
	FileURL       string `json:"fileUrl"`
	ResourceCount int64  `json:"resourceCount"`
	FileSize      int64  `json:"fileSize"`
}

type exportCompleteDetail struct {
	Files       int   `json:"files"`
	Resources   int64 `json:"resources"`
	Bytes       int64 `json:"bytes"`
	Attachments any   `json:"attachments"`
	Duration    int64 `json:"duration"` // in milliseconds
}

// Progress tells how far an export is.
type Progress struct {
	// Polling is true while the job runs; after that files are downloaded.
	Polling bool
	// Elapsed is the time since the job was started (while polling), or since
	// the downloads began.
	Elapsed time.Duration
	// Remaining is an estimate, or 0 where there is none.
	Remaining time.Duration

	// Server is what the server says about its progress.
	Server string

	// Files and FilesDone count the files of the export, Resources those in
	// finished files, and Bytes what was downloaded by this run.
	Files, FilesDone int
	Resources, Bytes int64
}
