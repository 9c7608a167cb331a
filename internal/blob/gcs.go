package blob

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// A gcsBucket is a bucket of Google Cloud Storage, by its JSON interface. Google's own
// library adds 21 MB, mostly of gRPC, to the program, and 15 MB to the memory of each
// start. It also keeps a buffer for each upload that is not completed.
type gcsBucket struct {
	pipeline runtime.Pipeline
	bucket   string
	endpoint string
}

// gcsScope lets requests read and write objects.
const gcsScope = "https://www.googleapis.com/auth/devstorage.read_write"

// gcsAdvice says where credentials come from.
const gcsAdvice = "run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS to a file of credentials, or run with a service account"

// openGS opens a bucket of Google Cloud Storage with the credentials that Google's own
// tools use, or with an HMAC key if there is one.
func openGS(bucket string, options url.Values) (Bucket, error) {
	if os.Getenv("GS_ACCESS_KEY_ID") != "" {
		return openGSInterop(bucket, options)
	}
	for _, name := range []string{"region", "use_path_style", "disable_https"} {
		if options.Has(name) {
			return nil, &Error{Msg: "option " + name + " of a gs:// URL is for HMAC keys only", err: ErrURL}
		}
	}
	settings := pipelineOptions()
	if emulator := os.Getenv("STORAGE_EMULATOR_HOST"); emulator != "" { // as Google's libraries do
		if !strings.Contains(emulator, "://") {
			emulator = "http://" + emulator
		}
		return newGCS(bucket, emulator, nil, settings)
	}
	endpoint := firstOf(options.Get("endpoint"), "https://storage.googleapis.com")
	if strings.HasPrefix(endpoint, "http://") {
		return nil, &Error{Msg: "credentials are not sent to a plain http:// endpoint", hint: "for an emulator, set STORAGE_EMULATOR_HOST", err: ErrURL}
	}
	credentials, err := google.FindDefaultCredentials(context.Background(), gcsScope)
	if err != nil {
		msg := "no credentials for Google Cloud Storage were found"
		if os.Getenv("GOOGLE_APPLICATION_CREDENTIALS") != "" {
			msg = fmt.Sprintf("GOOGLE_APPLICATION_CREDENTIALS: %v", err)
		}
		return nil, &Error{Msg: msg, hint: gcsAdvice, err: ErrDenied}
	}
	return newGCS(bucket, endpoint, gcsTokens{credentials.TokenSource}, settings)
}

// gcsTokens puts a token into each request.
type gcsTokens struct{ source oauth2.TokenSource }

func (t gcsTokens) Do(req *policy.Request) (*http.Response, error) {
	token, err := t.source.Token()
	if err != nil {
		return nil, tokenError(err)
	}
	token.SetAuthHeader(req.Raw())
	return req.Next()
}

// A refusedToken is an error that trying again does not help. NonRetriable says so to
// the pipeline.
type refusedToken struct{ err *Error }

func (e *refusedToken) Error() string { return e.err.Error() }
func (e *refusedToken) Unwrap() error { return e.err }
func (e *refusedToken) NonRetriable() {}

// tokenError is the error of a request for a token.
func tokenError(err error) error {
	reply, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || reply.Response == nil || reply.Response.StatusCode >= http.StatusInternalServerError {
		return err
	}
	return &refusedToken{&Error{Msg: "Google does not accept the credentials (" + firstOf(reply.ErrorCode, reply.Response.Status) + ")", hint: gcsAdvice, err: ErrDenied}}
}

func newGCS(bucket, endpoint string, authorize policy.Policy, settings policy.ClientOptions) (Bucket, error) {
	u, err := endpointURL(endpoint, nil)
	if err != nil {
		return nil, err
	}
	var own runtime.PipelineOptions
	if authorize != nil {
		own.PerRetry = []policy.Policy{authorize}
	}
	return &gcsBucket{
		pipeline: runtime.NewPipeline("cclf", "1", own, &settings),
		bucket:   bucket,
		endpoint: u.Scheme + "://" + u.Host,
	}, nil
}

// A gcsObject describes an object.
type gcsObject struct {
	Name       string    `json:"name"`
	Size       int64     `json:"size,string"`
	Updated    time.Time `json:"updated"`
	Generation string    `json:"generation"`
	CRC32C     string    `json:"crc32c"`
}

// gcsFields are the fields of a gcsObject.
const gcsFields = "name,size,updated,generation,crc32c"

func (o *gcsObject) info() Info {
	return Info{Key: o.Name, Size: o.Size, Time: o.Updated, Version: o.Generation}
}

// A gcsError is an answer that is an error.
type gcsError struct {
	status  int
	message string
}

func (e *gcsError) Error() string {
	return fmt.Sprintf("the object store answered %d: %s", e.status, firstOf(e.message, http.StatusText(e.status)))
}

// object returns the address of an object, or, if key is empty, of all of them.
func (b *gcsBucket) object(key string, query url.Values) string {
	address := b.endpoint + "/storage/v1/b/" + url.PathEscape(b.bucket) + "/o"
	if key != "" {
		address += "/" + url.PathEscape(key)
	}
	return address + "?" + query.Encode()
}

// newObject returns the address for making an object.
func (b *gcsBucket) newObject(key, uploadType string, query url.Values) string {
	query.Set("uploadType", uploadType)
	query.Set("name", key)
	return b.endpoint + "/upload/storage/v1/b/" + url.PathEscape(b.bucket) + "/o?" + query.Encode()
}

// A gcsRequest is a request to the store.
type gcsRequest struct {
	method, url string
	header      map[string]string
	body        []byte
	stream      bool // do not read the answer into memory
}

// do sends a request. The answer of a request that is not streamed is in memory, and
// need not be closed.
func (b *gcsBucket) do(ctx context.Context, r gcsRequest) (*http.Response, error) {
	req, err := runtime.NewRequest(ctx, r.method, r.url)
	if err != nil {
		return nil, err
	}
	for name, value := range r.header {
		req.Raw().Header.Set(name, value)
	}
	if r.body != nil {
		if err := req.SetBody(streaming.NopCloser(bytes.NewReader(r.body)), "application/octet-stream"); err != nil {
			return nil, err
		}
	}
	if r.stream {
		runtime.SkipBodyDownload(req)
	}
	resp, err := b.pipeline.Do(req)
	if err != nil {
		return nil, b.failure(ctx, err)
	}
	if resp.StatusCode < 300 || resp.StatusCode == http.StatusPermanentRedirect {
		return resp, nil
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err != nil {
		return nil, b.failure(ctx, err)
	}
	answer := gcsError{status: resp.StatusCode}
	var reply struct {
		Error struct{ Message string }
	}
	if json.Unmarshal(text, &reply) == nil {
		answer.message = reply.Error.Message
	} else {
		answer.message = strings.TrimSpace(string(text[:min(len(text), 200)])) // of downloads
	}
	return nil, b.failure(ctx, &answer)
}

// failure translates an error of the store to one that a user understands.
func (b *gcsBucket) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	answer, ok := errors.AsType[*gcsError](err)
	if !ok {
		return unreachable(b.endpoint, err)
	}
	switch answer.status {
	case http.StatusNotFound:
		if strings.Contains(answer.message, "bucket does not exist") {
			return &Error{Msg: "no such bucket: " + b.bucket, hint: "check the name of the bucket, and the endpoint " + b.endpoint, err: fs.ErrNotExist}
		}
		return fs.ErrNotExist
	case http.StatusPreconditionFailed:
		return ErrChanged
	case http.StatusUnauthorized:
		return &Error{Msg: "the object store does not accept the credentials", hint: gcsAdvice, err: ErrDenied}
	case http.StatusForbidden:
		return &Error{
			Msg:  "access denied by the object store",
			hint: "the account needs a role for this bucket: docs/object-stores.md lists the permissions",
			err:  ErrDenied,
		}
	}
	return answer
}

// describe sends a request whose answer is a gcsObject.
func (b *gcsBucket) describe(ctx context.Context, r gcsRequest) (gcsObject, error) {
	var o gcsObject
	resp, err := b.do(ctx, r) //nolint:bodyclose // in memory
	if err == nil {
		err = runtime.UnmarshalAsJSON(resp, &o)
	}
	return o, err
}

func (b *gcsBucket) Stat(ctx context.Context, key string) (Info, error) {
	o, err := b.describe(ctx, gcsRequest{method: http.MethodGet, url: b.object(key, url.Values{"fields": {gcsFields}})})
	return o.info(), err
}

func (b *gcsBucket) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		query := url.Values{"prefix": {prefix}, "fields": {"nextPageToken,items(" + gcsFields + ")"}}
		for {
			var page struct {
				Next  string      `json:"nextPageToken"`
				Items []gcsObject `json:"items"`
			}
			resp, err := b.do(ctx, gcsRequest{method: http.MethodGet, url: b.object("", query)}) //nolint:bodyclose // in memory
			if err == nil {
				err = runtime.UnmarshalAsJSON(resp, &page)
			}
			if err != nil {
				yield(Info{}, err)
				return
			}
			for i := range page.Items {
				if !yield(page.Items[i].info(), nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			query.Set("pageToken", page.Next)
		}
	}
}

func (b *gcsBucket) Get(ctx context.Context, key, version string, offset, n int64) (io.ReadCloser, error) {
	query := url.Values{"alt": {"media"}}
	if version != "" {
		query.Set("ifGenerationMatch", version)
	}
	header := map[string]string{"Accept-Encoding": "gzip"} // objects as they are stored
	switch {
	case n > 0:
		header["Range"] = fmt.Sprintf("bytes=%d-%d", offset, offset+n-1)
	case offset > 0:
		header["Range"] = fmt.Sprintf("bytes=%d-", offset)
	}
	resp, err := b.do(ctx, gcsRequest{method: http.MethodGet, url: b.object(key, query), header: header, stream: true})
	if err != nil {
		return nil, err
	}
	if got := resp.Header.Get("X-Goog-Generation"); version != "" && got != "" && got != version {
		resp.Body.Close()
		return nil, ErrChanged
	}
	if offset > 0 && resp.StatusCode != http.StatusPartialContent {
		resp.Body.Close()
		return nil, fmt.Errorf("the object store does not read ranges (status %d)", resp.StatusCode)
	}
	return resp.Body, nil
}

func (b *gcsBucket) Put(ctx context.Context, key string, data []byte, cond Condition) (string, error) {
	query := url.Values{}
	switch {
	case cond.Absent:
		query.Set("ifGenerationMatch", "0")
	case isGeneration(cond.Version):
		query.Set("ifGenerationMatch", cond.Version)
	case cond.Version != "":
		query.Set("ifGenerationMatch", "1") // that of no object
	}
	sum := crc32.Checksum(data, castagnoli())
	o, err := b.describe(ctx, gcsRequest{
		method: http.MethodPost, url: b.newObject(key, "media", query),
		header: map[string]string{hashHeader: hashOf(sum)}, body: data,
	})
	if err == nil {
		err = o.check(int64(len(data)), sum)
	}
	return putResult(ctx, b, key, data, cond, o.Generation, err)
}

func isGeneration(version string) bool {
	_, err := strconv.ParseInt(version, 10, 64)
	return err == nil
}

// hashHeader is the header with which the store checks what it got.
const hashHeader = "X-Goog-Hash"

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func encodeSum(sum uint32) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

func hashOf(sum uint32) string { return "crc32c=" + encodeSum(sum) }

// check compares an object with what was sent.
func (o *gcsObject) check(size int64, sum uint32) error {
	if o.Size != size || o.CRC32C != "" && o.CRC32C != encodeSum(sum) {
		return &Error{Msg: "the object store has other bytes than were sent", hint: "run the same command again"}
	}
	return nil
}

func (b *gcsBucket) Delete(ctx context.Context, key string) error {
	_, err := b.do(ctx, gcsRequest{method: http.MethodDelete, url: b.object(key, nil)}) //nolint:bodyclose // in memory
	if missingObject(err) {
		return nil
	}
	return err
}

// A gcsUpload is a resumable upload: a session with the store that gets the bytes of an
// object in order. The last ones, which are held back, make the object.
type gcsUpload struct {
	b       *gcsBucket
	ctx     context.Context
	key     string
	session string // its address
	sent    int64  // bytes that the store has
	sum     uint32 // of the whole object
	tail    []byte // that are not sent
}

// gcsChunk is of what the lengths of all chunks but the last are multiples.
const gcsChunk = 256 << 10 // bytes

func (b *gcsBucket) begin(ctx context.Context, key string) (*gcsUpload, error) {
	resp, err := b.do(ctx, gcsRequest{method: http.MethodPost, url: b.newObject(key, "resumable", url.Values{})}) //nolint:bodyclose // in memory
	if err != nil {
		return nil, err
	}
	u := &gcsUpload{b: b, ctx: ctx, key: key, session: resp.Header.Get("Location")}
	if u.session == "" {
		return nil, errors.New("the object store opened no upload session")
	}
	return u, nil
}

// send sends bytes, which are the last ones of the object or a multiple of gcsChunk. A
// request that is tried again may send what the store has already, which ignores it.
func (u *gcsUpload) send(ctx context.Context, data []byte, last bool) error {
	sum := crc32.Update(u.sum, castagnoli(), data)
	for stuck := 0; ; {
		total, end := "*", u.sent+int64(len(data))
		header := map[string]string{"X-GUploader-No-308": "yes"} // which is a redirection elsewhere
		if last {
			total = strconv.FormatInt(end, 10)
			header[hashHeader] = hashOf(sum)
		}
		header["Content-Range"] = fmt.Sprintf("bytes %d-%d/%s", u.sent, end-1, total)
		if len(data) == 0 {
			header["Content-Range"] = "bytes */" + total
		}
		resp, err := u.b.do(ctx, gcsRequest{method: http.MethodPut, url: u.session, header: header, body: data}) //nolint:bodyclose // in memory
		if err = u.lost(err); err != nil {
			if last && u.has(ctx, end, sum) {
				return nil
			}
			return err
		}
		if resp.StatusCode != http.StatusPermanentRedirect && resp.Header.Get("X-Http-Status-Code-Override") != "308" {
			return u.made(resp, end, sum, last)
		}
		has := int64(0) // bytes
		if text, ok := strings.CutPrefix(resp.Header.Get("Range"), "bytes=0-"); ok {
			if has, err = strconv.ParseInt(text, 10, 64); err != nil {
				return fmt.Errorf("the object store reports the range %q", text)
			}
			has++
		}
		if has < u.sent || has > end {
			return fmt.Errorf("the object store has %d bytes of an upload of which it had %d and got %d", has, u.sent, end)
		}
		if stuck++; has > u.sent {
			stuck = 0
		}
		data = data[has-u.sent:]
		u.sent = has
		if len(data) == 0 && !last {
			u.sum = sum
			return nil
		}
		if stuck == brokenLimit {
			return errors.New("the object store takes no more bytes of an upload")
		}
	}
}

// made checks the object that the last bytes made.
func (u *gcsUpload) made(resp *http.Response, size int64, sum uint32, last bool) error {
	if !last {
		return errors.New("the object store ended an upload early")
	}
	var o gcsObject
	if err := runtime.UnmarshalAsJSON(resp, &o); err != nil {
		return err
	}
	return o.check(size, sum)
}

// has reports whether the object is there. A request that was tried again can find its
// work done.
func (u *gcsUpload) has(ctx context.Context, size int64, sum uint32) bool {
	o, err := u.b.describe(ctx, gcsRequest{method: http.MethodGet, url: u.b.object(u.key, url.Values{"fields": {gcsFields}})})
	return err == nil && o.CRC32C != "" && o.check(size, sum) == nil
}

// lost translates the error of a session that is gone.
func (u *gcsUpload) lost(err error) error {
	answer, ok := errors.AsType[*gcsError](err)
	if errors.Is(err, fs.ErrNotExist) || ok && (answer.status == http.StatusGone || answer.status == statusCanceled) {
		return &Error{Msg: "somebody else removed the unfinished upload of " + u.key, hint: "run the same command again, once"}
	}
	return err
}

// statusCanceled is the answer of the store to the end of an upload.
const statusCanceled = 499

// Publish sends what was held back.
func (u *gcsUpload) Publish(ctx context.Context) error { return u.send(ctx, u.tail, true) }

// Discard ends the session.
func (u *gcsUpload) Discard() error {
	ctx, cancel := cleanUp(u.ctx)
	defer cancel()
	_, err := u.b.do(ctx, gcsRequest{method: http.MethodDelete, url: u.session}) //nolint:bodyclose // in memory
	if answer, ok := errors.AsType[*gcsError](err); ok && (answer.status == statusCanceled || answer.status == http.StatusGone) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (b *gcsBucket) Stage(ctx context.Context, key string, src io.ReaderAt, size int64) (Staged, error) {
	u, err := b.begin(ctx, key)
	if err != nil {
		return nil, err
	}
	for at := int64(0); at < size && err == nil; {
		left := size - at
		n := min(int64(leastPart), (left-1)/gcsChunk*gcsChunk)
		if n == 0 {
			u.tail, err = readPart(src, at, left)
			break
		}
		var data []byte
		if data, err = readPart(src, at, n); err == nil {
			err = u.send(ctx, data, false)
		}
		at += n
	}
	if err != nil {
		return nil, errors.Join(err, u.Discard())
	}
	return u, nil
}

// part takes the next part, and sends the one before it, which is a multiple of gcsChunk.
func (u *gcsUpload) part(ctx context.Context, _ int, data []byte) error {
	if len(u.tail) > 0 {
		if err := u.send(ctx, u.tail, false); err != nil {
			return err
		}
	}
	u.tail = append(u.tail[:0], data...)
	return nil
}

func (b *gcsBucket) Create(ctx context.Context, key string) (Upload, error) {
	return newPartWriter(ctx, b, key, func(ctx context.Context, key string) (partUpload, error) { return b.begin(ctx, key) })
}

// Sweep does nothing: the store does not list its sessions, and ends those that nobody
// uses after a week.
func (b *gcsBucket) Sweep(context.Context, string, func(string) bool) error { return nil }
