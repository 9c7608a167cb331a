package blobtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// The account of Azurite, which everybody knows.
const (
	azuriteAccount = "devstoreaccount1"
	azuriteKey     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

// An Account is a storage account of Azure.
type Account struct{ Name, Key string }

// AzureAccount returns the account of StartAzure.
func AzureAccount() (Account, *container.SharedKeyCredential) {
	key, err := container.NewSharedKeyCredential(azuriteAccount, azuriteKey)
	if err != nil {
		panic("blobtest: internal error: " + err.Error())
	}
	return Account{azuriteAccount, azuriteKey}, key
}

// azureStore is Azurite, by a proxy.
type azureStore struct {
	http.Handler
	container *container.Client
}

// azurite starts one Azurite for the process, and returns its address.
var azurite = sync.OnceValues(startAzurite)

// StartAzure starts a server of Azure Blob Storage, which ends with the test. The test
// is skipped unless CCLF_AZURITE is the folder in which npm installed azurite.
func StartAzure(t testing.TB) *Server {
	if os.Getenv("CCLF_AZURITE") == "" {
		t.Skip("CCLF_AZURITE is not set: no tests with Azure Blob Storage")
	}
	address, err := azurite()
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := bucketName()
	_, key := AzureAccount()
	client, err := container.NewClientWithSharedKeyCredential(address+"/"+azuriteAccount+"/"+name, key, nil)
	if err == nil {
		_, err = client.Create(t.Context(), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
			r.Out.Host = target.Host
			r.Out.Header.Del("Expect") // a recorder takes the 100 for the answer
		},
	}
	s := &Server{Bucket: name, Scheme: "azblob", Lists: true, Counts: true, store: &azureStore{proxy, client}, env: []string{
		"AZURE_STORAGE_CONNECTION_STRING=DefaultEndpointsProtocol=http;AccountName=" + azuriteAccount + ";AccountKey=" + azuriteKey +
			";BlobEndpoint=$URL/" + azuriteAccount + ";",
		"AZURE_STORAGE_ACCOUNT=", "AZURE_STORAGE_KEY=", "AZURE_STORAGE_SAS_TOKEN=",
	}}
	s.start(t)
	return s
}

// azuriteInput is the standard input of Azurite's shell, which is never closed.
var azuriteInput io.Closer //nolint:unused // the reference keeps it open

// startAzurite starts Azurite on a free port. It ends with this process, also if that
// is killed: then its standard input ends.
func startAzurite() (address string, err error) {
	if runtime.GOOS == "windows" {
		return "", errors.New("starting Azurite needs sh")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	port := free.Addr().(*net.TCPAddr).Port
	_ = free.Close()
	program := filepath.Join(os.Getenv("CCLF_AZURITE"), "node_modules", "azurite", "dist", "src", "blob", "main.js")
	// #nosec G204 -- the tests name the program
	cmd := exec.Command("sh", "-c", `node "$1" --silent --inMemoryPersistence --disableTelemetry --skipApiVersionCheck --blobPort "$2" &
		read -r end; kill $!`, "sh", program, fmt.Sprint(port))
	if azuriteInput, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", err
	}
	address = fmt.Sprintf("http://127.0.0.1:%d", port)
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get(address); err == nil {
			answer.Body.Close()
			return address, nil
		}
	}
	return "", errors.New("no answer from Azurite in a minute")
}

func (s *azureStore) put(key string, data []byte) error {
	_, err := s.container.NewBlockBlobClient(key).Upload(context.Background(), streaming.NopCloser(strings.NewReader(string(data))), nil)
	return err
}

func (s *azureStore) get(key string) ([]byte, error) {
	answer, err := s.container.NewBlobClient(key).DownloadStream(context.Background(), nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

func (s *azureStore) keys(prefix string) ([]string, error) { return s.list(prefix, false) }

func (s *azureStore) list(prefix string, uncommitted bool) ([]string, error) {
	var keys []string
	pager := s.container.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: &prefix, Include: container.ListBlobsInclude{UncommittedBlobs: uncommitted}})
	for pager.More() {
		page, err := pager.NextPage(context.Background())
		if err != nil {
			return nil, err
		}
		for _, item := range page.Segment.BlobItems {
			keys = append(keys, *item.Name)
		}
	}
	return keys, nil
}

func (s *azureStore) uploads() (int, error) {
	all, err := s.list("", true)
	if err != nil {
		return 0, err
	}
	visible, err := s.list("", false)
	return len(all) - len(visible), err
}

func (s *azureStore) isPart(r *http.Request) bool { return r.URL.Query().Get("comp") == "block" }

func (s *azureStore) publishes(r *http.Request) bool {
	return r.URL.Query().Get("comp") == "blocklist"
}
