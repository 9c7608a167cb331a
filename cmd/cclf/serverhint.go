package main

import (
	"crypto/x509"
	"errors"

	"github.com/cclf-tools/cclf/fetch"
)

// certificateHint is for a certificate that was not accepted.
func certificateHint(err error) string {
	var (
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &name):
		return "check the base URL; a device on the network may be answering for the server"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "check the clock of this machine; otherwise the server needs a new certificate"
	default:
		return "if it was issued by your own authority, or by a proxy that inspects TLS, set SSL_CERT_FILE to a file with that authority's certificate"
	}
}

// originHint is for files at a foreign origin.
func originHint(err error) string {
	if e, ok := errors.AsType[*fetch.Error](err); ok && e.Origin != "" {
		return "to download files from there, add --allow-origin " + e.Origin
	}
	return ""
}

// retryHint is for an operation whose retry budget is used up.
func retryHint(err error) string {
	if e, ok := errors.AsType[*fetch.Error](err); ok && e.Hint() != "" {
		return e.Hint()
	}
	return "try again later; CCLF_RETRY_BUDGET sets how long to retry"
}

// duplicateHint is for a job that blocks another one.
func duplicateHint(err error) string {
	if e, ok := errors.AsType[*fetch.Error](err); ok && e.Job != "" {
		return "--wait waits for it to end; cclf jobs cancel " + shellWord(e.Job) + " cancels it"
	}
	return "cclf jobs lists the jobs of your organization; --wait waits for them to end"
}
