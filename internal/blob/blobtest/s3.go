package blobtest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// s3Store is S3 in memory.
type s3Store struct {
	http.Handler
	bucket  string
	backend gofakes3.Backend
}

// Start starts an S3 server, which ends with the test.
func Start(t testing.TB) *Server {
	store := &s3Store{bucket: bucketName(), backend: s3mem.New()}
	if err := store.backend.CreateBucket(store.bucket); err != nil {
		t.Fatal(err)
	}
	store.Handler = gofakes3.New(store.backend, gofakes3.WithTimeSkewLimit(0), gofakes3.WithoutVersioning()).Server()
	s := &Server{Bucket: store.bucket, Scheme: "s3", Lists: true, Counts: true, store: store, env: []string{
		"AWS_ENDPOINT_URL_S3=$URL", "AWS_ACCESS_KEY_ID=test-id", "AWS_SECRET_ACCESS_KEY=test-secret",
		"AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
	}}
	s.start(t)
	return s
}

func (s *s3Store) put(key string, data []byte) error {
	meta := map[string]string{"Last-Modified": time.Now().UTC().Format(http.TimeFormat)}
	_, err := s.backend.PutObject(s.bucket, key, meta, bytes.NewReader(data), int64(len(data)), nil)
	return err
}

func (s *s3Store) get(key string) ([]byte, error) {
	object, err := s.backend.GetObject(s.bucket, key, nil)
	if err != nil {
		return nil, err
	}
	defer object.Contents.Close()
	return io.ReadAll(object.Contents)
}

func (s *s3Store) keys(prefix string) ([]string, error) {
	list, err := s.backend.ListBucket(s.bucket, &gofakes3.Prefix{HasPrefix: true, Prefix: prefix}, gofakes3.ListBucketPage{})
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, o := range list.Contents {
		keys = append(keys, o.Key)
	}
	return keys, nil
}

func (s *s3Store) uploads() (int, error) {
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/"+s.bucket+"?uploads", nil))
	return strings.Count(answer.Body.String(), "<UploadId>"), nil
}

func (s *s3Store) isPart(r *http.Request) bool { return r.URL.Query().Has("partNumber") }

func (s *s3Store) publishes(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
}
