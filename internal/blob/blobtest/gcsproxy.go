package blobtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"testing"
)

// A gcsProxy is a server of Google Cloud Storage by others.
type gcsProxy struct {
	http.Handler
	address, bucket string
}

func newGCSProxy(t testing.TB, address, bucket string) *gcsProxy {
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := &gcsProxy{address: address, bucket: bucket}
	p.Handler = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(answer *http.Response) error {
			// Sessions of uploads are at the front too.
			if location, err := url.Parse(answer.Header.Get("Location")); err == nil && location.Host != "" {
				location.Scheme, location.Host = "http", answer.Request.Header.Get("X-Front")
				answer.Header.Set("Location", location.String())
			}
			return nil
		},
	}
	inner := p.Handler
	p.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Front", r.Host)
		inner.ServeHTTP(w, r)
	})
	if _, err := p.ask(http.MethodPost, "/storage/v1/b", fmt.Appendf(nil, `{"name":%q}`, bucket)); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *gcsProxy) ask(method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequest(method, p.address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s: %s", answer.Status, text)
	}
	return text, err
}

func (p *gcsProxy) put(key string, data []byte) error {
	_, err := p.ask(http.MethodPost, "/upload/storage/v1/b/"+p.bucket+"/o?uploadType=media&name="+url.QueryEscape(key), data)
	return err
}

func (p *gcsProxy) get(key string) ([]byte, error) {
	return p.ask(http.MethodGet, "/storage/v1/b/"+p.bucket+"/o/"+url.PathEscape(key)+"?alt=media", nil)
}

func (p *gcsProxy) keys(prefix string) ([]string, error) {
	text, err := p.ask(http.MethodGet, "/storage/v1/b/"+p.bucket+"/o?prefix="+url.QueryEscape(prefix), nil)
	if err != nil {
		return nil, err
	}
	var page struct{ Items []struct{ Name string } }
	var keys []string
	err = json.Unmarshal(text, &page)
	for _, item := range page.Items {
		keys = append(keys, item.Name)
	}
	return keys, err
}

func (p *gcsProxy) uploads() (int, error) {
	return 0, errors.New("the store does not count unfinished uploads")
}

func (p *gcsProxy) isPart(r *http.Request) bool { return isGCSPart(r) }

func (p *gcsProxy) publishes(r *http.Request) bool { return publishesGCS(r) }
