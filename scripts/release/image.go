package main

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	_ "embed" // for containerfile
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// user is the user and group of the container: not root, and no one on the host.
const user = "65532:65532"

// glibc says where glibc is on Debian, and where a program looks for it.
var glibc = map[string]struct{ loader, libraries, cross string }{
	"amd64": {loader: "lib64/ld-linux-x86-64.so.2", libraries: "lib/x86_64-linux-gnu", cross: "/usr/x86_64-linux-gnu/lib"},
	"arm64": {loader: "lib/ld-linux-aarch64.so.1", libraries: "lib/aarch64-linux-gnu", cross: "/usr/aarch64-linux-gnu/lib"},
}

// imageFiles returns the files of the container image of a target: the program, glibc,
// certificates, a user, and a folder for temporary files. There is no shell.
func (r *release) imageFiles(t target) ([]entry, error) {
	var roots bytes.Buffer
	for root := range bundle.Roots() {
		if err := pem.Encode(&roots, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return nil, err
		}
	}
	list := []entry{
		{name: "usr/bin/cclf", source: r.file(t), mode: 0o755},
		{name: "etc/ssl/certs/ca-certificates.crt", data: roots.Bytes(), mode: 0o644},
		{name: "etc/passwd", data: []byte("root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/data:/sbin/nologin\n"), mode: 0o644},
		{name: "etc/group", data: []byte("root:x:0:\nnonroot:x:65532:\n"), mode: 0o644},
		{name: "tmp/", mode: 0o1777},
		{name: "data/", mode: 0o777},
	}
	for name, source := range r.licenses(t.product) {
		list = append(list, entry{name: "usr/share/licenses/cclf/" + name, source: source, mode: 0o644})
	}
	libraries, err := r.glibcFiles(t)
	if err != nil {
		return nil, err
	}
	list = append(list, libraries...)
	return append(list, folders(list)...), nil
}

// glibcFiles returns the files of glibc and GCC that a program needs, and their licenses.
func (r *release) glibcFiles(t target) ([]entry, error) {
	f, err := elf.Open(r.file(t))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.ImportedLibraries()
	if err != nil {
		return nil, err
	}
	place := glibc[t.arch]
	find := func(name string) (string, error) {
		for _, dir := range []string{"/" + place.libraries, "/" + filepath.Dir(place.loader), place.cross} {
			path := filepath.Join(dir, name)
			if e, err := elf.Open(path); err == nil {
				machine := e.Machine
				e.Close()
				if machine == f.Machine {
					return path, nil
				}
			}
		}
		return "", fmt.Errorf("no %s for %s: install libc6 or libc6-%[2]s-cross", name, t.arch)
	}
	loader, err := find(filepath.Base(place.loader))
	if err != nil {
		return nil, err
	}
	list := []entry{{name: place.loader, source: loader, mode: 0o755}}
	for _, name := range names {
		if name == filepath.Base(place.loader) {
			continue
		}
		source, err := find(name)
		if err != nil {
			return nil, err
		}
		list = append(list, entry{name: place.libraries + "/" + name, source: source, mode: 0o755})
	}
	for _, library := range []string{"libc6", "libgcc-s1"} {
		name := "/usr/share/doc/" + library + "/copyright"
		if _, err := os.Stat(name); err != nil {
			return nil, fmt.Errorf("no license of %s: %w", library, err)
		}
		list = append(list, entry{name: "usr/share/licenses/" + library + "/copyright", source: name, mode: 0o644})
	}
	return list, nil
}

// A descriptor refers to a blob of an image.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Platform    map[string]string `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// An image is a layout of the Open Container Initiative on its way.
type image struct{ blobs []entry }

// add adds a blob.
func (i *image) add(mediaType string, data []byte) descriptor {
	sum := fmt.Sprintf("%x", sha256.Sum256(data))
	i.blobs = append(i.blobs, entry{name: "blobs/sha256/" + sum, data: data, mode: 0o644})
	return descriptor{MediaType: mediaType, Digest: "sha256:" + sum, Size: len(data)}
}

func (i *image) addJSON(mediaType string, v any) (descriptor, error) {
	data, err := json.Marshal(v)
	return i.add(mediaType, data), err
}

// containerfile builds the image from its files.
//
//go:embed Containerfile
var containerfile []byte

const ociType = "application/vnd.oci.image."

// writeImage writes the container image of the full Linux targets, as an archive that
// podman, skopeo and docker load, and its files with a Containerfile to the folder
// container.
func (r *release) writeImage(list []target) error {
	var i image
	var manifests []descriptor
	for _, t := range list {
		if t.os != "linux" || !t.full {
			continue
		}
		files, err := r.imageFiles(t)
		if err != nil {
			return err
		}
		manifest, err := r.addPlatform(&i, t, files)
		if err != nil {
			return err
		}
		manifests = append(manifests, manifest)
	}
	if manifests == nil {
		return nil
	}
	if err := os.WriteFile(r.path("container", "Containerfile"), containerfile, 0o644); err != nil {
		return err
	}
	blobs, err := i.layout(imageName+":"+r.number(), manifests)
	if err != nil {
		return err
	}
	return writeFile(r.path("cclf-"+r.number()+"-oci.tar"), func(w io.Writer) error { return writeTar(w, blobs, r.time) })
}

// imageName is where releases are, without the version.
const imageName = "ghcr.io/cclf-tools/cclf"

// layout returns the files of an archive with the images of all platforms. Podman and
// containerd each have an annotation with the name under which they load it.
func (i *image) layout(name string, manifests []descriptor) ([]entry, error) {
	index, err := i.addJSON(ociType+"index.v1+json", map[string]any{"schemaVersion": 2, "mediaType": ociType + "index.v1+json", "manifests": manifests})
	if err != nil {
		return nil, err
	}
	index.Annotations = map[string]string{"org.opencontainers.image.ref.name": name, "io.containerd.image.name": name}
	top, err := json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": ociType + "index.v1+json", "manifests": []descriptor{index}})
	if err != nil {
		return nil, err
	}
	return append(i.blobs, entry{name: "index.json", data: top, mode: 0o644}, entry{name: "oci-layout", data: []byte(`{"imageLayoutVersion":"1.0.0"}`), mode: 0o644}), nil
}

// addPlatform adds the image of a target.
func (r *release) addPlatform(i *image, t target, files []entry) (descriptor, error) {
	var layer bytes.Buffer
	if err := writeTar(&layer, files, r.time); err != nil {
		return descriptor{}, err
	}
	packed, err := compressed(layer.Bytes())
	if err != nil {
		return descriptor{}, err
	}
	if err := os.MkdirAll(r.path("container"), 0o755); err != nil {
		return descriptor{}, err
	}
	if err := os.WriteFile(r.path("container", "rootfs-"+t.arch+".tar.gz"), packed, 0o644); err != nil {
		return descriptor{}, err
	}
	created := r.time.Format(time.RFC3339)
	labels := map[string]string{
		"org.opencontainers.image.title": "cclf", "org.opencontainers.image.description": cclf.summary, "org.opencontainers.image.source": homepage,
		"org.opencontainers.image.version": r.number(), "org.opencontainers.image.licenses": "Apache-2.0", "org.opencontainers.image.created": created,
	}
	config, err := i.addJSON(ociType+"config.v1+json", map[string]any{
		"created": created, "architecture": t.arch, "os": "linux",
		"config": map[string]any{
			"User": user, "Entrypoint": []string{"/usr/bin/cclf"}, "Cmd": []string{"--help"}, "WorkingDir": "/data", "Labels": labels,
			"Env": []string{"PATH=/usr/bin", "HOME=/data", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"},
		},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{fmt.Sprintf("sha256:%x", sha256.Sum256(layer.Bytes()))}},
		"history": []any{map[string]any{"created": created, "created_by": "make release"}},
	})
	if err != nil {
		return descriptor{}, err
	}
	manifest, err := i.addJSON(ociType+"manifest.v1+json", map[string]any{
		"schemaVersion": 2, "mediaType": ociType + "manifest.v1+json", "config": config,
		"layers": []descriptor{i.add(ociType+"layer.v1.tar+gzip", packed)}, "annotations": labels,
	})
	manifest.Platform = map[string]string{"os": "linux", "architecture": t.arch}
	return manifest, err
}

// extension is the rest of a file name after the version and platform.
func extension(name string) string {
	for _, ext := range []string{".tar.gz", ".zip", ".cdx.json", ".deb", ".rpm", "-oci.tar"} {
		if strings.HasSuffix(name, ext) {
			return ext
		}
	}
	return ""
}
