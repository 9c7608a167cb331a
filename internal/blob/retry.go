package blob

import (
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// RetryDelay is the pause after the first request of Google's and Azure's stores that
// fails; it grows with each. Tests shorten it.
var RetryDelay = 200 * time.Millisecond

// pipelineOptions are the options of the requests to Google's and Azure's stores: what
// may pass, such as 503 and a broken connection, is tried ten times, as minio-go does.
func pipelineOptions() policy.ClientOptions {
	return policy.ClientOptions{
		Transport: storeClient(),
		Retry:     policy.RetryOptions{MaxRetries: 9, RetryDelay: RetryDelay, MaxRetryDelay: 10 * RetryDelay},
		Telemetry: policy.TelemetryOptions{ApplicationID: "cclf"},
	}
}

// storeClient returns a client that gives objects as they are stored.
func storeClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true
	transport.MaxIdleConnsPerHost = 16
	return &http.Client{Transport: transport}
}
