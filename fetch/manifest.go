package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A manifest lists the files of a completed job, or one page of them.
type manifest struct {
	TransactionTime string
	RequiresToken   *bool
	Output          []manifestFile
	Deleted         []manifestFile
	Error           []manifestFile
	next            string // address of the next page, or ""
}

// A manifestFile is an entry of a manifest. Its URL is absolute, unless it is
// invalid.
type manifestFile struct {
	Type      string
	URL       string
	Count     *int64 // resources, if the server says
	Integrity integrity
}

// An integrity is what AB2D and DPC say about the text of a file, in the
// extensions of its entry.
type integrity struct {
	Length *int64 `json:"length,omitempty"` // in bytes
	SHA256 string `json:"sha256,omitempty"` // hexadecimal, lower case
}

// A memberError names an invalid member of a manifest, without its value.
type memberError struct{ member, problem string }

func (e *memberError) Error() string {
	return fmt.Sprintf("member %q of the manifest %s", e.member, e.problem)
}

// parseManifest parses the body of a reply with status 200, which is not always
// a manifest. The specification requires output; HAPI leaves it out when there
// are no files, and others send null.
func parseManifest(body []byte) (*manifest, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, errors.New("the reply is not JSON")
	}
	has := func(name string) bool { return len(fields[name]) > 0 && string(fields[name]) != "null" }
	_, output := fields["output"]
	if !has("transactionTime") && (!output || fields["resourceType"] != nil) {
		return nil, errors.New("the reply is not an export manifest")
	}
	var m manifest
	switch err := json.Unmarshal(fields["transactionTime"], &m.TransactionTime); {
	case !has("transactionTime"):
		return nil, &memberError{"transactionTime", "is missing"}
	case err != nil || m.TransactionTime == "":
		return nil, &memberError{"transactionTime", "is not a time"}
	case !output && !has("request") && !has("requiresAccessToken"):
		return nil, &memberError{"output", "is missing"}
	}
	if has("requiresAccessToken") {
		required, err := strconv.ParseBool(strings.Trim(string(fields["requiresAccessToken"]), `"`))
		if err != nil {
			return nil, &memberError{"requiresAccessToken", "is neither true nor false"}
		}
		m.RequiresToken = &required
	}
	for name, list := range map[string]*[]manifestFile{"output": &m.Output, "deleted": &m.Deleted, "error": &m.Error} {
		if !has(name) {
			continue
		}
		var err error
		if *list, err = parseManifestFiles(name, fields[name]); err != nil {
			return nil, err
		}
	}
	var err error
	m.next, err = parseNextPage(fields["link"], fields["next"])
	return &m, err
}

// A rawExtension is an extension of an entry, as the server wrote it.
type rawExtension struct {
	URL          string          `json:"url"`
	ValueString  string          `json:"valueString"`
	ValueDecimal json.RawMessage `json:"valueDecimal"`
	ValueInteger json.RawMessage `json:"valueInteger"`
}

// parseManifestFiles parses the entries of the member called name.
func parseManifestFiles(name string, text json.RawMessage) ([]manifestFile, error) {
	var entries []map[string]json.RawMessage
	if json.Unmarshal(text, &entries) != nil {
		return nil, &memberError{name, "is not a list of files"}
	}
	files := make([]manifestFile, len(entries))
	for i, entry := range entries {
		f := &files[i]
		if json.Unmarshal(entry["url"], &f.URL) != nil || f.URL == "" {
			return nil, &memberError{fmt.Sprintf("%s[%d].url", name, i), "is not an address"}
		}
		if entry["type"] != nil && json.Unmarshal(entry["type"], &f.Type) != nil {
			return nil, &memberError{fmt.Sprintf("%s[%d].type", name, i), "is not a resource type"}
		}
		f.Count = parseWholeNumber(entry["count"])
		// An invalid extension is ignored: it must not cost the export.
		var extensions []rawExtension
		if json.Unmarshal(entry["extension"], &extensions) == nil {
			f.Integrity = parseIntegrity(extensions)
		}
	}
	return files, nil
}

// parseWholeNumber parses a number that is not negative. Some servers send
// numbers as strings. The result is nil for anything else.
func parseWholeNumber(text []byte) *int64 {
	n, err := strconv.ParseFloat(string(bytes.Trim(text, `" `)), 64)
	if err != nil || n < 0 || n != float64(int64(n)) {
		return nil
	}
	whole := int64(n)
	return &whole
}

var sha256Text = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?i:sha-?256:)?([0-9A-Fa-f]{64})$`) })

// parseIntegrity reads the extensions https://ab2d.cms.gov/checksum and
// file_length, and those of the same names at https://dpc.cms.gov.
func parseIntegrity(extensions []rawExtension) (i integrity) {
	for _, x := range extensions {
		switch {
		case strings.HasSuffix(x.URL, ".cms.gov/checksum"):
			if m := sha256Text().FindStringSubmatch(x.ValueString); m != nil {
				i.SHA256 = strings.ToLower(m[1])
			}
		case strings.HasSuffix(x.URL, ".cms.gov/file_length"):
			if i.Length = parseWholeNumber(x.ValueDecimal); i.Length == nil {
				i.Length = parseWholeNumber(x.ValueInteger)
			}
		}
	}
	return i
}

// parseNextPage returns the address of the next page, or "".
func parseNextPage(link, next json.RawMessage) (string, error) {
	var links []struct {
		Relation string `json:"relation"`
		URL      string `json:"url"`
	}
	if len(link) > 0 && json.Unmarshal(link, &links) != nil {
		// An error, because there could be more pages.
		return "", &memberError{"link", "is not a list of links"}
	}
	for _, l := range links {
		if l.Relation == "next" {
			return l.URL, nil
		}
	}
	var address string
	if len(next) > 0 && string(next) != "null" && json.Unmarshal(next, &address) != nil {
		return "", &memberError{"next", "is not an address"}
	}
	return address, nil
}

// resolve makes the addresses of a page absolute, relative to the page's own.
// Invalid addresses stay as they are: they fail when their file is downloaded.
func (m *manifest) resolve(base *url.URL) {
	for _, list := range [][]manifestFile{m.Output, m.Deleted, m.Error} {
		for i, f := range list {
			if u, err := resolve(base, f.URL); err == nil {
				list[i].URL = u.String()
			}
		}
	}
	if m.next != "" {
		if u, err := resolve(base, m.next); err == nil {
			m.next = u.String()
		}
	}
}

// add appends the files of another page.
func (m *manifest) add(page *manifest) {
	m.Output = append(m.Output, page.Output...)
	m.Deleted = append(m.Deleted, page.Deleted...)
	m.Error = append(m.Error, page.Error...)
}
