package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// s3Options are the options of URLs of S3 and of stores like it.
var s3Options = []string{"endpoint", "region", "use_path_style", "disable_https"}

// An s3Bucket is a bucket of S3, or of a store with its interface.
type s3Bucket struct {
	core     *minio.Core
	creds    *credentials.Credentials
	bucket   string
	endpoint string
	advice   string // where credentials come from
}

// openS3 opens a bucket with the credentials and settings that AWS's own tools use.
func openS3(bucket string, options url.Values) (Bucket, error) {
	endpoint := firstOf(options.Get("endpoint"), os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"))
	region := firstOf(options.Get("region"), os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	if endpoint == "" {
		endpoint = "https://s3.amazonaws.com"
	} else if region == "" {
		region = "us-east-1" // other stores rarely have any
	}
	chain := []credentials.Provider{&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}}
	if useIAM() {
		chain = append(chain, &credentials.IAM{Client: iamClient()})
	}
	return newS3(bucket, endpoint, region, options, credentials.NewChainCredentials(chain),
		"set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run with an IAM role")
}

// openGSInterop opens a bucket of Google Cloud Storage by its interface for S3's
// clients, which takes HMAC keys.
func openGSInterop(bucket string, options url.Values) (Bucket, error) {
	creds := credentials.NewStatic(os.Getenv("GS_ACCESS_KEY_ID"), os.Getenv("GS_SECRET_ACCESS_KEY"), "", credentials.SignatureDefault)
	return newS3(bucket, firstOf(options.Get("endpoint"), "https://storage.googleapis.com"), firstOf(options.Get("region"), "auto"), options, creds,
		"set GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY to an HMAC key of a service account")
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// useIAM reports whether roles of machines and containers are asked for.
func useIAM() bool {
	for _, name := range []string{"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
		if os.Getenv(name) != "" {
			return true
		}
	}
	return !strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true")
}

// iamClient gives up soon where there is no such service.
func iamClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext},
		Timeout:   10 * time.Second,
	}
}

func newS3(bucket, endpoint, region string, options url.Values, creds *credentials.Credentials, advice string) (Bucket, error) {
	u, err := endpointURL(endpoint, options)
	if err != nil {
		return nil, err
	}
	lookup := minio.BucketLookupAuto
	if text := options.Get("use_path_style"); text != "" {
		pathStyle, err := strconv.ParseBool(text)
		if err != nil {
			return nil, &Error{Msg: "option use_path_style of the URL: expected true or false"}
		}
		if lookup = minio.BucketLookupDNS; pathStyle {
			lookup = minio.BucketLookupPath
		}
	}
	core, err := minio.NewCore(u.Host, &minio.Options{Creds: creds, Secure: u.Scheme == "https", Region: region, BucketLookup: lookup})
	if err != nil {
		return nil, &Error{Msg: fmt.Sprintf("endpoint %s of the object store: %v", u.Redacted(), err), err: err}
	}
	core.SetAppInfo("cclf", "1")
	return &s3Bucket{core: core, creds: creds, bucket: bucket, endpoint: u.Scheme + "://" + u.Host, advice: advice}, nil
}

// endpointURL parses the address of a store.
func endpointURL(endpoint string, options url.Values) (*url.URL, error) {
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, &Error{Msg: "the endpoint of the object store is not an address such as https://HOST:PORT", hint: "check AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or the option endpoint of the URL"}
	}
	if text := options.Get("disable_https"); text != "" {
		plain, err := strconv.ParseBool(text)
		if err != nil {
			return nil, &Error{Msg: "option disable_https of the URL: expected true or false"}
		}
		if plain {
			u.Scheme = "http"
		}
	}
	return u, nil
}

// failure translates an error of the store to one that a user understands.
func (b *s3Bucket) failure(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return firstError(ctx.Err(), err)
	}
	reply, ok := errors.AsType[minio.ErrorResponse](err)
	if !ok {
		return unreachable(b.endpoint, err)
	}
	switch {
	case reply.Code == "NoSuchBucket":
		return &Error{Msg: "no such bucket: " + b.bucket, hint: "check the name of the bucket, and the endpoint " + b.endpoint, err: fs.ErrNotExist}
	case reply.Code == "NoSuchKey" || reply.Code == "NoSuchVersion" || reply.StatusCode == http.StatusNotFound && reply.Code != "NoSuchUpload":
		return fs.ErrNotExist
	case reply.Code == "PreconditionFailed" || reply.Code == "ConditionalRequestConflict" || reply.StatusCode == http.StatusPreconditionFailed:
		return ErrChanged
	case reply.Code == "AccessDenied" || reply.StatusCode == http.StatusForbidden || reply.StatusCode == http.StatusUnauthorized:
		return b.denied(reply)
	case reply.Code == "AuthorizationHeaderMalformed" || reply.Code == "PermanentRedirect" || reply.StatusCode == http.StatusMovedPermanently:
		return &Error{Msg: "the bucket is in another region", hint: "set AWS_REGION to the region of the bucket", err: err}
	}
	return fmt.Errorf("the object store answered %s: %w", firstOf(reply.Code, strconv.Itoa(reply.StatusCode)), err)
}

// denied is the error of a request that the store refused.
func (b *s3Bucket) denied(reply minio.ErrorResponse) error {
	if value, err := b.creds.GetWithContext(b.core.CredContext()); err != nil || value.AccessKeyID == "" {
		return &Error{Msg: "access denied, and no credentials were found", hint: b.advice, err: ErrDenied}
	}
	switch reply.Code {
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "TokenRefreshRequired":
		return &Error{Msg: "the object store does not accept the credentials (" + reply.Code + ")", hint: b.advice, err: ErrDenied}
	case "RequestTimeTooSkewed":
		return &Error{Msg: "the clock of this machine is wrong, says the object store", hint: "set the clock", err: ErrDenied}
	}
	return &Error{
		Msg:  "access denied by the object store",
		hint: "the credentials need a policy that allows this bucket and folder: docs/object-stores.md lists the actions",
		err:  ErrDenied,
	}
}

// again repeats a request whose answer broke off, which the client of the store does not.
func again(ctx context.Context, request func() error) error {
	for attempt := 1; ; attempt++ {
		err := request()
		if attempt == brokenLimit || !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, syscall.ECONNRESET) {
			return err
		}
		if pause(ctx, resumePause<<(attempt-1)) != nil {
			return err
		}
	}
}

func s3Info(o minio.ObjectInfo) Info {
	return Info{Key: o.Key, Size: o.Size, Time: o.LastModified, Version: o.ETag}
}

func (b *s3Bucket) Stat(ctx context.Context, key string) (Info, error) {
	o, err := b.core.StatObject(ctx, b.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, b.failure(ctx, err)
	}
	o.Key = key
	return s3Info(o), nil
}

func (b *s3Bucket) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		last, ended := "", false
		err := again(ctx, func() error {
			for o := range b.core.Client.ListObjectsIter(ctx, b.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true, StartAfter: last}) {
				if o.Err != nil {
					return o.Err
				}
				if ended = !yield(s3Info(o), nil); ended {
					return nil
				}
				last = o.Key
			}
			return ctx.Err()
		})
		if err != nil && !ended {
			yield(Info{}, b.failure(ctx, err))
		}
	}
}

func (b *s3Bucket) Get(ctx context.Context, key, version string, offset, n int64) (io.ReadCloser, error) {
	var opts minio.GetObjectOptions
	err := error(nil)
	if version != "" {
		err = opts.SetMatchETag(version)
	}
	if err == nil && n > 0 {
		err = opts.SetRange(offset, offset+n-1)
	} else if err == nil && offset > 0 {
		err = opts.SetRange(offset, 0)
	}
	if err != nil {
		return nil, err
	}
	body, info, _, err := b.core.GetObject(ctx, b.bucket, key, opts)
	if err == nil && version != "" && info.ETag != version { // a store that does not know the condition
		body.Close()
		return nil, ErrChanged
	}
	return body, b.failure(ctx, err)
}

func (b *s3Bucket) Put(ctx context.Context, key string, data []byte, cond Condition) (string, error) {
	opts := minio.PutObjectOptions{DisableContentSha256: true} // the sum is here, and not of a stream
	switch {
	case cond.Absent:
		opts.SetMatchETagExcept("*")
	case cond.Version != "":
		opts.SetMatchETag(cond.Version)
	}
	var info minio.UploadInfo
	err := again(ctx, func() (err error) {
		info, err = b.core.PutObject(ctx, b.bucket, key, bytes.NewReader(data), int64(len(data)), "", sumSHA256(data), opts)
		return err
	})
	return putResult(ctx, b, key, data, cond, info.ETag, b.failure(ctx, err))
}

func sumSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (b *s3Bucket) Delete(ctx context.Context, key string) error {
	err := b.failure(ctx, b.core.RemoveObject(ctx, b.bucket, key, minio.RemoveObjectOptions{}))
	if missingObject(err) {
		return nil
	}
	return err
}

// An s3Upload is a multi-part upload.
type s3Upload struct {
	b       *s3Bucket
	ctx     context.Context
	key, id string
	size    int64

	mu    sync.Mutex
	parts []minio.CompletePart
}

func (b *s3Bucket) begin(ctx context.Context, key string) (*s3Upload, error) {
	var id string
	err := again(ctx, func() (err error) {
		id, err = b.core.NewMultipartUpload(ctx, b.bucket, key, minio.PutObjectOptions{})
		return err
	})
	if err != nil {
		return nil, b.failure(ctx, err)
	}
	return &s3Upload{b: b, ctx: ctx, key: key, id: id}, nil
}

// part uploads a part, which is tried again from its start.
func (u *s3Upload) part(ctx context.Context, number int, data []byte) error {
	done, err := u.b.core.PutObjectPart(ctx, u.b.bucket, u.key, u.id, number, bytes.NewReader(data), int64(len(data)),
		minio.PutObjectPartOptions{Sha256Hex: sumSHA256(data), DisableContentSha256: true}) // the sum is here, and not of a stream
	if err != nil {
		return u.b.failure(ctx, err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.parts = append(u.parts, minio.CompletePart{PartNumber: number, ETag: done.ETag})
	u.size += int64(len(data))
	return nil
}

// Publish makes the object of the parts.
func (u *s3Upload) Publish(ctx context.Context) error {
	if len(u.parts) == 0 { // S3 wants a part
		_, err := u.b.Put(ctx, u.key, nil, Condition{})
		return errors.Join(err, u.Discard())
	}
	slices.SortFunc(u.parts, func(a, b minio.CompletePart) int { return a.PartNumber - b.PartNumber })
	err := again(ctx, func() error {
		_, err := u.b.core.CompleteMultipartUpload(ctx, u.b.bucket, u.key, u.id, u.parts, minio.PutObjectOptions{})
		return err
	})
	if reply, ok := errors.AsType[minio.ErrorResponse](err); ok && reply.Code == "NoSuchUpload" {
		// A request that was tried again can find its work done.
		if info, statErr := u.b.Stat(ctx, u.key); statErr == nil && info.Size == u.size {
			return nil
		}
		return &Error{Msg: "somebody else removed the unfinished upload of " + u.key, hint: "run the same command again, once", err: err}
	}
	return u.b.failure(ctx, err)
}

// Discard removes the parts.
func (u *s3Upload) Discard() error {
	ctx, cancel := cleanUp(u.ctx)
	defer cancel()
	err := u.b.core.AbortMultipartUpload(ctx, u.b.bucket, u.key, u.id)
	if reply, ok := errors.AsType[minio.ErrorResponse](err); ok && (reply.Code == "NoSuchUpload" || reply.StatusCode == http.StatusNotFound) {
		return nil
	}
	return u.b.failure(ctx, err)
}

func (b *s3Bucket) Stage(ctx context.Context, key string, src io.ReaderAt, size int64) (Staged, error) {
	u, err := b.begin(ctx, key)
	if err != nil {
		return nil, err
	}
	return stageParts(ctx, u, src, size)
}

func (b *s3Bucket) Create(ctx context.Context, key string) (Upload, error) {
	return newPartWriter(ctx, b, key, func(ctx context.Context, key string) (partUpload, error) { return b.begin(ctx, key) })
}

func (b *s3Bucket) Sweep(ctx context.Context, prefix string, ours func(string) bool) error {
	keyMarker, idMarker := "", ""
	for {
		var page minio.ListMultipartUploadsResult
		err := again(ctx, func() (err error) {
			page, err = b.core.ListMultipartUploads(ctx, b.bucket, prefix, keyMarker, idMarker, "", 1000)
			return err
		})
		if reply, ok := errors.AsType[minio.ErrorResponse](err); ok && reply.Code == "NoSuchUpload" {
			return nil // there never was one
		}
		if err != nil {
			return b.failure(ctx, err)
		}
		for _, u := range page.Uploads {
			if !strings.HasPrefix(u.Key, prefix) || !ours(u.Key) {
				continue
			}
			if err := (&s3Upload{b: b, ctx: ctx, key: u.Key, id: u.UploadID}).Discard(); err != nil {
				return err
			}
		}
		if !page.IsTruncated {
			return nil
		}
		keyMarker, idMarker = page.NextKeyMarker, page.NextUploadIDMarker
	}
}
