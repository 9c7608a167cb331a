package blob

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// azureOptions are the options of URLs of Azure.
var azureOptions = []string{"storage_account", "endpoint"}

// An azureBucket is a container of Azure Blob Storage.
type azureBucket struct {
	client   *container.Client
	bucket   string
	endpoint string // without a signature
}

// azureAdvice says where credentials come from.
const azureAdvice = "run az login, or set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or run with a managed identity"

// openAzure opens a container with the credentials that Azure's own tools use.
func openAzure(bucket string, options url.Values) (Bucket, error) {
	settings := container.ClientOptions{ClientOptions: pipelineOptions()}
	account := firstOf(options.Get("storage_account"), os.Getenv("AZURE_STORAGE_ACCOUNT"))
	key, signature := os.Getenv("AZURE_STORAGE_KEY"), strings.TrimPrefix(os.Getenv("AZURE_STORAGE_SAS_TOKEN"), "?")
	connection := os.Getenv("AZURE_STORAGE_CONNECTION_STRING")
	if connection != "" && key == "" && signature == "" && !options.Has("storage_account") && !options.Has("endpoint") {
		client, err := container.NewClientFromConnectionString(connection, bucket, &settings)
		if err != nil {
			return nil, &Error{Msg: "AZURE_STORAGE_CONNECTION_STRING is no connection string of a storage account", hint: "copy it from the access keys of the account", err: ErrURL}
		}
		return newAzure(bucket, client)
	}
	endpoint, err := azureEndpoint(account, options)
	if err != nil {
		return nil, err
	}
	address := endpoint + "/" + url.PathEscape(bucket)
	var client *container.Client
	switch {
	case key != "":
		var shared *container.SharedKeyCredential
		if shared, err = container.NewSharedKeyCredential(account, key); err != nil {
			return nil, &Error{Msg: "AZURE_STORAGE_KEY is no key of a storage account", hint: "copy it from the access keys of the account", err: ErrDenied}
		}
		client, err = container.NewClientWithSharedKeyCredential(address, shared, &settings)
	case signature != "":
		client, err = container.NewClientWithNoCredential(address+"?"+signature, &settings)
	default:
		var chain *azidentity.DefaultAzureCredential
		if chain, err = azidentity.NewDefaultAzureCredential(nil); err != nil {
			return nil, &Error{Msg: fmt.Sprintf("credentials for Azure: %v", err), hint: azureAdvice, err: ErrDenied}
		}
		client, err = container.NewClient(address, azureTokens{chain}, &settings)
	}
	if err != nil {
		return nil, err
	}
	return newAzure(bucket, client)
}

func newAzure(bucket string, client *container.Client) (Bucket, error) {
	endpoint, _, _ := strings.Cut(client.URL(), "?")
	return &azureBucket{client: client, bucket: bucket, endpoint: strings.TrimSuffix(endpoint, "/"+url.PathEscape(bucket))}, nil
}

// azureEndpoint returns the address of an account.
func azureEndpoint(account string, options url.Values) (string, error) {
	if endpoint := options.Get("endpoint"); endpoint != "" {
		u, err := url.Parse(endpoint)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
			return "", &Error{Msg: "option endpoint of the URL is not an address such as https://ACCOUNT.blob.core.windows.net", err: ErrURL}
		}
		return strings.TrimSuffix(u.String(), "/"), nil
	}
	if account == "" {
		return "", &Error{Msg: "which storage account is the container in?", hint: "set AZURE_STORAGE_ACCOUNT, or add ?storage_account=NAME to the URL", err: ErrURL}
	}
	if strings.ContainsAny(account, "./:@") {
		return "", &Error{Msg: "the name of the storage account is letters and digits only", err: ErrURL}
	}
	return "https://" + account + ".blob.core.windows.net", nil
}

// azureTokens gives tokens, with errors of this package.
type azureTokens struct{ chain azcore.TokenCredential }

func (t azureTokens) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := t.chain.GetToken(ctx, options)
	if err == nil || ctx.Err() != nil {
		return token, err
	}
	msg := "no credentials for Azure were found"
	if _, ok := errors.AsType[*azidentity.AuthenticationFailedError](err); ok {
		msg = "Azure does not accept the credentials"
	}
	return token, &refusedToken{&Error{Msg: msg, hint: azureAdvice, err: errors.Join(ErrDenied, err)}}
}

// failure translates an error of the store to one that a user understands.
func (b *azureBucket) failure(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return firstError(ctx.Err(), err)
	}
	reply, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		return unreachable(b.endpoint, err)
	}
	switch code := bloberror.Code(reply.ErrorCode); {
	case code == bloberror.ContainerNotFound:
		return &Error{Msg: "no such container: " + b.bucket, hint: "check the name of the container, and the account " + b.endpoint, err: fs.ErrNotExist}
	case reply.StatusCode == http.StatusNotFound:
		return fs.ErrNotExist
	case reply.StatusCode == http.StatusPreconditionFailed || code == bloberror.BlobAlreadyExists:
		return ErrChanged
	case reply.StatusCode == http.StatusUnauthorized || code == bloberror.AuthenticationFailed || code == bloberror.InvalidAuthenticationInfo:
		return &Error{Msg: "the object store does not accept the credentials (" + reply.ErrorCode + ")", hint: azureAdvice, err: ErrDenied}
	case reply.StatusCode == http.StatusForbidden:
		return &Error{
			Msg:  "access denied by the object store",
			hint: "the account needs a role for this container: docs/object-stores.md lists them",
			err:  ErrDenied,
		}
	}
	return &Error{Msg: fmt.Sprintf("the object store answered %d %s", reply.StatusCode, reply.ErrorCode), err: err}
}

// version returns the version of an ETag, and match the ETag of a version.
func version(tag *azcore.ETag) string {
	if tag == nil {
		return ""
	}
	return strings.Trim(string(*tag), `"`)
}

func match(cond Condition) *blob.AccessConditions {
	var m blob.ModifiedAccessConditions
	switch {
	case cond.Absent:
		m.IfNoneMatch = new(azcore.ETagAny)
	case cond.Version != "":
		m.IfMatch = new(azcore.ETag(`"` + cond.Version + `"`))
	}
	return &blob.AccessConditions{ModifiedAccessConditions: &m}
}

// isFolder reports whether an object is a folder of an account with folders, where
// others have none.
func isFolder(metadata map[string]*string) bool {
	for name, value := range metadata {
		if strings.EqualFold(name, "hdi_isfolder") {
			return value != nil && strings.EqualFold(*value, "true")
		}
	}
	return false
}

func (b *azureBucket) Stat(ctx context.Context, key string) (Info, error) {
	o, err := b.client.NewBlobClient(key).GetProperties(ctx, nil)
	if err != nil {
		return Info{}, b.failure(ctx, err)
	}
	if isFolder(o.Metadata) {
		return Info{}, fs.ErrNotExist
	}
	return Info{Key: key, Size: valueOf(o.ContentLength), Time: valueOf(o.LastModified), Version: version(o.ETag)}, nil
}

func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func (b *azureBucket) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		for item, err := range b.items(ctx, prefix, container.ListBlobsInclude{Metadata: true}) {
			if err != nil {
				yield(Info{}, err)
				return
			}
			if isFolder(item.Metadata) {
				continue
			}
			p := item.Properties
			if !yield(Info{Key: *item.Name, Size: valueOf(p.ContentLength), Time: valueOf(p.LastModified), Version: version(p.ETag)}, nil) {
				return
			}
		}
	}
}

// items yields what the store lists.
func (b *azureBucket) items(ctx context.Context, prefix string, include container.ListBlobsInclude) iter.Seq2[*container.BlobItem, error] {
	return func(yield func(*container.BlobItem, error) bool) {
		pager := b.client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: &prefix, Include: include})
		for pager.More() {
			page, err := pager.NextPage(ctx)
			if err != nil {
				yield(nil, b.failure(ctx, err))
				return
			}
			for _, item := range page.Segment.BlobItems {
				if item.Name != nil && item.Properties != nil && !yield(item, nil) {
					return
				}
			}
		}
	}
}

func (b *azureBucket) Get(ctx context.Context, key, version string, offset, n int64) (io.ReadCloser, error) {
	o, err := b.client.NewBlobClient(key).DownloadStream(ctx, &blob.DownloadStreamOptions{
		Range:            blob.HTTPRange{Offset: offset, Count: max(n, 0)}, // 0 is all
		AccessConditions: match(Condition{Version: version}),
	})
	if err != nil {
		return nil, b.failure(ctx, err)
	}
	return o.Body, nil
}

func (b *azureBucket) Put(ctx context.Context, key string, data []byte, cond Condition) (string, error) {
	o, err := b.client.NewBlockBlobClient(key).Upload(ctx, streaming.NopCloser(bytes.NewReader(data)),
		&blockblob.UploadOptions{AccessConditions: match(cond), TransactionalValidation: sumMD5(data)})
	return putResult(ctx, b, key, data, cond, version(o.ETag), b.failure(ctx, err))
}

// sumMD5 is what the store checks a body with. Azurite knows no other sum.
func sumMD5(data []byte) blob.TransferValidationType {
	sum := md5.Sum(data)
	return blob.TransferValidationTypeMD5(sum[:])
}

func (b *azureBucket) Delete(ctx context.Context, key string) error {
	_, err := b.client.NewBlobClient(key).Delete(ctx, nil)
	if err = b.failure(ctx, err); missingObject(err) {
		return nil
	}
	return err
}

// An azureUpload is an object of which there are blocks: nobody sees them until they
// are listed.
type azureUpload struct {
	b    *azureBucket
	ctx  context.Context
	key  string
	blob *blockblob.Client
	id   string // in the names of the blocks, so that those of two writers do not mix

	mu    sync.Mutex
	count int // of parts
}

func (b *azureBucket) begin(ctx context.Context, key string) *azureUpload {
	return &azureUpload{b: b, ctx: ctx, key: key, blob: b.client.NewBlockBlobClient(key), id: rand.Text()}
}

// block returns the name of a block. All names are of one length.
func (u *azureUpload) block(number int) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s-%06d", u.id, number))
}

func (u *azureUpload) part(ctx context.Context, number int, data []byte) error {
	_, err := u.blob.StageBlock(ctx, u.block(number), streaming.NopCloser(bytes.NewReader(data)),
		&blockblob.StageBlockOptions{TransactionalValidation: sumMD5(data)})
	if err != nil {
		return u.b.failure(ctx, err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.count = max(u.count, number)
	return nil
}

// Publish lists the blocks. The parts are numbered without a gap.
func (u *azureUpload) Publish(ctx context.Context) error {
	blocks := make([]string, u.count)
	for i := range blocks {
		blocks[i] = u.block(i + 1)
	}
	_, err := u.blob.CommitBlockList(ctx, blocks, nil)
	if bloberror.HasCode(err, bloberror.InvalidBlockList) {
		return &Error{Msg: "somebody else removed the unfinished upload of " + u.key, hint: "run the same command again, once", err: err}
	}
	return u.b.failure(ctx, err)
}

// discarded is in the metadata of an object that Discard made.
const discarded = "cclfdiscarded"

// Discard removes the blocks. The store has no request for that: it drops them when an
// object of that name is made, so an empty one is, and removed at once. Blocks of a
// name that an object has already are left to the store, which drops them in a week.
func (u *azureUpload) Discard() error {
	ctx, cancel := cleanUp(u.ctx)
	defer cancel()
	made, err := u.blob.CommitBlockList(ctx, nil, &blockblob.CommitBlockListOptions{
		Metadata: map[string]*string{discarded: new("1")}, AccessConditions: match(Condition{Absent: true}),
	})
	if err == nil {
		_, err = u.blob.Delete(ctx, &blob.DeleteOptions{AccessConditions: match(Condition{Version: version(made.ETag)})})
	}
	if err = u.b.failure(ctx, err); errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

func (b *azureBucket) Stage(ctx context.Context, key string, src io.ReaderAt, size int64) (Staged, error) {
	return stageParts(ctx, b.begin(ctx, key), src, size)
}

func (b *azureBucket) Create(ctx context.Context, key string) (Upload, error) {
	return newPartWriter(ctx, b, key, func(ctx context.Context, key string) (partUpload, error) { return b.begin(ctx, key), nil })
}

func (b *azureBucket) Sweep(ctx context.Context, prefix string, ours func(string) bool) error {
	for item, err := range b.items(ctx, prefix, container.ListBlobsInclude{Metadata: true, UncommittedBlobs: true}) {
		if err != nil {
			return err
		}
		if valueOf(item.Properties.ContentLength) > 0 || !ours(*item.Name) {
			continue
		}
		if item.Metadata[discarded] != nil { // Discard was killed
			err = b.Delete(ctx, *item.Name)
		} else {
			err = (&azureUpload{b: b, ctx: ctx, blob: b.client.NewBlockBlobClient(*item.Name)}).Discard()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
