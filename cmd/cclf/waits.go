package main

import (
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// waitsFromEnv reads the waits of package fetch from the environment, as
// durations such as 500ms, 90s or 1h30m. A variable that is not set leaves the
// default.
func waitsFromEnv() (w fetch.Waits, err error) {
	for _, v := range []struct {
		name  string
		value *time.Duration
	}{
		{"CCLF_POLL_INTERVAL", &w.PollInterval},
		{"CCLF_BACKOFF", &w.Backoff},
		{"CCLF_STALL_TIMEOUT", &w.StallTimeout},
		{"CCLF_MAX_WAIT", &w.MaxWait},
		{"CCLF_RETRY_BUDGET", &w.RetryBudget},
	} {
		text := os.Getenv(v.name)
		if text == "" {
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return w, &exitError{
				code: exitcode.Usage, err: fmt.Errorf("invalid %s %q", v.name, text),
				hint: "write a positive duration, such as 500ms, 90s or 1h30m",
			}
		}
		*v.value = d
	}
	return w, nil
}

// rootsFromEnv reads the certificate authorities to trust from the file named
// by SSL_CERT_FILE, on all systems. It returns nil if the variable is not set.
func rootsFromEnv() (*x509.CertPool, error) {
	name := os.Getenv("SSL_CERT_FILE")
	if name == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(name)
	if err != nil {
		return nil, &exitError{code: exitcode.Input, err: fmt.Errorf("SSL_CERT_FILE: %w", err)}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &exitError{code: exitcode.Usage, err: fmt.Errorf("SSL_CERT_FILE: no certificate in %s", name)}
	}
	return pool, nil
}
