package fetch

import (
	"errors"
	"time"
)

// An Event is a record of the export log that bulk data clients write by
// convention. Its JSON is the record. It holds no secrets and nothing from
// error files.
type Event struct {
	ExportID  string    `json:"exportId"`
	Timestamp time.Time `json:"timestamp"`
	ID        string    `json:"eventId"`
	Detail    any       `json:"eventDetail"`
}

// The IDs of events.
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
	software
	Parameters map[string]string `json:"requestParameters"`
}

// A software is what a server's CapabilityStatement says about it. Its JSON is
// part of the kickoff event of the export log.
type software struct {
	Name        *string `json:"softwareName"`
	Version     *string `json:"softwareVersion"`
	Release     *string `json:"softwareReleaseDate"`
	FHIRVersion *string `json:"fhirVersion"`
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

// newErrorDetail describes the failure of a request. FileURL is "" for a poll.
func newErrorDetail(fileURL string, err error) errorDetail {
	var (
		detail = errorDetail{FileURL: fileURL, Message: err.Error()}
		reply  *replyError
		e      *Error
	)
	if errors.As(err, &reply) {
		detail.Code, detail.Body = &reply.status, &reply.outcome.text
	} else if errors.As(err, &e) && e.Status != 0 {
		detail.Code = &e.Status
	}
	return detail
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
