package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"
)

// newTransport makes the transport of clients whose options have none. Roots
// is nil for the system's certificate authorities.
func newTransport(waits Waits, roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: min(30*time.Second, waits.StallTimeout), KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout: min(30*time.Second, waits.StallTimeout),
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     time.Minute,
		// Files are stored as they arrive.
		DisableCompression: true,
		OnProxyConnectResponse: func(_ context.Context, proxy *url.URL, _ *http.Request, reply *http.Response) error {
			if reply.StatusCode != http.StatusOK {
				return &proxyError{proxy.Host, reply.StatusCode}
			}
			return nil
		},
	}
}

// A proxyError is the reply of a proxy that refuses to connect to the server.
type proxyError struct {
	proxy  string
	status int
}

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy %s returned %d (%s)", e.proxy, e.status, http.StatusText(e.status))
}

// unreachable makes the error of a request that got no reply. Reached is
// whether the server replied to an earlier one.
func unreachable(r *redactor, op string, err error, reached bool) error {
	var (
		wrapper     *url.Error
		refused     *proxyError
		certificate *tls.CertificateVerificationError
		network     *net.OpError
		dns         *net.DNSError
	)
	if errors.As(err, &wrapper) {
		err = wrapper.Err // without the address, which may hold secrets
	}
	e := &Error{Kind: ErrUnavailable, Op: op, Msg: r.clean(networkMessage(err)), err: err}
	errors.As(err, &network)
	if network != nil && network.Op == "dial" {
		e.Op = "" // whatever was requested
	}
	switch {
	case errors.As(err, &refused):
		e.Msg, e.Status, e.detail = refused.Error(), refused.status, ErrProxy
		if !isTransient(refused.status) {
			return e
		}
	case errors.As(err, &certificate):
		e.Msg = certificateMessage(certificate)
		return e
	case network != nil && network.Op == "proxyconnect":
		e.Msg, e.detail = "cannot reach the proxy: "+e.Msg, ErrProxy
	case errors.Is(err, http.ErrSchemeMismatch):
		e.hint = "that address does not use TLS"
		return e
	case errors.As(err, &dns) && dns.IsNotFound && !reached:
		e.hint = "check the base URL and the network"
		return e
	}
	return &transientError{err: e}
}

// interruptedReply makes the error of a reply that ended early.
func interruptedReply(r *redactor, op string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &transientError{err: &Error{Kind: ErrUnavailable, Op: op, Msg: "the reply ended early: " + r.clean(networkCause(err)), err: err}}
}

// networkMessage describes an error of the network without local addresses and
// the names of system calls.
func networkMessage(err error) string {
	var network *net.OpError
	if !errors.As(err, &network) {
		return err.Error()
	}
	switch network.Op {
	case "dial":
		return "cannot reach the server (" + networkCause(err) + ")"
	case "read", "write":
		return "the connection was lost (" + networkCause(err) + ")"
	default:
		return networkCause(err)
	}
}

// networkCause is the innermost cause of an error of the network.
func networkCause(err error) string {
	var (
		network *net.OpError
		number  syscall.Errno
	)
	switch {
	case errors.As(err, &number):
		return number.Error()
	case errors.As(err, &network):
		return network.Err.Error()
	default:
		return err.Error()
	}
}

// certificateMessage says why a certificate was not accepted.
func certificateMessage(err *tls.CertificateVerificationError) string {
	var (
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &name):
		return "the server's certificate is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's certificate has expired or is not valid yet"
	default:
		return "the server's certificate is not trusted: " + err.Err.Error()
	}
}
