// Package memnet is a network in memory for tests with a fake clock: within a
// bubble of [synctest], a goroutine that waits for a socket would stop the
// clock.
package memnet

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Test runs a test in a bubble, whose fake clock starts at a date when BCDA's v3
// is in use. Waiting takes no time.
func Test(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		Wait(time.Until(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)))
		test(t)
	})
}

// Wait waits, by the fake clock.
func Wait(d time.Duration) { <-time.After(d) }

// A network connects the clients and servers of a process.
type network struct {
	mu        sync.Mutex
	lastPort  int
	listeners map[string]*listener // by host:port
}

// memory is the network of all bubbles. Each server has a port of its own, from 1024: lower
// ones are those of other servers, which tests name.
var memory = &network{lastPort: 1023, listeners: map[string]*listener{}}

// A listener accepts connections within a bubble.
type listener struct {
	address string
	conns   chan net.Conn
	closed  chan struct{}
	close   sync.Once
}

func (n *network) listen() *listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lastPort++
	l := &listener{address: fmt.Sprintf("127.0.0.1:%d", n.lastPort), conns: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[l.address] = l
	return l
}

// Has reports whether a server listens at an address (host:port).
func Has(address string) bool {
	memory.mu.Lock()
	defer memory.mu.Unlock()
	return memory.listeners[address] != nil
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[address]
	n.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: fmt.Errorf("nothing listens at %s", address)}
	}
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.close.Do(func() {
		close(l.closed)
		memory.mu.Lock()
		defer memory.mu.Unlock()
		delete(memory.listeners, l.address)
	})
	return nil
}

func (l *listener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// A Server is a server in memory.
type Server struct {
	URL string // http://127.0.0.1:port
}

// NewServer starts a server, which runs until the test ends.
func NewServer(t testing.TB, handler http.Handler) *Server {
	t.Helper()
	l := memory.listen()
	s := &http.Server{Handler: handler, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		s.Close()
		<-served
	})
	return &Server{URL: "http://" + l.address}
}

// NewTransport makes a transport that connects to servers in memory.
func NewTransport(t testing.TB) *http.Transport {
	transport := &http.Transport{DialContext: memory.dial, DisableCompression: true, MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}
