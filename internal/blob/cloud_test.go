package blob

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"golang.org/x/oauth2/google"

	"github.com/cclf-tools/cclf/internal/blob/blobtest"
)

// errorText is an error with its hint.
func errorText(err error) string {
	if err == nil {
		return "no error"
	}
	if own, ok := errors.AsType[*Error](err); ok {
		return err.Error() + " | " + own.Hint()
	}
	return err.Error()
}

// TestStoreErrors: errors of Google's and Azure's stores say what to do. Those of S3 are
// in TestErrors.
func TestStoreErrors(t *testing.T) {
	for kind, c := range map[string]struct {
		start                 func(testing.TB) *blobtest.Server
		missing, closed, none string
		setNone               map[string]string
	}{
		"gs": {
			blobtest.StartGCS, "no such bucket: no-such-bucket-here", "", "GOOGLE_APPLICATION_CREDENTIALS",
			map[string]string{"STORAGE_EMULATOR_HOST": "", "GOOGLE_APPLICATION_CREDENTIALS": "/no/such/file"},
		},
		"azblob": {
			blobtest.StartAzure, "no such container: no-such-bucket-here", "?endpoint=http://127.0.0.1:1", "no credentials for Azure were found",
			map[string]string{"AZURE_STORAGE_CONNECTION_STRING": "", "AZURE_STORAGE_ACCOUNT": "nobody", "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential"},
		},
	} {
		t.Run(kind, func(t *testing.T) {
			server := c.start(t)
			server.Use(t)
			ctx := t.Context()
			_, err := Stat(ctx, kind+"://no-such-bucket-here/x/")
			if got := errorText(err); !strings.Contains(got, c.missing) || !errors.Is(err, fs.ErrNotExist) {
				t.Error(got)
			}
			b, _, err := Resolve(kind + "://no-such-bucket-here/x")
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Delete(ctx, "x"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Delete in a bucket that is not there: %v", err)
			}
			server.Inject(func(*http.Request) blobtest.Fault { return blobtest.Deny })
			_, err = Open(ctx, server.Path("x"))
			if got := errorText(err); !strings.Contains(got, "access denied") || !errors.Is(err, ErrDenied) {
				t.Error(got)
			}
			if c.closed == "" {
				t.Setenv("STORAGE_EMULATOR_HOST", "127.0.0.1:1")
			} else {
				t.Setenv("AZURE_STORAGE_ACCOUNT", "devstoreaccount1")
				t.Setenv("AZURE_STORAGE_KEY", "a2V5")
			}
			_, err = Stat(ctx, kind+"://closed-bucket/x"+c.closed)
			if got := errorText(err); !strings.Contains(got, "cannot reach the object store at http://127.0.0.1:1") || !errors.Is(err, ErrUnreachable) {
				t.Error(got)
			}
			t.Setenv("AZURE_STORAGE_KEY", "")
			for name, value := range c.setNone {
				t.Setenv(name, value)
			}
			_, err = Stat(ctx, kind+"://private-bucket/x")
			if got := errorText(err); !strings.Contains(got, c.none) || !errors.Is(err, ErrDenied) {
				t.Error(got)
			}
		})
	}
}

// A service account of Google gets a token, which is in each request. An account that
// Google refuses is an error at once.
func TestGoogleTokens(t *testing.T) {
	store := blobtest.StartGCS(t)
	store.Put(t, "x", []byte("1"))
	var refuse bool
	asked := 0
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		if refuse {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
			return
		}
		_, _ = w.Write([]byte(`{"access_token":"the-token","token_type":"Bearer","expires_in":3600}`))
	}))
	defer tokens.Close()
	var headers []string
	store.Inject(func(r *http.Request) blobtest.Fault {
		headers = append(headers, r.Header.Get("Authorization"))
		return blobtest.None
	})
	bucket := func() Bucket {
		source, err := google.CredentialsFromJSONWithType(t.Context(), serviceAccount(t, tokens.URL), google.ServiceAccount, gcsScope)
		if err != nil {
			t.Fatal(err)
		}
		b, err := newGCS(store.Bucket, store.URL, gcsTokens{source.TokenSource}, pipelineOptions())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := bucket()
	for range 2 {
		if _, err := b.Stat(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"Bearer the-token", "Bearer the-token"}; !slices.Equal(headers, want) || asked != 1 {
		t.Errorf("headers %q, %d tokens", headers, asked)
	}
	refuse, asked = true, 0
	_, err := bucket().Stat(t.Context(), "x")
	if got := errorText(err); !strings.Contains(got, "Google does not accept the credentials (400 Bad Request)") || !errors.Is(err, ErrDenied) || asked != 1 {
		t.Errorf("%s, asked %d times", got, asked)
	}
}

// serviceAccount returns the file of a service account.
func serviceAccount(t *testing.T, tokens string) []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "cclf@example.org", "token_uri": tokens,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Credentials are not sent in the clear.
func TestPlainEndpoint(t *testing.T) {
	file := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(file, serviceAccount(t, "http://127.0.0.1:1"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
	t.Setenv("STORAGE_EMULATOR_HOST", "")
	t.Setenv("GS_ACCESS_KEY_ID", "")
	if _, err := openGS("bucket", url.Values{"endpoint": {"http://127.0.0.1:1"}}); !strings.Contains(errorText(err), "plain http://") {
		t.Error(err)
	}
	if _, err := openGS("bucket", nil); err != nil {
		t.Error(err)
	}
}

// Azure takes a key or a signature as well as a connection string.
func TestAzureCredentials(t *testing.T) {
	server := blobtest.StartAzure(t)
	server.Use(t)
	server.Put(t, "x", []byte("1"))
	account, key := blobtest.AzureAccount()
	signature, err := sas.AccountSignatureValues{
		Version: sas.Version, Protocol: sas.ProtocolHTTPSandHTTP, ExpiryTime: time.Now().Add(time.Hour),
		Permissions: (&sas.AccountPermissions{Read: true, List: true}).String(), ResourceTypes: (&sas.AccountResourceTypes{Object: true}).String(),
	}.SignWithSharedKey(key)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := url.Values{"endpoint": {server.URL + "/" + account.Name}}
	for name, env := range map[string]map[string]string{
		"key":       {"AZURE_STORAGE_ACCOUNT": account.Name, "AZURE_STORAGE_KEY": account.Key},
		"signature": {"AZURE_STORAGE_SAS_TOKEN": "?" + signature.Encode()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AZURE_STORAGE_CONNECTION_STRING", "")
			for name, value := range env {
				t.Setenv(name, value)
			}
			b, err := openAzure(server.Bucket, endpoint)
			if err != nil {
				t.Fatal(err)
			}
			if info, err := b.Stat(t.Context(), "x"); err != nil || info.Size != 1 {
				t.Errorf("%+v, %v", info, err)
			}
			_, err = b.Stat(t.Context(), "y")
			if !errors.Is(err, fs.ErrNotExist) || strings.Contains(b.(*azureBucket).endpoint, "sig=") {
				t.Errorf("%v, endpoint %s", err, b.(*azureBucket).endpoint)
			}
		})
	}
	for text, options := range map[string]url.Values{
		"set AZURE_STORAGE_ACCOUNT": nil, "letters and digits": {"storage_account": {"evil.example.org/"}}, "option endpoint": {"endpoint": {"ftp://x"}},
	} {
		t.Setenv("AZURE_STORAGE_CONNECTION_STRING", "")
		if _, err := openAzure("x", options); !strings.Contains(errorText(err), text) {
			t.Errorf("%v, want %s", err, text)
		}
	}
}

// Accounts with folders list them as objects.
func TestAzureFolders(t *testing.T) {
	server := blobtest.StartAzure(t)
	server.Use(t)
	b, _, err := Resolve(server.Path(""))
	if err != nil {
		t.Fatal(err)
	}
	folder := b.(*azureBucket).client.NewBlockBlobClient("lake/cclf1")
	if _, err := folder.Upload(t.Context(), streaming.NopCloser(strings.NewReader("")), &blockblob.UploadOptions{Metadata: map[string]*string{"Hdi_isfolder": new("true")}}); err != nil {
		t.Fatal(err)
	}
	server.Put(t, "lake/cclf1/part", []byte("1"))
	var keys []string
	for info, err := range b.List(t.Context(), "lake/") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, info.Key)
	}
	if !slices.Equal(keys, []string{"lake/cclf1/part"}) {
		t.Errorf("listed %q", keys)
	}
	if info, err := Stat(context.Background(), server.Path("lake/cclf1")); err != nil || !info.IsDir() {
		t.Errorf("Stat of a folder: %v, %v", info, err)
	}
}
