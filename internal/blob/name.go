package blob

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// hasScheme matches URLs. One letter is a drive of Windows.
var hasScheme = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]+)://`) })

// IsURL reports whether a name is a URL, of whatever scheme, and not a local path.
func IsURL(name string) bool { return hasScheme().MatchString(name) }

// scheme returns the scheme of a URL, or "".
func scheme(name string) string {
	if m := hasScheme().FindStringSubmatch(name); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// A driver opens the buckets of a scheme.
type driver struct {
	open    func(bucket string, options url.Values) (Bucket, error)
	options []string // that may follow a URL
}

// drivers has the known schemes.
var drivers = map[string]driver{
	"s3":     {open: openS3, options: s3Options},
	"gs":     {open: openGS, options: s3Options},
	"azblob": {open: openAzure, options: azureOptions},
}

// Schemes returns the schemes that this program can read and write, sorted.
func Schemes() []string {
	var list []string
	for name := range drivers {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// Check reports a URL whose scheme is unknown, or which names no bucket. Local paths
// are fine. It does not use the network.
func Check(name string) error {
	if !IsURL(name) {
		return nil
	}
	_, err := parse(name)
	return err
}

// A location is where a URL points to.
type location struct {
	scheme, bucket string
	key            string // without a slash at the beginning
}

func (l location) String() string {
	if l.key == "" {
		return l.scheme + "://" + l.bucket
	}
	return l.scheme + "://" + l.bucket + "/" + l.key
}

// parse splits a URL, and remembers the options of its bucket.
func parse(name string) (location, error) {
	l := location{scheme: scheme(name)}
	d, known := drivers[l.scheme]
	if !known {
		return l, &Error{Msg: fmt.Sprintf("unknown scheme %q", l.scheme+"://"), hint: "use a local path, or " + schemeList(), err: ErrURL}
	}
	rest := name[strings.Index(name, "://")+len("://"):]
	rest, options, err := cutOptions(rest, d.options)
	if err != nil {
		return l, err
	}
	l.bucket, l.key, _ = strings.Cut(rest, "/")
	if l.bucket == "" {
		return l, &Error{Msg: "no bucket in the URL", hint: "write " + l.scheme + "://BUCKET/FOLDER", err: ErrURL}
	}
	if strings.ContainsAny(l.bucket, "@: ") {
		return l, &Error{Msg: "the bucket of a URL has no credentials and no port in it", hint: "write " + l.scheme + "://BUCKET/FOLDER", err: ErrURL}
	}
	return l, remember(l, options)
}

func schemeList() string {
	list := Schemes()
	for i := range list {
		list[i] += "://"
	}
	return strings.Join(list, ", ")
}

// cutOptions cuts the options from the end of a URL. A question mark that no known
// option follows is part of the name of the object.
func cutOptions(rest string, known []string) (string, url.Values, error) {
	i := strings.LastIndexByte(rest, '?')
	if i < 0 {
		return rest, nil, nil
	}
	options, err := url.ParseQuery(rest[i+1:])
	var first string
	unknown := 0
	for name := range options {
		if !slices.Contains(known, name) {
			first = name
			unknown++
		}
	}
	switch {
	case err != nil || len(options) == unknown:
		return rest, nil, nil
	case unknown > 0:
		return "", nil, &Error{Msg: fmt.Sprintf("unknown option %q in the URL", first), hint: "options are " + strings.Join(known, ", "), err: ErrURL}
	}
	return rest[:i], options, nil
}

// settings has the options of buckets and what was opened with them.
var settings struct {
	sync.Mutex
	options map[string]url.Values // by scheme://bucket
	buckets map[string]Bucket
}

// remember keeps the options of a bucket.
func remember(l location, options url.Values) error {
	if options == nil {
		return nil
	}
	settings.Lock()
	defer settings.Unlock()
	id := l.scheme + "://" + l.bucket
	old, given := settings.options[id]
	if (given || settings.buckets[id] != nil) && old.Encode() != options.Encode() {
		return &Error{Msg: "two URLs name " + id + " with different options", hint: "give a bucket the same options everywhere", err: ErrURL}
	}
	if settings.options == nil {
		settings.options = map[string]url.Values{}
	}
	settings.options[id] = options
	return nil
}

// bucket returns the bucket of a location.
func (l location) open() (Bucket, error) {
	settings.Lock()
	defer settings.Unlock()
	id := l.scheme + "://" + l.bucket
	if b := settings.buckets[id]; b != nil {
		return b, nil
	}
	b, err := drivers[l.scheme].open(l.bucket, settings.options[id])
	if err != nil {
		return nil, err
	}
	if settings.buckets == nil {
		settings.buckets = map[string]Bucket{}
	}
	settings.buckets[id] = b
	return b, nil
}

// Clean returns a URL without its options and without a slash at its end, and a
// local path as it is.
func Clean(name string) string {
	if !IsURL(name) {
		return name
	}
	l, err := parse(name)
	if err != nil {
		return name
	}
	l.key = strings.Trim(l.key, "/")
	return l.String()
}

// Join joins a name and the elements of a path, which have slashes.
func Join(name string, elem ...string) string {
	if !IsURL(name) {
		for i := range elem {
			elem[i] = filepath.FromSlash(elem[i])
		}
		return filepath.Join(append([]string{name}, elem...)...)
	}
	joined := path.Join(elem...)
	if joined == "" || joined == "." {
		return Clean(name)
	}
	return Clean(name) + "/" + joined
}

// Dir returns the folder of a name.
func Dir(name string) string {
	if !IsURL(name) {
		return filepath.Dir(name)
	}
	l, err := parse(name)
	if err != nil {
		return name
	}
	if l.key = path.Dir(strings.Trim(l.key, "/")); l.key == "." {
		l.key = ""
	}
	return l.String()
}

// Base returns the last element of a name.
func Base(name string) string {
	if !IsURL(name) {
		return filepath.Base(name)
	}
	return path.Base(Clean(name))
}
