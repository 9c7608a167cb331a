// Package stores runs the tests of object stores against servers by others, whose
// dependencies have no business in the product.
package stores

import (
	"os"
	"os/exec"
	"testing"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// TestFakeGCSServer runs the tests of gs:// against fake-gcs-server, except for those of
// the words of errors, which are not Google's there.
func TestFakeGCSServer(t *testing.T) {
	server, err := fakestorage.NewServerWithOptions(fakestorage.Options{Scheme: "http", Host: "127.0.0.1", StorageRoot: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-run", "/^gs$", "-skip", "TestStoreErrors", "./internal/blob")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "CCLF_GCS="+server.URL())
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
